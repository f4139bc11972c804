//! `/billing/admins` and `/billing/ask`: who has billing access, and asking them.

use std::sync::Arc;

use ampere_credits::{Timestamp, UserId};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::extract::{ApiPath, Who};
use super::members::Role;
use super::problem::Problem;

/// Somebody with billing access.
#[derive(Serialize, ToSchema)]
pub struct BillingAdmin {
    user_id: String,
    name: String,
    email: String,
    role: Role,
}

/// Everybody with billing access, the oldest member first.
#[derive(Serialize, ToSchema)]
pub struct BillingAdminList {
    data: Vec<BillingAdmin>,
}

/// Who has billing access (owners)
#[utoipa::path(
    get,
    path = "/api/v1/billing/admins",
    operation_id = "listBillingAdmins",
    tag = "billing",
    responses(
        (status = 200, body = BillingAdminList),
        (status = 403, description = "forbidden_role")
    )
)]
pub async fn list_billing_admins(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<BillingAdminList>, Problem> {
    let rows = shared.app.billing_admins(&caller).await?;
    let admin = |row: ampere_app::people::MemberRow| BillingAdmin {
        user_id: row.user.to_string(),
        name: row.name,
        email: row.email,
        role: row.role.into(),
    };
    Ok(Json(BillingAdminList { data: rows.into_iter().map(admin).collect() }))
}

/// Give a member billing access (owners)
#[utoipa::path(
    put,
    path = "/api/v1/billing/admins/{id}",
    operation_id = "addBillingAdmin",
    tag = "billing",
    params(("id" = String, Path, description = "`usr_…`")),
    responses(
        (status = 200, body = BillingAdminList),
        (status = 403, description = "forbidden_role")
    )
)]
pub async fn add_billing_admin(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<UserId>,
) -> Result<Json<BillingAdminList>, Problem> {
    shared.app.change_member(&caller, id, None, Some(true)).await?;
    list_billing_admins(State(shared), Who(caller)).await
}

/// Take billing access from a member (owners)
#[utoipa::path(
    delete,
    path = "/api/v1/billing/admins/{id}",
    operation_id = "removeBillingAdmin",
    tag = "billing",
    params(("id" = String, Path, description = "`usr_…`")),
    responses(
        (status = 204, description = "Taken"),
        (status = 409, description = "The owner always has it"),
    )
)]
pub async fn remove_billing_admin(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<UserId>,
) -> Result<StatusCode, Problem> {
    shared.app.change_member(&caller, id, None, Some(false)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether and when they were asked.
#[derive(Serialize, ToSchema)]
pub struct AskResult {
    /// They know of it, from this time or from one less than a day ago.
    asked: bool,
    /// Who was asked.
    names: Vec<String>,
    /// Whether they got a mail.
    mailed: bool,
    #[schema(value_type = String, format = DateTime)]
    asked_at: Timestamp,
    /// From when on they may be asked again.
    #[schema(value_type = String, format = DateTime)]
    again_at: Timestamp,
}

/// Ask those with billing access for credits
///
/// Once a day; asking again within a day answers the same and tells nobody.
#[utoipa::path(
    post,
    path = "/api/v1/billing/ask",
    operation_id = "askBilling",
    tag = "billing",
    responses(
        (status = 200, body = AskResult),
        (status = 409, description = "The person can add credits themselves"),
    )
)]
pub async fn ask_billing(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<AskResult>, Problem> {
    let asked = shared.app.ask_for_credits(&caller).await?;
    Ok(Json(AskResult {
        asked: true,
        names: asked.names,
        mailed: asked.mailed,
        asked_at: asked.at,
        again_at: asked.again_at,
    }))
}
