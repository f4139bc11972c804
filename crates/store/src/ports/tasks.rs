//! The port of tasks: what runs do, the queue of those that wait, what earlier ones cost and gave.

use ampere_credits::{Credits, OrgId, RunId, Timestamp};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::{Alike, RunChange, SameWork, TaskRow, WaitingRow};

/// What runs of tools, workflows and background jobs do, and those of them that wait for credits.
#[async_trait]
pub trait TaskStore: Send + Sync {
    /// What a run does.
    async fn task(&self, org: OrgId, run: RunId) -> Kept<Option<TaskRow>>;
    /// All runs that wait for credits, in the order in which they get them.
    async fn queue(&self, org: OrgId) -> Kept<Vec<WaitingRow>>;
    /// Takes a run out of the queue and changes its row, in one transaction; false if it does not
    /// wait any more: it was served, or somebody else took it out. What it was charged and the
    /// position of its last entry stay as they are.
    async fn leave_queue(&self, org: OrgId, run: RunId, change: RunChange) -> Kept<bool>;
    /// Waiting runs of all organizations that joined the queue before an instant, oldest first;
    /// paused ones too.
    async fn overdue_waiting(&self, before: Timestamp) -> Kept<Vec<(OrgId, RunId)>>;
    /// Notes that another server process works on a run from now on, while it has not ended.
    async fn adopt(&self, org: OrgId, run: RunId, server: &str) -> Kept<()>;
    /// What the last `limit` succeeded runs like these were charged, newest first.
    async fn charges(&self, org: OrgId, of: Alike, limit: u32) -> Kept<Vec<Credits>>;
    /// The result of the newest succeeded run that did the same before.
    async fn last_result(&self, org: OrgId, work: SameWork) -> Kept<Option<String>>;
    /// Organizations in which somebody waits for credits.
    async fn waiting_orgs(&self) -> Kept<Vec<OrgId>>;
}
