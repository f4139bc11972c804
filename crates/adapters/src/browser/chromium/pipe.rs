//! Talking to Chromium: the DevTools protocol over a pair of pipes.
//!
//! Owns: messages as JSON with a zero byte after each, answers found by their number, deadlines,
//! and the one line on which events go to whoever listens. Never: knows what a message means, or
//! opens a port (a port could be found by other programs of this computer, a pipe cannot).
//!
//! Read next: `wiring`, which listens to the events.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot, watch};

use crate::browser::BrowserError;

/// The longest message that is read: a picture of a long page fits, and no memory is filled.
const MESSAGE_BYTES: usize = 96 * 1024 * 1024;
/// Events that may wait; beyond, Chromium waits.
const EVENTS: usize = 256;
/// The longest detail of a refusal, in characters.
const DETAIL: usize = 200;

/// Something that Chromium told unasked.
#[derive(Debug)]
pub(super) struct Event {
    /// The target's session; none: the browser itself.
    pub(super) session: Option<String>,
    pub(super) method: String,
    pub(super) params: Value,
}

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CallError {
    /// The pipe is closed.
    Gone,
    /// No answer in time. It may still come; nobody waits for it.
    TooSlow,
    /// The page is gone, and answers nothing any more.
    Lost,
    /// Chromium's own refusal.
    Said(String),
}

impl From<CallError> for BrowserError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Gone => BrowserError::Gone,
            CallError::TooSlow => BrowserError::TooSlow,
            CallError::Lost => BrowserError::Refused("the page has crashed".to_owned()),
            CallError::Said(detail) => BrowserError::Refused(detail),
        }
    }
}

type Answer = Result<Value, CallError>;

struct Lines {
    waiting: Mutex<Option<HashMap<u64, oneshot::Sender<Answer>>>>,
    next: AtomicU64,
    closed: watch::Sender<bool>,
}

impl Lines {
    fn waiting(&self) -> MutexGuard<'_, Option<HashMap<u64, oneshot::Sender<Answer>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody is answered any more.
    fn close(&self) {
        self.waiting().take();
        self.closed.send_replace(true);
    }
}

/// The way to Chromium. Clones are the same one; when the last is dropped, the writing side is
/// closed, by which Chromium ends.
#[derive(Clone)]
pub(super) struct Pipe {
    lines: Arc<Lines>,
    out: mpsc::UnboundedSender<Vec<u8>>,
}

impl Pipe {
    /// Starts reading and writing.
    pub(super) fn over(
        write: impl AsyncWrite + Send + Unpin + 'static,
        read: impl AsyncRead + Send + Unpin + 'static,
    ) -> (Pipe, mpsc::Receiver<Event>) {
        let waiting = Mutex::new(Some(HashMap::new()));
        let closed = watch::Sender::new(false);
        let lines = Arc::new(Lines { waiting, next: AtomicU64::new(1), closed });
        let (out, queue) = mpsc::unbounded_channel();
        let (events, listener) = mpsc::channel(EVENTS);
        tokio::spawn(write_all(write, queue));
        tokio::spawn(read_all(read, lines.clone(), events));
        (Pipe { lines, out }, listener)
    }

    /// Asks and waits for the answer, at most for `patience`.
    pub(super) async fn call(
        &self,
        session: Option<&str>,
        method: &str,
        params: Value,
        patience: Duration,
    ) -> Result<Value, CallError> {
        let (sender, answer) = oneshot::channel();
        let number = self.lines.next.fetch_add(1, Ordering::Relaxed);
        match self.lines.waiting().as_mut() {
            Some(waiting) => waiting.insert(number, sender),
            None => return Err(CallError::Gone),
        };
        self.send(number, session, method, params);
        match tokio::time::timeout(patience, answer).await {
            Ok(answer) => answer.unwrap_or(Err(CallError::Gone)),
            Err(_) => {
                if let Some(waiting) = self.lines.waiting().as_mut() {
                    waiting.remove(&number);
                }
                tracing::debug!(method, "the browser does not answer");
                Err(CallError::TooSlow)
            }
        }
    }

    /// Asks without waiting; the answer is not looked at.
    pub(super) fn tell(&self, session: Option<&str>, method: &str, params: Value) {
        let number = self.lines.next.fetch_add(1, Ordering::Relaxed);
        self.send(number, session, method, params);
    }

