//! What a dead server process left, and what time has made due: settled here, once.
//!
//! Runs of a process that is gone are settled, estimated, from the usage recorded step by step.
//! Never touches a run that works in this process.

use std::sync::Arc;
use std::time::Duration;

use ampere_credits::rating::charge;
use ampere_credits::{Credits, OrgId, RunId};
use ampere_store::rows::{Reason, RunRow, RunState, StepRow};

use crate::app::App;
use crate::error::AppError;
use crate::meter::usage_of;
use crate::settle::Settle;

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
            self.settle_left(run).await?;
        }
        Ok(count)
    }

    /// Books what time has made due: expiry of credits, holds past their deadline.
    ///
    /// # Errors
    /// When the database cannot be read or written; the next sweep tries again.
    pub async fn sweep(self: &Arc<Self>) -> crate::Done<()> {
        let due = self.store.due(self.now()).await?;
        for org in due.expiries {
            self.lanes.sweep(org).await?;
        }
        for (org, _, run) in due.holds {
            self.settle_overdue(org, run).await?;
        }
        Ok(())
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
        let mut steps = self.store.steps(run.org, run.id).await?;
        for step in &mut steps {
            close(step, self.now());
        }
        let card = self.rates.version(run.quote.rate_card_version).ok_or(AppError::Internal)?.card;
        let usage: Vec<_> = steps.iter().flat_map(usage_of).collect();
        let used = charge(&card, &usage).unwrap_or(Credits::ZERO);
        let organization = self.store.organization(run.org).await?;
        let zone = organization.map_or_else(|| "UTC".to_owned(), |row| row.zone);
        let settle = Settle {
            hold: open.id,
            zone,
            card,
            steps,
            charge: used.min(open.total()?),
            state: RunState::Failed,
            reason: Reason::ServerRestarted,
            text: None,
            run,
        };
        self.settle(settle).await;
        Ok(())
    }
}

fn close(step: &mut StepRow, now: ampere_credits::Timestamp) {
    if !step.state.ended() {
        step.state = RunState::Failed;
        step.ended_at = Some(now);
    }
}
