//! `/members`: the people of the organization and what each may do.

use std::sync::Arc;

use ampere_app::caller::{Act, member_may, member_rights};
use ampere_app::people;
use ampere_credits::{Credits, Timestamp, UserId};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::extract::{ApiJson, ApiPath, ApiQuery, Who};
use super::problem::Problem;

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, billing too.
    Owner,
    /// Manages people and the organization, sees and stops everybody's work.
    Admin,
    /// Starts AI work.
    Member,
    /// Reads; starts nothing.
    Viewer,
}

impl From<people::Role> for Role {
    fn from(role: people::Role) -> Self {
        match role {
            people::Role::Owner => Role::Owner,
            people::Role::Admin => Role::Admin,
            people::Role::Member => Role::Member,
            people::Role::Viewer => Role::Viewer,
        }
    }
}

impl From<Role> for people::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => people::Role::Owner,
            Role::Admin => people::Role::Admin,
            Role::Member => people::Role::Member,
            Role::Viewer => people::Role::Viewer,
        }
    }
}

/// What the caller may do with a member.
#[derive(Serialize, ToSchema)]
pub struct MemberActs {
    /// Give them another role.
    change_role: bool,
    /// Remove them; for oneself: leave.
    remove: bool,
    /// Give and take the billing mark.
    mark_billing: bool,
    /// Hand the organization over to them.
    transfer: bool,
}

/// A person of the organization.
#[derive(Serialize, ToSchema)]
pub struct Member {
    user_id: String,
    name: String,
    email: String,
    role: Role,
    /// The mark that the owner gives: buys credits and changes the plan, whatever the role.
    billing_admin: bool,
    /// May see prices and payments and buy credits.
    billing_access: bool,
    /// Everything they may do, in the words of `Me.rights`: whom to ask for what.
    rights: Vec<&'static str>,
    #[schema(value_type = String, format = DateTime)]
    joined_at: Timestamp,
    /// When they last did anything here.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_active_at: Option<Timestamp>,
    /// What their work used in the current period; for people with billing access.
    #[schema(value_type = Option<String>)]
    credits_this_period: Option<Credits>,
    /// Schedules of theirs that run.
    schedules: u32,
    can: MemberActs,
}

impl From<people::MemberView> for Member {
    fn from(view: people::MemberView) -> Self {
        let people::MemberView { row, credits, schedules, can } = view;
        Member {
            user_id: row.user.to_string(),
            billing_access: member_may(row.role, row.billing_admin, Act::Billing),
            rights: member_rights(row.role, row.billing_admin),
            billing_admin: row.billing_admin,
            name: row.name,
            email: row.email,
            role: row.role.into(),
            joined_at: row.joined_at,
            last_active_at: row.last_active_at,
            credits_this_period: credits,
            schedules,
            can: MemberActs {
                change_role: can.change_role,
                remove: can.remove,
                mark_billing: can.mark_billing,
                transfer: can.transfer,
            },
        }
    }
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
    let views = shared.app.members(&caller).await?;
    Ok(Json(MemberList { data: views.into_iter().map(Member::from).collect() }))
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeMemberRequest {
    /// `admin`, `member` or `viewer`.
    role: Option<Role>,
    /// Owners only.
    billing_admin: Option<bool>,
}

/// Change what a person may do (owners and admins)
///
/// It holds at once. Schedules of somebody who may not start work any more pause.
#[utoipa::path(
    patch,
    path = "/api/v1/members/{id}",
    operation_id = "changeMember",
    params(("id" = String, Path, description = "`usr_…`")),
    request_body = ChangeMemberRequest,
    responses(
        (status = 200, body = Member),
        (status = 409, description = "One's own role, or the owner's"),
    )
)]
pub async fn change_member(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<UserId>,
    ApiJson(asked): ApiJson<ChangeMemberRequest>,
) -> Result<Json<Member>, Problem> {
    let ChangeMemberRequest { role, billing_admin } = asked;
    let role = role.map(people::Role::from);
    Ok(Json(shared.app.change_member(&caller, id, role, billing_admin).await?.into()))
}

/// What becomes of a removed person's schedules.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeftSchedules {
    /// They pause.
    #[default]
    Pause,
    /// They go on as the remover's.
    Reassign,
}

/// How somebody is removed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RemoveQuery {
    /// What becomes of their schedules: `pause` (the default) or `reassign`.
    #[serde(default)]
    #[param(required = false, inline)]
    schedules: LeftSchedules,
}

/// Remove a person from the organization (owners and admins), or leave it
#[utoipa::path(
    delete,
    path = "/api/v1/members/{id}",
    operation_id = "removeMember",
    params(("id" = String, Path, description = "`usr_…`"), RemoveQuery),
    responses(
        (status = 204, description = "Removed; their logins here have ended"),
        (status = 409, description = "The owner: ownership is handed over first"),
    )
)]
pub async fn remove_member(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<UserId>,
    ApiQuery(query): ApiQuery<RemoveQuery>,
) -> Result<StatusCode, Problem> {
    let take_over = matches!(query.schedules, LeftSchedules::Reassign);
    shared.app.remove_member(&caller, id, take_over).await?;
    Ok(StatusCode::NO_CONTENT)
}
