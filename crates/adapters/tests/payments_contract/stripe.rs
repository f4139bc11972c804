//! Our Stripe client as a world: a stateful fake of Stripe is behind it, on a socket.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ampere_adapters::payments::stripe::{Settings, Stripe, Timing};
use ampere_adapters::payments::{CheckoutOpened, DeclineReason, DisputeStatus, Payment, Payments};
use ampere_adapters::secrets::SecretText;
use ampere_credits::Timestamp;
use async_trait::async_trait;
use fake_stripe::{FakeStripe, Fault, Handle, Kind, Options};
use serde_json::Value;

use crate::world::{Hook, Plastic, START, World, at};

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

pub struct StripeWorld {
    fake: Handle,
    stripe: Stripe,
    webhook_secret: String,
    /// By the payment.
    disputes: Mutex<BTreeMap<String, String>>,
}

pub async fn stripe() -> Arc<dyn World> {
    let options = Options { now: at(START).micros() / SECOND, ..Options::default() };
    let (secret_key, webhook_secret) = (options.secret_key.clone(), options.webhook_secret.clone());
    let fake = FakeStripe::start(options).await.unwrap();
    let settings = Settings {
        secret_key: SecretText::new(secret_key),
        webhook_secret: SecretText::new(webhook_secret.clone()),
        url: Some(fake.base_url().to_owned()),
        timing: Timing::default(),
    };
    let stripe = Stripe::new(settings).unwrap();
    Arc::new(StripeWorld { fake, stripe, webhook_secret, disputes: Mutex::default() })
}

fn token(card: Plastic) -> &'static str {
    match card {
        Plastic::Good => "pm_card_visa",
        Plastic::Bad(DeclineReason::Declined) => "pm_card_chargeDeclined",
        Plastic::Bad(DeclineReason::InsufficientFunds) => "pm_card_chargeDeclinedInsufficientFunds",
        Plastic::Bad(DeclineReason::ExpiredCard) => "pm_card_chargeDeclinedExpiredCard",
        Plastic::FailsLater => "pm_card_chargeCustomerFail",
        Plastic::Asks => "pm_card_authenticationRequired",
        Plastic::Disputed => "pm_card_createDispute",
    }
}

/// Why Stripe says that a card does not do.
fn reason(error: Value) -> DeclineReason {
    match (error["code"].as_str(), error["decline_code"].as_str()) {
        (_, Some("insufficient_funds")) => DeclineReason::InsufficientFunds,
        (Some("expired_card"), _) => DeclineReason::ExpiredCard,
        (Some(_), _) => DeclineReason::Declined,
        _ => panic!("no decline: {error}"),
    }
}

#[async_trait]
impl World for StripeWorld {
    fn payments(&self) -> &dyn Payments {
        &self.stripe
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.fake.now() * SECOND)
    }

    async fn wait_until(&self, at: Timestamp) {
        self.fake.advance_to(at.micros().div_euclid(SECOND)).unwrap();
    }

    async fn pay(
        &self,
        page: &CheckoutOpened,
        card: Plastic,
        confirms: bool,
    ) -> Result<(), DeclineReason> {
        let paid = self.fake.pay_page(&page.provider_ref, token(card), confirms);
        paid.map(|_| ()).map_err(reason)
    }

    async fn save_card(&self, customer: &str, card: Plastic) -> Result<(), DeclineReason> {
        self.fake.use_card(customer, token(card)).map(|_| ()).map_err(reason)
    }

    async fn answer_bank(&self, payment: &Payment, confirms: bool) {
        // On the invoice's page, with the saved card. Stripe answers a refusal with an error.
        let answered = self.fake.pay_invoice(&payment.id, None, confirms);
        assert!(answered.is_ok() || !confirms, "{answered:?}");
    }

    async fn dispute(&self, payment: &str, status: DisputeStatus) {
        let known = self.disputes.lock().unwrap().get(payment).cloned();
        let played = match (status, known) {
            (DisputeStatus::Inquiry, _) => self.fake.dispute(payment, true),
            (DisputeStatus::Open, None) => self.fake.dispute(payment, false),
            (status, Some(known)) => self.fake.close_dispute(&known, status == DisputeStatus::Won),
            (_, None) => panic!("nothing is disputed"),
        };
        let id = played.unwrap()["id"].as_str().unwrap().to_owned();
        self.disputes.lock().unwrap().insert(payment.to_owned(), id);
    }

    async fn webhooks(&self) -> Vec<Hook> {
        let taken = self.fake.take_events().into_iter();
        taken.map(|hook| Hook { headers: hook.headers, body: hook.body.to_vec() }).collect()
    }

    fn lose_next_answer(&self) {
        self.fake.fail_next(Fault::new(Kind::CutReply));
    }

    fn signing(&self) -> (&'static str, String) {
        ("Stripe-Signature", self.webhook_secret.clone())
    }

    fn body_of_no_concern(&self, live: bool) -> String {
        let kind = r#""type":"product.created""#;
        format!(r#"{{"id":"evt_1",{kind},"livemode":{live},"data":{{"object":{{}}}}}}"#)
    }

    fn body_about_nobody(&self) -> String {
        r#"{"id":"evt_1","type":"invoice.paid","livemode":false}"#.to_owned()
    }
}
