//! The port of takeout: what people take with them, in pages that a long history does not fill
//! the memory with.

use ampere_credits::{GrantId, HoldId, OrgId, RunId, SavedInputsId, SessionId, UserId, WorkflowId};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::{
    GrantRow, HoldRow, MessageRow, PaymentRow, SavedInputsRow, UsageLineRow, WorkflowRow,
};

/// Lists from their beginning on, each in the order of its key, `after` what was read last, at
/// most `limit` at once. Only reads.
#[async_trait]
pub trait TakeoutStore: Send + Sync {
    /// Messages after a number, oldest first, each with its number: 1, 2, 3 …
    async fn messages_after(
        &self,
        org: OrgId,
        session: SessionId,
        after: u32,
        limit: u32,
    ) -> Kept<Vec<(u32, MessageRow)>>;
    /// Grants.
    async fn grants_after(
        &self,
        org: OrgId,
        after: Option<GrantId>,
        limit: u32,
    ) -> Kept<Vec<GrantRow>>;
    /// Holds.
    async fn holds_after(
        &self,
        org: OrgId,
        after: Option<HoldId>,
        limit: u32,
    ) -> Kept<Vec<HoldRow>>;
    /// Rated lines, by run and number.
    async fn usage_lines_after(
        &self,
        org: OrgId,
        after: Option<(RunId, u32)>,
        limit: u32,
    ) -> Kept<Vec<UsageLineRow>>;
    /// Payments, by the provider's id.
    async fn payments_after(
        &self,
        org: OrgId,
        after: Option<String>,
        limit: u32,
    ) -> Kept<Vec<PaymentRow>>;
    /// Workflows that are not deleted, each with its newest definition.
    async fn workflows_after(
        &self,
        org: OrgId,
        after: Option<WorkflowId>,
        limit: u32,
    ) -> Kept<Vec<WorkflowRow>>;
    /// A person's saved inputs of all tools, by tool and id.
    async fn saved_inputs_after(
        &self,
        org: OrgId,
        user: UserId,
        after: Option<(String, SavedInputsId)>,
        limit: u32,
    ) -> Kept<Vec<SavedInputsRow>>;
}
