//! `/rate-card`: the prices that hold now.

use std::sync::Arc;

use ampere_app::rates::Published;
use ampere_credits::rating::{self, Rate};
use ampere_credits::{Credits, Timestamp};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::Shared;
use crate::http::extract::Who;
use crate::http::problem::Problem;

/// What measured work costs.
#[derive(Debug, Serialize, ToSchema)]
pub struct RateCard {
    /// 1, 2, 3 … A run keeps the version it was quoted under.
    pub version: u32,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub effective_at: Timestamp,
    /// The prices.
    pub lines: Vec<RateCardLine>,
}

/// One price.
#[derive(Debug, Serialize, ToSchema)]
pub struct RateCardLine {
    /// The model's id.
    pub model: String,
    /// What is counted: input_tokens, output_tokens, seconds.
    pub measure: Measure,
    /// Credits for a thousand of them.
    #[schema(value_type = String, example = "0.5")]
    pub credits_per_thousand: Credits,
    /// Credits for a minute, of seconds.
    #[schema(value_type = Option<String>, example = "3")]
    pub credits_per_minute: Option<Credits>,
}

impl From<&Published> for RateCard {
    fn from(published: &Published) -> Self {
        let line = |rate: &Rate| RateCardLine {
            model: rate.model.clone(),
            measure: rate.measure.into(),
            credits_per_thousand: rate.credits_per_thousand(),
            credits_per_minute: per_minute(rate),
        };
        RateCard {
            version: published.card.version,
            effective_at: published.effective_at,
            lines: published.card.rates.iter().map(line).collect(),
        }
    }
}

/// Credits for a minute, where seconds are counted.
pub fn per_minute(rate: &Rate) -> Option<Credits> {
    (rate.measure == rating::Measure::Seconds).then(|| rate.credits_per_minute())
}

/// What is counted.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Tokens that the model read.
    InputTokens,
    /// Tokens that the model wrote.
    OutputTokens,
    /// Seconds that a browser was open.
    Seconds,
}

impl From<rating::Measure> for Measure {
    fn from(measure: rating::Measure) -> Self {
        match measure {
            rating::Measure::InputTokens => Measure::InputTokens,
            rating::Measure::OutputTokens => Measure::OutputTokens,
            rating::Measure::Seconds => Measure::Seconds,
        }
    }
}

/// Reads the prices.
#[utoipa::path(get, path = "/api/v1/rate-card", operation_id = "getRateCard", tag = "credits",
    responses((status = 200, body = RateCard, description = "The rate card")))]
pub async fn get_rate_card(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<RateCard>, Problem> {
    Ok(Json(RateCard::from(&shared.app.rate_card(&caller)?)))
}
