//! One request from its head to its answer.
//!
//! Owns: keys (secret and idempotency), versions, faults, taking refused requests back. Never
//! reads a socket. Read next: `route`, `server`.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::fault::{self, Fault, Kind};
use crate::form::Params;
use crate::hooks::Outbox;
use crate::json::written;
use crate::options::Options;
use crate::refusal::Refusal;
use crate::route;
use crate::state::{API_VERSION, State};

/// A request as it came.
pub(crate) struct Request {
    pub method: String,
    pub path: String,
    pub query: String,
    pub body: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
}

/// An answer, and what happens to it on its way.
pub(crate) struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    pub fault: Option<Kind>,
}

/// What a key was used for.
struct Used {
    /// Method, address and parameters.
    request: String,
    id: String,
    status: u16,
    body: String,
    at: i64,
}

/// A key is forgotten after a day.
const KEY_SECONDS: i64 = 86_400;
/// The oldest version whose shapes are these (where the period moved to the item).
const OLDEST: &str = "2025-03-31";

pub(crate) struct World {
    pub state: State,
    pub outbox: Outbox,
    pub faults: Vec<Fault>,
    /// `POST /v1/customers [key]`, every request, oldest first.
    pub log: Vec<String>,
    keys: BTreeMap<String, Used>,
}

impl World {
    pub fn new(options: Options, base_url: String) -> Self {
        World {
            state: State::new(options, base_url),
            outbox: Outbox::new(),
            faults: Vec::new(),
            log: Vec::new(),
            keys: BTreeMap::new(),
        }
    }

    /// Runs something as one piece: refused, it leaves nothing behind, but for what stays.
    pub fn whole(
        &mut self,
        act: impl FnOnce(&mut State) -> Result<Value, Refusal>,
    ) -> Result<Value, Refusal> {
        let mark = self.state.begin();
        let answer = act(&mut self.state);
        if matches!(&answer, Err(refusal) if !refusal.stays) {
            self.state.take_back(&mark);
        }
        self.outbox.collect(&self.state);
        answer
    }

    pub fn answer(&mut self, request: &Request) -> Reply {
        let key = request.headers.get("idempotency-key").map(String::as_str);
        let key = key.filter(|_| request.method == "POST");
        let told = key.map(|key| format!(" [{key}]")).unwrap_or_default();
        self.log.push(format!("{} {}{told}", request.method, request.path));
        let id = self.state.id("req");
        let fault = fault::take(&mut self.faults, &request.method, &request.path);
        if let Some(refusal) = fault.and_then(nothing_done) {
            let mut reply = reply(&id, key, refusal.status, refusal.body().to_string());
            reply.fault = fault.filter(|kind| *kind == Kind::CutBefore);
            return reply;
        }
        let mut reply = match self.checked(request) {
            Err(refusal) => reply(&id, key, refusal.status, refusal.body().to_string()),
            Ok(params) => match key {
                Some(key) => self.once(request, &params, key, &id),
                None => {
                    let (status, body) = self.run(request, &params, &id, None);
                    reply(&id, None, status, body)
                }
            },
        };
        if fault == Some(Kind::ServerErrorAfter) {
            let refusal = server_error();
            (reply.status, reply.body) = (refusal.status, refusal.body().to_string());
        }
        reply.fault = fault;
        reply
    }

    /// Who asks, in which version, with which parameters.
    fn checked(&self, request: &Request) -> Result<Params, Refusal> {
        let given = request.headers.get("authorization").map(String::as_str);
        if secret(given.unwrap_or_default()) != self.state.options.secret_key {
            let refusal = Refusal::new(401, "invalid_request_error", "Invalid API Key provided");
            return Err(refusal);
        }
        if let Some(version) = request.headers.get("stripe-version") {
            let dated = version.len() >= 10 && version.as_str() >= OLDEST;
            if !dated {
                return Err(Refusal::invalid(format!("Invalid Stripe API version: {version}")));
            }
        }
        if request.method == "POST" && !request.body.is_empty() {
            let kind = request.headers.get("content-type").map(String::as_str);
            if !kind.unwrap_or_default().starts_with("application/x-www-form-urlencoded") {
                return Err(Refusal::invalid("The content type has to be form-encoded."));
            }
        }
        let both = [request.query.as_str(), request.body.as_str()].join("&");
        Params::parse(&both)
    }

