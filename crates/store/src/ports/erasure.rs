//! The port of going: a person or an organization is deleted, and the books stay.

use ampere_credits::{OrgId, Timestamp};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::{Closed, Erased, OrganizationClosing, PersonErasure};

/// Deleting whom the data is about. What stays of every column, and why, is told in
/// `docs/decisions/0010-privacy.md`; journals, holds, grants, keys, usage lines, payments and audit
/// entries are never touched.
#[async_trait]
pub trait ErasureStore: Send + Sync {
    /// Deletes a person in all organizations at once; who is gone already goes once more.
    async fn erase_person(&self, erasure: PersonErasure) -> Kept<Erased>;
    /// Deletes an organization; its people keep their accounts.
    async fn close_organization(&self, closing: OrganizationClosing) -> Kept<Closed>;
    /// Since when an organization is gone; none while it is there.
    async fn closed_at(&self, org: OrgId) -> Kept<Option<Timestamp>>;
    /// Every organization that is gone.
    async fn closed_organizations(&self) -> Kept<Vec<OrgId>>;
    /// Brings the log into the database and empties it, so that no older page of what was deleted
    /// lies in it; false while a reader keeps that from being done: it is tried again then.
    async fn scrub(&self) -> Kept<bool>;
}
