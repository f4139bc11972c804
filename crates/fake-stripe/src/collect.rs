//! Charging a card for a payment intent.
//!
//! Owns: what becomes of an intent and its charge when the card pays, declines, or its bank wants
//! the person. What an invoice makes of it is in `invoicing`. Read next: `cards`, `intents`.

use serde_json::{Value, json};

use crate::cards::{self, Does};
use crate::invoicing::outcome;
use crate::json::{Reading, or_null};
use crate::refusal::Refusal;
use crate::state::State;

/// What a new intent is for.
#[derive(Default)]
pub(crate) struct Wanted<'a> {
    pub amount: i64,
    pub currency: &'a str,
    pub customer: &'a str,
    pub description: &'a str,
    pub metadata: Value,
    /// The invoice that it pays, if any.
    pub invoice: &'a str,
}

/// A new intent that waits for a card.
pub(crate) fn open(state: &mut State, wanted: &Wanted<'_>) -> Value {
    let id = state.id("pi");
    let secret = format!("{id}_secret_{}", state.id("s"));
    let metadata = if wanted.metadata.is_object() { wanted.metadata.clone() } else { json!({}) };
    let intent = json!({
        "id": id,
        "object": "payment_intent",
        "amount": wanted.amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": null,
        "application_fee_amount": null,
        "automatic_payment_methods": null,
        "canceled_at": null,
        "cancellation_reason": null,
        "capture_method": "automatic",
        "client_secret": secret,
        "confirmation_method": "automatic",
        "created": state.now,
        "currency": wanted.currency,
        "customer": or_null(wanted.customer),
        "description": or_null(wanted.description),
        "last_payment_error": null,
        "latest_charge": null,
        "livemode": false,
        "metadata": metadata,
        "next_action": null,
        "on_behalf_of": null,
        "payment_method": null,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "processing": null,
        "receipt_email": null,
        "setup_future_usage": null,
        "shipping": null,
        "statement_descriptor": null,
        "statement_descriptor_suffix": null,
        "status": "requires_payment_method",
        "transfer_data": null,
        "transfer_group": null,
        "_invoice": wanted.invoice,
    });
    state.create("payment_intent.created", intent)
}

/// The intent of an invoice, if it has one.
pub(crate) fn intent_of(state: &State, invoice: &str) -> Option<Value> {
    state.of("payment_intent", "_invoice", invoice).pop()
}

/// How the person can be reached while the card is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Person {
    /// Not at all: what needs them is a decline.
    Away,
    /// The payment waits for them.
    Later,
}

/// Charges the card. The intent is answered as it is then: `succeeded`, `requires_action`, or
/// `requires_payment_method` with its `last_payment_error`.
pub(crate) fn attempt(state: &mut State, intent: Value, method: &Value, person: Person) -> Value {
    let mut intent = intent;
    intent["payment_method"] = json!(method.text("id"));
    intent["next_action"] = Value::Null;
    match cards::does(method) {
        Does::Pays | Does::Disputes | Does::Inquires => succeed(state, intent),
        Does::Declines(code, decline, told) => {
            fail(state, intent, &Decline { code, decline: Some(decline), told })
        }
        Does::AsksAlways | Does::AsksOnce if person == Person::Away => {
            let told = "Your card was declined. This transaction requires authentication.";
            let code = "authentication_required";
            fail(state, intent, &Decline { code, decline: Some(code), told })
        }
        Does::AsksAlways | Does::AsksOnce => wait(state, intent),
    }
}

fn wait(state: &mut State, mut intent: Value) -> Value {
    let url = format!("{}/_bank/{}", state.base_url, intent.text("id"));
    intent["status"] = json!("requires_action");
    intent["last_payment_error"] = Value::Null;
    intent["next_action"] = json!({
        "type": "redirect_to_url",
        "redirect_to_url": {"return_url": or_null(intent.text("_return_url")), "url": url},
    });
    state.keep(intent.clone());
    state.tell("payment_intent.requires_action", &intent, None);
    outcome::waits(state, intent.text("_invoice"));
    intent
}

