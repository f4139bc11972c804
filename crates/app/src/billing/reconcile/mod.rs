//! Reconciling: the provider's truth on one side, our books on the other, and what is missing.
//!
//! The one door for everything that a payment provider can tell: a webhook, a poll, a person who
//! comes back from a page, a call of ours without an answer. Each of them only asks for this. What
//! is to be booked is found by a pure function ([`orders`]) from the whole truth, so that it does
//! not matter in which order, how often and when events came. Grants of a payment are booked in
//! one commit with what follows from its refunds and disputes, the grants first. Never takes an
//! amount or an instant from an event.
//!
//! Read next: [`orders`], [`agreed`], [`mirror`].

pub(crate) mod agreed;
mod forgotten;
mod mirror;
pub(crate) mod orders;

pub(crate) use agreed::CARD_PATIENCE;

use std::collections::{BTreeMap, BTreeSet};

use ampere_adapters::payments::port::{About, Payment, PaymentError, PaymentStatus, Truth};
use ampere_credits::ledger::{Answer, Command, Rejected};
use ampere_credits::{OrgId, Timestamp};

use crate::app::App;
use crate::billing::change::refused;
use crate::billing::follow::{Followed, LockDue};
use crate::grants::Order;
use crate::{AppError, Done};

use agreed::Agreed;
use orders::Have;

impl App {
    /// Asks the provider for the present truth of an organization and follows it. An organization
    /// that the provider does not know has nothing to follow.
    ///
    /// # Errors
    /// When the provider or the database does not answer; asking again is safe.
    pub async fn reconcile_now(&self, org: OrgId) -> Done<()> {
        let Some(provider) = &self.payments else { return Ok(()) };
        let _turn = self.intake.turns.take(org).await;
        let customer = self.store.customer(org, provider.capabilities().name).await?;
        let about = match customer {
            Some(row) => About::Customer(row.customer),
            None => About::Organization(org.to_string()),
        };
        let asked_at = self.now();
        match provider.fetch(about).await {
            Ok(truth) => self.follow_truth(org, &truth, asked_at).await,
            Err(PaymentError::NotFound) => self.expire_checkouts(org, &[]).await,
            Err(error) => Err(refused(&error)),
        }
    }

    /// Follows a truth of an organization that the provider has just told.
    ///
    /// # Errors
    /// [`AppError::Conflict`] for the truth of another organization; when the database does not
    /// answer. Asking again is safe.
    pub(crate) async fn reconcile(&self, org: OrgId, truth: Truth) -> Done<()> {
        let _turn = self.intake.turns.take(org).await;
        self.follow_truth(org, &truth, self.now()).await
    }

    /// Follows a truth that says itself whose it is, and answers that.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for the truth of nobody here; when the database does not answer.
    /// Asking again is safe.
    pub(super) async fn follow(&self, truth: &Truth, asked_at: Timestamp) -> Done<OrgId> {
        let org = self.org_of(truth).await?;
        let _turn = self.intake.turns.take(org).await;
        self.follow_truth(org, truth, asked_at).await?;
        Ok(org)
    }

    async fn org_of(&self, truth: &Truth) -> Done<OrgId> {
        let told = truth.organization.parse::<OrgId>().ok();
        let known = match told {
            Some(org) => self.store.organization(org).await?,
            None => None,
        };
        known.map(|organization| organization.id).ok_or_else(|| {
            let (customer, told) = (&truth.customer, &truth.organization);
            tracing::error!(target: "security", customer, told, "a customer of no organization");
            AppError::NotFound
        })
    }

    async fn follow_truth(&self, org: OrgId, truth: &Truth, asked_at: Timestamp) -> Done<()> {
        if !self.follow_once(org, truth, asked_at).await? {
            return Ok(());
        }
        // What was undone is followed at once, not only when the provider tells of it.
        let asked_at = self.now();
        let about = About::Customer(truth.customer.clone());
        let truth = self.payments()?.fetch(about).await.map_err(|error| refused(&error))?;
        self.follow_once(org, &truth, asked_at).await.map(drop)
    }

