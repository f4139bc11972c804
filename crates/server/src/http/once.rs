//! Once: a request that changes something is carried out to its end, and no more than once.
//!
//! Owns: reading the body within its limits, running the handler in a task of its own (a person
//! who closes the tab does not stop what has begun), and the replies remembered under an
//! `Idempotency-Key`. Only committed results replay: every other key is given back.
//! Never looks into a body. Read next: `extract`.

use std::sync::Arc;

use ampere_app::settings::{Reply, ReplyLookup};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use sha2::{Digest, Sha256};

use super::Shared;
use super::code::Code;
use super::extract::Who;
use super::files;
use super::guard::is_safe;
use super::problem::Problem;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Characters of a key.
const LONGEST_KEY: usize = 255;

/// The `Idempotency-Key` of a POST that must have one, for the command that it causes.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    /// As the client sent it.
    pub key: String,
    /// Method and path: the same key on another path is another request.
    pub scope: String,
    /// SHA-256 of the body.
    pub hash: [u8; 32],
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let found = parts.extensions.get::<IdempotencyKey>().cloned();
        found.ok_or_else(|| Problem::plain(Code::IdempotencyKeyRequired))
    }
}

/// The layer in front of every route.
pub async fn once(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    if is_safe(request.method()) {
        return next.run(request).await;
    }
    carry_out(shared, request, next).await.unwrap_or_else(IntoResponse::into_response)
}

async fn carry_out(shared: Arc<Shared>, request: Request, next: Next) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    if parts.uri.path() == files::PATH {
        // Nobody unknown may make us hold so much.
        Who::from_request_parts(&mut parts, &shared).await?;
    }
    let bytes = read(&shared, &parts, body).await?;
    let key = key_of(&parts, &bytes)?;
    let Some(key) = key else {
        let request = Request::from_parts(parts, Body::from(bytes));
        return Ok(to_its_end(next.run(request)).await);
    };
    parts.extensions.insert(key.clone());
    let who = Who::from_request_parts(&mut parts, &shared).await;
    let request = Request::from_parts(parts, Body::from(bytes));
    match who {
        Ok(Who(caller)) => {
            let scope = format!("{} {} {}", caller.org, caller.user, key.scope);
            let once = remembered(shared, Owned { scope, key }, next.run(request));
            // From taking the key to remembering the reply: a key must not stay taken.
            Ok(to_its_end(async { once.await.unwrap_or_else(IntoResponse::into_response) }).await)
        }
        // Nobody is known yet: there is no one whose key it could be (logging in).
        Err(_) => Ok(to_its_end(next.run(request)).await),
    }
}

/// A key and whose it is.
struct Owned {
    scope: String,
    key: IdempotencyKey,
}

async fn remembered(
    shared: Arc<Shared>,
    owned: Owned,
    handler: impl Future<Output = Response> + Send + 'static,
) -> Result<Response, Problem> {
    let IdempotencyKey { key, hash, .. } = &owned.key;
    match shared.app.begin_reply(&owned.scope, key, *hash).await? {
        ReplyLookup::Done(reply) => Ok(replay(reply)),
        ReplyLookup::Mismatch => Err(Problem::plain(Code::IdempotencyMismatch)),
        ReplyLookup::InProgress => Err(Problem::plain(Code::IdempotencyInProgress).retry_after(1)),
        ReplyLookup::Fresh => {
            // In a task of its own once more, so that a panic gives the key back too.
            let (response, reply) = committed(to_its_end(handler).await).await;
            if let Err(error) = shared.app.end_reply(&owned.scope, key, reply).await {
                // The journal knows the key all the same; only the short way is lost.
                tracing::error!(%error, "a reply could not be remembered");
            }
            Ok(response)
        }
    }
}

/// The reply to remember, if the answer is a success.
async fn committed(response: Response) -> (Response, Option<Reply>) {
    if !response.status().is_success() {
        return (response, None);
    }
    let (parts, body) = response.into_parts();
    // Our own handlers' JSON: it is in memory already.
    let bytes = body.collect().await.map(|all| all.to_bytes()).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let reply = Reply { status: parts.status.as_u16(), body: text };
    (Response::from_parts(parts, Body::from(bytes)), Some(reply))
}

fn replay(reply: Reply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let empty = reply.body.is_empty();
    let mut response = (status, reply.body).into_response();
    let headers = response.headers_mut();
    headers.remove(CONTENT_TYPE);
    if !empty {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Runs it in a task of its own, so that it ends even if nobody waits for it any more.
async fn to_its_end(handler: impl Future<Output = Response> + Send + 'static) -> Response {
    match tokio::spawn(handler).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("a handler panicked");
            Problem::plain(Code::Internal).into_response()
        }
    }
}

/// The whole body, within its size and its time.
async fn read(shared: &Shared, parts: &Parts, body: Body) -> Result<Bytes, Problem> {
    let limits = &shared.limits;
    let (limit, time, code) = match parts.uri.path() {
        files::PATH => (limits.file_bytes, limits.file_time, Code::FileTooLarge),
        _ => (limits.body_bytes, limits.body_time, Code::TooLarge),
    };
    let too_large = || Problem::new(code, format!("At most {limit} bytes are taken."));
    let told = parts.headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|told| told > u64::try_from(limit).unwrap_or(u64::MAX)) {
        return Err(too_large());
    }
    let collect = Limited::new(body, limit).collect();
    match tokio::time::timeout(time, collect).await {
        Ok(Ok(all)) => Ok(all.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Problem::new(Code::InvalidRequest, "The body did not arrive whole.")),
        Err(_) => Err(Problem::plain(Code::Timeout)),
    }
}

/// Logins come in a cookie, and replies are remembered without their cookies.
const WITH_COOKIES: &str = "/api/v1/auth/";

/// The key of a POST; other methods are repeatable by themselves.
fn key_of(parts: &Parts, body: &[u8]) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(value) = parts.headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    if parts.method != Method::POST || parts.uri.path().starts_with(WITH_COOKIES) {
        return Ok(None);
    }
    let key = value.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > LONGEST_KEY {
        let detail = "An Idempotency-Key has 1 to 255 visible characters.";
        return Err(Problem::new(Code::InvalidRequest, detail));
    }
    let scope = format!("{} {}", parts.method, parts.uri.path());
    let hash = Sha256::digest(body).into();
    Ok(Some(IdempotencyKey { key: key.to_owned(), scope, hash }))
}
