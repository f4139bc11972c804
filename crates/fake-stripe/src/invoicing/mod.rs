//! The life of an invoice: draft, open, paid or void.
//!
//! Owns: drafting, finalizing with the customer's balance, collecting, voiding. What a payment
//! does to a subscription is in `outcome`; the routes are in `wire`. Read next: `lines`.

pub(crate) mod items;
pub(crate) mod lines;
pub(crate) mod outcome;
pub(crate) mod wire;

use serde_json::{Value, json};

use crate::cards;
use crate::collect::{self, Person, Wanted};
use crate::json::{Reading, or_null};
use crate::refusal::Refusal;
use crate::state::State;

/// What an invoice begins with.
pub(crate) struct Draft<'a> {
    pub customer: &'a str,
    /// Null for an invoice of its own.
    pub subscription: &'a Value,
    pub reason: &'a str,
    pub currency: &'a str,
    pub lines: Vec<Value>,
    /// Where the invoice's own period begins; it ends now.
    pub since: i64,
}

/// The object of an invoice that nobody knows yet.
pub(crate) fn blank(state: &State, id: &str, draft: &Draft<'_>) -> Value {
    let customer = state.find(draft.customer).cloned().unwrap_or(Value::Null);
    let total = draft.lines.iter().map(|line| line.int("amount")).sum::<i64>();
    let parent = match draft.subscription.text("id") {
        "" => Value::Null,
        subscription => json!({
            "quote_details": null,
            "subscription_details": {"metadata": draft.subscription["metadata"],
                "subscription": subscription, "subscription_proration_date": null},
            "type": "subscription_details",
        }),
    };
    let mut lines = draft.lines.clone();
    for line in &mut lines {
        line["invoice"] = json!(id);
    }
    let url = format!("/v1/invoices/{id}/lines");
    let count = lines.len();
    let mut invoice = json!({
        "id": id, "object": "invoice", "account_country": "US", "account_name": "Fake",
        "account_tax_ids": null, "amount_due": total.max(0), "amount_overpaid": 0,
        "amount_paid": 0, "amount_remaining": total.max(0), "amount_shipping": 0,
        "application": null, "attempt_count": 0, "attempted": false, "auto_advance": true,
        "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null,
            "provider": null, "status": null},
        "automatically_finalizes_at": null, "billing_reason": draft.reason,
        "collection_method": "charge_automatically", "created": state.now,
        "currency": draft.currency, "custom_fields": null, "customer": draft.customer,
        "customer_email": customer["email"], "customer_name": customer["name"],
        "default_payment_method": null, "default_source": null, "default_tax_rates": [],
        "description": null, "discounts": [], "due_date": null, "effective_at": null,
        "ending_balance": null, "footer": null, "from_invoice": null,
        "hosted_invoice_url": null, "invoice_pdf": null,
        "issuer": {"type": "self"}, "last_finalization_error": null, "latest_revision": null,
        "lines": {"object": "list", "data": lines, "has_more": false, "total_count": count,
            "url": url},
        "livemode": false, "metadata": {}, "next_payment_attempt": null, "number": null,
        "on_behalf_of": null, "parent": parent,
        "payment_settings": {"default_mandate": null, "payment_method_options": null,
            "payment_method_types": null},
    });
    let rest = json!({
        "period_end": state.now, "period_start": draft.since,
        "post_payment_credit_notes_amount": 0, "pre_payment_credit_notes_amount": 0,
        "receipt_number": null, "rendering": null, "shipping_cost": null,
        "shipping_details": null, "starting_balance": customer.int("balance"),
        "statement_descriptor": null, "status": "draft",
        "status_transitions": {"finalized_at": null, "marked_uncollectible_at": null,
            "paid_at": null, "voided_at": null},
        "subtotal": total, "subtotal_excluding_tax": total, "test_clock": null, "total": total,
        "total_discount_amounts": [], "total_excluding_tax": total,
        "total_pretax_credit_amounts": [], "total_taxes": [], "webhooks_delivered_at": null,
    });
    if let (Some(members), Some(rest)) = (invoice.as_object_mut(), rest.as_object()) {
        members.extend(rest.clone());
    }
    balanced(state, &mut invoice);
    invoice
}

/// A new draft, told.
pub(crate) fn draft(state: &mut State, draft: &Draft<'_>) -> Value {
    let id = state.id("in");
    let invoice = blank(state, &id, draft);
    state.create("invoice.created", invoice)
}

/// Counts the customer's balance in: a credit lowers what is due, a debt raises it.
pub(crate) fn balanced(state: &State, invoice: &mut Value) {
    let balance = state.find(invoice.text("customer")).map_or(0, |one| one.int("balance"));
    let total = invoice.rows("lines.data").iter().map(|line| line.int("amount")).sum::<i64>();
    let due = (total + balance).max(0);
    let carried = due < state.options.minimum_charge;
    let due = if carried { 0 } else { due };
    for name in ["subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax"] {
        invoice[name] = json!(total);
    }
    invoice["starting_balance"] = json!(balance);
    invoice["amount_due"] = json!(due);
    invoice["amount_remaining"] = json!(due);
    invoice["_ending_balance"] = json!(total + balance - due);
}

