//! The sandbox's webhooks: written and signed as a real provider's, and read again.
//!
//! Owns the body and which kinds concern us. A webhook says whose truth may have changed; of a
//! dispute it names the payment only, as real ones do.

use ampere_credits::Timestamp;
use serde::{Deserialize, Serialize};

use super::books::Event;
use crate::payments::port::{About, Headers, Hint, PaymentError};
use crate::payments::signature::{sign, verify};
use crate::secrets::SecretText;

/// The header of the signature.
const HEADER: &str = "ampere-sandbox-signature";
/// Every kind that concerns us.
const KINDS: [&str; 11] = [
    "card.saved",
    "dispute.changed",
    "dispute.opened",
    "page.changed",
    "payment.failed",
    "payment.paid",
    "payment.refunded",
    "payment.void",
    "payment.wants_person",
    "subscription.changed",
    "subscription.ended",
];

/// A webhook as a provider would send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// The body of a webhook.
#[derive(Serialize, Deserialize)]
struct Body {
    id: String,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    customer: Option<String>,
    payment: Option<String>,
}

/// A webhook of an event, sent now.
pub(super) fn webhook(
    secret: &SecretText,
    event: Event,
    now: Timestamp,
) -> Result<Webhook, PaymentError> {
    let Event { id, kind, customer, payment } = event;
    let body = Body { id, mode: "test".to_owned(), kind, customer, payment };
    let body = serde_json::to_vec(&body).map_err(|_| PaymentError::Unreadable)?;
    let signature = sign(secret, seconds(now), &body);
    Ok(Webhook { headers: vec![(HEADER.to_owned(), signature)], body })
}

/// What a webhook says, once it has proved where it comes from.
pub(super) fn parse(
    secret: &SecretText,
    headers: Headers<'_>,
    body: &[u8],
    now: Timestamp,
) -> Result<Hint, PaymentError> {
    let mut signatures = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(HEADER));
    let (_, signature) = signatures.next().ok_or(PaymentError::NotVerified("it is unsigned"))?;
    verify(secret, signature, body, seconds(now)).map_err(PaymentError::NotVerified)?;
    let body: Body = serde_json::from_slice(body).map_err(|_| PaymentError::Unreadable)?;
    if body.mode != "test" {
        return Err(PaymentError::WrongMode);
    }
    let Body { id: event_id, kind, customer, payment, .. } = body;
    if !KINDS.contains(&kind.as_str()) {
        return Ok(Hint { event_id, kind, about: None });
    }
    let about = customer.map(About::Customer).or(payment.map(About::Payment));
    let about = Some(about.ok_or(PaymentError::Unreadable)?);
    Ok(Hint { event_id, kind, about })
}

fn seconds(at: Timestamp) -> i64 {
    at.seconds_since(Timestamp::default())
}
