//! `/audit-log` and `/audit-log.csv`: who did what, for the owner.
//!
//! Owns: how an entry looks, in a page and in a file. The file is streamed as it is read, and its
//! cells are guarded as those of `/runs.csv`. Read next: `runs/csv`.

use std::sync::Arc;

use ampere_app::audit::Entry;
use ampere_app::csv::line;
use ampere_app::runs::Page;
use ampere_app::{AppError, Caller};
use ampere_credits::{Timestamp, Zone};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use futures_util::stream;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::extract::{ApiQuery, Who};
use super::paging::ListQuery;
use super::problem::Problem;
use super::runs::csv::file;
use super::{Shared, StreamPass};

/// Entries that are read at once.
const PART: u32 = 200;

/// Something that somebody did.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    /// 1, 2, 3 … in the organization, without a gap.
    pub position: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who.
    pub actor: AuditActor,
    /// A stable word, e.g. `role_changed`.
    pub act: String,
    /// The same for people.
    pub text: String,
    /// What it was done to: an id, or a word.
    pub target: String,
    /// The name of the person it was done to.
    pub target_name: Option<String>,
    /// What it was, member by member; null where nothing was.
    #[schema(value_type = Option<Object>)]
    pub before: Value,
    /// What it became; null where nothing is.
    #[schema(value_type = Option<Object>)]
    pub after: Value,
    /// SHA-256 of this entry and of all before it, in hexadecimal digits.
    pub hash: String,
}

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditActor {
    /// Their id.
    pub id: String,
    /// Their name; null for somebody who is gone.
    pub name: Option<String>,
}

/// A page of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditLog {
    /// Newest first.
    pub data: Vec<AuditEntry>,
    /// For the next page.
    pub next_cursor: Option<String>,
}

fn shown(entry: Entry) -> AuditEntry {
    let hash = digits(&entry.hash);
    let actor = AuditActor { id: entry.actor.to_string(), name: entry.actor_name };
    let Entry { position, at, act, text, target, target_name, before, after, .. } = entry;
    AuditEntry { position, at, actor, act, text, target, target_name, before, after, hash }
}

fn digits(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Lists who did what: billing, roles, caps, settings.
#[utoipa::path(get, path = "/api/v1/audit-log", operation_id = "listAuditLog", tag = "people",
    params(ListQuery),
    responses(
        (status = 200, body = AuditLog, description = "Newest first"),
        (status = 403, description = "forbidden_role: for the owner")))]
pub async fn list_audit_log(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<AuditLog>, Problem> {
    let asked = query.asked()?;
    let mut entries = shared.app.audit_log(&caller, asked.page()).await?;
    let next_cursor = asked.cut(&mut entries, |entry| entry.position.to_string());
    Ok(Json(AuditLog { data: entries.into_iter().map(shown).collect(), next_cursor }))
}

/// The audit log as a file (CSV)
///
/// One row an entry, newest first, all of it: when (the organization's local time), who, what, to
/// what, before, after, and the place and hash that prove it.
#[utoipa::path(get, path = "/api/v1/audit-log.csv", operation_id = "exportAuditLog",
    tag = "people",
    responses(
        (status = 200, body = String, content_type = "text/csv", description = "All of it"),
        (status = 403, description = "forbidden_role: for the owner")))]
pub async fn export_audit_log(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Response, Problem> {
    let zone = Zone::named(&caller.zone).map_err(|_| AppError::Internal)?;
    let pass = shared.streams.pass(caller.user)?;
    let today = shared.app.now().day_in(&zone);
    let head = head(&zone);
    let mut reading = Reading { shared, caller, zone, next: Some(None), _pass: pass };
    // Who may not is told before a file begins.
    let first = reading.part().await?.unwrap_or_default();
    let rest = stream::try_unfold(reading, |mut reading| async move {
        let part = reading.part().await?;
        Ok::<_, AppError>(part.map(|part| (part, reading)))
    });
    file(&format!("audit-log-{today}"), head + &first, rest)
}

/// The log on its way into a file.
struct Reading {
    shared: Arc<Shared>,
    caller: Caller,
    zone: Zone,
    /// Before which position to read next; none: there is no more.
    next: Option<Option<String>>,
    _pass: StreamPass,
}

impl Reading {
    async fn part(&mut self) -> Result<Option<String>, AppError> {
        let Some(before) = self.next.take() else { return Ok(None) };
        let page = Page { before, limit: PART };
        let entries = self.shared.app.audit_log(&self.caller, page).await?;
        self.next = entries.last().map(|entry| Some(entry.position.to_string()));
        Ok(Some(entries.iter().map(|entry| row(entry, &self.zone)).collect()))
    }
}

fn head(zone: &Zone) -> String {
    let when = format!("When ({})", zone.name());
    line(&[&when, "Who", "Who (id)", "What", "To", "To (name)", "Before", "After", "Entry", "Hash"])
}

fn row(entry: &Entry, zone: &Zone) -> String {
    let part = |value: &Value| if value.is_null() { String::new() } else { value.to_string() };
    line(&[
        &entry.at.text_in(zone),
        entry.actor_name.as_deref().unwrap_or_default(),
        &entry.actor.to_string(),
        &entry.act,
        &entry.target,
        entry.target_name.as_deref().unwrap_or_default(),
        &part(&entry.before),
        &part(&entry.after),
        &entry.position.to_string(),
        &digits(&entry.hash),
    ])
}
