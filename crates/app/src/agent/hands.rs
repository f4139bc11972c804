//! Joule's hands: one call at a time, with the caller's present rights.
//!
//! Owns: the step that a call is, what it answers, and the limit to what it may reach: files of
//! the session, workflows of the organization, sites that people named. What a hand starts is
//! steps of the message's own run; a hand has no hands. No text of a model, file or page gives it
//! more. Read next: [`super::deed`], [`super::consent`].

use std::sync::Arc;
use std::time::Duration;

use ampere_adapters::ai::ToolCall;
use ampere_credits::SessionId;
use ampere_store::rows::{FileRow, Reason, RunState, StepKind};
use serde_json::{Value, json};

use super::consent::{Answer, Patience};
use super::deed::{self, Deed, Order};
use super::hosts::Hosts;
use super::material::{head, marked};
use crate::app::App;
use crate::browser::{Browse, browse};
use crate::caller::{Act, Caller};
use crate::meter::{CallStands, Meter, OpenCall, StepSpec, Stop};
use crate::tasks::nested::{self, Nested};
use crate::tasks::{Within, text_of};
use crate::workflows::mapping::as_text;

/// Characters of an answer that are kept with its step.
const KEPT_CHARACTERS: usize = 4_000;
/// Characters of the inputs that are kept with it.
const KEPT_INPUT_BYTES: usize = 8_000;
/// Minutes of a browser that Joule drives.
pub(super) const BROWSER_MINUTES: u32 = 10;
/// What it does there at most.
const BROWSER_ACTS: u32 = 30;

/// What a run's calls have to go by.
pub(crate) struct Hands {
    /// Who asked, as they were when the message was sent.
    pub(crate) caller: Caller,
    pub(crate) session: SessionId,
    /// Files of the session, oldest first.
    pub(crate) files: Vec<FileRow>,
    /// Sites that the person named.
    pub(crate) hosts: Hosts,
    /// Characters of an answer that the model is given.
    pub(crate) answer_characters: usize,
    /// How long people may still be waited for.
    pub(crate) patience: Patience,
}

/// How a call went.
struct Done {
    status: &'static str,
    state: RunState,
    /// What the model is told.
    text: String,
    /// A line for people, where it did not work.
    note: Option<String>,
}

impl Done {
    fn well(text: String) -> Done {
        Done { status: "done", state: RunState::Succeeded, text, note: None }
    }

    fn badly(text: impl Into<String>) -> Done {
        let text = text.into();
        let note = Some(head(&text, 200).to_owned());
        Done { status: "failed", state: RunState::Failed, text, note }
    }

    fn left(text: &str) -> Done {
        let note = Some(text.to_owned());
        Done { status: "declined", state: RunState::Cancelled, text: text.to_owned(), note }
    }
}

/// A call with its number in the run, from 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbered<'a> {
    pub(super) number: u32,
    pub(super) call: &'a ToolCall,
}

impl Numbered<'_> {
    pub(super) fn path(&self) -> String {
        format!("call.{}", self.number)
    }
}

impl Hands {
    /// Does a call and gives the answer for the model.
    ///
    /// # Errors
    /// Only what ends the run.
    pub(super) async fn use_one(
        &mut self,
        meter: &mut Meter,
        numbered: Numbered<'_>,
    ) -> Result<String, Stop> {
        let app = Arc::clone(meter.app());
        self.caller = present(&app, &self.caller).await?;
        let asked = deed::look(&app, &self.caller, numbered.call, &self.files).await;
        let asked = asked.map_err(|error| unreadable(meter, &error))?;
        let call = Kept { inputs: kept_inputs(asked.inputs) };
        let spec = spec(numbered, &asked.name);
        let open = meter.begin_call(&spec, call.json("running", None)).await?;
        let done = match asked.deed {
            Ok(deed) => self.agreed(meter, (numbered, &spec.name, open), (&call, deed)).await,
            Err(fault) => Ok(Done::badly(fault)),
        };
        match done {
            Ok(Done { status, state, text, note }) => {
                let kept = call.json(status, Some(&text));
                meter.change_call(open, CallStands { state, kept, note }).await?;
                Ok(text)
            }
            Err(stop) => {
                let (state, kept) = (RunState::Cancelled, call.json("stopped", None));
                // The run ends anyway; its settle closes the step if this cannot be kept.
                let _ = meter.change_call(open, CallStands { state, kept, note: None }).await;
                Err(stop)
            }
        }
    }

