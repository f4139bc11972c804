//! The web app: its files, held by the binary (everyday builds read them from `web/dist`).
//!
//! Every address that is no file and no API is the app itself, with a fresh nonce for its own
//! scripts and styles. Hashed files are immutable and are sent as they were compressed at build
//! time. Never serves anything that is not part of the build.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::Shared;
use super::envelope::is_api;
use super::headers::page_policy;
use super::problem::Problem;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Web;

const NONCE_TOKEN: &str = "__CSP_NONCE__";
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <title>Ampere</title></head><body><h1>Ampere is running, its web app is not built</h1>\
    <p>Stop the server and start it with <code>make run</code>: that builds the web app too.</p>\
    <p>The API answers under <code>/api/v1</code>.</p></body></html>\n";

/// Everything that no route has.
pub async fn serve(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if is_api(uri.path()) {
        return Problem::not_found().into_response();
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if path.is_empty() || path == "index.html" {
        return page(&shared);
    }
    match Web::get(path) {
        Some(file) => asset(path, file, &headers),
        // A missing script must not come as a page: the browser would try to run it.
        None if path.starts_with("assets/") => StatusCode::NOT_FOUND.into_response(),
        None => page(&shared),
    }
}

/// The app, for this one request.
fn page(shared: &Shared) -> Response {
    let Some(index) = Web::get("index.html") else {
        return with_type("text/html; charset=utf-8", NOT_BUILT.into());
    };
    let nonce = shared.mint();
    let html = String::from_utf8_lossy(&index.data).replace(NONCE_TOKEN, &nonce);
    let mut response = with_type("text/html; charset=utf-8", html.into());
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(&page_policy(&nonce)) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn asset(path: &str, file: EmbeddedFile, asked: &HeaderMap) -> Response {
    let tag = tag(&file);
    let known = asked.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let unchanged = known.is_some_and(|tags| tags.split(", ").any(|each| each == tag));
    let (encoding, data) = packed(path, asked).unwrap_or((None, file.data));
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        with_type(media_type(path), body(data))
    };
    let headers = response.headers_mut();
    let hashed = path.starts_with("assets/");
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static(if hashed {
            "public, max-age=31536000, immutable"
        } else {
            "public, max-age=3600"
        }),
    );
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if let (false, Some(encoding)) = (unchanged, encoding) {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// Weak, because the same file goes out in several encodings.
fn tag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{hex}\"")
}

type Packed = (Option<&'static str>, Cow<'static, [u8]>);

/// The file as it was compressed at build time, in the best way that the browser takes.
fn packed(path: &str, asked: &HeaderMap) -> Option<Packed> {
    let accepted = asked.get(ACCEPT_ENCODING)?.to_str().ok()?;
    [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(word, _)| takes(accepted, word))
        .find_map(|(word, ending)| Some((Some(word), Web::get(&format!("{path}.{ending}"))?.data)))
}

/// Whether a word is in the list and not refused by `q=0`.
fn takes(accepted: &str, word: &str) -> bool {
    accepted.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(word));
        named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn body(data: Cow<'static, [u8]>) -> Body {
    match data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    }
}

fn with_type(media_type: &'static str, body: Body) -> Response {
    ([(CONTENT_TYPE, media_type)], body).into_response()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_taken_only_where_the_browser_says_so() {
        assert!(takes("gzip, deflate, br;q=1.0", "br"));
        assert!(takes("GZIP", "gzip"));
        assert!(!takes("gzip, br;q=0", "br"));
        assert!(!takes("brotli", "br"));
        assert!(!takes("", "gzip"));
    }
}
