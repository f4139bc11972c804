//! Changing a subscription.
//!
//! Owns: `POST /v1/subscriptions/{id}`, payment behaviours, updates that wait for their money.
//! What a change costs is in `plan`. Read next: `plan`.

use serde_json::{Value, json};

use super::plan::{Asked, Planned, applied, planned};
use crate::collect::{self, Person};
use crate::expand::answered;
use crate::form::Params;
use crate::invoicing::{Draft, collect_now, draft, finalize, items};
use crate::json::{Reading, or_null};
use crate::refusal::Refusal;
use crate::state::State;

/// An update that waits for its money does so for this long.
const PENDING_SECONDS: i64 = 82_800;
const BEHAVIORS: [&str; 4] =
    ["allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"];

pub(crate) fn change(state: &mut State, params: &Params, id: &str) -> Result<Value, Refusal> {
    let subscription = state.get("subscription", id)?;
    if ["canceled", "incomplete_expired"].contains(&subscription.text("status")) {
        let told = "A canceled subscription can only update its cancellation_details and metadata.";
        return Err(Refusal::invalid(told));
    }
    let behavior = params.word("payment_behavior", &BEHAVIORS)?.unwrap_or("allow_incomplete");
    let touches = ["items", "billing_cycle_anchor", "cancel_at_period_end"];
    let managed = !subscription.at("schedule").is_null();
    if managed && touches.iter().any(|name| params.has(name)) {
        let told = format!(
            "The subscription is managed by the subscription schedule `{}`, and updating any \
             cancelation behavior or items directly is not allowed. Please update the schedule \
             instead.",
            subscription.text("schedule")
        );
        return Err(Refusal::invalid(told));
    }
    let mut plain = subscription.clone();
    members(state, params, &mut plain)?;
    state.update("customer.subscription.updated", plain.clone());
    let asked = Asked::read(state, params, "", &subscription)?;
    if behavior == "pending_if_incomplete" && params.has("metadata") {
        let told = "With `pending_if_incomplete` only items and the like can be updated.";
        return Err(Refusal::invalid(told).param("metadata"));
    }
    if asked.price.is_some() || asked.anchor_now {
        if subscription.text("status") == "incomplete" {
            let told = "This subscription's first invoice has not been paid.";
            return Err(Refusal::invalid(told));
        }
        let person = match params.flag("off_session")? {
            Some(true) => Person::Away,
            _ => Person::Later,
        };
        switch(state, plain, &asked, (behavior, person))?;
    }
    let subscription = state.get("subscription", id)?;
    answered(state, &subscription, &params.expand())
}

/// What is changed without any money.
fn members(state: &State, params: &Params, subscription: &mut Value) -> Result<(), Refusal> {
    params.merge("metadata", &mut subscription["metadata"]);
    if let Some(text) = params.text("description") {
        subscription["description"] = or_null(text);
    }
    if let Some(method) = params.text("default_payment_method") {
        let customer = subscription.text("customer").to_owned();
        if !method.is_empty() && state.get("payment_method", method)?.text("customer") != customer {
            return Err(Refusal::bad("default_payment_method", "not the customer's"));
        }
        subscription["default_payment_method"] = or_null(method);
    }
    if let Some(ends) = params.flag("cancel_at_period_end")? {
        subscription["cancel_at_period_end"] = json!(ends);
        let end = super::span_of(subscription).1;
        subscription["cancel_at"] = if ends { json!(end) } else { Value::Null };
        subscription["canceled_at"] = if ends { json!(state.now) } else { Value::Null };
        let reason = if ends { json!("cancellation_requested") } else { Value::Null };
        subscription["cancellation_details"]["reason"] = reason;
    }
    params.keep(&["cancellation_details", "trial_settings"]);
    Ok(())
}

