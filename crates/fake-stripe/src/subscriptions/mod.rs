//! Subscriptions: of one price each, paid by card.
//!
//! Owns: making and ending them, and their object. Changing the price is in `change`, what time
//! does in `renewal`, what is planned in `schedules`. Read next: `change`.

pub(crate) mod change;
pub(crate) mod plan;
pub(crate) mod preview;
pub(crate) mod renewal;
pub(crate) mod schedules;

use serde_json::{Value, json};

use crate::calendar::Every;
use crate::collect::Person;
use crate::expand::answered;
use crate::form::Params;
use crate::invoicing::lines::{ForPeriod, period};
use crate::invoicing::{Draft, collect_now, draft, finalize};
use crate::json::{Reading, or_null};
use crate::list::{matching, page};
use crate::refusal::Refusal;
use crate::state::State;

type Answer = Result<Value, Refusal>;

/// A subscription whose first payment has not come ends after so long.
const INCOMPLETE_SECONDS: i64 = 82_800;

/// What a new subscription is made of.
pub(crate) struct New<'a> {
    pub customer: &'a str,
    pub price: &'a str,
    pub method: &'a str,
    pub metadata: Value,
    /// `allow_incomplete`, `default_incomplete` or `error_if_incomplete`.
    pub behavior: &'a str,
    pub person: Person,
}

pub(crate) fn make(state: &mut State, params: &Params) -> Answer {
    let customer = params.need("customer")?;
    state.get("customer", customer)?;
    if params.rows("items") != 1 {
        return Err(Refusal::invalid("This fake knows subscriptions of one item.").param("items"));
    }
    one_each(params, "items.0.quantity")?;
    let method = params.text("default_payment_method").unwrap_or_default();
    if !method.is_empty() && state.get("payment_method", method)?.text("customer") != customer {
        return Err(Refusal::bad("default_payment_method", "not the customer's"));
    }
    let behaviors = ["allow_incomplete", "default_incomplete", "error_if_incomplete"];
    let mut metadata = json!({});
    params.merge("metadata", &mut metadata);
    params.word("billing_mode.type", &["classic", "flexible"])?;
    params.word("collection_method", &["charge_automatically"])?;
    let new = New {
        customer,
        price: params.need("items.0.price")?,
        method,
        metadata,
        behavior: params.word("payment_behavior", &behaviors)?.unwrap_or("allow_incomplete"),
        person: if params.flag("off_session")?.unwrap_or(false) {
            Person::Away
        } else {
            Person::Later
        },
    };
    let subscription = begin(state, &new)?;
    answered(state, &subscription, &params.expand())
}

/// Only one of a thing can be bought.
fn one_each(params: &Params, path: &str) -> Result<(), Refusal> {
    match params.int(path)? {
        None | Some(1) => Ok(()),
        Some(other) => Err(Refusal::bad(path, &format!("{other}: this fake knows one of each"))),
    }
}

/// How long a price of a subscription lasts.
pub(crate) fn every(price: &Value) -> Result<Every, Refusal> {
    let recurring = price.at("recurring");
    let every = Every::of(recurring.text("interval"), recurring.int("interval_count"));
    every.ok_or_else(|| Refusal::invalid("The price is not recurring.").param("items[0][price]"))
}

/// A subscription with its first invoice, and the card charged for it.
pub(crate) fn begin(state: &mut State, new: &New<'_>) -> Answer {
    let price = state.get("price", new.price)?;
    if !price.flag("active") {
        return Err(Refusal::invalid("The price specified is inactive.").param("items[0][price]"));
    }
    let (start, every) = (state.now, every(&price)?);
    let has_card =
        !new.method.is_empty() || crate::cards::payer_of(state, new.customer, "").is_some();
    if !has_card && new.behavior != "default_incomplete" {
        let told = "This customer has no attached payment source or default payment method.";
        return Err(Refusal::invalid(told).code("resource_missing"));
    }
    let span = (start, every.end_after(start, start));
    let subscription = blank(state, new, &price, span);
    let id = subscription.text("id").to_owned();
    let of = ForPeriod {
        subscription: &subscription,
        price: &price,
        amount: price.int("unit_amount"),
        start,
        end: span.1,
    };
    let line = period(state, &of);
    let begun = Draft {
        customer: new.customer,
        subscription: &subscription,
        reason: "subscription_create",
        currency: price.text("currency"),
        lines: vec![line],
        since: start,
    };
    let mut told = subscription.clone();
    let invoice = draft(state, &begun);
    let invoice_id = invoice.text("id").to_owned();
    told["latest_invoice"] = json!(invoice_id);
    state.create("customer.subscription.created", told);
    let invoice = finalize(state, &invoice);
    if invoice.text("status") == "open" && new.behavior != "default_incomplete" {
        let intent = collect_now(state, &invoice_id, None, new.person).unwrap_or(Value::Null);
        let paid = intent.text("status") == "succeeded";
        if !paid && new.behavior == "error_if_incomplete" {
            let mut refusal = crate::collect::declined(&intent);
            refusal.stays = false;
            return Err(refusal);
        }
    }
    state.get("subscription", &id)
}

