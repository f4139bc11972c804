//! What things look like in the log: small JSON of words and numbers, amounts as text.

use ampere_credits::Cadence;
use ampere_store::rows::{BackgroundSettings, CheckoutRow, RechargeRow};
use serde_json::{Value, json};

/// A plan and its cadence.
pub(crate) fn plan(plan: &str, cadence: Cadence) -> Value {
    json!({ "plan": plan, "cadence": cadence.word() })
}

/// What was ordered, and for how much.
pub(crate) fn price(row: &CheckoutRow) -> Value {
    json!({
        "credits": row.credits.to_string(),
        "amount_cents": row.amount_cents,
        "currency": row.currency,
        "pay_with": row.pay_with.word(),
    })
}

/// Settings of auto-recharge.
pub(crate) fn recharge(row: &RechargeRow) -> Value {
    json!({
        "enabled": row.enabled,
        "threshold": row.threshold.to_string(),
        "amount": row.amount.to_string(),
        "monthly_limit": row.monthly_limit.to_string(),
    })
}

/// Settings of background work.
pub(crate) fn background(settings: BackgroundSettings) -> Value {
    let BackgroundSettings { titles, summaries, follow_ups, draw } = settings;
    json!({ "titles": titles, "summaries": summaries, "follow_ups": follow_ups, "draw": draw })
}