fn switch(
    state: &mut State,
    subscription: Value,
    asked: &Asked,
    (behavior, person): (&str, Person),
) -> Result<(), Refusal> {
    let plan = planned(state, &subscription, asked)?;
    let subscription = replace_pending(state, subscription)?;
    let after = applied(&subscription, &plan.price, plan.fresh);
    let customer = subscription.text("customer").to_owned();
    if !plan.invoiced || plan.lines.is_empty() {
        for line in &plan.lines {
            items::postpone(state, &customer, line);
        }
        state.update("customer.subscription.updated", after);
        return Ok(());
    }
    let waits = behavior == "pending_if_incomplete";
    let base = if waits { &subscription } else { &after };
    let invoice_id = begin_invoice(state, base, &plan, asked.at, waits);
    if waits {
        wait_for_money(state, subscription, &plan, &invoice_id);
    } else {
        let mut after = after;
        after["latest_invoice"] = json!(invoice_id);
        state.update("customer.subscription.updated", after);
    }
    let invoice = state.get("invoice", &invoice_id)?;
    let invoice = finalize(state, &invoice);
    if invoice.text("status") == "open" && behavior != "default_incomplete" {
        let intent = collect_now(state, &invoice_id, None, person).unwrap_or(Value::Null);
        let paid = intent.text("status") == "succeeded";
        if !paid && behavior == "error_if_incomplete" {
            let mut refusal = collect::declined(&intent);
            refusal.stays = false;
            return Err(refusal);
        }
    }
    Ok(())
}

fn begin_invoice(
    state: &mut State,
    subscription: &Value,
    plan: &Planned,
    at: i64,
    waits: bool,
) -> String {
    let begun = Draft {
        customer: subscription.text("customer"),
        subscription,
        reason: "subscription_update",
        currency: subscription.text("currency"),
        lines: plan.lines.clone(),
        since: super::span_of(subscription).0,
    };
    let mut invoice = draft(state, &begun);
    invoice["parent"]["subscription_details"]["subscription_proration_date"] = json!(at);
    invoice["_waiting_update"] = json!(waits);
    state.keep(invoice.clone());
    invoice.text("id").to_owned()
}

/// The price stays until the invoice is paid.
fn wait_for_money(state: &mut State, mut subscription: Value, plan: &Planned, invoice: &str) {
    let after = applied(&subscription, &plan.price, None);
    subscription["latest_invoice"] = json!(invoice);
    subscription["pending_update"] = json!({
        "billing_cycle_anchor": plan.fresh.map(|(start, _)| start),
        "expires_at": state.now + PENDING_SECONDS,
        "subscription_items": after.at("items.data"),
        "trial_end": null,
        "trial_from_plan": null,
        "_invoice": invoice,
        "_fresh_end": plan.fresh.map(|(_, end)| end),
    });
    state.update("customer.subscription.updated", subscription);
}

/// Another update takes the place of the one that waits, whose invoice is void.
fn replace_pending(state: &mut State, subscription: Value) -> Result<Value, Refusal> {
    let waiting = subscription.text("pending_update._invoice").to_owned();
    if !waiting.is_empty() {
        crate::invoicing::void(state, &waiting)?;
    }
    state.get("subscription", subscription.text("id"))
}

/// The money came.
pub(crate) fn apply_pending(state: &mut State, subscription: Value) {
    let pending = subscription.at("pending_update").clone();
    let price = pending.at("subscription_items.0.price").clone();
    let end = pending.int("_fresh_end");
    let fresh = (end > 0).then(|| (pending.int("billing_cycle_anchor"), end));
    let mut after = applied(&subscription, &price, fresh);
    after["pending_update"] = Value::Null;
    state.update("customer.subscription.updated", after.clone());
    state.tell("customer.subscription.pending_update_applied", &after, None);
}

/// The money did not come.
pub(crate) fn drop_pending(state: &mut State, mut subscription: Value) {
    subscription["pending_update"] = Value::Null;
    state.update("customer.subscription.updated", subscription.clone());
    state.tell("customer.subscription.pending_update_expired", &subscription, None);
}
