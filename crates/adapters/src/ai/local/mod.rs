//! The small model on this computer, run by a worker process that this module looks after.
//!
//! Owns: the worker's life and the road of a call to it. The worker is a process of its own
//! because its engine can abort; it speaks the OpenAI chat shape on loopback, so that a call is
//! `openai`'s work. Never downloads anything, and never makes the server wait: the server starts
//! without it.
//!
//! Read next: `state` (what is known of the worker), `supervisor` (start, watch, restart), then
//! `worker` (one process).

mod settings;
mod state;
mod supervisor;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{
    ChatMessage, Model, ModelCard, ModelError, ModelRequest, ModelStream, Provider, talk, tokens,
};

pub use settings::{LocalModelConfig, Patience};
pub use state::{LocalState, LocalStatus};
pub use worker::WorkerLoad;

use state::{Board, Running};

const NOTE: &str = "A small model on this computer, for trying things out; it invents facts. \
                    Connect a provider for real work.";

/// How soon the end of a worker is known after a call to it failed.
const NOTICE: Duration = Duration::from_millis(500);

/// The local model and its worker. Dropping it ends the worker at once; [`LocalModel::shut_down`]
/// ends it in good order.
pub struct LocalModel {
    board: Arc<Board>,
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

/// Starts looking after a worker, in the background; to be called within a tokio runtime.
pub fn start(config: LocalModelConfig) -> LocalModel {
    let board = Arc::new(Board::new(&config));
    let stop = watch::Sender::new(false);
    let task = tokio::spawn(supervisor::look_after(config, Arc::clone(&board), stop.subscribe()));
    LocalModel { board, stop, task: Some(task) }
}

impl LocalModel {
    /// The model. It lives on beside the handle and is `off` once the handle is gone.
    pub fn model(&self) -> Arc<dyn Model> {
        Arc::new(Local(Arc::clone(&self.board)))
    }

    /// Where the worker stands, now.
    pub fn status(&self) -> LocalStatus {
        self.board.now().shown
    }

    /// Waits until the worker stands as `wanted` says, and gives that state.
    pub async fn until(&self, wanted: impl Fn(&LocalStatus) -> bool) -> LocalStatus {
        self.board.until(|status| wanted(&status.shown)).await.shown
    }

    /// What the worker is doing; none when it does not run or does not answer.
    pub async fn load(&self) -> Option<WorkerLoad> {
        worker::load(self.board.now().running.as_ref()?).await
    }

    /// Ends the worker: by closing its input, and by force if it does not end in time. Calls in
    /// flight end as broken.
    pub async fn shut_down(mut self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task.take() {
            // A supervisor that panicked has dropped, and so ended, its worker.
            let _ = task.await;
        }
        self.board.off();
    }
}

impl Drop for LocalModel {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
        self.board.off();
    }
}

struct Local(Arc<Board>);

impl Local {
    /// A worker that takes calls; waits for one that is starting.
    async fn running(&self) -> Result<Running, ModelError> {
        self.0.wake();
        let settled = self.0.until(|status| status.shown.state != LocalState::Starting);
        let status = match timeout(self.0.call_wait, settled).await {
            Ok(status) => status,
            Err(_) => self.0.now(),
        };
        let state = status.shown.state.word().to_owned();
        status.running.ok_or(ModelError::NotReady { state })
    }
}

#[async_trait]
impl Model for Local {
    fn card(&self) -> ModelCard {
        let status = self.0.now();
        ModelCard {
            id: self.0.id.clone(),
            name: self.0.name.clone(),
            note: NOTE.to_owned(),
            provider: Provider::Local,
            ready: status.running.is_some(),
            state: status.shown.state.word().to_owned(),
            context_tokens: status.running.map_or(self.0.context_tokens, |r| r.context_tokens),
            max_output_tokens: self.0.max_output_tokens,
            schemas: true,
            calls: false,
        }
    }

    fn count_tokens(&self, messages: &[ChatMessage]) -> u32 {
        tokens::input_at_most(messages)
    }

    async fn stream(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        talk::without_calls(&request.messages)?;
        let request = ModelRequest { tools: Vec::new(), ..request };
        let running = self.running().await?;
        let failed = match running.client.stream(request.clone()).await {
            Err(error @ ModelError::NotReached { .. }) => error,
            other => return other,
        };
        // The worker may have died a moment ago: then its successor gets the call.
        let gone = self.0.until(|status| status.running.as_ref().is_none_or(|r| r != &running));
        match timeout(NOTICE, gone).await {
            Ok(_) => self.running().await?.client.stream(request).await,
            Err(_) => Err(failed),
        }
    }
}
