//! What a payment, or its failing, does to an invoice and its subscription.
//!
//! Owns: paid, failed, the bank waits, void; past due, active, and updates that waited for the
//! money. Never charges. Read next: `crate::subscriptions`.

use serde_json::{Value, json};

use crate::collect::Person;
use crate::json::Reading;
use crate::state::State;
use crate::subscriptions;

/// The invoice is paid; an empty id is nobody's.
pub(crate) fn paid(state: &mut State, id: &str) {
    let Some(mut invoice) = state.find(id).cloned() else { return };
    for mut payment in state.of("invoice_payment", "invoice", id) {
        payment["status"] = json!("paid");
        payment["amount_paid"] = payment["amount_requested"].clone();
        payment["status_transitions"]["paid_at"] = json!(state.now);
        state.keep(payment.clone());
        state.tell("invoice_payment.paid", &payment, None);
    }
    invoice["status"] = json!("paid");
    invoice["attempted"] = json!(true);
    invoice["amount_paid"] = invoice["amount_due"].clone();
    invoice["amount_remaining"] = json!(0);
    invoice["next_payment_attempt"] = Value::Null;
    invoice["status_transitions"]["paid_at"] = json!(state.now);
    state.update("invoice.updated", invoice.clone());
    state.tell("invoice.paid", &invoice, None);
    state.tell("invoice.payment_succeeded", &invoice, None);
    if let Some(subscription) = subscription_of(state, &invoice) {
        if subscription.text("pending_update._invoice") == id {
            subscriptions::change::apply_pending(state, subscription);
        } else {
            settled(state, subscription, &invoice);
        }
    }
    set_delinquent(state, &invoice, false);
}

fn subscription_of(state: &State, invoice: &Value) -> Option<Value> {
    state.find(invoice.text("parent.subscription_details.subscription")).cloned()
}

/// Nothing is owed any more for the latest invoice: the subscription goes on.
fn settled(state: &mut State, mut subscription: Value, invoice: &Value) {
    let latest = subscription.text("latest_invoice") == invoice.text("id");
    if latest && ["incomplete", "past_due", "unpaid"].contains(&subscription.text("status")) {
        subscription["status"] = json!("active");
        state.update("customer.subscription.updated", subscription);
    }
}

fn set_delinquent(state: &mut State, invoice: &Value, delinquent: bool) {
    let Some(mut customer) = state.find(invoice.text("customer")).cloned() else { return };
    if customer.flag("delinquent") != delinquent {
        customer["delinquent"] = json!(delinquent);
        state.update("customer.updated", customer);
    }
}

/// The card did not pay.
pub(crate) fn failed(state: &mut State, id: &str) {
    let Some(invoice) = state.find(id).cloned() else { return };
    state.tell("invoice.payment_failed", &invoice, None);
    owed(state, &invoice);
}

/// The bank wants the person.
pub(crate) fn waits(state: &mut State, id: &str) {
    let Some(invoice) = state.find(id).cloned() else { return };
    state.tell("invoice.payment_action_required", &invoice, None);
    state.tell("invoice.payment_failed", &invoice, None);
    owed(state, &invoice);
}

fn owed(state: &mut State, invoice: &Value) {
    let Some(mut subscription) = subscription_of(state, invoice) else { return };
    // An update that waits for its money leaves everything else as it was.
    let waiting = invoice.flag("_waiting_update");
    if !waiting && subscription.text("status") == "active" {
        subscription["status"] = json!("past_due");
        state.update("customer.subscription.updated", subscription);
        set_delinquent(state, invoice, true);
    }
}

/// A void invoice: the update that waited for it is dropped, a subscription whose first invoice
/// it was never begins, another goes on.
pub(crate) fn voided(state: &mut State, invoice: &Value) {
    let Some(mut subscription) = subscription_of(state, invoice) else { return };
    if subscription.text("pending_update._invoice") == invoice.text("id") {
        subscriptions::change::drop_pending(state, subscription);
    } else if subscription.text("status") == "incomplete" {
        subscription["status"] = json!("incomplete_expired");
        subscription["ended_at"] = json!(state.now);
        state.update("customer.subscription.updated", subscription);
    } else {
        settled(state, subscription, invoice);
    }
}

/// A customer has another default card: where set so, it pays what renewals have left open.
pub(crate) fn new_card(state: &mut State, customer: &str) {
    if !state.options.new_card_pays {
        return;
    }
    for invoice in state.of("invoice", "customer", customer) {
        let renewal = invoice.text("billing_reason") == "subscription_cycle";
        if renewal && invoice.text("status") == "open" {
            super::collect_now(state, invoice.text("id"), None, Person::Later);
        }
    }
}
