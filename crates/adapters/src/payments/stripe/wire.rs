//! What we read of Stripe's objects, and nothing else of them.
//!
//! Owns: their shapes under the pinned version. What they mean is in `told`.

use std::collections::BTreeMap;

use ampere_credits::Timestamp;
use serde::Deserialize;

use super::client::Listed;

/// An object by its id, or the object itself: both stand in the same place.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Ref {
    Id(String),
    Whole { id: String },
}

impl Ref {
    pub(super) fn id(&self) -> &str {
        match self {
            Ref::Id(id) | Ref::Whole { id } => id,
        }
    }
}

/// Our own words on an object.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Metadata(Option<BTreeMap<String, String>>);

impl Metadata {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.as_ref()?.get(name).map(String::as_str)
    }
}

/// Some of a list that stands inside another object.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Few<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Few { data: Vec::new(), has_more: false }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Customer {
    pub(super) id: String,
    #[serde(default)]
    pub(super) deleted: bool,
    #[serde(default)]
    pub(super) created: i64,
    #[serde(default)]
    pub(super) metadata: Metadata,
    pub(super) invoice_settings: Option<InvoiceSettings>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct InvoiceSettings {
    /// Asked for in full.
    pub(super) default_payment_method: Option<PaymentMethod>,
}

/// Read in full, or only its id.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum PaymentMethod {
    Id(String),
    Whole { id: String, card: Option<CardFace> },
}

