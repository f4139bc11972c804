//! Which runs a list is of, and in which order, as queries say it.
//!
//! Owns: the filters of the list and of its file. Never decides who sees what. Read next: `runs`.

use ampere_app::Caller;
use ampere_app::runs::{self, RunFilter, RunOrder, RunPlace, span};
use ampere_credits::{Credits, Day, ScheduleId, UserId};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::words::{RunKind, RunState, RunTrigger};
use crate::http::paging::Asked;
use crate::http::problem::Problem;

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunSort {
    /// The newest.
    Newest,
    /// What was charged most; the newest among equals. A run whose charge rises while the list is
    /// read may be missed, none is twice.
    Credits,
}

/// Which runs. All that is given must fit.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only those in this state.
    state: Option<RunState>,
    /// Only this kind of work.
    kind: Option<RunKind>,
    /// Only those of this tool or workflow.
    subject: Option<String>,
    /// Only those that this started.
    trigger: Option<RunTrigger>,
    /// Only those of this schedule.
    #[param(value_type = Option<String>)]
    schedule_id: Option<ScheduleId>,
    /// Only those of this person: started by hand, by their schedules or for them.
    #[param(value_type = Option<String>)]
    member_id: Option<UserId>,
    /// Asked for on this day or later, in the organization's zone.
    #[param(format = Date)]
    from: Option<String>,
    /// Asked for on this day or earlier, in the organization's zone.
    #[param(format = Date)]
    to: Option<String>,
    /// Charged at least this much so far.
    #[param(value_type = Option<String>)]
    min_credits: Option<Credits>,
    /// What comes first; the newest if not given.
    #[param(inline)]
    sort: Option<RunSort>,
}

/// Which runs, and which part of them. All that is given must fit.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RunQuery {
    /// Only those in this state.
    state: Option<RunState>,
    /// Only this kind of work.
    kind: Option<RunKind>,
    /// Only those of this tool or workflow.
    subject: Option<String>,
    /// Only those that this started.
    trigger: Option<RunTrigger>,
    /// Only those of this schedule.
    #[param(value_type = Option<String>)]
    schedule_id: Option<ScheduleId>,
    /// Only those of this person: started by hand, by their schedules or for them.
    #[param(value_type = Option<String>)]
    member_id: Option<UserId>,
    /// Asked for on this day or later, in the organization's zone.
    #[param(format = Date)]
    from: Option<String>,
    /// Asked for on this day or earlier, in the organization's zone.
    #[param(format = Date)]
    to: Option<String>,
    /// Charged at least this much so far.
    #[param(value_type = Option<String>)]
    min_credits: Option<Credits>,
    /// What comes first; the newest if not given.
    #[param(inline)]
    sort: Option<RunSort>,
    /// At most so many, 1 to 200; 50 when not given.
    limit: Option<u32>,
    /// The `next_cursor` of the page before, of the same list.
    cursor: Option<String>,
}

impl RunQuery {
    /// The list and the part of it.
    ///
    /// # Errors
    /// 422 for a limit or a cursor that cannot be.
    pub fn checked(self) -> Result<(Wanted, Asked), Problem> {
        let RunQuery { state, kind, subject, trigger, schedule_id, member_id, .. } = self;
        let RunQuery { from, to, min_credits, sort, limit, cursor, .. } = self;
        if let (Some(RunSort::Credits), Some(cursor)) = (sort, &cursor) {
            cursor.parse::<RunPlace>().map_err(|_| {
                let detail = "This cursor is not from this list.";
                Problem::field("?cursor", "invalid_value", detail)
            })?;
        }
        let (filters, asked) = ((from, to, min_credits, sort), Asked::new(limit, cursor)?);
        let (from, to, min_credits, sort) = filters;
        let wanted = Wanted {
            state,
            kind,
            subject,
            trigger,
            schedule_id,
            member_id,
            from,
            to,
            min_credits,
            sort,
        };
        Ok((wanted, asked))
    }
}

impl Wanted {
    /// As the app is asked.
    ///
    /// # Errors
    /// 422 for a day that is none.
    pub fn filter(self, caller: &Caller) -> Result<RunFilter, Problem> {
        let (from, to) = (day("?from", self.from)?, day("?to", self.to)?);
        let (from, until) = span(caller, from, to)?;
        Ok(RunFilter {
            states: self.state.map(runs::RunState::from).into_iter().collect(),
            kind: self.kind.map(runs::RunKind::from),
            subject: self.subject,
            trigger: self.trigger.map(runs::Trigger::from),
            schedule: self.schedule_id,
            member: self.member_id,
            from,
            until,
            at_least: self.min_credits,
            order: match self.sort {
                Some(RunSort::Credits) => RunOrder::Dearest,
                Some(RunSort::Newest) | None => RunOrder::Newest,
            },
            ..RunFilter::default()
        })
    }
}

fn day(pointer: &str, given: Option<String>) -> Result<Option<Day>, Problem> {
    let parsed = given.map(|text| text.parse::<Day>()).transpose();
    parsed.map_err(|_| Problem::field(pointer, "invalid_value", "A day, like 2026-11-22."))
}
