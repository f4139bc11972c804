//! `/auth`: the first account, accounts by invitation, logging in and out, who am I.
//!
//! A login's token is written into the cookie here and nowhere else; it is in no body.

use std::sync::Arc;

use ampere_app::people::{self, Entered, Home, NewAccount, Visitor};
use axum::Json;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::extract::{Agent, ApiJson, ClientAddress, Who};
use super::members::Role;
use super::organization::Organization;
use super::problem::Problem;

/// The person with the first-run link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupRequest {
    /// From the link that the server printed.
    token: String,
    name: String,
    email: String,
    /// 8 to 128 characters.
    password: String,
    organization_name: String,
    /// IANA time zone, like `Europe/Berlin`.
    zone: String,
}

/// A new person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUpRequest {
    name: String,
    email: String,
    /// 8 to 128 characters.
    password: String,
    /// Token of an invitation: the person joins its organization.
    invitation: Option<String>,
    /// Without an invitation: name of the organization that the person founds.
    organization_name: Option<String>,
    /// Without an invitation: IANA time zone, like `Europe/Berlin`.
    zone: Option<String>,
}

/// A person who comes back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogInRequest {
    email: String,
    password: String,
}

/// An invitation's link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookUpInvitationRequest {
    /// What follows the `#` of the link.
    token: String,
}

/// Where an invitation leads.
#[derive(Serialize, ToSchema)]
pub struct InvitationPreview {
    organization_name: String,
    role: Role,
    /// Name of the person who invites.
    invited_by: String,
    #[schema(value_type = String, format = DateTime)]
    expires_at: ampere_credits::Timestamp,
    /// Whom it is for; null: whoever has the link.
    email: Option<String>,
}

/// A person.
#[derive(Serialize, ToSchema)]
pub struct User {
    id: String,
    name: String,
    email: String,
    /// Runs this installation.
    operator: bool,
}

/// A person's place in one of their organizations.
#[derive(Serialize, ToSchema)]
pub struct Membership {
    id: String,
    name: String,
    role: Role,
}

/// Who is logged in.
#[derive(Serialize, ToSchema)]
pub struct Me {
    user: User,
    organization: Organization,
    role: Role,
    /// The mark that the owner gives.
    billing_admin: bool,
    /// What the person may do here: words of the table of rights.
    rights: Vec<&'static str>,
    /// Everything that they belong to, the first joined first.
    organizations: Vec<Membership>,
    /// May see prices and payments and buy credits.
    billing_access: bool,
    login_id: String,
}

fn place((member, organization): people::Membership) -> Membership {
    let (id, name) = (organization.id.to_string(), organization.name);
    Membership { id, name, role: member.role.into() }
}

impl From<people::Me> for Me {
    fn from(me: people::Me) -> Self {
        let caller = me.caller;
        Me {
            billing_access: caller.billing_access(),
            billing_admin: caller.billing_admin,
            rights: caller.rights(),
            organizations: me.memberships.into_iter().map(place).collect(),
            role: caller.role.into(),
            login_id: caller.login.to_string(),
            organization: me.organization.into(),
            user: User {
                id: caller.user.to_string(),
                name: caller.name,
                email: me.email,
                operator: caller.operator,
            },
        }
    }
}

/// Make the first account
///
/// With the one-time link that the server printed: the operator of the installation, and owner
/// of its first organization.
#[utoipa::path(
    post,
    path = "/api/v1/auth/setup",
    operation_id = "setUp",
    security(()),
    request_body = SetupRequest,
    responses((status = 201, body = Me), (status = 410, description = "The link was used"))
)]
pub async fn set_up(
    State(shared): State<Arc<Shared>>,
    ClientAddress(address): ClientAddress,
    Agent(agent): Agent,
    ApiJson(asked): ApiJson<SetupRequest>,
) -> Result<Response, Problem> {
    let SetupRequest { token, name, email, password, organization_name, zone } = asked;
    let account = NewAccount { name, email, password };
    let home = Home { name: organization_name, zone };
    let wanted = people::SetUp { token, account, home };
    let entered = shared.app.set_up(wanted, &Visitor { address, agent }).await?;
    entered_as(&shared, StatusCode::CREATED, entered)
}

