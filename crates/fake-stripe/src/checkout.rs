//! Hosted pages: checkout and the billing portal.
//!
//! Owns: `/v1/checkout/sessions`, `/v1/billing_portal/sessions`, and the person on those pages as
//! a test plays them. Read next: `collect`, `subscriptions`.

use serde_json::{Value, json};

use crate::cards;
use crate::catalog;
use crate::collect::{self, Person, Wanted};
use crate::customers::open_setup;
use crate::expand::answered;
use crate::form::Params;
use crate::json::{Reading, or_null};
use crate::list::{matching, page};
use crate::refusal::Refusal;
use crate::state::State;
use crate::subscriptions;

type Answer = Result<Value, Refusal>;

const OPEN_SECONDS: i64 = 86_400;

pub(crate) fn make(state: &mut State, params: &Params) -> Answer {
    let mode = params.word("mode", &["payment", "subscription", "setup"])?;
    let mode = mode.ok_or_else(|| Refusal::missing("mode"))?.to_owned();
    let customer = params.text("customer").unwrap_or_default();
    if !customer.is_empty() {
        state.get("customer", customer)?;
    }
    let items = line_items(state, params, &mode)?;
    let total = items.iter().map(|item| item.int("amount_total")).sum::<i64>();
    let id = format!("cs_test_{}", state.id("a").trim_start_matches("a_"));
    let mut metadata = json!({});
    params.merge("metadata", &mut metadata);
    let with_money = mode != "setup";
    let named = params.text("currency").map(catalog::currency).transpose()?;
    if mode == "setup" && named.is_none() && !params.has("allowed_payment_method_types") {
        return Err(Refusal::missing("currency"));
    }
    let currency = items.first().map_or(json!(named), |item| item["currency"].clone());
    params.keep(&["allowed_payment_method_types", "payment_method_types", "locale"]);
    params.keep(&["billing_address_collection", "customer_update", "submit_type", "ui_mode"]);
    let mut session = json!({
        "id": id, "object": "checkout.session",
        "amount_subtotal": with_money.then_some(total),
        "amount_total": with_money.then_some(total),
        "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
        "cancel_url": params.text("cancel_url"),
        "client_reference_id": params.text("client_reference_id"),
        "created": state.now, "currency": currency, "custom_fields": [],
        "custom_text": {}, "customer": or_null(customer), "customer_details": null,
        "customer_email": null, "expires_at": state.now + OPEN_SECONDS, "invoice": null,
        "livemode": false, "locale": null, "metadata": metadata, "mode": mode,
        "payment_intent": null, "payment_link": null, "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": if with_money { "unpaid" } else { "no_payment_required" },
        "recovered_from": null, "setup_intent": null, "shipping_options": [],
        "status": "open", "subscription": null, "success_url": params.need("success_url")?,
        "ui_mode": "hosted_page", "url": format!("{}/_checkout/{id}", state.base_url),
        "_line_items": items,
    });
    hidden(params, &mut session)?;
    if mode == "setup" {
        let setup = open_setup(state, customer, session["_inner_metadata"].clone());
        session["setup_intent"] = setup["id"].clone();
    }
    state.keep(session.clone());
    answered(state, &session, &params.expand())
}

/// What the page will give to the payment, the subscription or the setup.
fn hidden(params: &Params, session: &mut Value) -> Result<(), Refusal> {
    let data = match session.text("mode") {
        "payment" => "payment_intent_data",
        "subscription" => "subscription_data",
        _ => "setup_intent_data",
    };
    let mut metadata = json!({});
    params.merge(&format!("{data}.metadata"), &mut metadata);
    session["_inner_metadata"] = metadata;
    let description = params.text(&format!("{data}.description"));
    session["_description"] = or_null(description.unwrap_or_default());
    match data {
        "payment_intent_data" => {
            let name = format!("{data}.setup_future_usage");
            let saves = params.word(&name, &["off_session", "on_session"])?;
            session["_saves"] = or_null(saves.unwrap_or_default());
        }
        "subscription_data" => {
            params.word("subscription_data.billing_mode.type", &["classic", "flexible"])?;
        }
        _ => {}
    }
    Ok(())
}