    fn send(&self, number: u64, session: Option<&str>, method: &str, params: Value) {
        let mut message = json!({ "id": number, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        // A closed pipe is told by the reading side.
        let _ = self.out.send(bytes);
    }

    /// Waits until Chromium has closed its side.
    pub(super) async fn closed(&self) {
        let mut closed = self.lines.closed.subscribe();
        // The sender lives in `self`: the wait can only end by the pipe being closed.
        let _ = closed.wait_for(|closed| *closed).await;
    }
}

async fn write_all(
    mut write: impl AsyncWrite + Unpin,
    mut queue: mpsc::UnboundedReceiver<Vec<u8>>,
) {
    while let Some(bytes) = queue.recv().await {
        let written = async {
            write.write_all(&bytes).await?;
            write.flush().await
        };
        if written.await.is_err() {
            break;
        }
    }
}

async fn read_all(
    mut read: impl AsyncRead + Unpin,
    lines: Arc<Lines>,
    events: mpsc::Sender<Event>,
) {
    let mut buffer = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        let length = match read.read(&mut piece).await {
            Ok(length) if length > 0 => length,
            _ => break,
        };
        let mut rest = &piece[..length];
        while let Some(end) = rest.iter().position(|byte| *byte == 0) {
            buffer.extend_from_slice(&rest[..end]);
            rest = &rest[end + 1..];
            if let Some(event) = lines.take(&buffer) {
                // Nobody listens any more: answers are still given.
                let _ = events.send(event).await;
            }
            buffer.clear();
        }
        buffer.extend_from_slice(rest);
        if buffer.len() > MESSAGE_BYTES {
            tracing::warn!("a message of the browser is too long");
            break;
        }
    }
    lines.close();
}

impl Lines {
    /// Gives an answer to who waits for it; what is no answer is an event.
    fn take(&self, message: &[u8]) -> Option<Event> {
        let mut message: Value = serde_json::from_slice(message).ok()?;
        if let Some(number) = message["id"].as_u64() {
            let sender = self.waiting().as_mut()?.remove(&number)?;
            let answer = match message["error"]["message"].as_str() {
                Some(said) => Err(CallError::Said(said.chars().take(DETAIL).collect())),
                None => Ok(message["result"].take()),
            };
            let _ = sender.send(answer);
            return None;
        }
        let method = message["method"].as_str()?.to_owned();
        let session = message["sessionId"].as_str().map(str::to_owned);
        Some(Event { session, method, params: message["params"].take() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{DuplexStream, duplex};

    fn pipe() -> (Pipe, mpsc::Receiver<Event>, DuplexStream, DuplexStream) {
        let (to, asked) = duplex(1 << 16);
        let (answers, from) = duplex(1 << 16);
        let (pipe, events) = Pipe::over(to, from);
        (pipe, events, asked, answers)
    }

    async fn message(asked: &mut DuplexStream) -> Value {
        let mut bytes = Vec::new();
        loop {
            match asked.read_u8().await.unwrap() {
                0 => return serde_json::from_slice(&bytes).unwrap(),
                byte => bytes.push(byte),
            }
        }
    }

    #[tokio::test]
    async fn answers_find_who_asked_in_any_order_and_events_go_apart() {
        let (pipe, mut events, mut asked, mut answers) = pipe();
        let long = Duration::from_secs(30);
        let one = pipe.call(None, "One", json!({}), long);
        let two = pipe.call(Some("s"), "Two", json!({ "x": 1 }), long);
        let chromium = async {
            let (first, second) = (message(&mut asked).await, message(&mut asked).await);
            assert_eq!((&second["method"], &second["sessionId"]), (&json!("Two"), &json!("s")));
            let event = json!({ "method": "Seen", "sessionId": "s", "params": { "y": 2 } });
            let right = json!({ "id": second["id"], "result": { "ok": true } });
            let wrong = json!({ "id": first["id"], "error": { "message": "no" } });
            let text = format!("{event}\0not json\0{right}\0{wrong}\0");
            // In two pieces, the first ending in the middle of a message.
            let (a, b) = text.as_bytes().split_at(20);
            answers.write_all(a).await.unwrap();
            answers.write_all(b).await.unwrap();
        };
        let (one, two, ()) = tokio::join!(one, two, chromium);
        assert_eq!(one, Err(CallError::Said("no".to_owned())));
        assert_eq!(two, Ok(json!({ "ok": true })));
        let event = events.recv().await.unwrap();
        assert_eq!((event.method.as_str(), event.session.as_deref()), ("Seen", Some("s")));
        assert_eq!(event.params, json!({ "y": 2 }));
    }

    #[tokio::test]
    async fn a_closed_pipe_answers_everybody() {
        let (pipe, _events, asked, answers) = pipe();
        let waiting = pipe.call(None, "One", json!({}), Duration::from_secs(30));
        let (answer, ()) = tokio::join!(waiting, async { drop((asked, answers)) });
        assert_eq!(answer, Err(CallError::Gone));
        pipe.closed().await;
        let later = pipe.call(None, "Two", json!({}), Duration::from_secs(30)).await;
        assert_eq!(later, Err(CallError::Gone));
    }

    #[tokio::test]
    async fn an_answer_that_does_not_come_is_not_waited_for() {
        let (pipe, _events, _asked, _answers) = pipe();
        let answer = pipe.call(None, "One", json!({}), Duration::from_millis(5)).await;
        assert_eq!(answer, Err(CallError::TooSlow));
        assert!(pipe.lines.waiting().as_ref().unwrap().is_empty());
    }
}
