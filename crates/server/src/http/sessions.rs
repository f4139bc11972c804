//! `/sessions`: conversations with the agent. Reading them never spends.

use std::sync::Arc;

use ampere_app::Caller;
use ampere_app::chat::OpenSession;
use ampere_credits::{Credits, SessionId, Timestamp, UserId};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::extract::{ApiJson, ApiPath, ApiQuery, Who};
use super::messages::Attachment;
use super::paging::Asked;
use super::problem::Problem;

pub mod shares;

use shares::SessionAccess;

/// Whose a conversation is.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionOwner {
    #[schema(value_type = String)]
    pub id: UserId,
    pub name: String,
}

/// A conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    #[schema(value_type = String)]
    pub id: SessionId,
    pub title: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Last message or rename.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// Charged to its answers' runs so far.
    pub credits: String,
    pub message_count: u32,
    /// Whose it is.
    pub owner: SessionOwner,
    /// What the caller may do in it.
    pub access: SessionAccess,
    /// It is shared with somebody.
    pub shared: bool,
    /// The run that writes an answer now.
    pub running_run_id: Option<String>,
    /// What its first messages say in short, made by background work.
    pub summary: Option<String>,
    /// What the agent starts in it without asking costs at most this; none: as everywhere. For its
    /// owner's eyes: it holds for what they send.
    #[schema(value_type = Option<String>)]
    pub allow_up_to: Option<Credits>,
}

impl Session {
    /// As the caller sees it.
    fn of(caller: &Caller, open: OpenSession) -> Self {
        let OpenSession { row, access } = open;
        Session {
            id: row.id,
            title: row.title,
            created_at: row.created_at,
            updated_at: row.updated_at,
            credits: row.credits.to_string(),
            message_count: row.message_count,
            allow_up_to: row.allow_up_to.filter(|_| row.owner == caller.user),
            owner: SessionOwner { id: row.owner, name: row.owner_name },
            access: access.into(),
            shared: row.shared,
            running_run_id: row.running.map(|run| run.to_string()),
            summary: row.summary,
        }
    }
}

/// A conversation with its files.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionDetail {
    /// The conversation.
    #[serde(flatten)]
    pub session: Session,
    /// The files of all its messages that are still there.
    pub files: Vec<Attachment>,
}

/// Part of the list of conversations, latest activity first.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionPage {
    pub data: Vec<Session>,
    pub next_cursor: Option<String>,
}

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SessionQuery {
    /// 1 to 200, 50 if not given.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A new conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSessionRequest {
    /// Without one, the first message gives it.
    pub title: Option<String>,
}

/// Another title.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenameSessionRequest {
    pub title: String,
}

/// Start a conversation (free)
#[utoipa::path(
    post,
    path = "/api/v1/sessions",
    operation_id = "createSession",
    request_body = CreateSessionRequest,
    responses((status = 201, body = Session))
)]
pub async fn create_session(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(asked): ApiJson<CreateSessionRequest>,
) -> Result<(StatusCode, Json<Session>), Problem> {
    let open = shared.app.create_session(&caller, asked.title).await?;
    Ok((StatusCode::CREATED, Json(Session::of(&caller, open))))
}

/// My conversations and those shared with me, latest activity first
#[utoipa::path(
    get,
    path = "/api/v1/sessions",
    operation_id = "listSessions",
    params(SessionQuery),
    responses((status = 200, body = SessionPage))
)]
pub async fn list_sessions(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiQuery(query): ApiQuery<SessionQuery>,
) -> Result<Json<SessionPage>, Problem> {
    let asked = Asked::new(query.limit, query.cursor)?;
    let mut rows = shared.app.list_sessions(&caller, asked.page()).await?;
    let next_cursor = asked.cut(&mut rows, |open| shared.app.session_cursor(&open.row));
    let data = rows.into_iter().map(|open| Session::of(&caller, open)).collect();
    Ok(Json(SessionPage { data, next_cursor }))
}

/// A conversation that I may open
#[utoipa::path(
    get,
    path = "/api/v1/sessions/{id}",
    operation_id = "getSession",
    params(("id" = String, Path)),
    responses((status = 200, body = SessionDetail))
)]
pub async fn get_session(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<SessionId>,
) -> Result<Json<SessionDetail>, Problem> {
    let session = Session::of(&caller, shared.app.get_session(&caller, id).await?);
    let files = shared.app.session_files(&caller, id).await?;
    Ok(Json(SessionDetail { session, files: files.iter().map(Attachment::from).collect() }))
}

/// Rename a conversation (access `edit`)
#[utoipa::path(
    patch,
    path = "/api/v1/sessions/{id}",
    operation_id = "renameSession",
    params(("id" = String, Path)),
    request_body = RenameSessionRequest,
    responses((status = 200, body = Session))
)]
pub async fn rename_session(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<SessionId>,
    ApiJson(asked): ApiJson<RenameSessionRequest>,
) -> Result<Json<Session>, Problem> {
    let open = shared.app.rename_session(&caller, id, &asked.title).await?;
    Ok(Json(Session::of(&caller, open)))
}

/// Delete a conversation for everybody (access `owner`); its receipts stay
#[utoipa::path(
    delete,
    path = "/api/v1/sessions/{id}",
    operation_id = "deleteSession",
    params(("id" = String, Path)),
    responses((status = 204))
)]
pub async fn delete_session(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<SessionId>,
) -> Result<StatusCode, Problem> {
    shared.app.delete_session(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
