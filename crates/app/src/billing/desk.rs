//! The sandbox's desk: what people do on the pages of the built-in provider, where no money moves.
//!
//! Each act leaves webhooks, as with any provider; they are taken in and followed before the
//! answer. Answers [`AppError::NotFound`] where the sandbox is not on. Never grants anything
//! itself.

use std::sync::Arc;

use ampere_adapters::payments::port::{
    About, CheckoutRequest, DisputeStatus, PaymentError, Payments, Purchase, RefundRequest, Truth,
};
pub use ampere_adapters::payments::port::{Card, DisputeStatus as Outcome, Payment, PaymentStatus};
use ampere_adapters::payments::sandbox::{
    CARDS, CardDoes, CardSaved, PageState, Sandbox, TestCard,
};
use ampere_credits::{CheckoutId, Timestamp};
use serde_json::{Value, json};

use super::change::refused;
use super::checkout::{CheckoutRow, CheckoutState, declined_text};
use crate::app::App;
use crate::audit::Deed;
use crate::{Act, AppError, Caller, Done};

/// A test card, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardOffer {
    /// Its number.
    pub number: &'static str,
    /// What it does, in a few words.
    pub label: &'static str,
    /// What a purchase with it becomes: `paid`, `confirmation_needed`, or why it is declined.
    pub outcome: &'static str,
}

impl From<&'static TestCard> for CardOffer {
    fn from(card: &'static TestCard) -> Self {
        let outcome = match card.does {
            CardDoes::Pays | CardDoes::IsDisputed => "paid",
            CardDoes::AsksOnce | CardDoes::AsksAlways => "confirmation_needed",
            CardDoes::FailsLater => "declined",
            CardDoes::IsDeclined(reason) => reason.word(),
        };
        CardOffer { number: card.number, label: card.label, outcome }
    }
}

impl App {
    /// The sandbox's test cards.
    ///
    /// # Errors
    /// [`AppError::BillingAccessRequired`]; [`AppError::NotFound`] without the sandbox.
    pub fn sandbox_cards(&self, caller: &Caller) -> Done<Vec<CardOffer>> {
        self.desk(caller).map(|_| CARDS.iter().map(CardOffer::from).collect())
    }

    fn desk(&self, caller: &Caller) -> Done<&Arc<Sandbox>> {
        caller.may(Act::Billing)?;
        self.sandbox.as_ref().ok_or(AppError::NotFound)
    }

    /// The person at the payment page pays with a test card.
    ///
    /// # Errors
    /// [`AppError::PaymentDeclined`]; `/card` is wrong; [`AppError::NotFound`] also without the
    /// sandbox; [`AppError::Conflict`] for a page that is closed.
    pub async fn pay_in_sandbox(
        &self,
        caller: &Caller,
        id: CheckoutId,
        card: &str,
    ) -> Done<CheckoutRow> {
        let sandbox = self.desk(caller)?;
        let row = self.store.checkout(caller.org, id).await?.ok_or(AppError::NotFound)?;
        if row.provider != self.provider_name() {
            return Err(AppError::NotFound);
        }
        let page = sandbox.pay(&id.to_string(), card).map_err(|error| at_desk(&error))?;
        self.hear_sandbox().await;
        self.reconcile_now(caller.org).await?;
        if let PageState::Declined { reason } = page.state {
            return Err(AppError::PaymentDeclined(declined_text(Some(reason.word()))));
        }
        let row = self.store.checkout(caller.org, id).await?.ok_or(AppError::NotFound)?;
        match row.state {
            CheckoutState::Declined => {
                Err(AppError::PaymentDeclined(declined_text(row.reason.as_deref())))
            }
            _ => Ok(row),
        }
    }

    /// The person saves a test card on the provider's own page.
    ///
    /// # Errors
    /// As [`App::pay_in_sandbox`].
    pub async fn save_sandbox_card(&self, caller: &Caller, card: &str) -> Done<Card> {
        let sandbox = self.desk(caller)?;
        let customer = self.customer_at_desk(caller, sandbox).await?;
        let saved = sandbox.save_card(&customer, card).map_err(|error| at_desk(&error))?;
        self.hear_sandbox().await;
        self.reconcile_now(caller.org).await?;
        match saved {
            CardSaved::Saved(card) => {
                let look = json!({ "brand": card.brand, "last4": card.last4 });
                self.audit(caller, Deed::CardSaved, "card", (Value::Null, look)).await;
                Ok(card)
            }
            CardSaved::Declined(reason) => {
                Err(AppError::PaymentDeclined(declined_text(Some(reason.word()))))
            }
        }
    }

