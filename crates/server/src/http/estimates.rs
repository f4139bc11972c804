//! `/estimates`: what work may cost, before it starts. Free.

use std::sync::Arc;

use ampere_credits::SessionId;
use ampere_credits::rating;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::extract::{ApiJson, Who};
use super::problem::Problem;

/// What is to be estimated.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EstimateKind {
    /// A message to the agent.
    Message,
}

/// Work as it would be started.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EstimateRequest {
    pub kind: EstimateKind,
    /// The conversation it would be sent in; none: a new one.
    #[schema(value_type = Option<String>)]
    pub session_id: Option<SessionId>,
    pub text: String,
    /// The default model without.
    pub model: Option<String>,
}

/// Where the numbers come from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuoteBasis {
    /// Earlier runs like this one.
    History,
    /// The rate card alone.
    RateCard,
}

/// What work may cost.
#[derive(Debug, Serialize, ToSchema)]
pub struct Quote {
    pub low: String,
    pub typical: String,
    pub high: String,
    /// Set aside while it works; what is not used comes back.
    pub hold: String,
    pub basis: QuoteBasis,
    /// The same in a sentence.
    pub basis_text: String,
    pub rate_card_version: u32,
    /// Journal position of `available`.
    pub position: u64,
    pub available: String,
}

/// Estimate work before it starts
#[utoipa::path(
    post,
    path = "/api/v1/estimates",
    operation_id = "estimate",
    request_body = EstimateRequest,
    responses((status = 200, body = Quote))
)]
pub async fn estimate(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(asked): ApiJson<EstimateRequest>,
) -> Result<Json<Quote>, Problem> {
    let EstimateRequest { kind: EstimateKind::Message, session_id, text, model } = asked;
    let app = &shared.app;
    let quote = app.estimate_message(&caller, session_id, &text, model.as_deref()).await?;
    let balance = app.credits(&caller).await?.balance;
    let (basis, basis_text) = match quote.basis {
        rating::Basis::History => (QuoteBasis::History, "From your last messages to this model."),
        rating::Basis::RateCard => {
            (QuoteBasis::RateCard, "From the rate card. No earlier runs to learn from yet.")
        }
    };
    Ok(Json(Quote {
        low: quote.low.to_string(),
        typical: quote.typical.to_string(),
        high: quote.high.to_string(),
        hold: quote.hold.to_string(),
        basis,
        basis_text: basis_text.to_owned(),
        rate_card_version: quote.rate_card_version,
        position: balance.position,
        available: balance.available.to_string(),
    }))
}
