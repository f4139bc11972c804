//! Subscription schedules: another price from the end of the period on.
//!
//! Owns: `/v1/subscription_schedules`, phases, and what a renewal takes from them. A schedule here
//! has the present phase and at most one that follows. Read next: `renewal`.

use serde_json::{Value, json};

use super::{every, span_of};
use crate::calendar::Every;
use crate::expand::answered;
use crate::form::Params;
use crate::json::{Reading, or_null};
use crate::list::{matching, page};
use crate::refusal::Refusal;
use crate::state::State;

type Answer = Result<Value, Refusal>;

pub(crate) fn make(state: &mut State, params: &Params) -> Answer {
    let mut subscription = state.get("subscription", params.need("from_subscription")?)?;
    if !subscription.at("schedule").is_null() {
        let told = "The subscription is already attached to a schedule.";
        return Err(Refusal::invalid(told).param("from_subscription"));
    }
    if !["active", "past_due"].contains(&subscription.text("status")) {
        return Err(Refusal::invalid("A schedule needs a subscription that is active."));
    }
    let (start, end) = span_of(&subscription);
    let id = state.id("sub_sched");
    let phase = phase(subscription.at("items.data.0.price"), start, end);
    let schedule = json!({
        "id": id, "object": "subscription_schedule", "application": null,
        "billing_mode": subscription["billing_mode"], "canceled_at": null,
        "completed_at": null, "created": state.now,
        "current_phase": {"end_date": end, "start_date": start},
        "customer": subscription["customer"],
        "default_settings": {"billing_cycle_anchor": "automatic", "collection_method":
            "charge_automatically", "default_payment_method": null, "description": null,
            "invoice_settings": {"issuer": {"type": "self"}}, "on_behalf_of": null},
        "end_behavior": "release", "livemode": false, "metadata": {}, "pause_schedules": [],
        "phases": [phase], "released_at": null, "released_subscription": null,
        "status": "active", "subscription": subscription["id"], "test_clock": null,
    });
    subscription["schedule"] = json!(id);
    let schedule = state.create("subscription_schedule.created", schedule);
    state.update("customer.subscription.updated", subscription);
    answered(state, &schedule, &params.expand())
}

fn phase(price: &Value, start: i64, end: i64) -> Value {
    json!({
        "add_invoice_items": [], "currency": price["currency"], "default_payment_method": null,
        "description": null, "discounts": [], "end_date": end,
        "items": [{"discounts": [], "metadata": {}, "plan": price["id"], "price": price["id"],
            "quantity": 1, "tax_rates": []}],
        "metadata": {}, "proration_behavior": "create_prorations", "start_date": start,
        "trial_end": null,
    })
}

pub(crate) fn change(state: &mut State, params: &Params, id: &str) -> Answer {
    let mut schedule = state.get("subscription_schedule", id)?;
    still_active(&schedule)?;
    params.merge("metadata", &mut schedule["metadata"]);
    if let Some(behavior) = params.word("end_behavior", &["release", "cancel"])? {
        if behavior == "cancel" {
            return Err(Refusal::invalid("This fake releases only.").param("end_behavior"));
        }
        schedule["end_behavior"] = json!(behavior);
    }
    // Another price for the present phase would be a change now.
    params.word("proration_behavior", &["none", "create_prorations", "always_invoice"])?;
    if params.has("phases") {
        schedule["phases"] = phases(state, params, &schedule)?;
    }
    state.update("subscription_schedule.updated", schedule.clone());
    answered(state, &schedule, &params.expand())
}

fn phases(state: &State, params: &Params, schedule: &Value) -> Answer {
    let count = params.rows("phases");
    if !(1..=2).contains(&count) {
        return Err(Refusal::invalid("This fake knows one or two phases.").param("phases"));
    }
    let subscription = state.get("subscription", schedule.text("subscription"))?;
    let (mut start, mut phases) = (span_of(&subscription).0, Vec::new());
    for at in 0..count {
        let name = |name: &str| format!("phases.{at}.{name}");
        let price = state.get("price", params.need(&name("items.0.price"))?)?;
        super::one_each(params, &name("items.0.quantity"))?;
        let words = ["none", "create_prorations", "always_invoice"];
        let proration = params.word(&name("proration_behavior"), &words)?;
        if let Some(told) = params.int(&name("start_date"))?
            && told != start
        {
            return Err(Refusal::bad(&name("start_date"), "does not follow on"));
        }
        let end = end_of(params, at, &price, start)?;
        if at == 0 {
            present(&subscription, &price, end)?;
        }
        let mut made = phase(&price, start, end);
        made["proration_behavior"] = json!(proration.unwrap_or("create_prorations"));
        phases.push(made);
        start = end;
    }
    Ok(Value::Array(phases))
}

