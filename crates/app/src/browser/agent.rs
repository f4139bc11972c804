//! The agent of a browser: reads the page, decides, acts, until its task is done.
//!
//! Owns one turn: one question to the model and what follows from its answer, and the bounds of
//! turns and repeats. What a page says is material in answers of tools and grants nothing: the
//! agent may do what its task and hosts allow, whatever it reads. Acts through [`Drive`] alone.
//! Read next: `acts`, `talk`.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use ampere_adapters::ai::{ToolCall, ToolSpec};
use ampere_adapters::browser::{Action, Seen};
use ampere_store::rows::{Reason, StepKind};
use serde_json::{Value, json};

use super::acts::{self, Wish};
use super::drive::{Done, Drive, Ended};
use super::talk::{self, Talk};
use crate::agent::Repeats;
use crate::agent::turn::{Asked, Turn, turn};
use crate::meter::Stop;

/// Questions to the model for each act that it may do.
const THOUGHTS_PER_ACT: u32 = 2;
/// Answers without a call, one after the other, before its words count as its answer.
const SILENT: u32 = 2;
/// What it collects at most.
const MOST_NOTES: usize = 200;
/// Characters for a token of what describes tools.
const CHARACTERS_PER_TOKEN: usize = 3;

/// The first thing it is told where no page is open.
const EMPTY: &str = "No page is open yet: begin with `navigate`.";
const MEANWHILE: &str = "A person used the browser meanwhile; go on with the task from here.";
const REPEATS: &str = "You repeat yourself, so this was not done. Try another way, or call `done`.";
const FOREIGN: &str =
    "Not done: the person did not name this site. You may follow links to it and read it.";
const USE_TOOLS: &str = "Use one of the tools. When the task is done, call `done`.";
const ENOUGH: &str = "That is enough. Call `done` now with what you know.";

/// An agent at work.
pub(super) struct Agent {
    talk: Talk,
    /// As it was when it looked last.
    handed: u64,
    thoughts: u32,
    /// Calls so far: their ids.
    calls: u32,
    silent: u32,
    repeats: Repeats,
    repeated: u32,
    /// It was told that it is enough.
    last: bool,
}

impl Drive<'_> {
    /// The session's agent, if it has a task; it knows what its first address led to.
    pub(super) fn agent(&self, first: Option<(String, Done)>) -> Result<Option<Agent>, Stop> {
        let Some(task) = &self.errand.about.task else { return Ok(None) };
        let mut agent = Agent {
            talk: Talk::new(&self.meter.app().agent_name, task),
            handed: self.screen.live().handed(),
            thoughts: 0,
            calls: 0,
            silent: 0,
            repeats: Repeats::default(),
            repeated: 0,
            last: false,
        };
        match first {
            Some((url, done)) => {
                let call = agent.call("navigate", &json!({ "url": url }));
                agent.told(call, "", done);
            }
            None => agent.talk.say(EMPTY),
        }
        Ok(Some(agent))
    }
}

impl Agent {
    fn call(&mut self, name: &str, arguments: &Value) -> ToolCall {
        self.calls += 1;
        let id = format!("act_{}", self.calls);
        ToolCall { id, name: name.to_owned(), arguments: arguments.to_string() }
    }

    fn told(&mut self, call: ToolCall, said: &str, done: Done) {
        match done {
            Done::Seen(seen) => self.talk.showed(call, said, *seen),
            Done::Failed(note) => self.talk.answered(call, said, note),
            Done::Over(_) => self.talk.answered(call, said, "The browser is gone.".to_owned()),
        }
    }

    /// One turn; a reason: it is over. Nothing is done where somebody took the browser meanwhile.
    pub(super) async fn turn(
        &mut self,
        drive: &mut Drive<'_>,
        ended: &mut Ended,
    ) -> Result<Option<Reason>, Stop> {
        let handed = drive.screen.live().handed();
        if handed != self.handed {
            return self.look_anew(drive, handed).await;
        }
        let bound = drive.errand.acts;
        let enough = drive.acts >= bound
            || self.thoughts >= bound.saturating_mul(THOUGHTS_PER_ACT)
            || self.repeated >= 2;
        if enough && self.last {
            return Ok(Some(Reason::StoppedAtBounds));
        }
        if enough {
            self.last = true;
            self.talk.say(ENOUGH);
        }
        let Some(turned) = self.think(drive).await? else { return Ok(None) };
        match turned.calls.into_iter().next() {
            Some(call) => self.follow(drive, ended, (call, turned.text)).await,
            None => Ok(self.spoke(ended, turned.text.trim())),
        }
    }

    /// Somebody drove: what was seen before may not be there any more.
    async fn look_anew(
        &mut self,
        drive: &mut Drive<'_>,
        handed: u64,
    ) -> Result<Option<Reason>, Stop> {
        drive.note_driver().await?;
        let screen = Arc::clone(&drive.screen);
        let Some(hands) = drive.meter.during(screen.for_agent(handed)).await? else {
            return Ok(None);
        };
        let done = drive.act(Action::Look, None, None).await?;
        drop(hands);
        self.handed = handed;
        if let Done::Over(reason) = done {
            return Ok(Some(reason));
        }
        let call = self.call("look", &json!({}));
        self.told(call, "", done);
        self.talk.say(MEANWHILE);
        Ok(None)
    }