fn blank(state: &mut State, new: &New<'_>, price: &Value, (start, end): (i64, i64)) -> Value {
    let id = state.id("sub");
    let item = json!({
        "id": state.id("si"),
        "object": "subscription_item",
        "billed_until": null,
        "billing_thresholds": null,
        "created": state.now,
        "current_period_end": end,
        "current_period_start": start,
        "discounts": [],
        "metadata": {},
        "plan": plan_of(price),
        "price": price,
        "quantity": 1,
        "subscription": id,
        "tax_rates": [],
    });
    json!({
        "id": id, "object": "subscription", "application": null,
        "application_fee_percent": null,
        "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null},
        "billing_cycle_anchor": start, "billing_cycle_anchor_config": null,
        "billing_mode": {"flexible": null, "type": "classic"}, "billing_schedules": [],
        "billing_thresholds": null, "cancel_at": null, "cancel_at_period_end": false,
        "canceled_at": null,
        "cancellation_details": {"comment": null, "feedback": null, "reason": null},
        "collection_method": "charge_automatically", "created": state.now,
        "currency": price["currency"], "customer": new.customer, "days_until_due": null,
        "default_payment_method": or_null(new.method), "default_source": null,
        "default_tax_rates": [], "description": null, "discounts": [], "ended_at": null,
        "invoice_settings": {"account_tax_ids": null, "issuer": {"type": "self"}},
        "items": {"object": "list", "data": [item], "has_more": false, "total_count": 1,
            "url": format!("/v1/subscription_items?subscription={id}")},
        "latest_invoice": null, "livemode": false, "metadata": new.metadata,
        "next_pending_invoice_item_invoice": null, "on_behalf_of": null,
        "pause_collection": null,
        "payment_settings": {"payment_method_options": null, "payment_method_types": null,
            "save_default_payment_method": "off"},
        "pending_invoice_item_interval": null, "pending_setup_intent": null,
        "pending_update": null, "schedule": null, "start_date": start,
        "status": "incomplete", "test_clock": null, "transfer_data": null, "trial_end": null,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": null,
        "_expires": start + INCOMPLETE_SECONDS,
    })
}

/// The older object beside the price, which says the same.
fn plan_of(price: &Value) -> Value {
    json!({
        "id": price["id"], "object": "plan", "active": price["active"],
        "amount": price["unit_amount"], "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit", "created": price["created"],
        "currency": price["currency"], "interval": price.at("recurring.interval"),
        "interval_count": price.at("recurring.interval_count"), "livemode": false,
        "metadata": price["metadata"], "nickname": price["nickname"],
        "product": price["product"], "usage_type": "licensed",
    })
}

/// Puts a price into the subscription's item.
pub(crate) fn put_price(subscription: &mut Value, price: &Value) {
    subscription["items"]["data"][0]["plan"] = plan_of(price);
    subscription["items"]["data"][0]["price"] = price.clone();
}

/// Puts the period into the subscription's item.
pub(crate) fn put_period(subscription: &mut Value, (start, end): (i64, i64)) {
    subscription["items"]["data"][0]["current_period_start"] = json!(start);
    subscription["items"]["data"][0]["current_period_end"] = json!(end);
}

pub(crate) fn span_of(subscription: &Value) -> (i64, i64) {
    let item = subscription.at("items.data.0");
    (item.int("current_period_start"), item.int("current_period_end"))
}

pub(crate) fn list(state: &State, params: &Params) -> Answer {
    let asked = [("customer", "customer"), ("price", "items.data.0.price.id")];
    let mut rows = matching(state, params, "subscription", &asked);
    match params.text("status") {
        None => rows.retain(|row| row.text("status") != "canceled"),
        Some("all") => {}
        Some("ended") => rows.retain(|row| !row.at("ended_at").is_null()),
        Some(status) => rows.retain(|row| row.text("status") == status),
    }
    page(state, params, "/v1/subscriptions", rows)
}

pub(crate) fn cancel(state: &mut State, params: &Params, id: &str) -> Answer {
    let subscription = state.get("subscription", id)?;
    if ["canceled", "incomplete_expired"].contains(&subscription.text("status")) {
        return Err(Refusal::no_such("subscription", id));
    }
    for name in ["invoice_now", "prorate"] {
        if params.flag(name)?.unwrap_or(false) {
            return Err(Refusal::invalid("This fake ends without a last invoice.").param(name));
        }
    }
    params.keep(&["cancellation_details"]);
    let subscription = end(state, subscription, "cancellation_requested");
    answered(state, &subscription, &params.expand())
}

/// Ends it now. What is open is not collected any more.
pub(crate) fn end(state: &mut State, mut subscription: Value, reason: &str) -> Value {
    let id = subscription.text("id").to_owned();
    schedules::let_go(state, &mut subscription);
    let asked = subscription.at("canceled_at").is_null();
    subscription["status"] = json!("canceled");
    subscription["ended_at"] = json!(state.now);
    subscription["cancel_at_period_end"] = json!(false);
    subscription["pending_update"] = Value::Null;
    if asked {
        subscription["canceled_at"] = json!(state.now);
        subscription["cancellation_details"]["reason"] = json!(reason);
    }
    state.keep(subscription.clone());
    state.tell("customer.subscription.deleted", &subscription, None);
    let own = "parent.subscription_details.subscription";
    for mut invoice in state.of("invoice", own, &id) {
        if ["draft", "open"].contains(&invoice.text("status")) {
            invoice["auto_advance"] = json!(false);
            invoice["next_payment_attempt"] = Value::Null;
            invoice["automatically_finalizes_at"] = Value::Null;
            state.update("invoice.updated", invoice);
        }
    }
    subscription
}
