//! `/usage/background`: background AI work of the period, and what owners choose of it.

use std::sync::Arc;

use ampere_app::background::{self, BackgroundSettings};
use ampere_credits::{Credits, Timestamp};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::extract::{ApiJson, Who};
use super::problem::Problem;

/// Who pays when the allowance is used up.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenUsedUp {
    /// Nobody: background work waits for the next allowance.
    Wait,
    /// The pool.
    Draw,
}

/// Which background work is done.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BackgroundChoice {
    /// Titles of sessions.
    pub titles: bool,
    /// Summaries of long sessions, used as context.
    pub summaries: bool,
    /// Suggested follow-ups under the newest answer.
    pub follow_ups: bool,
    /// Who pays when the allowance is used up.
    pub when_used_up: WhenUsedUp,
}

impl From<BackgroundSettings> for BackgroundChoice {
    fn from(settings: BackgroundSettings) -> Self {
        let BackgroundSettings { titles, summaries, follow_ups, draw } = settings;
        let when_used_up = if draw { WhenUsedUp::Draw } else { WhenUsedUp::Wait };
        BackgroundChoice { titles, summaries, follow_ups, when_used_up }
    }
}

impl From<BackgroundChoice> for BackgroundSettings {
    fn from(choice: BackgroundChoice) -> Self {
        let BackgroundChoice { titles, summaries, follow_ups, when_used_up } = choice;
        let draw = matches!(when_used_up, WhenUsedUp::Draw);
        BackgroundSettings { titles, summaries, follow_ups, draw }
    }
}

/// Background AI work of the current period. allowance = used + left.
#[derive(Debug, Serialize, ToSchema)]
pub struct BackgroundUsage {
    /// Given for background work alone; never part of the balance.
    #[schema(value_type = String)]
    pub allowance: Credits,
    /// Used of it.
    #[schema(value_type = String)]
    pub used: Credits,
    /// Left of it, what running work holds included.
    #[schema(value_type = String)]
    pub left: Credits,
    /// When the allowance ends; null without one.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub period_ends_at: Option<Timestamp>,
    /// What is done.
    pub settings: BackgroundChoice,
    /// Jobs that wait to be done.
    pub waiting: u64,
    /// Runs of the period that used credits.
    pub runs: u64,
    /// What they used beyond the allowance.
    #[schema(value_type = String)]
    pub credits_from_pool: Credits,
    /// Whether the caller may change the settings.
    pub can_edit: bool,
}

impl From<background::BackgroundUsage> for BackgroundUsage {
    fn from(usage: background::BackgroundUsage) -> Self {
        BackgroundUsage {
            allowance: usage.allowance,
            used: usage.used,
            left: usage.left,
            period_ends_at: usage.period_ends_at,
            settings: usage.settings.into(),
            waiting: usage.waiting,
            runs: usage.runs,
            credits_from_pool: usage.credits_from_pool,
            can_edit: usage.can_edit,
        }
    }
}

/// Background AI work of the period
#[utoipa::path(
    get,
    path = "/api/v1/usage/background",
    operation_id = "getBackgroundUsage",
    tag = "usage",
    responses((status = 200, body = BackgroundUsage))
)]
pub async fn get_background_usage(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<BackgroundUsage>, Problem> {
    Ok(Json(shared.app.background_usage(&caller).await?.into()))
}

/// Choose which background AI work is done (owners)
#[utoipa::path(
    put,
    path = "/api/v1/usage/background",
    operation_id = "setBackground",
    tag = "usage",
    request_body = BackgroundChoice,
    responses((status = 200, body = BackgroundUsage))
)]
pub async fn set_background(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(choice): ApiJson<BackgroundChoice>,
) -> Result<Json<BackgroundUsage>, Problem> {
    Ok(Json(shared.app.set_background(&caller, choice.into()).await?.into()))
}
