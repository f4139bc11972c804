//! `/invitations`: links by which people join the organization.

use std::sync::Arc;

use ampere_app::people;
use ampere_credits::{InvitationId, Timestamp};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::extract::{ApiJson, ApiPath, Who};
use super::members::Role;
use super::problem::Problem;

/// What the invited person will be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateInvitationRequest {
    /// `member`.
    role: Role,
}

/// A new invitation. Its link is shown this once.
#[derive(Serialize, ToSchema)]
pub struct InvitationCreated {
    id: String,
    role: Role,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// For the invited person; it cannot be read again.
    url: String,
}

/// How an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    Pending,
    Accepted,
    Revoked,
    Expired,
}

impl From<people::InvitationState> for InvitationState {
    fn from(state: people::InvitationState) -> Self {
        match state {
            people::InvitationState::Pending => InvitationState::Pending,
            people::InvitationState::Accepted => InvitationState::Accepted,
            people::InvitationState::Revoked => InvitationState::Revoked,
            people::InvitationState::Expired => InvitationState::Expired,
        }
    }
}

/// An invitation.
#[derive(Serialize, ToSchema)]
pub struct Invitation {
    id: String,
    role: Role,
    state: InvitationState,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Name of the person who invites.
    invited_by: String,
}

/// All invitations of the organization.
#[derive(Serialize, ToSchema)]
pub struct InvitationList {
    data: Vec<Invitation>,
}

/// Invite a person (owners)
#[utoipa::path(
    post,
    path = "/api/v1/invitations",
    operation_id = "createInvitation",
    request_body = CreateInvitationRequest,
    responses((status = 201, body = InvitationCreated))
)]
pub async fn create_invitation(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(asked): ApiJson<CreateInvitationRequest>,
) -> Result<(StatusCode, Json<InvitationCreated>), Problem> {
    let made = shared.app.create_invitation(&caller, asked.role.into()).await?;
    let created = InvitationCreated {
        id: made.row.id.to_string(),
        role: made.row.role.into(),
        expires_at: made.row.expires_at,
        url: made.url,
    };
    Ok((StatusCode::CREATED, Json(created)))
}

/// Invitations, the newest first (owners)
#[utoipa::path(
    get,
    path = "/api/v1/invitations",
    operation_id = "listInvitations",
    responses(
        (status = 200, body = InvitationList),
        (status = 403, description = "Only owners see invitations"),
    )
)]
pub async fn list_invitations(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<InvitationList>, Problem> {
    let now = shared.app.now();
    let rows = shared.app.invitations(&caller).await?;
    let data = rows
        .into_iter()
        .map(|row| Invitation {
            id: row.id.to_string(),
            role: row.role.into(),
            state: people::InvitationState::of(&row, now).into(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            invited_by: row.invited_by_name,
        })
        .collect();
    Ok(Json(InvitationList { data }))
}

/// Take an invitation back (owners)
#[utoipa::path(
    delete,
    path = "/api/v1/invitations/{id}",
    operation_id = "revokeInvitation",
    params(("id" = String, Path, description = "`inv_…`")),
    responses((status = 204, description = "Its link does not work any more"))
)]
pub async fn revoke_invitation(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<InvitationId>,
) -> Result<StatusCode, Problem> {
    shared.app.revoke_invitation(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
