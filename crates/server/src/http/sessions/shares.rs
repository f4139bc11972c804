//! `/sessions/{id}/shares`: with whom a conversation is shared. Free; sharing moves no credit.

use std::sync::Arc;

use ampere_app::chat::{Access, ShareRow};
use ampere_credits::{SessionId, Timestamp, UserId};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::Shared;
use crate::http::extract::{ApiJson, ApiPath, Who};
use crate::http::problem::Problem;

/// What somebody may do in a conversation; each may also do what those before it may.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionAccess {
    /// Read it and follow its answers.
    View,
    /// Write in it.
    Edit,
    /// Share and delete it.
    Owner,
}

impl From<Access> for SessionAccess {
    fn from(access: Access) -> Self {
        match access {
            Access::View => SessionAccess::View,
            Access::Edit => SessionAccess::Edit,
            Access::Owner => SessionAccess::Owner,
        }
    }
}

impl From<SessionAccess> for Access {
    fn from(access: SessionAccess) -> Self {
        match access {
            SessionAccess::View => Access::View,
            SessionAccess::Edit => Access::Edit,
            SessionAccess::Owner => Access::Owner,
        }
    }
}

/// A member that a conversation is shared with.
#[derive(Debug, Serialize, ToSchema)]
pub struct SharePerson {
    /// Whose share it is.
    #[schema(value_type = String)]
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their mail address.
    pub email: String,
}

/// A conversation shared with one member.
#[derive(Debug, Serialize, ToSchema)]
pub struct Share {
    /// With whom.
    pub user: SharePerson,
    /// What they may do.
    pub access: SessionAccess,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub shared_at: Timestamp,
}

impl From<ShareRow> for Share {
    fn from(row: ShareRow) -> Self {
        let user = SharePerson { id: row.user, name: row.name, email: row.email };
        Share { user, access: row.access.into(), shared_at: row.shared_at }
    }
}

/// Everybody a conversation is shared with, beside its owner.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShareList {
    /// By name.
    pub data: Vec<Share>,
}

impl From<Vec<ShareRow>> for ShareList {
    fn from(rows: Vec<ShareRow>) -> Self {
        ShareList { data: rows.into_iter().map(Share::from).collect() }
    }
}

/// With whom a conversation is to be shared.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedShare {
    /// A member of the organization, not the owner of the conversation.
    #[schema(value_type = String)]
    user_id: UserId,
    /// What they may do.
    access: SessionAccess,
}

/// The whole list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareRequest {
    /// Each person once, at most 100; who is not in it has no access any more.
    data: Vec<WantedShare>,
}

/// With whom a conversation is shared
#[utoipa::path(
    get,
    path = "/api/v1/sessions/{id}/shares",
    operation_id = "listShares",
    params(("id" = String, Path)),
    responses((status = 200, body = ShareList))
)]
pub async fn list_shares(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<SessionId>,
) -> Result<Json<ShareList>, Problem> {
    Ok(Json(shared.app.shares(&caller, id).await?.into()))
}

/// Share a conversation with exactly these people (access `owner`)
#[utoipa::path(
    put,
    path = "/api/v1/sessions/{id}/shares",
    operation_id = "setShares",
    params(("id" = String, Path)),
    request_body = ShareRequest,
    responses((status = 200, body = ShareList))
)]
pub async fn set_shares(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<SessionId>,
    ApiJson(asked): ApiJson<ShareRequest>,
) -> Result<Json<ShareList>, Problem> {
    let with = asked.data.into_iter().map(|share| (share.user_id, share.access.into())).collect();
    Ok(Json(shared.app.share_session(&caller, id, with).await?.into()))
}
