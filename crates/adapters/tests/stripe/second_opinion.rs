//! A second opinion: what localstripe, a fake of Stripe that others wrote, makes of our client. It
//! knows customers, cards, single payments, refunds and signed webhooks; no prices, checkout,
//! portal, schedules or idempotency keys. `make payments-second-opinion` starts one on this
//! computer and names it in AMPERE_SECOND_OPINION_URL.

use std::time::Duration;

use ampere_adapters::payments::port::{
    About, DeclineReason, Payment, PaymentError, PaymentStatus, Payments, RefundRequest, Truth,
};
use ampere_adapters::payments::stripe::{Settings, Stripe};
use ampere_adapters::secrets::SecretText;
use ampere_credits::Timestamp;
use serde_json::Value;

use crate::road::{Answer, Asked, Road};
use crate::{HOOKS, open, settings};

/// One customer of a localstripe of its own data, and the calls that are not ours to make.
struct Other {
    url: String,
    http: reqwest::Client,
    customer: String,
}

impl Other {
    async fn new() -> Self {
        let url = std::env::var("AMPERE_SECOND_OPINION_URL")
            .expect("make payments-second-opinion names it");
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut other = Other { url, http, customer: String::new() };
        let flushed = other.http.delete(format!("{}/_config/data", other.url)).send().await;
        assert!(flushed.unwrap().status().is_success());
        let made = other.post("v1/customers", &[("metadata[organization]", "org_1")]).await;
        other.customer = made["id"].as_str().unwrap().to_owned();
        other
    }

    fn stripe(&self) -> Stripe {
        open(&self.url)
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        let body = body.extend_pairs(form).finish();
        let request = self.http.post(format!("{}/{path}", self.url)).bearer_auth(crate::KEY);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(body).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&answer).unwrap_or(Value::Null)
    }

    /// The card of this number pays from now on.
    async fn card(&self, number: &str) -> String {
        let card = [
            ("type", "card"),
            ("card[number]", number),
            ("card[exp_month]", "12"),
            ("card[exp_year]", "2030"),
            ("card[cvc]", "123"),
        ];
        let made = self.post("v1/payment_methods", &card).await;
        let id = made["id"].as_str().unwrap().to_owned();
        let customer = [("customer", self.customer.as_str())];
        self.post(&format!("v1/payment_methods/{id}/attach"), &customer).await;
        let default = [("invoice_settings[default_payment_method]", id.as_str())];
        self.post(&format!("v1/customers/{}", self.customer), &default).await;
        id
    }

    async fn pay(&self, reference: &str, card: &str) -> Value {
        let payment = [
            ("amount", "1500"),
            ("currency", "usd"),
            ("customer", self.customer.as_str()),
            ("payment_method", card),
            ("metadata[reference]", reference),
            ("confirm", "true"),
            ("off_session", "true"),
        ];
        self.post("v1/payment_intents", &payment).await
    }

    async fn truth(&self) -> Truth {
        self.stripe().fetch(About::Customer(self.customer.clone())).await.unwrap()
    }
}

fn payment(truth: &Truth, reference: &str) -> Payment {
    let found = truth.payments.iter().find(|one| one.reference.as_deref() == Some(reference));
    found.unwrap_or_else(|| panic!("no {reference} in {truth:?}")).clone()
}

fn refund(reference: &str, payment: &str, amount_cents: i64) -> RefundRequest {
    RefundRequest { reference: reference.to_owned(), payment: payment.to_owned(), amount_cents }
}

