//! One schedule whose time has come: started, or the reason why not, kept with it.
//!
//! Owns: what becomes of each of its instants. Never takes a hold itself: the start is a task like
//! any other, and its commit moves the schedule on. Read next: [`super::tick`].

use std::sync::Arc;

use ampere_credits::Timestamp;
use ampere_credits::ledger::Hash;
use ampere_store::rows::{ScheduleRow, ScheduleState};

use super::recurrence::Recurrence;
use super::table::{inputs_of, recurrence_of, what_of};
use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, Shortage};
use crate::spend::{Intent, WhenShort};
use crate::tasks::{Occasion, TaskOrder};

/// Seconds that a start may be late, after a restart say; later ones are not made up.
const GRACE_SECONDS: i64 = 15 * 60;
/// Within its grace a start is tried again while no model is ready; from here on it has failed.
/// More than one look of the scheduler lies between this and the end of the grace.
const PATIENCE_SECONDS: i64 = GRACE_SECONDS - 60;

/// What became of a schedule whose time had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Became {
    /// A run of it has started.
    Started,
    /// It is not due any more, for another reason.
    Passed,
    /// It stays due: the next look tries again.
    PutOff,
}

/// A schedule at one of its instants.
struct Instant<'a> {
    row: &'a ScheduleRow,
    recurrence: &'a Recurrence,
    at: Timestamp,
    now: Timestamp,
}

impl Instant<'_> {
    /// The next one, not counting what is in the past already.
    fn next(&self) -> Option<Timestamp> {
        self.recurrence.next_after(self.at.max(self.now))
    }

    /// Whether a row is still the one that was looked at: nobody paused, edited or started it.
    fn still(&self, row: &ScheduleRow) -> bool {
        row.state == ScheduleState::Active && row.next_at == self.row.next_at
    }

    fn in_short(&self) -> String {
        self.recurrence.instant_in_short(self.at)
    }
}

impl App {
    /// Does what is due of a schedule.
    ///
    /// # Errors
    /// When the database does not answer: it stays due.
    pub(super) async fn attend(
        self: &Arc<Self>,
        row: &ScheduleRow,
        now: Timestamp,
    ) -> crate::Done<Became> {
        let Some(due) = row.next_at else { return Ok(Became::Passed) };
        let recurrence = recurrence_of(row)?;
        let oldest = due.max(now.plus_seconds(-GRACE_SECONDS));
        let just_before = Timestamp::from_micros(oldest.micros().saturating_sub(1));
        match recurrence.next_after(just_before) {
            Some(at) if at <= now => {
                self.start_at(Instant { row, recurrence: &recurrence, at, now }).await
            }
            _ => self.pass_over(Instant { row, recurrence: &recurrence, at: due, now }).await,
        }
    }

    async fn start_at(self: &Arc<Self>, instant: Instant<'_>) -> crate::Done<Became> {
        let Instant { row, at, .. } = instant;
        let Some(owner) = self.acting(row.org, row.owner).await? else {
            let gone = format!("{} is not in the organization any more.", row.owner_name);
            return self.needs_attention(instant, gone).await;
        };
        match self.start_scheduled(&instant, &owner).await {
            Ok(()) => {
                self.after_start(&instant).await?;
                Ok(Became::Started)
            }
            // Here an automatic recharge would be tried first; there is none yet.
            Err(AppError::InsufficientCredits(shortage) | AppError::CreditsLocked(shortage)) => {
                self.pause_short(instant, &shortage).await
            }
            Err(AppError::ForbiddenRole) => {
                let may_not = format!("{} may not start AI work any more.", row.owner_name);
                self.needs_attention(instant, may_not).await
            }
            // As many runs as the plan allows are at work: it starts when one of them has ended.
            Err(AppError::ConcurrencyLimited { .. }) => Ok(Became::PutOff),
            Err(AppError::Unavailable) => Err(AppError::Unavailable),
            Err(AppError::ProviderUnavailable(_))
                if instant.now.seconds_since(at) < PATIENCE_SECONDS =>
            {
                Ok(Became::PutOff)
            }
            Err(error) => self.could_not_begin(instant, &error).await,
        }
    }

    /// The start itself. Whoever is second, in this server or another, finds the first one's run
    /// under the key, and nothing is done twice.
    async fn start_scheduled(
        self: &Arc<Self>,
        instant: &Instant<'_>,
        owner: &Caller,
    ) -> crate::Done<()> {
        let Instant { row, at, .. } = *instant;
        let completed = row.max_runs.is_some_and(|max| row.runs.saturating_add(1) >= max);
        let next_at = if completed { None } else { instant.next() };
        let order = TaskOrder {
            what: what_of(row)?,
            inputs: inputs_of(row),
            cap: row.cap,
            model: None,
            when_short: WhenShort::Refuse,
            occasion: Occasion::Schedule { id: row.id, next_at, completed },
        };
        let key = format!("schedule:{}:{}", row.id, at.micros());
        self.start_task(owner, order, Intent { key, hash: Hash::default() }).await.map(drop)
    }

