//! The meter: the only key to the paid world.
//!
//! A [`crate::spend::Work`] receives `&mut Meter` and nothing else that costs money. The meter
//! records usage step by step, extends the hold before the run passes it, stops at what the pool
//! and its overdraft can give, and tells the run's watchers. It never charges: `spend` settles
//! what the meter saw. Read next: `call` (a model call), `timed` (an open browser), `free` (a step
//! that costs nothing).

mod browsers;
mod call;
mod free;
mod hand;
mod interrupt;
mod models;
mod shown;
mod timed;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ampere_credits::ledger::{Answer, Command, Draw, Hash, Overdraft, Queueing, Rejected, Request};
use ampere_credits::rating::{Measure, RateCard, RatingError, Usage, charge};
use ampere_credits::{Credits, HoldId, Timestamp};
use ampere_store::rows::{LaneRequest, Reason, RunRow, RunState, StepKind, StepRow};
use tokio::sync::watch;
use tokio::time::Sleep;

use crate::app::App;
use crate::error::AppError;
use crate::feed::{Feed, StopCause};
use crate::rates::BROWSER;
use shown::Voice;
pub(crate) use timed::FIRST_SECONDS;
use timed::Timed;

pub use browsers::Browsers;
pub(crate) use call::likely_input;
pub use call::{Call, Judge, Judged, Output};
pub use free::Fault;
pub(crate) use hand::{CallStands, OpenCall};
pub use models::Models;

/// How far ahead of now a hold's deadline is set and kept.
pub(crate) const DEADLINE_SECONDS: i64 = 3_600;

/// Why a work cannot go on. What was used until then is charged all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop(pub Reason);

/// A step of a run: where it belongs and what people read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepSpec {
    /// Its logical name within the run; rows of one path are attempts at the same step.
    pub path: String,
    /// The workflow's step that it belongs to; 0: none.
    pub part: u32,
    /// What it does.
    pub kind: StepKind,
    /// For people.
    pub name: String,
}

/// The counter of one run.
pub struct Meter {
    app: Arc<App>,
    run: RunRow,
    card: Arc<RateCard>,
    draw: Draw,
    hold: HoldId,
    held: Credits,
    overdraft: Credits,
    deadline: Timestamp,
    latest_deadline: Timestamp,
    extensions: u32,
    /// All steps of the run; those before `fresh` were settled by earlier holds.
    steps: Vec<StepRow>,
    fresh: usize,
    /// What the steps before `fresh` come to.
    base: Credits,
    /// A run that can pause does so before a step that the pool cannot hold.
    pausable: bool,
    /// What the step in work needed to begin: the hold of a run that pauses at it.
    needs: Credits,
    /// Ends the run's time.
    late: Option<Pin<Box<Sleep>>>,
    /// A browser that is open.
    timed: Option<Timed>,
    /// How what it says goes to people.
    voice: Voice,
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
    /// Whose credits it takes.
    pub(crate) draw: Draw,
    /// The run pauses when credits are short, instead of ending.
    pub(crate) pausable: bool,
    /// Steps of the run that earlier holds have settled.
    pub(crate) settled: Vec<StepRow>,
}

impl Meter {
    pub(crate) fn new(
        app: Arc<App>,
        run: RunRow,
        opened: Opened,
        feed: Arc<Feed>,
    ) -> crate::Done<Self> {
        let stops = feed.stops();
        let base = charge(&opened.card, &usage_of_all(&opened.settled)).map_err(|error| {
            tracing::error!(run = %run.id, %error, "earlier usage could not be rated");
            AppError::Internal
        })?;
        Ok(Meter {
            app,
            run,
            card: opened.card,
            draw: opened.draw,
            hold: opened.hold,
            held: opened.held,
            overdraft: Credits::ZERO,
            deadline: opened.deadline,
            latest_deadline: opened
                .at
                .plus_seconds(ampere_credits::ledger::hold::LONGEST_HOLD_SECONDS),
            extensions: 0,
            fresh: opened.settled.len(),
            steps: opened.settled,
            base,
            pausable: opened.pausable,
            needs: Credits::ZERO,
            late: None,
            timed: None,
            voice: Voice::default(),
            feed,
            stops,
        })
    }

    /// The application, for everything that costs nothing.
    pub(crate) fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The run.
    pub(crate) fn run(&self) -> &RunRow {
        &self.run
    }

    /// No step goes on when the run has worked so long from now on.
    pub(crate) fn end_within(&mut self, time: Duration) {
        self.late = Some(Box::pin(tokio::time::sleep(time)));
    }

