//! Plans that were paid for while there was one: ended at once, their money given back.
//!
//! Two pages of a provider can be paid in two tabs, and a page that was left open after its plan
//! was begun in another way. Which plan stays follows from the whole truth, every time: the one
//! that was paid first. The other grants nothing and counts for nothing here; what was granted of
//! it before it was known is claimed back by its refund. Every act looks at what is done already
//! and has a key of its own, so that whoever asks again asks for nothing more.

use std::collections::{BTreeMap, BTreeSet};

use ampere_adapters::payments::port::{
    Change, ChangeRequest, DisputeStatus, Payment, PaymentError, PaymentStatus, RefundRequest,
    Subscription, SubscriptionStatus, Truth,
};
use ampere_credits::{OrgId, Timestamp};
use ampere_store::rows::{
    CheckoutChange, CheckoutState, MarkRow, SubscriptionRow, SubscriptionStatus as Kept,
};

use super::reconcile::agreed::Agreed;
use super::words;
use crate::app::App;
use crate::notices::{Kind, Notice, To};
use crate::{AppError, Done};

/// Why a purchase of a plan is over that was paid and brought nothing.
pub(crate) const PLAN_THERE: &str = "plan_there";

/// The subscriptions of a truth that began while another one lived.
pub(crate) fn surplus(truth: &Truth) -> BTreeSet<String> {
    let begun = |one: &Subscription| {
        let paid = truth.payments.iter().filter(|payment| of(payment, &one.id)).filter_map(paid_at);
        let first = paid.min();
        let counts =
            one.status != SubscriptionStatus::Incomplete && one.status != SubscriptionStatus::Ended;
        first.or(counts.then_some(one.created))
    };
    let all = truth.subscriptions.iter().filter_map(|one| Some((begun(one)?, one)));
    let mut all: Vec<(Timestamp, &Subscription)> = all.collect();
    all.sort_by_key(|(at, one)| (*at, one.created, one.id.as_str()));
    let (mut kept, mut surplus): (Vec<&Subscription>, _) = (Vec::new(), BTreeSet::new());
    for (at, one) in all {
        let lived = |before: &&Subscription| {
            before.status != SubscriptionStatus::Ended
                || before.ended_at.is_some_and(|end| at < end)
        };
        match kept.iter().any(lived) {
            true => drop(surplus.insert(one.id.clone())),
            false => kept.push(one),
        }
    }
    surplus
}

/// A surplus subscription as it is kept: as if it never was.
pub(crate) fn of_no_effect(row: SubscriptionRow) -> SubscriptionRow {
    let ended_at = row.ended_at.or(Some(row.created_at));
    SubscriptionRow {
        status: Kept::Ended,
        begun: false,
        ends_at_period_end: false,
        next: None,
        open_payment: None,
        confirm_url: None,
        past_due_since: None,
        ended_at,
        ..row
    }
}

fn of(payment: &Payment, subscription: &str) -> bool {
    payment.subscription.as_deref() == Some(subscription)
}

fn paid_at(payment: &Payment) -> Option<Timestamp> {
    match payment.status {
        PaymentStatus::Paid { at } => Some(at),
        _ => None,
    }
}

fn back(payment: &Payment) -> i64 {
    payment.refunds.iter().map(|refund| refund.amount_cents).fold(0, i64::saturating_add)
}

/// What is to go back of a payment; none while a bank has its money.
fn due_back(payment: &Payment) -> Option<RefundRequest> {
    let held = |status| matches!(status, DisputeStatus::Open | DisputeStatus::Lost);
    let disputed = payment.disputes.iter().any(|dispute| held(dispute.status));
    let amount_cents = payment.amount_cents.saturating_sub(back(payment));
    let due = paid_at(payment).is_some() && amount_cents > 0 && !disputed;
    let ours = payment.reference.as_ref().unwrap_or(&payment.id);
    let reference = key(&format!("surplus-{}", back(payment)), ours);
    due.then(|| RefundRequest { reference, payment: payment.id.clone(), amount_cents })
}

/// As long as references may be.
fn key(what: &str, ours: &str) -> String {
    format!("{what}-{ours}").chars().take(64).collect()
}

