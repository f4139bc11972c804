//! A person deletes their account: in every organization at once, and nothing of it comes back.

use ampere_credits::{OrgId, UserId};
use ampere_store::rows::{Erased, PersonErasure, RunFilter, RunKind, UserRow};

use super::doors::{Shut, Whose};
use super::of_person;
use crate::app::App;
use crate::audit::Deed;
use crate::caller::Caller;
use crate::error::AppError;
use crate::news::Item;
use crate::people::Visitor;

const OWNS: &str = "you own an organization: hand it over or delete it first";
const LAST_OPERATOR: &str = "you are the only operator of this installation, and others have \
                             accounts: their owners delete their organizations and they their \
                             accounts first";
const RUN_OPEN: &str = "a run of yours has not ended: stop it first, or wait for its end";
const OTHER_ADDRESS: &str = "This is not your mail address.";
/// It names nobody.
const PAUSED: &str = "Paused: the account of its owner was deleted.";

/// What becomes of a person's schedules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Schedules {
    /// They pause.
    #[default]
    Pause,
    /// They go on as those of each organization's owner.
    Reassign,
}

impl App {
    /// Deletes the caller's account. An address, where one is given, must be their own.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for another password or address, [`AppError::RateLimited`];
    /// [`AppError::Conflict`] for an owner, for the only operator while others have accounts, and
    /// while a run of theirs has not ended. Nothing is deleted then.
    pub async fn delete_account(
        &self,
        caller: &Caller,
        (email, password): (Option<&str>, &str),
        schedules: Schedules,
        visitor: &Visitor,
    ) -> crate::Done<()> {
        let own = self.me(caller).await?.email;
        if email.is_some_and(|email| email.trim().to_lowercase() != own) {
            return Err(AppError::field("/email", "mismatch", OTHER_ADDRESS));
        }
        let user = self.password_again(caller, password, visitor).await?;
        self.erase(user, schedules).await
    }

    /// Deletes the account of somebody who is not logged in, for who belongs to no organization
    /// any more cannot be.
    ///
    /// # Errors
    /// [`AppError::WrongCredentials`]; else as [`App::delete_account`].
    pub async fn delete_account_by_address(
        &self,
        (email, password): (&str, &str),
        schedules: Schedules,
        visitor: &Visitor,
    ) -> crate::Done<()> {
        let user = self.proven(email, password, visitor).await?;
        self.erase(user, schedules).await
    }

    async fn erase(&self, user: UserRow, schedules: Schedules) -> crate::Done<()> {
        let shut = self.doors.shut(Whose::Person(user.id)).await?;
        let places = self.memberships(user.id).await?;
        for (member, _) in &places {
            // Background work for them is nothing that they could stop.
            let kind = Some(RunKind::Background);
            self.stop_runs(member.org, RunFilter { kind, ..of_person(user.id) }).await?;
        }
        let open = match self.erase_once(&user, schedules).await? {
            Ok(gone) => {
                self.erased(shut, user.id, gone);
                return Ok(());
            }
            Err(open) => open,
        };
        // Nor are runs of theirs where they do not belong any more.
        if open.iter().any(|org| places.iter().any(|(member, _)| member.org == *org)) {
            return Err(AppError::Conflict(RUN_OPEN));
        }
        for org in open {
            self.stop_runs(org, of_person(user.id)).await?;
        }
        let gone = self.erase_once(&user, schedules).await?;
        self.erased(shut, user.id, gone.map_err(|_| AppError::Conflict(RUN_OPEN))?);
        Ok(())
    }

    /// Where they are gone from; or where runs of theirs have not ended, and nothing has changed.
    async fn erase_once(
        &self,
        user: &UserRow,
        schedules: Schedules,
    ) -> crate::Done<Result<Vec<OrgId>, Vec<OrgId>>> {
        let erasure = PersonErasure {
            user: user.id,
            at: self.now(),
            hand_on: schedules == Schedules::Reassign,
            note: PAUSED.to_owned(),
            act: Deed::AccountDeleted.word().to_owned(),
        };
        let erased = self.store.erase_person(erasure).await;
        // Also where the outcome is not known.
        self.scrub().await;
        match erased? {
            Erased::Gone(places) => Ok(Ok(places)),
            Erased::RunOpen(places) => Ok(Err(places)),
            Erased::OwnsOrganization => Err(AppError::Conflict(OWNS)),
            Erased::LastOperator => Err(AppError::Conflict(LAST_OPERATOR)),
        }
    }

    /// They are gone: nothing of theirs starts any more, and their open screens hear of it.
    fn erased(&self, shut: Shut, user: UserId, places: Vec<OrgId>) {
        shut.for_good();
        tracing::info!(target: "security", %user, "an account was deleted");
        self.schedules_changed.notify_one();
        for org in places {
            self.news.tell(org, Item::Lost(user, None));
        }
    }

    /// Empties the database's log of what was just deleted. What keeps it from that is told; it
    /// is tried again by itself.
    pub(super) async fn scrub(&self) {
        match self.store.scrub().await {
            Ok(true) => {}
            Ok(false) => tracing::info!("the database's log is still read; it is emptied later"),
            Err(error) => tracing::warn!(%error, "the database's log could not be emptied"),
        }
    }
}
