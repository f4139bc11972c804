//! Conversations with Joule and their messages, and what commits write of them.

use std::cmp::Reverse;

use ampere_credits::{Credits, MessageId, OrgId, SessionId, Timestamp, UserId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::run_rows::{message_row, unended};
use crate::ops::shares::{add_session_files, end_sharing, touch_shares};
use crate::ops::writes::Booking;
use crate::ports::{ChatStore, Kept, StoreError};
use crate::rows::{Access, MessageRow, OpenSession, Page, SessionRow};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

/// A conversation with its sums.
macro_rules! session_select {
    () => {
        concat!(
            "SELECT s.id, s.org, s.owner, coalesce(u.name, ''), s.title, s.created_at, \
             s.updated_at, (SELECT CAST(coalesce(sum(r.charged), 0) AS BIGINT) FROM runs r \
             WHERE r.org = s.org AND r.session = s.id AND r.kind <> 'background'), \
             (SELECT count(*) FROM messages m \
             WHERE m.org = s.org AND m.session = s.id), (SELECT r.id FROM runs r \
             WHERE r.org = s.org AND r.session = s.id AND r.kind <> 'background' AND r.",
            unended!(),
            " ORDER BY r.id DESC LIMIT 1), s.titled_by_person, s.summary, s.summarized, \
             s.allow_up_to, EXISTS (SELECT 1 FROM shares h \
             WHERE h.org = s.org AND h.session = s.id) \
             FROM sessions s LEFT JOIN users u ON u.id = s.owner "
        )
    };
}

statements! {
    /// A new conversation.
    ADD_SESSION = "INSERT INTO sessions (org, id, owner, title, created_at, updated_at, \
                   titled_by_person, summary, summarized) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    /// Conversations of a person before one in the list.
    SESSIONS = concat!(
        session_select!(),
        "WHERE s.org = $1 AND s.owner = $2 AND s.deleted_at IS NULL \
         AND (s.updated_at, s.id) < ($3, $4) ORDER BY s.updated_at DESC, s.id DESC LIMIT $5");
    /// Those that are shared with a person before one in the list, with their access.
    SESSIONS_SHARED = "SELECT session, access FROM shares \
                       WHERE org = $1 AND user_id = $2 AND (active_at, session) < ($3, $4) \
                       ORDER BY active_at DESC, session DESC LIMIT $5";
    /// One conversation.
    SESSION = concat!(
        session_select!(), "WHERE s.org = $1 AND s.id = $2 AND s.deleted_at IS NULL");
    /// A title by a person.
    RENAME = "UPDATE sessions SET title = $1, updated_at = $2, titled_by_person = 1 \
              WHERE org = $3 AND id = $4 AND deleted_at IS NULL";
    /// What stays of a deleted conversation.
    DELETE_SESSION = "UPDATE sessions SET title = $1, deleted_at = $2, summary = NULL \
                      WHERE org = $3 AND id = $4 AND deleted_at IS NULL";
    /// Its texts do not stay.
    DELETE_MESSAGES = "DELETE FROM messages WHERE org = $1 AND session = $2";
    /// Nor does what was made of them: by the runs' steps …
    DELETE_STEP_RESULTS = "DELETE FROM step_results WHERE org = $1 AND run IN \
                           (SELECT r.id FROM runs r WHERE r.org = $1 AND r.session = $2)";
    /// … and by background jobs.
    DELETE_TASKS = "DELETE FROM tasks WHERE org = $1 AND run IN \
                    (SELECT r.id FROM runs r WHERE r.org = $1 AND r.session = $2)";
    /// … with the pictures of the browser and the words of what was done there.
    DELETE_STILLS = "DELETE FROM stills WHERE org = $1 AND run IN \
                     (SELECT r.id FROM runs r WHERE r.org = $1 AND r.session = $2)";
    BLANK_STEPS = "UPDATE steps SET name = kind, note = NULL \
                   WHERE org = $1 AND kind IN ('call', 'browse', 'read') AND run IN \
                   (SELECT r.id FROM runs r WHERE r.org = $1 AND r.session = $2)";
    /// Runs are titled by what was asked, so their titles do not stay either.
    BLANK_RUNS = "UPDATE runs SET title = $1 WHERE org = $2 AND session = $3";
    /// What may go unasked in a conversation.
    ALLOW = "UPDATE sessions SET allow_up_to = $1 WHERE org = $2 AND id = $3 \
             AND deleted_at IS NULL";
    /// All messages.
    MESSAGES = "SELECT id, org, session, author, body, run, created_at, follow_ups, \
                attachments FROM messages WHERE org = $1 AND session = $2 ORDER BY number";
    /// A message of a conversation that is not deleted, numbered after the last one.
    ADD_MESSAGE = "INSERT INTO messages (org, session, number, id, author, body, run, \
                   created_at, follow_ups, attachments) SELECT s.org, s.id, \
                   (SELECT coalesce(max(m.number), 0) + 1 \
                   FROM messages m WHERE m.org = s.org AND m.session = s.id), $1, $2, $3, $4, \
                   CAST($5 AS BIGINT), $6, $7 FROM sessions s \
                   WHERE s.org = $8 AND s.id = $9 AND s.deleted_at IS NULL";
    /// The conversation's latest activity.
    TOUCH_SESSION = "UPDATE sessions SET updated_at = $1 \
                     WHERE org = $2 AND id = $3 AND updated_at < $1";
    /// The text of an answer; nothing if it was deleted.
    SET_TEXT = "UPDATE messages SET body = $1 WHERE org = $2 AND session = $3 AND id = $4";
    /// A title by a background job, unless a person gave it one.
    SET_TITLE = "UPDATE sessions SET title = $1 WHERE org = $2 AND id = $3 \
                 AND titled_by_person = 0 AND deleted_at IS NULL";
    /// What its first messages say in short.
    SET_SUMMARY = "UPDATE sessions SET summary = $1, summarized = $2 \
                   WHERE org = $3 AND id = $4 AND deleted_at IS NULL";
    /// What might follow an answer; nothing if it was deleted.
    SET_FOLLOW_UPS = "UPDATE messages SET follow_ups = $1 \
                      WHERE org = $2 AND session = $3 AND id = $4";
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
        titled_by_person: row.take()?,
        summary: row.take()?,
        summarized: row.take()?,
        allow_up_to: row.take()?,
        shared: row.take()?,
    })
}

