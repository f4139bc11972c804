//! Invitations: a link for one person, good for seven days, sent by mail or shown once.

use ampere_credits::{InvitationId, Timestamp};
use ampere_store::rows::{InvitationRow, MailRow, OrganizationRow, Role};
use serde_json::{Value, json};

use super::fields::Fields;
use super::throttle::Counted;
use super::{Visitor, letters, token};
use crate::app::App;
use crate::audit::Deed;
use crate::caller::{Act, Caller};
use crate::error::AppError;

/// Invitations live this long.
const LIFETIME_DAYS: i64 = 7;
/// Between two links of one invitation.
const COOLDOWN_SECONDS: i64 = 300;

pub(super) const OTHER_ADDRESS: &str = "this invitation is for another mail address";
pub(super) const NOT_ANY_MORE: &str = "this invitation was used, revoked or has expired";

/// What somebody becomes by an invitation, for the audit log.
pub(super) fn joined(role: Role) -> (Value, Value) {
    (Value::Null, json!({ "role": role.word() }))
}

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

/// A new invitation or a new link of one.
pub struct InvitationMade {
    /// The invitation.
    pub row: InvitationRow,
    /// For the invited person; kept nowhere. None: a mail carries it.
    pub url: Option<String>,
}

/// From when on an invitation may be sent again; none if it was accepted or revoked.
pub fn resend_at(row: &InvitationRow, now: Timestamp) -> Option<Timestamp> {
    let open = [InvitationState::Pending, InvitationState::Expired];
    let may = open.contains(&InvitationState::of(row, now));
    may.then(|| row.linked_at.plus_seconds(COOLDOWN_SECONDS))
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
    /// Makes an invitation: of one mail address, or of whoever gets the link. Where mail is sent,
    /// an address gets the link by mail.
    ///
    /// # Errors
    /// [`AppError::ForbiddenRole`]; [`AppError::Invalid`] for a role that nobody is invited to
    /// and for what is no mail address; [`AppError::Conflict`] for somebody who is a member or is
    /// invited already; [`AppError::RateLimited`].
    pub async fn create_invitation(
        &self,
        caller: &Caller,
        role: Role,
        email: Option<&str>,
    ) -> crate::Done<InvitationMade> {
        caller.may(Act::ManageTeam)?;
        let mut fields = Fields::default();
        if role == Role::Owner {
            let detail = "People are invited as members; ownership only moves by transfer.";
            fields.wrong("/role", "invalid_value", detail);
        }
        let email = email.map(|email| fields.email("/email", email));
        fields.checked()?;
        if let Some(email) = &email {
            self.not_here_yet(caller, email).await?;
            self.people.throttle.attempt(&[Counted::Organization(caller.org)], self.now())?;
        }
        self.room_for_invitation(caller.org).await?;
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
            email,
            linked_at: now,
            mail: None,
        };
        let (mail, made) = self.with_link(caller, row, &token).await?;
        self.store.create_invitation(made.row.clone(), mail).await?;
        self.mail_queued.notify_one();
        tracing::info!(
            target: "security", by = %caller.user, invitation = %made.row.id, "invited somebody"
        );
        self.audit_invitation(caller, Deed::InvitationMade, made.row.id, joined(role)).await;
        Ok(made)
    }

    /// Nobody is invited twice, or to where they are.
    async fn not_here_yet(&self, caller: &Caller, email: &str) -> crate::Done<()> {
        let members = self.store.members(caller.org).await?;
        if members.iter().any(|member| member.email == email) {
            return Err(AppError::Conflict("this person is in the organization already"));
        }
        let now = self.now();
        let pending = |row: &InvitationRow| {
            row.email.as_deref() == Some(email)
                && InvitationState::of(row, now) == InvitationState::Pending
        };
        if self.store.invitations(caller.org).await?.iter().any(pending) {
            return Err(AppError::Conflict(
                "this address is invited already: send that invitation again, or take it back",
            ));
        }
        Ok(())
    }

    /// The link of an invitation: by mail if there is an address and mail is sent, else shown.
    async fn with_link(
        &self,
        caller: &Caller,
        row: InvitationRow,
        token: &str,
    ) -> crate::Done<(Option<MailRow>, InvitationMade)> {
        // Behind the #: browsers do not send it, so that no log on the way has it.
        let url = format!("{}/join#{token}", self.public_url);
        let mail = match &row.email {
            Some(email) => {
                let organization = self.organization(caller).await?.name;
                let words = letters::invitation(&caller.name, &organization, row.role.word(), &url);
                self.letter(email, &words.0, &words.1)?
            }
            None => None,
        };
        let row = InvitationRow { mail: mail.as_ref().map(|mail| mail.state), ..row };
        let url = mail.is_none().then_some(url);
        Ok((mail, InvitationMade { row, url }))
    }

    /// Sends an invitation again, with another link that is good for seven days; the earlier link
    /// ends.
    ///
    /// # Errors
    /// [`AppError::ForbiddenRole`], [`AppError::NotFound`]; [`AppError::Conflict`] for one that
    /// was accepted or revoked; [`AppError::RateLimited`] within five minutes.
    pub async fn resend_invitation(
        &self,
        caller: &Caller,
        invitation: InvitationId,
    ) -> crate::Done<InvitationMade> {
        caller.may(Act::ManageTeam)?;
        let now = self.now();
        let all = self.store.invitations(caller.org).await?;
        let row = all.into_iter().find(|row| row.id == invitation).ok_or(AppError::NotFound)?;
        let Some(at) = resend_at(&row, now) else { return Err(AppError::Conflict(NOT_ANY_MORE)) };
        let wait = at.seconds_since(now).max(1).unsigned_abs();
        let early = AppError::RateLimited { retry_after_seconds: wait };
        if now < at {
            return Err(early);
        }
        if row.email.is_some() {
            self.people.throttle.attempt(&[Counted::Organization(caller.org)], now)?;
        }
        let token = token::mint(&*self.entropy);
        let (linked_at, expires_at) = (now, now.plus_days(LIFETIME_DAYS));
        let row = InvitationRow { token_hash: token::hash(&token), linked_at, expires_at, ..row };
        let (mail, made) = self.with_link(caller, row, &token).await?;
        let before = now.plus_seconds(-COOLDOWN_SECONDS);
        if !self.store.renew_invitation(made.row.clone(), mail, before).await? {
            // Somebody was faster: with another link, an acceptance or a revocation.
            return Err(early);
        }
        self.mail_queued.notify_one();
        tracing::info!(target: "security", by = %caller.user, %invitation, "invited once more");
        let what = joined(made.row.role);
        self.audit_invitation(caller, Deed::InvitationResent, invitation, what).await;
        Ok(made)
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
        let nothing = (Value::Null, Value::Null);
        self.audit_invitation(caller, Deed::InvitationRevoked, invitation, nothing).await;
        Ok(())
    }

    /// Without the address: whoever has none here has not agreed to stay in a log for ever.
    async fn audit_invitation(
        &self,
        caller: &Caller,
        deed: Deed,
        invitation: InvitationId,
        change: (Value, Value),
    ) {
        self.audit(caller, deed, &invitation.to_string(), change).await;
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
