//! What people do with schedules: make, change, pause, resume, run now, delete.
//!
//! Members do it with their own, owners with everybody's. Never starts anything in its time: that
//! is [`super::tick`].

use std::sync::Arc;

use ampere_credits::{Credits, ScheduleId, Timestamp};
use ampere_store::rows::{RunKind, ScheduleRow, ScheduleState};
use serde_json::{Value, json};

use super::reading::read;
use super::recurrence::Recurrence;
use super::table::{inputs_of, recurrence_of, what_of};
use super::view::ScheduleView;
use crate::app::App;
use crate::audit::Deed;
use crate::caller::{Act, Caller};
use crate::error::{AppError, FieldError, line_mistake};
use crate::plans::starts_by_itself;
use crate::spend::{Intent, Started, WhenShort};
use crate::tasks::{Definition, Occasion, TaskOrder, What};
use crate::tools::inputs;

/// Characters of a name.
const LONGEST_NAME: usize = 80;
/// Failures in a row after which a schedule pauses itself, unless it says otherwise.
const USUAL_FAILURE_LIMIT: u32 = 5;
/// The most that it may say.
const LARGEST_FAILURE_LIMIT: u32 = 20;
/// The most runs that a schedule may be limited to; more are as good as no limit.
const MOST_RUNS: u32 = 1_000_000;

/// A schedule as a person asks for it.
#[derive(Debug, Clone)]
pub struct ScheduleDraft {
    /// What lists show.
    pub name: String,
    /// What is started: a tool, or a workflow that is kept.
    pub what: What,
    /// Its form.
    pub inputs: Value,
    /// When, as [`super::reading`] reads it.
    pub rule: Value,
    /// IANA zone of the rule's clocks.
    pub zone: String,
    /// Completed after so many runs; none: goes on.
    pub max_runs: Option<u32>,
    /// The most that each run may cost.
    pub cap: Option<Credits>,
    /// Pauses itself after so many failures in a row, 1 to 20; none: 5.
    pub failure_limit: Option<u32>,
}

/// A draft in which nothing is wrong.
struct Checked {
    draft: ScheduleDraft,
    kind: RunKind,
    subject: String,
    recurrence: Recurrence,
    failure_limit: u32,
}

impl Checked {
    /// Puts what was asked for into a row.
    fn write_to(self, row: &mut ScheduleRow, now: Timestamp) {
        row.kind = self.kind;
        row.subject = self.subject;
        row.name = self.draft.name;
        row.inputs = self.draft.inputs.to_string();
        row.rule = serde_json::to_string(self.recurrence.rule()).unwrap_or_default();
        row.zone = self.recurrence.zone().name().to_owned();
        row.max_runs = self.draft.max_runs;
        row.cap = self.draft.cap;
        row.failure_limit = self.failure_limit;
        let left = row.max_runs.is_none_or(|max| row.runs < max);
        match row.state {
            ScheduleState::Completed if left => row.state = ScheduleState::Active,
            ScheduleState::Active if !left => row.state = ScheduleState::Completed,
            _ => {}
        }
        let active = row.state == ScheduleState::Active;
        row.next_at = if active { self.recurrence.next_after(now) } else { None };
    }
}

impl App {
    /// Makes a schedule of the caller's. Its first start is the rule's next instant.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with every mistake.
    pub async fn create_schedule(
        &self,
        caller: &Caller,
        draft: ScheduleDraft,
    ) -> crate::Done<ScheduleView> {
        caller.may(Act::StartWork)?;
        let checked = self.checked(caller, draft).await?;
        self.room_for_schedule(caller.org).await?;
        let now = self.now();
        let mut row = ScheduleRow {
            id: ScheduleId::mint(now, &*self.entropy),
            org: caller.org,
            owner: caller.user,
            owner_name: caller.name.clone(),
            name: String::new(),
            kind: checked.kind,
            subject: String::new(),
            inputs: String::new(),
            rule: String::new(),
            zone: String::new(),
            max_runs: None,
            cap: None,
            failure_limit: USUAL_FAILURE_LIMIT,
            state: ScheduleState::Active,
            note: None,
            next_at: None,
            runs: 0,
            failures: 0,
            last_run: None,
            needed: Credits::ZERO,
            created_at: now,
            updated_at: now,
        };
        checked.write_to(&mut row, now);
        self.store.create_schedule(row.clone()).await?;
        self.audit_cap(caller, row.id, None, row.cap).await;
        self.schedules_changed.notify_one();
        self.schedule_view(caller, row).await
    }

