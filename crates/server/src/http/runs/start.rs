//! Starting a tool, a workflow or a browser session, and resuming a run that paused: what spends.

use std::sync::Arc;

use ampere_app::browser::BrowserAsk;
use ampere_app::spend::{Intent, WhenShort as Short};
use ampere_app::tasks::{Occasion, TaskOrder, What};
use ampere_app::{AppError, Caller};
use ampere_credits::ledger::Hash;
use ampere_credits::{Credits, RunId};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::detail::{self, Run};
use crate::http::Shared;
use crate::http::browser::BrowserRequest;
use crate::http::extract::{ApiJson, ApiPath, Who};
use crate::http::once::IdempotencyKey;
use crate::http::problem::Problem;

/// What becomes of a start that finds too few credits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenShort {
    /// It is refused.
    #[default]
    Refuse,
    /// It waits and starts by itself when the credits are there.
    Wait,
}

impl From<WhenShort> for Short {
    fn from(when_short: WhenShort) -> Self {
        match when_short {
            WhenShort::Refuse => Short::Refuse,
            WhenShort::Wait => Short::Wait,
        }
    }
}

/// A tool or a workflow with its form, filled in, or a browser session.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartRunRequest {
    /// Id of a tool; not together with `workflow`.
    tool: Option<String>,
    /// Id of a workflow; not together with `tool`.
    workflow: Option<String>,
    /// A browser session; not together with `tool`, `workflow` or `inputs`.
    browser: Option<BrowserRequest>,
    /// By name; a file by its id.
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    inputs: Option<Map<String, Value>>,
    /// It ends before it would be charged more.
    #[schema(value_type = Option<String>)]
    max_credits: Option<Credits>,
    /// The default model without.
    model: Option<String>,
    /// `refuse` if not given.
    when_short: Option<WhenShort>,
}

impl StartRunRequest {
    /// The browser session that it asks for, and nothing else with it.
    fn browser(self, cap: Option<Credits>) -> Result<BrowserAsk, Problem> {
        let others = [
            ("/tool", self.tool.is_some()),
            ("/workflow", self.workflow.is_some()),
            ("/inputs", self.inputs.is_some()),
        ];
        for (pointer, given) in others {
            if given {
                let detail = "Not together with a browser session.";
                return Err(Problem::field(pointer, "invalid_value", detail));
            }
        }
        if self.when_short == Some(WhenShort::Wait) {
            let detail = "A browser session does not wait for credits.";
            return Err(Problem::field("/when_short", "invalid_value", detail));
        }
        let browser = self.browser.unwrap_or_default();
        Ok(browser.ask(self.model, cap))
    }
}

/// Which tool or workflow a request means.
///
/// # Errors
/// 422 where it names none, both, or no id.
pub fn what(tool: Option<String>, workflow: Option<String>) -> Result<What, Problem> {
    match (tool, workflow) {
        (Some(tool), None) => Ok(What::Tool(tool)),
        (None, Some(workflow)) => match workflow.parse() {
            Ok(id) => Ok(What::Workflow(id)),
            Err(_) => Err(unknown(false)),
        },
        (None, None) => Err(Problem::field("/tool", "missing_field", "Name a tool or a workflow.")),
        (Some(_), Some(_)) => {
            let detail = "Name a tool or a workflow, not both.";
            Err(Problem::field("/workflow", "invalid_value", detail))
        }
    }
}

/// The tool or workflow that a request names is not there.
pub fn unknown(is_tool: bool) -> Problem {
    match is_tool {
        true => Problem::field("/tool", "unknown", "There is no such AI Tool."),
        false => Problem::field("/workflow", "unknown", "There is no such workflow."),
    }
}

/// More than nothing, where it is given.
///
/// # Errors
/// 422 at `/max_credits`.
pub fn cap(given: Option<Credits>) -> Result<Option<Credits>, Problem> {
    match given {
        Some(cap) if !cap.is_positive() => {
            Err(Problem::field("/max_credits", "out_of_range", "More than 0."))
        }
        given => Ok(given),
    }
}

/// A request's key and body as the intent that is remembered for ever.
pub fn intent(key: &IdempotencyKey) -> Intent {
    Intent { key: format!("{} {}", key.scope, key.key), hash: Hash(key.hash) }
}

/// A run that was started, as its page shows it.
pub async fn shown(shared: &Shared, caller: &Caller, run: RunId) -> Result<Answer, Problem> {
    Ok((StatusCode::ACCEPTED, Json(detail::shown(shared, caller, run).await?)))
}

type Answer = (StatusCode, Json<Run>);

/// Starts a tool, a workflow or a browser session: spends credits
///
/// Answers as soon as the hold is durable, or the run waits for credits; it goes on whether or not
/// somebody watches.
#[utoipa::path(post, path = "/api/v1/runs", operation_id = "startRun", tag = "runs",
    params(
        ("Idempotency-Key" = String, Header, description = "1 to 255 characters, one an intent"),
    ),
    request_body = StartRunRequest,
    responses(
        (status = 202, body = Run, description = "It works, or waits for credits"),
        (status = 402, description = "Not enough credits; the same key may succeed later"),
    ))]
pub async fn start_run(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    key: IdempotencyKey,
    ApiJson(asked): ApiJson<StartRunRequest>,
) -> Result<Answer, Problem> {
    let cap = cap(asked.max_credits)?;
    if asked.browser.is_some() {
        let ask = asked.browser(cap)?;
        let started = shared.app.start_browser(&caller, ask, intent(&key)).await?;
        return shown(&shared, &caller, started.run.id).await;
    }
    let what = what(asked.tool, asked.workflow)?;
    let is_tool = matches!(what, What::Tool(_));
    let inputs = asked
        .inputs
        .ok_or_else(|| Problem::field("/inputs", "missing_field", "missing field `inputs`"))?;
    let order = TaskOrder {
        what,
        inputs: Value::Object(inputs),
        cap,
        model: asked.model,
        when_short: asked.when_short.unwrap_or_default().into(),
        occasion: Occasion::Person,
    };
    let started = shared.app.start_task(&caller, order, intent(&key)).await;
    let started = started.map_err(|error| match error {
        AppError::NotFound => unknown(is_tool),
        other => Problem::from(other).can_wait(),
    })?;
    shown(&shared, &caller, started.run.id).await
}

/// Resumes a run that paused or waits for credits, in its turn
#[utoipa::path(post, path = "/api/v1/runs/{id}/resume", operation_id = "resumeRun", tag = "runs",
    params(
        ("id" = String, Path),
        ("Idempotency-Key" = String, Header, description = "1 to 255 characters, one an intent"),
    ),
    responses(
        (status = 202, body = Run, description = "It goes on"),
        (status = 402, description = "Still not enough credits"),
    ))]
pub async fn resume_run(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<RunId>,
    _: IdempotencyKey,
) -> Result<Answer, Problem> {
    let run = shared.app.resume_run(&caller, id).await?;
    shown(&shared, &caller, run.id).await
}
