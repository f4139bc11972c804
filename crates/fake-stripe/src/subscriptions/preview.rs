//! What an invoice would be.
//!
//! Owns: `POST /v1/invoices/create_preview`: the invoice that a change makes at once, else the
//! next renewal. Keeps nothing. Read next: `plan`.

use serde_json::{Value, json};

use super::plan::{Asked, applied, planned};
use super::span_of;
use crate::expand::answered;
use crate::form::Params;
use crate::invoicing::lines::{ForPeriod, period};
use crate::invoicing::{Draft, blank, items};
use crate::json::Reading;
use crate::refusal::Refusal;
use crate::state::State;

pub(crate) fn preview(state: &mut State, params: &Params) -> Result<Value, Refusal> {
    let subscription = state.get("subscription", params.need("subscription")?)?;
    if subscription.text("status") == "canceled" {
        let told = "No upcoming invoices: the subscription is canceled.";
        return Err(Refusal::invalid(told).code("invoice_upcoming_none"));
    }
    if params.text("customer").is_some_and(|one| one != subscription.text("customer")) {
        return Err(Refusal::bad("customer", "not the subscription's"));
    }
    let asked = Asked::read(state, params, "subscription_details.", &subscription)?;
    let plan = planned(state, &subscription, &asked)?;
    let (mut lines, reason) = (plan.lines, "upcoming");
    if !plan.invoiced {
        lines.extend(renewal_lines(state, &subscription, &plan.price)?);
    }
    let draft = Draft {
        customer: subscription.text("customer"),
        subscription: &subscription,
        reason,
        currency: subscription.text("currency"),
        lines,
        since: span_of(&subscription).0,
    };
    let id = format!("upcoming_{}", state.id("in"));
    let mut invoice = blank(state, &id, &draft);
    if !plan.invoiced {
        invoice["period_end"] = json!(span_of(&subscription).1);
        invoice["created"] = json!(span_of(&subscription).1);
    }
    answered(state, &invoice, &params.expand())
}

fn renewal_lines(
    state: &mut State,
    subscription: &Value,
    price: &Value,
) -> Result<Vec<Value>, Refusal> {
    let customer = subscription.text("customer");
    let mut lines = items::pending(state, customer, subscription.text("id"));
    let planned_price = super::schedules::price_at_end(state, subscription);
    let price = planned_price.unwrap_or_else(|| price.clone());
    let after = applied(subscription, &price, None);
    let (start, end) = super::renewal::next_span(subscription, &price)?;
    let amount = price.int("unit_amount");
    let of = ForPeriod { subscription: &after, price: &price, amount, start, end };
    lines.push(period(state, &of));
    Ok(lines)
}
