//! Further accounts: by invitation, or freely where the operator allows it.

use super::entering::{Entered, Home, NewAccount, taken};
use super::fields::{Fields, plain_email};
use super::invitations::{NOT_ANY_MORE, joined};
use super::throttle::Counted;
use super::{Visitor, token};
use crate::app::App;
use crate::audit::{Author, Deed};
use crate::error::AppError;
use crate::notices::TeamNews;

/// What a new person says.
pub struct SignUp {
    /// The person.
    pub account: NewAccount,
    /// Token of an invitation: they join its organization.
    pub invitation: Option<String>,
    /// Without invitation: the organization they found.
    pub home: Home,
}

impl App {
    /// Makes an account: in the organization of the invitation, or with one of its own where
    /// sign-up is open.
    ///
    /// # Errors
    /// [`AppError::Gone`], [`AppError::NotFound`] for an invitation that does not hold;
    /// [`AppError::ForbiddenRole`] without one where sign-up is closed; [`AppError::Invalid`];
    /// [`AppError::RateLimited`].
    pub async fn sign_up(&self, wanted: SignUp, visitor: &Visitor) -> crate::Done<Entered> {
        let by = [Counted::address(visitor.address)];
        self.people.throttle.attempt(&by, self.now())?;
        let entered = match &wanted.invitation {
            Some(token) => self.join(token, &wanted.account, visitor).await,
            None if self.sign_up_open().await?.value => self.found_freely(wanted, visitor).await,
            None => Err(AppError::ForbiddenRole),
        }?;
        self.people.throttle.succeeded(&by);
        Ok(entered)
    }

    async fn join(
        &self,
        token: &str,
        account: &NewAccount,
        visitor: &Visitor,
    ) -> crate::Done<Entered> {
        let invited = self.invited(token).await?;
        self.room_for_member(invited.organization.id).await?;
        let mut fields = Fields::default();
        if invited.row.email.as_ref().is_some_and(|email| *email != plain_email(&account.email)) {
            fields.wrong("/email", "not_invited", "The invitation is for another mail address.");
        }
        let person = self.new_person(account, false, fields).await?;
        let accepted = self
            .store
            .accept_invitation(token::hash(token), person.clone(), self.now())
            .await
            .map_err(taken)?;
        if !accepted {
            return Err(AppError::Gone(NOT_ANY_MORE));
        }
        let member = self.store.home_of(person.id).await?.ok_or(AppError::Internal)?;
        self.tell_team(member.org, TeamNews::Joined(&person.name)).await;
        let author = Author { org: member.org, user: person.id };
        let (invitation, what) = (invited.row.id.to_string(), joined(invited.row.role));
        self.audit(author, Deed::InvitationAccepted, &invitation, what).await;
        tracing::info!(target: "security", user = %person.id, org = %member.org, "joined");
        self.enter(person, member, visitor).await
    }

    async fn found_freely(&self, wanted: SignUp, visitor: &Visitor) -> crate::Done<Entered> {
        let mut fields = Fields::default();
        let name = fields.name("/organization_name", &wanted.home.name);
        let zone = fields.zone("/zone", &wanted.home.zone);
        let owner = self.new_person(&wanted.account, false, fields).await?;
        self.found(owner, (name, zone), false, visitor).await
    }
}
