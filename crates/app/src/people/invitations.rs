//! Invitations: a link for one person, good for seven days, shown once.

use ampere_credits::{InvitationId, Timestamp};
use ampere_store::rows::{InvitationRow, OrganizationRow, Role};

use super::throttle::Counted;
use super::{Visitor, token};
use crate::app::App;
use crate::caller::{Act, Caller};
use crate::error::AppError;

/// Invitations live this long.
const LIFETIME_DAYS: i64 = 7;

pub(super) const NOT_ANY_MORE: &str = "this invitation was used, revoked or has expired";

/// How an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationState {
    /// Can be accepted.
    Pending,
    /// Somebody joined by it.
    Accepted,
    /// Taken back.
    Revoked,
    /// Its time is over.
    Expired,
}

impl InvitationState {
    /// At an instant.
    pub fn of(row: &InvitationRow, now: Timestamp) -> Self {
        if row.accepted_by.is_some() {
            InvitationState::Accepted
        } else if row.revoked_at.is_some() {
            InvitationState::Revoked
        } else if row.expires_at <= now {
            InvitationState::Expired
        } else {
            InvitationState::Pending
        }
    }
}

/// A new invitation with its link, which is kept nowhere.
pub struct InvitationMade {
    /// The invitation.
    pub row: InvitationRow,
    /// For the invited person.
    pub url: String,
}

/// Where an invitation leads.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The invitation.
    pub row: InvitationRow,
    /// The organization to join.
    pub organization: OrganizationRow,
}

impl App {
    /// Makes an invitation.
    ///
    /// # Errors
    /// [`AppError::ForbiddenRole`]; [`AppError::Invalid`] for a role that nobody is invited to.
    pub async fn create_invitation(
        &self,
        caller: &Caller,
        role: Role,
    ) -> crate::Done<InvitationMade> {
        caller.may(Act::ManageTeam)?;
        if role == Role::Owner {
            let detail = "People are invited as members; ownership only moves by transfer.";
            return Err(AppError::field("/role", "invalid_value", detail));
        }
        let now = self.now();
        let token = token::mint(&*self.entropy);
        let row = InvitationRow {
            id: InvitationId::mint(now, &*self.entropy),
            org: caller.org,
            token_hash: token::hash(&token),
            role,
            invited_by: caller.user,
            invited_by_name: caller.name.clone(),
            created_at: now,
            expires_at: now.plus_days(LIFETIME_DAYS),
            accepted_by: None,
            revoked_at: None,
        };
        self.store.create_invitation(row.clone()).await?;
        tracing::info!(
            target: "security", by = %caller.user, invitation = %row.id, "invited somebody"
        );
        // Behind the #: browsers do not send it, so that no log on the way has it.
        Ok(InvitationMade { row, url: format!("{}/join#{token}", self.public_url) })
    }

    /// All invitations of the organization, newest first.
    ///
    /// # Errors
    /// [`AppError::ForbiddenRole`].
    pub async fn invitations(&self, caller: &Caller) -> crate::Done<Vec<InvitationRow>> {
        caller.may(Act::ManageTeam)?;
        Ok(self.store.invitations(caller.org).await?)
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// [`AppError::ForbiddenRole`]; [`AppError::NotFound`] if none is pending under this id.
    pub async fn revoke_invitation(
        &self,
        caller: &Caller,
        invitation: InvitationId,
    ) -> crate::Done<()> {
        caller.may(Act::ManageTeam)?;
        if !self.store.revoke_invitation(caller.org, invitation, self.now()).await? {
            return Err(AppError::NotFound);
        }
        tracing::info!(target: "security", by = %caller.user, %invitation, "revoked an invitation");
        Ok(())
    }

    /// Where an invitation leads, for the person who has its link.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Gone`], [`AppError::RateLimited`].
    pub async fn look_up_invitation(&self, token: &str, visitor: &Visitor) -> crate::Done<Invited> {
        let by = [Counted::address(visitor.address)];
        self.people.throttle.attempt(&by, self.now())?;
        let invited = self.invited(token).await?;
        self.people.throttle.succeeded(&by);
        Ok(invited)
    }

    /// A pending invitation by its token.
    pub(super) async fn invited(&self, token: &str) -> crate::Done<Invited> {
        let found = self.store.invitation_by_token(token::hash(token)).await?;
        let Some((row, organization)) = found else {
            tracing::warn!(target: "security", "an unknown invitation was tried");
            return Err(AppError::NotFound);
        };
        match InvitationState::of(&row, self.now()) {
            InvitationState::Pending => Ok(Invited { row, organization }),
            _ => Err(AppError::Gone(NOT_ANY_MORE)),
        }
    }
}
