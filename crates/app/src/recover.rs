//! What a dead server process left, and what time has made due: settled here, once.
//!
//! Runs of a process that is gone are settled, estimated, from the usage recorded step by step;
//! a task pays for its finished steps and joins the queue for credits, whose next service (in the
//! very same commit, if credits are there) takes it up.
//! Never touches a run that works in this process.

use std::sync::Arc;
use std::time::Duration;

use ampere_credits::ledger::{Turn, Waiting};
use ampere_credits::rating::charge;
use ampere_credits::{HoldId, OrgId, RunId};
use ampere_store::rows::{Reason, RunRow, RunState, StepRow};

use crate::app::App;
use crate::error::AppError;
use crate::meter::{DEADLINE_SECONDS, usage_of_all};
use crate::settle::Settle;
use crate::tasks::waiting::pausable;

/// How often due things are looked for; a hold is open at most this long past its deadline.
pub const SWEEP_EVERY: Duration = Duration::from_secs(60);

impl App {
    /// Settles what earlier server processes left; to be called before the first request.
    /// Answers how many runs that were.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn recover(self: &Arc<Self>) -> crate::Done<usize> {
        let orphans = self.store.orphans(&self.server).await?;
        let count = orphans.len();
        for run in orphans {
            // What waits or paused holds nothing; it is taken up when it is served.
            if !matches!(run.state, RunState::WaitingForCredits | RunState::PausedNoCredits) {
                self.settle_left(run).await?;
            }
        }
        Ok(count)
    }

    /// Books what time has made due: expiry of credits, holds past their deadline.
    ///
    /// # Errors
    /// When the database cannot be read or written; the next sweep tries again.
    pub async fn sweep(self: &Arc<Self>) -> crate::Done<()> {
        let now = self.now();
        let due = self.store.due(now).await?;
        for org in due.expiries {
            self.lanes.sweep(org).await?;
        }
        for (org, _, run) in due.holds {
            self.settle_overdue(org, run).await?;
        }
        self.store
            .forget_stills(now.plus_days(-i64::from(self.catalog.browser.still_days)))
            .await?;
        self.sweep_waiting(now).await
    }

    /// Sweeps for as long as the server runs.
    pub async fn keep_sweeping(self: Arc<Self>) {
        let mut every = tokio::time::interval(SWEEP_EVERY);
        loop {
            every.tick().await;
            if let Err(error) = self.sweep().await {
                tracing::error!(%error, "a sweep failed");
            }
        }
    }

    async fn settle_overdue(self: &Arc<Self>, org: OrgId, run: RunId) -> crate::Done<()> {
        if self.feeds.of(run).is_some() {
            // It works here and is past its longest time: it stops, and its own end settles it.
            if let Some(feed) = self.feeds.of(run) {
                feed.stop(crate::feed::StopCause::ShutDown);
            }
            return Ok(());
        }
        match self.store.run(org, run).await? {
            Some(run) => self.settle_left(run).await,
            None => Err(AppError::Internal),
        }
    }

    async fn settle_left(self: &Arc<Self>, run: RunRow) -> crate::Done<()> {
        let holds = self.store.holds_of(run.org, run.id).await?;
        let Some(open) = holds.iter().map(|row| &row.hold).find(|hold| hold.ended.is_none()) else {
            tracing::error!(run = %run.id, "a run without an open hold has not ended");
            return Ok(());
        };
        let again = pausable(run.kind);
        let lines = self.store.usage_lines(run.org, run.id).await?;
        let paid = lines.iter().map(|line| line.step).max().unwrap_or(0);
        let mut steps = self.store.steps(run.org, run.id).await?;
        let fresh = steps.iter().filter(|step| step.number <= paid).count();
        for step in steps.iter_mut().skip(fresh) {
            close(step, again, self.now());
        }
        let card = self.rates.version(run.quote.rate_card_version).ok_or(AppError::Internal)?.card;
        let priced = |steps: &[StepRow]| charge(&card, &usage_of_all(steps)).unwrap_or_default();
        let base = priced(steps.get(..fresh).unwrap_or_default());
        let used = priced(&steps).less(base);
        let organization = self.store.organization(run.org).await?;
        let zone = organization.map_or_else(|| "UTC".to_owned(), |row| row.zone);
        let (state, reason) = match again {
            true => (RunState::PausedNoCredits, Reason::NoCredits),
            false => (RunState::Failed, Reason::ServerRestarted),
        };
        let waits = again.then(|| Waiting {
            turn: Turn::Paused,
            since: run.created_at,
            run: run.id,
            hold: HoldId::mint(self.now(), &*self.entropy),
            amount: run.quote.hold,
            hold_seconds: DEADLINE_SECONDS,
            cap: run.cap,
        });
        let settle = Settle {
            hold: open.id,
            zone,
            charge: used.min(open.total()?),
            card,
            steps,
            fresh,
            state,
            reason,
            text: None,
            rows: Vec::new(),
            waits,
            feed: None,
            run,
        };
        self.settle(settle).await;
        Ok(())
    }
}

/// Ends a step that a dead process left. One that will be done again was our fault: it is not
/// charged.
fn close(step: &mut StepRow, again: bool, now: ampere_credits::Timestamp) {
    if step.ended_at.is_some() {
        return;
    }
    step.state = RunState::Failed;
    step.ended_at = Some(now);
    // Of seconds only the recorded ones are known.
    step.estimated |= step.seconds > 0;
    if again {
        step.input_tokens = 0;
        step.output_tokens = 0;
        step.seconds = 0;
        step.note = Some("Interrupted by a restart; not charged. It is done again.".to_owned());
    }
}
