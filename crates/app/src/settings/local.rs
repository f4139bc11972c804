//! How the operator sees the model on this computer.

use async_trait::async_trait;

/// Where the worker stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalLook {
    /// `ready`, `starting`, `missing`, `failed` or `off`.
    pub state: &'static str,
    /// What that means and what to do, in plain words.
    pub detail: String,
    /// The model's name, for people.
    pub name: String,
    /// The running process.
    pub pid: Option<u32>,
    /// Calls that wait for their turn.
    pub queued: u32,
}

/// Looks at the worker of the local model; never starts or asks it anything that costs.
#[async_trait]
pub trait LocalWatch: Send + Sync {
    /// Where it stands now.
    async fn look(&self) -> LocalLook;
}
