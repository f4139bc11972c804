//! Confirming a change of plan: what was shown is what happens, or nothing happens.
//!
//! The confirmation carries the preview's id, which is the provider's idempotency key too. Where
//! the provider does not answer, the outcome is looked up; asking again under the same preview asks
//! it under the same key. Credits are booked by [`super::reconcile`] before the answer is given.
//! Read next: [`super::ending`], the changes that need no preview.

use ampere_adapters::payments::port::{
    About, Change, ChangeRequest, DeclineReason, Payment, PaymentError, PaymentStatus, Payments,
    PlanKey, PlanPrice, Subscription, SubscriptionStatus, Truth,
};
use ampere_credits::plans::Scenario;
use ampere_credits::{CheckoutId, OrgId, PreviewId};
use ampere_store::rows::{SubscriptionRow, SubscriptionStatus as Status};
use serde_json::Value;

use super::preview::{self, Choice, Preview};
use crate::app::App;
use crate::audit::{self, Deed};
use crate::{Act, AppError, Caller, Done};

/// What came of a confirmed change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It is so, and its credits are in the pool.
    Done,
    /// It will be so at the period's end.
    Scheduled,
    /// The bank wants the person, at this address; nothing has changed until then.
    ConfirmationNeeded {
        /// The bank's page.
        url: String,
    },
    /// The person pays on a page.
    Checkout {
        /// Our checkout.
        id: CheckoutId,
        /// The page.
        url: String,
    },
}

impl App {
    /// Makes the change that a preview shows.
    ///
    /// # Errors
    /// [`AppError::PreviewExpired`] with what would be shown now; [`AppError::PaymentDeclined`];
    /// [`AppError::PaymentUnknown`] while the outcome is looked up: the same preview may be
    /// confirmed again; [`AppError::NotFound`], [`AppError::BillingAccessRequired`].
    pub async fn confirm_change(&self, caller: &Caller, id: PreviewId) -> Done<Changed> {
        caller.may(Act::Billing)?;
        let row = preview::kept(self, caller.org, id).await?;
        let shown = preview::read(&row)?;
        if row.used_at.is_some() {
            return self.confirm_again(caller, &shown).await;
        }
        self.hear_of_new_period(caller.org).await?;
        let now = self.now();
        let fresh = self.count_change(caller, &shown.choice(), shown.at).await;
        let lasts = now < row.expires_at && shown.from.as_ref().is_none_or(|from| now < from.end);
        let same = match fresh {
            Ok(fresh) => shown.agrees(&fresh) && lasts && shown.keeps_its_day(now, &caller.zone),
            Err(error) if not_there(&error) => false,
            Err(error) => return Err(error),
        };
        if !same {
            return Err(self.shown_anew(caller, shown.choice()).await);
        }
        if !self.store.use_preview(caller.org, id, now).await? {
            return self.confirm_again(caller, &shown).await;
        }
        tracing::info!(
            target: "security", org = %caller.org, by = %caller.user, preview = %id,
            scenario = shown.scenario.word(), plan = shown.plan, "a change of plan was confirmed"
        );
        self.change_on_record(caller, &shown).await
    }

    /// Makes a change and puts into the audit log that it was made, or may have been.
    async fn change_on_record(&self, caller: &Caller, shown: &Preview) -> Done<Changed> {
        let done = self.make_change(caller, shown).await;
        let outcome = match &done {
            Ok(Changed::Done) => "done",
            Ok(Changed::Scheduled) => "scheduled",
            Ok(Changed::ConfirmationNeeded { .. }) => "confirmation_needed",
            Ok(Changed::Checkout { .. }) => "checkout",
            Err(AppError::PaymentUnknown) => "unknown",
            Err(_) => return done,
        };
        let starts = matches!(shown.scenario, Scenario::Start | Scenario::Restart);
        let deed = if starts { Deed::PlanStarted } else { Deed::PlanChanged };
        let from = shown.from.as_ref();
        let before = from.map_or(Value::Null, |from| audit::plan(&from.plan, from.cadence));
        let mut after = audit::plan(&shown.plan, shown.cadence);
        after["due_cents"] = shown.due_cents.into();
        after["currency"] = shown.currency.clone().into();
        after["outcome"] = outcome.into();
        self.audit(caller, deed, "plan", (before, after)).await;
        done
    }

