//! The built-in provider for trying out: test cards, no money.
//!
//! Owns: test cards and what each does, and webhooks signed exactly as a real provider's, so that
//! a sandbox purchase takes the same road to its grant. Never moves money and stores nothing: a
//! checkout's reference, amount and currency travel inside `provider_ref` under the sandbox's
//! signature, and the payment's id follows from the reference. After a restart, or on another
//! server with the same secret, every open checkout can be paid, and paying twice gives the same
//! payment. Only [`Payments::fetch`] forgets: it knows what was paid since the start, and our own
//! checkout row remains the record.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::signature::{mac_of_parts, sign, verify};
use super::{
    Capabilities, CheckoutOpened, CheckoutRequest, DeclineReason, Headers, PaymentError,
    PaymentEvent, PaymentStatus, Payments, check,
};
use crate::secrets::SecretText;

const HEADER: &str = "ampere-sandbox-signature";

/// A card that exists in the sandbox only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestCard {
    pub number: &'static str,
    /// What people read.
    pub label: &'static str,
    /// Why it is declined; none: it pays.
    pub declined: Option<DeclineReason>,
}

/// Every test card.
pub const CARDS: [TestCard; 4] = [
    TestCard { number: "4242424242424242", label: "Succeeds", declined: None },
    TestCard {
        number: "4000000000000002",
        label: "Is declined",
        declined: Some(DeclineReason::Declined),
    },
    TestCard {
        number: "4000000000009995",
        label: "Has insufficient funds",
        declined: Some(DeclineReason::InsufficientFunds),
    },
    TestCard {
        number: "4000000000000069",
        label: "Has expired",
        declined: Some(DeclineReason::ExpiredCard),
    },
];

/// A webhook as a provider would send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// The sandbox. As a [`Payments`] it opens checkouts; [`Sandbox::pay`] is the person at the
/// payment page.
pub struct Sandbox {
    secret: SecretText,
    paid: Mutex<HashSet<String>>,
}

impl Sandbox {
    /// A sandbox whose checkouts and webhooks are signed with `secret`: at least 32 random bytes
    /// as text, kept with the installation, so that checkouts survive a restart.
    pub fn new(secret: SecretText) -> Self {
        Sandbox { secret, paid: Mutex::default() }
    }

    /// What happens when the person pays with the card of `number`: a webhook, to be handed to
    /// [`Payments::parse`]. A checkout that was paid stays paid, whatever the card.
    ///
    /// # Errors
    /// [`PaymentError::UnknownCheckout`], [`PaymentError::UnknownCard`].
    pub fn pay(
        &self,
        provider_ref: &str,
        number: &str,
        now_seconds: i64,
    ) -> Result<Webhook, PaymentError> {
        let checkout = self.read(provider_ref)?;
        let card = CARDS.iter().find(|c| c.number == number).ok_or(PaymentError::UnknownCard)?;
        let mut paid = self.paid.lock().unwrap_or_else(PoisonError::into_inner);
        let declined = card.declined.filter(|_| !paid.contains(&checkout.reference));
        let kind = if declined.is_none() { "payment.paid" } else { "payment.failed" };
        if declined.is_none() {
            paid.insert(checkout.reference.clone());
        }
        let time = now_seconds.to_string();
        let event = mac_of_parts(&self.secret, &["event", &checkout.reference, kind, &time]);
        let body = serde_json::to_vec(&Event {
            id: format!("sbxevt_{}", &event[..24]),
            mode: "test".to_owned(),
            kind: kind.to_owned(),
            payment: declined.is_none().then(|| self.payment_ref(&checkout.reference)),
            reason: declined.map(|reason| reason.word().to_owned()),
            checkout: Some(checkout),
        })
        .map_err(|_| PaymentError::Unreadable)?;
        let headers = vec![(HEADER.to_owned(), sign(&self.secret, now_seconds, &body))];
        Ok(Webhook { headers, body })
    }

    /// One payment for one reference, for ever.
    fn payment_ref(&self, reference: &str) -> String {
        format!("sbxpay_{}", &mac_of_parts(&self.secret, &["payment", reference])[..24])
    }

