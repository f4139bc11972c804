//! Logins: who is asking.

use ampere_credits::{LoginId, Timestamp, UserId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::people::{
    member_columns, organization_columns, read_member, read_organization, read_user, user_columns,
};
use crate::ports::{Kept, LoginStore, StoreError};
use crate::rows::{KnownLogin, LoginRow, MemberRow};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

macro_rules! login_columns {
    () => {
        "l.id, l.user_id, l.org, l.token_hash, l.created_at, l.last_seen_at, l.expires_at, \
         l.user_agent"
    };
}

statements! {
    /// A new login, of a member only.
    ADD_LOGIN = "INSERT INTO logins (id, user_id, org, token_hash, created_at, last_seen_at, \
                 expires_at, user_agent) SELECT $1, m.user_id, m.org, $2, CAST($3 AS BIGINT), \
                 CAST($4 AS BIGINT), CAST($5 AS BIGINT), $6 FROM members m \
                 WHERE m.org = $7 AND m.user_id = $8 ON CONFLICT DO NOTHING";
    /// By its token, with everything that says who is asking.
    BY_TOKEN = concat!(
        "SELECT ", login_columns!(), ", ", user_columns!(), ", ", member_columns!(),
        ", ", organization_columns!(), " FROM logins l \
         JOIN users u ON u.id = l.user_id \
         JOIN members m ON m.org = l.org AND m.user_id = l.user_id \
         JOIN organizations o ON o.id = l.org \
         WHERE l.token_hash = $1 AND l.expires_at > $2 AND u.disabled_at IS NULL");
    /// It was used; never earlier than before.
    TOUCH = "UPDATE logins SET last_seen_at = $1 WHERE id = $2 AND last_seen_at < $1";
    /// So was its person's membership.
    TOUCH_MEMBER = "UPDATE members SET last_active_at = $1 WHERE (org, user_id) = \
                    (SELECT l.org, l.user_id FROM logins l WHERE l.id = $2) \
                    AND coalesce(last_active_at, 0) < $1";
    /// A person's logins.
    LOGINS = concat!(
        "SELECT ", login_columns!(), " FROM logins l WHERE l.user_id = $1 \
         AND l.expires_at > $2 ORDER BY l.created_at DESC, l.id DESC");
    /// Ends one.
    END_LOGIN = "DELETE FROM logins WHERE user_id = $1 AND id = $2";
    /// The organization that they were active in last, else the one joined first.
    HOME = concat!(
        "SELECT ", member_columns!(), " FROM members m JOIN users u ON u.id = m.user_id \
         WHERE m.user_id = $1 \
         ORDER BY coalesce(m.last_active_at, 0) DESC, m.joined_at, m.org LIMIT 1");
}

fn read_login(row: &mut Row) -> Kept<LoginRow> {
    Ok(LoginRow {
        id: row.take()?,
        user: row.take()?,
        org: row.take()?,
        token_hash: row.take()?,
        created_at: row.take()?,
        last_seen_at: row.take()?,
        expires_at: row.take()?,
        user_agent: row.take()?,
    })
}

fn known_login_row(mut row: Row) -> Kept<KnownLogin> {
    Ok(KnownLogin {
        login: read_login(&mut row)?,
        user: read_user(&mut row)?,
        member: read_member(&mut row)?,
        organization: read_organization(&mut row)?,
    })
}

async fn touch(tx: &mut dyn Tx, login: LoginId, at: Timestamp) -> Kept<()> {
    tx.execute(&TOUCH, values![at, login]).await?;
    tx.execute(&TOUCH_MEMBER, values![at, login]).await.map(drop)
}

#[async_trait]
impl<E: Engine> LoginStore for Database<E> {
    async fn create_login(&self, row: LoginRow) -> Kept<()> {
        let mut values = values![row.id, row.token_hash, row.created_at, row.last_seen_at];
        values.extend(values![row.expires_at, row.user_agent, row.org, row.user]);
        match self.change(&ADD_LOGIN, values).await? {
            0 => Err(StoreError::Unavailable("only a member can log in".to_owned())),
            _ => Ok(()),
        }
    }

    async fn login_by_token(&self, hash: [u8; 32], now: Timestamp) -> Kept<Option<KnownLogin>> {
        self.row(&BY_TOKEN, values![hash, now], known_login_row).await
    }

    async fn touch_login(&self, login: LoginId, at: Timestamp) -> Kept<()> {
        self.engine.write(move |tx| Box::pin(async move { touch(tx, login, at).await })).await
    }

    async fn logins(&self, user: UserId, now: Timestamp) -> Kept<Vec<LoginRow>> {
        self.rows(&LOGINS, values![user, now], |mut row| read_login(&mut row)).await
    }

    async fn end_login(&self, user: UserId, login: LoginId) -> Kept<bool> {
        Ok(self.change(&END_LOGIN, values![user, login]).await? > 0)
    }

    async fn home_of(&self, user: UserId) -> Kept<Option<MemberRow>> {
        self.row(&HOME, values![user], |mut row| read_member(&mut row)).await
    }
}
