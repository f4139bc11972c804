//! `/hooks`: what payment providers tell. Nobody is logged in: the signature says who it is.
//!
//! Answers once the raw body is kept; it is followed afterwards. Never reads into it.

use std::sync::Arc;

use ampere_app::billing::hooks::HookRefused;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use super::Shared;
use super::code::Code;
use super::problem::Problem;

/// Bytes of a webhook at most.
const LARGEST: usize = 256 * 1024;
/// The provider that calls this path.
const STRIPE: &str = "stripe";

/// Takes a webhook of Stripe
#[utoipa::path(post, path = "/hooks/stripe", operation_id = "receiveStripeHook", tag = "billing",
    request_body(content = String, content_type = "application/json"),
    responses((status = 200, description = "It is kept"),
        (status = 400, description = "It does not prove where it comes from"),
        (status = 404, description = "Stripe is not in use here"),
        (status = 413, description = "It is too large")))]
pub async fn receive_stripe_hook(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    if body.len() > LARGEST {
        let detail = format!("At most {LARGEST} bytes are taken.");
        return Err(Problem::new(Code::TooLarge, detail));
    }
    // What is no text cannot be a signature.
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    match shared.app.receive_hook(STRIPE, &headers, &body).await {
        Ok(()) => Ok(StatusCode::OK),
        Err(refused @ HookRefused::NotVerified(_)) => {
            Err(Problem::new(Code::InvalidRequest, refused.to_string()))
        }
        Err(HookRefused::NoProvider) => Err(Problem::not_found()),
        Err(HookRefused::NotKept) => Err(Problem::plain(Code::Unavailable)),
    }
}