    /// The start's commit moved the schedule on by the row that was read before. An edit in
    /// between has its way here, and a note on what was before is not true any more.
    async fn after_start(&self, instant: &Instant<'_>) -> crate::Done<()> {
        let Instant { row, at, now, .. } = *instant;
        let settle = |fresh: &ScheduleRow| {
            let edited = fresh.rule != row.rule
                || fresh.zone != row.zone
                || fresh.max_runs != row.max_runs
                || fresh.next_at.is_some_and(|next| next <= at);
            let over = fresh.max_runs.is_some_and(|max| fresh.runs >= max);
            let (state, next_at) = match fresh.state {
                ScheduleState::Active | ScheduleState::Completed if edited && over => {
                    (ScheduleState::Completed, None)
                }
                ScheduleState::Active | ScheduleState::Completed if edited => {
                    (ScheduleState::Active, recurrence_of(fresh)?.next_after(at.max(now)))
                }
                state => (state, fresh.next_at),
            };
            let goes_on = matches!(state, ScheduleState::Active | ScheduleState::Completed);
            let note = fresh.note.clone().filter(|_| !goes_on);
            let settled = ScheduleRow { state, next_at, note, ..fresh.clone() };
            Ok((settled != *fresh).then_some(settled))
        };
        match self.change_schedule(row.org, row.id, settle).await {
            // It was deleted meanwhile; its run goes on.
            Ok(_) | Err(AppError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Nothing was started and nothing charged: it waits for credits, which is no failure.
    async fn pause_short(&self, instant: Instant<'_>, shortage: &Shortage) -> crate::Done<Became> {
        let when = instant.in_short();
        let note = format!("Paused: not enough credits on {when}. Nothing was run or charged.");
        let needed = shortage.required;
        self.keep(&instant, |row| {
            let state = ScheduleState::PausedNoCredits;
            ScheduleRow { state, note: Some(note.clone()), next_at: None, needed, ..row.clone() }
        })
        .await
    }

    /// A start that could not begin counts like a run that failed.
    async fn could_not_begin(&self, instant: Instant<'_>, error: &AppError) -> crate::Done<Became> {
        tracing::warn!(schedule = %instant.row.id, %error, "a schedule could not start");
        let why = match error {
            AppError::Invalid(mistakes) => {
                mistakes.first().map_or_else(|| error.to_string(), |one| one.detail.clone())
            }
            AppError::NotFound => "what it starts is not there any more".to_owned(),
            error => error.to_string(),
        };
        let note = format!("Could not start on {}: {why}", instant.in_short());
        let next_at = instant.next();
        self.keep(&instant, |row| {
            let failures = row.failures.saturating_add(1);
            let enough = failures >= row.failure_limit;
            ScheduleRow {
                state: if enough { ScheduleState::NeedsAttention } else { row.state },
                note: Some(note.clone()),
                next_at: next_at.filter(|_| !enough),
                failures,
                ..row.clone()
            }
        })
        .await
    }

    /// Too late: what a server that was not running has missed is not made up.
    async fn pass_over(&self, instant: Instant<'_>) -> crate::Done<Became> {
        let when = instant.in_short();
        let note = format!("Missed on {when}: nothing ran then. Missed runs are not made up.");
        let next_at = instant.recurrence.next_after(instant.now);
        self.keep(&instant, |row| ScheduleRow { note: Some(note.clone()), next_at, ..row.clone() })
            .await
    }

    async fn needs_attention(&self, instant: Instant<'_>, note: String) -> crate::Done<Became> {
        self.keep(&instant, |row| {
            let state = ScheduleState::NeedsAttention;
            ScheduleRow { state, note: Some(note.clone()), next_at: None, ..row.clone() }
        })
        .await
    }

    /// Keeps what became of an instant, unless somebody was faster.
    async fn keep<F>(&self, instant: &Instant<'_>, change: F) -> crate::Done<Became>
    where
        F: Fn(&ScheduleRow) -> ScheduleRow + Send + Sync,
    {
        let decide = |row: &ScheduleRow| Ok(instant.still(row).then(|| change(row)));
        match self.change_schedule(instant.row.org, instant.row.id, decide).await {
            Ok(_) | Err(AppError::NotFound) => Ok(Became::Passed),
            Err(error) => Err(error),
        }
    }

    /// A schedule that paused for credits, once they are there: its next instant from now.
    pub(super) async fn resume_by_itself(&self, row: &ScheduleRow) -> crate::Done<()> {
        let now = self.now();
        let resume = |row: &ScheduleRow| {
            if row.state != ScheduleState::PausedNoCredits {
                return Ok(None);
            }
            let next_at = recurrence_of(row)?.next_after(now);
            let state = ScheduleState::Active;
            Ok(Some(ScheduleRow { state, note: None, next_at, ..row.clone() }))
        };
        match self.change_schedule(row.org, row.id, resume).await {
            Ok(_) | Err(AppError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
