//! What is known of the worker, for everybody who asks.
//!
//! Owns: the states and the board on which the supervisor writes and everybody else reads.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::LocalModelConfig;
use crate::ai::openai::OpenAi;

/// Where the worker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalState {
    Starting,
    Ready,
    /// The program or the model's file is not there yet.
    Missing,
    /// It does not start, or failed too often; the next call tries again.
    Failed,
    /// Shut down.
    Off,
}

impl LocalState {
    /// The word on the model's card.
    pub fn word(self) -> &'static str {
        match self {
            LocalState::Starting => "starting",
            LocalState::Ready => "ready",
            LocalState::Missing => "missing",
            LocalState::Failed => "failed",
            LocalState::Off => "off",
        }
    }
}

/// What the operator sees of the worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalStatus {
    pub state: LocalState,
    /// What it means and what to do, in plain words.
    pub detail: String,
    /// The running process.
    pub pid: Option<u32>,
}

/// A worker that takes calls.
#[derive(Clone)]
pub(super) struct Running {
    pub(super) pid: u32,
    pub(super) port: u16,
    pub(super) context_tokens: u32,
    pub(super) client: Arc<OpenAi>,
}

impl PartialEq for Running {
    fn eq(&self, other: &Running) -> bool {
        Arc::ptr_eq(&self.client, &other.client)
    }
}

/// What the board says.
#[derive(Clone)]
pub(super) struct Status {
    pub(super) shown: LocalStatus,
    pub(super) running: Option<Running>,
}

/// The board, with what never changes of the model.
pub(super) struct Board {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) context_tokens: u32,
    pub(super) max_output_tokens: u32,
    pub(super) call_wait: Duration,
    status: watch::Sender<Status>,
    woken: Notify,
}

impl Board {
    pub(super) fn new(config: &LocalModelConfig) -> Self {
        Board {
            id: config.id.clone(),
            name: config.name.clone(),
            context_tokens: config.context_tokens,
            max_output_tokens: config.max_output_tokens,
            call_wait: config.patience.call_wait,
            status: watch::Sender::new(not_running(LocalState::Starting, "It is starting.")),
            woken: Notify::new(),
        }
    }

    pub(super) fn now(&self) -> Status {
        self.status.borrow().clone()
    }

    pub(super) async fn until(&self, wanted: impl Fn(&Status) -> bool) -> Status {
        let mut status = self.status.subscribe();
        match status.wait_for(wanted).await {
            Ok(status) => status.clone(),
            // The board outlives everybody who waits at it; this is what it would say.
            Err(_) => self.now(),
        }
    }

    pub(super) fn say(&self, state: LocalState, detail: &str) {
        self.status.send_replace(not_running(state, detail));
    }

    pub(super) fn ready(&self, running: Running) {
        let detail = format!("{} answers.", self.name);
        let shown = LocalStatus { state: LocalState::Ready, detail, pid: Some(running.pid) };
        self.status.send_replace(Status { shown, running: Some(running) });
    }

    pub(super) fn off(&self) {
        self.say(LocalState::Off, "The local model is shut down.");
    }

    /// Asks for one more try after a failure. The board says `starting` at once, so that whoever
    /// asked can wait for how it ends.
    pub(super) fn wake(&self) {
        let woken = self.status.send_if_modified(|status| {
            let failed = status.shown.state == LocalState::Failed;
            if failed {
                *status = not_running(LocalState::Starting, "It is tried once more.");
            }
            failed
        });
        if woken {
            self.woken.notify_one();
        }
    }

    pub(super) async fn woken(&self) {
        self.woken.notified().await;
    }
}

fn not_running(state: LocalState, detail: &str) -> Status {
    let shown = LocalStatus { state, detail: detail.to_owned(), pid: None };
    Status { shown, running: None }
}
