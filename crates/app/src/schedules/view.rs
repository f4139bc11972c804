//! Schedules as people see them: in words, with what comes next and what that will cost.
//!
//! Reading is free by construction: there is no meter here, and nothing is held.

use ampere_credits::ledger::Balance;
use ampere_credits::rating::Quote;
use ampere_credits::{Credits, OrgId, ScheduleId, Timestamp};
use ampere_store::rows::{Page, RunFilter, RunRow, ScheduleRow, ScheduleState};
use serde_json::Value;

use super::reading::read;
use super::recurrence::Recurrence;
use super::table::{inputs_of, recurrence_of, what_of};
use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;
use crate::tasks::What;

/// A schedule with everything that a person wants to know of it.
#[derive(Debug, Clone)]
pub struct ScheduleView {
    /// As it is kept.
    pub row: ScheduleRow,
    /// Name of the tool or workflow; its id where it is not there any more.
    pub subject_name: String,
    /// The form, for those who may see it.
    pub inputs: Option<Value>,
    /// The rule as JSON.
    pub rule: Value,
    /// `Every Monday and Thursday at 09:00, Europe/Berlin`.
    pub rule_text: String,
    /// Why it is in its state.
    pub note: Option<String>,
    /// At most three starts that are to come, in words.
    pub next_runs: Vec<(Timestamp, String)>,
    /// Its newest run.
    pub last_run: Option<RunRow>,
    /// What a run may cost.
    pub usual: Option<Quote>,
    /// Credits to expect in a month while it is active: usual cost times a twelfth of a year's
    /// runs, and of no more runs than are left.
    pub projected_month: Option<Credits>,
    /// What happens when the clocks of its zone change.
    pub clock_changes: Option<&'static str>,
    /// Whether the caller may change it.
    pub can_edit: bool,
}

/// What a person who makes a schedule looks at before.
#[derive(Debug, Clone)]
pub struct PreviewAsk {
    /// When.
    pub rule: Value,
    /// IANA zone.
    pub zone: String,
    /// What is to be started, once it is known, with its form as far as it is filled in.
    pub what: Option<(What, Value)>,
    /// Completed after so many.
    pub max_runs: Option<u32>,
}

/// A schedule that is not there yet, in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// In one line.
    pub rule_text: String,
    /// The first three starts.
    pub next_runs: Vec<(Timestamp, String)>,
    /// What a run may cost.
    pub usual: Option<Quote>,
    /// Credits to expect in a month.
    pub projected_month: Option<Credits>,
    /// What happens when the clocks of the zone change.
    pub clock_changes: Option<&'static str>,
}

