//! `/tools`: the AI Tools there are, their forms, and what people saved of them. Free.

use std::sync::Arc;

use ampere_app::tools::{self, SavedInputsRow, ToolView};
use ampere_credits::rating::{Basis, Quote};
use ampere_credits::{Credits, SavedInputsId, Timestamp};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Shared;
use super::estimates::QuoteBasis;
use super::extract::{ApiJson, ApiPath, Who};
use super::ordered::{Ordered, filled, form};
use super::problem::Problem;

/// Whose work a tool is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolCategory {
    /// Texts for others.
    Marketing,
    /// Finding things out.
    Research,
    /// Getting things done.
    Operations,
}

impl From<tools::Category> for ToolCategory {
    fn from(category: tools::Category) -> Self {
        match category {
            tools::Category::Marketing => ToolCategory::Marketing,
            tools::Category::Research => ToolCategory::Research,
            tools::Category::Operations => ToolCategory::Operations,
        }
    }
}

/// How a result is shown.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResultKind {
    /// Text with headings and lists.
    Markdown,
    /// Plain text.
    Text,
    /// `{ "columns": [...], "rows": [[...]] }`.
    Table,
    /// A list of texts.
    List,
    /// Any JSON.
    Json,
    /// A picture that is kept as a file: `{ "file": …, "width": …, "height": … }`.
    Image,
}

impl From<tools::ResultKind> for ResultKind {
    fn from(kind: tools::ResultKind) -> Self {
        match kind {
            tools::ResultKind::Markdown => ResultKind::Markdown,
            tools::ResultKind::Text => ResultKind::Text,
            tools::ResultKind::Table => ResultKind::Table,
            tools::ResultKind::List => ResultKind::List,
            tools::ResultKind::Json => ResultKind::Json,
            tools::ResultKind::Image => ResultKind::Image,
        }
    }
}

/// What a run usually costs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Usual {
    /// A short one.
    #[schema(value_type = String)]
    pub low: Credits,
    /// A usual one.
    #[schema(value_type = String)]
    pub typical: Credits,
    /// A long one.
    #[schema(value_type = String)]
    pub high: Credits,
    /// What must be held to start.
    #[schema(value_type = String)]
    pub hold: Credits,
    /// Where the numbers come from.
    pub basis: QuoteBasis,
}

impl From<Quote> for Usual {
    fn from(quote: Quote) -> Self {
        let Quote { low, typical, high, hold, basis, .. } = quote;
        Usual { low, typical, high, hold, basis: basis.into() }
    }
}

impl From<Basis> for QuoteBasis {
    fn from(basis: Basis) -> Self {
        match basis {
            Basis::History => QuoteBasis::History,
            Basis::RateCard => QuoteBasis::RateCard,
        }
    }
}

/// A tool in the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToolSummary {
    /// Its id.
    pub id: String,
    /// What people read.
    pub name: String,
    /// One line: what a person gets out of it.
    pub purpose: String,
    /// Whose work it is.
    pub category: ToolCategory,
    /// Whether it can be run by the clock.
    pub schedulable: bool,
    /// How many steps it has.
    pub steps: u32,
    /// What a run costs; none while no model can be asked.
    pub usual: Option<Usual>,
    /// When somebody of the organization last ran it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
}

impl From<&ToolView> for ToolSummary {
    fn from(view: &ToolView) -> Self {
        let tool = &view.tool;
        ToolSummary {
            id: tool.id.clone(),
            name: tool.name.clone(),
            purpose: tool.purpose.clone(),
            category: tool.category.into(),
            schedulable: tool.schedulable,
            steps: u32::try_from(tool.steps.len()).unwrap_or(u32::MAX),
            usual: view.usual.map(Usual::from),
            last_used_at: view.last_used,
        }
    }
}

/// A file of a tool that was not loaded.
#[derive(Debug, Serialize, ToSchema)]
pub struct Refusal {
    /// Its name.
    pub file: String,
    /// The line; none where no line is at fault.
    pub line: Option<u32>,
    /// What is wrong.
    pub reason: String,
}

/// All tools.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToolList {
    /// By name.
    pub data: Vec<ToolSummary>,
    /// Files that were not loaded; the operator alone sees them.
    pub refused: Vec<Refusal>,
}

/// Bounds of one run.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToolLimits {
    /// Seconds that it may work.
    pub seconds: u32,
    /// The most items of a step that is done for each of several.
    pub each: u32,
}

