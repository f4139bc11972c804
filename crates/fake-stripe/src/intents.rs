//! Payment intents on the wire.
//!
//! Owns: `/v1/payment_intents`. What a card does with one is in `collect`. Read next: `collect`.

use serde_json::{Value, json};

use crate::cards;
use crate::catalog::currency;
use crate::collect::{self, Person, Wanted};
use crate::expand::answered;
use crate::form::Params;
use crate::json::{Reading, or_null};
use crate::list::{matching, page};
use crate::refusal::Refusal;
use crate::state::State;

type Answer = Result<Value, Refusal>;

pub(crate) fn make(state: &mut State, params: &Params) -> Answer {
    let amount = params.int("amount")?.ok_or_else(|| Refusal::missing("amount"))?;
    if amount < 1 {
        return Err(Refusal::bad("amount", "must be at least 1").code("amount_too_small"));
    }
    let customer = params.text("customer").unwrap_or_default();
    if !customer.is_empty() {
        state.get("customer", customer)?;
    }
    let mut metadata = json!({});
    params.merge("metadata", &mut metadata);
    let currency = currency(params.need("currency")?)?;
    let description = params.text("description").unwrap_or_default();
    let wanted =
        Wanted { amount, currency: &currency, customer, description, metadata, invoice: "" };
    let confirm = params.flag("confirm")?.unwrap_or(false);
    // Said before anything is made: both only mean something while confirming.
    if !confirm && params.has("off_session") {
        return Err(Refusal::invalid("`off_session` needs `confirm=true`.").param("off_session"));
    }
    let mut intent = collect::open(state, &wanted);
    params.keep(&["automatic_payment_methods", "payment_method_types"]);
    params.keep(&["allowed_payment_method_types", "receipt_email", "statement_descriptor"]);
    if let Some(use_later) = params.word("setup_future_usage", &["off_session", "on_session"])? {
        intent["setup_future_usage"] = json!(use_later);
    }
    let method = params.text("payment_method").unwrap_or_default();
    if !method.is_empty() {
        intent["payment_method"] = cards::method_of(state, method)?["id"].clone();
        intent["status"] = json!("requires_confirmation");
    }
    state.keep(intent.clone());
    let intent = if confirm { confirmed(state, params, intent)? } else { intent };
    answered(state, &intent, &params.expand())
}

pub(crate) fn confirm(state: &mut State, params: &Params, id: &str) -> Answer {
    let mut intent = state.get("payment_intent", id)?;
    if let Some(method) = params.text("payment_method") {
        intent["payment_method"] = cards::method_of(state, method)?["id"].clone();
    }
    let intent = confirmed(state, params, intent)?;
    answered(state, &intent, &params.expand())
}

fn confirmed(state: &mut State, params: &Params, mut intent: Value) -> Answer {
    let status = intent.text("status").to_owned();
    if ["succeeded", "canceled", "processing"].contains(&status.as_str()) {
        return Err(unexpected(&intent, "confirm"));
    }
    let method = intent.text("payment_method").to_owned();
    if method.is_empty() {
        let told = "You cannot confirm this PaymentIntent because it's missing a payment method.";
        return Err(Refusal::invalid(told).code("payment_intent_unexpected_state"));
    }
    let mut method = state.get("payment_method", &method)?;
    let (owner, customer) = (method.text("customer"), intent.text("customer").to_owned());
    if !owner.is_empty() && owner != customer {
        let told = "The PaymentMethod does not belong to the Customer of the PaymentIntent.";
        return Err(Refusal::invalid(told).param("payment_method"));
    }
    if let Some(back) = params.text("return_url") {
        intent["_return_url"] = json!(back);
    }
    if let Some(use_later) = params.word("setup_future_usage", &["off_session", "on_session"])? {
        intent["setup_future_usage"] = json!(use_later);
    }
    params.keep(&["error_on_requires_action", "mandate_data", "use_stripe_sdk"]);
    let person = match params.text("off_session") {
        None | Some("false") => Person::Later,
        Some(_) => Person::Away,
    };
    let saves = !intent.text("setup_future_usage").is_empty() && !customer.is_empty();
    let intent = collect::attempt(state, intent, &method, person);
    if intent.text("status") == "requires_payment_method" {
        return Err(collect::declined(&intent));
    }
    if saves && method.text("customer").is_empty() {
        method = state.get("payment_method", method.text("id"))?;
        cards::attach(state, method, &customer)?;
    }
    Ok(intent)
}

fn unexpected(intent: &Value, what: &str) -> Refusal {
    let status = intent.text("status");
    let told = format!("You cannot {what} this PaymentIntent because it has a status of {status}.");
    Refusal::invalid(told)
        .code("payment_intent_unexpected_state")
        .with("payment_intent", crate::json::shown(intent))
}

pub(crate) fn change(state: &mut State, params: &Params, id: &str) -> Answer {
    let mut intent = state.get("payment_intent", id)?;
    params.merge("metadata", &mut intent["metadata"]);
    if let Some(text) = params.text("description") {
        intent["description"] = or_null(text);
    }
    state.keep(intent.clone());
    answered(state, &intent, &params.expand())
}

pub(crate) fn cancel(state: &mut State, params: &Params, id: &str) -> Answer {
    let mut intent = state.get("payment_intent", id)?;
    if ["succeeded", "canceled"].contains(&intent.text("status")) {
        return Err(unexpected(&intent, "cancel"));
    }
    if !intent.text("_invoice").is_empty() {
        let told = "The PaymentIntent of an invoice is canceled by voiding the invoice.";
        return Err(Refusal::invalid(told));
    }
    let reason = params.text("cancellation_reason").unwrap_or_default();
    intent["cancellation_reason"] = or_null(reason);
    let intent = canceled(state, intent);
    answered(state, &intent, &params.expand())
}

pub(crate) fn canceled(state: &mut State, mut intent: Value) -> Value {
    intent["status"] = json!("canceled");
    intent["canceled_at"] = json!(state.now);
    intent["next_action"] = Value::Null;
    state.keep(intent.clone());
    state.tell("payment_intent.canceled", &intent, None);
    intent
}

pub(crate) fn list(state: &State, params: &Params) -> Answer {
    let rows = matching(state, params, "payment_intent", &[("customer", "customer")]);
    page(state, params, "/v1/payment_intents", rows)
}
