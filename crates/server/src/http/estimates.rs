//! `/estimates`: what work may cost, before it starts. Free.

use std::sync::Arc;

use ampere_app::Caller;
use ampere_app::chat::Draft;
use ampere_app::tasks::What;
use ampere_credits::rating;
use ampere_credits::{Credits, FileId, SessionId};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Shared;
use super::browser::BrowserRequest;
use super::extract::{ApiJson, Who};
use super::messages::Effort;
use super::problem::Problem;
use super::runs::start::{self, cap};

/// What is to be estimated.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EstimateKind {
    /// A message to the agent.
    Message,
    /// An AI Tool.
    Tool,
    /// A workflow, kept or still being edited.
    Workflow,
    /// A browser session.
    Browser,
}

/// Work as it would be started.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EstimateRequest {
    pub kind: EstimateKind,
    /// The conversation it would be sent in; none: a new one.
    #[schema(value_type = Option<String>)]
    pub session_id: Option<SessionId>,
    /// Of a message.
    pub text: Option<String>,
    /// Of a message; `medium` without.
    pub effort: Option<Effort>,
    /// Of a message: ids of own files that go with it.
    #[schema(value_type = Option<Vec<String>>)]
    pub attachments: Option<Vec<FileId>>,
    /// A browser session.
    pub browser: Option<BrowserRequest>,
    /// Of a message or a browser session: it is to end before it is charged more.
    #[schema(value_type = Option<String>)]
    pub max_credits: Option<Credits>,
    /// Id of a tool.
    pub tool: Option<String>,
    /// Id of a workflow.
    pub workflow: Option<String>,
    /// A workflow that is not kept yet.
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    pub definition: Option<Map<String, Value>>,
    /// The form of a tool or workflow, as far as it is filled in.
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    pub inputs: Option<Map<String, Value>>,
    /// The default model without.
    pub model: Option<String>,
}

/// Where the numbers come from.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
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
    /// Of a workflow: each step that asks a model.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub steps: Option<Vec<QuoteStep>>,
}

/// What one step of a workflow may cost.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuoteStep {
    pub name: String,
    pub low: String,
    pub high: String,
}

/// What was estimated.
struct Estimated {
    quote: rating::Quote,
    steps: Option<Vec<QuoteStep>>,
    /// From which earlier runs.
    history: &'static str,
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
    let Estimated { quote, steps, history } = match asked.kind {
        EstimateKind::Message => of_message(&shared, &caller, asked).await?,
        EstimateKind::Tool | EstimateKind::Workflow => of_task(&shared, &caller, asked).await?,
        EstimateKind::Browser => of_browser(&shared, &caller, asked).await?,
    };
    let balance = shared.app.credits(&caller).await?.balance;
    let basis_text = match quote.basis {
        rating::Basis::History => history,
        rating::Basis::RateCard => "From the rate card. No earlier runs to learn from yet.",
    };
    Ok(Json(Quote {
        low: quote.low.to_string(),
        typical: quote.typical.to_string(),
        high: quote.high.to_string(),
        hold: quote.hold.to_string(),
        basis: quote.basis.into(),
        basis_text: basis_text.to_owned(),
        rate_card_version: quote.rate_card_version,
        position: balance.position,
        available: balance.available.to_string(),
        steps,
    }))
}

async fn of_message(
    shared: &Shared,
    caller: &Caller,
    asked: EstimateRequest,
) -> Result<Estimated, Problem> {
    let text = asked.text;
    let text = text.ok_or_else(|| Problem::field("/text", "missing_field", "What is asked?"))?;
    let draft = Draft {
        session: asked.session_id,
        text,
        model: asked.model,
        effort: asked.effort.unwrap_or_default().into(),
        attachments: asked.attachments.unwrap_or_default(),
        max_credits: cap(asked.max_credits)?,
    };
    let quote = shared.app.estimate_message(caller, &draft).await?;
    let history = "From your last messages to this model.";
    Ok(Estimated { quote, steps: None, history })
}

async fn of_browser(
    shared: &Shared,
    caller: &Caller,
    asked: EstimateRequest,
) -> Result<Estimated, Problem> {
    let browser = asked.browser.ok_or_else(|| {
        Problem::field("/browser", "missing_field", "Say what the session is for.")
    })?;
    let ask = browser.ask(asked.model, cap(asked.max_credits)?);
    let quote = shared.app.estimate_browser(caller, &ask).await?;
    let history = "From the last browser sessions of this model, 50 at most.";
    Ok(Estimated { quote, steps: None, history })
}

async fn of_task(
    shared: &Shared,
    caller: &Caller,
    asked: EstimateRequest,
) -> Result<Estimated, Problem> {
    let EstimateRequest { kind, tool, workflow, definition, inputs, model, .. } = asked;
    let is_tool = matches!(kind, EstimateKind::Tool);
    let what = match (is_tool, definition) {
        (true, _) => match tool {
            Some(tool) => What::Tool(tool),
            None => return Err(Problem::field("/tool", "missing_field", "Name a tool.")),
        },
        (false, Some(definition)) => {
            let draft = shared.app.draft_workflow(Value::Object(definition))?;
            What::Draft(Box::new(draft))
        }
        (false, None) => match workflow {
            Some(workflow) => start::what(None, Some(workflow))?,
            None => {
                let detail = "Name a workflow, or give its definition.";
                return Err(Problem::field("/workflow", "missing_field", detail));
            }
        },
    };
    let inputs = Value::Object(inputs.unwrap_or_default());
    let estimated = shared.app.estimate_task(caller, &what, &inputs, model.as_deref()).await;
    let estimated = estimated.map_err(|error| match error {
        ampere_app::AppError::NotFound => start::unknown(is_tool),
        other => Problem::from(other),
    })?;
    let step = |(name, low, high): (String, _, _)| {
        let text = |credits: ampere_credits::Credits| credits.to_string();
        QuoteStep { name, low: text(low), high: text(high) }
    };
    let steps = (!is_tool).then(|| estimated.steps.into_iter().map(step).collect());
    let history = match is_tool {
        true => "From the last runs of this tool, 50 at most.",
        false => "From the last runs of this workflow, 50 at most.",
    };
    Ok(Estimated { quote: estimated.quote, steps, history })
}
