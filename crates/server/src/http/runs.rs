//! `/runs`: all AI work of the organization, with what it cost. Starting it is elsewhere.
//!
//! Owns: how a run looks in JSON, here, in conversations and in streams.

use std::sync::Arc;

use ampere_app::runs::{self, RunDetail, RunFilter, RunRow, StepRow};
use ampere_credits::{Credits, RunId, SessionId, Timestamp, UserId};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::extract::{ApiPath, ApiQuery, Who};
use super::paging::Asked;
use super::problem::Problem;

/// Where a run is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Waits for its turn at the model.
    Queued,
    /// Waits for credits before it starts.
    WaitingForCredits,
    /// Works.
    Running,
    /// Waits for a person.
    WaitingForInput,
    /// Stopped between steps for lack of credits; holds nothing.
    PausedNoCredits,
    /// Ended as wanted.
    Succeeded,
    /// Ended by a fault; the reason says whose.
    Failed,
    /// Ended by a person.
    Cancelled,
}

impl From<runs::RunState> for RunState {
    fn from(state: runs::RunState) -> Self {
        match state {
            runs::RunState::Queued => RunState::Queued,
            runs::RunState::WaitingForCredits => RunState::WaitingForCredits,
            runs::RunState::Running => RunState::Running,
            runs::RunState::WaitingForInput => RunState::WaitingForInput,
            runs::RunState::PausedNoCredits => RunState::PausedNoCredits,
            runs::RunState::Succeeded => RunState::Succeeded,
            runs::RunState::Failed => RunState::Failed,
            runs::RunState::Cancelled => RunState::Cancelled,
        }
    }
}

impl From<RunState> for runs::RunState {
    fn from(state: RunState) -> Self {
        match state {
            RunState::Queued => runs::RunState::Queued,
            RunState::WaitingForCredits => runs::RunState::WaitingForCredits,
            RunState::Running => runs::RunState::Running,
            RunState::WaitingForInput => runs::RunState::WaitingForInput,
            RunState::PausedNoCredits => runs::RunState::PausedNoCredits,
            RunState::Succeeded => runs::RunState::Succeeded,
            RunState::Failed => runs::RunState::Failed,
            RunState::Cancelled => runs::RunState::Cancelled,
        }
    }
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunReason {
    /// It did what was asked.
    Completed,
    /// A person stopped it.
    Stopped,
    /// It reached what the pool and its overdraft could give.
    StoppedAtCredits,
    /// The provider failed before the first output; nothing charged.
    ProviderError,
    /// The provider was too busy; nothing charged.
    ProviderBusy,
    /// The stream broke after output; charged what was delivered.
    CutStream,
    /// The server ended in the middle; charged what was recorded.
    ServerRestarted,
    /// The prompt does not fit the model.
    InputTooLong,
    /// Our fault; nothing charged.
    InternalError,
}

impl From<runs::Reason> for RunReason {
    fn from(reason: runs::Reason) -> Self {
        match reason {
            runs::Reason::Completed => RunReason::Completed,
            runs::Reason::Stopped => RunReason::Stopped,
            runs::Reason::StoppedAtCredits => RunReason::StoppedAtCredits,
            runs::Reason::ProviderError => RunReason::ProviderError,
            runs::Reason::ProviderBusy => RunReason::ProviderBusy,
            runs::Reason::CutStream => RunReason::CutStream,
            runs::Reason::ServerRestarted => RunReason::ServerRestarted,
            runs::Reason::InputTooLong => RunReason::InputTooLong,
            runs::Reason::InternalError => RunReason::InternalError,
        }
    }
}

/// What kind of AI work a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// A message to the agent.
    Message,
}

impl From<runs::RunKind> for RunKind {
    fn from(kind: runs::RunKind) -> Self {
        match kind {
            runs::RunKind::Message => RunKind::Message,
        }
    }
}

impl From<RunKind> for runs::RunKind {
    fn from(kind: RunKind) -> Self {
        match kind {
            RunKind::Message => runs::RunKind::Message,
        }
    }
}

/// A run in one line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunSummary {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RunId,
    /// What kind of work.
    pub kind: RunKind,
    /// What people see in lists; other people's conversations are "Private session".
    pub title: String,
    /// Where it is in its life.
    pub state: RunState,
    /// Why it ended.
    pub reason: Option<RunReason>,
    /// The conversation it belongs to, if the caller may see it.
    #[schema(value_type = Option<String>)]
    pub session_id: Option<SessionId>,
    /// Name of who started it.
    pub started_by: String,
    /// Who started it.
    #[schema(value_type = String)]
    pub started_by_id: UserId,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it began to work.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// Charged so far.
    #[schema(value_type = String)]
    pub credits: Credits,
    /// Held for it now.
    #[schema(value_type = String)]
    pub held: Credits,
    /// Some of its usage was counted by us, not reported.
    pub estimated: bool,
    /// The model's id.
    pub model: String,
}

