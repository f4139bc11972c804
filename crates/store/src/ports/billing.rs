//! The ports of plans and of who pays for them.

use ampere_credits::{OrgId, PreviewId, Timestamp};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::{CustomerRow, PlanPeriodRow, PlanVersionRow, PreviewRow, SubscriptionRow};

/// Published plans and previews of changes.
#[async_trait]
pub trait PlanStore: Send + Sync {
    /// Every version that was ever published, by plan and version.
    async fn plan_versions(&self) -> Kept<Vec<PlanVersionRow>>;
    /// Publishes a version; false if it exists, and then nothing is changed.
    async fn publish_plan(&self, row: PlanVersionRow) -> Kept<bool>;
    /// A new preview.
    async fn add_preview(&self, row: PreviewRow) -> Kept<()>;
    /// One preview of an organization.
    async fn preview(&self, org: OrgId, id: PreviewId) -> Kept<Option<PreviewRow>>;
    /// Runs of people and schedules that are at work now, counted up to `most`: those that hold
    /// credits, not those that wait for some, nor background work.
    async fn at_work(&self, org: OrgId, most: u32) -> Kept<u32>;
    /// Notes that a preview was confirmed; false if it was before.
    async fn use_preview(&self, org: OrgId, id: PreviewId, at: Timestamp) -> Kept<bool>;
}

/// Customers and their subscriptions, as the provider says they are. A period's grant is written
/// by the commit that grants it.
#[async_trait]
pub trait BillingStore: Send + Sync {
    /// Who pays for an organization at a provider.
    async fn customer(&self, org: OrgId, provider: &str) -> Kept<Option<CustomerRow>>;
    /// Sets it.
    async fn put_customer(&self, row: CustomerRow) -> Kept<()>;
    /// The organization of a provider's customer.
    async fn customer_org(&self, provider: &str, customer: &str) -> Kept<Option<OrgId>>;
    /// The customers of all organizations at a provider.
    async fn customers(&self, provider: &str) -> Kept<Vec<CustomerRow>>;
    /// All subscriptions of an organization, oldest first.
    async fn subscriptions(&self, org: OrgId) -> Kept<Vec<SubscriptionRow>>;
    /// Sets one as it is now. That it was paid once stays.
    async fn put_subscription(&self, row: SubscriptionRow) -> Kept<()>;
    /// The granted periods of an organization, by subscription and start.
    async fn plan_periods(&self, org: OrgId) -> Kept<Vec<PlanPeriodRow>>;
}
