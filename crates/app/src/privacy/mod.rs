//! Going: a person deletes their account, an owner deletes the organization.
//!
//! Owns: who may go and what comes before it: their password once more, runs stopped and settled,
//! the plan ended at the payment provider. What goes and what stays is one transaction of the store
//! (`docs/decisions/0010-privacy.md`). Never moves a credit itself, and never touches the books.
//! Read next: [`organization`], then [`doors`].

pub(crate) mod doors;
pub mod organization;
pub mod person;

use std::time::Duration;

use ampere_credits::{OrgId, UserId};
use ampere_store::rows::{Page, Reason, RunFilter, RunRow, RunState, UserRow};

use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;
use crate::feed::StopCause;
use crate::people::Visitor;

pub use person::Schedules;

/// Runs stop within seconds; whoever deletes something does not wait longer than this for them.
const PATIENCE: Duration = Duration::from_secs(60);
/// Runs that are looked at in one go.
const AT_ONCE: u32 = 100;

const STILL_WORKING: &str = "a run does not stop; nothing was deleted, try again in a minute";
const WRONG_PASSWORD: &str = "This is not your password.";

impl App {
    /// The caller's password once more, counted as a log-in is.
    async fn password_again(
        &self,
        caller: &Caller,
        password: &str,
        visitor: &Visitor,
    ) -> crate::Done<UserRow> {
        let email = self.me(caller).await?.email;
        match self.proven(&email, password, visitor).await {
            Err(AppError::WrongCredentials) => {
                Err(AppError::field("/password", "wrong", WRONG_PASSWORD))
            }
            other => other,
        }
    }

    /// Stops these runs and waits until each is settled, and those too that begin meanwhile by a
    /// commit that frees their credits.
    async fn stop_runs(&self, org: OrgId, of: RunFilter) -> crate::Done<()> {
        let filter = RunFilter { unended_only: true, ..of };
        let all_over = async {
            loop {
                let page = Page { before: None, limit: AT_ONCE };
                let open = self.store.runs(org, filter.clone(), page).await?;
                if open.is_empty() {
                    return Ok(());
                }
                for run in open {
                    self.stop_run(&run).await?;
                }
            }
        };
        let over = tokio::time::timeout(PATIENCE, all_over).await;
        over.unwrap_or(Err(AppError::Conflict(STILL_WORKING)))
    }

    async fn stop_run(&self, run: &RunRow) -> crate::Done<()> {
        let mut working = self.feeds.working();
        if self.end_waiting(run, RunState::Cancelled, Reason::Stopped).await? {
            return Ok(());
        }
        if let Some(feed) = self.feeds.of(run.id) {
            feed.stop(StopCause::Person);
            let mut watcher = feed.watch(0);
            while watcher.next().await.is_some() {}
            return Ok(());
        }
        let now = self.store.run(run.org, run.id).await?;
        if now.is_some_and(|row| !row.state.ended()) {
            // Between its hold and its first step: whatever comes of it is told here.
            let _ = working.changed().await;
        }
        Ok(())
    }
}

/// Runs that a person started, or that were started for them.
fn of_person(user: UserId) -> RunFilter {
    RunFilter { member: Some(user), ..RunFilter::default() }
}