    /// All steps, those of earlier holds first, and how many these are.
    pub(crate) fn into_steps(mut self) -> (Vec<StepRow>, usize) {
        let now = self.app.now();
        for step in self.steps.iter_mut().filter(|step| step.ended_at.is_none()) {
            (step.state, step.ended_at) = (RunState::Cancelled, Some(now));
        }
        (self.steps, self.fresh)
    }

    /// The hold that the run needs to go on where it stopped.
    pub(crate) fn needs(&self) -> Credits {
        self.needs.max(Credits::from_micros(1))
    }

    /// Whether a person or a shut-down asked the run to stop, and which.
    pub(crate) fn stop_cause(&self) -> Option<StopCause> {
        *self.stops.borrow()
    }

    /// The server ends in the middle of a step that the next start does again: nothing of it is
    /// kept or charged.
    fn is_left(&self, stop: Stop) -> bool {
        let ends = self.stop_cause() == Some(StopCause::ShutDown);
        self.pausable && ends && stop == Stop(Reason::Stopped)
    }

    /// What a step that was finished before came to; none: it is to be done.
    pub(crate) fn finished(&self, path: &str) -> Option<&str> {
        let done = |step: &&StepRow| step.path == path && step.state == RunState::Succeeded;
        self.steps.iter().rfind(done)?.result.as_deref()
    }

    /// A new row for a step that begins now.
    fn begun(&self, spec: &StepSpec, model: &str) -> StepRow {
        let number = u32::try_from(self.steps.len()).unwrap_or(u32::MAX).saturating_add(1);
        let earlier = self.steps.iter().filter(|step| step.path == spec.path).count();
        StepRow {
            run: self.run.id,
            number,
            path: spec.path.clone(),
            part: spec.part,
            kind: spec.kind,
            name: spec.name.clone(),
            model: model.to_owned(),
            state: RunState::Queued,
            attempt: u32::try_from(earlier).unwrap_or(u32::MAX).saturating_add(1),
            started_at: self.app.now(),
            ended_at: None,
            input_tokens: 0,
            output_tokens: 0,
            seconds: 0,
            estimated: true,
            note: None,
            result: None,
        }
    }

    /// Tells watchers that a step began or ended.
    fn show_step(&self, number: u32) {
        self.feed.stand(|standing| {
            standing.step = number;
            standing.revision = standing.revision.wrapping_add(1);
        });
    }

    /// Makes sure that the hold covers a step before it begins. A run that can pause does so
    /// instead of beginning what the pool cannot hold; background work never goes beyond what it
    /// may draw on.
    async fn cover_beginning(&mut self, needed: Credits) -> Result<(), Stop> {
        let so_far = self.priced(&usage_of_all(&self.steps))?;
        self.needs = needed.less(so_far.less(self.base));
        if !self.pausable && self.steps.is_empty() {
            return self.cover(needed, needed).await;
        }
        if needed <= self.held {
            return Ok(());
        }
        let short = if self.pausable { Reason::NoCredits } else { Reason::StoppedAtCredits };
        match self.extend(needed.less(self.held), Overdraft::Never).await? {
            None => Ok(()),
            Some(Rejected::CapReached { .. }) => Err(Stop(Reason::StoppedAtCap)),
            Some(Rejected::InsufficientCredits { .. }) => Err(Stop(short)),
            Some(rejected) => Err(self.refused_extension(&rejected)),
        }
    }

    /// How far a step that has begun may go beyond the pool.
    async fn overdraft_rule(&self) -> Result<Overdraft, Stop> {
        match self.draw {
            Draw::Pool => match self.app.terms(self.run.org).await {
                Ok(terms) => Ok(Overdraft::UpTo(terms.overdraft)),
                Err(_) => Err(Stop(Reason::InternalError)),
            },
            Draw::Background | Draw::BackgroundThenPool => Ok(Overdraft::Never),
        }
    }

    fn refused_extension(&self, rejected: &Rejected) -> Stop {
        tracing::error!(run = %self.run.id, %rejected, "an extension was refused");
        Stop(Reason::InternalError)
    }

    /// Makes sure that the hold covers what the run will have used: extends it if not. The step
    /// that is running may be finished beyond the pool within the overdraft limit.
    async fn cover(&mut self, needed: Credits, reserve: Credits) -> Result<(), Stop> {
        if needed <= self.held {
            return Ok(());
        }
        let missing = needed.less(self.held);
        let wanted = missing.max(reserve);
        let rule = self.overdraft_rule().await?;
        let could_take = match self.extend(wanted, rule).await? {
            None => return Ok(()),
            Some(Rejected::OverdraftLimitReached { could_take, .. }) => could_take,
            Some(Rejected::InsufficientCredits { available, .. }) => available,
            Some(Rejected::CapReached { cap, used }) => cap.less(used),
            Some(rejected) => return Err(self.refused_extension(&rejected)),
        };
        // The reserve does not fit any more; what is missing may.
        if could_take >= missing && self.extend(could_take, rule).await?.is_none() {
            return Ok(());
        }
        let wanted = self.run.charged.plus(needed).map_err(|_| Stop(Reason::InternalError))?;
        let capped = self.run.cap.is_some_and(|cap| wanted > cap);
        Err(Stop(if capped { Reason::StoppedAtCap } else { Reason::StoppedAtCredits }))
    }

