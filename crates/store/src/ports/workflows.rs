//! The port of workflows.

use ampere_credits::{OrgId, WorkflowId};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::{WorkflowRow, WorkflowSave, WorkflowVersionRow};

/// Workflows, each with all of its versions.
#[async_trait]
pub trait WorkflowStore: Send + Sync {
    /// A new workflow and its first version, whatever version the row says.
    async fn create_workflow(&self, row: WorkflowRow) -> Kept<()>;
    /// Saves the next version and tells its number; none if the workflow is not there, or the
    /// version that was edited is not the newest any more.
    async fn save_workflow(&self, org: OrgId, save: WorkflowSave) -> Kept<Option<u32>>;
    /// All that are not deleted, latest change first.
    async fn workflows(&self, org: OrgId) -> Kept<Vec<WorkflowRow>>;
    /// One that is not deleted.
    async fn workflow(&self, org: OrgId, id: WorkflowId) -> Kept<Option<WorkflowRow>>;
    /// Its versions, newest first; none if it is deleted.
    async fn workflow_versions(&self, org: OrgId, id: WorkflowId) -> Kept<Vec<WorkflowVersionRow>>;
    /// One version of one that is not deleted.
    async fn workflow_version(
        &self,
        org: OrgId,
        id: WorkflowId,
        version: u32,
    ) -> Kept<Option<WorkflowVersionRow>>;
    /// Hides it; its runs keep what they do. False if it is not there.
    async fn delete_workflow(&self, org: OrgId, id: WorkflowId) -> Kept<bool>;
}
