//! `/sandbox`: the payment page of the built-in sandbox, where no money moves.
//!
//! Stands in for a provider's own page. Answers 404 where the sandbox is not on.

use std::sync::Arc;

use ampere_credits::CheckoutId;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::billing::Checkout;
use super::extract::{ApiJson, ApiPath, Who};
use super::once::IdempotencyKey;
use super::problem::Problem;

/// A card that exists in the sandbox only.
#[derive(Debug, Serialize, ToSchema)]
pub struct SandboxCard {
    /// Its number.
    pub number: String,
    /// For people.
    pub label: String,
    /// `paid`, or why it is declined.
    pub outcome: String,
}

/// Every test card.
#[derive(Debug, Serialize, ToSchema)]
pub struct SandboxCardList {
    /// The cards.
    pub data: Vec<SandboxCard>,
}

/// Lists the test cards.
#[utoipa::path(get, path = "/api/v1/sandbox/cards", operation_id = "listSandboxCards",
    tag = "sandbox",
    responses((status = 200, body = SandboxCardList, description = "All test cards"),
        (status = 403, description = "billing_access_required"),
        (status = 404, description = "The sandbox is not on")))]
pub async fn list_sandbox_cards(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<SandboxCardList>, Problem> {
    let cards = shared.app.sandbox_cards(&caller)?.iter();
    let data = cards
        .map(|card| SandboxCard {
            number: card.number.to_owned(),
            label: card.label.to_owned(),
            outcome: card.declined.map_or("paid", |reason| reason.word()).to_owned(),
        })
        .collect();
    Ok(Json(SandboxCardList { data }))
}

/// How a purchase is paid in the sandbox.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaySandboxCheckoutRequest {
    /// Number of a test card.
    #[schema(example = "4242424242424242")]
    pub card: String,
}

/// Pays a purchase with a test card; its credits are spendable when this answers.
#[utoipa::path(post, path = "/api/v1/sandbox/checkouts/{id}/pay",
    operation_id = "paySandboxCheckout", tag = "sandbox",
    params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    request_body = PaySandboxCheckoutRequest,
    responses((status = 200, body = Checkout, description = "The purchase, granted"),
        (status = 402, description = "payment_declined"),
        (status = 403, description = "billing_access_required")))]
pub async fn pay_sandbox_checkout(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<CheckoutId>,
    _: IdempotencyKey,
    ApiJson(body): ApiJson<PaySandboxCheckoutRequest>,
) -> Result<Json<Checkout>, Problem> {
    let row = shared.app.pay_in_sandbox(&caller, id, &body.card).await?;
    Ok(Json(Checkout::from(row)))
}
