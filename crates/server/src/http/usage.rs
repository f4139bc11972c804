//! `/usage/summary`: where the credits of the current period went.

use std::sync::Arc;

use ampere_app::usage::{self, Source};
use ampere_credits::{Credits, UserId};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::credits::{Balance, Period};
use super::extract::Who;
use super::problem::Problem;

/// What spent the credits of the current period.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageSummary {
    /// Journal position of the balance in it.
    pub position: u64,
    /// The period that is summed up.
    pub period: Period,
    /// IANA zone of the days.
    pub zone: String,
    /// The balance, as everywhere.
    pub credits: Balance,
    /// All credits used in the period.
    #[schema(value_type = String)]
    pub used: Credits,
    /// By kind of work, most credits first; the shares add up to 100.
    pub sources: Vec<UsageSource>,
    /// By model, most credits first.
    pub models: Vec<UsageModel>,
    /// By person, most credits first; only for people with billing access.
    pub members: Option<Vec<UsageMember>>,
    /// Each day of the period until today.
    pub days: Vec<UsageDay>,
    /// The included credits of the period.
    pub included: UsageIncluded,
    /// How long credits last, as a sentence.
    pub pace: Option<String>,
}

/// One kind of work.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageSource {
    /// Its stable word.
    pub source: String,
    /// For people.
    pub label: String,
    /// What it used.
    #[schema(value_type = String)]
    pub credits: Credits,
    /// Of all credits used, in whole percent.
    #[schema(example = "100")]
    pub share_percent: String,
    /// Runs.
    pub count: u64,
}

/// One model.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageModel {
    /// Its id.
    pub model: String,
    /// What it used.
    #[schema(value_type = String)]
    pub credits: Credits,
    /// Runs.
    pub count: u64,
}

/// One person.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageMember {
    /// Their id.
    #[schema(value_type = String)]
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// What they used.
    #[schema(value_type = String)]
    pub credits: Credits,
    /// Runs.
    pub count: u64,
}

/// One calendar day.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageDay {
    /// The day, in the organization's zone.
    #[schema(format = Date)]
    pub day: String,
    /// What was used on it.
    #[schema(value_type = String)]
    pub credits: Credits,
}

/// Included credits of a period. granted = used + left.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageIncluded {
    /// Given for the period.
    #[schema(value_type = String)]
    pub granted: Credits,
    /// Used of it.
    #[schema(value_type = String)]
    pub used: Credits,
    /// Left of it.
    #[schema(value_type = String)]
    pub left: Credits,
    /// In whole percent, rounded down.
    pub percent_used: String,
}

impl From<Source> for UsageSource {
    fn from(source: Source) -> Self {
        UsageSource {
            source: source.source,
            label: source.label.to_owned(),
            credits: source.credits,
            share_percent: source.share_percent.to_string(),
            count: source.count,
        }
    }
}

impl From<usage::UsageSummary> for UsageSummary {
    fn from(summary: usage::UsageSummary) -> Self {
        let exact = summary.credits.balance;
        let people = summary.members.map(|people| {
            let member =
                |(user_id, name, credits, count)| UsageMember { user_id, name, credits, count };
            people.into_iter().map(member).collect()
        });
        let model = |(model, credits, count)| UsageModel { model, credits, count };
        UsageSummary {
            position: exact.position,
            period: Period::at(summary.period, exact.at),
            zone: summary.zone,
            used: summary.used,
            sources: summary.sources.into_iter().map(UsageSource::from).collect(),
            models: summary.models.into_iter().map(model).collect(),
            members: people,
            days: summary
                .days
                .into_iter()
                .map(|(day, credits)| UsageDay { day: day.to_string(), credits })
                .collect(),
            included: UsageIncluded {
                granted: summary.credits.included_granted,
                used: summary.credits.included_used,
                left: exact.included,
                percent_used: summary.included_percent_used.to_string(),
            },
            pace: summary.pace,
            credits: Balance::from(summary.credits),
        }
    }
}

/// Sums up the current period.
#[utoipa::path(get, path = "/api/v1/usage/summary", operation_id = "getUsageSummary",
    tag = "usage",
    responses((status = 200, body = UsageSummary, description = "The current period")))]
pub async fn get_usage_summary(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<UsageSummary>, Problem> {
    Ok(Json(UsageSummary::from(shared.app.usage_summary(&caller).await?)))
}
