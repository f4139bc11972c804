//! What handlers take: who asks, what they ask with. One meaning of "wrong" for all routes.
//!
//! Owns: cookie → [`Caller`], body → a checked type, path and query → types. Never decides what
//! a caller may do: that is `Caller::may`, inside the use cases. Read next: `problem`, `once`.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use ampere_app::Caller;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, COOKIE};
use axum::http::request::Parts;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::Shared;
use super::code::Code;
use super::envelope::Asker;
use super::problem::Problem;

/// A logged-in person. A handler that takes this cannot be reached by anybody else.
#[derive(Debug, Clone)]
pub struct Who(pub Caller);

impl FromRequestParts<Arc<Shared>> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        if let Some(known) = parts.extensions.get::<Who>() {
            return Ok(known.clone());
        }
        let token = login_token(&parts.headers, shared)?;
        let who = Who(shared.app.caller(token).await?);
        if let Some(asker) = parts.extensions.get::<Asker>() {
            asker.is(who.0.org, who.0.user);
        }
        parts.extensions.insert(who.clone());
        Ok(who)
    }
}

/// The login token of a request, for streams that look again whether the login still stands.
pub fn login_token<'a>(headers: &'a HeaderMap, shared: &Shared) -> Result<&'a str, Problem> {
    cookie(headers, shared.cookie_name()).ok_or_else(|| Problem::plain(Code::Unauthenticated))
}

/// A cookie's value.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// The address of the connection's other end, put in by the accept loop.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Where a request comes from: the peer, or what a trusted proxy says of it.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<Arc<Shared>> for ClientAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<Peer>().ok_or_else(|| {
            tracing::error!("a request came without its peer");
            Problem::plain(Code::Internal)
        })?;
        Ok(ClientAddress(client(peer.0, &parts.headers, &shared.limits.trusted_proxies)))
    }
}

/// The last address in `X-Forwarded-For` that is not a trusted proxy; lies stand before it.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer) {
        return peer;
    }
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let said: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut nearest = peer;
    for text in said.into_iter().rev() {
        let Ok(address) = text.parse() else { return nearest };
        nearest = address;
        if !trusted.contains(&address) {
            return address;
        }
    }
    nearest
}

/// What the browser or program calls itself, cut to a length that people read.
#[derive(Debug, Clone)]
pub struct Agent(pub String);

impl<S: Sync> FromRequestParts<S> for Agent {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let said = parts.headers.get(axum::http::header::USER_AGENT);
        let text = said.and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Agent(text.chars().take(200).collect()))
    }
}

/// An id or word in the path; what cannot be one does not exist.
#[derive(Debug, Clone, Copy)]
pub struct ApiPath<T>(pub T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for ApiPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::not_found())?;
        text.parse().map(ApiPath).map_err(|_| Problem::not_found())
    }
}

/// The query; its type should deny unknown fields.
#[derive(Debug, Clone, Copy)]
pub struct ApiQuery<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(query)) => Ok(ApiQuery(query)),
            Err(rejection) => {
                let said = rejection.body_text();
                let said = said.strip_prefix("Failed to deserialize query string: ");
                let said = said.unwrap_or("the query cannot be read");
                let name = said.split_once(':').map_or("", |(name, _)| name);
                let name = if name.contains(' ') { "" } else { name };
                Err(Problem::field(format!("?{name}"), "invalid_value", said))
            }
        }
    }
}

/// A JSON object as the body, strictly: every field known, every type right.
#[derive(Debug, Clone, Copy)]
pub struct ApiJson<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ApiJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(Problem::plain(Code::UnsupportedMediaType));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| Problem::plain(Code::InvalidRequest))?;
        parse(&bytes).map(ApiJson)
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // First whether it is JSON at all: then every mistake below is one in a field.
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(bytes) {
        let said = format!("The body is not JSON: {}.", without_place(&error.to_string()));
        return Err(Problem::new(Code::InvalidRequest, said));
    }
    // A struct could be read from a list too, which nobody means.
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'[') {
        return Err(Problem::field("", "wrong_type", "The body must be a JSON object."));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let pointer = pointer(error.path());
        mistake(pointer, error.inner())
    })?;
    Ok(value)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", escaped(key))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn without_place(said: &str) -> &str {
    said.split(" at line ").next().unwrap_or_default()
}

