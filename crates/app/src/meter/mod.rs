//! The meter: the only key to the paid world.
//!
//! A [`crate::spend::Work`] receives `&mut Meter` and nothing else that costs money. The meter
//! records usage step by step, extends the hold before the run passes it, stops at what the pool
//! and its overdraft can give, and tells the run's watchers. It never charges: `spend` settles
//! what the meter saw.

mod call;
mod models;

use std::sync::Arc;

use ampere_credits::ledger::{Answer, Command, Hash, Overdraft, Rejected, Request};
use ampere_credits::rating::{Measure, RateCard, RatingError, Usage, charge};
use ampere_credits::{Credits, HoldId, Timestamp};
use ampere_store::rows::{LaneRequest, Reason, RunRow, StepRow};
use tokio::sync::watch;

use crate::app::App;
use crate::error::AppError;
use crate::feed::{Feed, StopCause};

pub(crate) use call::likely_input;
pub use call::{Call, Output};
pub use models::Models;

/// How far ahead of now a hold's deadline is set and kept.
pub(crate) const DEADLINE_SECONDS: i64 = 3_600;

/// Why a work cannot go on. What was used until then is charged all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop(pub Reason);

/// The counter of one run.
pub struct Meter {
    app: Arc<App>,
    run: RunRow,
    card: Arc<RateCard>,
    hold: HoldId,
    held: Credits,
    overdraft: Credits,
    deadline: Timestamp,
    latest_deadline: Timestamp,
    extensions: u32,
    steps: Vec<StepRow>,
    feed: Arc<Feed>,
    stops: watch::Receiver<Option<StopCause>>,
}

/// An open hold, as the meter begins with it.
pub(crate) struct Opened {
    pub(crate) hold: HoldId,
    pub(crate) held: Credits,
    pub(crate) deadline: Timestamp,
    pub(crate) at: Timestamp,
    /// The card that the run was quoted under.
    pub(crate) card: Arc<RateCard>,
}

impl Meter {
    pub(crate) fn new(app: Arc<App>, run: RunRow, opened: &Opened, feed: Arc<Feed>) -> Self {
        let stops = feed.stops();
        Meter {
            app,
            run,
            card: Arc::clone(&opened.card),
            hold: opened.hold,
            held: opened.held,
            overdraft: Credits::ZERO,
            deadline: opened.deadline,
            latest_deadline: opened
                .at
                .plus_seconds(ampere_credits::ledger::hold::LONGEST_HOLD_SECONDS),
            extensions: 0,
            steps: Vec::new(),
            feed,
            stops,
        }
    }

    /// The usage of all steps, two lines a step.
    pub(crate) fn usage(&self) -> Vec<Usage> {
        self.steps.iter().flat_map(usage_of).collect()
    }

    pub(crate) fn steps(&self) -> &[StepRow] {
        &self.steps
    }

    /// Whether a person or a shut-down asked the run to stop, and which.
    pub(crate) fn stop_cause(&self) -> Option<StopCause> {
        *self.stops.borrow()
    }

    /// Makes sure that the hold covers what the run will have used: extends it if not. The step
    /// that is running may be finished beyond the pool within the overdraft limit.
    async fn cover(&mut self, needed: Credits, reserve: Credits) -> Result<(), Stop> {
        if needed <= self.held {
            return Ok(());
        }
        let missing = needed.less(self.held);
        let wanted = missing.max(reserve);
        match self.extend(wanted).await? {
            None => Ok(()),
            Some(Rejected::OverdraftLimitReached { could_take, .. }) if could_take >= missing => {
                match self.extend(could_take).await? {
                    None => Ok(()),
                    Some(_) => Err(Stop(Reason::StoppedAtCredits)),
                }
            }
            Some(
                Rejected::OverdraftLimitReached { .. }
                | Rejected::InsufficientCredits { .. }
                | Rejected::CapReached { .. },
            ) => Err(Stop(Reason::StoppedAtCredits)),
            Some(rejected) => {
                tracing::error!(run = %self.run.id, %rejected, "an extension was refused");
                Err(Stop(Reason::InternalError))
            }
        }
    }

    /// Puts more into the hold; a refusal is an answer, not an error.
    async fn extend(&mut self, amount: Credits) -> Result<Option<Rejected>, Stop> {
        let ahead = self.app.now().plus_seconds(DEADLINE_SECONDS);
        let deadline = ahead.max(self.deadline).min(self.latest_deadline);
        self.extensions += 1;
        let command = Command::Extend {
            hold: self.hold,
            amount,
            deadline,
            overdraft: Overdraft::UpTo(self.app.catalog.overdraft.limit),
        };
        let key = format!("extend:{}:{}", self.hold, self.extensions);
        let hash = Hash::default();
        let request = LaneRequest { request: Request { key, hash, command }, writes: Vec::new() };
        let answered = self.app.lanes.submit(self.run.org, request).await.map_err(|error| {
            tracing::error!(run = %self.run.id, %error, "an extension failed");
            Stop(Reason::InternalError)
        })?;
        match answered.answer {
            Answer::Done(outcome) | Answer::Replayed(outcome) => {
                let sum =
                    |a: Credits, b: Credits| a.plus(b).map_err(|_| Stop(Reason::InternalError));
                self.held = sum(self.held, outcome.added)?;
                self.overdraft = sum(self.overdraft, outcome.overdraft)?;
                self.deadline = deadline;
                let shown = self.held.less(self.overdraft);
                self.feed.stand(|standing| standing.held = shown);
                Ok(None)
            }
            Answer::Refused(rejected) => Ok(Some(rejected)),
        }
    }

    /// What the usage so far and this step would cost.
    fn price_with(&self, step: &StepRow) -> Result<Credits, Stop> {
        let mut usage = self.usage();
        usage.extend(usage_of(step));
        self.price(&usage)
    }

    fn price(&self, usage: &[Usage]) -> Result<Credits, Stop> {
        charge(&self.card, usage).map_err(|error| {
            tracing::error!(run = %self.run.id, %error, "usage could not be rated");
            Stop(Reason::InternalError)
        })
    }

    /// Before the settle: if the provider reports more than was held, the hold follows as far as
    /// pool and overdraft allow. What is still missing then is our cost.
    pub(crate) async fn cover_reported(&mut self) -> Result<Credits, AppError> {
        let usage = self.usage();
        let used = charge(&self.card, &usage).map_err(|error| match error {
            RatingError::Unrated(_) | RatingError::Overflow(_) => AppError::Internal,
        })?;
        if used > self.held {
            let missing = used.less(self.held);
            if let Ok(Some(Rejected::OverdraftLimitReached { could_take, .. })) =
                self.extend(missing).await
                && could_take.is_positive()
            {
                // Refused or not: what is held afterwards is what can be charged.
                let _ = self.extend(could_take).await;
            }
        }
        Ok(used.min(self.held))
    }
}

/// The usage of a step, input first.
pub(crate) fn usage_of(step: &StepRow) -> [Usage; 2] {
    let line = |measure, quantity| Usage { model: step.model.clone(), measure, quantity };
    [line(Measure::InputTokens, step.input_tokens), line(Measure::OutputTokens, step.output_tokens)]
}
