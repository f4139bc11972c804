//! One model call through the meter: recorded before, counted while it streams, recorded after.

use std::time::Duration;

use ampere_adapters::ai::{
    ChatMessage, Finish, ModelError, ModelEvent, ModelRequest, ModelStream, likely_tokens,
};
use ampere_credits::Timestamp;
use ampere_store::rows::{Reason, RunState, StepRow};
use futures_util::StreamExt;

use super::{Meter, Stop};

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
    /// Name of the step, for people.
    pub name: String,
    /// The model's id.
    pub model: String,
    /// Oldest first.
    pub messages: Vec<ChatMessage>,
    /// The answer never passes this.
    pub max_output_tokens: u32,
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its text.
    pub text: String,
    /// It was cut at its length limit.
    pub cut_at_length: bool,
}

/// Tokens that a message's frame takes in the usual templates.
const FRAME_TOKENS: u64 = 5;

/// The tokens that a model will probably read.
pub(crate) fn likely_input(messages: &[ChatMessage]) -> u64 {
    messages.iter().map(|m| u64::from(likely_tokens(&m.content)) + FRAME_TOKENS).sum()
}

impl Meter {
    /// Asks a model. Whatever comes of it, the usage it caused is kept for the settle.
    pub async fn ask(&mut self, call: Call) -> Result<Output, Stop> {
        let mut step = self.first_record(&call).await?;
        let result = match tokio::time::timeout(LONGEST_CALL, self.converse(&call, &mut step)).await
        {
            Ok(result) => result,
            Err(_) => Err(Stop(Reason::CutStream)),
        };
        step.ended_at = Some(self.app.now());
        step.state = match &result {
            Ok(_) => RunState::Succeeded,
            Err(Stop(Reason::Stopped)) => RunState::Cancelled,
            Err(_) => RunState::Failed,
        };
        self.steps.push(step);
        result.map(|cut_at_length| Output { text: self.feed.text(), cut_at_length })
    }

    async fn first_record(&mut self, call: &Call) -> Result<StepRow, Stop> {
        let number = u32::try_from(self.steps.len()).unwrap_or(u32::MAX).saturating_add(1);
        let step = StepRow {
            run: self.run.id,
            number,
            name: call.name.clone(),
            model: call.model.clone(),
            state: RunState::Queued,
            started_at: self.app.now(),
            ended_at: None,
            input_tokens: 0,
            output_tokens: 0,
            estimated: true,
        };
        self.record(&step).await?;
        Ok(step)
    }

    async fn converse(&mut self, call: &Call, step: &mut StepRow) -> Result<bool, Stop> {
        let model = self.app.models.find(&call.model).ok_or(Stop(Reason::ProviderError))?;
        let mut bound = step.clone();
        bound.input_tokens = u64::from(model.count_tokens(&call.messages));
        bound.output_tokens = AHEAD_TOKENS.min(u64::from(call.max_output_tokens));
        let needed = self.price_with(&bound)?;
        self.cover(needed, needed).await?;
        let request = ModelRequest {
            call_id: format!("{}:{}", self.run.id, step.number),
            model: call.model.clone(),
            messages: call.messages.clone(),
            max_output_tokens: call.max_output_tokens,
        };
        let mut stops = self.stops.clone();
        let stream = tokio::select! {
            biased;
            _ = stops.wait_for(Option::is_some) => return Err(Stop(Reason::Stopped)),
            opened = model.stream(request) => opened.map_err(|error| self.refused(&error))?,
        };
        self.read(stream, step, &bound, likely_input(&call.messages)).await
    }

    /// Reads the answer to its end, or to the first reason to stop.
    async fn read(
        &mut self,
        mut stream: ModelStream,
        step: &mut StepRow,
        bound: &StepRow,
        likely_input: u64,
    ) -> Result<bool, Stop> {
        let mut stops = self.stops.clone();
        // The first piece is recorded at once, the rest at intervals.
        let mut recorded = Timestamp::default();
        loop {
            let event = tokio::select! {
                biased;
                _ = stops.wait_for(Option::is_some) => return Err(Stop(Reason::Stopped)),
                event = stream.next() => event,
            };
            match event {
                Some(ModelEvent::Queued { ahead }) => {
                    self.feed.stand(|standing| standing.ahead = Some(ahead));
                }
                Some(ModelEvent::Delta { text, tokens }) => {
                    self.begin(step, likely_input);
                    step.output_tokens = step.output_tokens.saturating_add(u64::from(tokens));
                    self.feed.push(&text);
                    self.keep_ahead(step, bound).await?;
                    recorded = self.record_if_due(step, recorded).await?;
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

    async fn keep_ahead(&mut self, step: &StepRow, bound: &StepRow) -> Result<(), Stop> {
        let mut ahead = bound.clone();
        ahead.output_tokens = step.output_tokens.saturating_add(AHEAD_TOKENS);
        let needed = self.price_with(&ahead)?;
        if needed <= self.held {
            return Ok(());
        }
        ahead.output_tokens = step.output_tokens.saturating_add(CHUNK_TOKENS);
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
    async fn record(&self, step: &StepRow) -> Result<(), Stop> {
        let answer = match (self.run.session, self.run.answer) {
            (Some(session), Some(answer)) => Some((session, answer, self.feed.text())),
            _ => None,
        };
        self.app.store.record(self.run.org, step.clone(), answer).await.map_err(|error| {
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
