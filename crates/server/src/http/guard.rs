//! The guard: what is refused before any route is reached.
//!
//! Owns: requests that a browser sends from another site's page (security check S6), heads that
//! are too large, and how many requests are worked on at once. Never looks at who is asking. Read
//! next: `once`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::code::Code;
use super::problem::Problem;

/// Methods that never change anything.
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Bytes of all headers of a request together.
const HEAD_BYTES: usize = 16 * 1024;

/// Refuses, or lets the request through when it has its turn.
pub async fn guard(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    if !is_safe(request.method()) && from_elsewhere(request.headers(), &shared.origin) {
        return Problem::plain(Code::CrossSite).into_response();
    }
    let head: usize = request.headers().iter().map(|(n, v)| n.as_str().len() + v.len()).sum();
    if head > HEAD_BYTES {
        return Problem::plain(Code::HeadTooLarge).into_response();
    }
    // A stream's turn ends when it begins: streams have their own limit.
    match tokio::time::timeout(shared.limits.turn_time, shared.turns.acquire()).await {
        Ok(Ok(_turn)) => next.run(request).await,
        _ => Problem::plain(Code::ConcurrencyLimited).retry_after(1).into_response(),
    }
}

/// Whether a browser says that another site's page asks. Programs send neither header.
fn from_elsewhere(headers: &HeaderMap, own: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return true;
    }
    let Some(origin) = text(ORIGIN.as_str()) else { return false };
    let same_host = text(HOST.as_str()).is_some_and(|host| {
        ["http://", "https://"].iter().any(|scheme| origin.strip_prefix(scheme) == Some(host))
    });
    origin != own && !same_host
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, axum::http::HeaderValue::from_static(value));
        }
        from_elsewhere(&headers, "https://ampere.example")
    }

    #[test]
    fn other_sites_are_told_from_our_own_pages_and_from_programs() {
        assert!(!asked(&[("host", "ampere.example")]));
        assert!(!asked(&[("origin", "https://ampere.example"), ("host", "10.0.0.7:8080")]));
        assert!(!asked(&[("origin", "http://localhost:8080"), ("host", "localhost:8080")]));
        assert!(!asked(&[("sec-fetch-site", "same-origin"), ("host", "ampere.example")]));
        assert!(asked(&[("sec-fetch-site", "cross-site")]));
        assert!(asked(&[("sec-fetch-site", "same-site")]));
        assert!(asked(&[("origin", "https://evil.example"), ("host", "ampere.example")]));
        assert!(asked(&[("origin", "null"), ("host", "ampere.example")]));
        assert!(asked(&[("origin", "http://ampere.example.evil"), ("host", "ampere.example")]));
    }
}
