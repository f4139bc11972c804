//! `DELETE /account` and `DELETE /organization`: who goes leaves ids, and the books stay.
//!
//! Both take the password once more and end the login that asked. What goes and what stays is told
//! in `docs/decisions/0010-privacy.md`.

use std::sync::Arc;

use ampere_app::people::Visitor;
use ampere_app::privacy::Schedules;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::extract::{Agent, ApiJson, ApiQuery, ClientAddress, Who};
use super::problem::Problem;

/// What becomes of schedules of somebody who goes.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GoingSchedules {
    /// They pause.
    #[default]
    Pause,
    /// They go on as those of each organization's owner.
    Reassign,
}

/// How an account is deleted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeleteAccountQuery {
    /// What becomes of the person's schedules.
    #[param(inline)]
    pub schedules: Option<GoingSchedules>,
}

/// Who goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteAccountRequest {
    /// The person's password.
    password: String,
    /// Their mail address; needed where nobody is logged in.
    email: Option<String>,
}

/// Which organization goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteOrganizationRequest {
    /// The organization's name, typed.
    organization_name: String,
    /// The owner's password.
    password: String,
}

impl From<GoingSchedules> for Schedules {
    fn from(schedules: GoingSchedules) -> Self {
        match schedules {
            GoingSchedules::Pause => Schedules::Pause,
            GoingSchedules::Reassign => Schedules::Reassign,
        }
    }
}

/// Delete my account
///
/// In every organization at once; all logins end. Whoever belongs to no organization any more, and
/// so cannot log in, gives mail address and password.
#[utoipa::path(
    delete,
    path = "/api/v1/account",
    operation_id = "deleteAccount",
    params(DeleteAccountQuery),
    request_body = DeleteAccountRequest,
    responses(
        (status = 204, description = "The account is gone"),
        (status = 401, description = "Nobody is logged in, and address or password is wrong"),
        (
            status = 409,
            description = "They own an organization, are the only operator, or have a run that \
                           has not ended"
        ),
        (status = 422, description = "The password is another one"),
    )
)]
pub async fn delete_account(
    State(shared): State<Arc<Shared>>,
    who: Result<Who, Problem>,
    visitor: (ClientAddress, Agent),
    ApiQuery(query): ApiQuery<DeleteAccountQuery>,
    ApiJson(asked): ApiJson<DeleteAccountRequest>,
) -> Result<Response, Problem> {
    let DeleteAccountRequest { password, email } = asked;
    let visitor = visitor_of(visitor);
    let schedules = query.schedules.unwrap_or_default().into();
    match (who, email) {
        (Ok(Who(caller)), email) => {
            let proof = (email.as_deref(), password.as_str());
            shared.app.delete_account(&caller, proof, schedules, &visitor).await?;
        }
        (Err(_), Some(email)) => {
            let proof = (email.as_str(), password.as_str());
            shared.app.delete_account_by_address(proof, schedules, &visitor).await?;
        }
        (Err(nobody), None) => return Err(nobody),
    }
    gone(&shared)
}

/// Delete the organization (owners)
///
/// Its plan ends at once and no money is given back; its runs are stopped, and what was delivered
/// is charged. Its people keep their accounts. If the payment provider does not answer, nothing is
/// deleted: send the same again.
#[utoipa::path(
    delete,
    path = "/api/v1/organization",
    operation_id = "deleteOrganization",
    request_body = DeleteOrganizationRequest,
    responses(
        (status = 204, description = "The organization is gone, and so is every login in it"),
        (status = 422, description = "Name or password is another one"),
        (status = 503, description = "The plan could not be ended; nothing was deleted"),
    )
)]
pub async fn delete_organization(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    visitor: (ClientAddress, Agent),
    ApiJson(asked): ApiJson<DeleteOrganizationRequest>,
) -> Result<Response, Problem> {
    let DeleteOrganizationRequest { organization_name, password } = asked;
    let typed = (organization_name.as_str(), password.as_str());
    shared.app.delete_organization(&caller, typed, &visitor_of(visitor)).await?;
    gone(&shared)
}

fn visitor_of((ClientAddress(address), Agent(agent)): (ClientAddress, Agent)) -> Visitor {
    Visitor { address, agent }
}

/// Nothing is left to be logged in to with this cookie.
fn gone(shared: &Shared) -> Result<Response, Problem> {
    let cookie = shared.cookie("", 0)?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}