/// The person at the bank's page: confirms or refuses.
pub(crate) fn bank(state: &mut State, id: &str, confirms: bool) -> Result<Value, Refusal> {
    let intent = state.get("payment_intent", id)?;
    if intent.text("status") != "requires_action" {
        let told = format!("This PaymentIntent's status is {}.", intent.text("status"));
        return Err(Refusal::invalid(told).code("payment_intent_unexpected_state"));
    }
    if confirms {
        if let Ok(mut method) = state.get("payment_method", intent.text("payment_method")) {
            method["_confirmed"] = json!(true);
            state.keep(method);
        }
        return Ok(succeed(state, intent));
    }
    let told = "We are unable to authenticate your payment method. Please choose a different \
        payment method and try again.";
    let code = "payment_intent_authentication_failure";
    Ok(fail(state, intent, &Decline { code, decline: None, told }))
}

fn succeed(state: &mut State, mut intent: Value) -> Value {
    let charge = charge(state, &intent, None);
    intent["status"] = json!("succeeded");
    intent["amount_received"] = intent["amount"].clone();
    intent["last_payment_error"] = Value::Null;
    intent["next_action"] = Value::Null;
    intent["latest_charge"] = charge["id"].clone();
    state.keep(intent.clone());
    state.tell("charge.succeeded", &charge, None);
    state.tell("payment_intent.succeeded", &intent, None);
    outcome::paid(state, intent.text("_invoice"));
    let method = state.find(intent.text("payment_method")).cloned().unwrap_or(Value::Null);
    match cards::does(&method) {
        Does::Disputes => drop(crate::disputes::open(state, charge.text("id"), false, None)),
        Does::Inquires => drop(crate::disputes::open(state, charge.text("id"), true, None)),
        _ => {}
    }
    intent
}

struct Decline<'a> {
    code: &'a str,
    decline: Option<&'a str>,
    told: &'a str,
}

fn fail(state: &mut State, mut intent: Value, decline: &Decline<'_>) -> Value {
    let charge = charge(state, &intent, Some(decline));
    let method = state.find(intent.text("payment_method")).map(crate::json::shown);
    let mut error = Refusal::card(decline.code, decline.decline, decline.told).error;
    error["charge"] = charge["id"].clone();
    error["payment_method"] = method.unwrap_or(Value::Null);
    intent["status"] = json!("requires_payment_method");
    intent["last_payment_error"] = error;
    intent["latest_charge"] = charge["id"].clone();
    intent["payment_method"] = Value::Null;
    intent["next_action"] = Value::Null;
    state.keep(intent.clone());
    state.tell("charge.failed", &charge, None);
    state.tell("payment_intent.payment_failed", &intent, None);
    outcome::failed(state, intent.text("_invoice"));
    intent
}

/// The error of a request whose card did not pay; the intent stays.
pub(crate) fn declined(intent: &Value) -> Refusal {
    let last = intent.at("last_payment_error");
    let decline = Some(last.text("decline_code")).filter(|code| !code.is_empty());
    let mut refusal = Refusal::card(last.text("code"), decline, last.text("message"));
    refusal.error["charge"] = last["charge"].clone();
    refusal.error["payment_method"] = last["payment_method"].clone();
    refusal.with("payment_intent", crate::json::shown(intent)).staying()
}

fn charge(state: &mut State, intent: &Value, decline: Option<&Decline<'_>>) -> Value {
    let id = state.id("ch");
    let paid = decline.is_none();
    let method = state.find(intent.text("payment_method")).cloned().unwrap_or(Value::Null);
    let outcome = json!({
        "network_status": if paid { "approved_by_network" } else { "declined_by_network" },
        "reason": decline.map(|decline| decline.decline.unwrap_or(decline.code)),
        "risk_level": "normal",
        "seller_message": if paid { "Payment complete." } else { "The bank did not approve." },
        "type": if paid { "authorized" } else { "issuer_declined" },
    });
    let charge = json!({
        "id": id,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": if paid { intent.int("amount") } else { 0 },
        "amount_refunded": 0,
        "balance_transaction": null,
        "billing_details": method["billing_details"],
        "captured": paid,
        "created": state.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": false,
        "failure_balance_transaction": null,
        "failure_code": decline.map(|decline| decline.code),
        "failure_message": decline.map(|decline| decline.told),
        "fraud_details": {},
        "livemode": false,
        "metadata": intent["metadata"],
        "outcome": outcome,
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"card": method["card"], "type": "card"},
        "receipt_email": null,
        "receipt_number": null,
        "receipt_url": paid.then(|| format!("{}/_receipt/{id}", state.base_url)),
        "refunded": false,
        "shipping": null,
        "status": if paid { "succeeded" } else { "failed" },
    });
    state.keep(charge.clone());
    charge
}
