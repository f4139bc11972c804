//! What time does to subscriptions and their invoices.
//!
//! Owns: renewals, finalizing drafts, retries and what becomes of who never pays, expiries. Never
//! moves the clock itself. Read next: `crate::clock`.

use serde_json::{Value, json};

use super::{every, put_period, put_price, schedules, span_of};
use crate::collect::Person;
use crate::invoicing::lines::{ForPeriod, period};
use crate::invoicing::{Draft, collect_now, draft, finalize, items, void};
use crate::json::Reading;
use crate::options::AfterRetries;
use crate::refusal::Refusal;
use crate::state::State;

/// The period after the present one.
pub(crate) fn next_span(subscription: &Value, price: &Value) -> Result<(i64, i64), Refusal> {
    let start = span_of(subscription).1;
    let (old, new) = (every(subscription.at("items.data.0.price"))?, every(price)?);
    // Another length counts from the instant at which it begins.
    let anchor = if old == new { subscription.int("billing_cycle_anchor") } else { start };
    Ok((start, new.end_after(anchor, start)))
}

/// The period is over: the subscription ends, or the next one begins with its invoice.
pub(crate) fn period_over(state: &mut State, id: &str) -> Result<(), Refusal> {
    let subscription = state.get("subscription", id)?;
    if subscription.flag("cancel_at_period_end") {
        super::end(state, subscription, "cancellation_requested");
        return Ok(());
    }
    let (before, now) = span_of(&subscription);
    let mut renewed = subscription.clone();
    let planned = schedules::price_at_end(state, &subscription);
    let price = planned.unwrap_or_else(|| subscription.at("items.data.0.price").clone());
    let span = next_span(&subscription, &price)?;
    if every(subscription.at("items.data.0.price"))? != every(&price)? {
        renewed["billing_cycle_anchor"] = json!(now);
    }
    put_price(&mut renewed, &price);
    put_period(&mut renewed, span);
    schedules::moved_on(state, &mut renewed, span);
    let mut lines = items::pending(state, renewed.text("customer"), id);
    let amount = price.int("unit_amount");
    let of =
        ForPeriod { subscription: &renewed, price: &price, amount, start: span.0, end: span.1 };
    lines.push(period(state, &of));
    let begun = Draft {
        customer: renewed.text("customer"),
        subscription: &renewed,
        reason: "subscription_cycle",
        currency: renewed.text("currency"),
        lines,
        since: before,
    };
    let mut invoice = draft(state, &begun);
    items::taken(state, &invoice);
    // Who is unpaid is not asked again by itself: the invoice stays a draft.
    if renewed.text("status") == "unpaid" {
        invoice["auto_advance"] = json!(false);
    } else {
        invoice["automatically_finalizes_at"] = json!(now + state.options.draft_seconds);
    }
    renewed["latest_invoice"] = invoice["id"].clone();
    state.keep(invoice);
    state.update("customer.subscription.updated", renewed);
    Ok(())
}

/// A draft is due: it is final, and the card is charged.
pub(crate) fn draft_over(state: &mut State, id: &str) -> Result<(), Refusal> {
    let invoice = state.get("invoice", id)?;
    let invoice = finalize(state, &invoice);
    if invoice.text("status") == "open" {
        collect_now(state, id, None, Person::Later);
        try_again_later(state, id);
    }
    Ok(())
}

/// Another attempt of a renewal.
pub(crate) fn retry(state: &mut State, id: &str) {
    collect_now(state, id, None, Person::Later);
    try_again_later(state, id);
}

/// Plans the next attempt, or draws the consequence.
fn try_again_later(state: &mut State, id: &str) {
    let Some(mut invoice) = state.find(id).cloned() else { return };
    if invoice.text("status") != "open" {
        return;
    }
    let tries = usize::try_from(invoice.int("_tries")).unwrap_or_default();
    invoice["_tries"] = json!(tries + 1);
    let next = state.options.retries.get(tries).map(|wait| state.now + wait);
    invoice["next_payment_attempt"] = json!(next);
    let subscription = invoice.text("parent.subscription_details.subscription").to_owned();
    state.update("invoice.updated", invoice);
    if next.is_none()
        && let Some(subscription) = state.find(&subscription).cloned()
    {
        given_up(state, subscription);
    }
}

fn given_up(state: &mut State, mut subscription: Value) {
    match state.options.after_retries {
        AfterRetries::PastDue => {}
        AfterRetries::Unpaid => {
            subscription["status"] = json!("unpaid");
            state.update("customer.subscription.updated", subscription);
        }
        AfterRetries::Canceled => {
            drop(super::end(state, subscription, "payment_failed"));
        }
    }
}

/// The first payment never came.
pub(crate) fn never_began(state: &mut State, id: &str) -> Result<(), Refusal> {
    let subscription = state.get("subscription", id)?;
    let latest = subscription.text("latest_invoice").to_owned();
    void(state, &latest).map(drop)
}

/// The money for an update never came.
pub(crate) fn update_over(state: &mut State, id: &str) -> Result<(), Refusal> {
    let subscription = state.get("subscription", id)?;
    let waiting = subscription.text("pending_update._invoice").to_owned();
    void(state, &waiting).map(drop)
}
