//! Stripe: our own thin client behind the Payments port.
//!
//! Owns: what is sent to Stripe and what is read of it, under one pinned version of its API. Every
//! act that makes something carries a key that follows from our reference, and is looked for
//! before it is made: asked again, however late, it is done once. An answer that did not come or
//! broke off is [`PaymentError::Unknown`], never a guess. Never logs or returns a key, never stores
//! anything, never asks the clock: instants are Stripe's.
//!
//! Every payment that we start off the page is an invoice of one line, because an invoice has a
//! page of its own where the bank's confirmation can be given. A declined one is made void, so
//! that nobody pays an attempt that was given up.
//!
//! Read next: `client` (one call, its retries), `wire` (what is read), `gather` and `told` (the
//! truth of a customer), `card` (which card pays), then `checkout`, `charge`, `change`, `schedule`
//! and `hooks`.

mod card;
mod change;
mod charge;
mod checkout;
mod client;
mod customers;
mod form;
mod gather;
mod hooks;
mod prices;
mod schedule;
mod settings;
mod told;
mod wire;

use std::sync::Arc;

use ampere_credits::Timestamp;
use async_trait::async_trait;

pub use self::settings::{API, Settings, SettingsError, Timing, VERSION};

use self::client::{Client, Talk, Trouble};
use self::prices::Prices;
use super::port::{
    About, Capabilities, ChangeRequest, ChargeRequest, CheckoutOpened, CheckoutRequest, Headers,
    Hint, Payment, PaymentError, Payments, PortalFlow, Refund, RefundRequest, Truth,
};
use super::rules;

/// The name in every row that is Stripe's.
const NAME: &str = "stripe";

/// Stripe, reached with one account's key.
pub struct Stripe {
    client: Client,
    hooks: hooks::Inbox,
    live: bool,
    prices: Arc<Prices>,
}

impl Stripe {
    /// A client for the account of the key. Nothing is asked of Stripe yet.
    ///
    /// # Errors
    /// [`SettingsError`]: a sentence for the operator.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        let live = settings.live();
        let hooks = hooks::Inbox::new(settings.webhook_secret.clone(), live);
        let client = Client::new(&settings)?;
        Ok(Stripe { client, hooks, live, prices: Arc::default() })
    }

    fn talk(&self) -> Talk<'_> {
        Talk::new(&self.client)
    }
}

#[async_trait]
impl Payments for Stripe {
    fn capabilities(&self) -> Capabilities {
        Capabilities { name: NAME, test_only: !self.live }
    }

    async fn checkout(&self, request: CheckoutRequest) -> Result<CheckoutOpened, PaymentError> {
        rules::page(&request)?;
        let talk = self.talk();
        let opened = checkout::open(&talk, request).await;
        talk.end(opened)
    }

    async fn portal(
        &self,
        customer: &str,
        flow: PortalFlow,
        return_url: &str,
    ) -> Result<String, PaymentError> {
        Ok(checkout::portal(&self.talk(), customer, flow, return_url).await?)
    }

    async fn charge(&self, request: ChargeRequest) -> Result<Payment, PaymentError> {
        rules::charge(&request)?;
        let talk = self.talk();
        let charged = charge::charge(&talk, &self.prices, request).await;
        talk.end(charged)
    }

    async fn change(&self, request: ChangeRequest) -> Result<Truth, PaymentError> {
        rules::change(&request)?;
        let talk = self.talk();
        let changed = change::change(&talk, &self.prices, request).await;
        talk.end(changed)
    }

    async fn refund(&self, request: RefundRequest) -> Result<Refund, PaymentError> {
        rules::refund(&request)?;
        let talk = self.talk();
        let refunded = charge::refund(&talk, request).await;
        talk.end(refunded)
    }

    fn parse(
        &self,
        headers: Headers<'_>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Hint, PaymentError> {
        self.hooks.parse(headers, body, now)
    }

    /// Beside telling the truth it lets a card that was saved on Stripe's pages be the one that
    /// pays (`card`): Stripe leaves that to whoever asked for the card.
    async fn fetch(&self, about: About) -> Result<Truth, PaymentError> {
        let talk = self.talk();
        let customer = customers::of(&talk, about).await?;
        let told = gather::truth(&talk, &self.prices, &customer).await;
        // What is lost is a step with the card, which the next look takes: nobody asked for it.
        told.map_err(|error| match error {
            PaymentError::Unknown => PaymentError::Unavailable,
            error => error,
        })
    }
}

impl From<Trouble> for PaymentError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::NotReached => PaymentError::Unavailable,
            Trouble::Lost => PaymentError::Unknown,
            Trouble::Unauthorized => PaymentError::Unauthorized,
            Trouble::Refused(refusal) if refusal.missing() => PaymentError::NotFound,
            // The key was used for another request: two acts of ours share a reference.
            Trouble::Refused(refusal) if refusal.kind == "idempotency_error" => {
                PaymentError::InvalidRequest("reference")
            }
            Trouble::Refused(refusal) => PaymentError::Conflict(refusal.word()),
        }
    }
}