/// Deletes one with everything that was said in it.
pub(super) async fn delete(
    tx: &mut dyn Tx,
    org: OrgId,
    session: SessionId,
    at: Timestamp,
) -> Kept<bool> {
    let title = DELETED.to_owned();
    let deleted = tx.execute(&DELETE_SESSION, values![title, at, org, session]).await?;
    if deleted == 0 {
        return Ok(false);
    }
    tx.execute(&DELETE_MESSAGES, values![org, session]).await?;
    tx.execute(&DELETE_STEP_RESULTS, values![org, session]).await?;
    tx.execute(&DELETE_TASKS, values![org, session]).await?;
    tx.execute(&DELETE_STILLS, values![org, session]).await?;
    tx.execute(&BLANK_STEPS, values![org, session]).await?;
    tx.execute(&BLANK_RUNS, values![title, org, session]).await?;
    end_sharing(tx, org, session).await?;
    Ok(true)
}

/// The text of an answer as it ends: the conversation's latest activity.
pub(super) async fn end_text(
    tx: &mut dyn Tx,
    booking: &Booking<'_>,
    answer: (SessionId, MessageId, String),
) -> Kept<()> {
    let (org, session) = (booking.pool.org, answer.0);
    set_text(tx, org, answer).await?;
    touch_session(tx, org, session, booking.at).await
}

/// A title by a background job.
pub(super) async fn set_title(
    tx: &mut dyn Tx,
    org: OrgId,
    (session, title): (SessionId, String),
) -> Kept<()> {
    tx.execute(&SET_TITLE, values![title, org, session]).await.map(drop)
}

/// A summary, and how many messages it covers.
pub(super) async fn set_summary(
    tx: &mut dyn Tx,
    org: OrgId,
    (session, summary, summarized): (SessionId, String, u32),
) -> Kept<()> {
    tx.execute(&SET_SUMMARY, values![summary, summarized, org, session]).await.map(drop)
}

