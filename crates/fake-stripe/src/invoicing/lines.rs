//! Lines of invoices.
//!
//! Owns: their objects, and Stripe's rule of proration: by the second, each line rounded to the
//! cent, half away from zero. Never decides when a line is made. Read next: `super`.

use serde_json::{Value, json};

use crate::calendar::told;
use crate::json::Reading;
use crate::state::State;

/// A share of an amount, `part` of `whole` seconds, rounded half away from zero.
pub(crate) fn share(amount: i64, part: i64, whole: i64) -> i64 {
    let (amount, part, whole) = (i128::from(amount), i128::from(part), i128::from(whole.max(1)));
    let rounded = (2 * amount * part + whole).div_euclid(2 * whole);
    i64::try_from(rounded).unwrap_or_default()
}

/// What a line of a subscription is for.
pub(crate) struct ForPeriod<'a> {
    pub subscription: &'a Value,
    pub price: &'a Value,
    pub amount: i64,
    pub start: i64,
    pub end: i64,
}

/// A whole period of a price.
pub(crate) fn period(state: &mut State, of: &ForPeriod<'_>) -> Value {
    let name = product_name(state, of.price);
    let interval = of.price.text("recurring.interval");
    let each = of.price.int("unit_amount");
    let text = format!("1 × {name} (at ${}.{:02} / {interval})", each / 100, each % 100);
    let parent = json!({
        "invoice_item_details": null,
        "subscription_item_details": {
            "invoice_item": null,
            "proration": false,
            "proration_details": {"credited_items": null},
            "subscription": of.subscription["id"],
            "subscription_item": of.subscription.at("items.data.0.id"),
        },
        "type": "subscription_item_details",
    });
    line(state, of, text, parent)
}

/// The rest of a period: negative for what was not used, positive for what will be.
pub(crate) fn proration(state: &mut State, of: &ForPeriod<'_>) -> Value {
    let name = product_name(state, of.price);
    let sort = if of.amount < 0 { "Unused time on" } else { "Remaining time on" };
    let text = format!("{sort} {name} after {}", told(of.start));
    let item = state.id("ii");
    let details = json!({"credited_items": null});
    let parent = if state.options.proration_on_item {
        json!({
            "invoice_item_details": null,
            "subscription_item_details": {"invoice_item": item, "proration": true,
                "proration_details": details, "subscription": of.subscription["id"],
                "subscription_item": of.subscription.at("items.data.0.id")},
            "type": "subscription_item_details",
        })
    } else {
        json!({
            "invoice_item_details": {"invoice_item": item, "proration": true,
                "proration_details": details, "subscription": of.subscription["id"]},
            "subscription_item_details": null,
            "type": "invoice_item_details",
        })
    };
    line(state, of, text, parent)
}

fn product_name(state: &State, price: &Value) -> String {
    let product = state.find(price.text("product"));
    product.map(|product| product.text("name").to_owned()).unwrap_or_default()
}

fn line(state: &mut State, of: &ForPeriod<'_>, text: String, parent: Value) -> Value {
    json!({
        "id": state.id("il"),
        "object": "line_item",
        "amount": of.amount,
        "currency": of.price["currency"],
        "description": text,
        "discount_amounts": [],
        "discountable": false,
        "discounts": [],
        "invoice": null,
        "livemode": false,
        "metadata": of.subscription["metadata"],
        "parent": parent,
        "period": {"end": of.end, "start": of.start},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": of.price["id"], "product": of.price["product"]},
            "type": "price_details",
            "unit_amount_decimal": of.price["unit_amount_decimal"],
        },
        "quantity": 1,
        "quantity_decimal": "1",
        "subscription": of.subscription["id"],
        "subtotal": of.amount,
        "taxes": [],
    })
}

/// The line of an invoice item that was made by itself.
pub(crate) fn of_item(state: &mut State, item: &Value) -> Value {
    json!({
        "id": state.id("il"),
        "object": "line_item",
        "amount": item["amount"],
        "currency": item["currency"],
        "description": item["description"],
        "discount_amounts": [],
        "discountable": true,
        "discounts": [],
        "invoice": null,
        "livemode": false,
        "metadata": item["metadata"],
        "parent": {
            "invoice_item_details": {"invoice_item": item["id"], "proration": item["proration"],
                "proration_details": {"credited_items": null},
                "subscription": item.at("parent.subscription_details.subscription")},
            "subscription_item_details": null,
            "type": "invoice_item_details",
        },
        "period": item["period"],
        "pretax_credit_amounts": [],
        "pricing": item["pricing"],
        "quantity": 1,
        "quantity_decimal": "1",
        "subscription": item.at("parent.subscription_details.subscription"),
        "subtotal": item["amount"],
        "taxes": [],
    })
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares_are_rounded_half_away_from_zero() {
        assert_eq!(share(2_000, 1, 2), 1_000);
        assert_eq!(share(1, 1, 2), 1);
        assert_eq!(share(1, 49, 100), 0);
        assert_eq!(share(2_000, 1_728_000, 2_678_400), 1_290);
        assert_eq!(share(10_000, 1, 3), 3_333);
        assert_eq!(share(20_000, 1, 3), 6_667);
        assert_eq!(share(0, 1, 3), 0);
    }
}
