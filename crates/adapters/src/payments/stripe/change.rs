//! Changes of a subscription.
//!
//! Owns: what may be asked of a subscription in which state, and the steps of each change. Every
//! change looks first whether it was made already: asked again, it is made once. Before money
//! moves, Stripe says what it will take; another sum than was shown changes nothing.

use super::charge::give_up_declined;
use super::client::{Talk, Trouble};
use super::form::Form;
use super::gather::{self, invoices, subscriptions};
use super::prices::{self, Prices};
use super::wire::{Done, Invoice, Preview, Ref, Subscription};
use super::{card, customers, schedule, told};
use crate::payments::port::{Change, ChangeRequest, PaymentError, PlanPrice, Truth};

/// How Stripe prorates: by the present price's rest of the period, as our preview does.
pub(super) const BILLING_MODE: &str = "classic";

/// One change that is being made.
pub(super) struct Act<'a> {
    pub(super) talk: &'a Talk<'a>,
    pub(super) reference: &'a str,
    pub(super) customer: &'a str,
}

/// A price now: of which subscription, and what was shown.
struct Switch<'a> {
    subscription: &'a str,
    /// In whole seconds.
    at: i64,
    fresh: bool,
    due_cents: i64,
}

pub(super) async fn change(
    talk: &Talk<'_>,
    prices: &Prices,
    request: ChangeRequest,
) -> Result<Truth, PaymentError> {
    let ChangeRequest { reference, customer, change } = &request;
    let act = Act { talk, reference, customer };
    match change {
        Change::Start { to } => act.start(to).await?,
        Change::SwitchNow { subscription, to, at, fresh, due_cents } => {
            let at = at.micros().div_euclid(1_000_000);
            let switch = Switch { subscription, at, fresh: *fresh, due_cents: *due_cents };
            act.switch(switch, to).await?;
        }
        Change::SwitchAtEnd { subscription, to } => {
            schedule::switch_at_end(&act, subscription, to).await?;
        }
        Change::UndoSwitch { subscription } => schedule::undo(&act, subscription).await?,
        Change::EndAtPeriodEnd { subscription } => act.ending(subscription, true).await?,
        Change::Resume { subscription } => act.ending(subscription, false).await?,
        Change::EndNow { subscription } => act.end_now(subscription).await?,
    }
    gather::truth(talk, prices, customer).await
}