impl App {
    /// Ends what is surplus and gives its money back. True if anything was asked for.
    ///
    /// # Errors
    /// [`AppError::PaymentUnknown`] where the provider did not answer: asking again is safe.
    pub(super) async fn undo_surplus(
        &self,
        org: OrgId,
        truth: &Truth,
        surplus: &BTreeSet<String>,
    ) -> Done<bool> {
        let (mut asked, provider) = (false, self.payments()?);
        let lives = |one: &&Subscription| one.status != SubscriptionStatus::Ended;
        let living = truth.subscriptions.iter().filter(|one| surplus.contains(&one.id));
        for one in living.filter(lives) {
            let request = ChangeRequest {
                reference: key("surplus-end", &one.id),
                customer: truth.customer.clone(),
                change: Change::EndNow { subscription: one.id.clone() },
            };
            tracing::warn!(target: "security", %org, subscription = one.id, "a second plan ends");
            asked |= went(org, provider.change(request).await)?;
        }
        let of_it = |payment: &&Payment| {
            payment.subscription.as_ref().is_some_and(|one| surplus.contains(one))
        };
        for request in truth.payments.iter().filter(of_it).filter_map(due_back) {
            let payment = request.payment.clone();
            tracing::warn!(target: "security", %org, payment, "a second plan is paid back");
            asked |= went(org, provider.refund(request).await)?;
        }
        Ok(asked)
    }

    /// Closes the purchases that brought nothing, and tells people of the money that went back.
    pub(super) async fn tell_surplus(
        &self,
        org: OrgId,
        truth: &Truth,
        (surplus, agreed): (&BTreeSet<String>, &BTreeMap<String, Agreed>),
    ) -> Done<()> {
        for payment in truth.payments.iter().filter(|payment| paid_at(payment).is_some()) {
            if !payment.subscription.as_ref().is_some_and(|one| surplus.contains(one)) {
                continue;
            }
            let row = payment.reference.as_ref().and_then(|reference| agreed.get(reference));
            if let Some(Agreed::Checkout(row)) = row
                && row.state != CheckoutState::Expired
            {
                let (state, reason) = (CheckoutState::Expired, Some(PLAN_THERE.to_owned()));
                let (payment, at) = (Some(payment.id.clone()), self.now());
                let change = CheckoutChange { state, reason, url: None, payment, at };
                self.store.set_checkout(org, row.id, change).await?;
            }
            if back(payment) >= payment.amount_cents {
                self.tell_paid_back(org, payment).await?;
            }
        }
        Ok(())
    }

    async fn tell_paid_back(&self, org: OrgId, payment: &Payment) -> Done<()> {
        let money = words::money(payment.amount_cents, &payment.currency);
        let notice = Notice {
            kind: Kind::Payment,
            to: To::Billing,
            text: format!("{} Your plan stays as it is.", text(&money, true)),
            url: "/billing".to_owned(),
            action: "Open Billing",
        };
        let (subject, level) = (format!("surplus:{}", payment.id), "refunded".to_owned());
        let mark = MarkRow { org, subject, level, at: self.now() };
        self.notify_at(org, Some(mark), vec![notice]).await?;
        Ok(())
    }
}

/// What people read of a second plan that was paid.
pub(super) fn text(money: &str, refunded: bool) -> String {
    let back = if refunded { "were refunded in full" } else { "are being refunded" };
    format!("A plan was paid for while there was one: it ended at once, and its {money} {back}.")
}

/// Whether an act was done. One that is refused for good is left to the operator, loudly: nothing
/// else may stop for it.
fn went<T>(org: OrgId, answer: Result<T, PaymentError>) -> Done<bool> {
    match answer {
        Ok(_) => Ok(true),
        Err(PaymentError::Unknown | PaymentError::Unavailable) => Err(AppError::PaymentUnknown),
        Err(error) => {
            tracing::error!(target: "security", %org, %error, "a second plan could not be undone");
            Ok(false)
        }
    }
}

#[cfg(test)]
#[path = "surplus_tests.rs"]
mod tests;
