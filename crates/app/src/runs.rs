//! Runs as people see them: lists, one run, stopping one. Reading is free by construction: there
//! is no meter here.

use ampere_credits::RunId;
use ampere_store::rows::Role;
pub use ampere_store::rows::{
    Page, Reason, RunFilter, RunKind, RunRow, RunState, StepRow, UsageLineRow,
};

use crate::app::App;
use crate::caller::{Act, Caller};
use crate::error::AppError;
use crate::feed::StopCause;

/// What stands in lists instead of the title of another person's conversation.
pub const PRIVATE_TITLE: &str = "Private session";

/// A run with its steps.
#[derive(Debug, Clone)]
pub struct RunDetail {
    /// The run.
    pub run: RunRow,
    /// Its steps, in order.
    pub steps: Vec<StepRow>,
    /// What was measured and rated; there is none before it has ended.
    pub lines: Vec<UsageLineRow>,
}

impl App {
    /// Runs of the organization, newest first; other people's conversations by their cost only.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list_runs(
        &self,
        caller: &Caller,
        filter: RunFilter,
        page: Page,
    ) -> crate::Done<Vec<RunRow>> {
        let mut runs = self.store.runs(caller.org, filter, page).await?;
        for run in &mut runs {
            hide(caller, run);
        }
        Ok(runs)
    }

    /// One run of the organization.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn get_run(&self, caller: &Caller, run: RunId) -> crate::Done<RunDetail> {
        let mut found = self.store.run(caller.org, run).await?.ok_or(AppError::NotFound)?;
        let steps = self.store.steps(caller.org, run).await?;
        let lines = self.store.usage_lines(caller.org, run).await?;
        hide(caller, &mut found);
        Ok(RunDetail { run: found, steps, lines })
    }

    /// A run whose content the caller may see: their own.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn own_run(&self, caller: &Caller, run: RunId) -> crate::Done<RunRow> {
        let found = self.store.run(caller.org, run).await?;
        found.filter(|row| row.started_by == caller.user).ok_or(AppError::NotFound)
    }

    /// Stops a run: its own starter may, and an owner. What was delivered is charged. A run that
    /// has ended stays as it is.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::ForbiddenRole`].
    pub async fn cancel_run(&self, caller: &Caller, run: RunId) -> crate::Done<RunRow> {
        caller.may(Act::StartWork)?;
        let mut found = self.store.run(caller.org, run).await?.ok_or(AppError::NotFound)?;
        if found.started_by != caller.user && caller.role != Role::Owner {
            return Err(AppError::ForbiddenRole);
        }
        if let Some(feed) = self.feeds.of(run) {
            feed.stop(StopCause::Person);
        }
        hide(caller, &mut found);
        Ok(found)
    }
}

/// Takes out of a run what only its starter may see.
pub(crate) fn hide(caller: &Caller, run: &mut RunRow) {
    if run.started_by != caller.user && run.session.is_some() {
        run.title = PRIVATE_TITLE.to_owned();
        run.session = None;
        run.answer = None;
    }
}
