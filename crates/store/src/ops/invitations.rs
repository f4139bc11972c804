//! Invitations to join an organization.

use ampere_credits::{InvitationId, OrgId, Timestamp};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::mails::queue_all;
use crate::ops::people::{join, organization_columns, read_organization};
use crate::ports::{InvitationStore, Kept, StoreError};
use crate::rows::{InvitationRow, MailRow, OrganizationRow, UserRow};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

macro_rules! invitation_columns {
    () => {
        "i.id, i.org, i.token_hash, i.role, i.invited_by, coalesce(u.name, ''), i.created_at, \
         i.expires_at, i.accepted_by, i.revoked_at, i.email, i.linked_at, e.state"
    };
}

statements! {
    /// A new invitation.
    ADD_INVITATION = "INSERT INTO invitations (org, id, token_hash, role, invited_by, \
                      created_at, expires_at, email, linked_at, mail) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
    /// Another link for one that nobody accepted or revoked.
    RENEW = "UPDATE invitations SET token_hash = $1, expires_at = $2, linked_at = $3, mail = $4 \
             WHERE org = $5 AND id = $6 AND linked_at <= $7 AND accepted_by IS NULL \
             AND revoked_at IS NULL";
    /// An organization's invitations.
    INVITATIONS = concat!(
        "SELECT ", invitation_columns!(), " FROM invitations i \
         LEFT JOIN users u ON u.id = i.invited_by LEFT JOIN mails e ON e.id = i.mail \
         WHERE i.org = $1 \
         ORDER BY i.created_at DESC, i.id DESC");
    /// By its token, with its organization.
    BY_TOKEN = concat!(
        "SELECT ", invitation_columns!(), ", ", organization_columns!(), " \
         FROM invitations i LEFT JOIN users u ON u.id = i.invited_by \
         LEFT JOIN mails e ON e.id = i.mail JOIN organizations o ON o.id = i.org \
         WHERE i.token_hash = $1");
    /// Revokes a pending one.
    REVOKE = "UPDATE invitations SET revoked_at = $1 WHERE org = $2 AND id = $3 \
              AND accepted_by IS NULL AND revoked_at IS NULL";
    /// One that can be accepted.
    OPEN_BY_TOKEN = "SELECT org, role FROM invitations WHERE token_hash = $1 \
                     AND accepted_by IS NULL AND revoked_at IS NULL AND expires_at > $2";
    /// Accepted, by one only.
    ACCEPT = "UPDATE invitations SET accepted_by = $1 WHERE token_hash = $2 \
              AND accepted_by IS NULL AND revoked_at IS NULL";
}

fn read_invitation(row: &mut Row) -> Kept<InvitationRow> {
    Ok(InvitationRow {
        id: row.take()?,
        org: row.take()?,
        token_hash: row.take()?,
        role: row.take()?,
        invited_by: row.take()?,
        invited_by_name: row.take()?,
        created_at: row.take()?,
        expires_at: row.take()?,
        accepted_by: row.take()?,
        revoked_at: row.take()?,
        email: row.take()?,
        linked_at: row.take()?,
        mail: row.take()?,
    })
}

async fn accept(tx: &mut dyn Tx, hash: [u8; 32], user: UserRow, at: Timestamp) -> Kept<bool> {
    let found = tx.query(&OPEN_BY_TOKEN, values![hash, at]).await?;
    let Some(mut row) = found.into_iter().next() else { return Ok(false) };
    let (org, role) = (row.take()?, row.take()?);
    let id = user.id;
    join(tx, org, user, (role, at)).await?;
    Ok(tx.execute(&ACCEPT, values![id, hash]).await? > 0)
}

async fn create(tx: &mut dyn Tx, row: InvitationRow, mail: Option<MailRow>) -> Kept<()> {
    let InvitationRow { org, id, token_hash, role, invited_by, email, linked_at, .. } = row;
    let mut list = values![org, id, token_hash, role, invited_by, row.created_at];
    list.extend(values![row.expires_at, email, linked_at, mail.as_ref().map(|mail| mail.id)]);
    if tx.execute(&ADD_INVITATION, list).await? == 0 {
        return Err(StoreError::Exists("an invitation with this id or token"));
    }
    queue_all(tx, mail).await
}

async fn renew(
    tx: &mut dyn Tx,
    row: InvitationRow,
    mail: Option<MailRow>,
    before: Timestamp,
) -> Kept<bool> {
    let InvitationRow { org, id, token_hash, linked_at, expires_at, .. } = row;
    let mut list = values![token_hash, expires_at, linked_at, mail.as_ref().map(|mail| mail.id)];
    list.extend(values![org, id, before]);
    if tx.execute(&RENEW, list).await? == 0 {
        return Ok(false);
    }
    queue_all(tx, mail).await.map(|()| true)
}

#[async_trait]
impl<E: Engine> InvitationStore for Database<E> {
    async fn create_invitation(&self, row: InvitationRow, mail: Option<MailRow>) -> Kept<()> {
        self.engine.write(move |tx| Box::pin(async move { create(tx, row, mail).await })).await
    }

    async fn renew_invitation(
        &self,
        row: InvitationRow,
        mail: Option<MailRow>,
        before: Timestamp,
    ) -> Kept<bool> {
        self.engine
            .write(move |tx| Box::pin(async move { renew(tx, row, mail, before).await }))
            .await
    }

    async fn invitations(&self, org: OrgId) -> Kept<Vec<InvitationRow>> {
        self.rows(&INVITATIONS, values![org], |mut row| read_invitation(&mut row)).await
    }

    async fn invitation_by_token(
        &self,
        hash: [u8; 32],
    ) -> Kept<Option<(InvitationRow, OrganizationRow)>> {
        let read = |mut row: Row| Ok((read_invitation(&mut row)?, read_organization(&mut row)?));
        self.row(&BY_TOKEN, values![hash], read).await
    }

    async fn revoke_invitation(
        &self,
        org: OrgId,
        invitation: InvitationId,
        at: Timestamp,
    ) -> Kept<bool> {
        Ok(self.change(&REVOKE, values![at, org, invitation]).await? > 0)
    }

    async fn accept_invitation(&self, hash: [u8; 32], user: UserRow, at: Timestamp) -> Kept<bool> {
        self.engine.write(move |tx| Box::pin(async move { accept(tx, hash, user, at).await })).await
    }
}
