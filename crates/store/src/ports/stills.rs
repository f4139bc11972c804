//! The port of stills.

use ampere_credits::{OrgId, RunId, Timestamp};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::StillRow;

/// Pictures kept of browser sessions.
#[async_trait]
pub trait StillStore: Send + Sync {
    /// Keeps one, as long as its run's conversation is not deleted; one with the same number stays.
    async fn keep_still(&self, row: StillRow, jpeg: Vec<u8>) -> Kept<()>;
    /// A run's, in their order.
    async fn stills(&self, org: OrgId, run: RunId) -> Kept<Vec<StillRow>>;
    /// The picture of one.
    async fn still_bytes(&self, org: OrgId, run: RunId, number: u32) -> Kept<Option<Vec<u8>>>;
    /// Deletes those that were taken before; says how many.
    async fn forget_stills(&self, before: Timestamp) -> Kept<u64>;
}
