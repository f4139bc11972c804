//! `/instance`: what anybody may know of this installation.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::problem::Problem;

/// What anybody may know of this installation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Instance {
    pub product_name: String,
    /// The agent that people talk with.
    pub agent_name: String,
    pub version: String,
    /// Nobody has an account yet: the server's first-run link makes the first one.
    pub setup_needed: bool,
    /// Whether people may make accounts without an invitation.
    pub sign_up_open: bool,
    /// Whether credits are bought with test cards, no money moving.
    pub sandbox_payments: bool,
    /// Whether this installation sends mail.
    pub mail: bool,
}

/// What this installation is
#[utoipa::path(
    get,
    path = "/api/v1/instance",
    operation_id = "getInstance",
    security(()),
    responses((status = 200, body = Instance))
)]
pub async fn get_instance(State(shared): State<Arc<Shared>>) -> Result<Json<Instance>, Problem> {
    let known = shared.app.instance().await?;
    Ok(Json(Instance {
        product_name: "Ampere".to_owned(),
        agent_name: "Joule".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        setup_needed: known.setup_needed,
        sign_up_open: known.sign_up_open,
        sandbox_payments: known.sandbox_payments,
        mail: shared.app.sends_mail(),
    }))
}
