//! People and organizations.

use ampere_credits::{OrgId, Timestamp, UserId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::audit;
use crate::ops::schedules::{give_all, pause_of};
use crate::ops::shares::end_shares_of;
use crate::ports::{Kept, PeopleStore, StoreError};
use crate::rows::{
    AuditWrite, BackgroundSettings, LeftBehind, MemberRow, OrganizationRow, Role, UserRow,
};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

macro_rules! user_columns {
    () => {
        "u.id, u.email, u.name, u.password_hash, u.operator, u.created_at, u.disabled_at"
    };
}
pub(super) use user_columns;

macro_rules! member_columns {
    () => {
        "m.org, m.user_id, m.role, m.billing_admin, m.joined_at, m.last_active_at, u.name, u.email"
    };
}
pub(super) use member_columns;

macro_rules! organization_columns {
    () => {
        "o.id, o.name, o.zone, o.created_at, o.background_titles, o.background_summaries, \
         o.background_follow_ups, o.background_draw"
    };
}
pub(super) use organization_columns;

statements! {
    /// Whether there is an account.
    ANYBODY = "SELECT 1 FROM users WHERE erased_at IS NULL LIMIT 1";
    /// A new person; nothing if the address, the id or the place of the first is taken.
    ADD_USER = "INSERT INTO users (id, email, name, password_hash, operator, created_at, \
                disabled_at, first_account) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                ON CONFLICT DO NOTHING";
    /// A new organization.
    ADD_ORGANIZATION = "INSERT INTO organizations (id, name, zone, created_at, \
                        background_titles, background_summaries, background_follow_ups, \
                        background_draw) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                        ON CONFLICT DO NOTHING";
    /// A new member; nothing if they are one.
    ADD_MEMBER = "INSERT INTO members (org, user_id, role, billing_admin, joined_at) \
                  VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    /// By mail address.
    USER_BY_EMAIL = concat!("SELECT ", user_columns!(), " FROM users u \
                            WHERE u.email = $1 AND u.erased_at IS NULL");
    /// Whether a person has an account.
    USER_EXISTS = "SELECT 1 FROM users WHERE id = $1";
    /// A new password.
    SET_PASSWORD = "UPDATE users SET password_hash = $1 WHERE id = $2";
    /// Ends all logins of a person.
    END_LOGINS = "DELETE FROM logins WHERE user_id = $1";
    /// Members, oldest first.
    MEMBERS = concat!(
        "SELECT ", member_columns!(), " FROM members m JOIN users u ON u.id = m.user_id \
         WHERE m.org = $1 ORDER BY m.joined_at, m.user_id");
    /// Removes a member who is not the owner.
    REMOVE_MEMBER = "DELETE FROM members WHERE org = $1 AND user_id = $2 AND role <> $3";
    /// Ends a person's logins in one organization.
    END_LOGINS_THERE = "DELETE FROM logins WHERE org = $1 AND user_id = $2";
    /// One organization.
    ORGANIZATION = concat!(
        "SELECT ", organization_columns!(), " FROM organizations o WHERE o.id = $1");
    /// Another name and zone.
    SET_ORGANIZATION = "UPDATE organizations SET name = $1, zone = $2 WHERE id = $3";
}

/// An organization.
pub(super) fn organization_row(mut row: Row) -> Kept<OrganizationRow> {
    read_organization(&mut row)
}

/// An organization among other columns.
pub(super) fn read_organization(row: &mut Row) -> Kept<OrganizationRow> {
    Ok(OrganizationRow {
        id: row.take()?,
        name: row.take()?,
        zone: row.take()?,
        created_at: row.take()?,
        background: BackgroundSettings {
            titles: row.take()?,
            summaries: row.take()?,
            follow_ups: row.take()?,
            draw: row.take()?,
        },
    })
}

/// A person among other columns.
pub(super) fn read_user(row: &mut Row) -> Kept<UserRow> {
    Ok(UserRow {
        id: row.take()?,
        email: row.take()?,
        name: row.take()?,
        password_hash: row.take()?,
        operator: row.take()?,
        created_at: row.take()?,
        disabled_at: row.take()?,
    })
}

/// A member among other columns.
pub(super) fn read_member(row: &mut Row) -> Kept<MemberRow> {
    Ok(MemberRow {
        org: row.take()?,
        user: row.take()?,
        role: row.take()?,
        billing_admin: row.take()?,
        joined_at: row.take()?,
        last_active_at: row.take()?,
        name: row.take()?,
        email: row.take()?,
    })
}

/// A new person's row; the address in lower case.
async fn add_user(tx: &mut dyn Tx, user: UserRow, first: bool) -> Kept<()> {
    let first = first.then_some(1i64);
    let email = user.email.to_lowercase();
    let mut list = values![user.id, email, user.name, user.password_hash, user.operator];
    list.extend(values![user.created_at, user.disabled_at, first]);
    match tx.execute(&ADD_USER, list).await? {
        0 => Err(StoreError::Exists("an account with this mail address")),
        _ => Ok(()),
    }
}

/// Makes a person a member; who has no account yet gets one.
pub(super) async fn join(
    tx: &mut dyn Tx,
    org: OrgId,
    user: UserRow,
    (role, at): (Role, Timestamp),
) -> Kept<()> {
    let id = user.id;
    if tx.query(&USER_EXISTS, values![id]).await?.is_empty() {
        add_user(tx, user, false).await?;
    }
    let owner = role == Role::Owner;
    match tx.execute(&ADD_MEMBER, values![org, id, role, owner, at]).await? {
        0 => Err(StoreError::Exists("this membership")),
        _ => Ok(()),
    }
}

async fn create(
    tx: &mut dyn Tx,
    organization: OrganizationRow,
    owner: UserRow,
    first: bool,
) -> Kept<()> {
    if first {
        if !tx.query(&ANYBODY, values![]).await?.is_empty() {
            return Err(StoreError::Exists("an operator"));
        }
        add_user(tx, owner.clone(), true).await?;
    }
    let OrganizationRow { id, name, zone, created_at, background } = organization;
    let mut list = values![id, name, zone, created_at, background.titles, background.summaries];
    list.extend(values![background.follow_ups, background.draw]);
    if tx.execute(&ADD_ORGANIZATION, list).await? == 0 {
        return Err(StoreError::Exists("an organization with this id"));
    }
    join(tx, id, owner, (Role::Owner, created_at)).await
}

async fn remove(
    tx: &mut dyn Tx,
    (org, user): (OrgId, UserId),
    left: LeftBehind,
    log: Option<AuditWrite>,
) -> Kept<bool> {
    if tx.execute(&REMOVE_MEMBER, values![org, user, Role::Owner]).await? == 0 {
        return Ok(false);
    }
    tx.execute(&END_LOGINS_THERE, values![org, user]).await?;
    end_shares_of(tx, org, user).await?;
    match left {
        LeftBehind::Paused { note, at } => pause_of(tx, (org, user), note, at).await?,
        LeftBehind::Given { to, at } => give_all(tx, org, (user, to), at).await?,
    }
    audit::log(tx, log).await?;
    Ok(true)
}

/// Another password; all logins of the person end.
pub(super) async fn set_password(tx: &mut dyn Tx, user: UserId, hash: String) -> Kept<()> {
    tx.execute(&SET_PASSWORD, values![hash, user]).await?;
    tx.execute(&END_LOGINS, values![user]).await?;
    Ok(())
}

#[async_trait]
impl<E: Engine> PeopleStore for Database<E> {
    async fn anybody(&self) -> Kept<bool> {
        Ok(!self.rows(&ANYBODY, values![], |_| Ok(())).await?.is_empty())
    }

    async fn create_organization(
        &self,
        organization: OrganizationRow,
        owner: UserRow,
        first: bool,
    ) -> Kept<()> {
        self.engine
            .write(move |tx| Box::pin(async move { create(tx, organization, owner, first).await }))
            .await
    }

    async fn user_by_email(&self, email: &str) -> Kept<Option<UserRow>> {
        let values = values![email.to_lowercase()];
        self.row(&USER_BY_EMAIL, values, |mut row| read_user(&mut row)).await
    }

    async fn set_password(&self, user: UserId, hash: &str) -> Kept<()> {
        let hash = hash.to_owned();
        self.engine
            .write(move |tx| Box::pin(async move { set_password(tx, user, hash).await }))
            .await
    }

    async fn members(&self, org: OrgId) -> Kept<Vec<MemberRow>> {
        self.rows(&MEMBERS, values![org], |mut row| read_member(&mut row)).await
    }

    async fn remove_member(
        &self,
        org: OrgId,
        user: UserId,
        left: LeftBehind,
        log: Option<AuditWrite>,
    ) -> Kept<bool> {
        self.engine
            .write(move |tx| Box::pin(async move { remove(tx, (org, user), left, log).await }))
            .await
    }

    async fn organization(&self, org: OrgId) -> Kept<Option<OrganizationRow>> {
        self.row(&ORGANIZATION, values![org], organization_row).await
    }

    async fn update_organization(
        &self,
        org: OrgId,
        name: &str,
        zone: &str,
        log: Option<AuditWrite>,
    ) -> Kept<()> {
        let values = values![name.to_owned(), zone.to_owned(), org];
        self.change_on_record(&SET_ORGANIZATION, values, log).await.map(drop)
    }
}
