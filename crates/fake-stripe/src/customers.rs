//! Customers and their payment methods.
//!
//! Owns: `/v1/customers`, `/v1/payment_methods`, `/v1/setup_intents`. Never charges.
//! Read next: `cards`, `checkout`.

use serde_json::{Value, json};

use crate::cards;
use crate::expand::answered;
use crate::form::Params;
use crate::invoicing::outcome;
use crate::json::{Reading, or_null};
use crate::list::{matching, page};
use crate::refusal::Refusal;
use crate::state::State;

type Answer = Result<Value, Refusal>;

pub(crate) fn make(state: &mut State, params: &Params) -> Answer {
    let id = state.id("cus");
    let blank = json!({
        "id": id,
        "object": "customer",
        "address": null,
        "balance": 0,
        "created": state.now,
        "currency": null,
        "default_source": null,
        "delinquent": false,
        "description": null,
        "email": null,
        "invoice_prefix": id.get(4..12).unwrap_or_default().to_uppercase(),
        "invoice_settings": {"custom_fields": null, "default_payment_method": null,
            "footer": null, "rendering_options": null},
        "livemode": false,
        "metadata": {},
        "name": null,
        "next_invoice_sequence": 1,
        "phone": null,
        "preferred_locales": [],
        "shipping": null,
        "tax_exempt": "none",
        "test_clock": null,
    });
    let mut customer = filled(params, blank)?;
    if let Some(method) = params.text("payment_method") {
        state.keep(customer.clone());
        let method = cards::method_of(state, method)?;
        cards::attach(state, method, &id)?;
    }
    set_default(state, params, &mut customer)?;
    let customer = state.create("customer.created", customer);
    answered(state, &customer, &params.expand())
}

pub(crate) fn change(state: &mut State, params: &Params, id: &str) -> Answer {
    let customer = state.get("customer", id)?;
    let mut customer = filled(params, customer)?;
    set_default(state, params, &mut customer)?;
    let before = state.get("customer", id)?;
    state.update("customer.updated", customer.clone());
    let card = "invoice_settings.default_payment_method";
    if before.text(card) != customer.text(card) {
        outcome::new_card(state, id);
    }
    let customer = state.get("customer", id)?;
    answered(state, &customer, &params.expand())
}

fn filled(params: &Params, mut customer: Value) -> Answer {
    for name in ["description", "email", "name", "phone"] {
        if let Some(text) = params.text(name) {
            customer[name] = or_null(text);
        }
    }
    if let Some(balance) = params.int("balance")? {
        customer["balance"] = json!(balance);
    }
    params.merge("metadata", &mut customer["metadata"]);
    params.keep(&["preferred_locales", "address", "tax_exempt"]);
    Ok(customer)
}

fn set_default(state: &State, params: &Params, customer: &mut Value) -> Result<(), Refusal> {
    let Some(id) = params.text("invoice_settings.default_payment_method") else { return Ok(()) };
    if !id.is_empty() {
        let method = state.get("payment_method", id)?;
        if method.text("customer") != customer.text("id") {
            let told = format!("The customer does not have a payment method with the ID {id}.");
            let param = "invoice_settings[default_payment_method]";
            return Err(Refusal::invalid(told).code("resource_missing").param(param));
        }
    }
    customer["invoice_settings"]["default_payment_method"] = or_null(id);
    Ok(())
}

pub(crate) fn delete(state: &mut State, id: &str) -> Answer {
    let customer = state.get("customer", id)?;
    for subscription in state.of("subscription", "customer", id) {
        if !["canceled", "incomplete_expired"].contains(&subscription.text("status")) {
            crate::subscriptions::end(state, subscription, "cancellation_requested");
        }
    }
    state.remove("customer.deleted", &customer);
    let gone = json!({"id": id, "object": "customer", "deleted": true});
    // Whoever asks for it by its id is told that it is gone; it is in no list any more.
    state.keep(json!({"id": id, "object": "deleted_customer"}));
    Ok(gone)
}

pub(crate) fn one(state: &State, params: &Params, id: &str) -> Answer {
    if state.find(id).is_some_and(|found| found.text("object") == "deleted_customer") {
        return Ok(json!({"id": id, "object": "customer", "deleted": true}));
    }
    let customer = state.get("customer", id)?;
    answered(state, &customer, &params.expand())
}

