//! Models driven by a script, for tests; only with the feature `scripted`.
//!
//! Owns: scripts, gates to hold a script at a point, and a provider that plays scripts and keeps a
//! log of every call. The same scripts run in process ([`ScriptedProvider::model`]) and over a real
//! socket ([`ScriptedProvider::serve`]). Never linked into a release build, never a default model.
//!
//! A test never sleeps: it holds the script with a [`Gate`] and waits for it, or waits on the log
//! with [`ScriptedProvider::until`].
//!
//! Read next: `provider`, then `server` and what it speaks (`chat`, `messages`), then `obedient`.

mod chat;
mod fitting;
mod messages;
mod model;
pub mod obedient;
mod provider;
mod server;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;

use super::{Finish, ModelError, ToolCall};

pub use provider::{Call, CallEnd, ScriptedProvider};
pub use server::{Demands, ScriptedServer};

/// A point at which a script waits until the test opens it.
#[derive(Clone, Debug)]
pub struct Gate(Arc<GateState>);

#[derive(Debug)]
struct GateState {
    reached: watch::Sender<bool>,
    open: watch::Sender<bool>,
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        let (reached, open) = (watch::Sender::new(false), watch::Sender::new(false));
        Gate(Arc::new(GateState { reached, open }))
    }

    /// Lets every script that waits here go on, now and later.
    pub fn open(&self) {
        self.0.open.send_replace(true);
    }

    /// Waits until a script has come to the gate.
    pub async fn reached(&self) {
        let mut reached = self.0.reached.subscribe();
        // The sender lives in `self`: the wait can only end by the gate being reached.
        let _ = reached.wait_for(|reached| *reached).await;
    }

    pub(crate) async fn pass(&self) {
        self.0.reached.send_replace(true);
        let mut open = self.0.open.subscribe();
        let _ = open.wait_for(|open| *open).await;
    }
}

impl Default for Gate {
    fn default() -> Self {
        Gate::new()
    }
}

/// One thing that the provider does once it has accepted a call.
#[derive(Clone, Debug)]
pub enum Step {
    /// Says that so many calls are before this one.
    Queued(u32),
    /// Sends a piece of the answer.
    Text(String),
    /// Sends a piece that is paid for but not shown.
    Thought(String),
    /// Calls a tool; over a socket in pieces. An empty id is not sent.
    Call(ToolCall),
    /// Waits until the test opens the gate.
    Wait(Gate),
    /// Sends its count (over a socket in a chunk with no choices).
    Usage { input: u32, output: u32 },
    /// Gives the finish reason.
    Finish(Finish),
    /// Sends the final mark.
    Done,
    /// Breaks the connection.
    Cut,
    /// Reports an error in mid-answer.
    Report,
    /// Sends the same piece again and again until the call is cancelled.
    Forever(String),
    /// Sends nothing more until the call is cancelled.
    Hang,
    /// Over a socket: these bytes as they are. In process: a stream that cannot be read.
    Bytes(Vec<u8>),
}

/// A whole HTTP answer, for what no stream says.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// What the provider does with one attempt. The end of the steps is an orderly end of the stream,
/// with or without the final mark.
#[derive(Clone, Debug)]
pub struct Script {
    held: Option<Gate>,
    refusal: Option<ModelError>,
    reply: Option<Reply>,
    steps: Vec<Step>,
}

impl Script {
    /// Plays `steps` after accepting the call.
    pub fn steps(steps: Vec<Step>) -> Self {
        Script { held: None, refusal: None, reply: None, steps }
    }

    /// Answers with `texts` and an honest count.
    pub fn answer(texts: &[&str], input: u32, output: u32) -> Self {
        let mut steps: Vec<Step> = texts.iter().map(|t| Step::Text((*t).to_owned())).collect();
        let end = [Step::Finish(Finish::Stop), Step::Usage { input, output }, Step::Done];
        steps.extend(end);
        Script::steps(steps)
    }

    /// Answers with the plainest JSON of `schema` and an honest count; for a rule of
    /// [`ScriptedProvider::otherwise`] that answers whatever is asked for.
    pub fn fitting(schema: &Value, input: u32, output: u32) -> Self {
        Script::answer(&[&fitting::value(schema).to_string()], input, output)
    }

    /// Calls tools, each by name and arguments, and gives an honest count. Their ids are `call_1`,
    /// `call_2` and so on.
    pub fn calls(calls: &[(&str, Value)], input: u32, output: u32) -> Self {
        let call = |(number, (name, arguments)): (usize, &(&str, Value))| {
            let (id, name) = (format!("call_{}", number + 1), (*name).to_owned());
            Step::Call(ToolCall { id, name, arguments: arguments.to_string() })
        };
        let mut steps: Vec<Step> = calls.iter().enumerate().map(call).collect();
        steps.extend([Step::Finish(Finish::Calls), Step::Usage { input, output }, Step::Done]);
        Script::steps(steps)
    }

    /// Refuses the attempt before the first byte. Over a socket the refusal becomes the status
    /// that means it: `NotReached` and `NotReady` 503, `Refused` 401, `InputTooLong` 400, and
    /// `Broken` a connection that is dropped before the status line.
    pub fn refuse(error: ModelError) -> Self {
        Script { refusal: Some(error), ..Script::steps(Vec::new()) }
    }

    /// Refuses as a busy provider does, asking to wait.
    pub fn busy(retry_after: Option<Duration>) -> Self {
        Script::refuse(ModelError::NotReached { detail: "busy".to_owned(), retry_after })
    }

    /// Over a socket only: gives this reply instead of a stream.
    pub fn reply(reply: Reply) -> Self {
        Script { reply: Some(reply), ..Script::steps(Vec::new()) }
    }

    /// Neither accepts nor refuses before the gate is opened.
    pub fn held(mut self, gate: &Gate) -> Self {
        self.held = Some(gate.clone());
        self
    }
}
