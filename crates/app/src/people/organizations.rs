//! Several organizations of one person: which they are, going over to another, joining one more,
//! handing one over.

use ampere_credits::{OrgId, UserId};
use ampere_store::ports::StoreError;
use ampere_store::rows::{MemberRow, OrganizationRow};
use serde_json::json;

use super::invitations::{NOT_ANY_MORE, OTHER_ADDRESS, joined};
use super::logins::Me;
use super::throttle::Counted;
use super::{Visitor, token};
use crate::app::App;
use crate::audit::{Author, Deed};
use crate::caller::{Act, Caller};
use crate::error::AppError;
use crate::notices::TeamNews;

/// A person's place in an organization, with the organization.
pub type Membership = (MemberRow, OrganizationRow);

impl App {
    /// Everything that a person belongs to, the first joined first.
    pub(crate) async fn memberships(&self, user: UserId) -> crate::Done<Vec<Membership>> {
        Ok(self.store.memberships(user).await?)
    }

    /// The caller's login goes over to another organization of theirs; what streams there ends.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for one that they do not belong to.
    pub async fn switch_organization(&self, caller: &Caller, org: OrgId) -> crate::Done<Me> {
        if !self.store.switch_login(caller.user, caller.login, org).await? {
            return Err(AppError::NotFound);
        }
        self.store.touch_login(caller.login, self.now()).await?;
        tracing::info!(target: "security", user = %caller.user, %org, "went over");
        self.me(&self.there(caller, org).await?).await
    }

    /// The same person in another organization.
    async fn there(&self, caller: &Caller, org: OrgId) -> crate::Done<Caller> {
        let all = self.memberships(caller.user).await?;
        let found = all.into_iter().find(|(member, _)| member.org == org);
        let (member, organization) = found.ok_or(AppError::NotFound)?;
        let (role, billing_admin) = (member.role, member.billing_admin);
        Ok(Caller { org, role, billing_admin, zone: organization.zone, ..caller.clone() })
    }

    /// Somebody who has an account joins one more organization by an invitation, and goes there.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Gone`] as [`App::look_up_invitation`];
    /// [`AppError::Conflict`] for one that they are in already, and for an invitation of another
    /// mail address; [`AppError::RateLimited`].
    pub async fn accept_invitation(
        &self,
        caller: &Caller,
        invitation: &str,
        visitor: &Visitor,
    ) -> crate::Done<Me> {
        let by = [Counted::address(visitor.address)];
        self.people.throttle.attempt(&by, self.now())?;
        let invited = self.invited(invitation).await?;
        self.people.throttle.succeeded(&by);
        let email = self.me(caller).await?.email;
        if invited.row.email.as_ref().is_some_and(|invited| *invited != email) {
            return Err(AppError::Conflict(OTHER_ADDRESS));
        }
        self.room_for_member(invited.organization.id).await?;
        let person = self.store.user_by_email(&email).await?.ok_or(AppError::Unauthenticated)?;
        let accepted =
            self.store.accept_invitation(token::hash(invitation), person, self.now()).await;
        match accepted {
            Ok(true) => {}
            Ok(false) => return Err(AppError::Gone(NOT_ANY_MORE)),
            Err(StoreError::Exists(_)) => {
                return Err(AppError::Conflict("you are in this organization already"));
            }
            Err(error) => return Err(error.into()),
        }
        let org = invited.organization.id;
        self.tell_team(org, TeamNews::Joined(&caller.name)).await;
        let (author, what) = (Author { org, user: caller.user }, joined(invited.row.role));
        let invitation = invited.row.id.to_string();
        self.audit(author, Deed::InvitationAccepted, &invitation, what).await;
        tracing::info!(target: "security", user = %caller.user, %org, "joined");
        self.switch_organization(caller, org).await
    }

    /// Hands the organization over to a member; whoever owned it becomes an admin. Its name is
    /// typed so that it does not happen by a slip.
    ///
    /// # Errors
    /// [`AppError::ForbiddenRole`], [`AppError::Invalid`] for another name,
    /// [`AppError::NotFound`] for somebody who is no member.
    pub async fn transfer_organization(
        &self,
        caller: &Caller,
        to: UserId,
        name: &str,
    ) -> crate::Done<OrganizationRow> {
        caller.may(Act::Own)?;
        let organization = self.organization(caller).await?;
        if name.trim() != organization.name {
            let detail = "Type the organization's name exactly as it is.";
            return Err(AppError::field("/organization_name", "mismatch", detail));
        }
        let Caller { org, user, .. } = caller;
        let change = (json!({ "owner": user.to_string() }), json!({ "owner": to.to_string() }));
        let log = self.entry(caller, Deed::OwnershipTransferred, &to.to_string(), change);
        if !self.store.transfer(*org, *user, to, log).await? {
            return Err(AppError::NotFound);
        }
        tracing::info!(target: "security", by = %user, %to, %org, "handed over");
        Ok(organization)
    }
}
