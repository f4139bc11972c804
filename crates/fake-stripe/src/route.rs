//! Which address does what.
//!
//! Owns: the table of `/v1`. A parameter that nobody reads is refused, and with it the whole
//! request. Read next: the module that a line names.

use serde_json::{Value, json};

use crate::form::Params;
use crate::invoicing::{items, wire as invoices};
use crate::list::{matching, page};
use crate::refusal::Refusal;
use crate::state::State;
use crate::subscriptions::{self, change, preview, schedules};
use crate::{catalog, charges, checkout, customers, disputes, expand, intents};

type Answer = Result<Value, Refusal>;

/// (part of the address, kind of the objects there).
const KINDS: [(&str, &str); 17] = [
    ("payment_methods", "payment_method"),
    ("setup_intents", "setup_intent"),
    ("products", "product"),
    ("prices", "price"),
    ("payment_intents", "payment_intent"),
    ("charges", "charge"),
    ("refunds", "refund"),
    ("disputes", "dispute"),
    ("invoices", "invoice"),
    ("invoiceitems", "invoiceitem"),
    ("invoice_payments", "invoice_payment"),
    ("subscriptions", "subscription"),
    ("subscription_schedules", "subscription_schedule"),
    ("webhook_endpoints", "webhook_endpoint"),
    ("events", "event"),
    ("checkout/sessions", "checkout.session"),
    ("customers", "customer"),
];

/// Does what is asked. The caller takes everything back where it is refused.
pub(crate) fn answer(state: &mut State, method: &str, path: &str, params: &Params) -> Answer {
    let unknown = || {
        let told = format!("Unrecognized request URL ({method}: {path}).");
        let mut refusal = Refusal::invalid(told);
        refusal.status = 404;
        refusal
    };
    let Some(rest) = path.strip_prefix("/v1/") else { return Err(unknown()) };
    let parts: Vec<_> = rest.trim_end_matches('/').split('/').collect();
    params.keep(&["expand"]);
    let found = match method {
        "GET" => read(state, &parts, params),
        "POST" => write(state, &parts, params).or_else(|| act(state, &parts, params)),
        "DELETE" => remove(state, &parts, params),
        _ => None,
    };
    let answer = found.ok_or_else(unknown)?;
    match (answer, params.unread()) {
        (Ok(_), Some(name)) => Err(Refusal::unknown_parameter(&name)),
        (answer, _) => answer,
    }
}

fn read(state: &mut State, parts: &[&str], params: &Params) -> Option<Answer> {
    Some(match parts {
        ["customers"] => customers::list(state, params),
        ["customers", "search"] => customers::search(state, params),
        ["customers", id] => customers::one(state, params, id),
        ["customers", id, "payment_methods"] => customers::methods(state, params, Some(id)),
        ["payment_methods"] => customers::methods(state, params, None),
        ["setup_intents"] => {
            let rows = matching(state, params, "setup_intent", &[("customer", "customer")]);
            page(state, params, "/v1/setup_intents", rows)
        }
        ["products"] => catalog::products(state, params),
        ["prices"] => catalog::prices(state, params),
        ["payment_intents"] => intents::list(state, params),
        ["charges"] => charges::list(state, params),
        ["refunds"] => charges::refunds(state, params),
        ["disputes"] => disputes::list(state, params),
        ["invoices"] => invoices::list(state, params),
        ["invoices", id, "lines"] => invoices::lines(state, params, id),
        ["invoiceitems"] => items::list(state, params),
        ["invoice_payments"] => invoices::payments(state, params),
        ["subscriptions"] => subscriptions::list(state, params),
        ["subscription_schedules"] => schedules::list(state, params),
        ["checkout", "sessions"] => checkout::list(state, params),
        ["checkout", "sessions", id] => one(state, params, "checkout.session", id),
        ["checkout", "sessions", id, "line_items"] => {
            let asked = vec!["line_items".to_owned()];
            let session = state.get("checkout.session", id);
            let told = session.and_then(|one| expand::answered(state, &one, &asked));
            told.map(|one| one["line_items"].clone())
        }
        ["events"] => events(state, params),
        ["events", id] => event(state, id),
        ["webhook_endpoints"] => {
            let rows = matching(state, params, "webhook_endpoint", &[]);
            page(state, params, "/v1/webhook_endpoints", rows)
        }
        [collection, id] => {
            let (_, kind) = KINDS.iter().find(|(name, _)| name == collection)?;
            one(state, params, kind, id)
        }
        _ => return None,
    })
}

fn one(state: &State, params: &Params, kind: &str, id: &str) -> Answer {
    expand::answered(state, &state.get(kind, id)?, &params.expand())
}

