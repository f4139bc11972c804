//! Notices, marks and wishes. That a line is crossed once is held by the statement that marks it.

use ampere_credits::{NoticeId, OrgId, Timestamp, UserId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::mails::queue_all;
use crate::ports::{Kept, NoticeStore};
use crate::rows::{MailRow, MarkRow, NoticeRow, NoticeWishRow, Page};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

statements! {
    /// A new one.
    ADD_NOTICE = "INSERT INTO notices (org, user_id, id, kind, body, url, action, created_at, \
                  read_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// A line stands at another level from now on.
    SET_MARK = "INSERT INTO notice_marks (org, subject, level, at) VALUES ($1, $2, $3, $4) \
                ON CONFLICT (org, subject) DO UPDATE SET level = excluded.level, \
                at = excluded.at WHERE notice_marks.level <> excluded.level";
    /// All of an organization.
    MARKS = "SELECT org, subject, level, at FROM notice_marks WHERE org = $1 ORDER BY subject";
    /// A person's before an id.
    NOTICES = "SELECT org, user_id, id, kind, body, url, action, created_at, read_at \
               FROM notices WHERE org = $1 AND user_id = $2 AND id < $3 \
               ORDER BY id DESC LIMIT $4";
    /// How many are unread.
    UNREAD = "SELECT count(*) FROM notices WHERE org = $1 AND user_id = $2 AND read_at IS NULL";
    /// One is read.
    READ_NOTICE = "UPDATE notices SET read_at = $1 \
                   WHERE org = $2 AND user_id = $3 AND id = $4 AND read_at IS NULL";
    /// All are read.
    READ_NOTICES = "UPDATE notices SET read_at = $1 \
                    WHERE org = $2 AND user_id = $3 AND read_at IS NULL";
    /// What is wanted.
    NOTICE_WISHES = "SELECT org, user_id, kind, in_app, email FROM notice_wishes WHERE org = $1 \
                     ORDER BY user_id, kind";
    /// What is wanted from now on.
    SET_NOTICE_WISH = "INSERT INTO notice_wishes (org, user_id, kind, in_app, email) \
                       VALUES ($1, $2, $3, $4, $5) ON CONFLICT (org, user_id, kind) \
                       DO UPDATE SET in_app = excluded.in_app, email = excluded.email";
    /// Old ones go.
    FORGET_NOTICES = "DELETE FROM notices WHERE created_at < $1";
}

fn notice_row(mut row: Row) -> Kept<NoticeRow> {
    Ok(NoticeRow {
        org: row.take()?,
        user: row.take()?,
        id: row.take()?,
        kind: row.take()?,
        text: row.take()?,
        url: row.take()?,
        action: row.take()?,
        created_at: row.take()?,
        read_at: row.take()?,
    })
}

fn mark_row(mut row: Row) -> Kept<MarkRow> {
    Ok(MarkRow { org: row.take()?, subject: row.take()?, level: row.take()?, at: row.take()? })
}

fn wish_row(mut row: Row) -> Kept<NoticeWishRow> {
    Ok(NoticeWishRow {
        org: row.take()?,
        user: row.take()?,
        kind: row.take()?,
        in_app: row.take()?,
        email: row.take()?,
    })
}

async fn add(
    tx: &mut dyn Tx,
    mark: Option<MarkRow>,
    (notices, mails): (Vec<NoticeRow>, Vec<MailRow>),
) -> Kept<bool> {
    if let Some(MarkRow { org, subject, level, at }) = mark
        && tx.execute(&SET_MARK, values![org, subject, level, at]).await? == 0
    {
        return Ok(false);
    }
    let lists = notices.into_iter().map(|row| {
        let mut list = values![row.org, row.user, row.id, row.kind, row.text, row.url];
        list.extend(values![row.action, row.created_at, row.read_at]);
        list
    });
    tx.execute_each(&ADD_NOTICE, lists.collect()).await?;
    queue_all(tx, mails).await?;
    Ok(true)
}

#[async_trait]
impl<E: Engine> NoticeStore for Database<E> {
    async fn add_notices(
        &self,
        mark: Option<MarkRow>,
        notices: Vec<NoticeRow>,
        mails: Vec<MailRow>,
    ) -> Kept<bool> {
        let both = (notices, mails);
        self.engine.write(move |tx| Box::pin(async move { add(tx, mark, both).await })).await
    }

    async fn marks(&self, org: OrgId) -> Kept<Vec<MarkRow>> {
        self.rows(&MARKS, values![org], mark_row).await
    }

    async fn notices(&self, org: OrgId, user: UserId, page: Page) -> Kept<Vec<NoticeRow>> {
        let values = values![org, user, page.before_id(), page.rows()];
        self.rows(&NOTICES, values, notice_row).await
    }

    async fn unread(&self, org: OrgId, user: UserId) -> Kept<u32> {
        let count = self.row(&UNREAD, values![org, user], |mut row| row.take()).await?;
        Ok(count.unwrap_or_default())
    }

    async fn read_notices(
        &self,
        org: OrgId,
        user: UserId,
        ids: Vec<NoticeId>,
        at: Timestamp,
    ) -> Kept<()> {
        if ids.is_empty() {
            self.change(&READ_NOTICES, values![at, org, user]).await?;
            return Ok(());
        }
        let lists = ids.into_iter().map(|id| values![at, org, user, id]).collect();
        self.engine
            .write(move |tx| Box::pin(async move { tx.execute_each(&READ_NOTICE, lists).await }))
            .await
    }

    async fn notice_wishes(&self, org: OrgId) -> Kept<Vec<NoticeWishRow>> {
        self.rows(&NOTICE_WISHES, values![org], wish_row).await
    }

    async fn set_notice_wish(&self, row: NoticeWishRow) -> Kept<()> {
        let NoticeWishRow { org, user, kind, in_app, email } = row;
        self.change(&SET_NOTICE_WISH, values![org, user, kind, in_app, email]).await?;
        Ok(())
    }

    async fn forget_notices(&self, before: Timestamp) -> Kept<u64> {
        self.change(&FORGET_NOTICES, values![before]).await
    }
}
