//! Webhooks of Stripe's: whose truth may have changed.
//!
//! Owns: which kinds of events concern us, and where in them it says whose. What has happened is
//! not read: it is fetched.

use ampere_credits::Timestamp;
use serde::Deserialize;

use super::wire::Ref;
use crate::payments::port::{About, Headers, Hint, PaymentError};
use crate::payments::signature;
use crate::secrets::SecretText;

const HEADER: &str = "stripe-signature";
/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// Kinds of events that may change a truth, by how they begin; each under its object.
const KINDS: &[(&str, &[&str])] = &[
    ("customer", &["updated", "deleted"]),
    (
        "checkout.session",
        &["completed", "expired", "async_payment_succeeded", "async_payment_failed"],
    ),
    (
        "customer.subscription",
        &[
            "created",
            "updated",
            "deleted",
            "paused",
            "resumed",
            "pending_update_applied",
            "pending_update_expired",
        ],
    ),
    (
        "subscription_schedule",
        &["created", "updated", "released", "canceled", "completed", "aborted"],
    ),
    (
        "invoice",
        &[
            "created",
            "finalized",
            "updated",
            "paid",
            "payment_succeeded",
            "payment_failed",
            "payment_action_required",
            "voided",
            "marked_uncollectible",
            "deleted",
        ],
    ),
    (
        "payment_intent",
        &["succeeded", "payment_failed", "processing", "requires_action", "canceled"],
    ),
    ("charge", &["succeeded", "failed", "refunded", "updated"]),
    ("charge.dispute", &["created", "updated", "closed", "funds_withdrawn", "funds_reinstated"]),
    ("charge.refund", &["updated"]),
    ("refund", &["created", "updated", "failed"]),
    ("payment_method", &["attached", "detached", "updated", "automatically_updated"]),
    ("setup_intent", &["succeeded"]),
];

/// Where webhooks come in.
pub(super) struct Inbox {
    secret: SecretText,
    live: bool,
}

impl Inbox {
    pub(super) fn new(secret: SecretText, live: bool) -> Self {
        Inbox { secret, live }
    }

    pub(super) fn parse(
        &self,
        headers: Headers<'_>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Hint, PaymentError> {
        let mut signatures = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(HEADER));
        let (_, signature) =
            signatures.next().ok_or(PaymentError::NotVerified("it is unsigned"))?;
        let now = now.micros().div_euclid(SECOND);
        signature::verify(&self.secret, signature, body, now).map_err(PaymentError::NotVerified)?;
        let event: Event = serde_json::from_slice(body).map_err(|_| PaymentError::Unreadable)?;
        if event.livemode != self.live {
            return Err(PaymentError::WrongMode);
        }
        let about = if concerns(&event.kind) {
            let object = event.data.ok_or(PaymentError::Unreadable)?.object;
            object.about(&event.kind)
        } else {
            None
        };
        Ok(Hint { event_id: event.id, kind: event.kind, about })
    }
}

fn concerns(kind: &str) -> bool {
    let found = kind
        .rsplit_once('.')
        .map(|(object, act)| KINDS.iter().any(|(of, acts)| *of == object && acts.contains(&act)));
    found.unwrap_or(false)
}

#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    livemode: bool,
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

/// Any of Stripe's objects, as far as it says whose it is.
#[derive(Deserialize)]
struct Object {
    id: Option<String>,
    customer: Option<Ref>,
    payment_intent: Option<Ref>,
    charge: Option<Ref>,
}

impl Object {
    fn about(&self, kind: &str) -> Option<About> {
        let customer = self.customer.as_ref().map(Ref::id);
        let own =
            self.id.as_deref().filter(|_| matches!(kind, "customer.updated" | "customer.deleted"));
        let payment = self.payment_intent.as_ref().or(self.charge.as_ref()).map(Ref::id);
        let of = |id: &str| id.to_owned();
        own.or(customer)
            .map(|id| About::Customer(of(id)))
            .or(payment.map(|id| About::Payment(of(id))))
    }
}
