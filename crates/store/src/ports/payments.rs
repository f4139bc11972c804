//! The ports of webhooks and payments.

use ampere_credits::{OrgId, Timestamp};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::{HookDue, HookMark, HookRow, PaymentGrantRow, PaymentRow};

/// What the payment provider told, as it came.
#[async_trait]
pub trait HookStore: Send + Sync {
    /// Keeps one; false if its event was kept before.
    async fn keep_hook(&self, row: HookRow) -> Kept<bool>;
    /// One, with its body.
    async fn hook(&self, provider: &str, event: &str) -> Kept<Option<HookRow>>;
    /// Those that wait and may be looked at, the longest waiting first.
    async fn hooks_due(&self, now: Timestamp, limit: u32) -> Kept<Vec<HookDue>>;
    /// What became of one that waits; of one that does not, nothing.
    async fn mark_hook(&self, mark: HookMark) -> Kept<()>;
}

/// A mirror of the provider's payments. The grants that they became are written by the commits
/// that grant them.
#[async_trait]
pub trait PaymentStore: Send + Sync {
    /// As the provider told it, unless a later answer is kept already.
    async fn put_payment(&self, row: PaymentRow) -> Kept<()>;
    /// All of an organization, newest first.
    async fn payments(&self, org: OrgId) -> Kept<Vec<PaymentRow>>;
    /// One of them.
    async fn payment(&self, org: OrgId, id: &str) -> Kept<Option<PaymentRow>>;
    /// The grants that payments became, by payment and line.
    async fn payment_grants(&self, org: OrgId) -> Kept<Vec<PaymentGrantRow>>;
    /// Organizations with a payment since an instant.
    async fn payers(&self, since: Timestamp) -> Kept<Vec<OrgId>>;
}
