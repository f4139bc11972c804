//! The envelope of every answer: request id, problems written out, protective headers, the log.
//!
//! Owns: what is the same for all routes on their way out. Never: decides whether something may
//! be done. Read next: `guard` (what is refused before a route is reached), `headers`.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};

use ampere_app::Act;
use ampere_credits::{OrgId, UserId};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use super::code::Code;
use super::problem::{MEDIA_TYPE, Place, Problem};
use super::{Shared, headers};

/// Names a request in answers and in the log.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Distributed traces; echoed.
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// Longer ids of others are replaced by ours.
const LONGEST_ID: usize = 128;

/// `req_…`, or what the client named the request.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Who turned out to ask, and where: for the log, and for whom they can ask.
#[derive(Debug, Clone, Default)]
pub struct Asker(Arc<OnceLock<(OrgId, UserId)>>);

impl Asker {
    /// The first who is known stands.
    pub fn is(&self, org: OrgId, user: UserId) {
        self.0.get_or_init(|| (org, user));
    }
}

/// Whether a path belongs to the API: its answers are JSON and problems.
pub fn is_api(path: &str) -> bool {
    ["/api", "/operator", "/hooks", "/openapi.json", "/healthz"].iter().any(|root| {
        path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// The outermost layer.
pub async fn envelope(
    State(shared): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = named(request.headers()).unwrap_or_else(|| shared.mint_request_id());
    let asker = Asker::default();
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert(asker.clone());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let trace = request.headers().get(TRACEPARENT).cloned();
    let ran = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = ran.unwrap_or_else(|_| {
        tracing::error!(request = %id, "a handler panicked");
        Problem::plain(Code::Internal).into_response()
    });
    let place = Place { public_url: &shared.public_url, path: &path, request_id: &id };
    if response.status() == StatusCode::FORBIDDEN {
        let code = response.extensions().get::<Problem>().map(|problem| problem.code.word());
        let user = asker.0.get().map(|(_, user)| user);
        tracing::warn!(target: "security", request = %id, %method, path, ?user, code, "denied");
        say_whom_to_ask(&shared, asker.0.get(), &mut response).await;
    }
    response = written(response, &place);
    log(&method, &path, &id, response.status());
    let out = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        out.insert(X_REQUEST_ID, id);
    }
    if let Some(trace) = trace {
        out.insert(TRACEPARENT, trace);
    }
    if is_api(&path) && !out.contains_key(CACHE_CONTROL) {
        out.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    headers::protect(out, shared.secure);
    response
}

/// Who is refused reads who can change that.
async fn say_whom_to_ask(
    shared: &Shared,
    asker: Option<&(OrgId, UserId)>,
    response: &mut Response,
) {
    let Some((org, _)) = asker else { return };
    let Some(problem) = response.extensions_mut().get_mut::<Problem>() else { return };
    let act = match problem.code {
        Code::ForbiddenRole => Act::ManageTeam,
        Code::BillingAccessRequired => Act::Billing,
        _ => return,
    };
    // Without the names the refusal stands as it is.
    if let Ok(names) = shared.app.who_may(*org, act).await {
        problem.people = names;
    }
}

/// The client's own id, if it is one.
fn named(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(X_REQUEST_ID)?.to_str().ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.:".contains(c);
    let fits = !id.is_empty() && id.len() <= LONGEST_ID && id.chars().all(plain);
    fits.then(|| id.to_owned())
}

/// Writes out the problem of a handler, and turns bare errors of the router into problems.
fn written(mut response: Response, place: &Place<'_>) -> Response {
    let problem = response.extensions_mut().remove::<Problem>().or_else(|| {
        let bare = response.headers().get(CONTENT_TYPE).is_none_or(|kind| kind != MEDIA_TYPE);
        (bare && is_api(place.path)).then(|| of_status(response.status())).flatten()
    });
    let Some(problem) = problem else { return response };
    let mut written = problem.response(place);
    let kept = response.headers_mut();
    kept.remove(CONTENT_TYPE);
    kept.remove(axum::http::header::CONTENT_LENGTH);
    for (name, value) in kept.drain() {
        if let Some(name) = name {
            written.headers_mut().append(name, value);
        }
    }
    written
}

fn of_status(status: StatusCode) -> Option<Problem> {
    let code = match status {
        status if status.is_success() || status.is_redirection() => return None,
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        status if status.is_client_error() => Code::InvalidRequest,
        _ => Code::Internal,
    };
    Some(Problem::plain(code))
}

fn log(method: &Method, path: &str, id: &str, status: StatusCode) {
    let status = status.as_u16();
    if status >= 500 {
        tracing::error!(target: "http", request = id, %method, path, status, "failed");
    } else {
        tracing::debug!(target: "http", request = id, %method, path, status, "answered");
    }
}
