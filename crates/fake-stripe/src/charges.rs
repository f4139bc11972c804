//! Charges and refunds on the wire.
//!
//! Owns: `/v1/charges`, `/v1/refunds`: several for one payment, never more than it was.
//! Read next: `disputes`.

use serde_json::{Value, json};

use crate::expand::answered;
use crate::form::Params;
use crate::json::Reading;
use crate::list::{matching, page};
use crate::refusal::Refusal;
use crate::state::State;

type Answer = Result<Value, Refusal>;

pub(crate) fn list(state: &State, params: &Params) -> Answer {
    let asked = [("customer", "customer"), ("payment_intent", "payment_intent")];
    page(state, params, "/v1/charges", matching(state, params, "charge", &asked))
}

pub(crate) fn change(state: &mut State, params: &Params, id: &str) -> Answer {
    let mut charge = state.get("charge", id)?;
    params.merge("metadata", &mut charge["metadata"]);
    state.update("charge.updated", charge.clone());
    answered(state, &charge, &params.expand())
}

/// The charge that a payment went through with: of a charge, an intent or an invoice.
pub(crate) fn of_payment(state: &State, id: &str) -> Answer {
    let found = state.find(id).cloned().ok_or_else(|| Refusal::no_such("payment", id))?;
    match found.text("object") {
        "charge" => Ok(found),
        "payment_intent" => state.get("charge", found.text("latest_charge")),
        "invoice" => {
            let intent = crate::collect::intent_of(state, id);
            let intent = intent.ok_or_else(|| Refusal::no_such("payment of invoice", id))?;
            state.get("charge", intent.text("latest_charge"))
        }
        _ => Err(Refusal::no_such("payment", id)),
    }
}

pub(crate) fn refund(state: &mut State, params: &Params) -> Answer {
    let named = if params.has("charge") { "charge" } else { "payment_intent" };
    let payment = params.need(named)?.to_owned();
    let reasons = ["duplicate", "fraudulent", "requested_by_customer"];
    let reason = params.word("reason", &reasons)?.map(str::to_owned);
    let mut metadata = json!({});
    params.merge("metadata", &mut metadata);
    let amount = params.int("amount")?;
    let refund = give_back(state, &payment, amount, metadata)?;
    let mut refund = refund;
    refund["reason"] = json!(reason);
    state.keep(refund.clone());
    answered(state, &refund, &params.expand())
}

/// Gives money back; all that is left where no amount is told.
pub(crate) fn give_back(
    state: &mut State,
    payment: &str,
    amount: Option<i64>,
    metadata: Value,
) -> Answer {
    let mut charge = of_payment(state, payment)?;
    let id = charge.text("id").to_owned();
    if !charge.flag("paid") {
        return Err(Refusal::invalid(format!("Charge {id} has not been paid.")));
    }
    let left = charge.int("amount") - charge.int("amount_refunded");
    if left == 0 {
        let told = format!("Charge {id} has already been refunded.");
        return Err(Refusal::invalid(told).code("charge_already_refunded"));
    }
    let disputes = state.of("dispute", "charge", &id);
    if disputes.iter().any(|one| !one.flag("is_charge_refundable")) {
        let told = format!("Charge {id} has been charged back; cannot issue a refund.");
        return Err(Refusal::invalid(told).code("charge_disputed"));
    }
    let amount = amount.unwrap_or(left);
    if amount < 1 || amount > left {
        let told = format!("Refund amount ({amount}) is greater than unrefunded amount ({left}).");
        return Err(Refusal::invalid(told).param("amount"));
    }
    let refund = json!({
        "id": state.id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": null,
        "charge": id,
        "created": state.now,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "destination_details": {"card": {"reference_status": "pending", "type": "refund"},
            "type": "card"},
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "pending_reason": null,
        "reason": null,
        "receipt_number": null,
        "source_transfer_reversal": null,
        "status": "succeeded",
        "transfer_reversal": null,
    });
    let refund = state.create("refund.created", refund);
    let before = charge["amount_refunded"].clone();
    charge["amount_refunded"] = json!(charge.int("amount_refunded") + amount);
    charge["refunded"] = json!(charge["amount_refunded"] == charge["amount"]);
    state.keep(charge.clone());
    state.tell("charge.refunded", &charge, Some(json!({"amount_refunded": before})));
    Ok(refund)
}

pub(crate) fn change_refund(state: &mut State, params: &Params, id: &str) -> Answer {
    let mut refund = state.get("refund", id)?;
    params.merge("metadata", &mut refund["metadata"]);
    state.update("refund.updated", refund.clone());
    answered(state, &refund, &params.expand())
}

pub(crate) fn refunds(state: &State, params: &Params) -> Answer {
    let asked = [("charge", "charge"), ("payment_intent", "payment_intent")];
    page(state, params, "/v1/refunds", matching(state, params, "refund", &asked))
}
