//! The people of an organization as a team: roles, ownership, who asks whom.

use ampere_credits::{LoginId, OrgId, Timestamp, UserId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::audit;
use crate::ops::people::{member_columns, organization_columns, read_member, read_organization};
use crate::ops::schedules::pause_of;
use crate::ports::{Kept, StoreError, TeamStore};
use crate::rows::{AuditWrite, MemberChange, MemberRow, OrganizationRow, Role};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

statements! {
    /// Another role and mark of a member who is not the owner.
    SET_MEMBER = "UPDATE members SET role = coalesce($1, role), \
                  billing_admin = coalesce($2, billing_admin) \
                  WHERE org = $3 AND user_id = $4 AND role <> $5";
    /// What a member is.
    ROLE_OF = "SELECT role FROM members WHERE org = $1 AND user_id = $2";
    /// Another role and mark of any member.
    SET_ROLE = "UPDATE members SET role = $1, billing_admin = $2 WHERE org = $3 AND user_id = $4";
    /// All of a person.
    MEMBERSHIPS = concat!(
        "SELECT ", member_columns!(), ", ", organization_columns!(), " FROM members m \
         JOIN users u ON u.id = m.user_id JOIN organizations o ON o.id = m.org \
         WHERE m.user_id = $1 ORDER BY m.joined_at, m.org");
    /// A login goes over to another organization of its person.
    SWITCH = "UPDATE logins SET org = $1 WHERE user_id = $2 AND id = $3 \
              AND EXISTS (SELECT 1 FROM members m WHERE m.org = $1 AND m.user_id = $2)";
    /// Somebody asks, unless they did lately.
    PLEAD = "INSERT INTO pleas (org, user_id, asked_at) VALUES ($1, $2, $3) \
             ON CONFLICT (org, user_id) DO UPDATE SET asked_at = $3 WHERE pleas.asked_at <= $4";
    /// When they did.
    PLEA = "SELECT asked_at FROM pleas WHERE org = $1 AND user_id = $2";
}

fn membership(mut row: Row) -> Kept<(MemberRow, OrganizationRow)> {
    Ok((read_member(&mut row)?, read_organization(&mut row)?))
}

async fn change(tx: &mut dyn Tx, org: OrgId, user: UserId, change: MemberChange) -> Kept<bool> {
    let MemberChange { role, billing_admin, pause, log } = change;
    let list = values![role, billing_admin, org, user, Role::Owner];
    if tx.execute(&SET_MEMBER, list).await? == 0 {
        return Ok(false);
    }
    if let Some((note, at)) = pause {
        pause_of(tx, (org, user), note, at).await?;
    }
    audit::log(tx, log).await?;
    Ok(true)
}

async fn role_of(tx: &mut dyn Tx, org: OrgId, user: UserId) -> Kept<Option<Role>> {
    let found = tx.query(&ROLE_OF, values![org, user]).await?;
    found.into_iter().next().map(|mut row| row.take()).transpose()
}

async fn transfer(
    tx: &mut dyn Tx,
    org: OrgId,
    (from, to): (UserId, UserId),
    log: Option<AuditWrite>,
) -> Kept<bool> {
    let owner = role_of(tx, org, from).await? == Some(Role::Owner);
    let heir = role_of(tx, org, to).await?.is_some_and(|role| role != Role::Owner);
    if !(owner && heir) {
        return Ok(false);
    }
    tx.execute(&SET_ROLE, values![Role::Admin, false, org, from]).await?;
    tx.execute(&SET_ROLE, values![Role::Owner, true, org, to]).await?;
    audit::log(tx, log).await?;
    Ok(true)
}

async fn plead(
    tx: &mut dyn Tx,
    (org, user): (OrgId, UserId),
    now: Timestamp,
    since: Timestamp,
) -> Kept<Timestamp> {
    tx.execute(&PLEAD, values![org, user, now, since]).await?;
    let mut rows = tx.query(&PLEA, values![org, user]).await?.into_iter();
    let mut row = rows.next().ok_or_else(|| StoreError::Damaged("a plea is gone".to_owned()))?;
    row.take()
}

#[async_trait]
impl<E: Engine> TeamStore for Database<E> {
    async fn change_member(&self, org: OrgId, user: UserId, to: MemberChange) -> Kept<bool> {
        self.engine.write(move |tx| Box::pin(async move { change(tx, org, user, to).await })).await
    }

    async fn transfer(
        &self,
        org: OrgId,
        from: UserId,
        to: UserId,
        log: Option<AuditWrite>,
    ) -> Kept<bool> {
        self.engine
            .write(move |tx| Box::pin(async move { transfer(tx, org, (from, to), log).await }))
            .await
    }

    async fn memberships(&self, user: UserId) -> Kept<Vec<(MemberRow, OrganizationRow)>> {
        self.rows(&MEMBERSHIPS, values![user], membership).await
    }

    async fn switch_login(&self, user: UserId, login: LoginId, org: OrgId) -> Kept<bool> {
        Ok(self.change(&SWITCH, values![org, user, login]).await? > 0)
    }

    async fn plead(
        &self,
        org: OrgId,
        user: UserId,
        now: Timestamp,
        since: Timestamp,
    ) -> Kept<Timestamp> {
        self.engine
            .write(move |tx| Box::pin(async move { plead(tx, (org, user), now, since).await }))
            .await
    }
}
