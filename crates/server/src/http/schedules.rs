//! `/schedules`: tools and workflows that run by the clock. Free, but for running one now.
//!
//! Read next: `asked`, what a request says.

mod asked;

use std::sync::Arc;

use ampere_app::Caller;
use ampere_app::runs::RunKind as Kind;
use ampere_app::schedules::{self, ScheduleView};
use ampere_credits::{Credits, ScheduleId, Timestamp, UserId};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Shared;
use super::extract::{ApiJson, ApiPath, Who};
use super::once::IdempotencyKey;
use super::ordered::{Ordered, filled};
use super::problem::Problem;
use super::runs::RunSummary;
use super::runs::detail::Run;
use super::runs::start::{intent, shown};
use super::runs::words::RunKind;
use super::tools::Usual;
use asked::{
    CreateScheduleRequest, PreviewScheduleRequest, RunScheduleRequest, UpdateScheduleRequest,
};

/// Where a schedule is in its life.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleState {
    /// Starts its runs in their time.
    Active,
    /// A person paused it.
    Paused,
    /// Credits were short at its time; goes on by itself when they are there.
    PausedNoCredits,
    /// Paused itself, after too many failures in a row.
    NeedsAttention,
    /// Has had all of its runs.
    Completed,
}

impl From<schedules::ScheduleState> for ScheduleState {
    fn from(state: schedules::ScheduleState) -> Self {
        match state {
            schedules::ScheduleState::Active => ScheduleState::Active,
            schedules::ScheduleState::Paused => ScheduleState::Paused,
            schedules::ScheduleState::PausedNoCredits => ScheduleState::PausedNoCredits,
            schedules::ScheduleState::NeedsAttention => ScheduleState::NeedsAttention,
            schedules::ScheduleState::Completed => ScheduleState::Completed,
        }
    }
}

/// A start that is to come.
#[derive(Debug, Serialize, ToSchema)]
pub struct NextRun {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The same on the clocks of the schedule's zone.
    pub text: String,
}

