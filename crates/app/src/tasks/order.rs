//! What a person or a schedule asks to be run.

use ampere_credits::{Credits, ScheduleId, Timestamp, WorkflowId};
use serde_json::Value;

use crate::work::WhenShort;
use crate::workflows::WorkflowDefinition;

/// What is to be run.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A tool by its id.
    Tool(String),
    /// A workflow as it is kept.
    Workflow(WorkflowId),
    /// A workflow that is not kept yet: for estimates only.
    Draft(Box<WorkflowDefinition>),
}

/// What a run is started by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// A person.
    Person,
    /// A person, for a schedule: it stands among its runs, and neither counts nor resets failures.
    RunNow(ScheduleId),
    /// A schedule at its instant, and what is next.
    Schedule {
        /// The schedule.
        id: ScheduleId,
        /// Its next start.
        next_at: Option<Timestamp>,
        /// This was the last one.
        completed: bool,
    },
}

/// What a person or a schedule asks for.
#[derive(Debug, Clone)]
pub struct TaskOrder {
    /// What.
    pub what: What,
    /// Its form.
    pub inputs: Value,
    /// It may hold and be charged at most this.
    pub cap: Option<Credits>,
    /// The model; the default one without.
    pub model: Option<String>,
    /// What becomes of it when credits are short.
    pub when_short: WhenShort,
    /// What starts it.
    pub occasion: Occasion,
}
