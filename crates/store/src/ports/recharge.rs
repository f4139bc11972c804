//! The port of auto-recharge.

use ampere_credits::{Credits, OrgId, RechargeId, Timestamp};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::{AttemptRow, AttemptState, AuditWrite, RechargeRow};

/// What organizations want of auto-recharge, and its attempts. That one was paid is written by the
/// commit that grants its credits.
#[async_trait]
pub trait RechargeStore: Send + Sync {
    /// What an organization wants; none if it never wanted anything.
    async fn recharge(&self, org: OrgId) -> Kept<Option<RechargeRow>>;
    /// Sets what it wants.
    async fn set_recharge(&self, row: RechargeRow, log: Option<AuditWrite>) -> Kept<()>;
    /// Those of all organizations that are switched on, or have an attempt in flight.
    async fn recharging(&self) -> Kept<Vec<OrgId>>;
    /// A new attempt, in flight from now on; false if another one is, or if the month's attempts
    /// that count and this one would pass the limit.
    async fn begin_attempt(&self, row: AttemptRow, limit: Credits) -> Kept<bool>;
    /// What became of an attempt that is in flight; one that has ended stays as it is.
    async fn set_attempt(&self, row: AttemptRow) -> Kept<()>;
    /// One attempt.
    async fn attempt(&self, org: OrgId, id: RechargeId) -> Kept<Option<AttemptRow>>;
    /// An organization's attempts, newest first, at most `limit`.
    async fn attempts(&self, org: OrgId, limit: u32) -> Kept<Vec<AttemptRow>>;
    /// Credits of a month's attempts that count against the limit.
    async fn recharged(&self, org: OrgId, month: &str) -> Kept<Credits>;
}

/// Whether an attempt in this state is in flight: its outcome is not known for good.
pub fn in_flight(state: AttemptState) -> bool {
    matches!(state, AttemptState::Sent | AttemptState::NeedsConfirmation)
}

/// An instant's UTC calendar month.
pub fn month_of(at: Timestamp) -> String {
    at.to_string().chars().take(7).collect()
}
