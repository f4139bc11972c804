//! The port of the audit log.

use ampere_credits::OrgId;
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::{AuditHead, AuditNames, AuditRow, AuditWrite, Page};

/// Who did what: entries are added and read, never changed and never taken away. A change that is
/// a write of its own takes its entries along (`log`) and keeps them in its transaction.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Adds an entry at the end of its organization's chain: place and hashes are made in the
    /// transaction that keeps it.
    async fn append_audit(&self, entry: AuditWrite) -> Kept<AuditRow>;
    /// Entries, newest first, each with the names of its actor and of the person it was done to,
    /// as far as there are any; the cursor is a position.
    async fn audit_log(&self, org: OrgId, page: Page) -> Kept<Vec<(AuditRow, AuditNames)>>;
    /// Entries after a position, oldest first, at most `limit`.
    async fn audit_chain(&self, org: OrgId, after: u64, limit: u32) -> Kept<Vec<AuditRow>>;
    /// Where the chain is said to end.
    async fn audit_head(&self, org: OrgId) -> Kept<AuditHead>;
}
