//! `/runs`: all AI work of the organization, with what it cost.
//!
//! Owns: how a run looks in JSON, here, in conversations and in streams. Read next: `wanted`
//! (filters), `csv` (the list as a file), `detail` (one run with its steps), `start` (what spends).

pub mod csv;
pub mod decision;
pub mod detail;
pub mod start;
mod wanted;
pub mod words;

use std::sync::Arc;

use ampere_app::Caller;
use ampere_app::runs::{self, RunRow, opens};
use ampere_credits::{Credits, RunId, ScheduleId, SessionId, Timestamp, UserId};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::estimates::QuoteBasis;
use super::extract::{ApiQuery, Who};
use super::problem::Problem;
use wanted::RunQuery;
use words::{RunKind, RunReason, RunState, RunTrigger};

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
    /// Id of the tool or workflow, or what background work makes.
    pub subject: Option<String>,
    /// The same for people, as it was called when the run started.
    pub subject_name: Option<String>,
    /// What started it.
    pub trigger: RunTrigger,
    /// The schedule that started it, which may be gone by now.
    #[schema(value_type = Option<String>)]
    pub schedule_id: Option<ScheduleId>,
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
    /// The most that it may be charged.
    #[schema(value_type = Option<String>)]
    pub cap: Option<Credits>,
    /// Some of its usage was counted by us, not reported.
    pub estimated: bool,
    /// The model's id.
    pub model: String,
    /// The caller may open its inputs and results.
    pub has_content: bool,
}

impl RunSummary {
    /// As the caller sees it.
    pub fn of(caller: &Caller, run: &RunRow) -> Self {
        RunSummary {
            id: run.id,
            kind: run.kind.into(),
            title: run.title.clone(),
            subject: run.subject.clone(),
            subject_name: subject_name(run),
            trigger: run.trigger.into(),
            schedule_id: run.schedule,
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
            cap: run.cap,
            estimated: run.estimated,
            model: run.model.clone(),
            has_content: opens(caller, run),
        }
    }
}

fn subject_name(run: &RunRow) -> Option<String> {
    let subject = run.subject.as_deref()?;
    Some(match run.kind {
        runs::RunKind::Background => match subject {
            "title" => "Session title".to_owned(),
            "summary" => "Session summary".to_owned(),
            "follow_ups" => "Suggested follow-ups".to_owned(),
            other => other.to_owned(),
        },
        _ => run.title.clone(),
    })
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
    /// Where the numbers come from.
    pub basis: QuoteBasis,
}

impl From<&RunRow> for RunQuote {
    fn from(run: &RunRow) -> Self {
        let quote = run.quote;
        let basis = if quote.from_history { QuoteBasis::History } else { QuoteBasis::RateCard };
        let (low, typical, high, hold) = (quote.low, quote.typical, quote.high, quote.hold);
        RunQuote { low, typical, high, hold, basis }
    }
}

/// A part of the runs, in the order that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunPage {
    /// The runs.
    pub data: Vec<RunSummary>,
    /// Give it as `cursor` to read on.
    pub next_cursor: Option<String>,
}

/// Lists the organization's runs, newest first or dearest first
#[utoipa::path(get, path = "/api/v1/runs", operation_id = "listRuns", tag = "runs",
    params(RunQuery),
    responses((status = 200, body = RunPage, description = "A part of the runs")))]
pub async fn list_runs(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiQuery(query): ApiQuery<RunQuery>,
) -> Result<Json<RunPage>, Problem> {
    let (wanted, asked) = query.checked()?;
    let filter = wanted.filter(&caller)?;
    let order = filter.order;
    let mut rows = shared.app.list_runs(&caller, filter, asked.page()).await?;
    let next_cursor = asked.cut(&mut rows, |row| order.cursor(row));
    let data = rows.iter().map(|run| RunSummary::of(&caller, run)).collect();
    Ok(Json(RunPage { data, next_cursor }))
}
