//! `/workflows`: tools, questions and conditions one after the other, with all their versions.
//! Free; running one is `/runs`, one step alone is `testing`.

pub mod testing;

use std::sync::Arc;

use ampere_app::Caller;
use ampere_app::workflows::{WorkflowChange, WorkflowDefinition, WorkflowVersionRow, WorkflowView};
use ampere_credits::{Timestamp, UserId, WorkflowId};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Shared;
use super::extract::{ApiJson, ApiPath, Who};
use super::problem::Problem;
use super::runs::RunSummary;
use super::tools::Usual;

/// A workflow in the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowSummary {
    /// Its id.
    #[schema(value_type = String)]
    pub id: WorkflowId,
    /// What people read.
    pub name: String,
    /// 1, 2, 3 … with each save.
    pub version: u32,
    /// How many steps it has.
    pub steps: u32,
    /// Name of who made it.
    pub owner: String,
    /// Who made it.
    #[schema(value_type = String)]
    pub owner_id: UserId,
    /// When it was saved last.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// Its newest run.
    pub last_run: Option<RunSummary>,
    /// What a run costs; none while that cannot be said.
    pub usual: Option<Usual>,
    /// Whether the caller may change it.
    pub can_edit: bool,
}

impl WorkflowSummary {
    fn of(caller: &Caller, view: &WorkflowView) -> Self {
        let row = &view.row;
        WorkflowSummary {
            id: row.id,
            name: row.name.clone(),
            version: row.version,
            steps: u32::try_from(view.definition.steps.len()).unwrap_or(u32::MAX),
            owner: row.owner_name.clone(),
            owner_id: row.owner,
            updated_at: row.updated_at,
            last_run: view.last_run.as_ref().map(|run| RunSummary::of(caller, run)),
            usual: view.usual.map(Usual::from),
            can_edit: view.can_edit,
        }
    }
}

/// All workflows.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowList {
    /// Latest change first.
    pub data: Vec<WorkflowSummary>,
}

/// A workflow with what it does.
#[derive(Debug, Serialize, ToSchema)]
pub struct Workflow {
    /// As in the list.
    #[serde(flatten)]
    pub summary: WorkflowSummary,
    /// What it asks for, and its steps.
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    pub definition: WorkflowDefinition,
}

impl Workflow {
    fn of(caller: &Caller, view: WorkflowView) -> Self {
        let summary = WorkflowSummary::of(caller, &view);
        Workflow { summary, definition: view.definition }
    }
}

/// A new workflow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWorkflowRequest {
    /// What people read.
    name: String,
    /// What it asks for, and its steps.
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    definition: Map<String, Value>,
}

/// What is to be different; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateWorkflowRequest {
    /// Another name.
    name: Option<String>,
    /// Another definition.
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    definition: Option<Map<String, Value>>,
    /// The version that was edited: nothing is saved over another one.
    version: u32,
}

/// A version in the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowVersionSummary {
    /// 1, 2, 3 …
    pub version: u32,
    /// Name of who saved it.
    pub saved_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub saved_at: Timestamp,
}

impl From<WorkflowVersionRow> for WorkflowVersionSummary {
    fn from(row: WorkflowVersionRow) -> Self {
        let (version, saved_by, saved_at) = (row.version, row.saved_by_name, row.saved_at);
        WorkflowVersionSummary { version, saved_by, saved_at }
    }
}

/// The versions of a workflow.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowVersionList {
    /// Newest first.
    pub data: Vec<WorkflowVersionSummary>,
}

/// A workflow as it was saved once.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkflowVersion {
    /// As in the list.
    #[serde(flatten)]
    pub summary: WorkflowVersionSummary,
    /// What it asked for, and its steps.
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    pub definition: WorkflowDefinition,
}

/// Lists the organization's workflows
#[utoipa::path(get, path = "/api/v1/workflows", operation_id = "listWorkflows",
    tag = "workflows",
    responses((status = 200, body = WorkflowList, description = "All workflows")))]
