//! Rows of schedules.

use ampere_credits::{Credits, OrgId, RunId, ScheduleId, Timestamp, UserId};

use crate::rows::{RunKind, ScheduleState};

/// What starts runs of one tool or workflow in their time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRow {
    pub id: ScheduleId,
    pub org: OrgId,
    pub owner: UserId,
    /// From the person's row.
    pub owner_name: String,
    pub name: String,
    /// A tool or a workflow.
    pub kind: RunKind,
    /// Id of the tool or workflow.
    pub subject: String,
    /// JSON.
    pub inputs: String,
    /// JSON.
    pub rule: String,
    /// IANA zone that the rule is told in.
    pub zone: String,
    /// Completed after so many runs; none: goes on.
    pub max_runs: Option<u32>,
    /// The most that each of its runs may cost.
    pub cap: Option<Credits>,
    /// Pauses itself after so many failures in a row.
    pub failure_limit: u32,
    pub state: ScheduleState,
    /// One line for people: why it is in this state.
    pub note: Option<String>,
    /// None: no run is to come.
    pub next_at: Option<Timestamp>,
    /// Runs started so far.
    pub runs: u32,
    /// Failures in a row.
    pub failures: u32,
    pub last_run: Option<RunId>,
    /// The hold of its last quote: what must be there to go on.
    pub needed: Credits,
    pub created_at: Timestamp,
    /// Each change makes it later, if only by a microsecond: an edit of what was read before is
    /// known by it.
    pub updated_at: Timestamp,
}