/// JSON with a mistake: 422 that names the field.
fn mistake(mut pointer: String, error: &serde_json::Error) -> Problem {
    let said = error.to_string();
    let said = without_place(&said);
    let kinds = [
        ("unknown field", "unknown_field"),
        ("missing field", "missing_field"),
        ("duplicate field", "duplicate_field"),
        ("unknown variant", "unknown_value"),
        ("invalid type", "wrong_type"),
    ];
    let found = kinds.into_iter().find(|(begin, _)| said.starts_with(begin));
    let code = match found {
        Some((_, code)) => code,
        None if error.is_data() => "invalid_value",
        // JSON, yet of a shape that the reader did not get to the end of: too deep, or a list.
        None => "wrong_type",
    };
    if let ("unknown_field" | "missing_field" | "duplicate_field", Some(name)) =
        (code, said.split('`').nth(1))
    {
        let last = format!("/{}", escaped(name));
        if !pointer.ends_with(&last) {
            pointer.push_str(&last);
        }
    }
    // What was sent is not repeated: it may be a password.
    let detail = match code {
        "wrong_type" | "invalid_value" if said.contains(", expected ") => {
            format!("expected {}", said.rsplit(", expected ").next().unwrap_or_default())
        }
        "unknown_value" => said.split_once(", ").map_or(said, |(_, rest)| rest).to_owned(),
        _ => said.to_owned(),
    };
    Problem::field(pointer, code, &detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Asked {
        name: String,
        count: Option<u32>,
    }

    fn wrong(text: &str) -> (Code, String, &'static str) {
        match parse::<Asked>(text.as_bytes()) {
            Ok(asked) => unreachable!("{asked:?}"),
            Err(problem) => match problem.errors.first() {
                Some(error) => (problem.code, error.pointer.clone(), error.code),
                None => (problem.code, String::new(), ""),
            },
        }
    }

    #[test]
    fn mistakes_are_named_by_pointer_and_kind() {
        let data = |pointer: &str, code| (Code::ValidationFailed, pointer.to_owned(), code);
        assert_eq!(wrong(r#"{"name":"a","x":1}"#), data("/x", "unknown_field"));
        assert_eq!(wrong(r#"{"count":1}"#), data("/name", "missing_field"));
        assert_eq!(wrong(r#"{"name":1}"#), data("/name", "wrong_type"));
        assert_eq!(wrong(r#"{"name":"a","count":-1}"#), data("/count", "invalid_value"));
        assert_eq!(wrong(r#"{"name":"a","count":1e99}"#), data("/count", "wrong_type"));
        assert_eq!(wrong(r#"{"name":"a","name":"b"}"#), data("/name", "duplicate_field"));
        assert_eq!(wrong(r#"["a",1]"#), data("", "wrong_type"));
        for text in ["", "{", "nonsense", r#"{"name":"a"} more"#] {
            assert_eq!(wrong(text).0, Code::InvalidRequest, "{text}");
        }
    }

    #[test]
    fn what_was_sent_is_not_repeated() {
        for text in [r#"{"name":["s3cret"]}"#, r#"{"name":"a","count":"s3cret"}"#] {
            let problem = parse::<Asked>(text.as_bytes()).err();
            assert!(problem.is_some_and(|p| !format!("{p:?}").contains("s3cret")), "{text}");
        }
    }

    #[test]
    fn forwarded_addresses_count_only_from_trusted_proxies() {
        let ip = |text: &str| match text.parse::<IpAddr>() {
            Ok(ip) => ip,
            Err(error) => unreachable!("{error}"),
        };
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("1.1.1.1, 9.9.9.9, 10.0.0.2"));
        let trusted = [ip("10.0.0.1"), ip("10.0.0.2")];
        assert_eq!(client(ip("8.8.8.8"), &headers, &trusted), ip("8.8.8.8"));
        assert_eq!(client(ip("10.0.0.1"), &headers, &trusted), ip("9.9.9.9"));
        assert_eq!(client(ip("10.0.0.1"), &headers, &[]), ip("10.0.0.1"));
    }
}
