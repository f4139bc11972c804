//! The Payments port: how money comes in, whoever moves it.
//!
//! Owns: what is asked of a payment provider and our own words for what it tells us. Never grants
//! credits: a verified event becomes a grant command elsewhere, keyed by (payment, line), so that
//! an event may come twice, late, or under another event id. Amounts are whole cents.
//!
//! Read next: `sandbox`, the built-in provider for trying out; `signature`, how a webhook proves
//! where it comes from.

mod sandbox;
mod signature;

use async_trait::async_trait;
use thiserror::Error;

pub use sandbox::{CARDS, Sandbox, TestCard, Webhook};

/// What a provider can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The person pays on a page; [`Payments::checkout`] gives its address.
    pub hosted_checkout: bool,
    /// No money ever moves: say so wherever something is bought.
    pub test_only: bool,
}

/// One purchase to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutRequest {
    /// Our checkout's id, also the idempotency key: the same reference opens the same checkout.
    /// 1 to 64 letters, digits, `_` or `-`.
    pub reference: String,
    /// At least 1.
    pub amount_cents: i64,
    /// Three lower-case letters, ISO 4217.
    pub currency: String,
    /// What the person reads on the payment page.
    pub description: String,
    /// Where the person comes back to.
    pub return_url: String,
}

/// A checkout that waits to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutOpened {
    /// The provider's name for it; to be stored with our checkout.
    pub provider_ref: String,
    /// Where the person pays; may be a path on our own server.
    pub url: String,
}

/// Why a payment did not go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclineReason {
    Declined,
    InsufficientFunds,
    ExpiredCard,
}

impl DeclineReason {
    /// The word in events and in our own records.
    pub fn word(self) -> &'static str {
        match self {
            DeclineReason::Declined => "declined",
            DeclineReason::InsufficientFunds => "insufficient_funds",
            DeclineReason::ExpiredCard => "expired_card",
        }
    }
}

/// What a verified webhook says, in our words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentEvent {
    /// Money has come in: the one reason to grant purchased credits.
    Paid {
        /// The provider's id of the payment. With `line` the key of the grant.
        payment_ref: String,
        /// The line of the payment's invoice; 0 where there is one only.
        line: u32,
        /// Our checkout's id. What was bought is looked up there, never taken from an event.
        reference: String,
        amount_cents: i64,
        currency: String,
        /// The provider's id of the event, for the log: not a key of anything.
        event_id: String,
    },
    /// An attempt to pay failed. The checkout stays open for another.
    Failed { reference: String, reason: DeclineReason },
}

/// What became of a checkout, as far as the provider knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentStatus {
    /// Not paid.
    Open,
    Paid {
        payment_ref: String,
        amount_cents: i64,
        currency: String,
    },
}

/// Why the provider did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PaymentError {
    /// The request breaks a rule of the port; the field is named. Our mistake.
    #[error("a checkout's {0} is not valid")]
    InvalidRequest(&'static str),
    /// Not a checkout of this provider, or made under another secret.
    #[error("the provider does not know this checkout")]
    UnknownCheckout,
    /// The webhook does not prove where it comes from: answer 400, change nothing.
    #[error("the webhook is refused: {0}")]
    NotVerified(&'static str),
    /// Verified, yet not understood: answer 400 and tell the operator.
    #[error("the webhook is verified but cannot be read")]
    Unreadable,
    /// A live event reached a test provider, or the other way round: check the settings.
    #[error("the webhook belongs to the other mode, test or live")]
    WrongMode,
    /// No such test card.
    #[error("there is no such test card")]
    UnknownCard,
}

/// Headers of a webhook: names in any case.
pub type Headers<'a> = &'a [(&'a str, &'a str)];

/// A payment provider.
#[async_trait]
pub trait Payments: Send + Sync {
    /// One lower-case word, stored with every checkout.
    fn name(&self) -> &'static str;

    fn capabilities(&self) -> Capabilities;

    /// Opens a checkout, or finds the one that the same reference opened.
    ///
    /// # Errors
    /// [`PaymentError::InvalidRequest`].
    async fn checkout(&self, request: CheckoutRequest) -> Result<CheckoutOpened, PaymentError>;

    /// Verifies a webhook (over the body's bytes as they came) and says it in our words; empty for
    /// kinds of events that do not concern us. `now_seconds` is seconds since 1970, UTC.
    ///
    /// # Errors
    /// [`PaymentError::NotVerified`], [`PaymentError::Unreadable`], [`PaymentError::WrongMode`].
    fn parse(
        &self,
        headers: Headers<'_>,
        body: &[u8],
        now_seconds: i64,
    ) -> Result<Vec<PaymentEvent>, PaymentError>;

    /// Looks up a checkout whose outcome we do not know.
    ///
    /// # Errors
    /// [`PaymentError::UnknownCheckout`].
    async fn fetch(&self, provider_ref: &str) -> Result<PaymentStatus, PaymentError>;
}

/// The rules that every provider holds its requests to.
fn check(request: &CheckoutRequest) -> Result<(), PaymentError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let reference = &request.reference;
    if reference.is_empty() || reference.len() > 64 || !reference.chars().all(plain) {
        return Err(PaymentError::InvalidRequest("reference"));
    }
    if request.amount_cents < 1 {
        return Err(PaymentError::InvalidRequest("amount"));
    }
    let currency = &request.currency;
    if currency.len() != 3 || !currency.chars().all(|c| c.is_ascii_lowercase()) {
        return Err(PaymentError::InvalidRequest("currency"));
    }
    Ok(())
}