    fn once(&mut self, request: &Request, params: &Params, key: &str, id: &str) -> Reply {
        let now = self.state.now;
        self.keys.retain(|_, used| used.at + KEY_SECONDS > now);
        let same = format!("{} {} {}", request.method, request.path, params.canonical());
        if key.len() > 255 {
            let refusal = Refusal::invalid("An idempotency key has at most 255 characters.");
            return reply(id, Some(key), refusal.status, refusal.body().to_string());
        }
        if let Some(used) = self.keys.get(key) {
            if used.request != same {
                let told = format!(
                    "Keys for idempotent requests can only be used with the same parameters they \
                     were first used with. Try using a key other than '{key}' if you meant to \
                     execute a different request."
                );
                let refusal = Refusal::new(400, "idempotency_error", told);
                return reply(id, Some(key), refusal.status, refusal.body().to_string());
            }
            let mut replayed = reply(id, Some(key), used.status, used.body.clone());
            replayed.headers.push(("Idempotent-Replayed", "true".to_owned()));
            replayed.headers.push(("Original-Request", used.id.clone()));
            return replayed;
        }
        let (status, body) = self.run(request, params, id, Some(key));
        // What was never begun is not remembered.
        if ![400, 401, 404, 429].contains(&status) {
            let (id, body) = (id.to_owned(), body.clone());
            self.keys.insert(key.to_owned(), Used { request: same, id, status, body, at: now });
        }
        reply(id, Some(key), status, body)
    }

    fn run(
        &mut self,
        request: &Request,
        params: &Params,
        id: &str,
        key: Option<&str>,
    ) -> (u16, String) {
        self.state.request = Some((id.to_owned(), key.map(str::to_owned)));
        let (method, path) = (request.method.as_str(), request.path.as_str());
        let answer = self.whole(|state| route::answer(state, method, path, params));
        self.state.request = None;
        match answer {
            Ok(value) => (200, written(&value)),
            Err(refusal) => (refusal.status, refusal.body().to_string()),
        }
    }
}

fn nothing_done(kind: Kind) -> Option<Refusal> {
    match kind {
        Kind::CutBefore | Kind::ServerError => Some(server_error()),
        Kind::TooMany => {
            let told = "Request rate limit exceeded.";
            Some(Refusal::new(429, "invalid_request_error", told).code("rate_limit"))
        }
        Kind::InProgress => {
            let told = "There is currently another in-progress request using this key.";
            Some(Refusal::new(409, "idempotency_error", told).code("idempotency_key_in_use"))
        }
        _ => None,
    }
}

fn server_error() -> Refusal {
    Refusal::new(500, "api_error", "Sorry! There was an error while talking to our servers.")
}

fn reply(id: &str, key: Option<&str>, status: u16, body: String) -> Reply {
    let mut headers = vec![
        ("Content-Type", "application/json".to_owned()),
        ("Request-Id", id.to_owned()),
        ("Stripe-Version", API_VERSION.to_owned()),
    ];
    if let Some(key) = key {
        headers.push(("Idempotency-Key", key.to_owned()));
    }
    Reply { status, headers, body, fault: None }
}

/// `Bearer sk_…`, or `Basic` with it as the name.
fn secret(authorization: &str) -> String {
    if let Some(bearer) = authorization.strip_prefix("Bearer ") {
        return bearer.to_owned();
    }
    let encoded = authorization.strip_prefix("Basic ").unwrap_or_default();
    let decoded = STANDARD.decode(encoded).unwrap_or_default();
    let text = String::from_utf8(decoded).unwrap_or_default();
    text.split(':').next().unwrap_or_default().to_owned()
}