    /// Asks the model; none: somebody interrupted, and whatever it thought is dropped.
    async fn think(&mut self, drive: &mut Drive<'_>) -> Result<Option<Turn>, Stop> {
        let model = drive.errand.model.clone();
        let card = drive.meter.app().models.card(Some(&model));
        let card = card.ok_or(Stop(Reason::ProviderError))?;
        let Some(interrupts) = drive.screen.thought(&drive.meter.stops()) else {
            return Ok(None);
        };
        self.thoughts += 1;
        let tools = if self.last { vec![acts::done()] } else { acts::all() };
        let room = talk::room(&card).saturating_sub(described(&tools));
        let path = format!("think.{}", self.thoughts);
        let asked = Asked {
            step: drive.spec(&path, StepKind::Prompt, "Decided what to do next"),
            model,
            messages: self.talk.messages(room),
            tools,
            max_output_tokens: talk::most_output(&card),
            shown: false,
            forced: true,
        };
        let own = drive.meter.listen(interrupts);
        let turned = turn(drive.meter, asked).await;
        drive.meter.listen(own);
        match turned {
            Err(Stop(Reason::Stopped)) if drive.meter.stop_cause().is_none() => Ok(None),
            turned => turned.map(Some),
        }
    }

    /// It spoke instead of calling.
    fn spoke(&mut self, ended: &mut Ended, text: &str) -> Option<Reason> {
        self.silent += 1;
        if !text.is_empty() && (self.last || self.silent >= SILENT) {
            text.clone_into(&mut ended.answer);
            return Some(Reason::Completed);
        }
        if self.silent > SILENT {
            return Some(Reason::StoppedAtBounds);
        }
        self.talk.say(USE_TOOLS);
        None
    }

    /// Does what it calls for.
    async fn follow(
        &mut self,
        drive: &mut Drive<'_>,
        ended: &mut Ended,
        (call, said): (ToolCall, String),
    ) -> Result<Option<Reason>, Stop> {
        self.silent = 0;
        let wish = acts::read(&call);
        let arguments = serde_json::from_str(&call.arguments).unwrap_or_else(|_| json!({}));
        let call = self.call(&call.name, &arguments);
        match wish {
            Wish::Done(answer) => {
                ended.answer = answer;
                return Ok(Some(Reason::Completed));
            }
            Wish::Note(text) if self.again(&call.name, json!(text)) => {
                self.talk.answered(call, &said, REPEATS.to_owned());
            }
            Wish::Note(text) => {
                if ended.notes.len() < MOST_NOTES {
                    ended.notes.push(text);
                }
                self.talk.answered(call, &said, "Kept.".to_owned());
            }
            Wish::Wrong(fault) => {
                self.again(&call.name, arguments);
                self.talk.answered(call, &said, fault);
            }
            Wish::Act(action, reason) => {
                return self.act(drive, (call, said), action, reason).await;
            }
        }
        Ok(None)
    }

    /// Whether the same was called, in the same place, too often.
    fn again(&mut self, name: &str, what: Value) -> bool {
        let repeats = self.repeats.note(name, &what);
        self.repeated += u32::from(repeats);
        repeats
    }

    async fn act(
        &mut self,
        drive: &mut Drive<'_>,
        (call, said): (ToolCall, String),
        action: Action,
        reason: Option<String>,
    ) -> Result<Option<Reason>, Stop> {
        let page = self.talk.page().cloned();
        // The same act on another page, or further down, is another one.
        let place = page.as_ref().map(marked);
        if self.again(&call.name, json!([format!("{action:?}"), place])) {
            drive.refuse(&action, page.as_ref(), "Not done: it repeated itself.").await?;
            self.talk.answered(call, &said, REPEATS.to_owned());
            return Ok(None);
        }
        let at = page.as_ref().map(|page| page.url.as_str()).unwrap_or_default();
        let allowed = match &action {
            Action::Navigate { url } => drive.errand.hosts.allows(url),
            Action::Type { .. } => drive.errand.hosts.allows(at),
            _ => true,
        };
        if !allowed {
            drive.refuse(&action, page.as_ref(), FOREIGN).await?;
            self.talk.answered(call, &said, FOREIGN.to_owned());
            return Ok(None);
        }
        let screen = Arc::clone(&drive.screen);
        let Some(hands) = drive.meter.during(screen.for_agent(self.handed)).await? else {
            // It looks at how things stand, and thinks again.
            return Ok(None);
        };
        let done = drive.act(action, page.as_ref(), reason).await?;
        drop(hands);
        if let Done::Over(reason) = done {
            return Ok(Some(reason));
        }
        self.told(call, &said, done);
        Ok(None)
    }
}

/// What tells one view of a page from another.
fn marked(page: &Seen) -> Value {
    let mut hasher = DefaultHasher::new();
    (&page.url, &page.text, page.scrolled).hash(&mut hasher);
    for element in &page.elements {
        (&element.name, &element.value).hash(&mut hasher);
    }
    json!(hasher.finish())
}

/// Tokens that the tools' own words take.
fn described(tools: &[ToolSpec]) -> u32 {
    let of = |tool: &ToolSpec| {
        tool.name.len() + tool.description.len() + tool.parameters.to_string().len()
    };
    let characters: usize = tools.iter().map(of).sum();
    u32::try_from(characters / CHARACTERS_PER_TOKEN).unwrap_or(u32::MAX)
}
