//! Rows of what the payment provider told, and of the payments that it knows.

use ampere_credits::{Credits, GrantId, OrgId, Timestamp};

use crate::rows::{CheckoutState, DisputeState, HookState, PaymentKind, PaymentState};

/// A verified webhook as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookRow {
    pub provider: String,
    /// The provider's id of the event: the same when it is sent again.
    pub event: String,
    /// The provider's word.
    pub kind: String,
    /// Whose truth may have changed; none: it does not concern us.
    pub about: Option<String>,
    /// JSON: a list of pairs.
    pub headers: String,
    pub body: Vec<u8>,
    pub state: HookState,
    /// How often it was tried in vain.
    pub tries: u32,
    pub error: Option<String>,
    pub received_at: Timestamp,
    /// Not looked at before this.
    pub next_at: Timestamp,
    pub done_at: Option<Timestamp>,
}

/// A webhook that waits, without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookDue {
    pub provider: String,
    pub event: String,
    pub about: Option<String>,
    pub tries: u32,
    pub received_at: Timestamp,
}

/// What became of a webhook that waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookMark {
    pub provider: String,
    pub event: String,
    pub state: HookState,
    pub tries: u32,
    pub error: Option<String>,
    pub next_at: Timestamp,
    pub done_at: Option<Timestamp>,
}

/// A payment as the provider last told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRow {
    pub org: OrgId,
    /// The provider's: of the invoice, or of the single payment.
    pub id: String,
    pub provider: String,
    pub customer: String,
    pub kind: PaymentKind,
    /// Ours, where it came of something of ours.
    pub reference: Option<String>,
    pub subscription: Option<String>,
    pub amount_cents: i64,
    pub currency: String,
    pub status: PaymentState,
    /// Why the last attempt failed.
    pub reason: Option<String>,
    /// Where the bank wants the person.
    pub url: Option<String>,
    pub paid_at: Option<Timestamp>,
    pub refunded_cents: i64,
    pub dispute: Option<DisputeState>,
    pub receipt_url: Option<String>,
    pub created_at: Timestamp,
    /// When the provider was asked; an older answer changes nothing.
    pub seen_at: Timestamp,
}

/// Which grant a line of a payment became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentGrantRow {
    pub payment: String,
    pub line: String,
    pub grant: GrantId,
    pub credits: Credits,
}

/// How a purchase stands that is not granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutChange {
    pub state: CheckoutState,
    pub reason: Option<String>,
    /// None: as before.
    pub url: Option<String>,
    pub payment: Option<String>,
    pub at: Timestamp,
}