pub async fn list_workflows(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<WorkflowList>, Problem> {
    let views = shared.app.workflows(&caller).await?;
    let data = views.iter().map(|view| WorkflowSummary::of(&caller, view)).collect();
    Ok(Json(WorkflowList { data }))
}

/// Makes a workflow
#[utoipa::path(post, path = "/api/v1/workflows", operation_id = "createWorkflow",
    tag = "workflows", request_body = CreateWorkflowRequest,
    responses((status = 201, body = Workflow, description = "It is kept")))]
pub async fn create_workflow(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(asked): ApiJson<CreateWorkflowRequest>,
) -> Result<(StatusCode, Json<Workflow>), Problem> {
    let definition = Value::Object(asked.definition);
    let view = shared.app.create_workflow(&caller, &asked.name, definition).await?;
    Ok((StatusCode::CREATED, Json(Workflow::of(&caller, view))))
}

/// Reads a workflow
#[utoipa::path(get, path = "/api/v1/workflows/{id}", operation_id = "getWorkflow",
    tag = "workflows", params(("id" = String, Path)),
    responses((status = 200, body = Workflow, description = "The workflow")))]
pub async fn get_workflow(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<WorkflowId>,
) -> Result<Json<Workflow>, Problem> {
    let view = shared.app.workflow(&caller, id).await?;
    Ok(Json(Workflow::of(&caller, view)))
}

/// Saves the next version of a workflow; runs that began keep theirs
#[utoipa::path(patch, path = "/api/v1/workflows/{id}", operation_id = "updateWorkflow",
    tag = "workflows", params(("id" = String, Path)), request_body = UpdateWorkflowRequest,
    responses((status = 200, body = Workflow, description = "As it is now")))]
pub async fn update_workflow(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<WorkflowId>,
    ApiJson(asked): ApiJson<UpdateWorkflowRequest>,
) -> Result<Json<Workflow>, Problem> {
    let definition = asked.definition.map(Value::Object);
    let change = WorkflowChange { name: asked.name, definition, was: asked.version };
    let view = shared.app.update_workflow(&caller, id, change).await?;
    Ok(Json(Workflow::of(&caller, view)))
}

/// Deletes a workflow; its runs stay
#[utoipa::path(delete, path = "/api/v1/workflows/{id}", operation_id = "deleteWorkflow",
    tag = "workflows", params(("id" = String, Path)),
    responses((status = 204, description = "It is gone")))]
pub async fn delete_workflow(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<WorkflowId>,
) -> Result<StatusCode, Problem> {
    shared.app.delete_workflow(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the versions of a workflow
#[utoipa::path(get, path = "/api/v1/workflows/{id}/versions",
    operation_id = "listWorkflowVersions", tag = "workflows", params(("id" = String, Path)),
    responses((status = 200, body = WorkflowVersionList, description = "All versions")))]
pub async fn list_workflow_versions(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<WorkflowId>,
) -> Result<Json<WorkflowVersionList>, Problem> {
    let rows = shared.app.workflow_versions(&caller, id).await?;
    let data = rows.into_iter().map(WorkflowVersionSummary::from).collect();
    Ok(Json(WorkflowVersionList { data }))
}

/// Reads a version of a workflow
#[utoipa::path(get, path = "/api/v1/workflows/{id}/versions/{version}",
    operation_id = "getWorkflowVersion", tag = "workflows",
    params(("id" = String, Path), ("version" = u32, Path)),
    responses((status = 200, body = WorkflowVersion, description = "The version")))]
pub async fn get_workflow_version(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    Path((id, version)): Path<(String, String)>,
) -> Result<Json<WorkflowVersion>, Problem> {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    let version = version.parse().map_err(|_| Problem::not_found())?;
    let (row, definition) = shared.app.workflow_version(&caller, id, version).await?;
    Ok(Json(WorkflowVersion { summary: row.into(), definition }))
}
