//! Credits and money: what each kind of person gets.

use serde_json::{Value, json};

use super::{Operation, all, billing, operators, public, row, team};
use crate::objects::Object;

/// Auto-recharge, off.
fn recharge_off() -> Value {
    let (threshold, amount) = ("10000", "10000");
    json!({"enabled": false, "threshold": threshold, "amount": amount, "monthly_limit": null})
}

/// Credits, Usage, Billing.
pub(super) fn credits() -> Vec<Operation> {
    let card = json!({"card": "4242424242424242"});
    let checkout = "/api/v1/billing/checkouts/{id}";
    let pay = "/api/v1/sandbox/checkouts/{id}/pay";
    let buy = json!({"pack_id": "pack_5000"});
    let choice_of_plan = json!({"plan_id": "team", "cadence": "monthly"});
    let no_preview = json!({"preview_id": ampere_credits::PreviewId::from_bits(1)});
    let background = "/api/v1/usage/background";
    let choice = json!({
        "titles": false, "summaries": false, "follow_ups": false, "when_used_up": "wait",
    });
    vec![
        row("GET", "/api/v1/credits", None, all(200)),
        row("GET", "/api/v1/credits/grants", None, all(200)),
        row("GET", "/api/v1/credits/ledger", None, all(200)),
        row("GET", "/api/v1/rate-card", None, all(200)),
        row("GET", "/api/v1/usage/summary", None, all(200)),
        row("GET", background, None, all(200)),
        row("PUT", background, Some(choice), team(200)),
        row("GET", "/api/v1/billing", None, all(200)),
        row("GET", "/api/v1/billing/auto-recharge", None, billing(200)),
        row("PUT", "/api/v1/billing/auto-recharge", Some(recharge_off()), billing(200)),
        row("GET", "/api/v1/billing/plans", None, all(200)),
        row("POST", "/api/v1/billing/changes/preview", Some(choice_of_plan), billing(200)),
        // There is no such preview, and no plan to change.
        row("POST", "/api/v1/billing/changes", Some(no_preview), billing(404)),
        row("DELETE", "/api/v1/billing/changes/pending", None, billing(409)),
        row("POST", "/api/v1/billing/cancel", Some(json!({})), billing(409)),
        row("POST", "/api/v1/billing/resume", None, billing(409)),
        row("POST", "/api/v1/billing/portal", Some(json!({"flow": "card"})), billing(409)),
        row("GET", "/api/v1/billing/packs", None, billing(200)),
        row("POST", "/api/v1/billing/checkouts", Some(buy), billing(201)),
        row("GET", checkout, None, billing(200)).of(Object::Checkout),
        row("GET", "/api/v1/billing/activity", None, billing(200)),
        row("GET", "/api/v1/billing/invoices", None, billing(200)),
        row("GET", "/api/v1/sandbox/cards", None, billing(200)),
        row("POST", pay, Some(card), billing(200)).of(Object::Checkout),
    ]
}

/// Who moves the money: its webhooks, and the sandbox's pages.
pub(super) fn payments() -> Vec<Operation> {
    let saved = json!({"card": "4242424242424242"});
    let payment = "/api/v1/sandbox/payments/{id}";
    let confirm = "/api/v1/sandbox/payments/{id}/confirm";
    let (dispute, refund) =
        ("/api/v1/sandbox/payments/{id}/dispute", "/api/v1/sandbox/payments/{id}/refund");
    let inquiry = json!({"outcome": "inquiry"});
    vec![
        // The provider is the sandbox.
        row("POST", "/hooks/stripe", Some(json!({"id": "evt_1"})), public(404)),
        row("POST", "/api/v1/sandbox/card", Some(saved), billing(200)),
        row("GET", payment, None, billing(200)).of(Object::Payment),
        // It is paid already.
        row("POST", confirm, Some(json!({"confirm": true})), billing(409)).of(Object::Payment),
        row("POST", refund, Some(json!({"amount": 100})), billing(200)).of(Object::Payment),
        row("POST", dispute, Some(inquiry), billing(200)).of(Object::Payment),
        row("POST", "/api/v1/sandbox/clock", Some(json!({"days": 1})), operators(200)),
    ]
}
