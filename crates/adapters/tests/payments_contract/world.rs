//! A payment provider under test, and the people around it.

use std::sync::Arc;

use ampere_adapters::payments::{
    About, Cadence, Change, ChangeRequest, ChargeRequest, CheckoutOpened, CheckoutRequest,
    DeclineReason, DisputeStatus, Hint, Payer, Payment, PaymentError, PaymentStatus, Payments,
    PlanKey, PlanPrice, Purchase, RefundRequest, Subscription, SubscriptionStatus, Truth,
};
use ampere_credits::Timestamp;
use async_trait::async_trait;

/// When every case begins: an anchor that months have to clamp.
pub const START: &str = "2026-01-31T10:00:00Z";

/// What a card does, whatever its number is at this provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plastic {
    Good,
    /// It can neither pay nor be saved.
    Bad(DeclineReason),
    /// It can be saved, and is declined later.
    FailsLater,
    /// The bank asks the person each time.
    Asks,
    /// It pays, and is disputed at once.
    Disputed,
}

/// A webhook as it arrives.
#[derive(Clone, Debug)]
pub struct Hook {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// The provider and the people around it. Time stands still unless a case moves it.
#[async_trait]
pub trait World: Send + Sync {
    fn payments(&self) -> &dyn Payments;
    fn now(&self) -> Timestamp;
    /// Time goes on; what is due at the provider happens.
    async fn wait_until(&self, at: Timestamp);
    /// The person uses a card on an opened page, and answers the bank so, if it asks.
    async fn pay(
        &self,
        page: &CheckoutOpened,
        card: Plastic,
        confirms: bool,
    ) -> Result<(), DeclineReason>;
    /// The person saves another card on the provider's own page.
    async fn save_card(&self, customer: &str, card: Plastic) -> Result<(), DeclineReason>;
    /// The person answers the bank on a payment that needs it.
    async fn answer_bank(&self, payment: &Payment, confirms: bool);
    /// The card's owner and the bank: inquiry or open, then won or lost.
    async fn dispute(&self, payment: &str, status: DisputeStatus);
    /// What was sent since the last time, in its order.
    async fn webhooks(&self) -> Vec<Hook>;
    /// What is asked next happens, and its answer is lost.
    fn lose_next_answer(&self);
    /// The name of the header that carries the signature, and the secret that makes it.
    fn signing(&self) -> (&'static str, String);
    /// A body of a kind that does not concern us, in test or in live mode.
    fn body_of_no_concern(&self, live: bool) -> String;
    /// A body of a kind that concerns us and names nobody.
    fn body_about_nobody(&self) -> String;
}

/// One of the worlds, owned by a case.
pub type Given = Arc<dyn World>;

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn payer(organization: &str) -> Payer {
    Payer {
        organization: organization.to_owned(),
        name: "Acme".to_owned(),
        email: "billing@acme.example".to_owned(),
        customer: None,
    }
}

pub fn page(reference: &str, organization: &str, what: Purchase) -> CheckoutRequest {
    CheckoutRequest {
        reference: reference.to_owned(),
        payer: payer(organization),
        what,
        return_url: "http://localhost/billing?back=1".to_owned(),
        cancel_url: "http://localhost/billing".to_owned(),
    }
}

pub fn credits(amount_cents: i64) -> Purchase {
    let (currency, description) = ("usd".to_owned(), "10,000 credits".to_owned());
    Purchase::Credits { amount_cents, currency, description }
}

/// A price of our catalog: team is dearer than starter.
pub fn price(plan: &str, cadence: Cadence) -> PlanPrice {
    let monthly = if plan == "team" { 9_900 } else { 2_900 };
    PlanPrice {
        key: PlanKey { plan: plan.to_owned(), version: 1, cadence },
        name: plan.to_owned(),
        amount_cents: if cadence == Cadence::Annual { monthly * 10 } else { monthly },
        currency: "usd".to_owned(),
    }
}

pub fn starter() -> PlanPrice {
    price("starter", Cadence::Monthly)
}

pub fn team() -> PlanPrice {
    price("team", Cadence::Monthly)
}

pub fn charge_of(reference: &str, customer: &str, amount_cents: i64) -> ChargeRequest {
    ChargeRequest {
        reference: reference.to_owned(),
        customer: customer.to_owned(),
        amount_cents,
        currency: "usd".to_owned(),
        description: "10,000 credits".to_owned(),
    }
}

pub fn refund_of(reference: &str, payment: &str, amount_cents: i64) -> RefundRequest {
    let (reference, payment) = (reference.to_owned(), payment.to_owned());
    RefundRequest { reference, payment, amount_cents }
}

/// A customer with this card saved.
pub async fn customer_with(w: &Given, organization: &str, card: Plastic) -> String {
    let request = page(&format!("card-{organization}"), organization, Purchase::Card);
    let opened = w.payments().checkout(request).await.unwrap();
    w.pay(&opened, card, true).await.unwrap();
    opened.customer
}

/// A customer with a good card on a plan, started just now.
pub async fn customer_on(w: &Given, organization: &str, to: PlanPrice) -> (String, String) {
    let customer = customer_with(w, organization, Plastic::Good).await;
    let start = Change::Start { to };
    let truth = change(w, &format!("start-{organization}"), &customer, start).await.unwrap();
    (customer, living(&truth).id.clone())
}

pub async fn change(
    w: &Given,
    reference: &str,
    customer: &str,
    change: Change,
) -> Result<Truth, PaymentError> {
    let (reference, customer) = (reference.to_owned(), customer.to_owned());
    w.payments().change(ChangeRequest { reference, customer, change }).await
}

pub async fn truth(w: &Given, customer: &str) -> Truth {
    w.payments().fetch(About::Customer(customer.to_owned())).await.unwrap()
}

/// The one payment that carries our reference.
pub fn payment<'a>(truth: &'a Truth, reference: &str) -> &'a Payment {
    let mut carrying =
        truth.payments.iter().filter(|one| one.reference.as_deref() == Some(reference));
    let found = carrying.next().unwrap_or_else(|| panic!("no {reference} in {truth:#?}"));
    assert!(carrying.next().is_none(), "one payment for one reference: {truth:#?}");
    found
}

pub fn is_paid(payment: &Payment) -> bool {
    matches!(payment.status, PaymentStatus::Paid { .. })
}

pub fn wants_bank(payment: &Payment) -> bool {
    matches!(&payment.status, PaymentStatus::NeedsConfirmation { url } if !url.is_empty())
}

pub fn paid_of(truth: &Truth) -> Vec<&Payment> {
    truth.payments.iter().filter(|payment| is_paid(payment)).collect()
}

/// Subscriptions that have begun and are not over.
pub fn all_living(truth: &Truth) -> Vec<&Subscription> {
    use SubscriptionStatus::{Active, PastDue, Unpaid};
    let lives = |of: &&Subscription| matches!(of.status, Active | PastDue | Unpaid);
    truth.subscriptions.iter().filter(lives).collect()
}

/// The one that lives.
pub fn living(truth: &Truth) -> &Subscription {
    match all_living(truth).as_slice() {
        [one] => one,
        other => panic!("one living subscription, not {other:#?}"),
    }
}

/// The webhook as our server reads it at an instant.
pub fn parse(w: &Given, hook: &Hook, now: Timestamp) -> Result<Hint, PaymentError> {
    let named = hook.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let headers: Vec<(&str, &str)> = named.collect();
    w.payments().parse(&headers, &hook.body, now)
}
