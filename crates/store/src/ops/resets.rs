//! Ways to a new password.

use ampere_credits::{Timestamp, UserId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::mails::queue;
use crate::ops::people::set_password;
use crate::ports::{Kept, ResetStore};
use crate::rows::{MailRow, ResetRow};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

statements! {
    /// A new one.
    ADD_RESET = "INSERT INTO password_resets (token_hash, user_id, expires_at) \
                 VALUES ($1, $2, $3)";
    /// Whose it is, while it works.
    RESET_OF = "SELECT u.id, u.email FROM password_resets r JOIN users u ON u.id = r.user_id \
                WHERE r.token_hash = $1 AND r.expires_at > $2 AND u.disabled_at IS NULL";
    /// All of a person go.
    END_RESETS = "DELETE FROM password_resets WHERE user_id = $1";
    /// Those whose time is over go.
    FORGET_RESETS = "DELETE FROM password_resets WHERE expires_at <= $1";
}

fn whose(mut row: Row) -> Kept<(UserId, String)> {
    Ok((row.take()?, row.take()?))
}

async fn begin(tx: &mut dyn Tx, row: ResetRow, mail: MailRow, now: Timestamp) -> Kept<()> {
    tx.execute(&FORGET_RESETS, values![now]).await?;
    tx.execute(&ADD_RESET, values![row.token_hash, row.user, row.expires_at]).await?;
    queue(tx, mail).await
}

async fn finish(tx: &mut dyn Tx, hash: [u8; 32], password: String, now: Timestamp) -> Kept<bool> {
    let found = tx.query(&RESET_OF, values![hash, now]).await?;
    let Some((user, _)) = found.into_iter().next().map(whose).transpose()? else {
        return Ok(false);
    };
    tx.execute(&END_RESETS, values![user]).await?;
    set_password(tx, user, password).await?;
    Ok(true)
}

#[async_trait]
impl<E: Engine> ResetStore for Database<E> {
    async fn begin_reset(&self, row: ResetRow, mail: MailRow, now: Timestamp) -> Kept<()> {
        self.engine.write(move |tx| Box::pin(async move { begin(tx, row, mail, now).await })).await
    }

    async fn reset_of(&self, hash: [u8; 32], now: Timestamp) -> Kept<Option<(UserId, String)>> {
        self.row(&RESET_OF, values![hash, now], whose).await
    }

    async fn finish_reset(&self, hash: [u8; 32], password: &str, now: Timestamp) -> Kept<bool> {
        let password = password.to_owned();
        self.engine
            .write(move |tx| Box::pin(async move { finish(tx, hash, password, now).await }))
            .await
    }
}
