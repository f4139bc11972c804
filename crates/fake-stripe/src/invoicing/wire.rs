//! Invoices on the wire.
//!
//! Owns: `/v1/invoices` and `/v1/invoice_payments`. Previews are in
//! `crate::subscriptions::preview`. Read next: `super`.

use serde_json::{Value, json};

use super::{Draft, draft, finalize, items};
use crate::catalog::currency;
use crate::collect::{self, Person};
use crate::expand::answered;
use crate::form::Params;
use crate::json::{Reading, or_null};
use crate::list::{matching, page};
use crate::refusal::Refusal;
use crate::state::State;

type Answer = Result<Value, Refusal>;

pub(crate) fn make(state: &mut State, params: &Params) -> Answer {
    let customer = params.need("customer")?;
    state.get("customer", customer)?;
    let words = ["exclude", "include"];
    let pending = params.word("pending_invoice_items_behavior", &words)?;
    let lines = match pending {
        Some("include") => items::pending(state, customer, ""),
        _ => Vec::new(),
    };
    params.word("collection_method", &["charge_automatically"])?;
    let currency = currency(params.text("currency").unwrap_or("usd"))?;
    let method = method_of(state, params, customer)?;
    let begun = Draft {
        customer,
        subscription: &Value::Null,
        reason: "manual",
        currency: &currency,
        lines,
        since: state.now,
    };
    let mut invoice = draft(state, &begun);
    items::taken(state, &invoice);
    invoice["auto_advance"] = json!(params.flag("auto_advance")?.unwrap_or(false));
    invoice["description"] = or_null(params.text("description").unwrap_or_default());
    invoice["default_payment_method"] = or_null(&method);
    params.merge("metadata", &mut invoice["metadata"]);
    retell(state, &invoice);
    answered(state, &invoice, &params.expand())
}

/// The event of its making is told again with all that the request says of it.
fn retell(state: &mut State, invoice: &Value) {
    state.keep(invoice.clone());
    state.events.pop();
    state.tell("invoice.created", invoice, None);
}

fn method_of(state: &State, params: &Params, customer: &str) -> Result<String, Refusal> {
    let id = params.text("default_payment_method").unwrap_or_default();
    if !id.is_empty() && state.get("payment_method", id)?.text("customer") != customer {
        return Err(Refusal::bad("default_payment_method", "not the customer's"));
    }
    Ok(id.to_owned())
}

pub(crate) fn change(state: &mut State, params: &Params, id: &str) -> Answer {
    let mut invoice = state.get("invoice", id)?;
    params.merge("metadata", &mut invoice["metadata"]);
    if let Some(text) = params.text("description") {
        invoice["description"] = or_null(text);
    }
    if let Some(flag) = params.flag("auto_advance")? {
        invoice["auto_advance"] = json!(flag);
    }
    if params.has("default_payment_method") {
        let customer = invoice.text("customer").to_owned();
        invoice["default_payment_method"] = or_null(&method_of(state, params, &customer)?);
    }
    state.update("invoice.updated", invoice.clone());
    answered(state, &invoice, &params.expand())
}

pub(crate) fn finalize_it(state: &mut State, params: &Params, id: &str) -> Answer {
    let mut invoice = state.get("invoice", id)?;
    if invoice.text("status") != "draft" {
        let told = "This invoice is already finalized, you can't re-finalize a non-draft invoice.";
        return Err(Refusal::invalid(told).code("invoice_not_editable"));
    }
    if let Some(flag) = params.flag("auto_advance")? {
        invoice["auto_advance"] = json!(flag);
    }
    let invoice = finalize(state, &invoice);
    answered(state, &invoice, &params.expand())
}

pub(crate) fn pay(state: &mut State, params: &Params, id: &str) -> Answer {
    let mut invoice = state.get("invoice", id)?;
    if invoice.text("status") == "draft" {
        invoice = finalize(state, &invoice);
    } else if invoice.text("status") == "paid" {
        let told = "Invoice is already paid";
        return Err(Refusal::invalid(told).code("invoice_already_paid"));
    } else if invoice.text("status") != "open" {
        return Err(Refusal::invalid("This invoice can no longer be paid."));
    }
    let person = match params.flag("off_session")? {
        Some(false) => Person::Later,
        _ => Person::Away,
    };
    let method = match params.text("payment_method") {
        Some(method) => Some(state.get("payment_method", method)?),
        None => None,
    };
    if invoice.text("status") == "open" {
        let Some(intent) = super::collect_now(state, id, method, person) else {
            let told = "There is no `default_payment_method` set on this Customer or Invoice.";
            return Err(Refusal::invalid(told).code("missing").staying());
        };
        match intent.text("status") {
            "succeeded" => {}
            "requires_action" => {
                let told = "Payment for this invoice requires additional user action.";
                let code = "invoice_payment_intent_requires_action";
                let told = Refusal::card(code, None, told).staying();
                return Err(told.with("payment_intent", crate::json::shown(&intent)));
            }
            _ => return Err(collect::declined(&intent)),
        }
    }
    let invoice = state.get("invoice", id)?;
    answered(state, &invoice, &params.expand())
}

pub(crate) fn void(state: &mut State, params: &Params, id: &str) -> Answer {
    let invoice = super::void(state, id)?;
    answered(state, &invoice, &params.expand())
}

pub(crate) fn mark_uncollectible(state: &mut State, params: &Params, id: &str) -> Answer {
    let mut invoice = state.get("invoice", id)?;
    if invoice.text("status") != "open" {
        return Err(Refusal::invalid("You can only pass in open invoices."));
    }
    invoice["status"] = json!("uncollectible");
    invoice["auto_advance"] = json!(false);
    invoice["next_payment_attempt"] = Value::Null;
    invoice["status_transitions"]["marked_uncollectible_at"] = json!(state.now);
    state.update("invoice.updated", invoice.clone());
    state.tell("invoice.marked_uncollectible", &invoice, None);
    super::outcome::voided(state, &invoice);
    answered(state, &invoice, &params.expand())
}

pub(crate) fn delete(state: &mut State, id: &str) -> Answer {
    let invoice = state.get("invoice", id)?;
    if invoice.text("status") != "draft" {
        return Err(Refusal::invalid("You can only delete draft invoices."));
    }
    state.remove("invoice.deleted", &invoice);
    Ok(json!({"id": id, "object": "invoice", "deleted": true}))
}

pub(crate) fn list(state: &State, params: &Params) -> Answer {
    let asked = [
        ("customer", "customer"),
        ("status", "status"),
        ("subscription", "parent.subscription_details.subscription"),
        ("collection_method", "collection_method"),
    ];
    page(state, params, "/v1/invoices", matching(state, params, "invoice", &asked))
}

pub(crate) fn lines(state: &State, params: &Params, id: &str) -> Answer {
    let invoice = state.get("invoice", id)?;
    let mut rows = invoice.rows("lines.data").to_vec();
    // A list of lines is told from the first one on.
    rows.reverse();
    page(state, params, &format!("/v1/invoices/{id}/lines"), rows)
}

pub(crate) fn payments(state: &State, params: &Params) -> Answer {
    let asked = [
        ("invoice", "invoice"),
        ("status", "status"),
        ("payment.type", "payment.type"),
        ("payment.payment_intent", "payment.payment_intent"),
    ];
    let rows = matching(state, params, "invoice_payment", &asked);
    page(state, params, "/v1/invoice_payments", rows)
}
