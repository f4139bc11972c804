//! Problems: how every error of the product looks on the wire (RFC 9457).
//!
//! Owns: what a problem says, and its JSON. Never says anything of the inside: no SQL, no texts of
//! providers, no secrets. A handler returns `Result<_, Problem>`; the request id and the address
//! are added by `envelope`. Read next: `refusals`, which problem an error of the application is;
//! `code`, the table of all codes.

use ampere_app::{FieldError, NotNow, Shortage};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::billing::Money;
use super::billing::changes::ChangePreview;
use super::code::Code;

/// The media type of problems.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Tells the SDKs of model providers not to try again by themselves.
pub const X_SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// Why a request was not done.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What kind.
    pub code: Code,
    /// A sentence about this very request.
    pub detail: String,
    /// Wrong fields.
    pub errors: Vec<FieldError>,
    /// The numbers of a 402.
    pub shortage: Option<Box<Shortage>>,
    /// On a 402: the same request may wait for credits.
    pub can_wait: bool,
    /// Seconds.
    pub retry_after: Option<u64>,
    /// On 403: who can change that.
    pub people: Vec<String>,
    /// On 409: how things stand now.
    pub instead: Option<Instead>,
}

/// How things stand, where they are not as the request had them.
#[derive(Debug, Clone)]
pub enum Instead {
    /// The preview does not hold any more: what would be shown now; none where the change is not
    /// there any more.
    Preview(Option<Box<ChangePreview>>),
    /// The state of things does not allow it now: what comes first.
    First(Box<NotNow>),
    /// The purchase costs something else than was shown: what it costs.
    Price(Box<Money>),
}

impl Problem {
    /// A problem with its own sentence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Problem {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            shortage: None,
            can_wait: false,
            retry_after: None,
            people: Vec::new(),
            instead: None,
        }
    }

    /// A problem that needs no more words than its code has.
    pub fn plain(code: Code) -> Self {
        Problem::new(code, code.meaning())
    }

    /// It does not exist, or belongs to somebody else.
    pub fn not_found() -> Self {
        Problem::plain(Code::NotFound)
    }

    /// One wrong field.
    pub fn field(pointer: impl Into<String>, code: &'static str, detail: &str) -> Self {
        let errors = vec![FieldError { pointer: pointer.into(), code, detail: detail.to_owned() }];
        Problem { errors, ..Problem::new(Code::ValidationFailed, detail) }
    }

    /// The same request may wait for credits, if they are short.
    pub fn can_wait(self) -> Self {
        Problem { can_wait: self.shortage.is_some(), ..self }
    }

    /// With seconds to wait.
    pub fn retry_after(self, seconds: u64) -> Self {
        Problem { retry_after: Some(seconds), ..self }
    }

    /// As JSON, for the answer to a request or an `error` event of a stream.
    pub fn body(&self, place: &Place<'_>) -> ProblemBody {
        let url = format!("{}/help/problems/{}", place.public_url, self.code.slug());
        let mut body = ProblemBody {
            type_: url.clone(),
            title: self.code.title().to_owned(),
            status: self.code.status().as_u16(),
            code: self.code.word().to_owned(),
            detail: self.detail.clone(),
            instance: place.path.to_owned(),
            request_id: place.request_id.to_owned(),
            retryable: self.code.retryable(),
            docs_url: url,
            ..ProblemBody::default()
        };
        if !self.errors.is_empty() {
            body.errors = Some(self.errors.iter().map(FieldErrorBody::of).collect());
        }
        if !self.people.is_empty() {
            let (action, people) = ("ask".to_owned(), Some(self.people.clone()));
            body.resolutions = Some(vec![Resolution { action, people, ..Resolution::default() }]);
        }
        match &self.instead {
            Some(Instead::Preview(fresh)) => body.preview = Some(fresh.clone()),
            Some(Instead::First(why)) => {
                let first = resolutions(why, place.public_url);
                body.resolutions = Some(first).filter(|them| !them.is_empty());
            }
            Some(Instead::Price(price)) => body.price = Some((**price).clone()),
            None => {}
        }
        if let Some(shortage) = &self.shortage {
            body.add(shortage, self.code == Code::CreditsLocked, place.public_url);
            body.can_wait = self.can_wait.then_some(true);
            body.waiting = self.can_wait.then_some(shortage.waiting);
        }
        body
    }

    /// The whole answer; used by `envelope` alone.
    pub fn response(&self, place: &Place<'_>) -> Response {
        // Serializing plain strings and numbers cannot fail.
        let json = serde_json::to_vec(&self.body(place)).unwrap_or_default();
        let mut response = (self.code.status(), json).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.code.status() == axum::http::StatusCode::CONFLICT && !self.code.retryable() {
            headers.insert(X_SHOULD_RETRY, HeaderValue::from_static("false"));
        }
        response
    }
}

