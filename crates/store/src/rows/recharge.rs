//! Rows of auto-recharge: what an organization wants of it, and its attempts at a purchase.

use ampere_credits::{Credits, GrantId, OrgId, RechargeId, Timestamp, UserId};

use crate::rows::AttemptState;

/// What an organization wants of auto-recharge. None is kept: it never was switched on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RechargeRow {
    pub org: OrgId,
    pub enabled: bool,
    /// It buys when available + held − debt is below this.
    pub threshold: Credits,
    /// Bought at a time.
    pub amount: Credits,
    /// At most this in a UTC calendar month.
    pub monthly_limit: Credits,
    /// The card that was declined too often or wants its owner: not used again until another is
    /// there or this one was confirmed anew.
    pub broken_card: Option<String>,
    /// Declines before this do not count any more.
    pub since: Timestamp,
    /// Who set it last.
    pub changed_by: UserId,
}

/// One attempt at a purchase; its id is the provider's idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRow {
    pub id: RechargeId,
    pub org: OrgId,
    /// The UTC calendar month of `created_at`, e.g. `2026-11`: what the limit counts in.
    pub month: String,
    pub credits: Credits,
    /// Calendar months that the credits live from the payment on.
    pub lifetime_months: u32,
    pub amount_cents: i64,
    pub currency: String,
    pub state: AttemptState,
    /// Why it was declined.
    pub reason: Option<String>,
    /// The card that was asked.
    pub card: String,
    /// Where the person confirms it.
    pub url: Option<String>,
    /// Once it is paid.
    pub payment: Option<String>,
    /// Once it is granted.
    pub grant: Option<GrantId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
