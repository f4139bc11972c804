//! Mails: written with what causes them, tried until a mail server has them.

use ampere_credits::{MailId, Timestamp};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ports::{Kept, MailStore};
use crate::rows::{MailRow, MailState};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

statements! {
    /// A new one.
    ADD_MAIL = "INSERT INTO mails (id, recipient, subject, body, state, tries, created_at, \
                due_at, error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// Those whose time has come.
    MAILS_DUE = "SELECT id, recipient, subject, body, state, tries, created_at, due_at, error \
                 FROM mails WHERE state = 'pending' AND due_at <= $1 \
                 ORDER BY due_at, id LIMIT $2";
    /// The next one's time.
    NEXT_MAIL = "SELECT due_at FROM mails WHERE state = 'pending' AND due_at >= 0 \
                 ORDER BY due_at LIMIT 1";
    /// A try begins, by one only.
    TAKE_MAIL = "UPDATE mails SET tries = tries + 1, due_at = $1 WHERE id = $2 AND tries = $3 \
                 AND state = 'pending'";
    /// It is over, or will be tried again; a text that is not needed any more goes.
    MAIL_TRIED = "UPDATE mails SET state = $1, due_at = $2, error = $3, \
                  body = CASE WHEN $1 = 'pending' THEN body ELSE '' END WHERE id = $4";
    /// Old ones go.
    FORGET_MAILS = "DELETE FROM mails WHERE created_at < $1 AND state <> 'pending'";
}

fn mail_row(mut row: Row) -> Kept<MailRow> {
    Ok(MailRow {
        id: row.take()?,
        to: row.take()?,
        subject: row.take()?,
        body: row.take()?,
        state: row.take()?,
        tries: row.take()?,
        created_at: row.take()?,
        due_at: row.take()?,
        error: row.take()?,
    })
}

/// Keeps a mail in the transaction of what causes it.
pub(super) async fn queue(tx: &mut dyn Tx, row: MailRow) -> Kept<()> {
    let mut list = values![row.id, row.to, row.subject, row.body, row.state, row.tries];
    list.extend(values![row.created_at, row.due_at, row.error]);
    tx.execute(&ADD_MAIL, list).await.map(drop)
}

/// The same for as many as there are.
pub(super) async fn queue_all(
    tx: &mut dyn Tx,
    rows: impl IntoIterator<Item = MailRow, IntoIter: Send> + Send,
) -> Kept<()> {
    for row in rows {
        queue(tx, row).await?;
    }
    Ok(())
}

#[async_trait]
impl<E: Engine> MailStore for Database<E> {
    async fn queue_mail(&self, row: MailRow) -> Kept<()> {
        self.engine.write(move |tx| Box::pin(async move { queue(tx, row).await })).await
    }

    async fn due_mails(&self, now: Timestamp, limit: u32) -> Kept<Vec<MailRow>> {
        self.rows(&MAILS_DUE, values![now, limit], mail_row).await
    }

    async fn next_mail(&self) -> Kept<Option<Timestamp>> {
        self.row(&NEXT_MAIL, values![], |mut row| row.take()).await
    }

    async fn take_mail(&self, mail: &MailRow, again: Timestamp) -> Kept<bool> {
        Ok(self.change(&TAKE_MAIL, values![again, mail.id, mail.tries]).await? > 0)
    }

    async fn mail_tried(
        &self,
        mail: MailId,
        state: MailState,
        due_at: Option<Timestamp>,
        error: Option<String>,
    ) -> Kept<()> {
        self.change(&MAIL_TRIED, values![state, due_at, error, mail]).await.map(drop)
    }

    async fn forget_mails(&self, before: Timestamp) -> Kept<u64> {
        self.change(&FORGET_MAILS, values![before]).await
    }
}
