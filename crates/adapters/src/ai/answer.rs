//! The one rule of how an answer ends, for every model.
//!
//! Owns: turning what a provider sends (already parsed into [`Piece`]s) into events, the limits in
//! time and length, and the choice between the provider's count and ours. Never reads a socket and
//! knows no wire format: `openai` feeds it from the network, `scripted` from a script.
//!
//! 1. The last usage that a provider sends is honoured wherever it stands; one that cannot be true
//!    (no input, or no output although text came) counts as missing.
//! 2. Without usage our own count stands, marked as not exact.
//! 3. An answer is whole once a finish reason or the final mark has come; a stream that ends
//!    before either is cut.
//! 4. Once our own limit on output tokens is passed, reading stops and our own count stands.
//! 5. Calls are given whole or not at all, and only by a whole answer that no limit cut: whatever
//!    finish reason the provider gave, an answer with calls ends in calls, one without does not.

use std::collections::VecDeque;
use std::pin::Pin;
use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use tokio::time::{Sleep, sleep};

use super::calls::{CallPiece, Calls};
use super::error::{BreakCause, ModelError};
use super::tokens::{Tally, input_likely};
use super::{Finish, ModelEvent, ModelRequest, ModelStream, ToolCall};

/// How long and how much an answer may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From sending the request to the provider's status line.
    pub first_byte: Duration,
    /// Without a single byte, comments included.
    pub idle: Duration,
    /// Waiting in the provider's queue, altogether.
    pub queued: Duration,
    /// From the first byte, or from the end of the queue, to the end.
    pub total: Duration,
    /// Waiting for the usage once the answer is finished.
    pub after_finish: Duration,
    /// The longest line of the stream, in bytes.
    pub line_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            first_byte: Duration::from_secs(60),
            idle: Duration::from_secs(60),
            queued: Duration::from_secs(30 * 60),
            total: Duration::from_secs(10 * 60),
            after_finish: Duration::from_secs(5),
            line_bytes: 256 * 1024,
        }
    }
}

/// One thing that a provider said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// The call waits for so many others.
    Queued(u32),
    /// Text for the person.
    Text(String),
    /// Text that the model wrote for itself: paid for, not shown.
    Thought(String),
    /// A part of a call.
    Call(CallPiece),
    /// The provider's own count.
    Usage { input: u32, output: u32 },
    /// A finish reason came.
    Finished(Finish),
    /// The final mark came: nothing follows.
    Done,
    /// The provider said that it failed, the connection broke, or the stream cannot be read.
    Broken(ModelError),
}

/// What one read from the provider gave; empty when it was a sign of life only.
pub(super) type Batch = Vec<Piece>;

/// The state of one answer.
struct Answer {
    input_likely: u32,
    max_output_tokens: u32,
    tally: Tally,
    usage: Option<(u32, u32)>,
    finish: Option<Finish>,
    calls: Calls,
    call_id: String,
}

impl Answer {
    fn new(request: &ModelRequest) -> Self {
        Answer {
            input_likely: input_likely(&request.messages, &request.tools),
            max_output_tokens: request.max_output_tokens,
            tally: Tally::default(),
            usage: None,
            finish: None,
            calls: Calls::default(),
            call_id: request.call_id.clone(),
        }
    }

    /// What follows from one piece. After a last event the answer takes no more pieces.
    fn take(&mut self, piece: Piece) -> Option<ModelEvent> {
        match piece {
            Piece::Call(piece) => self.call(&piece),
            Piece::Queued(ahead) => Some(ModelEvent::Queued { ahead }),
            Piece::Text(text) => self.grow(&text, true),
            Piece::Thought(text) => self.grow(&text, false),
            Piece::Usage { input, output } => {
                self.usage = Some((input, output));
                None
            }
            Piece::Finished(finish) => {
                self.finish = Some(finish);
                None
            }
            Piece::Done => {
                let finish = self.finish.unwrap_or(Finish::Stop);
                Some(self.whole(finish))
            }
            Piece::Broken(error) => Some(self.end(error)),
        }
    }

    /// The connection is over, orderly or not, or the time is up.
    fn end(&self, error: ModelError) -> ModelEvent {
        match self.finish {
            Some(finish) => self.whole(finish),
            None => self.broken(error),
        }
    }

    fn broken(&self, error: ModelError) -> ModelEvent {
        let output_tokens = self.own_output();
        let input_tokens = if output_tokens == 0 { 0 } else { self.input_likely };
        ModelEvent::Broken { error, input_tokens, output_tokens }
    }

    /// A call's text is paid for like any other, and not shown.
    fn call(&mut self, piece: &CallPiece) -> Option<ModelEvent> {
        if self.calls.take(piece).is_err() {
            return Some(self.broken(ModelError::Broken(BreakCause::Garbled)));
        }
        let name = piece.name.as_deref().unwrap_or_default();
        self.grow(&format!("{name}{}", piece.arguments), false)
    }

    /// The calls that come before the last event `last`, and what the last event is then.
    fn called(&mut self, last: ModelEvent) -> (Option<Vec<ToolCall>>, ModelEvent) {
        match last {
            ModelEvent::Usage { finish: Finish::Calls, .. } => {
                match self.calls.whole(&self.call_id) {
                    Ok(calls) => (Some(calls), last),
                    Err(_) => (None, self.broken(ModelError::Broken(BreakCause::Garbled))),
                }
            }
            last => (None, last),
        }
    }