impl PaymentMethod {
    pub(super) fn id(&self) -> &str {
        match self {
            PaymentMethod::Id(id) | PaymentMethod::Whole { id, .. } => id,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct CardFace {
    pub(super) brand: String,
    pub(super) last4: String,
    pub(super) exp_month: u32,
    pub(super) exp_year: u32,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct SetupIntent {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) created: i64,
    pub(super) payment_method: Option<Ref>,
    #[serde(default)]
    pub(super) metadata: Metadata,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) url: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct PortalSession {
    pub(super) url: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Price {
    pub(super) id: String,
    pub(super) unit_amount: Option<i64>,
    pub(super) currency: String,
    #[serde(default)]
    pub(super) metadata: Metadata,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Subscription {
    pub(super) id: String,
    pub(super) customer: Ref,
    pub(super) status: String,
    pub(super) created: i64,
    #[serde(default)]
    pub(super) cancel_at_period_end: bool,
    pub(super) cancel_at: Option<i64>,
    pub(super) ended_at: Option<i64>,
    pub(super) latest_invoice: Option<Ref>,
    pub(super) default_payment_method: Option<Ref>,
    #[serde(default)]
    pub(super) metadata: Metadata,
    pub(super) items: Few<Item>,
    pub(super) pending_update: Option<PendingUpdate>,
    /// Asked for in full.
    pub(super) schedule: Option<Schedule>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) price: Price,
    #[serde(default)]
    pub(super) current_period_start: i64,
    #[serde(default)]
    pub(super) current_period_end: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct PendingUpdate {
    pub(super) subscription_items: Option<Vec<PendingItem>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct PendingItem {
    pub(super) price: Ref,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Schedule {
    pub(super) id: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) metadata: Metadata,
    pub(super) current_phase: Option<Span>,
    pub(super) phases: Vec<Phase>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Span {
    pub(super) start_date: i64,
    pub(super) end_date: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Phase {
    pub(super) start_date: i64,
    pub(super) items: Vec<PendingItem>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Invoice {
    pub(super) id: String,
    pub(super) customer: Option<Ref>,
    /// None: a draft of which Stripe is not sure yet.
    pub(super) status: Option<String>,
    pub(super) billing_reason: Option<String>,
    pub(super) amount_due: i64,
    pub(super) currency: String,
    pub(super) created: i64,
    pub(super) hosted_invoice_url: Option<String>,
    #[serde(default)]
    pub(super) metadata: Metadata,
    #[serde(default)]
    pub(super) status_transitions: Transitions,
    pub(super) parent: Option<InvoiceParent>,
    /// Asked for in full.
    #[serde(default)]
    pub(super) payments: Few<InvoicePayment>,
    #[serde(default)]
    pub(super) lines: Few<Line>,
}

impl Invoice {
    /// Where it stands, `draft` if Stripe does not say.
    pub(super) fn status(&self) -> &str {
        self.status.as_deref().unwrap_or("draft")
    }

    /// It waits for money.
    pub(super) fn waits(&self) -> bool {
        matches!(self.status(), "draft" | "open")
    }

    pub(super) fn subscription(&self) -> Option<&str> {
        let details = self.parent.as_ref()?.subscription_details.as_ref()?;
        details.subscription.as_ref().map(Ref::id)
    }

    /// Ours, where it came of an act of ours. What a subscription says is on all its invoices; it
    /// is the reference of the first.
    pub(super) fn reference(&self) -> Option<&str> {
        let first = self.billing_reason.as_deref() == Some("subscription_create");
        let details = self.parent.as_ref().and_then(|p| p.subscription_details.as_ref());
        let of_first = details.filter(|_| first).and_then(|d| d.metadata.get("reference"));
        self.metadata.get("reference").or(of_first)
    }

    /// The payment that its money comes by, where there is one.
    pub(super) fn intent(&self) -> Option<&str> {
        let payments = &self.payments.data;
        let paying = payments.iter().find(|payment| payment.is_default).or(payments.last());
        paying?.payment.payment_intent.as_ref().map(Ref::id)
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Transitions {
    pub(super) paid_at: Option<i64>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct InvoiceParent {
    pub(super) subscription_details: Option<SubscriptionDetails>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct SubscriptionDetails {
    pub(super) subscription: Option<Ref>,
    #[serde(default)]
    pub(super) metadata: Metadata,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct InvoicePayment {
    #[serde(default)]
    pub(super) is_default: bool,
    pub(super) payment: PaidBy,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct PaidBy {
    pub(super) payment_intent: Option<Ref>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Line {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) period: Period,
    pub(super) pricing: Option<Pricing>,
    pub(super) parent: Option<LineParent>,
}

impl Line {
    /// The price's id.
    pub(super) fn price(&self) -> Option<&str> {
        Some(self.pricing.as_ref()?.price_details.as_ref()?.price.id())
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Period {
    pub(super) start: i64,
    pub(super) end: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Pricing {
    pub(super) price_details: Option<PriceDetails>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct PriceDetails {
    pub(super) price: Ref,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct LineParent {
    pub(super) invoice_item_details: Option<LineDetails>,
    pub(super) subscription_item_details: Option<LineDetails>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct LineDetails {
    #[serde(default)]
    pub(super) proration: bool,
}

/// What a change would cost now.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Preview {
    pub(super) amount_due: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) customer: Option<Ref>,
    pub(super) status: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) created: i64,
    #[serde(default)]
    pub(super) metadata: Metadata,
    pub(super) latest_charge: Option<Ref>,
    pub(super) last_payment_error: Option<PaymentFailure>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct PaymentFailure {
    pub(super) code: Option<String>,
    pub(super) decline_code: Option<String>,
    pub(super) payment_method: Option<Ref>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Charge {
    pub(super) id: String,
    pub(super) customer: Option<Ref>,
    pub(super) payment_intent: Option<Ref>,
    pub(super) status: String,
    pub(super) created: i64,
    #[serde(default)]
    pub(super) disputed: bool,
    pub(super) receipt_url: Option<String>,
    #[serde(default)]
    pub(super) refunds: Option<Few<Refund>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) status: Option<String>,
    pub(super) created: i64,
    #[serde(default)]
    pub(super) metadata: Metadata,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Dispute {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) status: String,
    pub(super) created: i64,
}

/// An answer of which nothing is needed but that it came.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Done {}

/// Stripe's instants are whole seconds.
pub(super) fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_micros(0).plus_seconds(seconds)
}

macro_rules! listed {
    ($($kind:ty),*) => {$(
        impl Listed for $kind {
            fn id(&self) -> &str {
                &self.id
            }
        }
    )*};
}

listed!(SetupIntent, Subscription, Invoice, Line, Intent, Charge, Refund, Dispute);
