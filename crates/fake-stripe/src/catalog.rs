//! Products and prices.
//!
//! Owns: `/v1/products`, `/v1/prices`, lookup keys. A price never changes its amount.
//! Read next: `subscriptions`.

use serde_json::{Value, json};

use crate::calendar::Every;
use crate::expand::answered;
use crate::form::Params;
use crate::json::{Reading, or_null};
use crate::list::{matching, page};
use crate::refusal::Refusal;
use crate::state::State;

type Answer = Result<Value, Refusal>;

pub(crate) fn make_product(state: &mut State, params: &Params) -> Answer {
    let product = product(state, params, "")?;
    answered(state, &product, &params.expand())
}

/// A product of the request's members below `under` (empty, or with its dot).
fn product(state: &mut State, params: &Params, under: &str) -> Answer {
    let id = match params.text(&format!("{under}id")) {
        Some(id) => id.to_owned(),
        None => state.id("prod"),
    };
    if state.find(&id).is_some() {
        let told = format!("Product already exists: {id}");
        return Err(Refusal::invalid(told).code("resource_already_exists").param("id"));
    }
    let mut metadata = json!({});
    params.merge(&format!("{under}metadata"), &mut metadata);
    let product = json!({
        "id": id,
        "object": "product",
        "active": true,
        "created": state.now,
        "default_price": null,
        "description": params.text(&format!("{under}description")),
        "images": [],
        "livemode": false,
        "marketing_features": [],
        "metadata": metadata,
        "name": params.need(&format!("{under}name"))?,
        "package_dimensions": null,
        "shippable": null,
        "statement_descriptor": null,
        "tax_code": null,
        "unit_label": null,
        "updated": state.now,
        "url": null,
    });
    Ok(state.create("product.created", product))
}

pub(crate) fn change_product(state: &mut State, params: &Params, id: &str) -> Answer {
    let mut product = state.get("product", id)?;
    for name in ["name", "description"] {
        if let Some(text) = params.text(name) {
            product[name] = or_null(text);
        }
    }
    if let Some(active) = params.flag("active")? {
        product["active"] = json!(active);
    }
    params.merge("metadata", &mut product["metadata"]);
    product["updated"] = json!(state.now);
    state.update("product.updated", product.clone());
    answered(state, &product, &params.expand())
}

pub(crate) fn products(state: &State, params: &Params) -> Answer {
    let mut rows = matching(state, params, "product", &[("active", "active")]);
    if params.has("ids") {
        let ids = params.texts("ids");
        rows.retain(|row| ids.iter().any(|id| id == row.text("id")));
    }
    page(state, params, "/v1/products", rows)
}

pub(crate) fn make_price(state: &mut State, params: &Params) -> Answer {
    let product = if params.has("product_data") {
        product(state, params, "product_data.")?.text("id").to_owned()
    } else {
        let id = params.need("product")?.to_owned();
        state.get("product", &id)?;
        id
    };
    let lookup = params.text("lookup_key").unwrap_or_default();
    if !lookup.is_empty() {
        free_lookup_key(state, lookup, params.flag("transfer_lookup_key")?.unwrap_or(false))?;
    }
    let mut metadata = json!({});
    params.merge("metadata", &mut metadata);
    let wanted = price_of(state, params, "", &product)?;
    let mut price = wanted;
    price["lookup_key"] = or_null(lookup);
    price["nickname"] = or_null(params.text("nickname").unwrap_or_default());
    price["metadata"] = metadata;
    let price = state.create("price.created", price);
    answered(state, &price, &params.expand())
}

/// A price of the request's members below `under`; not kept yet.
pub(crate) fn price_of(state: &mut State, params: &Params, under: &str, product: &str) -> Answer {
    let name = |name: &str| format!("{under}{name}");
    let amount = params.int(&name("unit_amount"))?;
    let amount = amount.ok_or_else(|| Refusal::missing("unit_amount"))?;
    if amount < 0 {
        return Err(Refusal::bad("unit_amount", "must be at least 0"));
    }
    let recurring = if params.has(&name("recurring")) {
        let interval = params.need(&name("recurring.interval"))?;
        let count = params.int(&name("recurring.interval_count"))?.unwrap_or(1);
        if Every::of(interval, count).is_none() || count < 1 {
            return Err(Refusal::bad("recurring[interval]", interval));
        }
        json!({"interval": interval, "interval_count": count, "meter": null,
            "trial_period_days": null, "usage_type": "licensed"})
    } else {
        Value::Null
    };
    let kind = if recurring.is_null() { "one_time" } else { "recurring" };
    params.keep(&[&name("tax_behavior"), &name("billing_scheme")]);
    Ok(json!({
        "id": state.id("price"),
        "object": "price",
        "active": true,
        "billing_scheme": "per_unit",
        "created": state.now,
        "currency": currency(params.need(&name("currency"))?)?,
        "custom_unit_amount": null,
        "livemode": false,
        "lookup_key": null,
        "metadata": {},
        "nickname": null,
        "product": product,
        "recurring": recurring,
        "tax_behavior": "unspecified",
        "tiers_mode": null,
        "transform_quantity": null,
        "type": kind,
        "unit_amount": amount,
        "unit_amount_decimal": amount.to_string(),
    }))
}

/// Three letters, in lower case.
pub(crate) fn currency(text: &str) -> Result<String, Refusal> {
    let lower = text.to_lowercase();
    if lower.len() == 3 && lower.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Ok(lower);
    }
    Err(Refusal::bad("currency", text))
}

fn free_lookup_key(state: &mut State, key: &str, transfer: bool) -> Result<(), Refusal> {
    for mut price in state.of("price", "lookup_key", key) {
        if !transfer {
            let told = format!(
                "A price (`{}`) already uses that lookup key. Set `transfer_lookup_key`.",
                price.text("id")
            );
            return Err(Refusal::invalid(told).param("lookup_key"));
        }
        price["lookup_key"] = Value::Null;
        state.update("price.updated", price);
    }
    Ok(())
}

pub(crate) fn change_price(state: &mut State, params: &Params, id: &str) -> Answer {
    let mut price = state.get("price", id)?;
    if let Some(active) = params.flag("active")? {
        price["active"] = json!(active);
    }
    if let Some(key) = params.text("lookup_key") {
        free_lookup_key(state, key, params.flag("transfer_lookup_key")?.unwrap_or(false))?;
        price["lookup_key"] = or_null(key);
    }
    if let Some(text) = params.text("nickname") {
        price["nickname"] = or_null(text);
    }
    params.merge("metadata", &mut price["metadata"]);
    state.update("price.updated", price.clone());
    answered(state, &price, &params.expand())
}

pub(crate) fn prices(state: &State, params: &Params) -> Answer {
    let asked = [("active", "active"), ("product", "product"), ("type", "type")];
    let mut rows = matching(state, params, "price", &asked);
    if params.has("lookup_keys") {
        let keys = params.texts("lookup_keys");
        rows.retain(|row| keys.iter().any(|key| key == row.text("lookup_key")));
    }
    page(state, params, "/v1/prices", rows)
}
