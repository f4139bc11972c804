//! Rows of background AI work: what an organization wants of it, and the jobs that wait.

use ampere_credits::{JobId, MessageId, OrgId, SessionId, Timestamp, UserId};

use crate::rows::BackgroundKind;

/// What background work an organization wants, and who pays when its allowance is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackgroundSettings {
    pub titles: bool,
    pub summaries: bool,
    pub follow_ups: bool,
    /// Used up: true draws from the pool, false waits for the next allowance.
    pub draw: bool,
}

impl Default for BackgroundSettings {
    /// Everything is made, and only the allowance pays for it.
    fn default() -> Self {
        BackgroundSettings { titles: true, summaries: true, follow_ups: true, draw: false }
    }
}

/// A piece of background work that is still to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    pub id: JobId,
    pub org: OrgId,
    /// Whose conversation it is.
    pub user: UserId,
    pub kind: BackgroundKind,
    pub session: SessionId,
    /// The answer after which it became due.
    pub message: MessageId,
    pub created_at: Timestamp,
}
