//! One model call through the meter: recorded before, counted while it streams, recorded after.

use std::pin::Pin;
use std::time::Duration;

use ampere_adapters::ai::{
    ChatMessage, Finish, Model, ModelError, ModelEvent, ModelRequest, ModelStream, ToolCall,
    ToolSpec, likely_tokens, schema_at_most, tools_at_most,
};
use ampere_credits::Timestamp;
use ampere_store::rows::{Reason, RunKind, RunState, StepKind, StepRow};
use futures_util::StreamExt;
use tokio::time::Sleep;

use super::timed::BEAT;
use super::{Meter, StepSpec, Stop, stopped};

/// Output tokens that the hold is kept ahead of what was delivered.
const AHEAD_TOKENS: u64 = 32;
/// Output tokens that an extension is made for.
const CHUNK_TOKENS: u64 = 256;
/// Usage and text are recorded at least this often while an answer streams (microseconds).
const RECORD_EVERY_MICROS: i64 = 500_000;
/// A call may not take longer than this.
const LONGEST_CALL: Duration = Duration::from_secs(30 * 60);

/// What is asked of a model.
#[derive(Debug, Clone)]
pub struct Call {
    /// The step that it is.
    pub step: StepSpec,
    /// The model's id.
    pub model: String,
    /// Oldest first.
    pub messages: Vec<ChatMessage>,
    /// The answer never passes this.
    pub max_output_tokens: u32,
    /// The answer is to be JSON of this schema.
    pub schema: Option<serde_json::Value>,
    /// What the model may call.
    pub tools: Vec<ToolSpec>,
    /// Its text is the run's answer, for whoever watches.
    pub shown: bool,
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its text.
    pub text: String,
    /// It was cut at its length limit.
    pub cut_at_length: bool,
    /// What it calls.
    pub calls: Vec<ToolCall>,
}

/// A whole answer and what the judge said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The answer; it is paid either way.
    pub output: Output,
    /// Why it is of no use.
    pub fault: Option<String>,
}

/// Says what is kept as a step's result (JSON text), or why the answer is of no use; asked before
/// the step's end is recorded.
pub type Judge<'a> = &'a (dyn Fn(&Output) -> Result<Option<String>, String> + Send + Sync);

/// A model that starts is looked at this often,
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// and no longer than this.
const LONGEST_START: Duration = Duration::from_secs(120);

/// What is said of a step that the overdraft limit cut.
const CUT_SHORT: &str = "Cut at the overdraft limit. It is done again when credits are there.";
/// Tokens that a message's frame takes in the usual templates.
const FRAME_TOKENS: u64 = 5;

/// The tokens that a model will probably read.
pub(crate) fn likely_input(messages: &[ChatMessage]) -> u64 {
    messages.iter().map(|m| u64::from(likely_tokens(&m.content)) + FRAME_TOKENS).sum()
}

/// Waits while a model starts, for as long as that may take.
async fn starting(model: &dyn Model) {
    let mut looks = tokio::time::interval(LOOK_AGAIN);
    for _ in 0..LONGEST_START.as_millis() / LOOK_AGAIN.as_millis() {
        if model.card().state != "starting" {
            return;
        }
        looks.tick().await;
    }
}

/// Waits for the end of the run's time, or of the longest call where it has none.
async fn too_late(late: Option<&mut Pin<Box<Sleep>>>) -> Reason {
    match late {
        Some(late) => {
            late.await;
            Reason::TookTooLong
        }
        None => {
            tokio::time::sleep(LONGEST_CALL).await;
            Reason::CutStream
        }
    }
}

/// What reading an answer goes by, and where its text is put.
struct Reading<'a> {
    bound: StepRow,
    max_output: u64,
    likely_input: u64,
    shown: bool,
    text: &'a mut String,
    calls: &'a mut Vec<ToolCall>,
}

