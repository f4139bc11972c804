//! The people of an organization. Adding or removing one never changes a credit.

use ampere_credits::UserId;
use ampere_store::rows::MemberRow;

use crate::app::App;
use crate::caller::{Act, Caller};
use crate::error::AppError;

impl App {
    /// Everybody, oldest member first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn members(&self, caller: &Caller) -> crate::Done<Vec<MemberRow>> {
        Ok(self.store.members(caller.org).await?)
    }

    /// Removes a member; their logins end at once. Work that they started goes on.
    ///
    /// # Errors
    /// [`AppError::ForbiddenRole`], [`AppError::NotFound`]; [`AppError::Conflict`] for the owner.
    pub async fn remove_member(&self, caller: &Caller, user: UserId) -> crate::Done<()> {
        caller.may(Act::ManageTeam)?;
        if user == caller.user {
            return Err(AppError::Conflict("the owner cannot be removed"));
        }
        if !self.store.remove_member(caller.org, user).await? {
            return Err(AppError::NotFound);
        }
        tracing::info!(target: "security", by = %caller.user, %user, "removed a member");
        Ok(())
    }
}
