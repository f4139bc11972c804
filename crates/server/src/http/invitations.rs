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
    /// `admin`, `member` or `viewer`.
    role: Role,
    /// Whom it is for; left out: whoever gets the link.
    email: Option<String>,
}

/// What became of an invitation's mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// There is none: the link is handed on by hand.
    None,
    /// It is on its way.
    Pending,
    /// The mail server took it.
    Sent,
    /// It could not be delivered.
    Failed,
}

impl From<Option<people::MailState>> for Delivery {
    fn from(state: Option<people::MailState>) -> Self {
        match state {
            None => Delivery::None,
            Some(people::MailState::Pending) => Delivery::Pending,
            Some(people::MailState::Sent) => Delivery::Sent,
            Some(people::MailState::Failed) => Delivery::Failed,
        }
    }
}

/// A new invitation or a new link of one. A link is shown this once.
#[derive(Serialize, ToSchema)]
pub struct InvitationCreated {
    id: String,
    role: Role,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    email: Option<String>,
    /// For the invited person; it cannot be read again. Null: a mail carries it.
    url: Option<String>,
    delivery: Delivery,
}

impl From<people::InvitationMade> for InvitationCreated {
    fn from(made: people::InvitationMade) -> Self {
        InvitationCreated {
            id: made.row.id.to_string(),
            role: made.row.role.into(),
            expires_at: made.row.expires_at,
            email: made.row.email,
            url: made.url,
            delivery: made.row.mail.into(),
        }
    }
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
    /// Whom it is for; null: whoever has the link.
    email: Option<String>,
    delivery: Delivery,
    /// From when on it may be sent again; null: not any more.
    #[schema(value_type = Option<String>, format = DateTime)]
    resend_at: Option<Timestamp>,
}

/// All invitations of the organization.
#[derive(Serialize, ToSchema)]
pub struct InvitationList {
    data: Vec<Invitation>,
    /// Whether this installation sends mail.
    mail: bool,
}

/// Invite a person (owners and admins)
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
    let CreateInvitationRequest { role, email } = asked;
    let made = shared.app.create_invitation(&caller, role.into(), email.as_deref()).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Send an invitation again, with another link (owners and admins)
///
/// Five minutes after the last; the earlier link ends, and seven days begin anew.
#[utoipa::path(
    post,
    path = "/api/v1/invitations/{id}/resend",
    operation_id = "resendInvitation",
    params(("id" = String, Path, description = "`inv_…`")),
    responses(
        (status = 200, body = InvitationCreated),
        (status = 409, description = "It was accepted or revoked"),
    )
)]
pub async fn resend_invitation(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<InvitationId>,
) -> Result<Json<InvitationCreated>, Problem> {
    Ok(Json(shared.app.resend_invitation(&caller, id).await?.into()))
}

/// Invitations, the newest first (owners and admins)
#[utoipa::path(
    get,
    path = "/api/v1/invitations",
    operation_id = "listInvitations",
    responses(
        (status = 200, body = InvitationList),
        (status = 403, description = "Only owners and admins see invitations"),
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
            resend_at: people::resend_at(&row, now),
            delivery: row.mail.into(),
            email: row.email,
            invited_by: row.invited_by_name,
        })
        .collect();
    Ok(Json(InvitationList { data, mail: shared.app.sends_mail() }))
}

/// Take an invitation back (owners and admins)
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