impl Meter {
    /// Asks a model. Whatever comes of it, the usage it caused is kept for the settle.
    ///
    /// # Errors
    /// Why the run cannot go on.
    pub async fn ask(&mut self, call: Call, judge: Judge<'_>) -> Result<Judged, Stop> {
        if self.stop_cause().is_some() {
            return Err(Stop(Reason::Stopped));
        }
        let mut step = self.begun(&call.step, &call.model);
        let (mut text, mut calls) = (String::new(), Vec::new());
        let mut late = self.late.take();
        let result = tokio::select! {
            biased;
            result = self.converse(&call, &mut step, (&mut text, &mut calls)) => result,
            reason = too_late(late.as_mut()) => Err(Stop(reason)),
        };
        self.late = late;
        if let Err(stop) = result
            && (stop == Stop(Reason::NoCredits) || self.is_left(stop))
        {
            // It never began, or the next start does it again.
            return Err(stop);
        }
        let goes_on = !calls.is_empty() || (call.shown && self.voice.is_veiled());
        let result = result.map(|cut_at_length| Output { text, cut_at_length, calls });
        let verdict = result.as_ref().map(judge);
        step.ended_at = Some(self.app.now());
        (step.state, step.result, step.note) = match &verdict {
            Ok(Ok(kept)) => (RunState::Succeeded, kept.clone(), None),
            Ok(Err(fault)) => (RunState::Failed, None, Some(fault.clone())),
            Err(Stop(Reason::Stopped)) => (RunState::Cancelled, None, None),
            Err(Stop(Reason::StoppedAtCredits)) if self.pausable => {
                (RunState::Failed, None, Some(CUT_SHORT.to_owned()))
            }
            Err(Stop(_)) => (RunState::Failed, None, None),
        };
        let fault = verdict.ok().and_then(Result::err);
        self.keep(step, goes_on).await?;
        Ok(Judged { output: result?, fault })
    }

    /// A step has ended: it is counted, recorded and shown. An answer is recorded by the settle,
    /// unless the run goes on.
    pub(super) async fn keep(&mut self, step: StepRow, goes_on: bool) -> Result<(), Stop> {
        let last = step.kind == StepKind::Answer || self.run.kind == RunKind::Background;
        let by_settle = last && !goes_on && !self.pausable;
        let recorded = if by_settle { Ok(()) } else { self.record(&step).await };
        let number = step.number;
        self.steps.push(step);
        self.show_step(number);
        recorded
    }

    async fn converse(
        &mut self,
        call: &Call,
        step: &mut StepRow,
        (text, calls): (&mut String, &mut Vec<ToolCall>),
    ) -> Result<bool, Stop> {
        let model = self.app.models.find(&call.model).ok_or(Stop(Reason::ProviderError))?;
        if self.pausable {
            // A task that is taken up at the server's start may be there before its model.
            let mut stops = self.stops.clone();
            tokio::select! {
                biased;
                () = stopped(&mut stops) => return Err(Stop(Reason::Stopped)),
                () = starting(&*model) => {}
            }
        }
        let mut bound = step.clone();
        let read = model.count_tokens(&call.messages);
        let schema = call.schema.as_ref().map_or(0, schema_at_most);
        let tools = tools_at_most(&call.tools);
        bound.input_tokens = u64::from(read.saturating_add(schema).saturating_add(tools));
        bound.output_tokens = AHEAD_TOKENS.min(u64::from(call.max_output_tokens));
        let needed = self.price_with(&bound)?;
        self.cover_beginning(needed).await?;
        self.record(step).await?;
        self.show_step(step.number);
        let request = ModelRequest {
            call_id: format!("{}:{}", self.run.id, step.number),
            model: call.model.clone(),
            messages: call.messages.clone(),
            max_output_tokens: call.max_output_tokens,
            schema: call.schema.clone(),
            tools: call.tools.clone(),
            // The same question to the same model: only what is said to people may vary.
            steady: !call.shown,
        };
        let mut stops = self.stops.clone();
        let opening = async {
            tokio::select! {
                biased;
                () = stopped(&mut stops) => Err(Stop(Reason::Stopped)),
                opened = model.stream(request) => Ok(opened),
            }
        };
        let stream = self.counting(opening).await??.map_err(|error| self.refused(&error))?;
        let likely_input = likely_input(&call.messages);
        let max_output = u64::from(call.max_output_tokens);
        let shown = call.shown;
        let reading = Reading { bound, max_output, likely_input, shown, text, calls };
        self.read(stream, step, reading).await
    }

