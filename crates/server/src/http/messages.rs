//! `/sessions/{id}/messages`: what was said, and sending: the one route here that spends.

use std::sync::Arc;

use ampere_app::Caller;
use ampere_app::chat::{self, Ask, MessageRow, Sent};
use ampere_app::files::FileRow;
use ampere_app::runs::RunRow;
use ampere_credits::{Credits, FileId, MessageId, SessionId, Timestamp};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::extract::{ApiJson, ApiPath, Who};
use super::once::IdempotencyKey;
use super::problem::Problem;
use super::runs::RunSummary;
use super::runs::start::{cap, intent};

/// Who wrote a message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageRole {
    User,
    Assistant,
}

/// How far the agent goes for an answer: with which bounds it may use tools.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// One answer, without tools.
    Low,
    /// A few calls.
    #[default]
    Medium,
    /// Many calls.
    High,
}

impl From<Effort> for chat::Effort {
    fn from(effort: Effort) -> Self {
        match effort {
            Effort::Low => chat::Effort::Low,
            Effort::Medium => chat::Effort::Medium,
            Effort::High => chat::Effort::High,
        }
    }
}

/// A file of a message.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Attachment {
    /// Its id.
    #[schema(value_type = String)]
    pub id: FileId,
    /// As it was called.
    pub name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
}

impl From<&FileRow> for Attachment {
    fn from(row: &FileRow) -> Self {
        let (name, media_type) = (row.name.clone(), row.media_type.clone());
        Attachment { id: row.id, name, media_type, size: row.size }
    }
}

/// A message of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Message {
    #[schema(value_type = String)]
    pub id: MessageId,
    pub role: MessageRole,
    /// Markdown; of an answer that is being written, what there is now.
    pub text: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    pub run_id: Option<String>,
    /// The run that wrote it.
    pub run: Option<RunSummary>,
    /// What might be asked next, made by background work; for the newest answer.
    pub follow_ups: Vec<String>,
    /// The files that were sent with it; those that were deleted since are not named.
    pub attachments: Vec<Attachment>,
}

impl Message {
    /// `files`: at least those of the message that are still there.
    fn of(caller: &Caller, row: MessageRow, run: Option<&RunRow>, files: &[FileRow]) -> Self {
        let file = |id: &FileId| files.iter().find(|file| file.id == *id);
        Message {
            attachments: row.attachments.iter().filter_map(file).map(Attachment::from).collect(),
            id: row.id,
            role: match row.author {
                ampere_app::chat::Author::User => MessageRole::User,
                ampere_app::chat::Author::Assistant => MessageRole::Assistant,
            },
            text: row.text,
            created_at: row.created_at,
            run_id: row.run.map(|run| run.to_string()),
            run: run.map(|run| RunSummary::of(caller, run)),
            follow_ups: follow_ups(row.follow_ups.as_deref()),
        }
    }
}

/// From the kept JSON; what cannot be read is not shown.
fn follow_ups(kept: Option<&str>) -> Vec<String> {
    kept.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

/// All messages of a conversation, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageList {
    pub data: Vec<Message>,
}

/// A question, or an answer to try again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessageRequest {
    /// A new question; not together with `retry_of`.
    pub text: Option<String>,
    /// An answer that is to be tried again; uses credits again.
    #[schema(value_type = Option<String>)]
    pub retry_of: Option<MessageId>,
    /// The default model without.
    pub model: Option<String>,
    /// `medium` without.
    pub effort: Option<Effort>,
    /// Ids of own files that go with it, at most 5.
    #[schema(value_type = Option<Vec<String>>)]
    pub attachments: Option<Vec<FileId>>,
    /// It ends before it would be charged more.
    #[schema(value_type = Option<String>)]
    pub max_credits: Option<Credits>,
}

/// What was started.
#[derive(Debug, Serialize, ToSchema)]
pub struct SendMessageResult {
    pub user_message: Message,
    pub answer: Message,
    pub run: RunSummary,
}

impl SendMessageResult {
    fn of(caller: &Caller, sent: Sent, files: &[FileRow]) -> Self {
        SendMessageResult {
            user_message: Message::of(caller, sent.question, None, files),
            answer: Message::of(caller, sent.answer, Some(&sent.run), &[]),
            run: RunSummary::of(caller, &sent.run),
        }
    }
}

/// What was said, oldest first
#[utoipa::path(
    get,
    path = "/api/v1/sessions/{id}/messages",
    operation_id = "listMessages",
    params(("id" = String, Path)),
    responses((status = 200, body = MessageList))
)]
pub async fn list_messages(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<SessionId>,
) -> Result<Json<MessageList>, Problem> {
    let messages = shared.app.list_messages(&caller, id).await?;
    let runs = shared.app.session_runs(&caller, id).await?;
    let files = shared.app.session_files(&caller, id).await?;
    let data = messages
        .into_iter()
        .map(|message| {
            let run = message.run.and_then(|id| runs.iter().find(|run| run.id == id));
            Message::of(&caller, message, run, &files)
        })
        .collect();
    Ok(Json(MessageList { data }))
}

/// Send a message to the agent: spends credits
///
/// Answers as soon as the hold is durable; follow the answer at `/runs/{id}/events`. It goes on
/// whether or not somebody watches.
#[utoipa::path(
    post,
    path = "/api/v1/sessions/{id}/messages",
    operation_id = "sendMessage",
    params(
        ("id" = String, Path),
        ("Idempotency-Key" = String, Header, description = "1 to 255 characters, one an intent"),
    ),
    request_body = SendMessageRequest,
    responses(
        (status = 202, body = SendMessageResult),
        (status = 402, description = "Not enough credits; the same key may succeed later"),
    )
)]
pub async fn send_message(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<SessionId>,
    key: IdempotencyKey,
    ApiJson(asked): ApiJson<SendMessageRequest>,
) -> Result<(StatusCode, Json<SendMessageResult>), Problem> {
    let ask = Ask {
        text: asked.text,
        retry_of: asked.retry_of,
        model: asked.model,
        effort: asked.effort.unwrap_or_default().into(),
        attachments: asked.attachments.unwrap_or_default(),
        max_credits: cap(asked.max_credits)?,
    };
    let sent = shared.app.send_message(&caller, id, ask, intent(&key)).await?;
    let files = shared.app.session_files(&caller, id).await?;
    Ok((StatusCode::ACCEPTED, Json(SendMessageResult::of(&caller, sent, &files))))
}