    /// Puts more into the hold; a refusal is an answer, not an error.
    async fn extend(
        &mut self,
        amount: Credits,
        overdraft: Overdraft,
    ) -> Result<Option<Rejected>, Stop> {
        let ahead = self.app.now().plus_seconds(DEADLINE_SECONDS);
        let deadline = ahead.max(self.deadline).min(self.latest_deadline);
        self.extensions += 1;
        let (hold, draw) = (self.hold, self.draw);
        let command = Command::Extend { hold, amount, deadline, overdraft, draw };
        let key = format!("extend:{}:{}", self.hold, self.extensions);
        let (hash, queueing) = (Hash::default(), Queueing::Overtakes);
        let request = Request { key, hash, command, queueing };
        let request = LaneRequest { request, writes: Vec::new(), waiting: Vec::new() };
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
            // Only a hold can wait.
            Answer::Waits => Err(Stop(Reason::InternalError)),
            Answer::Refused(rejected) => Ok(Some(rejected)),
        }
    }

    /// What this hold has to pay if the step ends with these counts, and an open browser goes on
    /// for some seconds.
    fn price_with(&mut self, step: &StepRow) -> Result<Credits, Stop> {
        self.tick();
        let mut usage = usage_of_all(&self.steps);
        usage.extend(usage_of(step));
        usage.extend(self.time_ahead());
        Ok(self.priced(&usage)?.less(self.base))
    }

    fn priced(&self, usage: &[Usage]) -> Result<Credits, Stop> {
        charge(&self.card, usage).map_err(|error| {
            tracing::error!(run = %self.run.id, %error, "usage could not be rated");
            Stop(Reason::InternalError)
        })
    }

    /// Before the settle: if the provider reports more than was held, the hold follows as far as
    /// pool and overdraft allow. What is still missing then is our cost.
    pub(crate) async fn cover_reported(&mut self) -> Result<Credits, AppError> {
        self.tick();
        let total =
            charge(&self.card, &usage_of_all(&self.steps)).map_err(|error| match error {
                RatingError::Unrated(_) | RatingError::Overflow(_) => AppError::Internal,
            })?;
        let used = total.less(self.base);
        if used > self.held {
            let rule = self.overdraft_rule().await.unwrap_or(Overdraft::Never);
            let missing = used.less(self.held);
            let could_take = match self.extend(missing, rule).await {
                Ok(Some(Rejected::OverdraftLimitReached { could_take, .. })) => could_take,
                Ok(Some(Rejected::InsufficientCredits { available, .. })) => available,
                Ok(Some(Rejected::CapReached { cap, used })) => cap.less(used),
                Ok(_) | Err(_) => Credits::ZERO,
            };
            if could_take.is_positive() {
                // Refused or not: what is held afterwards is what can be charged.
                let _ = self.extend(could_take, rule).await;
            }
        }
        Ok(used.min(self.held))
    }
}

/// Waits until somebody or a shut-down asks to stop.
async fn stopped(stops: &mut watch::Receiver<Option<StopCause>>) {
    // The guard must not live on beside what is waited for next.
    let _ = stops.wait_for(Option::is_some).await;
}

/// The usage of a step: seconds of a browser, tokens of a model, input first; none of a step
/// without a model.
pub(crate) fn usage_of(step: &StepRow) -> impl Iterator<Item = Usage> + '_ {
    let line = |measure, quantity| Usage { model: step.model.clone(), measure, quantity };
    let measured: &[(Measure, u64)] = match step.model.as_str() {
        "" => &[],
        BROWSER => &[(Measure::Seconds, step.seconds)],
        _ => &[
            (Measure::InputTokens, step.input_tokens),
            (Measure::OutputTokens, step.output_tokens),
        ],
    };
    let lines: Vec<Usage> =
        measured.iter().map(|(measure, count)| line(*measure, *count)).collect();
    lines.into_iter()
}

/// The usage of several steps, in their order.
pub(crate) fn usage_of_all(steps: &[StepRow]) -> Vec<Usage> {
    steps.iter().flat_map(usage_of).collect()
}
