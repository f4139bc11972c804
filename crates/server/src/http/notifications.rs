//! `/notifications`: what the caller was told, and what they want to be told.

use std::sync::Arc;

use ampere_app::notices::{Kind, KindWish, NoticeRow, WishChange};
use ampere_credits::{NoticeId, Timestamp};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::extract::{ApiJson, ApiQuery, Who};
use super::paging::ListQuery;
use super::problem::Problem;

/// Notices named at once.
const MOST_IDS: usize = 200;

/// Something that the caller was told.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notification {
    /// Its id.
    #[schema(value_type = String)]
    pub id: NoticeId,
    /// What it is about.
    pub kind: String,
    /// A sentence or two.
    pub text: String,
    /// Where it leads: a path of the app.
    pub url: String,
    /// What following it is called.
    pub action: String,
    /// When it was told.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Whether it was read.
    pub read: bool,
}

/// A page of notices.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationList {
    /// Newest first.
    pub data: Vec<Notification>,
    /// For the next page.
    pub next_cursor: Option<String>,
    /// Not read, all together.
    pub unread: u32,
}

fn told(row: NoticeRow) -> Notification {
    let NoticeRow { id, kind, text, url, action, created_at, read_at, .. } = row;
    Notification { id, kind, text, url, action, created_at, read: read_at.is_some() }
}

/// Lists what the caller was told.
#[utoipa::path(get, path = "/api/v1/notifications", operation_id = "listNotifications",
    tag = "notifications", params(ListQuery),
    responses((status = 200, body = NotificationList, description = "Newest first")))]
pub async fn list_notifications(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<NotificationList>, Problem> {
    let asked = query.asked()?;
    let mut notices = shared.app.notices(&caller, asked.page()).await?;
    let next_cursor = asked.cut(&mut notices.rows, |row| row.id.to_string());
    let data = notices.rows.into_iter().map(told).collect();
    Ok(Json(NotificationList { data, next_cursor, unread: notices.unread }))
}

/// What was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadNotificationsRequest {
    /// These, at most 200; left out: all.
    #[schema(value_type = Option<Vec<String>>)]
    pub ids: Option<Vec<NoticeId>>,
}

/// How many are left.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unread {
    /// Not read.
    pub unread: u32,
}

/// Marks notices as read.
#[utoipa::path(patch, path = "/api/v1/notifications", operation_id = "readNotifications",
    tag = "notifications", request_body = ReadNotificationsRequest,
    responses((status = 200, body = Unread, description = "How many are left")))]
pub async fn read_notifications(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(request): ApiJson<ReadNotificationsRequest>,
) -> Result<Json<Unread>, Problem> {
    let ids = match request.ids {
        Some(ids) if ids.is_empty() || ids.len() > MOST_IDS => {
            return Err(Problem::field("/ids", "out_of_range", "Name 1 to 200 notices, or none."));
        }
        Some(ids) => ids,
        None => Vec::new(),
    };
    Ok(Json(Unread { unread: shared.app.read_notices(&caller, ids).await? }))
}

/// What the caller gets of one kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationPreference {
    /// The kind.
    pub kind: String,
    /// What it is about, for people.
    pub title: String,
    /// In the app.
    pub in_app: bool,
    /// By mail.
    pub email: bool,
    /// In the app always.
    pub in_app_fixed: bool,
    /// By mail always.
    pub email_fixed: bool,
}

impl From<KindWish> for NotificationPreference {
    fn from(wish: KindWish) -> Self {
        let KindWish { kind, in_app, email } = wish;
        NotificationPreference {
            kind: kind.word().to_owned(),
            title: kind.title().to_owned(),
            in_app,
            email,
            in_app_fixed: !kind.silent_in_app(),
            email_fixed: kind.mailed() && !kind.silent_by_mail(),
        }
    }
}

/// What the caller gets, by kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationPreferences {
    /// Every kind.
    pub data: Vec<NotificationPreference>,
    /// Whether this installation sends mail.
    pub mail: bool,
}

/// What the caller wants of one kind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotificationWish {
    /// The kind.
    pub kind: String,
    /// In the app.
    pub in_app: bool,
    /// By mail.
    pub email: bool,
}

/// What the caller wants.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotificationWishes {
    /// Kinds that are to change.
    pub data: Vec<NotificationWish>,
}

/// Reads what the caller gets.
#[utoipa::path(get, path = "/api/v1/notification-preferences",
    operation_id = "getNotificationPreferences", tag = "notifications",
    responses((status = 200, body = NotificationPreferences, description = "Every kind")))]
pub async fn get_notification_preferences(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<NotificationPreferences>, Problem> {
    let wishes = shared.app.notice_wishes(&caller).await?;
    Ok(Json(preferences(&shared, wishes)))
}

/// Sets what the caller gets: all that is named, or nothing.
#[utoipa::path(put, path = "/api/v1/notification-preferences",
    operation_id = "setNotificationPreferences", tag = "notifications",
    request_body = NotificationWishes,
    responses((status = 200, body = NotificationPreferences, description = "Every kind"),
        (status = 422, description = "An unknown kind, or one that cannot be switched off")))]
pub async fn set_notification_preferences(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(request): ApiJson<NotificationWishes>,
) -> Result<Json<NotificationPreferences>, Problem> {
    if request.data.len() > Kind::ALL.len() {
        return Err(Problem::field("/data", "too_long", "Name each kind once."));
    }
    let changes = request.data.into_iter();
    let changes =
        changes.map(|NotificationWish { kind, in_app, email }| WishChange { kind, in_app, email });
    let wishes = shared.app.set_notice_wishes(&caller, changes.collect()).await?;
    Ok(Json(preferences(&shared, wishes)))
}

fn preferences(shared: &Shared, wishes: Vec<KindWish>) -> NotificationPreferences {
    let data = wishes.into_iter().map(NotificationPreference::from).collect();
    NotificationPreferences { data, mail: shared.app.sends_mail() }
}
