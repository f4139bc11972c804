//! One run with everything that its page shows, and stopping it.

use std::sync::Arc;

use ampere_app::runs::{self, RunDetail, StepRow};
use ampere_app::tasks::Definition;
use ampere_app::{AppError, Caller};
use ampere_credits::{Credits, RunId, Timestamp};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::decision::RunQuestion;
use super::words::{RunKind, RunState, StepKind};
use super::{RunQuote, RunSummary};
use crate::http::Shared;
use crate::http::browser::BrowserSession;
use crate::http::extract::{ApiPath, Who};
use crate::http::ordered::{Ordered, filled};
use crate::http::problem::Problem;
use crate::http::tools::ResultKind;

/// One step of a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunStep {
    /// 1, 2, 3 …
    pub n: u32,
    /// Number of the workflow's step that it belongs to; 0: none.
    pub part: u32,
    /// Name of that step.
    pub part_name: Option<String>,
    /// For people.
    pub name: String,
    /// What it does.
    pub kind: StepKind,
    /// Where it is in its life.
    pub state: RunState,
    /// 1; more: done again after a pause or a restart.
    pub attempt: u32,
    /// The model's id; empty where none is asked.
    pub model: String,
    /// When it began.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// Tokens that the model read.
    pub input_tokens: Option<u64>,
    /// Tokens that the model wrote.
    pub output_tokens: Option<u64>,
    /// Seconds that a browser was open.
    pub seconds: u64,
    /// Charged for it; while it is not charged yet, what it will be.
    #[schema(value_type = String)]
    pub credits: Credits,
    /// Its usage was counted by us, not reported.
    pub estimated: bool,
    /// One line for people, for those who may open it.
    pub note: Option<String>,
    /// What a call was asked with, for those who may open it.
    pub input: Value,
    /// What came out, for those who may open it.
    pub result: Value,
}

/// What a run does, as it was when it started.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunDefinition {
    /// Of a tool its steps, of a workflow its parts.
    pub step_names: Vec<String>,
    /// The workflow's version.
    pub version: Option<u32>,
}

/// What came out of a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunResult {
    /// How it is shown.
    pub kind: ResultKind,
    /// What came out.
    pub value: Value,
    /// The name to download it under.
    pub file_name: String,
}

/// A place in the queue for credits.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunQueue {
    /// Runs that come first.
    pub ahead: u32,
    /// Credits that it needs to go on.
    #[schema(value_type = String)]
    pub needed: Credits,
}

/// A run with its quote and its steps.
#[derive(Debug, Serialize, ToSchema)]
pub struct Run {
    /// In one line.
    #[serde(flatten)]
    pub summary: RunSummary,
    /// What it could cost.
    pub quote: RunQuote,
    /// What it did, in order.
    pub steps: Vec<RunStep>,
    /// The form, filled in, for those who may open it.
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    pub inputs: Option<Ordered>,
    /// What a tool's or workflow's run does.
    pub definition: Option<RunDefinition>,
    /// What came out, for those who may open it.
    pub result: Option<RunResult>,
    /// While it waits for credits.
    pub queue: Option<RunQueue>,
    /// The caller may stop it now.
    pub can_stop: bool,
    /// The caller may resume it now.
    pub can_resume: bool,
    /// Of a run with a browser, for those who may watch it: how it stands.
    pub browser: Option<BrowserSession>,
    /// What the agent asks the caller before it goes on.
    pub question: Option<RunQuestion>,
}

