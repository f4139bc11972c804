//! Test cards: what a payment method does when it is charged.
//!
//! Owns: the table, and the object of a payment method. A card that declines always cannot be
//! saved, as with Stripe; one that is saved can be told to change (`becomes`), as cards do.
//! Read next: `collect`.

use serde_json::{Value, json};

use crate::json::{Reading, or_null};
use crate::refusal::Refusal;
use crate::state::State;

/// What a card does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    Pays,
    /// (code, decline code, message); a bank that is not asked again keeps saying so.
    Declines(&'static str, &'static str, &'static str),
    /// The bank wants the person each time.
    AsksAlways,
    /// The bank wants the person until they have once confirmed.
    AsksOnce,
    /// Pays, and its owner disputes it at once.
    Disputes,
    /// Pays, and its bank inquires at once.
    Inquires,
}

pub(crate) struct TestCard {
    pub token: &'static str,
    number: &'static str,
    brand: &'static str,
    pub does: Does,
    /// Refused when it is to be saved for a customer.
    unsavable: bool,
}

const fn card(token: &'static str, number: &'static str, does: Does) -> TestCard {
    let unsavable = matches!(does, Does::Declines(..));
    TestCard { token, number, brand: "visa", does, unsavable }
}

const DECLINED: Does =
    Does::Declines("card_declined", "generic_decline", "Your card was declined.");

pub(crate) const CARDS: [TestCard; 17] = [
    card("pm_card_visa", "4242424242424242", Does::Pays),
    TestCard { brand: "mastercard", ..card("pm_card_mastercard", "5555555555554444", Does::Pays) },
    TestCard { brand: "amex", ..card("pm_card_amex", "378282246310005", Does::Pays) },
    card("pm_card_chargeDeclined", "4000000000000002", DECLINED),
    card("pm_card_visa_chargeDeclined", "4000000000000002", DECLINED),
    card("pm_card_chargeDeclinedInsufficientFunds", "4000000000009995", INSUFFICIENT),
    card("pm_card_visa_chargeDeclinedInsufficientFunds", "4000000000009995", INSUFFICIENT),
    card(
        "pm_card_chargeDeclinedExpiredCard",
        "4000000000000069",
        Does::Declines("expired_card", "expired_card", "Your card has expired."),
    ),
    card(
        "pm_card_chargeDeclinedIncorrectCvc",
        "4000000000000127",
        Does::Declines("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."),
    ),
    card(
        "pm_card_chargeDeclinedProcessingError",
        "4000000000000119",
        Does::Declines(
            "processing_error",
            "processing_error",
            "An error occurred while processing your card. Try again in a little bit.",
        ),
    ),
    TestCard {
        unsavable: false,
        ..card("pm_card_chargeCustomerFail", "4000000000000341", DECLINED)
    },
    card("pm_card_authenticationRequired", "4000002760003184", Does::AsksAlways),
    card("pm_card_authenticationRequiredOnSetup", "4000002500003155", Does::AsksOnce),
    card("pm_card_threeDSecure2Required", "4000000000003220", Does::AsksAlways),
    card("pm_card_createDispute", "4000000000000259", Does::Disputes),
    card("pm_card_createDisputeInquiry", "4000000000001976", Does::Inquires),
    card("pm_card_createInquiry", "4000000000001976", Does::Inquires),
];

const INSUFFICIENT: Does =
    Does::Declines("card_declined", "insufficient_funds", "Your card has insufficient funds.");

/// By token or number.
pub(crate) fn known(name: &str) -> Option<&'static TestCard> {
    let token = name.replacen("tok_", "pm_card_", 1);
    CARDS.iter().find(|card| card.token == token || card.number == name)
}

/// What a payment method does now.
pub(crate) fn does(method: &Value) -> Does {
    let does = known(method.text("_card")).map_or(Does::Pays, |card| card.does);
    if does == Does::AsksOnce && method.flag("_confirmed") { Does::Pays } else { does }
}

/// A new payment method from a token, belonging to nobody.
pub(crate) fn method(state: &mut State, token: &str) -> Result<Value, Refusal> {
    let Some(card) = known(token) else { return Err(Refusal::no_such("PaymentMethod", token)) };
    let last4 = card.number.get(card.number.len() - 4..).unwrap_or_default();
    let id = state.id("pm");
    let made = json!({
        "id": id,
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {"address": null, "email": null, "name": null, "phone": null},
        "card": {
            "brand": card.brand, "country": "US", "display_brand": card.brand, "exp_month": 12,
            "exp_year": 2034, "fingerprint": format!("fp{}", card.number), "funding": "credit",
            "generated_from": null, "last4": last4, "regulated_status": "unregulated",
            "checks": {"address_line1_check": null, "address_postal_code_check": null,
                "cvc_check": "pass"},
            "networks": {"available": [card.brand], "preferred": null},
            "three_d_secure_usage": {"supported": true}, "wallet": null,
        },
        "created": state.now,
        "customer": null,
        "livemode": false,
        "metadata": {},
        "type": "card",
        "_card": card.token,
    });
    state.keep(made.clone());
    Ok(made)
}

/// The payment method of a request: one that is there, or a new one of a token.
pub(crate) fn method_of(state: &mut State, name: &str) -> Result<Value, Refusal> {
    if name.starts_with("pm_card_") {
        return method(state, name);
    }
    state.get("payment_method", name)
}

/// Saves it for a customer. A card that declines is refused.
pub(crate) fn attach(
    state: &mut State,
    mut method: Value,
    customer: &str,
) -> Result<Value, Refusal> {
    let owner = method.text("customer");
    if owner == customer {
        return Ok(method);
    }
    if !owner.is_empty() {
        let told = "The payment method you provided has already been attached to a customer.";
        return Err(Refusal::invalid(told).param("payment_method"));
    }
    if method.flag("_detached") {
        let told = "This PaymentMethod was previously used or detached and may not be used again.";
        return Err(Refusal::invalid(told).param("payment_method"));
    }
    let card = known(method.text("_card"));
    if let Some(TestCard { unsavable: true, does: Does::Declines(code, decline, told), .. }) = card
    {
        return Err(Refusal::card(code, Some(decline), told));
    }
    method["customer"] = or_null(customer);
    state.keep(method.clone());
    state.tell("payment_method.attached", &method, None);
    Ok(method)
}

/// The card that pays for a customer's invoices: the subscription's, else the customer's.
pub(crate) fn payer_of(state: &State, customer: &str, subscription: &str) -> Option<Value> {
    let own = |id: &str, member: &str| {
        let id = state.find(id)?.text(member);
        state.find(id).cloned()
    };
    own(subscription, "default_payment_method")
        .or_else(|| own(customer, "invoice_settings.default_payment_method"))
}