    /// A call that is not done because it repeats others, or for another reason of ours.
    pub(super) async fn refuse(
        &mut self,
        meter: &mut Meter,
        numbered: Numbered<'_>,
        why: &str,
    ) -> Result<String, Stop> {
        let app = Arc::clone(meter.app());
        let asked = deed::look(&app, &self.caller, numbered.call, &self.files).await;
        let asked = asked.map_err(|error| unreadable(meter, &error))?;
        let call = Kept { inputs: kept_inputs(asked.inputs) };
        let open =
            meter.begin_call(&spec(numbered, &asked.name), call.json("running", None)).await?;
        let (kept, note) = (call.json("failed", Some(why)), Some(why.to_owned()));
        let stands = CallStands { state: RunState::Failed, kept, note };
        meter.change_call(open, stands).await?;
        Ok(why.to_owned())
    }

    /// Does it, after the person was asked where that is needed.
    async fn agreed(
        &mut self,
        meter: &mut Meter,
        (numbered, name, open): (Numbered<'_>, &str, OpenCall),
        (call, deed): (&Kept, Deed),
    ) -> Result<Done, Stop> {
        let asks = match self.question(meter, (numbered, name), (&call.inputs, &deed)).await? {
            Ok(asks) => asks,
            Err(fault) => return Ok(Done::badly(fault)),
        };
        if let Some(question) = asks {
            let waits = CallStands {
                state: RunState::WaitingForInput,
                kept: call.json("waiting", None),
                note: None,
            };
            match self.ask(meter, (open, waits), question).await? {
                Answer::Yes => deed.addresses().into_iter().for_each(|url| self.hosts.add(url)),
                Answer::No => return Ok(Done::left("The person said: not now. Do without it.")),
                Answer::Nobody => {
                    let text = "The person was asked and did not answer. Do without it.";
                    return Ok(Done::left(text));
                }
            }
            let (state, kept) = (RunState::Running, call.json("running", None));
            meter.change_call(open, CallStands { state, kept, note: None }).await?;
        }
        self.perform(meter, numbered, deed).await
    }

    async fn perform(
        &self,
        meter: &mut Meter,
        numbered: Numbered<'_>,
        deed: Deed,
    ) -> Result<Done, Stop> {
        match deed {
            Deed::List(about) => self.list(meter, about.as_deref()).await,
            Deed::Read(row, from) => self.read(meter, &row, from).await,
            Deed::Run(order) => self.run(meter, numbered, *order).await,
            Deed::Browse { task, url } => {
                let work = Browse {
                    task,
                    url,
                    model: meter.run().model.clone(),
                    prefix: numbered.path(),
                    part: numbered.number,
                    minutes: BROWSER_MINUTES,
                    acts: BROWSER_ACTS,
                    hosts: self.hosts.clone(),
                };
                match browse(meter, work).await {
                    Ok(browsed) => Ok(self.answered(&browsed.url, &browsed.answer)),
                    Err(stop) => failed(meter, stop),
                }
            }
        }
    }

    async fn run(
        &self,
        meter: &mut Meter,
        numbered: Numbered<'_>,
        order: Order,
    ) -> Result<Done, Stop> {
        let path = numbered.path();
        let mut hosts = self.hosts.clone();
        hosts.extend(order.hosts());
        let within = Within { files: self.files.iter().map(|row| row.id).collect(), hosts };
        let Order { definition, inputs, .. } = order;
        let lent = meter.lend_time(Duration::from_secs(definition.seconds()));
        let under = (numbered.number, path.as_str());
        let zone = &self.caller.zone;
        let nested = Nested { definition: &definition, inputs, under, within, zone };
        let outcome = nested::run(meter, nested).await;
        let over = meter.give_time_back(lent);
        match outcome {
            Ok(Some(outcome)) => Ok(self.answered(definition.name(), &as_text(&outcome.value))),
            Ok(None) => Ok(Done::well("It ended at a condition, without a result.".to_owned())),
            Err(Stop(Reason::TookTooLong)) if !over => {
                Ok(Done::badly("It worked for longer than it may."))
            }
            Err(stop) => failed(meter, stop),
        }
    }

    async fn read(&self, meter: &mut Meter, row: &FileRow, from: usize) -> Result<Done, Stop> {
        let app = Arc::clone(meter.app());
        let (org, id) = (self.caller.org, row.id);
        let read = meter.during(async move { text_of(&app, org, id).await }).await?;
        let text = match read {
            Ok(file) => file.text,
            Err(fault) => return Ok(Done::badly(fault.note)),
        };
        let rest: String = text.chars().skip(from).collect();
        let part = head(&rest, self.answer_characters);
        if part.is_empty() {
            return Ok(Done::badly(format!("There is nothing from character {from} on.")));
        }
        let mut answer = marked(&row.name, part);
        if part.len() < rest.len() {
            let next = from.saturating_add(part.chars().count());
            answer.push_str(&format!("\nThere is more: read on with \"from\": {next}."));
        }
        Ok(Done::well(answer))
    }

    async fn list(&self, meter: &Meter, about: Option<&str>) -> Result<Done, Stop> {
        let listed = super::list::list(meter.app(), &self.caller, about).await;
        match listed.map_err(|error| unreadable(meter, &error))? {
            Some(text) => Ok(self.answered("AI Tools and workflows", &text)),
            None => Ok(Done::badly("There is no such tool or workflow.")),
        }
    }

    fn answered(&self, title: &str, text: &str) -> Done {
        let part = head(text, self.answer_characters);
        let cut = if part.len() < text.len() { "\n(The rest was left out.)" } else { "" };
        Done::well(format!("{}{cut}", marked(title, part)))
    }
}

/// What is kept of a call.
struct Kept {
    inputs: Value,
}

impl Kept {
    fn json(&self, status: &str, text: Option<&str>) -> String {
        let mut kept = json!({ "input": self.inputs, "status": status });
        if let Some(text) = text {
            kept["text"] = head(text, KEPT_CHARACTERS).into();
        }
        kept.to_string()
    }
}

/// Inputs as they are kept: very long ones only by their beginning.
fn kept_inputs(inputs: Value) -> Value {
    let text = inputs.to_string();
    if text.len() <= KEPT_INPUT_BYTES {
        return inputs;
    }
    Value::from(format!("{}…", head(&text, KEPT_INPUT_BYTES / 4)))
}

fn spec(numbered: Numbered<'_>, name: &str) -> StepSpec {
    let (path, name) = (numbered.path(), name.to_owned());
    StepSpec { path, part: numbered.number, kind: StepKind::Call, name }
}

/// The caller as they are now: who was removed meanwhile has no hands any more.
async fn present(app: &App, caller: &Caller) -> Result<Caller, Stop> {
    let members = app.store.members(caller.org).await.map_err(|error| {
        tracing::error!(org = %caller.org, %error, "members could not be read");
        Stop(Reason::InternalError)
    })?;
    let member = members.into_iter().find(|row| row.user == caller.user);
    let member = member.ok_or(Stop(Reason::NotAllowed))?;
    let caller =
        Caller { role: member.role, billing_admin: member.billing_admin, ..caller.clone() };
    caller.may(Act::StartWork).map_err(|_| Stop(Reason::NotAllowed))?;
    Ok(caller)
}

/// A failure within a call is an answer; what ends the whole run is not.
fn failed(meter: &Meter, stop: Stop) -> Result<Done, Stop> {
    let Stop(reason) = stop;
    let ends = matches!(
        reason,
        Reason::Stopped
            | Reason::StoppedAtCredits
            | Reason::StoppedAtCap
            | Reason::NoCredits
            | Reason::TookTooLong
    );
    if ends || meter.stop_cause().is_some() {
        return Err(stop);
    }
    let why = meter.last_fault().map_or_else(String::new, |note| format!(" {note}"));
    let words = reason.word().replace('_', " ");
    Ok(Done::badly(format!("It did not work ({words}).{why}")))
}

fn unreadable(meter: &Meter, error: &crate::AppError) -> Stop {
    tracing::error!(run = %meter.run().id, %error, "a call could not be looked up");
    Stop(Reason::InternalError)
}
