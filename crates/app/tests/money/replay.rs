//! A provider that plays what was recorded: at each instant of a history one truth. It can be
//! down, and it can lose its replies after it has done what was asked.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use ampere_adapters::payments::port::*;
use ampere_adapters::payments::sandbox::Sandbox;
use ampere_credits::Timestamp;
use async_trait::async_trait;

/// The word of the provider.
pub const NAME: &str = "sandbox";

/// Plays truths; a webhook's body is `event kind customer`, and no signature is asked for.
#[derive(Default)]
pub struct Replay {
    pub truths: Mutex<Vec<Truth>>,
    /// Which of them is present.
    pub at: AtomicUsize,
    /// Nobody answers.
    pub down: AtomicBool,
    /// How often the truth was asked for.
    pub fetched: AtomicUsize,
}

impl Replay {
    pub fn body(event: &str, kind: &str, customer: &str) -> Vec<u8> {
        format!("{event} {kind} {customer}").into_bytes()
    }
}

#[async_trait]
impl Payments for Replay {
    fn capabilities(&self) -> Capabilities {
        Capabilities { name: NAME, test_only: true }
    }

    async fn checkout(&self, _: CheckoutRequest) -> Result<CheckoutOpened, PaymentError> {
        Err(PaymentError::Unavailable)
    }

    async fn portal(&self, _: &str, _: PortalFlow, _: &str) -> Result<String, PaymentError> {
        Err(PaymentError::Unavailable)
    }

    async fn charge(&self, _: ChargeRequest) -> Result<Payment, PaymentError> {
        Err(PaymentError::Unavailable)
    }

    async fn change(&self, _: ChangeRequest) -> Result<Truth, PaymentError> {
        Err(PaymentError::Unavailable)
    }

    async fn refund(&self, _: RefundRequest) -> Result<Refund, PaymentError> {
        Err(PaymentError::Unavailable)
    }

    fn parse(&self, _: Headers<'_>, body: &[u8], _: Timestamp) -> Result<Hint, PaymentError> {
        let text = String::from_utf8(body.to_vec()).map_err(|_| PaymentError::Unreadable)?;
        let parts: Vec<&str> = text.split(' ').collect();
        let [event, kind, customer] = parts[..] else { return Err(PaymentError::Unreadable) };
        let about = Some(About::Customer(customer.to_owned()));
        Ok(Hint { event_id: event.to_owned(), kind: kind.to_owned(), about })
    }

    async fn fetch(&self, _: About) -> Result<Truth, PaymentError> {
        self.fetched.fetch_add(1, Ordering::SeqCst);
        if self.down.load(Ordering::SeqCst) {
            return Err(PaymentError::Unavailable);
        }
        let truths = self.truths.lock().unwrap();
        truths.get(self.at.load(Ordering::SeqCst)).cloned().ok_or(PaymentError::NotFound)
    }
}

/// What a call loses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    Nothing,
    /// The request: nothing happens.
    Request,
    /// The reply: it has happened.
    Reply,
}

/// The sandbox behind a line that loses charges and changes, or their replies.
pub struct Line {
    pub sandbox: Arc<Sandbox>,
    pub cuts: Mutex<Vec<Cut>>,
    /// References that were asked to be charged.
    pub asked: Mutex<Vec<String>>,
    pub down: AtomicBool,
}

#[async_trait]
impl Payments for Line {
    fn capabilities(&self) -> Capabilities {
        self.sandbox.capabilities()
    }

    async fn checkout(&self, request: CheckoutRequest) -> Result<CheckoutOpened, PaymentError> {
        self.sandbox.checkout(request).await
    }

    async fn portal(&self, at: &str, flow: PortalFlow, to: &str) -> Result<String, PaymentError> {
        self.sandbox.portal(at, flow, to).await
    }

    async fn charge(&self, request: ChargeRequest) -> Result<Payment, PaymentError> {
        self.asked.lock().unwrap().push(request.reference.clone());
        let cut = self.cuts.lock().unwrap().pop().unwrap_or(Cut::Nothing);
        if cut == Cut::Request {
            return Err(PaymentError::Unknown);
        }
        let done = self.sandbox.charge(request).await;
        if cut == Cut::Reply { Err(PaymentError::Unknown) } else { done }
    }

    async fn change(&self, request: ChangeRequest) -> Result<Truth, PaymentError> {
        let cut = self.cuts.lock().unwrap().pop().unwrap_or(Cut::Nothing);
        if cut == Cut::Request {
            return Err(PaymentError::Unknown);
        }
        let done = self.sandbox.change(request).await;
        if cut == Cut::Reply { Err(PaymentError::Unknown) } else { done }
    }

    async fn refund(&self, request: RefundRequest) -> Result<Refund, PaymentError> {
        self.sandbox.refund(request).await
    }

    fn parse(
        &self,
        headers: Headers<'_>,
        body: &[u8],
        at: Timestamp,
    ) -> Result<Hint, PaymentError> {
        self.sandbox.parse(headers, body, at)
    }

    async fn fetch(&self, about: About) -> Result<Truth, PaymentError> {
        if self.down.load(Ordering::SeqCst) {
            return Err(PaymentError::Unavailable);
        }
        self.sandbox.fetch(about).await
    }
}
