//! The provider behind scripted models: which script comes next, and the log of calls.
//!
//! Owns: the queue of scripts and what is known of every attempt. Never interprets a script.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::watch;

use super::{Script, Step};
use crate::ai::{ChatMessage, ModelRequest, ToolSpec};

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallEnd {
    /// Still going on.
    Open,
    /// Refused before the first byte.
    Refused,
    /// The script was played to its end.
    Played,
    /// The caller went away first.
    Cancelled,
}

/// One attempt as the provider saw it.
#[derive(Clone, Debug)]
pub struct Call {
    pub call_id: String,
    pub model: String,
    pub messages: Vec<ChatMessage>,
    pub max_output_tokens: u32,
    /// What the answer was to fit.
    pub schema: Option<Value>,
    /// The likeliest answer was asked for.
    pub steady: bool,
    /// What the model could call.
    pub tools: Vec<ToolSpec>,
    /// Steps begun so far.
    pub steps: usize,
    pub end: CallEnd,
}

type Choose = Arc<dyn Fn(&ModelRequest) -> Script + Send + Sync>;

struct State {
    queue: std::collections::VecDeque<Script>,
    rules: Vec<(String, Script)>,
    otherwise: Choose,
    calls: Vec<Call>,
    has_calls: bool,
}

struct Shared {
    state: Mutex<State>,
    changes: watch::Sender<u64>,
}

/// A provider that plays scripts: the queued ones first, one for each attempt, then that of the
/// first rule that fits ([`ScriptedProvider::when`]), then what
/// [`ScriptedProvider::otherwise`] says. Clones are the same provider.
#[derive(Clone)]
pub struct ScriptedProvider(Arc<Shared>);

impl ScriptedProvider {
    /// A provider that answers "Hello." (counts 10 and 2) unless told otherwise.
    pub fn new() -> Self {
        let otherwise: Choose = Arc::new(|_| Script::answer(&["Hel", "lo."], 10, 2));
        let state = State {
            queue: Default::default(),
            rules: Vec::new(),
            otherwise,
            calls: Vec::new(),
            has_calls: true,
        };
        ScriptedProvider(Arc::new(Shared {
            state: Mutex::new(state),
            changes: watch::Sender::new(0),
        }))
    }

    /// Queues the script of one attempt.
    pub fn push(&self, script: Script) {
        self.lock().queue.push_back(script);
    }

    /// What is played, as often as it fits, when no script is queued and the last message holds
    /// `text`.
    pub fn when(&self, text: &str, script: Script) {
        self.lock().rules.push((text.to_owned(), script));
    }

    /// From now on its models in process have no calls ([`crate::ai::ModelCard::calls`]). A served
    /// one has none by [`super::Demands::no_tools`].
    pub fn without_calls(&self) {
        self.lock().has_calls = false;
    }

    pub(super) fn has_calls(&self) -> bool {
        self.lock().has_calls
    }

    /// What is played when no script is queued and no rule fits.
    pub fn otherwise(&self, choose: impl Fn(&ModelRequest) -> Script + Send + Sync + 'static) {
        self.lock().otherwise = Arc::new(choose);
    }

    /// Every attempt so far, in the order of arrival.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// Waits until the log satisfies `done`.
    pub async fn until(&self, done: impl Fn(&[Call]) -> bool) {
        let mut changes = self.0.changes.subscribe();
        while !done(&self.lock().calls) {
            // The sender lives in `self`; it cannot close while we wait.
            let _ = changes.changed().await;
        }
    }

    /// Waits until the caller of `call_id` has gone away and the provider has noticed.
    pub async fn cancelled(&self, call_id: &str) {
        self.until(|calls| {
            calls.iter().any(|c| c.call_id == call_id && c.end == CallEnd::Cancelled)
        })
        .await;
    }

    /// Notes an attempt and gives its script.
    pub(super) fn arrive(&self, request: &ModelRequest) -> (Attempt, Script) {
        let (script, index) = {
            let mut state = self.lock();
            state.calls.push(Call {
                call_id: request.call_id.clone(),
                model: request.model.clone(),
                messages: request.messages.clone(),
                max_output_tokens: request.max_output_tokens,
                schema: request.schema.clone(),
                steady: request.steady,
                tools: request.tools.clone(),
                steps: 0,
                end: CallEnd::Open,
            });
            let index = state.calls.len() - 1;
            let last = request.messages.last().map_or("", |message| message.content.as_str());
            let fits = |(text, script): &(String, Script)| {
                last.contains(text.as_str()).then(|| script.clone())
            };
            let queued = state.queue.pop_front().or_else(|| state.rules.iter().find_map(fits));
            (queued.ok_or_else(|| state.otherwise.clone()), index)
        };
        self.changed();
        // The test's own rule runs without our lock, so that it may look at the log.
        let script = script.unwrap_or_else(|choose| choose(request));
        (Attempt { provider: self.clone(), index }, script)
    }

    fn note(&self, index: usize, change: impl FnOnce(&mut Call)) {
        if let Some(call) = self.lock().calls.get_mut(index) {
            change(call);
        }
        self.changed();
    }

    fn changed(&self) {
        self.0.changes.send_modify(|n| *n += 1);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ScriptedProvider {
    fn default() -> Self {
        ScriptedProvider::new()
    }
}

/// An attempt that goes on. Dropped before its script's end, it counts as cancelled.
pub(super) struct Attempt {
    provider: ScriptedProvider,
    index: usize,
}

impl Attempt {
    pub(super) fn refused(&self) {
        self.ended(CallEnd::Refused);
    }

    pub(super) fn played(&self) {
        self.ended(CallEnd::Played);
    }

    /// Comes to a step, and waits where the step says so. Nothing is sent before this returns.
    pub(super) async fn begin(&self, step: &Step) {
        self.provider.note(self.index, |call| call.steps += 1);
        match step {
            Step::Wait(gate) => gate.pass().await,
            Step::Hang => std::future::pending().await,
            // An endless script must not keep its thread from noticing that the caller is gone.
            Step::Forever(_) => tokio::task::yield_now().await,
            // These are the last things a provider does.
            Step::Done | Step::Report => self.played(),
            // What was said before is on its way when the connection breaks.
            Step::Cut => {
                tokio::task::yield_now().await;
                self.played();
            }
            _ => {}
        }
    }

    fn ended(&self, end: CallEnd) {
        self.provider.note(self.index, |call| {
            if call.end == CallEnd::Open {
                call.end = end;
            }
        });
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.ended(CallEnd::Cancelled);
    }
}

/// The steps of a script as they come due. Ends after the last one, or after one that ends the
/// connection.
pub(super) struct Player {
    attempt: Attempt,
    steps: std::vec::IntoIter<Step>,
    again: Option<Step>,
    over: bool,
}

impl Player {
    pub(super) fn new(attempt: Attempt, script: Script) -> Self {
        Player { attempt, steps: script.steps.into_iter(), again: None, over: false }
    }

    /// The steps that are still to come.
    pub(super) fn rest(&self) -> &[Step] {
        self.steps.as_slice()
    }

    /// The next step, once everything before it has happened.
    pub(super) async fn next(&mut self) -> Option<Step> {
        if self.over {
            return None;
        }
        let Some(step) = self.again.clone().or_else(|| self.steps.next()) else {
            self.attempt.played();
            return None;
        };
        self.attempt.begin(&step).await;
        match step {
            Step::Forever(_) => self.again = Some(step.clone()),
            Step::Cut | Step::Report => self.over = true,
            _ => {}
        }
        Some(step)
    }
}