    fn grow(&mut self, text: &str, shown: bool) -> Option<ModelEvent> {
        if text.is_empty() {
            return None;
        }
        let before = self.own_output();
        self.tally.add(text);
        if self.tally.certain() > self.max_output_tokens {
            return Some(self.own_count(Finish::Length));
        }
        let tokens = self.own_output() - before;
        let text = if shown { text.to_owned() } else { String::new() };
        Some(ModelEvent::Delta { text, tokens })
    }

    fn whole(&self, finish: Finish) -> ModelEvent {
        let finish = match finish {
            Finish::Length => Finish::Length,
            Finish::Stop | Finish::Calls if self.calls.is_empty() => Finish::Stop,
            Finish::Stop | Finish::Calls => Finish::Calls,
        };
        match self.usage {
            Some((input, output)) if input > 0 && (output > 0 || self.own_output() == 0) => {
                ModelEvent::Usage {
                    input_tokens: input,
                    output_tokens: output,
                    exact: true,
                    finish,
                }
            }
            _ => self.own_count(finish),
        }
    }

    fn own_count(&self, finish: Finish) -> ModelEvent {
        ModelEvent::Usage {
            input_tokens: self.input_likely,
            output_tokens: self.own_output(),
            exact: false,
            finish,
        }
    }

    fn own_output(&self) -> u32 {
        self.tally.likely().min(self.max_output_tokens)
    }
}

/// The time that an answer has left, as alarms: nothing here asks what time it is.
struct Alarms {
    limits: Limits,
    /// The end of the queue while we wait there, else of the work.
    whole: Pin<Box<Sleep>>,
    /// Going back to the queue again and again gains nothing.
    last: Pin<Box<Sleep>>,
    queued: bool,
}

impl Alarms {
    fn set(limits: Limits) -> Self {
        Alarms {
            limits,
            whole: Box::pin(sleep(limits.total)),
            last: Box::pin(sleep(limits.total.saturating_add(limits.queued))),
            queued: false,
        }
    }

    /// Only calls before ours keep us in the queue; any other word means that the work began.
    fn hear(&mut self, piece: &Piece) {
        let queued = matches!(piece, Piece::Queued(ahead) if *ahead > 0);
        if self.queued != queued {
            let left = if queued { self.limits.queued } else { self.limits.total };
            self.whole = Box::pin(sleep(left));
            self.queued = queued;
        }
    }

    /// Goes off when the next read takes too long.
    async fn ring(&mut self, finished: bool) -> BreakCause {
        let wait = if finished { self.limits.after_finish } else { self.limits.idle };
        tokio::select! {
            biased;
            () = self.whole.as_mut() => BreakCause::TooLong,
            () = self.last.as_mut() => BreakCause::TooLong,
            () = sleep(wait) => BreakCause::Idle,
        }
    }
}

type Source = Pin<Box<dyn Stream<Item = Batch> + Send>>;

struct Pump {
    source: Option<Source>,
    answer: Answer,
    alarms: Alarms,
    ready: VecDeque<ModelEvent>,
}

impl Pump {
    /// The next event; none once the last one was given. Reads only when asked, so that a slow
    /// reader slows the provider down instead of filling memory.
    async fn next(&mut self) -> Option<ModelEvent> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let source = self.source.as_mut()?;
            let finished = self.answer.finish.is_some();
            let read = tokio::select! {
                biased;
                batch = source.next() => batch.ok_or(BreakCause::Cut),
                cause = self.alarms.ring(finished) => Err(cause),
            };
            match read {
                Ok(batch) => self.take(batch),
                Err(cause) => self.close(cause),
            }
        }
    }

    fn take(&mut self, batch: Batch) {
        for piece in batch {
            self.alarms.hear(&piece);
            let Some(event) = self.answer.take(piece) else {
                continue;
            };
            if event.is_last() {
                self.finish(event);
                return;
            }
            self.ready.push_back(event);
        }
    }

    fn close(&mut self, cause: BreakCause) {
        let last = self.answer.end(ModelError::Broken(cause));
        self.finish(last);
    }

    fn finish(&mut self, last: ModelEvent) {
        // Dropping the source ends the call: a provider that still works stops.
        self.source = None;
        let (calls, last) = self.answer.called(last);
        self.ready.extend(calls.map(ModelEvent::Calls));
        self.ready.push_back(last);
    }
}

/// The events of an answer whose pieces come from `source`; the end of `source` is the end of the
/// connection.
pub(super) fn events(
    request: &ModelRequest,
    limits: Limits,
    source: impl Stream<Item = Batch> + Send + 'static,
) -> ModelStream {
    let pump = Pump {
        source: Some(Box::pin(source)),
        answer: Answer::new(request),
        alarms: Alarms::set(limits),
        ready: VecDeque::new(),
    };
    Box::pin(stream::unfold(pump, |mut pump| async move {
        let event = pump.next().await?;
        Some((event, pump))
    }))
}
