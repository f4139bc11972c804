//! The Payments port: what is asked of who moves the money, and what they know.
//!
//! Owns our own words for it. Events are hints: [`Payments::parse`] says whose truth may have
//! changed, and [`Payments::fetch`] tells the truth. Never grants credits and never decides: the
//! app compares the truth with what it has. Amounts are whole minor units (cents); instants are
//! the provider's. Every call that changes something carries a key derived from our own id; after
//! [`PaymentError::Unknown`] the outcome is looked up, or asked for again under the same key.
//!
//! Read next: `asked`, what is asked; `truth`, what is known; `sandbox`, the built-in provider.

use ampere_credits::Timestamp;
use async_trait::async_trait;
use thiserror::Error;

pub use super::asked::{
    Cadence, Change, ChangeRequest, ChargeRequest, CheckoutOpened, CheckoutRequest, Payer, PlanKey,
    PlanPrice, Purchase, RefundRequest,
};
pub use super::truth::{
    Card, DeclineReason, Dispute, DisputeStatus, Line, LineKind, Payment, PaymentStatus, Refund,
    Subscription, SubscriptionStatus, Truth,
};

/// What a provider is and can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// One lower-case word, stored with every row that is its.
    pub name: &'static str,
    /// No money ever moves: say so wherever something is bought.
    pub test_only: bool,
}

/// Whose truth is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// By the provider's id.
    Customer(String),
    /// By our id of the organization, e.g. when making the customer had no answer.
    Organization(String),
    /// The customer of a payment, by the provider's id of the payment or its charge.
    Payment(String),
}

/// What a verified webhook says: whose truth may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The provider's id of the event; the same when it is sent again.
    pub event_id: String,
    /// The provider's word, for the log and the inbox.
    pub kind: String,
    /// None: a kind that does not concern us.
    pub about: Option<About>,
}

/// Why the provider did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PaymentError {
    /// The request breaks a rule of the port; the field is named. Our mistake.
    #[error("the payment request's {0} is not valid")]
    InvalidRequest(&'static str),
    /// No such customer, payment, subscription or page. Nothing was changed.
    #[error("the payment provider does not know this")]
    NotFound,
    /// The customer has no card that could pay. Nothing was changed.
    #[error("there is no saved card")]
    NoCard,
    /// The change would cost something else than was shown. Nothing was changed.
    #[error("the change would cost {amount_cents} cents")]
    WouldCost { amount_cents: i64 },
    /// The state does not allow it any more. Nothing was changed.
    #[error("the payment provider refuses: {0}")]
    Conflict(String),
    /// No answer, or half of one: it may have happened. Look it up, or ask again under the same
    /// key; never under a new one.
    #[error("the payment provider did not answer; what became of it is not known yet")]
    Unknown,
    /// It did not happen; try again later under the same key.
    #[error("the payment provider cannot be reached")]
    Unavailable,
    /// Our keys are not accepted: the operator has to act.
    #[error("the payment provider refuses our key")]
    Unauthorized,
    /// The webhook does not prove where it comes from: answer 400, change nothing.
    #[error("the webhook is refused: {0}")]
    NotVerified(&'static str),
    /// Verified, yet not understood: keep it and tell the operator.
    #[error("the webhook is verified but cannot be read")]
    Unreadable,
    /// A live event reached a test provider, or the other way round: check the settings.
    #[error("the webhook belongs to the other mode, test or live")]
    WrongMode,
}

/// Headers of a webhook: names in any case.
pub type Headers<'a> = &'a [(&'a str, &'a str)];

/// What a person can be sent to the provider's pages for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortalFlow {
    /// Everything that the provider shows.
    Overview,
    /// Another card.
    Card,
}

/// A payment provider.
#[async_trait]
pub trait Payments: Send + Sync {
    fn capabilities(&self) -> Capabilities;

    /// Opens a page to pay on, or finds the one that the same reference opened. Makes the customer
    /// where there is none.
    async fn checkout(&self, request: CheckoutRequest) -> Result<CheckoutOpened, PaymentError>;

    /// Address of the provider's own pages for a customer, good for a few minutes.
    async fn portal(
        &self,
        customer: &str,
        flow: PortalFlow,
        return_url: &str,
    ) -> Result<String, PaymentError>;

    /// Pays with the saved card. A decline is an answer, not an error.
    async fn charge(&self, request: ChargeRequest) -> Result<Payment, PaymentError>;

    /// Changes, starts or ends a subscription; answers with the truth after it. A switch that the
    /// card does not pay leaves the subscription as it was: its payment tells why.
    async fn change(&self, request: ChangeRequest) -> Result<Truth, PaymentError>;

    /// Gives money back.
    async fn refund(&self, request: RefundRequest) -> Result<Refund, PaymentError>;

    /// Verifies a webhook over the body's bytes as they came. `now` is held against its time with
    /// a tolerance of 300 seconds on either side.
    fn parse(
        &self,
        headers: Headers<'_>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Hint, PaymentError>;

    /// The present truth of a customer.
    async fn fetch(&self, about: About) -> Result<Truth, PaymentError>;
}
