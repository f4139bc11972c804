//! A call of the agent that asks before it costs much, and the person's answer.

use std::sync::Arc;

use ampere_app::agent::{Decision as Decided, Question};
use ampere_credits::{Credits, RunId, Timestamp};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::detail::{self, Run};
use crate::http::Shared;
use crate::http::extract::{ApiJson, ApiPath, Who};
use crate::http::problem::Problem;

/// A call that waits for the person's yes.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunQuestion {
    /// Names the call in the decision.
    pub call: String,
    /// What is to be started, for people.
    pub name: String,
    /// With what.
    pub inputs: Value,
    /// What it may cost at least.
    #[schema(value_type = String)]
    pub low: Credits,
    /// What it usually costs.
    #[schema(value_type = String)]
    pub typical: Credits,
    /// What it may cost at most.
    #[schema(value_type = String)]
    pub high: Credits,
    /// A page of another site than the person named, where that is why it asks.
    pub opens: Option<String>,
    /// The caller may answer `always`: the conversation is their own.
    pub may_allow: bool,
    /// Without a decision until then it is not done.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

impl From<Question> for RunQuestion {
    fn from(question: Question) -> Self {
        let Question { call, name, inputs, quote, opens, until, may_allow } = question;
        let (low, typical, high) = (quote.low, quote.typical, quote.high);
        RunQuestion { call, name, inputs, low, typical, high, opens, may_allow, until }
    }
}

/// What becomes of a call that asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is done.
    Run,
    /// It is not done; the agent goes on without it.
    NotNow,
    /// It is done, and calls of this conversation that cost no more do not ask again.
    Always,
}

/// The answer to a call that asked first.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideRequest {
    /// As in the question.
    call: String,
    /// What becomes of it.
    decision: Decision,
    /// With `always`: up to so many credits.
    #[schema(value_type = Option<String>)]
    up_to: Option<Credits>,
}

impl DecideRequest {
    fn decided(&self) -> Result<Decided, Problem> {
        match (self.decision, self.up_to) {
            (Decision::Run, None) => Ok(Decided::Run),
            (Decision::NotNow, None) => Ok(Decided::NotNow),
            (Decision::Always, Some(up_to)) if up_to.is_positive() => {
                Ok(Decided::AlwaysUpTo(up_to))
            }
            (Decision::Always, Some(_)) => {
                Err(Problem::field("/up_to", "out_of_range", "More than 0."))
            }
            (Decision::Always, None) => {
                Err(Problem::field("/up_to", "missing_field", "Up to how many credits?"))
            }
            (Decision::Run | Decision::NotNow, Some(_)) => {
                Err(Problem::field("/up_to", "invalid_value", "Only with `always`."))
            }
        }
    }
}

/// Answers a call of the agent that asked first
#[utoipa::path(post, path = "/api/v1/runs/{id}/decision", operation_id = "decideCall", tag = "runs",
    params(("id" = String, Path)), request_body = DecideRequest,
    responses(
        (status = 200, body = Run, description = "The run goes on"),
        (status = 409, description = "Nothing is asked, or not any more"),
    ))]
pub async fn decide_call(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<RunId>,
    ApiJson(asked): ApiJson<DecideRequest>,
) -> Result<Json<Run>, Problem> {
    let decided = asked.decided()?;
    shared.app.decide(&caller, id, &asked.call, decided).await?;
    Ok(Json(detail::shown(&shared, &caller, id).await?))
}