impl From<&RunRow> for RunSummary {
    fn from(run: &RunRow) -> Self {
        RunSummary {
            id: run.id,
            kind: run.kind.into(),
            title: run.title.clone(),
            state: run.state.into(),
            reason: run.reason.map(RunReason::from),
            session_id: run.session,
            started_by: run.started_by_name.clone(),
            started_by_id: run.started_by,
            created_at: run.created_at,
            started_at: run.started_at,
            ended_at: run.ended_at,
            credits: run.charged,
            held: run.held,
            estimated: run.estimated,
            model: run.model.clone(),
        }
    }
}

/// What a run could cost, as it was shown before it started.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunQuote {
    /// A short answer.
    #[schema(value_type = String)]
    pub low: Credits,
    /// A usual one.
    #[schema(value_type = String)]
    pub typical: Credits,
    /// The longest.
    #[schema(value_type = String)]
    pub high: Credits,
    /// What had to be held to start.
    #[schema(value_type = String)]
    pub hold: Credits,
}

impl From<&RunRow> for RunQuote {
    fn from(run: &RunRow) -> Self {
        let quote = run.quote;
        RunQuote { low: quote.low, typical: quote.typical, high: quote.high, hold: quote.hold }
    }
}

/// One step of a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunStep {
    /// 1, 2, 3 …
    pub n: u32,
    /// For people.
    pub name: String,
    /// Where it is in its life.
    pub state: RunState,
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
    /// Charged for it; 0 until the run has ended.
    #[schema(value_type = String)]
    pub credits: Credits,
    /// Its usage was counted by us, not reported.
    pub estimated: bool,
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
}

fn step(row: &StepRow, detail: &RunDetail) -> Result<RunStep, Problem> {
    let lines = detail.lines.iter().filter(|line| line.step == row.number);
    let credits = Credits::sum(lines.map(|line| line.credits));
    Ok(RunStep {
        n: row.number,
        name: row.name.clone(),
        state: row.state.into(),
        started_at: Some(row.started_at),
        ended_at: row.ended_at,
        input_tokens: Some(row.input_tokens),
        output_tokens: Some(row.output_tokens),
        credits: credits.map_err(|_| Problem::plain(super::code::Code::Internal))?,
        estimated: row.estimated,
    })
}

/// A part of the runs, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunPage {
    /// The runs.
    pub data: Vec<RunSummary>,
    /// Give it as `cursor` to read on.
    pub next_cursor: Option<String>,
}

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RunQuery {
    /// Only those in this state.
    state: Option<RunState>,
    /// Only this kind of work.
    kind: Option<RunKind>,
    /// At most so many, 1 to 200; 50 when not given.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the organization's runs, newest first.
#[utoipa::path(get, path = "/api/v1/runs", operation_id = "listRuns", tag = "runs",
    params(RunQuery),
    responses((status = 200, body = RunPage, description = "A part of the runs")))]
pub async fn list_runs(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiQuery(query): ApiQuery<RunQuery>,
) -> Result<Json<RunPage>, Problem> {
    let asked = Asked::new(query.limit, query.cursor)?;
    let filter = RunFilter {
        state: query.state.map(runs::RunState::from),
        kind: query.kind.map(runs::RunKind::from),
        ..RunFilter::default()
    };
    let mut rows = shared.app.list_runs(&caller, filter, asked.page()).await?;
    let next_cursor = asked.cut(&mut rows, |row| row.id.to_string());
    let data = rows.iter().map(RunSummary::from).collect();
    Ok(Json(RunPage { data, next_cursor }))
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
    let detail = shared.app.get_run(&caller, id).await?;
    let steps = detail.steps.iter().map(|row| step(row, &detail));
    Ok(Json(Run {
        summary: RunSummary::from(&detail.run),
        quote: RunQuote::from(&detail.run),
        steps: steps.collect::<Result<_, Problem>>()?,
    }))
}

/// Stops a run before its next step; what was delivered is charged.
#[utoipa::path(post, path = "/api/v1/runs/{id}/cancel", operation_id = "cancelRun",
    tag = "runs", params(("id" = String, Path)),
    responses((status = 202, body = RunSummary, description = "It is stopping, or had ended")))]
pub async fn cancel_run(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<RunId>,
) -> Result<(StatusCode, Json<RunSummary>), Problem> {
    let run = shared.app.cancel_run(&caller, id).await?;
    Ok((StatusCode::ACCEPTED, Json(RunSummary::from(&run))))
}