    fn provider_ref(&self, checkout: &Checkout) -> String {
        let Checkout { reference, amount_cents, currency } = checkout;
        let amount = amount_cents.to_string();
        let mac = mac_of_parts(&self.secret, &["checkout", reference, &amount, currency]);
        format!("sbx1.{reference}.{amount}.{currency}.{mac}")
    }

    fn read(&self, provider_ref: &str) -> Result<Checkout, PaymentError> {
        let parts: Vec<&str> = provider_ref.split('.').collect();
        let ["sbx1", reference, amount, currency, _] = parts.as_slice() else {
            return Err(PaymentError::UnknownCheckout);
        };
        let checkout = Checkout {
            reference: (*reference).to_owned(),
            amount_cents: amount.parse().map_err(|_| PaymentError::UnknownCheckout)?,
            currency: (*currency).to_owned(),
        };
        // Compared as MACs of both texts: equal texts only, in a time that tells nothing.
        let blind = |text: &str| mac_of_parts(&self.secret, &["compare", text]);
        if blind(&self.provider_ref(&checkout)) != blind(provider_ref) {
            return Err(PaymentError::UnknownCheckout);
        }
        Ok(checkout)
    }
}

/// What a checkout needs to be paid.
#[derive(Serialize, Deserialize)]
struct Checkout {
    reference: String,
    amount_cents: i64,
    currency: String,
}

/// The body of a webhook.
#[derive(Serialize, Deserialize)]
struct Event {
    id: String,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    checkout: Option<Checkout>,
    payment: Option<String>,
    reason: Option<String>,
}

#[async_trait]
impl Payments for Sandbox {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { hosted_checkout: true, test_only: true }
    }

    /// The address is the path of our own payment page.
    async fn checkout(&self, request: CheckoutRequest) -> Result<CheckoutOpened, PaymentError> {
        check(&request)?;
        let CheckoutRequest { reference, amount_cents, currency, .. } = request;
        let url = format!("/sandbox/checkout/{reference}");
        let provider_ref = self.provider_ref(&Checkout { reference, amount_cents, currency });
        Ok(CheckoutOpened { provider_ref, url })
    }

    fn parse(
        &self,
        headers: Headers<'_>,
        body: &[u8],
        now_seconds: i64,
    ) -> Result<Vec<PaymentEvent>, PaymentError> {
        let mut signatures = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(HEADER));
        let (_, signature) =
            signatures.next().ok_or(PaymentError::NotVerified("it is unsigned"))?;
        verify(&self.secret, signature, body, now_seconds)?;
        let event: Event = serde_json::from_slice(body).map_err(|_| PaymentError::Unreadable)?;
        if event.mode != "test" {
            return Err(PaymentError::WrongMode);
        }
        let read = match event.kind.as_str() {
            "payment.paid" => paid(event),
            "payment.failed" => failed(event),
            _ => return Ok(Vec::new()),
        };
        read.map(|event| vec![event]).ok_or(PaymentError::Unreadable)
    }

    async fn fetch(&self, provider_ref: &str) -> Result<PaymentStatus, PaymentError> {
        let checkout = self.read(provider_ref)?;
        let paid = self.paid.lock().unwrap_or_else(PoisonError::into_inner);
        if !paid.contains(&checkout.reference) {
            return Ok(PaymentStatus::Open);
        }
        Ok(PaymentStatus::Paid {
            payment_ref: self.payment_ref(&checkout.reference),
            amount_cents: checkout.amount_cents,
            currency: checkout.currency,
        })
    }
}

fn paid(event: Event) -> Option<PaymentEvent> {
    let Checkout { reference, amount_cents, currency } = event.checkout?;
    let payment_ref = event.payment?;
    let event_id = event.id;
    Some(PaymentEvent::Paid { payment_ref, line: 0, reference, amount_cents, currency, event_id })
}

fn failed(event: Event) -> Option<PaymentEvent> {
    let word = event.reason?;
    let reason = CARDS.iter().filter_map(|card| card.declined).find(|r| r.word() == word)?;
    Some(PaymentEvent::Failed { reference: event.checkout?.reference, reason })
}
