//! What is asked of a payment provider: pages, charges, changes, refunds, and the prices in them.
//!
//! Owns the requests of the port and nothing that happens to them. Stored as JSON where somebody
//! keeps them, so that a name here is a name in files. Read next: `truth`, what is answered.

pub use ampere_credits::Cadence;
use ampere_credits::Timestamp;
use serde::{Deserialize, Serialize};

/// A published version of a plan with its cadence: what a price at the provider stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlanKey {
    /// The catalog's id of the plan.
    pub plan: String,
    /// The published version.
    pub version: u32,
    pub cadence: Cadence,
}

/// A price to be paid again and again. Made at the provider when it is first needed; immutable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanPrice {
    pub key: PlanKey,
    /// What the person reads, e.g. "Team".
    pub name: String,
    /// At least 1, for one whole period of the cadence.
    pub amount_cents: i64,
    /// Three lower-case letters, ISO 4217.
    pub currency: String,
}

/// Who pays: one customer of the provider for each organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payer {
    /// Our id of the organization; the customer is found by it and made once.
    pub organization: String,
    pub name: String,
    pub email: String,
    /// The provider's id of the customer, where we know it.
    pub customer: Option<String>,
}

/// What a hosted page is opened for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purchase {
    /// Credits, paid once. The card is saved for later purchases.
    Credits { amount_cents: i64, currency: String, description: String },
    /// A plan, paid every period from now on.
    Plan(PlanPrice),
    /// Nothing is paid: a card is saved, and from then on it is the one that pays.
    Card,
}

/// A page to be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutRequest {
    /// Our checkout's id, also the idempotency key: the same reference opens the same page.
    /// 1 to 64 letters, digits, `_` or `-`. The payment that comes of it carries it.
    pub reference: String,
    pub payer: Payer,
    pub what: Purchase,
    /// Where the person comes back to after paying.
    pub return_url: String,
    /// Where the person comes back to without having paid.
    pub cancel_url: String,
}

/// A page that waits for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutOpened {
    /// The provider's id of the page.
    pub provider_ref: String,
    /// Its address; may be a path on our own server.
    pub url: String,
    /// The provider's id of the customer, made now or before.
    pub customer: String,
}

/// A payment with the saved card, the person not being asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeRequest {
    /// Our id of the attempt, also the idempotency key. The payment carries it.
    pub reference: String,
    pub customer: String,
    /// At least 1.
    pub amount_cents: i64,
    pub currency: String,
    pub description: String,
}

/// A change of a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A new subscription, paid with the saved card.
    Start { to: PlanPrice },
    /// Another price now. Not fresh: the money is prorated at the instant `at` (whole seconds)
    /// and the period goes on. Fresh: a new period of the new price begins, paid in full, and no
    /// money is credited for the old one.
    SwitchNow { subscription: String, to: PlanPrice, at: Timestamp, fresh: bool, due_cents: i64 },
    /// Another price from the end of the period on; nothing is paid now.
    SwitchAtEnd { subscription: String, to: PlanPrice },
    /// Takes a [`Change::SwitchAtEnd`] back.
    UndoSwitch { subscription: String },
    /// Ends with the period.
    EndAtPeriodEnd { subscription: String },
    /// Takes a [`Change::EndAtPeriodEnd`] back.
    Resume { subscription: String },
    /// Ends now; nothing is paid back.
    EndNow { subscription: String },
}

/// A change to be made, under a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRequest {
    /// Our id of the change (of its preview), also the idempotency key.
    pub reference: String,
    pub customer: String,
    pub change: Change,
}

/// Money to be given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundRequest {
    /// Our id of the refund, also the idempotency key.
    pub reference: String,
    /// The provider's id of the payment.
    pub payment: String,
    /// At least 1, at most what is left of the payment.
    pub amount_cents: i64,
}
