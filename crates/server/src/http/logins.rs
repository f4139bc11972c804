//! `/auth/logins`: on which devices a person is logged in.

use std::sync::Arc;

use ampere_credits::{LoginId, Timestamp};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::extract::{ApiPath, Who};
use super::problem::Problem;

/// A login on some device.
#[derive(Serialize, ToSchema)]
pub struct Login {
    id: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: Timestamp,
    /// The one that asks.
    current: bool,
    /// What the browser calls itself.
    user_agent: Option<String>,
}

/// A person's logins.
#[derive(Serialize, ToSchema)]
pub struct LoginList {
    data: Vec<Login>,
}

/// My logins, the newest first
#[utoipa::path(
    get,
    path = "/api/v1/auth/logins",
    operation_id = "listLogins",
    responses((status = 200, body = LoginList))
)]
pub async fn list_logins(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<LoginList>, Problem> {
    let rows = shared.app.logins(&caller).await?;
    let data = rows
        .into_iter()
        .map(|row| Login {
            id: row.id.to_string(),
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            current: row.id == caller.login,
            user_agent: Some(row.user_agent).filter(|agent| !agent.is_empty()),
        })
        .collect();
    Ok(Json(LoginList { data }))
}

/// End one of my logins
#[utoipa::path(
    delete,
    path = "/api/v1/auth/logins/{id}",
    operation_id = "endLogin",
    params(("id" = String, Path, description = "`log_…`")),
    responses((status = 204, description = "It has ended"))
)]
pub async fn end_login(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<LoginId>,
) -> Result<StatusCode, Problem> {
    shared.app.end_login(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