pub(crate) fn list(state: &State, params: &Params) -> Answer {
    page(state, params, "/v1/customers", matching(state, params, "customer", &[("email", "email")]))
}

/// `metadata['organization']:'…'` and `email:'…'`, joined by `AND`.
pub(crate) fn search(state: &State, params: &Params) -> Answer {
    let query = params.need("query")?;
    let limit = usize::try_from(params.int("limit")?.unwrap_or(10)).unwrap_or(10);
    let mut rows: Vec<Value> = state.all("customer").into_iter().cloned().collect();
    for clause in query.split(" AND ") {
        let cannot = || Refusal::bad("query", clause);
        let (field, wanted) = clause.trim().split_once(':').ok_or_else(cannot)?;
        let wanted = wanted.trim_matches(|char| char == '\'' || char == '"').to_owned();
        let path = match field.strip_prefix("metadata[") {
            Some(rest) => format!(
                "metadata.{}",
                rest.trim_end_matches(']').trim_matches(|char| char == '\'' || char == '"')
            ),
            None if ["email", "name"].contains(&field) => field.to_owned(),
            None => return Err(cannot()),
        };
        rows.retain(|row| row.text(&path) == wanted);
    }
    // What was made within the index's delay is not found yet.
    rows.retain(|row| row.int("created") + state.options.search_lag <= state.now);
    rows.reverse();
    let more = rows.len() > limit;
    rows.truncate(limit);
    let url = "/v1/customers/search";
    let found = json!({"object": "search_result", "data": rows, "has_more": more,
        "next_page": null, "url": url});
    answered(state, &found, &params.expand())
}

pub(crate) fn make_method(state: &mut State, params: &Params) -> Answer {
    params.word("type", &["card"])?;
    let named = if params.has("card.token") { "card.token" } else { "card.number" };
    let name = params.need(named)?.replace(' ', "");
    params.keep(&["card.exp_month", "card.exp_year", "card.cvc", "billing_details"]);
    let Some(card) = cards::known(&name) else {
        let told = "Your card number is incorrect.";
        return Err(Refusal::card("incorrect_number", None, told).param("number"));
    };
    let mut method = cards::method(state, card.token)?;
    params.merge("metadata", &mut method["metadata"]);
    state.keep(method.clone());
    answered(state, &method, &params.expand())
}

pub(crate) fn attach(state: &mut State, params: &Params, id: &str) -> Answer {
    let customer = params.need("customer")?;
    state.get("customer", customer)?;
    let method = cards::method_of(state, id)?;
    let method = cards::attach(state, method, customer)?;
    answered(state, &method, &params.expand())
}

pub(crate) fn detach(state: &mut State, params: &Params, id: &str) -> Answer {
    let mut method = state.get("payment_method", id)?;
    let owner = method.text("customer").to_owned();
    if let Ok(mut customer) = state.get("customer", &owner)
        && customer.text("invoice_settings.default_payment_method") == id
    {
        customer["invoice_settings"]["default_payment_method"] = Value::Null;
        state.update("customer.updated", customer);
    }
    method["customer"] = Value::Null;
    method["_detached"] = json!(true);
    state.keep(method.clone());
    state.tell("payment_method.detached", &method, Some(json!({"customer": owner})));
    answered(state, &method, &params.expand())
}

pub(crate) fn methods(state: &State, params: &Params, customer: Option<&str>) -> Answer {
    params.word("type", &["card"])?;
    let mut rows = matching(state, params, "payment_method", &[("customer", "customer")]);
    rows.retain(|row| !row.text("customer").is_empty());
    if let Some(customer) = customer {
        rows.retain(|row| row.text("customer") == customer);
    }
    page(state, params, "/v1/payment_methods", rows)
}

/// A setup intent that waits for the person on a page.
pub(crate) fn open_setup(state: &mut State, customer: &str, metadata: Value) -> Value {
    let id = state.id("seti");
    let secret = format!("{id}_secret_{}", state.id("s"));
    let setup = json!({
        "id": id,
        "object": "setup_intent",
        "application": null,
        "cancellation_reason": null,
        "client_secret": secret,
        "created": state.now,
        "customer": or_null(customer),
        "description": null,
        "last_setup_error": null,
        "latest_attempt": null,
        "livemode": false,
        "metadata": metadata,
        "next_action": null,
        "payment_method": null,
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "usage": "off_session",
    });
    state.create("setup_intent.created", setup)
}