/// A tool or a workflow that runs by the clock.
#[derive(Debug, Serialize, ToSchema)]
pub struct Schedule {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ScheduleId,
    /// What lists show.
    pub name: String,
    /// Tool or workflow.
    pub kind: RunKind,
    /// Its id.
    pub subject: String,
    /// Its name; its id where it is not there any more.
    pub subject_name: String,
    /// The form, for those who may open it.
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    pub inputs: Option<Ordered>,
    /// When.
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    pub rule: Value,
    /// The same for people.
    pub rule_text: String,
    /// IANA zone of the rule's clocks.
    pub zone: String,
    /// Completed after so many runs.
    pub max_runs: Option<u32>,
    /// Runs so far.
    pub runs: u32,
    /// The most that each run may cost.
    #[schema(value_type = Option<String>)]
    pub max_credits: Option<Credits>,
    /// Pauses itself after so many failures in a row.
    pub failure_limit: u32,
    /// Failures in a row.
    pub failures: u32,
    /// Where it is in its life.
    pub state: ScheduleState,
    /// Why.
    pub note: Option<String>,
    /// The next start.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
    /// The next three starts at most.
    pub next_runs: Vec<NextRun>,
    /// Its newest run.
    pub last_run: Option<RunSummary>,
    /// What a run costs; none while that cannot be said.
    pub usual: Option<Usual>,
    /// Credits to expect in a month while it is active.
    #[schema(value_type = Option<String>)]
    pub projected_month: Option<Credits>,
    /// What happens when the clocks of its zone change.
    pub dst_note: Option<String>,
    /// Credits that must be there for its next run.
    #[schema(value_type = String)]
    pub needed: Credits,
    /// Name of who made it; its runs are theirs.
    pub owner: String,
    /// Who made it.
    #[schema(value_type = String)]
    pub owner_id: UserId,
    /// Whether the caller may change it.
    pub can_edit: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Its last change; to be sent with the next one.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl Schedule {
    fn of(shared: &Shared, caller: &Caller, view: ScheduleView) -> Self {
        let row = view.row;
        let tool = shared.app.tool(&row.subject).ok().filter(|_| row.kind == Kind::Tool);
        let form = tool.map(|tool| tool.inputs.clone()).unwrap_or_default();
        Schedule {
            id: row.id,
            name: row.name,
            kind: row.kind.into(),
            subject: row.subject,
            subject_name: view.subject_name,
            inputs: view.inputs.map(|inputs| filled(&form, &inputs)),
            rule: view.rule,
            rule_text: view.rule_text,
            zone: row.zone,
            max_runs: row.max_runs,
            runs: row.runs,
            max_credits: row.cap,
            failure_limit: row.failure_limit,
            failures: row.failures,
            state: row.state.into(),
            note: view.note,
            next_at: row.next_at,
            next_runs: next_runs(view.next_runs),
            last_run: view.last_run.as_ref().map(|run| RunSummary::of(caller, run)),
            usual: view.usual.map(Usual::from),
            projected_month: view.projected_month,
            dst_note: view.clock_changes.map(str::to_owned),
            needed: row.needed,
            owner: row.owner_name,
            owner_id: row.owner,
            can_edit: view.can_edit,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

fn next_runs(next: Vec<(Timestamp, String)>) -> Vec<NextRun> {
    next.into_iter().map(|(at, text)| NextRun { at, text }).collect()
}

/// All schedules.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScheduleList {
    /// Oldest first.
    pub data: Vec<Schedule>,
}

/// A schedule that is not there yet.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchedulePreview {
    /// In one line.
    pub rule_text: String,
    /// The first three starts at most.
    pub next_runs: Vec<NextRun>,
    /// What a run costs; none while that cannot be said.
    pub usual: Option<Usual>,
    /// Credits to expect in a month.
    #[schema(value_type = Option<String>)]
    pub projected_month: Option<Credits>,
    /// What happens when the clocks of the zone change.
    pub dst_note: Option<String>,
}

/// Lists the organization's schedules
#[utoipa::path(get, path = "/api/v1/schedules", operation_id = "listSchedules",
    tag = "schedules",
    responses((status = 200, body = ScheduleList, description = "All schedules")))]
pub async fn list_schedules(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<ScheduleList>, Problem> {
    let views = shared.app.schedules(&caller).await?;
    let data = views.into_iter().map(|view| Schedule::of(&shared, &caller, view)).collect();
    Ok(Json(ScheduleList { data }))
}

/// Makes a schedule
#[utoipa::path(post, path = "/api/v1/schedules", operation_id = "createSchedule",
    tag = "schedules", request_body = CreateScheduleRequest,
    responses((status = 201, body = Schedule, description = "It is active")))]
pub async fn create_schedule(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(asked): ApiJson<CreateScheduleRequest>,
) -> Result<(StatusCode, Json<Schedule>), Problem> {
    let view = shared.app.create_schedule(&caller, asked.draft()?).await?;
    Ok((StatusCode::CREATED, Json(Schedule::of(&shared, &caller, view))))
}

/// Tells when a rule would come true and what that would cost (free)
#[utoipa::path(post, path = "/api/v1/schedules/preview", operation_id = "previewSchedule",
    tag = "schedules", request_body = PreviewScheduleRequest,
    responses((status = 200, body = SchedulePreview, description = "What is to come")))]
pub async fn preview_schedule(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(asked): ApiJson<PreviewScheduleRequest>,
) -> Result<Json<SchedulePreview>, Problem> {
    let preview = shared.app.preview_schedule(&caller, asked.ask()?).await?;
    Ok(Json(SchedulePreview {
        rule_text: preview.rule_text,
        next_runs: next_runs(preview.next_runs),
        usual: preview.usual.map(Usual::from),
        projected_month: preview.projected_month,
        dst_note: preview.clock_changes.map(str::to_owned),
    }))
}