    /// Changes all that a person can say of a schedule. Runs that began go on as they are; a
    /// schedule that is paused stays so.
    ///
    /// # Errors
    /// [`AppError::Conflict`] if it is not any more as it was at `was`, its `updated_at`;
    /// [`AppError::Invalid`], [`AppError::NotFound`], [`AppError::ForbiddenRole`].
    pub async fn update_schedule(
        &self,
        caller: &Caller,
        id: ScheduleId,
        draft: ScheduleDraft,
        was: Timestamp,
    ) -> crate::Done<ScheduleView> {
        let mut row = self.own_schedule(caller, id).await?;
        // It will run with its owner's rights: files that only the caller sees are of no use.
        let owner = self.acting(caller.org, row.owner).await?;
        let checked = self.checked(owner.as_ref().unwrap_or(caller), draft).await?;
        let now = self.now();
        let (started, was_cap) = (starts_by_itself(row.state), row.cap);
        checked.write_to(&mut row, now);
        if starts_by_itself(row.state) && !started {
            self.room_for_schedule(caller.org).await?;
        }
        row.updated_at = now;
        let cap = row.cap;
        if !self.store.update_schedule(row, was).await? {
            return Err(AppError::Conflict("the schedule has changed since; look at it again"));
        }
        self.audit_cap(caller, id, was_cap, cap).await;
        self.schedules_changed.notify_one();
        self.schedule(caller, id).await
    }

    async fn audit_cap(
        &self,
        caller: &Caller,
        id: ScheduleId,
        was: Option<Credits>,
        cap: Option<Credits>,
    ) {
        if was != cap {
            let look = |cap: Option<Credits>| json!({ "cap": cap.map(|cap| cap.to_string()) });
            let change = (look(was), look(cap));
            self.audit(caller, Deed::ScheduleCapChanged, &id.to_string(), change).await;
        }
    }

    /// Pauses a schedule until somebody resumes it.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::ForbiddenRole`]; [`AppError::Conflict`] for one that
    /// has had all of its runs.
    pub async fn pause_schedule(
        &self,
        caller: &Caller,
        id: ScheduleId,
    ) -> crate::Done<ScheduleView> {
        self.own_schedule(caller, id).await?;
        let pause = |row: &ScheduleRow| match row.state {
            ScheduleState::Paused => Ok(None),
            ScheduleState::Completed => Err(COMPLETED),
            _ => Ok(Some(ScheduleRow {
                state: ScheduleState::Paused,
                note: Some(format!("Paused by {}.", caller.name)),
                next_at: None,
                ..row.clone()
            })),
        };
        let row = self.change_schedule(caller.org, id, pause).await?;
        self.schedule_view(caller, row).await
    }

    /// Resumes a schedule with its next instant from now; what it missed is not made up, and
    /// failures are counted anew.
    ///
    /// # Errors
    /// [`AppError::InsufficientCredits`] for one that paused for credits while they are short;
    /// [`AppError::NotFound`], [`AppError::ForbiddenRole`]; [`AppError::Conflict`] for one that
    /// has had all of its runs.
    pub async fn resume_schedule(
        &self,
        caller: &Caller,
        id: ScheduleId,
    ) -> crate::Done<ScheduleView> {
        let row = self.own_schedule(caller, id).await?;
        if row.state == ScheduleState::PausedNoCredits {
            let (free, waiting) = self.free_credits(caller.org).await?;
            if free < row.needed || waiting > 0 {
                return Err(self.shortage(caller, row.needed, waiting).await);
            }
        }
        if !starts_by_itself(row.state) {
            self.room_for_schedule(caller.org).await?;
        }
        let now = self.now();
        let resume = |row: &ScheduleRow| match row.state {
            ScheduleState::Active => Ok(None),
            ScheduleState::Completed => Err(COMPLETED),
            _ => Ok(Some(ScheduleRow {
                state: ScheduleState::Active,
                note: None,
                next_at: recurrence_of(row)?.next_after(now),
                failures: 0,
                ..row.clone()
            })),
        };
        let row = self.change_schedule(caller.org, id, resume).await?;
        self.schedules_changed.notify_one();
        self.schedule_view(caller, row).await
    }

    /// Starts what the schedule starts now: a run of the caller's, through the same gate. It stands
    /// among the schedule's runs; its count, its failures and its next start stay as they are.
    ///
    /// # Errors
    /// As [`App::start_task`]; [`AppError::NotFound`], [`AppError::ForbiddenRole`].
    pub async fn run_schedule_now(
        self: &Arc<Self>,
        caller: &Caller,
        id: ScheduleId,
        when_short: WhenShort,
        intent: Intent,
    ) -> crate::Done<Started> {
        let row = self.own_schedule(caller, id).await?;
        let order = TaskOrder {
            what: what_of(&row)?,
            inputs: inputs_of(&row),
            cap: row.cap,
            model: None,
            when_short,
            occasion: Occasion::RunNow(id),
        };
        self.start_task(caller, order, intent).await
    }