impl Run {
    /// As the caller sees it, without what only stands while it works.
    fn of(caller: &Caller, detail: RunDetail) -> Self {
        let run = &detail.run;
        let steps = detail.steps.iter().zip(&detail.step_credits);
        let form = detail.definition.as_ref().map(Definition::form).unwrap_or_default();
        Run {
            summary: RunSummary::of(caller, run),
            quote: RunQuote::from(run),
            steps: steps.map(|(row, credits)| step(row, *credits, &detail)).collect(),
            definition: detail.definition.as_ref().map(RunDefinition::from),
            queue: detail.place.map(|place| RunQueue { ahead: place.ahead, needed: place.needed }),
            can_stop: detail.can_stop,
            can_resume: detail.can_resume,
            result: detail.content.as_ref().and_then(|content| {
                content.outcome.as_ref().map(|outcome| RunResult {
                    kind: outcome.kind.into(),
                    value: outcome.value.clone(),
                    file_name: outcome.file_name.clone(),
                })
            }),
            inputs: detail.content.as_ref().map(|content| filled(&form, &content.inputs)),
            browser: None,
            question: None,
        }
    }
}

impl From<&Definition> for RunDefinition {
    fn from(definition: &Definition) -> Self {
        let version = match definition {
            Definition::Tool { .. } | Definition::Browser { .. } => None,
            Definition::Workflow { version, .. } => Some(*version),
        };
        RunDefinition { step_names: definition.step_names(), version }
    }
}

fn step(row: &StepRow, credits: Credits, detail: &RunDetail) -> RunStep {
    let kept = row.result.as_deref().map(serde_json::from_str).and_then(Result::ok);
    let mut result: Value = kept.unwrap_or_default();
    // Of a call both are kept together.
    let call =
        (row.kind == runs::StepKind::Call).then_some(&mut result).and_then(Value::as_object_mut);
    let input = call.and_then(|call| call.remove("input")).unwrap_or_default();
    let part_name = detail.definition.as_ref().and_then(|all| all.part_name(row.part));
    RunStep {
        n: row.number,
        part: row.part,
        part_name: part_name.map(str::to_owned),
        name: row.name.clone(),
        kind: row.kind.into(),
        state: row.state.into(),
        attempt: row.attempt,
        model: row.model.clone(),
        started_at: Some(row.started_at),
        ended_at: row.ended_at,
        input_tokens: Some(row.input_tokens),
        output_tokens: Some(row.output_tokens),
        seconds: row.seconds,
        credits,
        estimated: row.estimated,
        note: row.note.clone(),
        input,
        result,
    }
}

/// A run as its page shows it.
///
/// # Errors
/// 404.
pub async fn shown(shared: &Shared, caller: &Caller, id: RunId) -> Result<Run, Problem> {
    let detail = shared.app.get_run(caller, id).await?;
    let mut run = Run::of(caller, detail);
    let kind = run.summary.kind;
    if kind == RunKind::Browser || run.steps.iter().any(|step| step.kind == StepKind::Time) {
        let view = seen(shared.app.browser_view(caller, id).await)?;
        run.browser = view.map(BrowserSession::from);
    }
    if kind == RunKind::Message {
        let question = seen(shared.app.question(caller, id).await)?;
        run.question = question.flatten().map(RunQuestion::from);
    }
    Ok(run)
}

/// A part of a run that not everybody sees who sees the run.
fn seen<T>(part: Result<T, AppError>) -> Result<Option<T>, Problem> {
    match part {
        Ok(part) => Ok(Some(part)),
        Err(AppError::NotFound) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// Reads a run with its steps.
#[utoipa::path(get, path = "/api/v1/runs/{id}", operation_id = "getRun", tag = "runs",
    params(("id" = String, Path)),
    responses((status = 200, body = Run, description = "The run")))]
pub async fn get_run(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<RunId>,
) -> Result<Json<Run>, Problem> {
    Ok(Json(shown(&shared, &caller, id).await?))
}

/// Stops a run before its next step, or takes it out of the queue for credits; what was delivered
/// is charged.
#[utoipa::path(post, path = "/api/v1/runs/{id}/cancel", operation_id = "cancelRun",
    tag = "runs", params(("id" = String, Path)),
    responses((status = 202, body = RunSummary, description = "It is stopping, or had ended")))]
pub async fn cancel_run(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<RunId>,
) -> Result<(StatusCode, Json<RunSummary>), Problem> {
    let run = shared.app.cancel_run(&caller, id).await?;
    Ok((StatusCode::ACCEPTED, Json(RunSummary::of(&caller, &run))))
}