fn event(state: &State, id: &str) -> Answer {
    let found = state.events.iter().find(|event| event["id"] == id);
    found.map(|event| event.as_ref().clone()).ok_or_else(|| Refusal::no_such("event", id))
}

fn events(state: &State, params: &Params) -> Answer {
    let mut rows: Vec<_> = state.events.iter().map(|event| event.as_ref().clone()).collect();
    if let Some(kind) = params.text("type") {
        rows.retain(|row| row["type"] == kind);
    }
    if params.has("types") {
        let kinds = params.texts("types");
        rows.retain(|row| kinds.iter().any(|kind| row["type"] == *kind));
    }
    page(state, params, "/v1/events", rows)
}

/// New objects, and changed ones.
fn write(state: &mut State, parts: &[&str], params: &Params) -> Option<Answer> {
    Some(match parts {
        ["customers"] => customers::make(state, params),
        ["customers", id] => customers::change(state, params, id),
        ["payment_methods"] => customers::make_method(state, params),
        ["products"] => catalog::make_product(state, params),
        ["products", id] => catalog::change_product(state, params, id),
        ["prices"] => catalog::make_price(state, params),
        ["prices", id] => catalog::change_price(state, params, id),
        ["payment_intents"] => intents::make(state, params),
        ["payment_intents", id] => intents::change(state, params, id),
        ["charges", id] => charges::change(state, params, id),
        ["refunds"] => charges::refund(state, params),
        ["refunds", id] => charges::change_refund(state, params, id),
        ["disputes", id] => disputes::change(state, params, id),
        ["invoices", "create_preview"] => preview::preview(state, params),
        ["invoices"] => invoices::make(state, params),
        ["invoices", id] => invoices::change(state, params, id),
        ["invoiceitems"] => items::make(state, params),
        ["subscriptions"] => subscriptions::make(state, params),
        ["subscriptions", id] => change::change(state, params, id),
        ["subscription_schedules"] => schedules::make(state, params),
        ["subscription_schedules", id] => schedules::change(state, params, id),
        ["checkout", "sessions"] => checkout::make(state, params),
        ["billing_portal", "sessions"] => checkout::portal(state, params),
        ["webhook_endpoints"] => endpoint(state, params),
        _ => return None,
    })
}

/// What is done with an object.
fn act(state: &mut State, parts: &[&str], params: &Params) -> Option<Answer> {
    Some(match parts {
        ["payment_methods", id, "attach"] => customers::attach(state, params, id),
        ["payment_methods", id, "detach"] => customers::detach(state, params, id),
        ["payment_intents", id, "confirm"] => intents::confirm(state, params, id),
        ["payment_intents", id, "cancel"] => intents::cancel(state, params, id),
        ["disputes", id, "close"] => disputes::close(state, params, id),
        ["invoices", id, "finalize"] => invoices::finalize_it(state, params, id),
        ["invoices", id, "pay"] => invoices::pay(state, params, id),
        ["invoices", id, "void"] => invoices::void(state, params, id),
        ["invoices", id, "mark_uncollectible"] => invoices::mark_uncollectible(state, params, id),
        ["subscription_schedules", id, "release"] => schedules::release(state, params, id),
        ["checkout", "sessions", id, "expire"] => checkout::expire(state, params, id),
        _ => return None,
    })
}

fn remove(state: &mut State, parts: &[&str], params: &Params) -> Option<Answer> {
    Some(match parts {
        ["customers", id] => customers::delete(state, id),
        ["subscriptions", id] => subscriptions::cancel(state, params, id),
        ["invoices", id] => invoices::delete(state, id),
        ["webhook_endpoints", id] => state.get("webhook_endpoint", id).map(|endpoint| {
            state.forget(&endpoint);
            json!({"id": id, "object": "webhook_endpoint", "deleted": true})
        }),
        _ => return None,
    })
}

fn endpoint(state: &mut State, params: &Params) -> Answer {
    let enabled = params.texts("enabled_events");
    if enabled.is_empty() {
        return Err(Refusal::missing("enabled_events"));
    }
    let url = params.need("url")?;
    let mut metadata = json!({});
    params.merge("metadata", &mut metadata);
    let id = state.id("we");
    let secret = state.id("whsec");
    let endpoint = json!({
        "id": id, "object": "webhook_endpoint", "api_version": params.text("api_version"),
        "application": null, "created": state.now, "description": params.text("description"),
        "enabled_events": enabled, "livemode": false, "metadata": metadata, "status": "enabled",
        "url": url, "_secret": secret,
    });
    state.keep(endpoint.clone());
    let mut told = crate::json::shown(&endpoint);
    // Shown once, when it is made.
    told["secret"] = json!(secret);
    Ok(told)
}
