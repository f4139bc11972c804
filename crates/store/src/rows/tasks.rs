//! Rows of tasks: what a run of a tool, a workflow or a background job does with which inputs,
//! the runs that wait for credits, and what runs are compared by.

use ampere_credits::ledger::Waiting;
use ampere_credits::{OrgId, RunId, UserId};

use crate::rows::RunKind;

/// What a run does, as it was when it started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    pub run: RunId,
    pub org: OrgId,
    /// JSON: the pinned definition; later versions do not touch it.
    pub definition: String,
    /// JSON.
    pub inputs: String,
    /// JSON, once it is there.
    pub result: Option<String>,
    /// The key it was started under.
    pub start_key: String,
}

/// A run that waits for credits, as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRow {
    pub waiting: Waiting,
    pub title: String,
    pub started_by: UserId,
}

/// Runs whose costs are like each other's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    pub kind: RunKind,
    pub subject: String,
    pub model: String,
}

/// Earlier runs of one tool or workflow with exactly the same inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SameWork {
    pub kind: RunKind,
    pub subject: String,
    /// JSON, compared as text.
    pub inputs: String,
    pub before: RunId,
}