    /// Who pays for the caller's organization; made where nobody has paid yet.
    async fn customer_at_desk(&self, caller: &Caller, sandbox: &Sandbox) -> Done<String> {
        if let Some(row) = self.store.customer(caller.org, self.provider_name()).await? {
            return Ok(row.customer);
        }
        let back = format!("{}/billing", self.public_url);
        let request = CheckoutRequest {
            reference: CheckoutId::mint(self.now(), &*self.entropy).to_string(),
            payer: self.payer(caller).await?,
            what: Purchase::Card,
            cancel_url: back.clone(),
            return_url: back,
        };
        let opened = sandbox.checkout(request).await.map_err(|error| at_desk(&error))?;
        Ok(opened.customer)
    }

    /// A payment, for the bank's page.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for payments of others, too.
    pub async fn sandbox_payment(&self, caller: &Caller, id: &str) -> Done<Payment> {
        let truth = self.own_payment(caller, id).await?;
        payment_of(truth, id)
    }

    /// The person at the bank's page confirms a payment, or does not.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Conflict`] when nothing is to be confirmed.
    pub async fn confirm_in_sandbox(&self, caller: &Caller, id: &str, yes: bool) -> Done<Payment> {
        self.own_payment(caller, id).await?;
        let answered = self.desk(caller)?.confirm(id, yes).map_err(|error| at_desk(&error))?;
        self.hear_sandbox().await;
        self.reconcile_now(caller.org).await?;
        // A refused first payment of a plan is no payment any more: nothing is left to look up.
        Ok(answered)
    }

    /// The card's owner disputes a payment, or the bank decides.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Conflict`] for what cannot follow.
    pub async fn dispute_in_sandbox(
        &self,
        caller: &Caller,
        id: &str,
        outcome: DisputeStatus,
    ) -> Done<Payment> {
        self.own_payment(caller, id).await?;
        self.desk(caller)?.dispute(id, outcome).map_err(|error| at_desk(&error))?;
        self.after_act(caller, id).await
    }

    /// Money of a payment goes back: so much, or all that is left.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Conflict`] for more than there is.
    pub async fn refund_in_sandbox(
        &self,
        caller: &Caller,
        id: &str,
        amount_cents: Option<i64>,
    ) -> Done<Payment> {
        let payment = self.sandbox_payment(caller, id).await?;
        let back: i64 = payment.refunds.iter().map(|refund| refund.amount_cents).sum();
        let amount_cents = amount_cents.unwrap_or(payment.amount_cents.saturating_sub(back));
        if amount_cents < 1 {
            return Err(AppError::field("/amount", "out_of_range", "At least 1."));
        }
        // The same refund of the same state is the same refund.
        let reference = format!("refund-{back}-{amount_cents}-{id}").chars().take(64).collect();
        let request = RefundRequest { reference, payment: id.to_owned(), amount_cents };
        self.desk(caller)?.refund(request).await.map_err(|error| at_desk(&error))?;
        self.after_act(caller, id).await
    }

    /// The operator moves the sandbox's clock on; what becomes due by it happens at once.
    ///
    /// # Errors
    /// [`AppError::OperatorOnly`]; `/to` is in the past, or too far away.
    pub async fn move_sandbox_clock(&self, caller: &Caller, to: Timestamp) -> Done<Timestamp> {
        caller.may(Act::Operate)?;
        let sandbox = self.sandbox.as_ref().ok_or(AppError::NotFound)?;
        let now = sandbox.move_clock(to).map_err(|error| at_desk(&error))?;
        let moved = (Value::Null, json!({ "to": now.to_string() }));
        self.audit(caller, Deed::SandboxClockMoved, "sandbox", moved).await;
        self.follow_hooks().await?;
        // What the hourly looks do: the hours have passed.
        self.recharge_everybody().await;
        self.notice_everybody().await;
        Ok(now)
    }

    async fn own_payment(&self, caller: &Caller, id: &str) -> Done<Truth> {
        let sandbox = self.desk(caller)?;
        let truth = sandbox.fetch(About::Payment(id.to_owned())).await;
        let truth = truth.map_err(|error| at_desk(&error))?;
        let own = truth.organization == caller.org.to_string();
        own.then_some(truth).ok_or(AppError::NotFound)
    }

    async fn after_act(&self, caller: &Caller, id: &str) -> Done<Payment> {
        self.hear_sandbox().await;
        self.reconcile_now(caller.org).await?;
        self.sandbox_payment(caller, id).await
    }
}

fn payment_of(truth: Truth, id: &str) -> Done<Payment> {
    truth.payments.into_iter().find(|payment| payment.id == id).ok_or(AppError::NotFound)
}

/// What the sandbox's refusal is to the person at its desk.
fn at_desk(error: &PaymentError) -> AppError {
    match error {
        PaymentError::InvalidRequest("card") => {
            AppError::field("/card", "unknown", "There is no such test card.")
        }
        PaymentError::InvalidRequest("to") => {
            AppError::field("/to", "out_of_range", "Forward, and at most 400 days at once.")
        }
        PaymentError::NotFound => AppError::NotFound,
        other => refused(other),
    }
}
