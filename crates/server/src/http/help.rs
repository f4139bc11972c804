//! `/help/problems/{code}`: the pages that the `type` and `docs_url` of problems point at.
//!
//! Plain pages without scripts, from the one table of codes.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::code::Code;

/// The page about a kind of problem.
pub async fn problem_page(Path(slug): Path<String>) -> Response {
    let Some(code) = Code::ALL.iter().copied().find(|code| code.slug() == slug) else {
        let page = page("No such problem", "<p>There is no page under this address.</p>");
        return (StatusCode::NOT_FOUND, Html(page)).into_response();
    };
    let again = if code.retryable() {
        "Trying the same request again later may succeed."
    } else {
        "Trying the same request again does not help."
    };
    let body = format!(
        "<h1>{}</h1><p>{}</p><p>{again}</p><p>Status {}, code <code>{}</code>.</p>",
        code.title(),
        code.meaning(),
        code.status().as_u16(),
        code.word(),
    );
    Html(page(code.title(), &body)).into_response()
}

/// Texts come from our own table and hold no markup.
fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} · Ampere</title></head><body>{body}</body></html>\n"
    )
}
