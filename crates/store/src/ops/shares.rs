//! Conversations that are shared, and which files belong to them.

use ampere_credits::{FileId, OrgId, SessionId, Timestamp, UserId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ports::{Kept, ShareStore};
use crate::rows::{Access, ShareRow, Sharing};
use crate::tx::{Tx, statements};
use crate::values::{Row, Value, values};

statements! {
    /// What a person may do in a conversation.
    ACCESS = "SELECT CASE WHEN s.owner = $1 THEN 'owner' ELSE h.access END \
              FROM sessions s LEFT JOIN shares h \
              ON h.org = s.org AND h.session = s.id AND h.user_id = $1 \
              WHERE s.org = $2 AND s.id = $3";
    /// With whom it is shared.
    SHARES = "SELECT h.org, h.session, h.user_id, u.name, u.email, h.access, h.shared_by, \
              h.shared_at FROM shares h JOIN users u ON u.id = h.user_id \
              WHERE h.org = $1 AND h.session = $2 ORDER BY u.name, h.user_id";
    /// The latest activity of a conversation that may be shared with a person.
    SHAREABLE = "SELECT s.updated_at FROM sessions s \
                 JOIN members m ON m.org = s.org AND m.user_id = $1 \
                 WHERE s.org = $2 AND s.id = $3 AND s.deleted_at IS NULL AND s.owner <> $1";
    /// Whether a conversation is there.
    THERE = "SELECT 1 FROM sessions WHERE org = $1 AND id = $2 AND deleted_at IS NULL";
    /// Shared with a person, or in another way than before.
    SHARE = "INSERT INTO shares (org, user_id, session, access, shared_by, shared_at, active_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (org, user_id, session) DO UPDATE SET access = excluded.access";
    /// Not shared with a person any more.
    UNSHARE = "DELETE FROM shares WHERE org = $1 AND user_id = $2 AND session = $3";
    /// Nor with anybody.
    UNSHARE_ALL = "DELETE FROM shares WHERE org = $1 AND session = $2";
    /// Nothing is shared with a person any more.
    END_SHARES = "DELETE FROM shares WHERE org = $1 AND user_id = $2";
    /// The conversation's latest activity.
    TOUCH_SHARES = "UPDATE shares SET active_at = $1 WHERE org = $2 AND session = $3";
    /// A file belongs to a conversation that is there.
    ADD_SESSION_FILE = "INSERT INTO session_files (org, file, session) \
                        SELECT s.org, $1, s.id FROM sessions s \
                        WHERE s.org = $2 AND s.id = $3 AND s.deleted_at IS NULL \
                        ON CONFLICT DO NOTHING";
    /// Files of a conversation that goes stay their owners'.
    END_SESSION_FILES = "DELETE FROM session_files WHERE org = $1 AND session = $2";
    /// A file that goes belongs nowhere.
    END_FILE = "DELETE FROM session_files WHERE org = $1 AND file = $2";
    /// Whether a person may open a conversation that a file belongs to.
    OPENS_FILE = "SELECT 1 FROM session_files f \
                  JOIN sessions s ON s.org = f.org AND s.id = f.session \
                  LEFT JOIN shares h ON h.org = f.org AND h.session = f.session \
                  AND h.user_id = $1 WHERE f.org = $2 AND f.file = $3 \
                  AND (s.owner = $1 OR h.access IS NOT NULL) LIMIT 1";
}

fn share_row(mut row: Row) -> Kept<ShareRow> {
    Ok(ShareRow {
        org: row.take()?,
        session: row.take()?,
        user: row.take()?,
        name: row.take()?,
        email: row.take()?,
        access: row.take()?,
        shared_by: row.take()?,
        shared_at: row.take()?,
    })
}

async fn share(
    tx: &mut dyn Tx,
    (org, session): (OrgId, SessionId),
    Sharing { by, at, with }: Sharing,
) -> Kept<Option<Vec<ShareRow>>> {
    if tx.query(&THERE, values![org, session]).await?.is_empty() {
        return Ok(None);
    }
    let mut new = Vec::new();
    for (user, access) in &with {
        let found = tx.query(&SHAREABLE, values![*user, org, session]).await?;
        let Some(mut row) = found.into_iter().next() else { return Ok(None) };
        let active_at: Timestamp = row.take()?;
        new.push(values![org, *user, session, *access, by, at, active_at]);
    }
    let before = tx.query(&SHARES, values![org, session]).await?;
    let before = before.into_iter().map(share_row).collect::<Kept<Vec<_>>>()?;
    for row in before.iter().filter(|row| with.iter().all(|(user, _)| *user != row.user)) {
        tx.execute(&UNSHARE, values![org, row.user, session]).await?;
    }
    tx.execute_each(&SHARE, new).await?;
    Ok(Some(before))
}

/// A conversation that goes takes its shares along; its files are their owners' alone again.
pub(super) async fn end_sharing(tx: &mut dyn Tx, org: OrgId, session: SessionId) -> Kept<()> {
    tx.execute(&UNSHARE_ALL, values![org, session]).await?;
    tx.execute(&END_SESSION_FILES, values![org, session]).await.map(drop)
}

/// Nothing of an organization is shared with a person any more.
pub(super) async fn end_shares_of(tx: &mut dyn Tx, org: OrgId, user: UserId) -> Kept<()> {
    tx.execute(&END_SHARES, values![org, user]).await.map(drop)
}

/// A conversation's latest activity, for the lists of those it is shared with.
pub(super) async fn touch_shares(
    tx: &mut dyn Tx,
    (org, session): (OrgId, SessionId),
    at: Timestamp,
) -> Kept<()> {
    tx.execute(&TOUCH_SHARES, values![at, org, session]).await.map(drop)
}

/// Files that belong to a conversation from now on.
pub(super) async fn add_session_files(
    tx: &mut dyn Tx,
    (org, session): (OrgId, SessionId),
    files: &[FileId],
) -> Kept<()> {
    let lists = files.iter().map(|file| values![*file, org, session]).collect();
    tx.execute_each(&ADD_SESSION_FILE, lists).await
}

/// A file that goes belongs to no conversation any more.
pub(super) async fn end_file(tx: &mut dyn Tx, org: OrgId, file: FileId) -> Kept<()> {
    tx.execute(&END_FILE, values![org, file]).await.map(drop)
}

#[async_trait]
impl<E: Engine> ShareStore for Database<E> {
    async fn access(&self, org: OrgId, session: SessionId, user: UserId) -> Kept<Option<Access>> {
        let found = self.row(&ACCESS, values![user, org, session], |mut row| row.take()).await?;
        Ok(found.flatten())
    }

    async fn accesses(
        &self,
        org: OrgId,
        sessions: Vec<SessionId>,
        user: UserId,
    ) -> Kept<Vec<Option<Access>>> {
        let lists: Vec<Vec<Value>> =
            sessions.into_iter().map(|session| values![user, org, session]).collect();
        self.engine
            .read(move |tx| {
                Box::pin(async move {
                    let found = tx.query_each(&ACCESS, lists).await?;
                    let one = |rows: Vec<Row>| match rows.into_iter().next() {
                        Some(mut row) => row.take(),
                        None => Ok(None),
                    };
                    found.into_iter().map(one).collect()
                })
            })
            .await
    }

    async fn shares(&self, org: OrgId, session: SessionId) -> Kept<Vec<ShareRow>> {
        self.rows(&SHARES, values![org, session], share_row).await
    }

    async fn share(
        &self,
        org: OrgId,
        session: SessionId,
        sharing: Sharing,
    ) -> Kept<Option<Vec<ShareRow>>> {
        self.engine
            .write(move |tx| Box::pin(async move { share(tx, (org, session), sharing).await }))
            .await
    }

    async fn add_session_file(&self, org: OrgId, session: SessionId, file: FileId) -> Kept<()> {
        self.change(&ADD_SESSION_FILE, values![file, org, session]).await.map(drop)
    }

    async fn opens_file(&self, org: OrgId, file: FileId, user: UserId) -> Kept<bool> {
        let found = self.row(&OPENS_FILE, values![user, org, file], |_| Ok(())).await?;
        Ok(found.is_some())
    }
}
