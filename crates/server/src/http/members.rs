//! `/members`: the people of the organization.

use std::sync::Arc;

use ampere_app::people;
use ampere_credits::{Timestamp, UserId};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::extract::{ApiPath, Who};
use super::problem::Problem;

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, billing too.
    Owner,
    /// Starts AI work.
    Member,
}

impl From<people::Role> for Role {
    fn from(role: people::Role) -> Self {
        match role {
            people::Role::Owner => Role::Owner,
            people::Role::Member => Role::Member,
        }
    }
}

impl From<Role> for people::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => people::Role::Owner,
            Role::Member => people::Role::Member,
        }
    }
}

/// A person of the organization.
#[derive(Serialize, ToSchema)]
pub struct Member {
    user_id: String,
    name: String,
    email: String,
    role: Role,
    /// May see prices and payments and buy credits.
    billing_access: bool,
    #[schema(value_type = String, format = DateTime)]
    joined_at: Timestamp,
}

/// Everybody.
#[derive(Serialize, ToSchema)]
pub struct MemberList {
    data: Vec<Member>,
}

/// The people of the organization, the oldest member first
#[utoipa::path(
    get,
    path = "/api/v1/members",
    operation_id = "listMembers",
    responses((status = 200, body = MemberList))
)]
pub async fn list_members(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<MemberList>, Problem> {
    let rows = shared.app.members(&caller).await?;
    let data = rows
        .into_iter()
        .map(|row| Member {
            user_id: row.user.to_string(),
            billing_access: row.role == people::Role::Owner || row.billing_admin,
            name: row.name,
            email: row.email,
            role: row.role.into(),
            joined_at: row.joined_at,
        })
        .collect();
    Ok(Json(MemberList { data }))
}

/// Remove a person from the organization (owners)
#[utoipa::path(
    delete,
    path = "/api/v1/members/{id}",
    operation_id = "removeMember",
    params(("id" = String, Path, description = "`usr_…`")),
    responses((status = 204, description = "Removed; their logins have ended"))
)]
pub async fn remove_member(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<UserId>,
) -> Result<StatusCode, Problem> {
    shared.app.remove_member(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
