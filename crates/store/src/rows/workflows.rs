//! Rows of workflows and their versions.

use ampere_credits::{OrgId, Timestamp, UserId, WorkflowId};

/// A workflow as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRow {
    pub id: WorkflowId,
    pub org: OrgId,
    pub owner: UserId,
    /// From the person's row.
    pub owner_name: String,
    pub name: String,
    /// 1, 2, 3 … with each save.
    pub version: u32,
    /// JSON.
    pub definition: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A workflow as it was saved once; never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowVersionRow {
    pub version: u32,
    /// JSON.
    pub definition: String,
    /// From the person's row.
    pub saved_by_name: String,
    pub saved_at: Timestamp,
}

/// A save of a workflow that was read before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowSave {
    pub id: WorkflowId,
    /// The version that was edited: nothing is saved over another one.
    pub was: u32,
    pub name: String,
    /// JSON.
    pub definition: String,
    pub by: UserId,
    pub at: Timestamp,
}
