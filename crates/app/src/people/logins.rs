//! Who am I, and my logins on all my devices.

use ampere_credits::LoginId;
use ampere_store::rows::{LoginRow, OrganizationRow};

use super::organizations::Membership;
use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;

/// A logged-in person with what they want to see of themselves.
#[derive(Debug, Clone)]
pub struct Me {
    /// The person.
    pub caller: Caller,
    /// Their mail address.
    pub email: String,
    /// The organization that they are in now.
    pub organization: OrganizationRow,
    /// All that they belong to, the first joined first.
    pub memberships: Vec<Membership>,
}

impl App {
    /// The person who asks.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn me(&self, caller: &Caller) -> crate::Done<Me> {
        let memberships = self.memberships(caller.user).await?;
        let here = memberships.iter().find(|(member, _)| member.org == caller.org);
        let (member, organization) = here.cloned().ok_or(AppError::Unauthenticated)?;
        Ok(Me { caller: caller.clone(), email: member.email, organization, memberships })
    }

    /// The person's logins that hold, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn logins(&self, caller: &Caller) -> crate::Done<Vec<LoginRow>> {
        let now = self.now();
        let mut logins = self.store.logins(caller.user, now).await?;
        let idle = self.people.times.idle_seconds;
        logins.retain(|login| now.seconds_since(login.last_seen_at) < idle);
        Ok(logins)
    }

    /// Ends one of the person's logins.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn end_login(&self, caller: &Caller, login: LoginId) -> crate::Done<()> {
        if !self.store.end_login(caller.user, login).await? {
            return Err(AppError::NotFound);
        }
        tracing::info!(target: "security", user = %caller.user, %login, "ended a login");
        Ok(())
    }
}
