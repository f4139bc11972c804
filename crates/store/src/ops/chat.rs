//! Conversations with Joule and their messages.

use ampere_credits::{OrgId, SessionId, Timestamp, UserId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::run_rows::{message_row, unended};
use crate::ports::{ChatStore, Kept, StoreError};
use crate::rows::{MessageRow, Page, SessionRow};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

/// A conversation with its sums.
macro_rules! session_select {
    () => {
        concat!(
            "SELECT s.id, s.org, s.owner, coalesce(u.name, ''), s.title, s.created_at, \
             s.updated_at, (SELECT CAST(coalesce(sum(r.charged), 0) AS BIGINT) FROM runs r \
             WHERE r.org = s.org AND r.session = s.id), (SELECT count(*) FROM messages m \
             WHERE m.org = s.org AND m.session = s.id), (SELECT r.id FROM runs r \
             WHERE r.org = s.org AND r.session = s.id AND r.",
            unended!(),
            " ORDER BY r.id DESC LIMIT 1) FROM sessions s LEFT JOIN users u ON u.id = s.owner "
        )
    };
}

statements! {
    /// A new conversation.
    ADD_SESSION = "INSERT INTO sessions (org, id, owner, title, created_at, updated_at) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    /// Conversations of a person before one in the list.
    SESSIONS = concat!(
        session_select!(),
        "WHERE s.org = $1 AND s.owner = $2 AND s.deleted_at IS NULL \
         AND (s.updated_at, s.id) < ($3, $4) ORDER BY s.updated_at DESC, s.id DESC LIMIT $5");
    /// One conversation.
    SESSION = concat!(
        session_select!(), "WHERE s.org = $1 AND s.id = $2 AND s.deleted_at IS NULL");
    /// A new title.
    RENAME = "UPDATE sessions SET title = $1, updated_at = $2 \
              WHERE org = $3 AND id = $4 AND deleted_at IS NULL";
    /// What stays of a deleted conversation.
    DELETE_SESSION = "UPDATE sessions SET title = $1, deleted_at = $2 \
                      WHERE org = $3 AND id = $4 AND deleted_at IS NULL";
    /// Its texts do not stay.
    DELETE_MESSAGES = "DELETE FROM messages WHERE org = $1 AND session = $2";
    /// Runs are titled by what was asked, so their titles do not stay either.
    BLANK_RUNS = "UPDATE runs SET title = $1 WHERE org = $2 AND session = $3";
    /// All messages.
    MESSAGES = "SELECT id, org, session, author, body, run, created_at FROM messages \
                WHERE org = $1 AND session = $2 ORDER BY number";
}

/// Title of what stays of a deleted conversation.
const DELETED: &str = "Deleted session";

fn session_row(mut row: Row) -> Kept<SessionRow> {
    Ok(SessionRow {
        id: row.take()?,
        org: row.take()?,
        owner: row.take()?,
        owner_name: row.take()?,
        title: row.take()?,
        created_at: row.take()?,
        updated_at: row.take()?,
        credits: row.take()?,
        message_count: row.take()?,
        running: row.take()?,
    })
}

async fn delete(tx: &mut dyn Tx, org: OrgId, session: SessionId, at: Timestamp) -> Kept<bool> {
    let title = DELETED.to_owned();
    let deleted = tx.execute(&DELETE_SESSION, values![title, at, org, session]).await?;
    if deleted == 0 {
        return Ok(false);
    }
    tx.execute(&DELETE_MESSAGES, values![org, session]).await?;
    tx.execute(&BLANK_RUNS, values![title, org, session]).await?;
    Ok(true)
}

/// The place in the list that a cursor names: instant and id. None: from the newest; a cursor
/// that is none of ours has nothing after it.
fn place(page: &Page) -> (i64, String) {
    let Some(cursor) = &page.before else { return (i64::MAX, page.before_id()) };
    let parts = cursor.split_once(':');
    let parsed = parts.and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
    parsed.unwrap_or((i64::MIN, String::new()))
}

#[async_trait]
impl<E: Engine> ChatStore for Database<E> {
    async fn create_session(&self, row: SessionRow) -> Kept<()> {
        let SessionRow { org, id, owner, title, created_at, updated_at, .. } = row;
        let values = values![org, id, owner, title, created_at, updated_at];
        match self.change(&ADD_SESSION, values).await? {
            0 => Err(StoreError::Exists("a conversation with this id")),
            _ => Ok(()),
        }
    }

    async fn sessions(&self, org: OrgId, owner: UserId, page: Page) -> Kept<Vec<SessionRow>> {
        let (at, id) = place(&page);
        self.rows(&SESSIONS, values![org, owner, at, id, page.rows()], session_row).await
    }

    async fn session(&self, org: OrgId, session: SessionId) -> Kept<Option<SessionRow>> {
        self.row(&SESSION, values![org, session], session_row).await
    }

    async fn rename_session(
        &self,
        org: OrgId,
        session: SessionId,
        title: &str,
        at: Timestamp,
    ) -> Kept<bool> {
        let values = values![title.to_owned(), at, org, session];
        Ok(self.change(&RENAME, values).await? > 0)
    }

    async fn delete_session(&self, org: OrgId, session: SessionId, at: Timestamp) -> Kept<bool> {
        self.engine
            .write(move |tx| Box::pin(async move { delete(tx, org, session, at).await }))
            .await
    }

    async fn messages(&self, org: OrgId, session: SessionId) -> Kept<Vec<MessageRow>> {
        self.rows(&MESSAGES, values![org, session], message_row).await
    }

    fn session_cursor(&self, row: &SessionRow) -> String {
        format!("{}:{}", row.updated_at.micros(), row.id)
    }
}