fn line_items(state: &mut State, params: &Params, mode: &str) -> Result<Vec<Value>, Refusal> {
    let count = params.rows("line_items");
    if mode == "setup" || count == 0 {
        let none =
            if mode == "setup" { Ok(Vec::new()) } else { Err(Refusal::missing("line_items")) };
        return none;
    }
    let mut items = Vec::new();
    for at in 0..count {
        let under = format!("line_items.{at}.");
        let quantity = params.int(&format!("{under}quantity"))?.unwrap_or(1);
        let price = if params.has(&format!("{under}price")) {
            state.get("price", params.need(&format!("{under}price"))?)?
        } else {
            let name = params.need(&format!("{under}price_data.product_data.name"))?;
            let product = state.id("prod");
            state.keep(json!({"id": product, "object": "product", "name": name, "active": false,
                "created": state.now, "livemode": false, "metadata": {}}));
            let mut price =
                catalog::price_of(state, params, &format!("{under}price_data."), &product)?;
            price["active"] = json!(false);
            state.keep(price.clone());
            price
        };
        let wanted = if mode == "subscription" { "recurring" } else { "one_time" };
        if price.text("type") != wanted {
            let told = format!("In `{mode}` mode the price has to be {wanted}.");
            return Err(Refusal::invalid(told).param("line_items"));
        }
        let amount = price.int("unit_amount") * quantity;
        let name = state.find(price.text("product")).map_or(Value::Null, |one| one["name"].clone());
        items.push(json!({"id": state.id("li"), "object": "item", "amount_discount": 0,
            "amount_subtotal": amount, "amount_tax": 0, "amount_total": amount,
            "currency": price["currency"], "description": name, "price": price,
            "quantity": quantity}));
    }
    Ok(items)
}

pub(crate) fn expire(state: &mut State, params: &Params, id: &str) -> Answer {
    let session = state.get("checkout.session", id)?;
    if session.text("status") != "open" {
        let told = "Only Checkout Sessions with a status in [\"open\"] can be expired.";
        return Err(Refusal::invalid(told));
    }
    expired(state, id)?;
    let session = state.get("checkout.session", id)?;
    answered(state, &session, &params.expand())
}

pub(crate) fn expired(state: &mut State, id: &str) -> Result<(), Refusal> {
    let mut session = state.get("checkout.session", id)?;
    session["status"] = json!("expired");
    session["url"] = Value::Null;
    state.keep(session.clone());
    state.tell("checkout.session.expired", &session, None);
    Ok(())
}

pub(crate) fn list(state: &State, params: &Params) -> Answer {
    let asked = [
        ("customer", "customer"),
        ("payment_intent", "payment_intent"),
        ("subscription", "subscription"),
        ("status", "status"),
    ];
    page(
        state,
        params,
        "/v1/checkout/sessions",
        matching(state, params, "checkout.session", &asked),
    )
}

/// The person on the page: pays with a card, and confirms to their bank, or not, if it asks. A
/// decline leaves the page open.
pub(crate) fn pay(state: &mut State, id: &str, card: &str, confirms: bool) -> Answer {
    let mut session = state.get("checkout.session", id)?;
    if session.text("status") != "open" {
        return Err(Refusal::invalid("This page is not open any more."));
    }
    if session.at("customer").is_null() {
        let customer = crate::customers::make(state, &Params::parse("")?)?;
        session["customer"] = customer["id"].clone();
    }
    let method = cards::method_of(state, card)?;
    match session.text("mode") {
        "payment" => pay_once(state, &mut session, &method, confirms)?,
        "subscription" => subscribe(state, &mut session, &method, confirms)?,
        _ => save_card(state, &mut session, &method, confirms)?,
    }
    session["status"] = json!("complete");
    session["url"] = Value::Null;
    if session.text("mode") != "setup" {
        session["payment_status"] = json!("paid");
    }
    state.keep(session.clone());
    state.tell("checkout.session.completed", &session, None);
    Ok(crate::json::shown(&session))
}

