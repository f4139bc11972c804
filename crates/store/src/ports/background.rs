//! The port of background jobs.

use ampere_credits::{JobId, OrgId};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::{AuditWrite, BackgroundSettings, JobRow};

/// Background jobs that wait; commits of the pool add them and take them away when done.
#[async_trait]
pub trait JobStore: Send + Sync {
    /// The oldest jobs of all organizations.
    async fn jobs(&self, limit: u32) -> Kept<Vec<JobRow>>;
    /// Gives a job up.
    async fn drop_job(&self, org: OrgId, id: JobId) -> Kept<()>;
    /// How many jobs of an organization wait.
    async fn jobs_of(&self, org: OrgId) -> Kept<u64>;
    /// What background work an organization wants.
    async fn set_background(
        &self,
        org: OrgId,
        settings: BackgroundSettings,
        log: Option<AuditWrite>,
    ) -> Kept<()>;
}