/// What might follow an answer.
pub(super) async fn set_follow_ups(
    tx: &mut dyn Tx,
    org: OrgId,
    (session, message, json): (SessionId, MessageId, String),
) -> Kept<()> {
    tx.execute(&SET_FOLLOW_UPS, values![json, org, session, message]).await.map(drop)
}

/// A message, after the last one.
pub(super) async fn add_message(tx: &mut dyn Tx, org: OrgId, message: MessageRow) -> Kept<()> {
    let (session, at) = (message.session, message.created_at);
    add_session_files(tx, (org, session), &message.attachments).await?;
    let mut list = values![message.id, message.author, message.text, message.run, at];
    list.extend(values![message.follow_ups, message.attachments, org, session]);
    tx.execute(&ADD_MESSAGE, list).await?;
    touch_session(tx, org, session, at).await
}

async fn touch_session(tx: &mut dyn Tx, org: OrgId, session: SessionId, at: Timestamp) -> Kept<()> {
    if tx.execute(&TOUCH_SESSION, values![at, org, session]).await? > 0 {
        touch_shares(tx, (org, session), at).await?;
    }
    Ok(())
}

async fn rename(
    tx: &mut dyn Tx,
    (org, session): (OrgId, SessionId),
    title: String,
    at: Timestamp,
) -> Kept<bool> {
    if tx.execute(&RENAME, values![title, at, org, session]).await? == 0 {
        return Ok(false);
    }
    touch_shares(tx, (org, session), at).await?;
    Ok(true)
}

/// A page of a person's list: the newest of their own and of those shared with them.
async fn list(tx: &mut dyn Tx, org: OrgId, user: UserId, page: Page) -> Kept<Vec<OpenSession>> {
    let (at, id) = place(&page);
    let own = tx.query(&SESSIONS, values![org, user, at, id.clone(), page.rows()]).await?;
    let own = own.into_iter().map(session_row);
    let own = own.map(|row| Ok(OpenSession { row: row?, access: Access::Owner }));
    let mut all = own.collect::<Kept<Vec<_>>>()?;
    let shared = tx.query(&SESSIONS_SHARED, values![org, user, at, id, page.rows()]).await?;
    for mut share in shared {
        let (session, access): (SessionId, Access) = (share.take()?, share.take()?);
        let found = tx.query(&SESSION, values![org, session]).await?;
        for row in found {
            all.push(OpenSession { row: session_row(row)?, access });
        }
    }
    all.sort_by_key(|open| Reverse((open.row.updated_at, open.row.id)));
    all.truncate(usize::try_from(page.rows()).unwrap_or(usize::MAX));
    Ok(all)
}

/// The text of an answer as it is now.
pub(super) async fn set_text(
    tx: &mut dyn Tx,
    org: OrgId,
    (session, message, text): (SessionId, MessageId, String),
) -> Kept<()> {
    tx.execute(&SET_TEXT, values![text, org, session, message]).await.map(drop)
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
        let mut values = values![org, id, owner, title, created_at, updated_at];
        values.extend(values![row.titled_by_person, row.summary, row.summarized]);
        match self.change(&ADD_SESSION, values).await? {
            0 => Err(StoreError::Exists("a conversation with this id")),
            _ => Ok(()),
        }
    }

    async fn sessions(&self, org: OrgId, user: UserId, page: Page) -> Kept<Vec<OpenSession>> {
        self.engine.read(move |tx| Box::pin(async move { list(tx, org, user, page).await })).await
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
        let title = title.to_owned();
        self.engine
            .write(move |tx| Box::pin(async move { rename(tx, (org, session), title, at).await }))
            .await
    }

    async fn delete_session(&self, org: OrgId, session: SessionId, at: Timestamp) -> Kept<bool> {
        self.engine
            .write(move |tx| Box::pin(async move { delete(tx, org, session, at).await }))
            .await
    }

    async fn messages(&self, org: OrgId, session: SessionId) -> Kept<Vec<MessageRow>> {
        self.rows(&MESSAGES, values![org, session], message_row).await
    }

    async fn allow_up_to(&self, org: OrgId, session: SessionId, most: Credits) -> Kept<bool> {
        Ok(self.change(&ALLOW, values![most, org, session]).await? > 0)
    }

    fn session_cursor(&self, row: &SessionRow) -> String {
        format!("{}:{}", row.updated_at.micros(), row.id)
    }
}
