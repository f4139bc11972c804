//! `/workflows/{id}/test-step`: one step alone, with what an earlier run left for it. Spends as
//! any run does; looking at a condition is free.

use std::sync::Arc;

use ampere_app::workflows::{self, StepTested};
use ampere_credits::{Credits, RunId, WorkflowId};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::http::Shared;
use crate::http::extract::{ApiJson, ApiPath, Who};
use crate::http::once::IdempotencyKey;
use crate::http::problem::Problem;
use crate::http::runs::detail::Run;
use crate::http::runs::start::{cap, intent, shown};

/// Which step, and with what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestStepRequest {
    /// The step's id.
    step_id: String,
    /// The workflow as it is being edited; without, as it is kept.
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    definition: Option<Map<String, Value>>,
    /// The workflow's form; without, as it was filled in for the earlier run.
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    inputs: Option<Map<String, Value>>,
    /// The run whose results it starts from; without, the newest of the caller's that has what
    /// the step needs (an owner's: of anybody's).
    #[schema(value_type = Option<String>)]
    run_id: Option<RunId>,
    /// It ends before it would be charged more.
    #[schema(value_type = Option<String>)]
    max_credits: Option<Credits>,
    /// The default model without.
    model: Option<String>,
}

/// What a test has come to: one of both.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepTest {
    /// A run of this one step.
    pub run: Option<Run>,
    /// A condition, looked at.
    pub condition: Option<ConditionTest>,
}

/// What a condition came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConditionTest {
    /// The workflow would go on.
    pub held: bool,
    /// What was looked at, as text; a long one is cut.
    pub left: String,
    /// What it was compared with, as text; a long one is cut.
    pub right: String,
}

/// Tests one step with the last inputs: spends credits, except for a condition
#[utoipa::path(post, path = "/api/v1/workflows/{id}/test-step", operation_id = "testWorkflowStep",
    tag = "workflows",
    params(
        ("id" = String, Path),
        ("Idempotency-Key" = String, Header, description = "1 to 255 characters, one an intent"),
    ),
    request_body = TestStepRequest,
    responses(
        (status = 202, body = StepTest, description = "It works"),
        (status = 200, body = StepTest, description = "A condition, looked at for nothing"),
        (status = 402, description = "Not enough credits; the same key may succeed later"),
        (status = 409, description = "No earlier run has what the step needs"),
    ))]
pub async fn test_workflow_step(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<WorkflowId>,
    key: IdempotencyKey,
    ApiJson(asked): ApiJson<TestStepRequest>,
) -> Result<(StatusCode, Json<StepTest>), Problem> {
    let test = workflows::StepTest {
        workflow: id,
        step: asked.step_id,
        draft: asked.definition.map(Value::Object),
        inputs: asked.inputs.map(Value::Object),
        run: asked.run_id,
        cap: cap(asked.max_credits)?,
        model: asked.model,
    };
    match shared.app.test_step(&caller, test, intent(&key)).await? {
        StepTested::Started(started) => {
            let (status, Json(run)) = shown(&shared, &caller, started.run.id).await?;
            Ok((status, Json(StepTest { run: Some(run), condition: None })))
        }
        StepTested::Condition(tested) => {
            let (held, left, right) = (tested.held, tested.left, tested.right);
            let condition = Some(ConditionTest { held, left, right });
            Ok((StatusCode::OK, Json(StepTest { run: None, condition })))
        }
    }
}
