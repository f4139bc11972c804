//! Invoice items: lines that are made by themselves.
//!
//! Owns: `/v1/invoiceitems`, and picking the pending ones up. Read next: `super::wire`.

use serde_json::{Value, json};

use super::{balanced, lines};
use crate::catalog::currency;
use crate::expand::answered;
use crate::form::Params;
use crate::json::Reading;
use crate::list::{matching, page};
use crate::refusal::Refusal;
use crate::state::State;

pub(crate) fn make(state: &mut State, params: &Params) -> Result<Value, Refusal> {
    let customer = params.need("customer")?;
    state.get("customer", customer)?;
    let amount = params.int("amount")?.ok_or_else(|| Refusal::missing("amount"))?;
    let mut metadata = json!({});
    params.merge("metadata", &mut metadata);
    let currency = currency(params.need("currency")?)?;
    let id = state.id("ii");
    let item = json!({
        "id": id,
        "object": "invoiceitem",
        "amount": amount,
        "currency": currency,
        "customer": customer,
        "date": state.now,
        "description": params.text("description"),
        "discountable": true,
        "discounts": [],
        "invoice": null,
        "livemode": false,
        "metadata": metadata,
        "net_amount": amount,
        "parent": null,
        "period": {"end": state.now, "start": state.now},
        "pricing": null,
        "proration": false,
        "quantity": 1,
        "quantity_decimal": "1",
        "tax_rates": [],
    });
    let mut item = state.create("invoiceitem.created", item);
    if let Some(invoice) = params.text("invoice") {
        let invoice = state.get("invoice", invoice)?;
        if invoice.text("customer") != customer || invoice.text("currency") != currency {
            return Err(Refusal::bad("invoice", "another customer's, or in another currency"));
        }
        item = into_invoice(state, item, invoice)?;
    }
    answered(state, &item, &params.expand())
}

fn into_invoice(state: &mut State, mut item: Value, mut invoice: Value) -> Result<Value, Refusal> {
    if invoice.text("status") != "draft" {
        let told = "You can't add invoice items to an invoice that is not a draft.";
        return Err(Refusal::invalid(told).code("invoice_not_editable"));
    }
    let mut line = lines::of_item(state, &item);
    line["invoice"] = invoice["id"].clone();
    if let Some(rows) = invoice["lines"]["data"].as_array_mut() {
        rows.push(line);
    }
    invoice["lines"]["total_count"] = json!(invoice.rows("lines.data").len());
    balanced(state, &mut invoice);
    item["invoice"] = invoice["id"].clone();
    state.keep(item.clone());
    state.update("invoice.updated", invoice);
    Ok(item)
}

/// A pending item out of a proration line, for the next invoice of its subscription.
pub(crate) fn postpone(state: &mut State, customer: &str, line: &Value) {
    let id = state.id("ii");
    let item = json!({
        "id": id, "object": "invoiceitem", "amount": line["amount"],
        "currency": line["currency"], "customer": customer, "date": state.now,
        "description": line["description"], "discountable": false, "discounts": [],
        "invoice": null, "livemode": false, "metadata": line["metadata"],
        "net_amount": line["amount"],
        "parent": {"subscription_details": {"subscription": line["subscription"],
            "subscription_item": null}, "type": "subscription_details"},
        "period": line["period"], "pricing": line["pricing"], "proration": true, "quantity": 1,
        "quantity_decimal": "1", "tax_rates": [],
    });
    state.create("invoiceitem.created", item);
}

/// Lines of what waits for the next invoice: of a subscription, or (empty) of none.
pub(crate) fn pending(state: &mut State, customer: &str, subscription: &str) -> Vec<Value> {
    let mut waiting = state.of("invoiceitem", "customer", customer);
    waiting.retain(|item| {
        let of = item.text("parent.subscription_details.subscription");
        item.at("invoice").is_null() && of == subscription
    });
    waiting.iter().map(|item| lines::of_item(state, item)).collect()
}

/// Marks the items of these lines as invoiced.
pub(crate) fn taken(state: &mut State, invoice: &Value) {
    for line in invoice.rows("lines.data") {
        let id = line.text("parent.invoice_item_details.invoice_item");
        if let Some(mut item) = state.find(id).cloned() {
            item["invoice"] = invoice["id"].clone();
            state.keep(item);
        }
    }
}

pub(crate) fn list(state: &State, params: &Params) -> Result<Value, Refusal> {
    let asked = [("customer", "customer"), ("invoice", "invoice")];
    let mut rows = matching(state, params, "invoiceitem", &asked);
    if let Some(pending) = params.flag("pending")? {
        rows.retain(|row| row.at("invoice").is_null() == pending);
    }
    page(state, params, "/v1/invoiceitems", rows)
}
