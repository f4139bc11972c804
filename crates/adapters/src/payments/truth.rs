//! What a payment provider knows: cards, payments with their lines, refunds and disputes, and
//! subscriptions.
//!
//! Owns our own words for it, which name fields of JSON where a truth is kept. Decides nothing.

use ampere_credits::Timestamp;
use serde::{Deserialize, Serialize};

use super::asked::PlanKey;

/// A card, as much of it as may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The provider's id of the payment method: a breaker is bound to it.
    pub id: String,
    /// Lower case, e.g. "visa".
    pub brand: String,
    pub last4: String,
    pub exp_month: u32,
    /// Four digits.
    pub exp_year: u32,
}

/// Why a payment did not go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    Declined,
    InsufficientFunds,
    ExpiredCard,
}

impl DeclineReason {
    /// The word in our own records.
    pub fn word(self) -> &'static str {
        match self {
            DeclineReason::Declined => "declined",
            DeclineReason::InsufficientFunds => "insufficient_funds",
            DeclineReason::ExpiredCard => "expired_card",
        }
    }
}

/// How a payment stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Not paid yet; the provider or the person is at work.
    Open,
    /// The bank wants the person, at this address.
    NeedsConfirmation { url: String },
    /// The last attempt failed; another may follow.
    Failed { reason: DeclineReason },
    /// The money is there since this instant. It stays so; refunds stand beside it.
    Paid { at: Timestamp },
    /// It will never be paid.
    Void,
}

/// What a line of an invoice is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// A whole period of a price.
    Period,
    /// The rest of a period, at an upgrade: negative for the old price, positive for the new.
    Proration,
    /// Anything else: tax, a balance.
    Other,
}

/// A line of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The provider's id of it; the same for ever.
    pub id: String,
    pub kind: LineKind,
    /// The price it is for, where it is one of ours.
    pub key: Option<PlanKey>,
    /// May be negative.
    pub amount_cents: i64,
    /// What it pays for: [start, end).
    pub start: Timestamp,
    pub end: Timestamp,
}

/// Money that was given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    pub id: String,
    pub amount_cents: i64,
    pub at: Timestamp,
}

/// How a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    /// The bank only asks; no money has moved.
    Inquiry,
    Open,
    Won,
    Lost,
}

/// A payment that the card's owner disputes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    pub id: String,
    pub amount_cents: i64,
    pub status: DisputeStatus,
    pub at: Timestamp,
}

/// A payment object: an invoice of a subscription, or a single payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The invoice's id, or the single payment's. With a line's id the key of a grant.
    pub id: String,
    /// Ours: the checkout, the attempt or the preview it came of, where it came of one.
    pub reference: Option<String>,
    /// The subscription of an invoice.
    pub subscription: Option<String>,
    /// To be paid, or paid, after any balance.
    pub amount_cents: i64,
    pub currency: String,
    pub status: PaymentStatus,
    /// Of an invoice; empty for a single payment.
    pub lines: Vec<Line>,
    /// That went through, oldest first.
    pub refunds: Vec<Refund>,
    /// Oldest first.
    pub disputes: Vec<Dispute>,
    pub created: Timestamp,
    /// Where a person reads the receipt or invoice.
    pub receipt_url: Option<String>,
}

/// How a subscription stands at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// Its first payment has not come yet.
    Incomplete,
    Active,
    /// A renewal was not paid; the provider tries again.
    PastDue,
    /// The provider has stopped trying.
    Unpaid,
    /// Over, or never begun.
    Ended,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    pub id: String,
    pub status: SubscriptionStatus,
    /// The price that it is on now.
    pub key: PlanKey,
    /// [start, end) of the present period.
    pub start: Timestamp,
    pub end: Timestamp,
    pub ends_at_period_end: bool,
    pub ended_at: Option<Timestamp>,
    /// The price from `end` on, where it will be another.
    pub next: Option<PlanKey>,
    /// The invoice that waits to be paid.
    pub open_payment: Option<String>,
    pub created: Timestamp,
}

/// All that the provider knows of one customer: what reconciling follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// The provider's id of the customer.
    pub customer: String,
    /// Our id of the organization, as it was given when the customer was made.
    pub organization: String,
    /// The card that pays.
    pub card: Option<Card>,
    /// Oldest first; ended ones too.
    pub subscriptions: Vec<Subscription>,
    /// Oldest first; at least those of the last 13 months.
    pub payments: Vec<Payment>,
}