    /// True if something was undone, so that the truth is another now.
    async fn follow_once(&self, org: OrgId, truth: &Truth, asked_at: Timestamp) -> Done<bool> {
        if truth.organization != org.to_string() {
            let (customer, told) = (&truth.customer, &truth.organization);
            tracing::error!(
                target: "security", %org, customer, told, "a customer of another organization"
            );
            return Err(AppError::Conflict("the customer belongs to another organization"));
        }
        let Followed { grants: plan, lock, surplus } =
            self.follow_subscription(org, truth, asked_at).await?;
        let kept = self.store.payment_grants(org).await?;
        let agreed = self.agreed(org, truth, &kept).await?;
        let grants = self.store.grants(org).await?;
        let have = Have {
            provider: self.provider_name(),
            grants: grants.into_iter().map(|row| (row.grant.terms.id, row.grant)).collect(),
            kept,
            agreed,
            plan,
        };
        let mut stuck = None;
        let known = self.store.payments(org).await?;
        for payment in &truth.payments {
            stuck = self.follow_payment(org, payment, &have).await?.or(stuck);
            let row = mirror::row_of(org, (truth, payment), &have, asked_at);
            if !known.iter().any(|known| mirror::says_the_same(known, &row)) {
                self.store.put_payment(row).await?;
            }
        }
        self.follow_agreed(org, &truth.payments, &have.agreed).await?;
        self.expire_checkouts(org, &truth.payments).await?;
        self.let_go(org, (truth, asked_at), &known).await?;
        if let Some(due) = lock {
            stuck = self.book_all(org, vec![lock_order(due)]).await?.or(stuck);
        }
        self.tell_surplus(org, truth, (&surplus, &have.agreed)).await?;
        let undone = self.undo_surplus(org, truth, &surplus).await?;
        stuck.map_or(Ok(undone), Err)
    }

    /// What one payment made due, in one commit; an error that must not stop the other payments.
    async fn follow_payment(
        &self,
        org: OrgId,
        payment: &Payment,
        have: &Have,
    ) -> Done<Option<AppError>> {
        let orders = match orders::of_payment(payment, have) {
            Ok(orders) => orders,
            Err(mismatch) => {
                let payment = &payment.id;
                tracing::error!(
                    target: "security", %org, payment, %mismatch, "a payment is not granted"
                );
                return Ok(None);
            }
        };
        self.book_all(org, orders).await
    }

    /// Books what is due. What somebody else booked meanwhile is no mistake.
    async fn book_all(&self, org: OrgId, orders: Vec<Order>) -> Done<Option<AppError>> {
        if orders.is_empty() {
            return Ok(None);
        }
        let keys: Vec<String> = orders.iter().map(|order| order.key.clone()).collect();
        let mut stuck = None;
        for (key, answer) in keys.into_iter().zip(self.book(org, orders).await?) {
            match answer {
                Answer::Done(_) => {
                    tracing::info!(target: "security", %org, key, "booked for a payment");
                }
                Answer::Replayed(_)
                | Answer::Refused(
                    Rejected::AlreadyFrozen
                    | Rejected::NotFrozen
                    | Rejected::AlreadyLocked
                    | Rejected::NotLocked
                    | Rejected::ClaimNotHigher { .. },
                ) => {}
                Answer::Refused(rejected) if rejected.transient() => {
                    stuck = Some(AppError::Unavailable);
                }
                Answer::Refused(rejected) => {
                    tracing::error!(%org, key, %rejected, "a payment could not be followed");
                    stuck = Some(AppError::Internal);
                }
                // Only a hold can wait.
                Answer::Waits => stuck = Some(AppError::Internal),
            }
        }
        Ok(stuck)
    }

    /// How purchases stand that were not granted.
    async fn follow_agreed(
        &self,
        org: OrgId,
        payments: &[Payment],
        agreed: &BTreeMap<String, Agreed>,
    ) -> Done<()> {
        let of = |payment: &Payment| {
            let reference = payment.reference.clone()?;
            agreed.contains_key(&reference).then_some(reference)
        };
        let mut last: BTreeMap<String, &Payment> = BTreeMap::new();
        for payment in payments {
            let Some(reference) = of(payment) else { continue };
            let paid = |payment: &Payment| matches!(payment.status, PaymentStatus::Paid { .. });
            // What was paid once stays so, whatever was tried beside it.
            if !last.get(&reference).is_some_and(|before| paid(before)) {
                last.insert(reference, payment);
            }
        }
        for (reference, payment) in last {
            if let Some(row) = agreed.get(&reference) {
                self.follow_row(org, row, payment).await?;
            }
        }
        Ok(())
    }
}

fn lock_order(due: LockDue) -> Order {
    let (key, command) = match due {
        LockDue::Lock { key } => (key, Command::Lock),
        LockDue::Unlock { key } => (key, Command::Unlock),
    };
    Order { key, command, writes: Vec::new() }
}

/// The payments that became grants already.
fn granted_payments(kept: &[ampere_store::rows::PaymentGrantRow]) -> BTreeSet<&str> {
    kept.iter().map(|row| row.payment.as_str()).collect()
}