fn pay_once(
    state: &mut State,
    session: &mut Value,
    method: &Value,
    confirms: bool,
) -> Result<(), Refusal> {
    let customer = session.text("customer").to_owned();
    let waiting = state.find(session.text("payment_intent")).cloned();
    let intent = waiting.unwrap_or_else(|| {
        let wanted = Wanted {
            amount: session.int("amount_total"),
            currency: session.text("currency"),
            customer: &customer,
            description: session.text("_description"),
            metadata: session["_inner_metadata"].clone(),
            invoice: "",
        };
        let mut intent = collect::open(state, &wanted);
        intent["setup_future_usage"] = session["_saves"].clone();
        state.keep(intent.clone());
        intent
    });
    session["payment_intent"] = intent["id"].clone();
    state.keep(session.clone());
    let mut intent = collect::attempt(state, intent, method, Person::Later);
    if intent.text("status") == "requires_action" {
        intent = collect::bank(state, intent.text("id"), confirms)?;
    }
    if intent.text("status") != "succeeded" {
        return Err(collect::declined(&intent));
    }
    if !session.text("_saves").is_empty() {
        let method = state.get("payment_method", method.text("id"))?;
        cards::attach(state, method, &customer)?;
    }
    Ok(())
}

/// Nothing is left of a page whose card did not pay: the subscription begins with its payment.
fn subscribe(
    state: &mut State,
    session: &mut Value,
    method: &Value,
    confirms: bool,
) -> Result<(), Refusal> {
    let customer = session.text("customer").to_owned();
    let method = cards::attach(state, method.clone(), &customer)?;
    let new = subscriptions::New {
        customer: &customer,
        price: session.text("_line_items.0.price.id"),
        method: method.text("id"),
        metadata: session["_inner_metadata"].clone(),
        behavior: "allow_incomplete",
        person: Person::Later,
    };
    let mut subscription = subscriptions::begin(state, &new)?;
    let invoice = subscription.text("latest_invoice").to_owned();
    if subscription.text("status") == "incomplete" {
        let mut intent = collect::intent_of(state, &invoice).unwrap_or(Value::Null);
        if intent.text("status") == "requires_action" {
            intent = collect::bank(state, intent.text("id"), confirms)?;
        }
        if intent.text("status") != "succeeded" {
            let mut refusal = collect::declined(&intent);
            refusal.stays = false;
            return Err(refusal);
        }
        subscription = state.get("subscription", subscription.text("id"))?;
    }
    session["subscription"] = subscription["id"].clone();
    session["invoice"] = json!(invoice);
    Ok(())
}

fn save_card(
    state: &mut State,
    session: &mut Value,
    method: &Value,
    confirms: bool,
) -> Result<(), Refusal> {
    let mut method = method.clone();
    if matches!(cards::does(&method), cards::Does::AsksAlways | cards::Does::AsksOnce) {
        if !confirms {
            let told = "We are unable to authenticate your payment method.";
            return Err(Refusal::card("setup_intent_authentication_failure", None, told));
        }
        method["_confirmed"] = json!(true);
    }
    let customer = session.text("customer").to_owned();
    let method = cards::attach(state, method, &customer)?;
    let mut setup = state.get("setup_intent", session.text("setup_intent"))?;
    setup["status"] = json!("succeeded");
    setup["payment_method"] = method["id"].clone();
    setup["customer"] = or_null(&customer);
    state.keep(setup.clone());
    state.tell("setup_intent.succeeded", &setup, None);
    Ok(())
}

pub(crate) fn portal(state: &mut State, params: &Params) -> Answer {
    let customer = params.need("customer")?.to_owned();
    state.get("customer", &customer)?;
    let flow = params.word("flow_data.type", &["payment_method_update"])?;
    let flow = flow.map(|kind| {
        json!({"type": kind, "after_completion":
        {"type": "portal_homepage", "redirect": null, "hosted_confirmation": null}})
    });
    params.keep(&["locale", "configuration"]);
    let id = state.id("bps");
    let session = json!({"id": id, "object": "billing_portal.session",
        "configuration": "bpc_fake", "created": state.now, "customer": customer, "flow": flow,
        "livemode": false, "locale": null, "on_behalf_of": null,
        "return_url": params.text("return_url"),
        "url": format!("{}/_portal/{id}", state.base_url)});
    state.keep(session.clone());
    answered(state, &session, &params.expand())
}

/// The person on the portal's card page: the card is saved and pays from now on.
pub(crate) fn use_card(state: &mut State, customer: &str, card: &str) -> Answer {
    let mut owner = state.get("customer", customer)?;
    let method = cards::method_of(state, card)?;
    let mut method = cards::attach(state, method, customer)?;
    method["_confirmed"] = json!(true);
    state.keep(method.clone());
    owner["invoice_settings"]["default_payment_method"] = method["id"].clone();
    state.update("customer.updated", owner);
    crate::invoicing::outcome::new_card(state, customer);
    Ok(crate::json::shown(&method))
}