/// Make an account
///
/// With an invitation in its organization; without one only where the operator has opened
/// sign-up.
#[utoipa::path(
    post,
    path = "/api/v1/auth/sign-up",
    operation_id = "signUp",
    security(()),
    request_body = SignUpRequest,
    responses(
        (status = 201, body = Me),
        (status = 404, description = "There is no such invitation"),
        (status = 410, description = "The invitation was used, revoked or has expired"),
    )
)]
pub async fn sign_up(
    State(shared): State<Arc<Shared>>,
    ClientAddress(address): ClientAddress,
    Agent(agent): Agent,
    ApiJson(asked): ApiJson<SignUpRequest>,
) -> Result<Response, Problem> {
    let SignUpRequest { name, email, password, invitation, organization_name, zone } = asked;
    let home = Home { name: organization_name.unwrap_or_default(), zone: zone.unwrap_or_default() };
    let account = NewAccount { name, email, password };
    let wanted = people::SignUp { account, invitation, home };
    let entered = shared.app.sign_up(wanted, &Visitor { address, agent }).await?;
    entered_as(&shared, StatusCode::CREATED, entered)
}

/// Look where an invitation leads
#[utoipa::path(
    post,
    path = "/api/v1/auth/invitations/look-up",
    operation_id = "lookUpInvitation",
    security(()),
    request_body = LookUpInvitationRequest,
    responses(
        (status = 200, body = InvitationPreview),
        (status = 404, description = "There is no such invitation"),
        (status = 410, description = "The invitation was used, revoked or has expired"),
    )
)]
pub async fn look_up_invitation(
    State(shared): State<Arc<Shared>>,
    ClientAddress(address): ClientAddress,
    Agent(agent): Agent,
    ApiJson(asked): ApiJson<LookUpInvitationRequest>,
) -> Result<Json<InvitationPreview>, Problem> {
    let visitor = Visitor { address, agent };
    let invited = shared.app.look_up_invitation(&asked.token, &visitor).await?;
    Ok(Json(InvitationPreview {
        organization_name: invited.organization.name,
        role: invited.row.role.into(),
        invited_by: invited.row.invited_by_name,
        expires_at: invited.row.expires_at,
        email: invited.row.email,
    }))
}

/// Log in
#[utoipa::path(
    post,
    path = "/api/v1/auth/login",
    operation_id = "logIn",
    security(()),
    request_body = LogInRequest,
    responses(
        (status = 200, body = Me),
        (status = 401, description = "Mail address or password is wrong"),
        (status = 410, description = "The person belongs to no organization any more"),
    )
)]
pub async fn log_in(
    State(shared): State<Arc<Shared>>,
    ClientAddress(address): ClientAddress,
    Agent(agent): Agent,
    ApiJson(asked): ApiJson<LogInRequest>,
) -> Result<Response, Problem> {
    let visitor = Visitor { address, agent };
    let entered = shared.app.log_in(&asked.email, &asked.password, &visitor).await?;
    entered_as(&shared, StatusCode::OK, entered)
}

/// Log out
#[utoipa::path(
    post,
    path = "/api/v1/auth/logout",
    operation_id = "logOut",
    responses((status = 204, description = "The login has ended"))
)]
pub async fn log_out(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Response, Problem> {
    shared.app.log_out(&caller).await?;
    let cookie = shared.cookie("", 0)?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// Who am I
#[utoipa::path(
    get,
    path = "/api/v1/auth/me",
    operation_id = "getMe",
    responses((status = 200, body = Me))
)]
pub async fn get_me(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<Me>, Problem> {
    Ok(Json(shared.app.me(&caller).await?.into()))
}

fn entered_as(shared: &Shared, status: StatusCode, entered: Entered) -> Result<Response, Problem> {
    let cookie: HeaderValue = shared.cookie(&entered.token, entered.lives_seconds)?;
    Ok((status, [(SET_COOKIE, cookie)], Json(Me::from(entered.me))).into_response())
}
