//! `/organization`: name and zone.

use std::sync::Arc;

use ampere_app::people::OrganizationRow;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::extract::{ApiJson, Who};
use super::problem::Problem;

/// An organization.
#[derive(Serialize, ToSchema)]
pub struct Organization {
    id: String,
    name: String,
    /// IANA time zone; a change applies from then on.
    zone: String,
}

impl From<OrganizationRow> for Organization {
    fn from(row: OrganizationRow) -> Self {
        Organization { id: row.id.to_string(), name: row.name, zone: row.zone }
    }
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateOrganizationRequest {
    name: Option<String>,
    zone: Option<String>,
}

/// The organization
#[utoipa::path(
    get,
    path = "/api/v1/organization",
    operation_id = "getOrganization",
    responses((status = 200, body = Organization))
)]
pub async fn get_organization(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<Organization>, Problem> {
    Ok(Json(shared.app.organization(&caller).await?.into()))
}

/// Change the organization's name or zone (owners and admins)
#[utoipa::path(
    patch,
    path = "/api/v1/organization",
    operation_id = "updateOrganization",
    request_body = UpdateOrganizationRequest,
    responses((status = 200, body = Organization))
)]
pub async fn update_organization(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(asked): ApiJson<UpdateOrganizationRequest>,
) -> Result<Json<Organization>, Problem> {
    let UpdateOrganizationRequest { name, zone } = asked;
    let changed = shared.app.update_organization(&caller, name.as_deref(), zone.as_deref()).await?;
    Ok(Json(changed.into()))
}