impl IntoResponse for Problem {
    /// The status alone, with the problem beside it: `envelope` knows the request and writes it.
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The request that a problem is about.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Where people reach us, without a slash at its end.
    pub public_url: &'a str,
    /// The request's path.
    pub path: &'a str,
    /// `req_…`
    pub request_id: &'a str,
}

/// What an error answer says (RFC 9457, application/problem+json).
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Address of the page about this kind of problem.
    #[serde(rename = "type")]
    pub type_: String,
    /// The kind, for people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The kind, for programs: stable.
    pub code: String,
    /// What is wrong with this request, for people.
    pub detail: String,
    /// Path of the request.
    pub instance: String,
    /// Names the request in the server's log.
    pub request_id: String,
    /// Whether the very same request may succeed later.
    pub retryable: bool,
    /// Address of the page about this kind of problem.
    pub docs_url: String,
    /// On 422: what is wrong, field by field.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub errors: Option<Vec<FieldErrorBody>>,
    /// On 402: the hold that the work needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub required: Option<String>,
    /// On 402: what can be taken now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub available: Option<String>,
    /// On 402: held by running work.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub held: Option<String>,
    /// On 402: set aside and not spendable.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub locked: Option<String>,
    /// On 402: what is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub shortfall: Option<String>,
    /// On 402: the journal position of these numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub position: Option<u64>,
    /// On 402: `paused`, or `locked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub state: Option<String>,
    /// On 402 of what may wait for credits: true.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub can_wait: Option<bool>,
    /// On 402 of what may wait for credits: how many runs wait already.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub waiting: Option<u32>,
    /// On 409 of a confirmed preview: what would be shown now; null where the change is not there
    /// to be made any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ChangePreview>)]
    pub preview: Option<Option<Box<ChangePreview>>>,
    /// On 409 of a purchase that costs something else than was shown: what it costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub price: Option<Money>,
    /// On 402, 403 and some 409: what can be done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub resolutions: Option<Vec<Resolution>>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FieldError)]
pub struct FieldErrorBody {
    /// JSON pointer into the body, or `?name` for a query parameter.
    pub pointer: String,
    /// Stable word.
    pub code: String,
    /// A sentence for people.
    pub detail: String,
}

impl FieldErrorBody {
    fn of(error: &FieldError) -> Self {
        FieldErrorBody {
            pointer: error.pointer.clone(),
            code: error.code.to_owned(),
            detail: error.detail.clone(),
        }
    }
}

/// A way out of a shortage of credits.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Resolution {
    /// `buy_credits`, `restart_plan`, `ask`, `wait`, or another of the words of `actions`.
    pub action: String,
    /// Where it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub url: Option<String>,
    /// What the person needs for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub requires: Option<String>,
    /// Whom to ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub people: Option<Vec<String>>,
    /// When it comes by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    pub at: Option<ampere_credits::Timestamp>,
}

/// What comes first, and from when on it works by itself.
fn resolutions(why: &NotNow, public_url: &str) -> Vec<Resolution> {
    let first = why.action.map(|action| Resolution {
        action: action.to_owned(),
        url: Some(format!("{public_url}/billing")),
        requires: Some("billing_access".to_owned()),
        ..Resolution::default()
    });
    let wait = why.again_at.map(|at| Resolution {
        action: "wait".to_owned(),
        at: Some(at),
        ..Resolution::default()
    });
    first.into_iter().chain(wait).collect()
}

impl ProblemBody {
    fn add(&mut self, shortage: &Shortage, locked: bool, public_url: &str) {
        self.required = Some(shortage.required.to_string());
        self.available = Some(shortage.available.to_string());
        self.held = Some(shortage.held.to_string());
        self.locked = Some(shortage.locked.to_string());
        self.shortfall = Some(shortage.shortfall.to_string());
        self.position = Some(shortage.position);
        self.state = Some(if locked { "locked" } else { "paused" }.to_owned());
        let (action, page) =
            if locked { ("restart_plan", "/plans") } else { ("buy_credits", "/billing?buy=1") };
        let fix = Resolution {
            action: action.to_owned(),
            url: Some(format!("{public_url}{page}")),
            requires: Some("billing_access".to_owned()),
            ..Resolution::default()
        };
        let ask = Resolution {
            action: "ask".to_owned(),
            people: Some(shortage.can_add.clone()),
            ..Resolution::default()
        };
        self.resolutions = Some(if shortage.billing_access { vec![fix] } else { vec![ask] });
    }
}
