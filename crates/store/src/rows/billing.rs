//! Rows of plans: what was offered, who pays, subscriptions, their periods, previews of changes.

use ampere_credits::{Cadence, GrantId, OrgId, PreviewId, Timestamp};

use crate::rows::SubscriptionStatus;

/// A published version of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanVersionRow {
    pub plan: String,
    /// 1, 2, 3 …
    pub version: u32,
    pub published_at: Timestamp,
    /// JSON: all that the plan says.
    pub body: String,
}

/// A version of a plan in a cadence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRef {
    pub plan: String,
    pub version: u32,
    pub cadence: Cadence,
}

/// A saved card, as much of it as may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardRow {
    /// The provider's id of it.
    pub id: String,
    pub brand: String,
    pub last4: String,
    pub exp_month: u32,
    /// Four digits.
    pub exp_year: u32,
}

/// Who pays for an organization at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerRow {
    pub org: OrgId,
    pub provider: String,
    /// The provider's id.
    pub customer: String,
    /// The card that pays.
    pub card: Option<CardRow>,
    /// When the provider was last asked.
    pub checked_at: Timestamp,
}

/// A subscription as the provider says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionRow {
    pub org: OrgId,
    pub provider: String,
    /// The provider's id.
    pub reference: String,
    pub on: PlanRef,
    pub status: SubscriptionStatus,
    /// It was paid at least once.
    pub begun: bool,
    /// [start, end) of the present period.
    pub period_start: Timestamp,
    pub period_end: Timestamp,
    pub ends_at_period_end: bool,
    /// What it will be on from the period's end.
    pub next: Option<PlanRef>,
    /// The provider's id of the payment that it waits for.
    pub open_payment: Option<String>,
    /// Where the bank wants the person.
    pub confirm_url: Option<String>,
    pub past_due_since: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// The grant of a subscription's period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanPeriodRow {
    pub org: OrgId,
    /// The provider's id.
    pub subscription: String,
    pub period_start: Timestamp,
    pub period_end: Timestamp,
    pub on: PlanRef,
    pub grant: GrantId,
}

/// What a change would do, as it was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewRow {
    pub id: PreviewId,
    pub org: OrgId,
    /// JSON.
    pub body: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// It was confirmed then for the first time.
    pub used_at: Option<Timestamp>,
}