    /// Deletes a schedule; its runs stay.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::ForbiddenRole`].
    pub async fn delete_schedule(&self, caller: &Caller, id: ScheduleId) -> crate::Done<()> {
        self.own_schedule(caller, id).await?;
        if self.store.delete_schedule(caller.org, id).await? {
            Ok(())
        } else {
            Err(AppError::NotFound)
        }
    }

    /// A schedule that the caller may change.
    async fn own_schedule(&self, caller: &Caller, id: ScheduleId) -> crate::Done<ScheduleRow> {
        let row = self.store.schedule(caller.org, id).await?.ok_or(AppError::NotFound)?;
        caller.may_direct(row.owner)?;
        Ok(row)
    }

    /// Everything that is wrong with a draft, or the draft.
    async fn checked(&self, acting: &Caller, mut draft: ScheduleDraft) -> crate::Done<Checked> {
        let mut mistakes = plain_mistakes(&draft);
        draft.name = draft.name.trim().to_owned();
        let timing = read(&draft.rule, &draft.zone);
        let (kind, subject) = match self.subject(acting, &draft).await {
            Ok((definition, kind, subject)) => {
                match inputs::check(&definition.form(), draft.inputs.take()) {
                    Ok(inputs) => draft.inputs = inputs,
                    Err(wrong) => mistakes.extend(wrong),
                }
                if mistakes.is_empty() {
                    self.check_files(acting, &definition.form(), &draft.inputs).await?;
                }
                (kind, subject)
            }
            Err(AppError::Invalid(wrong)) => {
                mistakes.extend(wrong);
                (RunKind::Tool, String::new())
            }
            Err(error) => return Err(error),
        };
        let (rule, zone) = match timing {
            Ok(timing) if mistakes.is_empty() => timing,
            timing => {
                mistakes.extend(timing.err().unwrap_or_default());
                return Err(AppError::Invalid(mistakes));
            }
        };
        let recurrence = Recurrence::new(&rule, &zone)?;
        let failure_limit = draft.failure_limit.unwrap_or(USUAL_FAILURE_LIMIT);
        Ok(Checked { draft, kind, subject, recurrence, failure_limit })
    }

    /// What a draft starts, if that can be scheduled.
    async fn subject(
        &self,
        acting: &Caller,
        draft: &ScheduleDraft,
    ) -> crate::Done<(Definition, RunKind, String)> {
        let pointer = match draft.what {
            What::Tool(_) => "/tool",
            What::Workflow(_) | What::Draft(_) => "/workflow",
        };
        let refused = |detail: &str| Err(AppError::field(pointer, "invalid_value", detail));
        match self.pinned(acting, &draft.what).await {
            _ if matches!(draft.what, What::Draft(_)) => refused("Save the workflow first."),
            Ok((Definition::Tool { tool }, ..)) if !tool.schedulable => {
                refused("This tool cannot be scheduled.")
            }
            Err(AppError::NotFound) => refused("It is not there (any more)."),
            found => found,
        }
    }
}

/// Nothing can be done with it but raising its number of runs.
const COMPLETED: AppError =
    AppError::Conflict("the schedule has had all of its runs; raise their number first");

/// What is wrong with a draft in itself.
fn plain_mistakes(draft: &ScheduleDraft) -> Vec<FieldError> {
    let name = line_mistake("/name", &draft.name, LONGEST_NAME);
    let mut mistakes: Vec<FieldError> = name.into_iter().collect();
    let mut wrong = |pointer: &str, code, detail: String| {
        mistakes.push(FieldError { pointer: pointer.to_owned(), code, detail });
    };
    if draft.max_runs.is_some_and(|max| !(1..=MOST_RUNS).contains(&max)) {
        wrong("/max_runs", "out_of_range", format!("1 to {MOST_RUNS}."));
    }
    if draft.failure_limit.is_some_and(|limit| !(1..=LARGEST_FAILURE_LIMIT).contains(&limit)) {
        wrong("/failure_limit", "out_of_range", format!("1 to {LARGEST_FAILURE_LIMIT}."));
    }
    if draft.cap.is_some_and(|cap| !cap.is_positive()) {
        wrong("/max_credits", "out_of_range", "More than 0.".to_owned());
    }
    mistakes
}