    /// Where a period is over by the clock and its renewal is not known yet, it is looked up:
    /// nothing is shown or done by a period that is past.
    pub(super) async fn hear_of_new_period(&self, org: OrgId) -> Done<()> {
        let (rows, now) = (self.own_subscriptions(org).await?, self.now());
        let over = |row: &SubscriptionRow| row.status == Status::Active && row.period_end <= now;
        if rows.iter().any(over) { self.reconcile_now(org).await } else { Ok(()) }
    }

    /// What would be shown now, in the place of what was.
    async fn shown_anew(&self, caller: &Caller, choice: Choice) -> AppError {
        match self.preview_change(caller, choice).await {
            Ok(fresh) => AppError::PreviewExpired(Some(Box::new(fresh))),
            // It will be there again: that is said, and when.
            Err(error @ AppError::NotNow(_)) => error,
            Err(error) if not_there(&error) => AppError::PreviewExpired(None),
            Err(error) => error,
        }
    }

    /// Confirmed before: what came of it is looked up, and asked for again only if nothing did.
    async fn confirm_again(&self, caller: &Caller, shown: &Preview) -> Done<Changed> {
        match self.look_up_change(caller.org, shown).await? {
            Some(outcome) => outcome,
            None => self.change_on_record(caller, shown).await,
        }
    }

    /// What the provider knows of a change.
    async fn look_up_change(&self, org: OrgId, shown: &Preview) -> Done<Option<Done<Changed>>> {
        let payments = self.payments()?;
        match payments.fetch(About::Organization(org.to_string())).await {
            Ok(truth) => {
                self.reconcile(org, truth.clone()).await?;
                Ok(outcome(&truth, shown))
            }
            Err(PaymentError::NotFound) => Ok(None),
            Err(error) => Err(refused(&error)),
        }
    }

    async fn make_change(&self, caller: &Caller, shown: &Preview) -> Done<Changed> {
        let version = self.plans.version(&shown.plan, shown.version).ok_or(AppError::Internal)?;
        let to = version.price(shown.cadence);
        let starts = matches!(shown.scenario, Scenario::Start | Scenario::Restart);
        if starts && !shown.saved_card {
            let row = self.open_plan_checkout(caller, to).await?;
            return Ok(Changed::Checkout { id: row.id, url: row.url });
        }
        let customer = self.store.customer(caller.org, self.provider_name()).await?;
        let customer = customer.ok_or(AppError::Conflict(NO_CARD))?.customer;
        let (reference, change) = (shown.id.to_string(), change_of(shown, to)?);
        let request = ChangeRequest { reference, customer, change };
        match self.payments()?.change(request).await {
            Ok(truth) => {
                self.reconcile(caller.org, truth.clone()).await?;
                outcome(&truth, shown).unwrap_or(Err(AppError::PaymentUnknown))
            }
            Err(PaymentError::Unknown) => {
                let found = self.look_up_change(caller.org, shown).await;
                found.ok().flatten().unwrap_or(Err(AppError::PaymentUnknown))
            }
            // Something changed there that we had not heard of.
            Err(PaymentError::WouldCost { .. } | PaymentError::Conflict(_)) => {
                self.reconcile_now(caller.org).await?;
                Err(self.shown_anew(caller, shown.choice()).await)
            }
            Err(error) => Err(refused(&error)),
        }
    }