/// A tool with its form.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tool {
    /// As in the list.
    #[serde(flatten)]
    pub summary: ToolSummary,
    /// JSON Schema of the form; its properties come in the form's order.
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    pub inputs: Ordered,
    /// What it does, in order.
    pub step_names: Vec<String>,
    /// How its result is shown.
    pub result_kind: ResultKind,
    /// Bounds of one run.
    pub limits: ToolLimits,
}

impl From<&ToolView> for Tool {
    fn from(view: &ToolView) -> Self {
        let tool = &view.tool;
        Tool {
            summary: ToolSummary::from(view),
            inputs: form(&tool.inputs),
            step_names: tool.steps.iter().map(|step| step.name.clone()).collect(),
            result_kind: tool.result.kind.into(),
            limits: ToolLimits { seconds: tool.limits.seconds, each: tool.limits.each },
        }
    }
}

/// A form that a person saved.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedInputs {
    /// Its id.
    #[schema(value_type = String)]
    pub id: SavedInputsId,
    /// What its owner calls it.
    pub name: String,
    /// By name, as far as it was filled in.
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    pub inputs: Ordered,
    /// When it was saved.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// What the caller saved for a tool.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedInputsList {
    /// Newest first.
    pub data: Vec<SavedInputs>,
}

/// A form to save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveInputsRequest {
    /// What to call it.
    name: String,
    /// By name; need not be whole.
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    inputs: Map<String, Value>,
}

fn saved(form: &Value, row: SavedInputsRow) -> SavedInputs {
    let given: Value = serde_json::from_str(&row.inputs).unwrap_or_default();
    let inputs = filled(form, &given);
    SavedInputs { id: row.id, name: row.name, inputs, created_at: row.created_at }
}

/// Lists the AI Tools
#[utoipa::path(get, path = "/api/v1/tools", operation_id = "listTools", tag = "tools",
    responses((status = 200, body = ToolList, description = "All tools")))]
pub async fn list_tools(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<ToolList>, Problem> {
    let (tools, refused) = shared.app.list_tools(&caller).await?;
    let refusal = |refused: &tools::Refusal| Refusal {
        file: refused.file.clone(),
        line: Some(refused.line).filter(|line| *line > 0),
        reason: refused.reason.clone(),
    };
    let data = tools.iter().map(ToolSummary::from).collect();
    Ok(Json(ToolList { data, refused: refused.iter().map(refusal).collect() }))
}

/// Reads a tool with its form
#[utoipa::path(get, path = "/api/v1/tools/{id}", operation_id = "getTool", tag = "tools",
    params(("id" = String, Path)),
    responses((status = 200, body = Tool, description = "The tool")))]
pub async fn get_tool(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<String>,
) -> Result<Json<Tool>, Problem> {
    Ok(Json(Tool::from(&shared.app.get_tool(&caller, &id).await?)))
}

/// Lists what I saved for a tool
#[utoipa::path(get, path = "/api/v1/tools/{id}/inputs", operation_id = "listSavedInputs",
    tag = "tools", params(("id" = String, Path)),
    responses((status = 200, body = SavedInputsList, description = "My saved forms")))]
pub async fn list_saved_inputs(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<String>,
) -> Result<Json<SavedInputsList>, Problem> {
    let rows = shared.app.saved_inputs(&caller, &id).await?;
    let tool = shared.app.tool(&id)?;
    let data = rows.into_iter().map(|row| saved(&tool.inputs, row)).collect();
    Ok(Json(SavedInputsList { data }))
}

/// Saves a form of a tool for me
#[utoipa::path(post, path = "/api/v1/tools/{id}/inputs", operation_id = "saveInputs",
    tag = "tools", params(("id" = String, Path)), request_body = SaveInputsRequest,
    responses((status = 201, body = SavedInputs, description = "It is saved")))]
pub async fn save_inputs(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<String>,
    ApiJson(asked): ApiJson<SaveInputsRequest>,
) -> Result<(StatusCode, Json<SavedInputs>), Problem> {
    let inputs = Value::Object(asked.inputs);
    let row = shared.app.save_inputs(&caller, &id, &asked.name, inputs).await?;
    let tool = shared.app.tool(&id)?;
    Ok((StatusCode::CREATED, Json(saved(&tool.inputs, row))))
}

/// Deletes a form that I saved
#[utoipa::path(delete, path = "/api/v1/saved-inputs/{id}", operation_id = "deleteSavedInputs",
    tag = "tools", params(("id" = String, Path)),
    responses((status = 204, description = "It is gone")))]
pub async fn delete_saved_inputs(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<SavedInputsId>,
) -> Result<StatusCode, Problem> {
    shared.app.delete_saved_inputs(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
