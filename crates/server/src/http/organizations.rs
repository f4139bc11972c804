//! Several organizations of one person: `/auth/switch`, joining one more, handing one over.

use std::sync::Arc;

use ampere_app::people::Visitor;
use ampere_credits::{OrgId, UserId};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Shared;
use super::auth::Me;
use super::extract::{Agent, ApiJson, ClientAddress, Who};
use super::organization::Organization;
use super::problem::Problem;

/// Where to go.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchRequest {
    /// `org_…`
    organization_id: String,
}

/// Go over to another of my organizations
///
/// The login stays the same; open streams end and are opened anew.
#[utoipa::path(
    post,
    path = "/api/v1/auth/switch",
    operation_id = "switchOrganization",
    request_body = SwitchRequest,
    responses(
        (status = 200, body = Me),
        (status = 404, description = "The person belongs to no such organization"),
    )
)]
pub async fn switch_organization(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(asked): ApiJson<SwitchRequest>,
) -> Result<Json<Me>, Problem> {
    let org: OrgId = asked.organization_id.parse().map_err(|_| Problem::not_found())?;
    Ok(Json(shared.app.switch_organization(&caller, org).await?.into()))
}

/// An invitation's link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitationRequest {
    /// What follows the `#` of the link.
    token: String,
}

/// Join one more organization by an invitation, and go there
#[utoipa::path(
    post,
    path = "/api/v1/auth/invitations/accept",
    operation_id = "acceptInvitation",
    request_body = AcceptInvitationRequest,
    responses(
        (status = 200, body = Me),
        (status = 404, description = "There is no such invitation"),
        (status = 409, description = "A member already, or it is for another mail address"),
        (status = 410, description = "The invitation was used, revoked or has expired"),
    )
)]
pub async fn accept_invitation(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ClientAddress(address): ClientAddress,
    Agent(agent): Agent,
    ApiJson(asked): ApiJson<AcceptInvitationRequest>,
) -> Result<Json<Me>, Problem> {
    let visitor = Visitor { address, agent };
    Ok(Json(shared.app.accept_invitation(&caller, &asked.token, &visitor).await?.into()))
}

/// To whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferRequest {
    /// `usr_…`
    user_id: String,
    /// The organization's name, typed.
    organization_name: String,
}

/// Hand the organization over to a member (owners)
///
/// Whoever owned it becomes an admin.
#[utoipa::path(
    post,
    path = "/api/v1/organization/transfer",
    operation_id = "transferOrganization",
    request_body = TransferRequest,
    responses(
        (status = 200, body = Organization),
        (status = 404, description = "No such member"),
    )
)]
pub async fn transfer_organization(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(asked): ApiJson<TransferRequest>,
) -> Result<Json<Organization>, Problem> {
    let TransferRequest { user_id, organization_name } = asked;
    // An owner learns that there is no such member; others that they are no owners.
    let to: UserId = user_id.parse().unwrap_or(UserId::from_bits(0));
    let organization = shared.app.transfer_organization(&caller, to, &organization_name).await?;
    Ok(Json(organization.into()))
}