/// Makes a draft final: it is open, or paid where nothing is due.
pub(crate) fn finalize(state: &mut State, invoice: &Value) -> Value {
    let id = invoice.text("id").to_owned();
    let mut invoice = invoice.clone();
    balanced(state, &mut invoice);
    let mut customer = state.find(invoice.text("customer")).cloned().unwrap_or(Value::Null);
    let number = customer.int("next_invoice_sequence");
    invoice["number"] = json!(format!("{}-{number:04}", customer.text("invoice_prefix")));
    invoice["ending_balance"] = invoice["_ending_balance"].clone();
    invoice["status"] = json!("open");
    invoice["automatically_finalizes_at"] = Value::Null;
    invoice["effective_at"] = json!(state.now);
    invoice["status_transitions"]["finalized_at"] = json!(state.now);
    invoice["hosted_invoice_url"] = json!(format!("{}/_invoice/{id}", state.base_url));
    invoice["invoice_pdf"] = json!(format!("{}/_invoice/{id}/pdf", state.base_url));
    customer["next_invoice_sequence"] = json!(number + 1);
    let moved = customer["balance"] != invoice["ending_balance"];
    customer["balance"] = invoice["ending_balance"].clone();
    customer["currency"] = invoice["currency"].clone();
    if moved {
        state.update("customer.updated", customer)
    } else {
        state.keep(customer)
    }
    let due = invoice.int("amount_due");
    if due > 0 {
        open_payment(state, &invoice, due);
    }
    state.update("invoice.updated", invoice.clone());
    state.tell("invoice.finalized", &invoice, None);
    if due == 0 {
        outcome::paid(state, &id);
    }
    state.find(&id).cloned().unwrap_or(invoice)
}

fn open_payment(state: &mut State, invoice: &Value, due: i64) {
    let wanted = Wanted {
        amount: due,
        currency: invoice.text("currency"),
        customer: invoice.text("customer"),
        description: match invoice.text("billing_reason") {
            "subscription_create" => "Subscription creation",
            "manual" => "Payment for Invoice",
            _ => "Subscription update",
        },
        metadata: Value::Null,
        invoice: invoice.text("id"),
    };
    let intent = collect::open(state, &wanted);
    let id = state.id("inpay");
    state.keep(json!({
        "id": id,
        "object": "invoice_payment",
        "amount_paid": null,
        "amount_requested": due,
        "created": state.now,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": true,
        "livemode": false,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": null, "paid_at": null},
    }));
}

/// Tries to have an open invoice paid, with the method named or the one that pays. The invoice's
/// state tells what came of it; None: there is no card.
pub(crate) fn collect_now(
    state: &mut State,
    id: &str,
    method: Option<Value>,
    person: Person,
) -> Option<Value> {
    let mut invoice = state.find(id)?.clone();
    let intent = collect::intent_of(state, id)?;
    let own = state.find(invoice.text("default_payment_method")).cloned();
    let subscription = invoice.text("parent.subscription_details.subscription").to_owned();
    let method =
        method.or(own).or_else(|| cards::payer_of(state, invoice.text("customer"), &subscription));
    invoice["attempted"] = json!(true);
    invoice["attempt_count"] = json!(invoice.int("attempt_count") + 1);
    state.keep(invoice);
    match method {
        Some(method) => Some(collect::attempt(state, intent, &method, person)),
        None => {
            outcome::failed(state, id);
            None
        }
    }
}

/// An open invoice that will never be paid.
pub(crate) fn void(state: &mut State, id: &str) -> Result<Value, Refusal> {
    let mut invoice = state.get("invoice", id)?;
    if !["open", "uncollectible"].contains(&invoice.text("status")) {
        let told = format!(
            "You can only pass in open invoices. This invoice is {}.",
            invoice.text("status")
        );
        return Err(Refusal::invalid(told).code("invoice_not_editable"));
    }
    if let Some(intent) = collect::intent_of(state, id) {
        crate::intents::canceled(state, intent);
    }
    for mut payment in state.of("invoice_payment", "invoice", id) {
        payment["status"] = json!("canceled");
        payment["status_transitions"]["canceled_at"] = json!(state.now);
        state.keep(payment);
    }
    invoice["status"] = json!("void");
    invoice["auto_advance"] = json!(false);
    invoice["next_payment_attempt"] = Value::Null;
    invoice["status_transitions"]["voided_at"] = json!(state.now);
    state.update("invoice.updated", invoice.clone());
    state.tell("invoice.voided", &invoice, None);
    outcome::voided(state, &invoice);
    Ok(invoice)
}

/// The person on the hosted page of an open invoice: with a card of theirs, or a new one.
pub(crate) fn pay_page(
    state: &mut State,
    id: &str,
    card: Option<&str>,
    confirms: bool,
) -> Result<Value, Refusal> {
    let invoice = state.get("invoice", id)?;
    if invoice.text("status") != "open" {
        return Err(Refusal::invalid("This invoice is not open."));
    }
    let method = card.map(|card| cards::method_of(state, card)).transpose()?;
    let waiting = collect::intent_of(state, id).unwrap_or(Value::Null);
    let intent = if card.is_none() && waiting.text("status") == "requires_action" {
        waiting
    } else {
        let tried = collect_now(state, id, method.clone(), Person::Later);
        tried.ok_or_else(|| Refusal::invalid("There is no card to pay this invoice with."))?
    };
    let intent = match intent.text("status") {
        "requires_action" => collect::bank(state, intent.text("id"), confirms)?,
        _ => intent,
    };
    if intent.text("status") != "succeeded" {
        return Err(collect::declined(&intent));
    }
    if let Some(method) = method {
        let method = state.get("payment_method", method.text("id"))?;
        let customer = or_null(invoice.text("customer"));
        cards::attach(state, method, customer.as_str().unwrap_or_default())?;
    }
    state.get("invoice", id)
}