/// Reads a schedule
#[utoipa::path(get, path = "/api/v1/schedules/{id}", operation_id = "getSchedule",
    tag = "schedules", params(("id" = String, Path)),
    responses((status = 200, body = Schedule, description = "The schedule")))]
pub async fn get_schedule(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<ScheduleId>,
) -> Result<Json<Schedule>, Problem> {
    let view = shared.app.schedule(&caller, id).await?;
    Ok(Json(Schedule::of(&shared, &caller, view)))
}

/// Changes a schedule; runs that began go on
#[utoipa::path(patch, path = "/api/v1/schedules/{id}", operation_id = "updateSchedule",
    tag = "schedules", params(("id" = String, Path)), request_body = UpdateScheduleRequest,
    responses((status = 200, body = Schedule, description = "As it is now")))]
pub async fn update_schedule(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<ScheduleId>,
    ApiJson(asked): ApiJson<UpdateScheduleRequest>,
) -> Result<Json<Schedule>, Problem> {
    let (draft, was) = asked.draft()?;
    let view = shared.app.update_schedule(&caller, id, draft, was).await?;
    Ok(Json(Schedule::of(&shared, &caller, view)))
}

/// Deletes a schedule; its runs stay
#[utoipa::path(delete, path = "/api/v1/schedules/{id}", operation_id = "deleteSchedule",
    tag = "schedules", params(("id" = String, Path)),
    responses((status = 204, description = "It is gone")))]
pub async fn delete_schedule(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<ScheduleId>,
) -> Result<StatusCode, Problem> {
    shared.app.delete_schedule(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Pauses a schedule until somebody resumes it
#[utoipa::path(post, path = "/api/v1/schedules/{id}/pause", operation_id = "pauseSchedule",
    tag = "schedules", params(("id" = String, Path)),
    responses((status = 200, body = Schedule, description = "As it is now")))]
pub async fn pause_schedule(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<ScheduleId>,
) -> Result<Json<Schedule>, Problem> {
    let view = shared.app.pause_schedule(&caller, id).await?;
    Ok(Json(Schedule::of(&shared, &caller, view)))
}

/// Resumes a schedule with its next start; what it missed is not made up
#[utoipa::path(post, path = "/api/v1/schedules/{id}/resume", operation_id = "resumeSchedule",
    tag = "schedules", params(("id" = String, Path)),
    responses(
        (status = 200, body = Schedule, description = "As it is now"),
        (status = 402, description = "It paused for credits, and they are still short"),
    ))]
pub async fn resume_schedule(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<ScheduleId>,
) -> Result<Json<Schedule>, Problem> {
    let view = shared.app.resume_schedule(&caller, id).await?;
    Ok(Json(Schedule::of(&shared, &caller, view)))
}

/// Starts what a schedule starts, now: spends credits
#[utoipa::path(post, path = "/api/v1/schedules/{id}/run-now", operation_id = "runScheduleNow",
    tag = "schedules",
    params(
        ("id" = String, Path),
        ("Idempotency-Key" = String, Header, description = "1 to 255 characters, one an intent"),
    ),
    request_body = RunScheduleRequest,
    responses(
        (status = 202, body = Run, description = "It works, or waits for credits"),
        (status = 402, description = "Not enough credits; the same key may succeed later"),
    ))]
pub async fn run_schedule_now(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<ScheduleId>,
    key: IdempotencyKey,
    ApiJson(asked): ApiJson<RunScheduleRequest>,
) -> Result<(StatusCode, Json<Run>), Problem> {
    let when_short = asked.when_short.unwrap_or_default().into();
    let started = shared.app.run_schedule_now(&caller, id, when_short, intent(&key)).await;
    let started = started.map_err(|error| Problem::from(error).can_wait())?;
    shown(&shared, &caller, started.run.id).await
}
