//! The sandbox as a world.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use ampere_adapters::payments::sandbox::{CardSaved, PageState, Sandbox};
use ampere_adapters::payments::{
    About, Capabilities, ChangeRequest, ChargeRequest, CheckoutOpened, CheckoutRequest,
    DeclineReason, DisputeStatus, Headers, Hint, Payment, PaymentError, Payments, PortalFlow,
    Refund, RefundRequest, Truth,
};
use ampere_adapters::secrets::SecretText;
use ampere_credits::{Clock, Timestamp};
use async_trait::async_trait;

use crate::world::{Hook, Plastic, START, World, at};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A machine's clock that tests move.
pub struct Hand(AtomicI64);

impl Hand {
    pub fn at(start: Timestamp) -> Arc<Self> {
        Arc::new(Hand(AtomicI64::new(start.micros())))
    }

    pub fn set(&self, now: Timestamp) {
        self.0.store(now.micros(), Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// The sandbox behind a line that can lose an answer.
struct Line {
    sandbox: Sandbox,
    loses: AtomicBool,
}

impl Line {
    fn answer<T>(&self, answer: Result<T, PaymentError>) -> Result<T, PaymentError> {
        if self.loses.swap(false, Ordering::SeqCst) { Err(PaymentError::Unknown) } else { answer }
    }
}

#[async_trait]
impl Payments for Line {
    fn capabilities(&self) -> Capabilities {
        self.sandbox.capabilities()
    }

    async fn checkout(&self, request: CheckoutRequest) -> Result<CheckoutOpened, PaymentError> {
        self.answer(self.sandbox.checkout(request).await)
    }

    async fn portal(
        &self,
        customer: &str,
        flow: PortalFlow,
        return_url: &str,
    ) -> Result<String, PaymentError> {
        self.sandbox.portal(customer, flow, return_url).await
    }

    async fn charge(&self, request: ChargeRequest) -> Result<Payment, PaymentError> {
        self.answer(self.sandbox.charge(request).await)
    }

    async fn change(&self, request: ChangeRequest) -> Result<Truth, PaymentError> {
        self.answer(self.sandbox.change(request).await)
    }

    async fn refund(&self, request: RefundRequest) -> Result<Refund, PaymentError> {
        self.answer(self.sandbox.refund(request).await)
    }

    fn parse(
        &self,
        headers: Headers<'_>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Hint, PaymentError> {
        self.sandbox.parse(headers, body, now)
    }

    async fn fetch(&self, about: About) -> Result<Truth, PaymentError> {
        self.sandbox.fetch(about).await
    }
}

pub struct SandboxWorld {
    line: Line,
    hand: Arc<Hand>,
}

pub fn sandbox() -> Arc<dyn World> {
    let hand = Hand::at(at(START));
    let sandbox = Sandbox::open(SecretText::new(SECRET), hand.clone(), None).unwrap();
    let line = Line { sandbox, loses: AtomicBool::new(false) };
    Arc::new(SandboxWorld { line, hand })
}

pub fn number(card: Plastic) -> &'static str {
    match card {
        Plastic::Good => "4242424242424242",
        Plastic::Bad(DeclineReason::Declined) => "4000000000000002",
        Plastic::Bad(DeclineReason::InsufficientFunds) => "4000000000009995",
        Plastic::Bad(DeclineReason::ExpiredCard) => "4000000000000069",
        Plastic::FailsLater => "4000000000000341",
        Plastic::Asks => "4000002760003184",
        Plastic::Disputed => "4000000000000259",
    }
}

#[async_trait]
impl World for SandboxWorld {
    fn payments(&self) -> &dyn Payments {
        &self.line
    }

    fn now(&self) -> Timestamp {
        self.hand.now()
    }

    async fn wait_until(&self, at: Timestamp) {
        self.hand.set(at);
        self.line.sandbox.tick().unwrap();
    }

    async fn pay(
        &self,
        page: &CheckoutOpened,
        card: Plastic,
        confirms: bool,
    ) -> Result<(), DeclineReason> {
        let reference = page.url.strip_prefix("/sandbox/checkout/").unwrap();
        let mut shown = self.line.sandbox.pay(reference, number(card)).unwrap();
        if matches!(shown.state, PageState::NeedsConfirmation { .. }) {
            self.line.sandbox.confirm(&shown.payment.unwrap(), confirms).unwrap();
            shown = self.line.sandbox.page(reference).unwrap();
        }
        match shown.state {
            PageState::Done => Ok(()),
            PageState::Declined { reason } => Err(reason),
            other => panic!("{other:?}"),
        }
    }

    async fn save_card(&self, customer: &str, card: Plastic) -> Result<(), DeclineReason> {
        match self.line.sandbox.save_card(customer, number(card)).unwrap() {
            CardSaved::Saved(_) => Ok(()),
            CardSaved::Declined(reason) => Err(reason),
        }
    }

    async fn answer_bank(&self, payment: &Payment, confirms: bool) {
        self.line.sandbox.confirm(&payment.id, confirms).unwrap();
    }

    async fn dispute(&self, payment: &str, status: DisputeStatus) {
        self.line.sandbox.dispute(payment, status).unwrap();
    }

    async fn webhooks(&self) -> Vec<Hook> {
        let taken = self.line.sandbox.take_webhooks().unwrap();
        taken.into_iter().map(|hook| Hook { headers: hook.headers, body: hook.body }).collect()
    }

    fn lose_next_answer(&self) {
        self.line.loses.store(true, Ordering::SeqCst);
    }

    fn signing(&self) -> (&'static str, String) {
        ("Ampere-Sandbox-Signature", SECRET.to_owned())
    }

    fn body_of_no_concern(&self, live: bool) -> String {
        let mode = if live { "live" } else { "test" };
        format!(r#"{{"id":"e1","mode":"{mode}","type":"weather.changed"}}"#)
    }

    fn body_about_nobody(&self) -> String {
        r#"{"id":"e1","mode":"test","type":"payment.paid"}"#.to_owned()
    }
}
