//! Disputes: an inquiry, open, won, lost.
//!
//! Owns: `/v1/disputes`, and the bank as a test plays it. Read next: `charges`.

use serde_json::{Value, json};

use crate::expand::answered;
use crate::form::Params;
use crate::json::Reading;
use crate::list::{matching, page};
use crate::refusal::Refusal;
use crate::state::State;

type Answer = Result<Value, Refusal>;

/// The card's owner disputes a payment; the bank asks first where it is an inquiry.
pub(crate) fn open(state: &mut State, payment: &str, inquiry: bool, amount: Option<i64>) -> Answer {
    let charge = crate::charges::of_payment(state, payment)?;
    let id = charge.text("id").to_owned();
    if !charge.flag("paid") || charge.flag("disputed") {
        return Err(Refusal::invalid("This charge cannot be disputed (again)."));
    }
    let left = charge.int("amount") - charge.int("amount_refunded");
    let amount = amount.unwrap_or(left);
    if amount < 1 || amount > charge.int("amount") {
        return Err(Refusal::bad("amount", &amount.to_string()));
    }
    let status = if inquiry { "warning_needs_response" } else { "needs_response" };
    let dispute = json!({
        "id": state.id("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": id,
        "created": state.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"uncategorized_text": null},
        "evidence_details": {"due_by": state.now + 864_000, "has_evidence": false,
            "past_due": false, "submission_count": 0},
        "is_charge_refundable": inquiry,
        "livemode": false,
        "metadata": {},
        "network_reason_code": null,
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"card": {"brand": charge.at("payment_method_details.card.brand"),
            "case_type": if inquiry { "inquiry" } else { "chargeback" }}, "type": "card"},
        "reason": "fraudulent",
        "status": status,
    });
    let mut disputed = charge;
    disputed["disputed"] = json!(true);
    state.update("charge.updated", disputed);
    let dispute = state.create("charge.dispute.created", dispute);
    if !inquiry {
        state.tell("charge.dispute.funds_withdrawn", &dispute, None);
    }
    Ok(dispute)
}

/// The bank decides. An inquiry that is not closed in our favour becomes a dispute.
pub(crate) fn decide(state: &mut State, id: &str, won: bool) -> Answer {
    let mut dispute = state.get("dispute", id)?;
    let status = dispute.text("status").to_owned();
    let inquiry = status.starts_with("warning_");
    if ["won", "lost", "warning_closed"].contains(&status.as_str()) {
        return Err(Refusal::invalid(format!("This dispute is {status}.")));
    }
    if inquiry && !won {
        dispute["status"] = json!("needs_response");
        dispute["is_charge_refundable"] = json!(false);
        state.update("charge.dispute.updated", dispute.clone());
        state.tell("charge.dispute.funds_withdrawn", &dispute, None);
        return Ok(dispute);
    }
    let status = match (inquiry, won) {
        (true, _) => "warning_closed",
        (false, true) => "won",
        (false, false) => "lost",
    };
    dispute["status"] = json!(status);
    state.update("charge.dispute.updated", dispute.clone());
    state.tell("charge.dispute.closed", &dispute, None);
    if status == "won" {
        state.tell("charge.dispute.funds_reinstated", &dispute, None);
    }
    Ok(dispute)
}

/// Evidence: the test words decide at once, as with Stripe's own test cards.
pub(crate) fn change(state: &mut State, params: &Params, id: &str) -> Answer {
    let mut dispute = state.get("dispute", id)?;
    params.merge("metadata", &mut dispute["metadata"]);
    let text = params.text("evidence.uncategorized_text");
    let submits = params.flag("submit")?.unwrap_or(true);
    if let Some(text) = text {
        dispute["evidence"]["uncategorized_text"] = json!(text);
        dispute["evidence_details"]["has_evidence"] = json!(true);
        if submits {
            let inquiry = dispute.text("status").starts_with("warning_");
            let status = if inquiry { "warning_under_review" } else { "under_review" };
            dispute["status"] = json!(status);
        }
    }
    state.update("charge.dispute.updated", dispute);
    match text {
        Some("winning_evidence") if submits => drop(decide(state, id, true)?),
        Some("losing_evidence") if submits => drop(decide(state, id, false)?),
        _ => {}
    }
    let dispute = state.get("dispute", id)?;
    answered(state, &dispute, &params.expand())
}

/// We give in.
pub(crate) fn close(state: &mut State, params: &Params, id: &str) -> Answer {
    let dispute = state.get("dispute", id)?;
    let inquiry = dispute.text("status").starts_with("warning_");
    let dispute = decide(state, id, inquiry)?;
    answered(state, &dispute, &params.expand())
}

pub(crate) fn list(state: &State, params: &Params) -> Answer {
    let asked = [("charge", "charge"), ("payment_intent", "payment_intent")];
    page(state, params, "/v1/disputes", matching(state, params, "dispute", &asked))
}
