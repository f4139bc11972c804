//! `/auth/password`: a forgotten password, and a new one by a link.

use std::sync::Arc;

use ampere_app::people::Visitor;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::extract::{Agent, ApiJson, ClientAddress};
use super::problem::Problem;

/// Who forgot their password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgotPasswordRequest {
    email: String,
}

/// What happens now; the same whether the address has an account or not.
#[derive(Serialize, ToSchema)]
pub struct ForgotPassword {
    /// Whether this installation sends mail.
    mailed: bool,
    /// For the person.
    text: String,
}

/// The link, and a new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPasswordRequest {
    /// What follows the `#` of the link.
    token: String,
    /// 8 to 128 characters.
    password: String,
}

/// Ask for a link to a new password
#[utoipa::path(
    post,
    path = "/api/v1/auth/password/forgot",
    operation_id = "forgotPassword",
    security(()),
    request_body = ForgotPasswordRequest,
    responses((status = 202, body = ForgotPassword))
)]
pub async fn forgot_password(
    State(shared): State<Arc<Shared>>,
    ClientAddress(address): ClientAddress,
    Agent(agent): Agent,
    ApiJson(asked): ApiJson<ForgotPasswordRequest>,
) -> Result<(StatusCode, Json<ForgotPassword>), Problem> {
    let visitor = Visitor { address, agent };
    let mailed = shared.app.forgot_password(&asked.email, &visitor)?;
    let text = match shared.app.mail_from() {
        Some(from) => format!(
            "If there is an account with this address, a mail from {from} is on its way. Its link \
             works for one hour."
        ),
        None => "This installation sends no mail. Ask the person who runs it: they can set a new \
                 password for you."
            .to_owned(),
    };
    Ok((StatusCode::ACCEPTED, Json(ForgotPassword { mailed, text })))
}

/// Set a new password by a link
///
/// The link works once; all logins of the person end.
#[utoipa::path(
    post,
    path = "/api/v1/auth/password/reset",
    operation_id = "resetPassword",
    security(()),
    request_body = ResetPasswordRequest,
    responses(
        (status = 204, description = "Log in with it now"),
        (status = 410, description = "The link was used or is too old"),
    )
)]
pub async fn reset_password(
    State(shared): State<Arc<Shared>>,
    ClientAddress(address): ClientAddress,
    Agent(agent): Agent,
    ApiJson(asked): ApiJson<ResetPasswordRequest>,
) -> Result<StatusCode, Problem> {
    let visitor = Visitor { address, agent };
    shared.app.reset_by_link(&asked.token, &asked.password, &visitor).await?;
    Ok(StatusCode::NO_CONTENT)
}
