//! Rows of the audit log: who did what, each bound to the one before it.

use ampere_credits::{OrgId, Timestamp, UserId};

/// Something that a person did, before it has its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditWrite {
    pub org: OrgId,
    pub at: Timestamp,
    pub actor: UserId,
    /// The application's word.
    pub act: String,
    /// What it was done to: an id, or a word.
    pub target: String,
    /// What it was and what it became, as JSON.
    pub detail: String,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// 1, 2, 3 … in its organization.
    pub position: u64,
    pub written: AuditWrite,
    /// The hash of the entry before; zeros before the first.
    pub previous: [u8; 32],
    /// Of everything above ([`crate::chain::hash`]).
    pub hash: [u8; 32],
}

/// Names as they are now; none of who is gone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditNames {
    /// Of who did it.
    pub actor: Option<String>,
    /// Of whom it was done to.
    pub target: Option<String>,
}

/// Where a chain ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AuditHead {
    /// Of the last entry; 0: there is none.
    pub position: u64,
    pub hash: [u8; 32],
}
