//! A payment provider under test and the person at its payment page.

use ampere_adapters::payments::{
    CARDS, CheckoutRequest, DeclineReason, PaymentError, PaymentEvent, Payments, Sandbox, Webhook,
};
use ampere_adapters::secrets::SecretText;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub const NOW: i64 = 1_795_000_000;
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A provider under test and the person at its payment page.
pub trait Desk: Send + Sync {
    fn payments(&self) -> &dyn Payments;
    /// The person pays, or tries to with a card that is declined for `reason`.
    fn pay(&self, provider_ref: &str, declined: Option<DeclineReason>, now: i64) -> Webhook;
    /// Our server starts anew.
    fn restarted(&self) -> Box<dyn Desk>;
    /// The same provider under another account's secret.
    fn other_account(&self) -> Box<dyn Desk>;
    /// A webhook that the provider signs over this body at this time.
    fn signed(&self, body: &str, now: i64) -> Webhook;
}

pub struct SandboxDesk {
    pub sandbox: Sandbox,
    pub secret: &'static str,
}

pub fn sandbox(secret: &'static str) -> Box<dyn Desk> {
    Box::new(SandboxDesk { sandbox: Sandbox::new(SecretText::new(secret)), secret })
}

impl Desk for SandboxDesk {
    fn payments(&self) -> &dyn Payments {
        &self.sandbox
    }

    fn pay(&self, provider_ref: &str, declined: Option<DeclineReason>, now: i64) -> Webhook {
        let card = CARDS.iter().find(|card| card.declined == declined).unwrap();
        self.sandbox.pay(provider_ref, card.number, now).unwrap()
    }

    fn restarted(&self) -> Box<dyn Desk> {
        sandbox(self.secret)
    }

    fn other_account(&self) -> Box<dyn Desk> {
        sandbox("another secret of another account")
    }

    fn signed(&self, body: &str, now: i64) -> Webhook {
        // The signature by its published description, not by the code under test.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(format!("{now}.{body}").as_bytes());
        let digits: String =
            mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let header = ("Ampere-Sandbox-Signature".to_owned(), format!("t={now},v1={digits}"));
        Webhook { headers: vec![header], body: body.as_bytes().to_vec() }
    }
}

macro_rules! contract {
    ($name:ident, $body:expr) => {
        mod $name {
            use super::*;

            #[tokio::test]
            async fn sandbox() {
                let body: fn(Box<dyn Desk>) -> BoxFuture<'static, ()> = $body;
                body(super::sandbox(SECRET)).await;
            }
        }
    };
}

pub(crate) use contract;

pub fn request(reference: &str) -> CheckoutRequest {
    CheckoutRequest {
        reference: reference.to_owned(),
        amount_cents: 1_500,
        currency: "usd".to_owned(),
        description: "5,000 credits".to_owned(),
        return_url: "http://localhost/billing".to_owned(),
    }
}

pub async fn open(desk: &dyn Desk, reference: &str) -> String {
    desk.payments().checkout(request(reference)).await.unwrap().provider_ref
}

pub fn parse(desk: &dyn Desk, hook: &Webhook, now: i64) -> Result<Vec<PaymentEvent>, PaymentError> {
    let headers: Vec<(&str, &str)> =
        hook.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    desk.payments().parse(&headers, &hook.body, now)
}

pub fn payment_of(events: &[PaymentEvent]) -> (String, u32) {
    match events {
        [PaymentEvent::Paid { payment_ref, line, .. }] => (payment_ref.clone(), *line),
        other => panic!("not one payment: {other:?}"),
    }
}
