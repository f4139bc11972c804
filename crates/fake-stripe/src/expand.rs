//! `expand[]`: objects in place of their ids.
//!
//! Owns: which members can be expanded, and answering with what ours alone is left out. Never
//! changes what is kept. Read next: `list`.

use serde_json::{Value, json};

use crate::json::{Reading, hide, shown};
use crate::refusal::Refusal;
use crate::state::State;

/// Members that hold the id of an object.
const LINKS: [&str; 17] = [
    "charge",
    "customer",
    "default_payment_method",
    "dispute",
    "invoice",
    "latest_charge",
    "latest_invoice",
    "payment_intent",
    "payment_method",
    "price",
    "product",
    "released_subscription",
    "schedule",
    "setup_intent",
    "subscription",
    "subscription_item",
    "default_price",
];

/// The object as it is answered, with what was asked for in place.
pub(crate) fn answered(state: &State, value: &Value, expand: &[String]) -> Result<Value, Refusal> {
    told(state, value.clone(), expand)
}

/// The same of what nobody else needs.
pub(crate) fn told(state: &State, mut value: Value, expand: &[String]) -> Result<Value, Refusal> {
    hide(&mut value);
    for path in expand {
        if path.split('.').count() > 4 + usize::from(path.starts_with("data.")) {
            return Err(Refusal::invalid("You cannot expand more than 4 levels of a property."));
        }
        expand_one(state, &mut value, path, path)?;
    }
    Ok(value)
}

fn expand_one(state: &State, value: &mut Value, rest: &str, whole: &str) -> Result<(), Refusal> {
    let (name, deeper) =
        rest.split_once('.').map_or((rest, None), |(name, rest)| (name, Some(rest)));
    if let Value::Array(rows) = value {
        return rows.iter_mut().try_for_each(|row| expand_one(state, row, rest, whole));
    }
    include(state, value, name);
    let Some(member) = value.get_mut(name) else { return Err(cannot(whole)) };
    if let Some(id) = member.as_str().filter(|_| LINKS.contains(&name)) {
        let Some(found) = state.find(id) else { return Err(cannot(whole)) };
        *member = shown(found);
    } else if member.is_string() || member.is_number() || member.is_boolean() {
        return Err(cannot(whole));
    }
    match deeper {
        Some(deeper) if !member.is_null() => expand_one(state, member, deeper, whole),
        _ => Ok(()),
    }
}

fn cannot(path: &str) -> Refusal {
    let told = format!("This property cannot be expanded ({path}).");
    Refusal::invalid(told).param("expand")
}

/// Members that are only there when asked for.
fn include(state: &State, value: &mut Value, name: &str) {
    let id = value.text("id").to_owned();
    let rows = match (value.text("object"), name) {
        ("invoice", "payments") => state.of("invoice_payment", "invoice", &id),
        ("customer", "subscriptions") => {
            let alive = |one: &Value| one.text("status") != "canceled";
            let mut found = state.of("subscription", "customer", &id);
            found.retain(alive);
            found
        }
        ("charge", "refunds") => state.of("refund", "charge", &id),
        ("checkout.session", "line_items") => {
            let kept = state.find(&id).map(|kept| kept.rows("_line_items").to_vec());
            kept.unwrap_or_default()
        }
        ("invoice", "confirmation_secret") => {
            let intent = crate::collect::intent_of(state, &id);
            value[name] = intent.map_or(Value::Null, |intent| {
                json!({"client_secret": intent.text("client_secret"), "type": "payment_intent"})
            });
            return;
        }
        _ => return,
    };
    value[name] = json!({
        "object": "list",
        "data": rows.iter().rev().map(shown).collect::<Vec<_>>(),
        "has_more": false,
        "url": format!("/v1/{name}"),
    });
}