impl App {
    /// All schedules of the organization, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn schedules(&self, caller: &Caller) -> crate::Done<Vec<ScheduleView>> {
        let mut views = Vec::new();
        for row in self.store.schedules(caller.org).await? {
            views.push(self.schedule_view(caller, row).await?);
        }
        Ok(views)
    }

    /// One.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn schedule(&self, caller: &Caller, id: ScheduleId) -> crate::Done<ScheduleView> {
        let row = self.store.schedule(caller.org, id).await?.ok_or(AppError::NotFound)?;
        self.schedule_view(caller, row).await
    }

    /// When a rule comes true and what that would cost. Free.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for the rule and the zone.
    pub async fn preview_schedule(&self, caller: &Caller, ask: PreviewAsk) -> crate::Done<Preview> {
        let (rule, zone) = read(&ask.rule, &ask.zone).map_err(AppError::Invalid)?;
        let recurrence = Recurrence::new(&rule, &zone)?;
        let now = self.now();
        let most = usize::try_from(ask.max_runs.unwrap_or(u32::MAX)).unwrap_or(usize::MAX);
        let next = recurrence.next_three(now).into_iter().take(most).collect();
        let usual = match &ask.what {
            Some((what, inputs)) => self.usual_cost(caller, what, inputs).await?,
            None => None,
        };
        Ok(Preview {
            rule_text: recurrence.in_words(),
            next_runs: in_words(&recurrence, next),
            usual,
            projected_month: projected(usual, &recurrence, now, ask.max_runs),
            clock_changes: recurrence.clock_changes(now),
        })
    }

    /// A row as the caller sees it.
    pub(super) async fn schedule_view(
        &self,
        caller: &Caller,
        row: ScheduleRow,
    ) -> crate::Done<ScheduleView> {
        let recurrence = recurrence_of(&row)?;
        let now = self.now();
        let inputs = inputs_of(&row);
        let usual = match what_of(&row) {
            Ok(what) => self.usual_cost(caller, &what, &inputs).await?,
            Err(_) => None,
        };
        let left = row.max_runs.map(|max| max.saturating_sub(row.runs));
        let active = row.state == ScheduleState::Active;
        let projected = projected(usual, &recurrence, now, left).filter(|_| active);
        let filter = RunFilter { schedule: Some(row.id), ..RunFilter::default() };
        let page = Page { before: None, limit: 1 };
        let last_run = self.list_runs(caller, filter, page).await?.into_iter().next();
        Ok(ScheduleView {
            subject_name: self.subject_name(&row).await?,
            inputs: (caller.user == row.owner || caller.sees_all()).then_some(inputs),
            rule: serde_json::to_value(recurrence.rule()).unwrap_or_default(),
            rule_text: recurrence.in_words(),
            note: note_of(&row),
            next_runs: in_words(&recurrence, next_of(&row, &recurrence, left)),
            last_run,
            usual,
            projected_month: projected,
            clock_changes: recurrence.clock_changes(now),
            can_edit: caller.directs(row.owner),
            row,
        })
    }

    async fn subject_name(&self, row: &ScheduleRow) -> crate::Done<String> {
        let name = match what_of(row) {
            Ok(What::Tool(id)) => self.tools.get(&id).map(|tool| tool.name.clone()),
            Ok(What::Workflow(id)) => self.store.workflow(row.org, id).await?.map(|row| row.name),
            Ok(What::Draft(_)) | Err(_) => None,
        };
        Ok(name.unwrap_or_else(|| row.subject.clone()))
    }

    /// Credits that a start could take now, and how many runs wait for credits before it.
    pub(super) async fn free_credits(&self, org: OrgId) -> crate::Done<(Credits, u32)> {
        let pool = self.store.pool(org).await?;
        let waiting = self.store.queue(org).await?.len();
        let balance = Balance::of(&pool, self.now())?;
        Ok((balance.available, u32::try_from(waiting).unwrap_or(u32::MAX)))
    }
}

/// The starts that are to come.
fn next_of(row: &ScheduleRow, recurrence: &Recurrence, left: Option<u32>) -> Vec<Timestamp> {
    let Some(next) = row.next_at.filter(|_| row.state == ScheduleState::Active) else {
        return Vec::new();
    };
    let most = usize::try_from(left.unwrap_or(3)).unwrap_or(usize::MAX).min(3);
    std::iter::once(next).chain(recurrence.all_after(next)).take(most).collect()
}

fn in_words(recurrence: &Recurrence, instants: Vec<Timestamp>) -> Vec<(Timestamp, String)> {
    let told = instants.into_iter().map(|at| (at, recurrence.instant_in_words(at)));
    told.collect()
}

/// Micro-credits of a credit.
const WHOLE: i64 = 1_000_000;

/// A typical run's cost times the runs to expect in a month, rounded up as an "about" is said: to
/// whole credits from ten on, to hundredths below.
fn projected(
    usual: Option<Quote>,
    recurrence: &Recurrence,
    now: Timestamp,
    left: Option<u32>,
) -> Option<Credits> {
    let typical = usual?.typical.micros();
    let year = typical.checked_mul(i64::from(recurrence.runs_a_year(now)))? / 12;
    let all = left.and_then(|left| typical.checked_mul(i64::from(left)));
    let exact = all.map_or(year, |all| all.min(year));
    let unit = if exact >= 10 * WHOLE { WHOLE } else { WHOLE / 100 };
    let units = exact.checked_add(unit - 1)? / unit;
    Some(Credits::from_micros(units.checked_mul(unit)?))
}

/// Why the row is in its state, for people.
fn note_of(row: &ScheduleRow) -> Option<String> {
    let failed = row.state == ScheduleState::NeedsAttention && row.failures >= row.failure_limit;
    let counted = failed.then(|| match row.failures {
        1 => "Paused after a failure.".to_owned(),
        count => format!("Paused after {count} failures in a row."),
    });
    let told: Vec<String> = counted.into_iter().chain(row.note.clone()).collect();
    (!told.is_empty()).then(|| told.join(" "))
}
