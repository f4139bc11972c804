//! The controls of a test over HTTP: `POST /_test/<name>` with the arguments as a form.
//!
//! Owns: their names and arguments; what they do is what `Handle` does. Read next: `handle`.

use serde_json::{Value, json};

use crate::fault::{self, Fault};
use crate::form::Params;
use crate::hooks::{Scramble, Webhook};
use crate::json::{Reading, shown};
use crate::refusal::Refusal;
use crate::server::Shared;
use crate::state::State;
use crate::world::{Reply, Request, World};
use crate::{charges, checkout, clock, collect, disputes, invoicing};

type Answer = Result<Value, Refusal>;

pub(crate) fn over_http(shared: &Shared, name: &str, request: &Request) -> Reply {
    let both = [request.query.as_str(), request.body.as_str()].join("&");
    let answer = Params::parse(&both).and_then(|params| {
        if name == "release" {
            shared.released.send_modify(|times| *times += 1);
            return Ok(json!({}));
        }
        play(&mut shared.world(), name, &params)
    });
    let (status, body) = match answer {
        Ok(Value::String(text)) => (200, text),
        Ok(value) => (200, value.to_string()),
        Err(refusal) => (refusal.status, refusal.body().to_string()),
    };
    let headers = vec![("Content-Type", "application/json".to_owned())];
    Reply { status, headers, body, fault: None }
}

fn play(world: &mut World, name: &str, params: &Params) -> Answer {
    match name {
        "dump" => return Ok(Value::String(world.state.dump())),
        "requests" => return Ok(json!(world.log)),
        "events" => {
            let now = world.state.now;
            return Ok(world.outbox.take(now).iter().map(told).collect());
        }
        "fail_next" => return fail_next(world, params),
        "scramble" => return scramble(world, params),
        _ => {}
    }
    world.whole(|state| played(state, name, params))
}

fn played(state: &mut State, name: &str, params: &Params) -> Answer {
    let answer = match name {
        "clock" => {
            let to = params.int("to")?.ok_or_else(|| Refusal::missing("to"))?;
            clock::advance(state, to)?;
            json!({"now": state.now})
        }
        "pay_page" => {
            let (session, card) = (params.need("session")?, params.need("card")?);
            checkout::pay(state, session, card, confirms(params)?)?
        }
        "pay_invoice" => {
            let (invoice, card) = (params.need("invoice")?, params.text("card"));
            shown(&invoicing::pay_page(state, invoice, card, confirms(params)?)?)
        }
        "confirm_bank" => bank(state, params.need("payment")?, confirms(params)?)?,
        "use_card" => checkout::use_card(state, params.need("customer")?, params.need("card")?)?,
        "card_becomes" => {
            card_becomes(state, params.need("payment_method")?, params.need("card")?)?
        }
        "dispute" => {
            let inquiry = params.flag("inquiry")?.unwrap_or(false);
            disputes::open(state, params.need("payment")?, inquiry, params.int("amount")?)?
        }
        "close_dispute" => {
            let won = params.flag("won")?.unwrap_or(false);
            disputes::decide(state, params.need("dispute")?, won)?
        }
        "refund" => {
            let payment = params.need("payment")?;
            charges::give_back(state, payment, params.int("amount")?, json!({}))?
        }
        "object" => {
            let id = params.need("id")?;
            state.find(id).map(shown).ok_or_else(|| Refusal::no_such("object", id))?
        }
        _ => return Err(Refusal::invalid(format!("There is no control {name}."))),
    };
    params.unread().map_or(Ok(answer), |name| Err(Refusal::unknown_parameter(&name)))
}

fn confirms(params: &Params) -> Result<bool, Refusal> {
    Ok(params.flag("confirms")?.unwrap_or(true))
}

/// The person at the bank's page of an intent, or of an invoice's intent.
pub(crate) fn bank(state: &mut State, payment: &str, confirms: bool) -> Answer {
    let intent = collect::intent_of(state, payment).map(|intent| intent.text("id").to_owned());
    let intent = intent.unwrap_or_else(|| payment.to_owned());
    collect::bank(state, &intent, confirms).map(|intent| shown(&intent))
}

/// A saved card does from now on what a test card does.
pub(crate) fn card_becomes(state: &mut State, method: &str, card: &str) -> Answer {
    let mut method = state.get("payment_method", method)?;
    let known = crate::cards::known(card);
    let known = known.ok_or_else(|| Refusal::no_such("test card", card))?;
    method["_card"] = json!(known.token);
    method["_confirmed"] = json!(false);
    state.keep(method.clone());
    Ok(shown(&method))
}

fn fail_next(world: &mut World, params: &Params) -> Answer {
    let milliseconds = params.int("milliseconds")?.unwrap_or_default();
    let milliseconds = u64::try_from(milliseconds).unwrap_or_default();
    let name = params.need("kind")?;
    let kind = fault::named(name, milliseconds);
    let fault = Fault::new(kind.ok_or_else(|| Refusal::bad("kind", name))?);
    let fault = fault.on(params.text("on").unwrap_or_default());
    let reads_too = params.flag("any_method")?.unwrap_or(false);
    world.faults.push(if reads_too { fault.any_method() } else { fault });
    Ok(json!({}))
}

fn scramble(world: &mut World, params: &Params) -> Answer {
    let number = |name: &str| params.int(name).map(Option::unwrap_or_default);
    let permille = |name: &str| number(name).map(|all| u16::try_from(all).unwrap_or_default());
    world.outbox.set(Scramble {
        seed: u64::try_from(number("seed")?).unwrap_or_default(),
        double: permille("double")?,
        drop: permille("drop")?,
        delay: permille("delay")?,
        delay_seconds: u32::try_from(number("delay_seconds")?).unwrap_or_default(),
        shuffle: params.flag("shuffle")?.unwrap_or(false),
        stale_signatures: u8::try_from(number("stale_signatures")?).unwrap_or_default(),
    });
    Ok(json!({}))
}

fn told(webhook: &Webhook) -> Value {
    let headers: serde_json::Map<_, _> =
        webhook.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({"event_id": webhook.event_id, "kind": webhook.kind, "headers": headers,
        "body": String::from_utf8_lossy(&webhook.body)})
}