#[tokio::test]
#[ignore = "make payments-second-opinion starts the server that it needs"]
async fn customers_cards_payments_and_refunds_are_read_the_same() {
    let other = Other::new().await;
    let truth = other.truth().await;
    assert_eq!((truth.organization.as_str(), truth.card, truth.payments.len()), ("org_1", None, 0));
    let visa = other.card("4242424242424242").await;
    let paid = other.pay("att_1", &visa).await;
    let id = paid["id"].as_str().unwrap();
    let truth = other.stripe().fetch(About::Payment(id.to_owned())).await.unwrap();
    let card = truth.card.clone().unwrap();
    assert_eq!((card.brand.as_str(), card.last4.as_str(), card.exp_year), ("visa", "4242", 2030));
    let one = payment(&truth, "att_1");
    assert!(matches!(one.status, PaymentStatus::Paid { .. }), "{one:?}");
    assert_eq!((one.id.as_str(), one.amount_cents, one.currency.as_str()), (id, 1_500, "usd"));

    // It knows no idempotency keys: that the second call finds the first one is our looking.
    let given = other.stripe().refund(refund("ref_1", id, 500)).await.unwrap();
    assert_eq!(other.stripe().refund(refund("ref_1", id, 500)).await, Ok(given.clone()));
    let otherwise = other.stripe().refund(refund("ref_1", id, 600)).await;
    assert_eq!(otherwise, Err(PaymentError::InvalidRequest("reference")));
    let more = other.stripe().refund(refund("ref_2", id, 100)).await.unwrap();
    let sums: Vec<_> =
        payment(&other.truth().await, "att_1").refunds.iter().map(|one| one.amount_cents).collect();
    assert_eq!((given.amount_cents, more.amount_cents), (500, 100));
    assert_eq!(sums.iter().sum::<i64>(), 600);
    eprintln!("second opinion: paid {id}, refunds {sums:?}");
}

#[tokio::test]
#[ignore = "make payments-second-opinion starts the server that it needs"]
async fn declines_banks_and_strangers_are_told_apart() {
    let other = Other::new().await;
    let fails = other.card("4000000000000341").await;
    other.pay("att_1", &fails).await;
    let declined = payment(&other.truth().await, "att_1");
    assert_eq!(declined.status, PaymentStatus::Failed { reason: DeclineReason::Declined });
    let given = other.stripe().refund(refund("ref_1", &declined.id, 1)).await;
    assert!(matches!(given, Err(PaymentError::Conflict(_))), "{given:?}");
    let bank = other.card("4000002760003184").await;
    other.pay("att_2", &bank).await;
    assert_eq!(payment(&other.truth().await, "att_2").status, PaymentStatus::Open);
    let nobody = other.stripe().fetch(About::Customer("cus_nobody".to_owned())).await;
    assert_eq!(nobody, Err(PaymentError::NotFound));
    let secret_key = SecretText::new("not-a-key");
    let stranger = Stripe::new(Settings { secret_key, ..settings(&other.url) }).unwrap();
    let refused = stranger.fetch(About::Customer(other.customer.clone())).await;
    assert_eq!(refused, Err(PaymentError::Unauthorized));
}

#[tokio::test]
#[ignore = "make payments-second-opinion starts the server that it needs"]
async fn its_signed_webhooks_name_whose_truth_has_changed() {
    let other = Other::new().await;
    let inbox = Road::of([Answer::json(200, "{}")]).await;
    let hook = [("url", inbox.url()), ("secret", HOOKS.to_owned())];
    let hook: Vec<(&str, &str)> = hook.iter().map(|(name, to)| (*name, to.as_str())).collect();
    other.post("_config/webhooks/1", &hook).await;
    let visa = other.card("4242424242424242").await;
    let paid = other.pay("att_1", &visa).await;
    assert_eq!(paid["status"], "succeeded", "{paid}");
    // It sends what earlier customers did, too, a second late.
    let ours = |one: &Asked| one.body.contains(&other.customer);
    let paid = |one: &Asked| one.body.contains("payment_intent.succeeded");
    let seen = async {
        let mut wanted = 1;
        loop {
            let asked = inbox.until(wanted).await;
            if asked.iter().any(|one| ours(one) && paid(one)) {
                return asked;
            }
            wanted = asked.len() + 1;
        }
    };
    let seen = tokio::time::timeout(Duration::from_secs(20), seen).await.unwrap();
    let mut known = 0;
    for one in &seen {
        let signature = one.header("stripe-signature").unwrap();
        let seconds = signature.split_once("t=").unwrap().1.split(',').next().unwrap();
        let now = Timestamp::from_micros(0).plus_seconds(seconds.parse().unwrap());
        let headers = [("stripe-signature", signature)];
        let hint = other.stripe().parse(&headers, one.body.as_bytes(), now).unwrap();
        eprintln!("second opinion: {} about {:?}", hint.kind, hint.about);
        known += usize::from(hint.about == Some(About::Customer(other.customer.clone())));
        let late = other.stripe().parse(&headers, one.body.as_bytes(), now.plus_seconds(301));
        assert_eq!(late, Err(PaymentError::NotVerified("it is too old")));
    }
    assert!(known >= 1, "{seen:?}");
}