impl Act<'_> {
    pub(super) fn key(&self, step: &str) -> Option<String> {
        Some(format!("{}:{step}", self.reference))
    }

    /// The customer's subscription.
    pub(super) async fn subscription(&self, id: &str) -> Result<Subscription, PaymentError> {
        let form = Form::new().expanding("schedule");
        let one: Subscription = self.talk.get(&["subscriptions", id], form).await?;
        if one.customer.id() == self.customer { Ok(one) } else { Err(PaymentError::NotFound) }
    }

    async fn start(&self, to: &PlanPrice) -> Result<(), PaymentError> {
        let known = subscriptions(self.talk, self.customer).await?;
        let mine = |one: &&Subscription| one.metadata.get("reference") == Some(self.reference);
        if let Some(made) = known.iter().find(mine) {
            let same = gather::key_now(made).is_some_and(|key| key == to.key);
            return same.then_some(()).ok_or(PaymentError::InvalidRequest("reference"));
        }
        let mut live = known.iter().filter(|one| told::lives(one));
        if live.any(|one| one.status != "incomplete") {
            return Err(conflict("there is a subscription already"));
        }
        let customer = customers::whole(self.talk, self.customer).await?;
        card::that_pays(self.talk, &customer).await?.ok_or(PaymentError::NoCard)?;
        // What was begun and never paid makes room.
        for stale in known.iter().filter(|one| one.status == "incomplete") {
            self.cancel(&stale.id).await?;
        }
        let form = Form::new()
            .with("customer", self.customer)
            .with("items[0][price]", prices::price(self.talk, to).await?)
            .with("items[0][quantity]", 1)
            .with("payment_behavior", "allow_incomplete")
            .with("billing_mode[type]", BILLING_MODE)
            .with("metadata[reference]", self.reference);
        let _: Done = self.talk.post(&["subscriptions"], form, self.key("start")).await?;
        Ok(())
    }

    async fn switch(&self, switch: Switch<'_>, to: &PlanPrice) -> Result<(), PaymentError> {
        let one = self.subscription(switch.subscription).await?;
        let price = prices::price(self.talk, to).await?;
        let known = invoices(self.talk, self.customer).await?;
        let mine = |invoice: &&Invoice| invoice.reference() == Some(self.reference);
        if let Some(made) = known.iter().find(mine) {
            let same = made.subscription() == Some(one.id.as_str())
                && made.amount_due == switch.due_cents
                && made.lines.data.iter().any(|line| line.price() == Some(&price));
            if !same {
                return Err(PaymentError::InvalidRequest("reference"));
            }
            // It may have been left before a declined one was given up.
            return give_up_declined(self.talk, &made.id).await;
        }
        let item = told::our_item(&one).ok_or(PaymentError::NotFound)?;
        let waits = one.pending_update.iter().flat_map(|update| &update.subscription_items);
        let waits = waits.flatten().any(|item| item.price.id() == price);
        let invoice = if waits || item.price.id == price {
            // Done before, and the answer was lost; nothing is asked for again.
            let latest = one.latest_invoice.as_ref().map(Ref::id);
            let latest = known.iter().find(|invoice| Some(invoice.id.as_str()) == latest);
            let untold = latest.filter(|invoice| {
                invoice.billing_reason.as_deref() == Some("subscription_update")
                    && invoice.reference().is_none()
            });
            untold.ok_or_else(|| conflict("it has this price already"))?.id.clone()
        } else {
            moves(&one)?;
            self.free(&one).await?;
            self.switch_price(&one, &item.id, &price, &switch).await?
        };
        let form = Form::new().with("metadata[reference]", self.reference);
        let _: Done = self.talk.post(&["invoices", &invoice], form, None).await?;
        give_up_declined(self.talk, &invoice).await
    }

    /// Switches after Stripe has said the same sum as was shown; the invoice's id.
    async fn switch_price(
        &self,
        one: &Subscription,
        item: &str,
        price: &str,
        switch: &Switch<'_>,
    ) -> Result<String, PaymentError> {
        let of = |form: Form, within: fn(&str) -> String| {
            let form = form.with(within("items[0][id]"), item);
            let form = form.with(within("items[0][price]"), price);
            if switch.fresh {
                form.with(within("proration_behavior"), "none")
                    .with(within("billing_cycle_anchor[type]"), "now")
            } else {
                form.with(within("proration_behavior"), "always_invoice")
                    .with(within("proration_date"), switch.at)
            }
        };
        let ask = of(Form::new().with("subscription", &one.id), |name| {
            let (head, rest) = name.split_at(name.find('[').unwrap_or(name.len()));
            format!("subscription_details[{head}]{rest}")
        });
        let preview: Preview = self.talk.work_out(&["invoices", "create_preview"], ask).await?;
        if preview.amount_due != switch.due_cents {
            return Err(PaymentError::WouldCost { amount_cents: preview.amount_due });
        }
        let form = of(Form::new(), str::to_owned)
            .with("payment_behavior", "pending_if_incomplete")
            .expanding("schedule");
        let path = ["subscriptions", &one.id];
        let after: Subscription = self.talk.post(&path, form, self.key("switch")).await?;
        let latest = after.latest_invoice.as_ref().map(Ref::id);
        Ok(latest.ok_or(PaymentError::Unknown)?.to_owned())
    }

    /// Ends with the period, or goes on after all.
    async fn ending(&self, id: &str, ends: bool) -> Result<(), PaymentError> {
        let one = self.subscription(id).await?;
        if !told::lives(&one) {
            return Err(conflict("the subscription has ended"));
        }
        if told::ends(&one) == ends {
            return Ok(());
        }
        if told::next_price(&one).is_some() {
            return Err(conflict("another change is pending"));
        }
        self.free(&one).await?;
        // A date that was set on Stripe's own pages is taken back by its own name.
        let form = match one.cancel_at.filter(|_| !ends && !one.cancel_at_period_end) {
            Some(_) => Form::new().with("cancel_at", ""),
            None => Form::new().with("cancel_at_period_end", ends),
        };
        let step = if ends { "end" } else { "resume" };
        let _: Done = self.talk.post(&["subscriptions", id], form, self.key(step)).await?;
        Ok(())
    }

    async fn end_now(&self, id: &str) -> Result<(), PaymentError> {
        let one = self.subscription(id).await?;
        if told::lives(&one) { self.cancel(id).await } else { Ok(()) }
    }

    async fn cancel(&self, id: &str) -> Result<(), PaymentError> {
        let form = Form::new().with("invoice_now", false).with("prorate", false);
        match self.talk.delete::<Done>(&["subscriptions", id], form).await {
            Ok(Done {}) => Ok(()),
            // It was read a moment ago: somebody else has ended it since.
            Err(Trouble::Refused(refusal)) if refusal.missing() => Ok(()),
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// A schedule that has nothing left to do still guards its subscription.
    pub(super) async fn free(&self, one: &Subscription) -> Result<(), PaymentError> {
        if let Some(schedule) = told::schedule(one) {
            let path = ["subscription_schedules", &schedule.id, "release"];
            let _: Done = self.talk.post(&path, Form::new(), self.key("release")).await?;
        }
        Ok(())
    }
}

/// Whether it may take another price.
pub(super) fn moves(one: &Subscription) -> Result<(), PaymentError> {
    if !matches!(one.status.as_str(), "active" | "trialing") {
        return Err(conflict("the subscription is not active"));
    }
    if told::ends(one) {
        return Err(conflict("the subscription is ending"));
    }
    if told::next_price(one).is_some() {
        return Err(conflict("another change is pending"));
    }
    Ok(())
}

pub(super) fn conflict(why: &str) -> PaymentError {
    PaymentError::Conflict(why.to_owned())
}