/// The phase that is under way stays what it is.
fn present(subscription: &Value, price: &Value, end: i64) -> Result<(), Refusal> {
    if price["id"] != *subscription.at("items.data.0.price.id") {
        return Err(Refusal::invalid("This fake does not change the present phase's price."));
    }
    if end != span_of(subscription).1 {
        return Err(Refusal::invalid("This fake ends the present phase with the period."));
    }
    Ok(())
}

fn end_of(params: &Params, at: usize, price: &Value, start: i64) -> Result<i64, Refusal> {
    let name = |name: &str| format!("phases.{at}.{name}");
    if let Some(end) = params.int(&name("end_date"))? {
        return Ok(end);
    }
    if params.has(&name("duration")) {
        let interval = params.need(&name("duration.interval"))?;
        let count = params.int(&name("duration.interval_count"))?.unwrap_or(1);
        let every = Every::of(interval, count);
        let every = every.ok_or_else(|| Refusal::bad(&name("duration.interval"), interval))?;
        return Ok(every.after(start, 1));
    }
    Ok(every(price)?.after(start, 1))
}

fn still_active(schedule: &Value) -> Result<(), Refusal> {
    if ["active", "not_started"].contains(&schedule.text("status")) {
        return Ok(());
    }
    let told = format!(
        "You cannot update or release a subscription schedule that is currently in the `{}` \
         status.",
        schedule.text("status")
    );
    Err(Refusal::invalid(told))
}

pub(crate) fn release(state: &mut State, params: &Params, id: &str) -> Answer {
    let schedule = state.get("subscription_schedule", id)?;
    still_active(&schedule)?;
    params.flag("preserve_cancel_date")?;
    let mut subscription = state.get("subscription", schedule.text("subscription"))?;
    let_go(state, &mut subscription);
    state.update("customer.subscription.updated", subscription);
    let schedule = state.get("subscription_schedule", id)?;
    answered(state, &schedule, &params.expand())
}

/// Releases the subscription from its schedule, if it has one.
pub(crate) fn let_go(state: &mut State, subscription: &mut Value) {
    let Some(mut schedule) = state.find(subscription.text("schedule")).cloned() else { return };
    schedule["status"] = json!("released");
    schedule["released_at"] = json!(state.now);
    schedule["released_subscription"] = or_null(subscription.text("id"));
    schedule["subscription"] = Value::Null;
    schedule["current_phase"] = Value::Null;
    subscription["schedule"] = Value::Null;
    state.keep(schedule.clone());
    state.tell("subscription_schedule.released", &schedule, None);
}

/// The price of the phase that begins when the present period ends.
pub(crate) fn price_at_end(state: &State, subscription: &Value) -> Option<Value> {
    let schedule = state.find(subscription.text("schedule"))?;
    let end = span_of(subscription).1;
    let mut phases = schedule.rows("phases").iter();
    let next = phases.find(|phase| phase.int("start_date") == end)?;
    state.find(next.text("items.0.price")).cloned()
}

/// A new period has begun: the next phase is under way, or the last one is over.
pub(crate) fn moved_on(state: &mut State, subscription: &mut Value, span: (i64, i64)) {
    let Some(mut schedule) = state.find(subscription.text("schedule")).cloned() else { return };
    let now = span.0;
    let phases = schedule.rows("phases");
    let present =
        phases.iter().find(|one| one.int("start_date") <= now && now < one.int("end_date"));
    match present.cloned() {
        Some(phase) => {
            schedule["current_phase"] =
                json!({"end_date": phase["end_date"], "start_date": phase["start_date"]});
            state.update("subscription_schedule.updated", schedule);
        }
        None => let_go(state, subscription),
    }
}

pub(crate) fn list(state: &State, params: &Params) -> Answer {
    let asked = [("customer", "customer")];
    let rows = matching(state, params, "subscription_schedule", &asked);
    page(state, params, "/v1/subscription_schedules", rows)
}