    /// The payment provider.
    pub(crate) fn payments(&self) -> Done<&dyn Payments> {
        let none = AppError::Conflict("nothing can be bought on this installation");
        self.payments.as_deref().ok_or(none)
    }
}

/// The change is not there to be made any more.
fn not_there(error: &AppError) -> bool {
    use AppError as E;
    matches!(error, E::Conflict(_) | E::ChangePending | E::Invalid(_) | E::NotNow(_))
}

const NO_CARD: &str = "save a card first";

fn change_of(shown: &Preview, to: PlanPrice) -> Done<Change> {
    let from = || shown.from.as_ref().map(|from| from.subscription.clone());
    let subscription = || from().ok_or(AppError::Internal);
    let (at, due_cents) = (shown.at, shown.due_cents);
    Ok(match shown.scenario {
        Scenario::Start | Scenario::Restart => Change::Start { to },
        Scenario::Upgrade | Scenario::ToAnnual => {
            let (subscription, fresh) = (subscription()?, shown.scenario == Scenario::ToAnnual);
            Change::SwitchNow { subscription, to, at, fresh, due_cents }
        }
        Scenario::Downgrade | Scenario::ToMonthly => {
            Change::SwitchAtEnd { subscription: subscription()?, to }
        }
        Scenario::Current | Scenario::Unavailable => return Err(AppError::Internal),
    })
}

/// What a truth says about a change; none: nothing came of it.
fn outcome(truth: &Truth, shown: &Preview) -> Option<Done<Changed>> {
    let id = shown.id.to_string();
    let payment = truth.payments.iter().rev().find(|each| each.reference.as_ref() == Some(&id));
    let named = shown.from.as_ref().map(|from| &from.subscription);
    let named = named.or_else(|| payment.and_then(|payment| payment.subscription.as_ref()));
    let subscription = truth.subscriptions.iter().find(|each| Some(&each.id) == named);
    let to = |key: &PlanKey| {
        (&key.plan, key.version, key.cadence) == (&shown.plan, shown.version, shown.cadence)
    };
    if let Some(subscription) = subscription {
        if subscription.next.as_ref().is_some_and(to) {
            return Some(Ok(Changed::Scheduled));
        }
        if to(&subscription.key) && subscription.status == SubscriptionStatus::Active {
            return Some(Ok(Changed::Done));
        }
    }
    unpaid(payment, subscription)
}

/// A change that its payment holds up.
fn unpaid(payment: Option<&Payment>, subscription: Option<&Subscription>) -> Option<Done<Changed>> {
    match &payment?.status {
        PaymentStatus::NeedsConfirmation { url } => {
            Some(Ok(Changed::ConfirmationNeeded { url: url.clone() }))
        }
        PaymentStatus::Failed { reason } => Some(Err(declined(*reason))),
        PaymentStatus::Void => Some(Err(AppError::Conflict("the payment was given up"))),
        PaymentStatus::Paid { .. } | PaymentStatus::Open => {
            // Paid, and the subscription is on its way, or has gone on to something else.
            subscription.map(|_| Err(AppError::PaymentUnknown))
        }
    }
}

fn declined(reason: DeclineReason) -> AppError {
    AppError::PaymentDeclined(super::checkout::declined_text(Some(reason.word())))
}

/// What a provider's refusal is to the person who asked.
pub(crate) fn refused(error: &PaymentError) -> AppError {
    match error {
        PaymentError::NoCard => AppError::Conflict(NO_CARD),
        PaymentError::NotFound | PaymentError::Conflict(_) | PaymentError::WouldCost { .. } => {
            tracing::warn!(%error, "the payment provider refused a change");
            AppError::Conflict("the payment provider does not allow this now; look at it again")
        }
        PaymentError::Unknown => AppError::PaymentUnknown,
        PaymentError::Unavailable => AppError::PaymentUnavailable,
        other => {
            tracing::error!(error = %other, "the payment provider cannot be used");
            AppError::PaymentUnavailable
        }
    }
}