    /// Reads the answer to its end, or to the first reason to stop.
    async fn read(
        &mut self,
        mut stream: ModelStream,
        step: &mut StepRow,
        reading: Reading<'_>,
    ) -> Result<bool, Stop> {
        let Reading { bound, max_output, likely_input, shown, text: whole, calls } = reading;
        let mut stops = self.stops.clone();
        let mut beat = tokio::time::interval(BEAT);
        // The first piece is recorded at once, the rest at intervals.
        let mut recorded = Timestamp::default();
        loop {
            let event = tokio::select! {
                biased;
                () = stopped(&mut stops) => return Err(Stop(Reason::Stopped)),
                event = stream.next() => event,
                _ = beat.tick(), if self.counts() => {
                    self.keep_time().await?;
                    continue;
                }
            };
            match event {
                Some(ModelEvent::Queued { ahead }) => {
                    self.feed.stand(|standing| standing.ahead = Some(ahead));
                }
                Some(ModelEvent::Delta { text, tokens }) => {
                    let first = step.state == RunState::Queued;
                    self.begin(step, likely_input);
                    step.output_tokens = step.output_tokens.saturating_add(u64::from(tokens));
                    whole.push_str(&text);
                    if shown {
                        self.say(&text);
                    }
                    self.keep_ahead(step, &bound, max_output).await?;
                    recorded = self.record_if_due(step, recorded).await?;
                    if first && !shown {
                        // Whoever watches steps reads them again, now that it is kept.
                        self.show_step(step.number);
                    }
                }
                Some(ModelEvent::Calls(called)) => {
                    self.begin(step, likely_input);
                    *calls = called;
                }
                Some(ModelEvent::Usage { .. }) if step.state == RunState::Queued => {
                    tracing::warn!(run = %self.run.id, "an answer ended without any output");
                    return Err(Stop(Reason::ProviderError));
                }
                Some(ModelEvent::Usage { input_tokens, output_tokens, exact, finish }) => {
                    step.input_tokens = u64::from(input_tokens);
                    step.output_tokens = u64::from(output_tokens);
                    step.estimated = !exact;
                    return Ok(finish == Finish::Length);
                }
                Some(ModelEvent::Broken { error, input_tokens, output_tokens }) => {
                    step.input_tokens = u64::from(input_tokens);
                    step.output_tokens = u64::from(output_tokens);
                    tracing::warn!(run = %self.run.id, %error, "an answer broke");
                    let delivered = output_tokens > 0;
                    let cut = Stop(Reason::CutStream);
                    return Err(if delivered { cut } else { self.refused(&error) });
                }
                None => return Err(Stop(Reason::CutStream)),
            }
        }
    }

    /// The first output: from here on the input counts too.
    fn begin(&self, step: &mut StepRow, likely_input: u64) {
        if step.state == RunState::Queued {
            step.state = RunState::Running;
            step.input_tokens = likely_input;
            self.feed.stand(|standing| {
                standing.state = RunState::Running;
                standing.ahead = None;
            });
        }
    }

    /// Keeps the hold ahead of what is written, never beyond the most that may be.
    async fn keep_ahead(&mut self, step: &StepRow, bound: &StepRow, most: u64) -> Result<(), Stop> {
        let mut ahead = bound.clone();
        let written = step.output_tokens;
        ahead.output_tokens = written.saturating_add(AHEAD_TOKENS).min(most.max(written));
        let needed = self.price_with(&ahead)?;
        if needed <= self.held {
            return Ok(());
        }
        ahead.output_tokens = written.saturating_add(CHUNK_TOKENS).min(most.max(written));
        let reserve = self.price_with(&ahead)?.less(self.held);
        self.cover(needed, reserve).await
    }

    async fn record_if_due(&self, step: &StepRow, recorded: Timestamp) -> Result<Timestamp, Stop> {
        let now = self.app.now();
        if now.micros().saturating_sub(recorded.micros()) < RECORD_EVERY_MICROS {
            return Ok(recorded);
        }
        self.record(step).await?;
        Ok(now)
    }

    /// Writes what a restarted server would settle from.
    pub(super) async fn record(&self, step: &StepRow) -> Result<(), Stop> {
        let mut row = step.clone();
        if row.state == RunState::Queued && !self.steps.is_empty() {
            // Only a run's first step can wait for the run to begin.
            row.state = RunState::Running;
        }
        let answer = match (self.run.session, self.run.answer) {
            (Some(session), Some(answer)) => Some((session, answer, self.feed.text())),
            _ => None,
        };
        self.app.store.record(self.run.org, row, answer).await.map_err(|error| {
            tracing::error!(run = %self.run.id, %error, "usage could not be recorded");
            Stop(Reason::InternalError)
        })
    }

    fn refused(&self, error: &ModelError) -> Stop {
        tracing::warn!(run = %self.run.id, %error, "a model did not answer");
        Stop(match error {
            ModelError::NotReached { .. } => Reason::ProviderBusy,
            ModelError::InputTooLong => Reason::InputTooLong,
            ModelError::Refused { .. } | ModelError::Broken(_) | ModelError::NotReady { .. } => {
                Reason::ProviderError
            }
        })
    }
}
