//! The words for runs in JSON: states, reasons, kinds, what started them.

use ampere_app::runs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a run is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Waits for its turn at the model.
    Queued,
    /// Waits for credits before it starts.
    WaitingForCredits,
    /// Works.
    Running,
    /// Waits for a person.
    WaitingForInput,
    /// Stopped between steps for lack of credits; holds nothing.
    PausedNoCredits,
    /// Ended as wanted.
    Succeeded,
    /// Ended by a fault; the reason says whose.
    Failed,
    /// Ended by a person.
    Cancelled,
}

impl From<runs::RunState> for RunState {
    fn from(state: runs::RunState) -> Self {
        match state {
            runs::RunState::Queued => RunState::Queued,
            runs::RunState::WaitingForCredits => RunState::WaitingForCredits,
            runs::RunState::Running => RunState::Running,
            runs::RunState::WaitingForInput => RunState::WaitingForInput,
            runs::RunState::PausedNoCredits => RunState::PausedNoCredits,
            runs::RunState::Succeeded => RunState::Succeeded,
            runs::RunState::Failed => RunState::Failed,
            runs::RunState::Cancelled => RunState::Cancelled,
        }
    }
}

impl From<RunState> for runs::RunState {
    fn from(state: RunState) -> Self {
        match state {
            RunState::Queued => runs::RunState::Queued,
            RunState::WaitingForCredits => runs::RunState::WaitingForCredits,
            RunState::Running => runs::RunState::Running,
            RunState::WaitingForInput => runs::RunState::WaitingForInput,
            RunState::PausedNoCredits => runs::RunState::PausedNoCredits,
            RunState::Succeeded => runs::RunState::Succeeded,
            RunState::Failed => runs::RunState::Failed,
            RunState::Cancelled => runs::RunState::Cancelled,
        }
    }
}

/// Why a run ended, or why it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunReason {
    /// It did what was asked.
    Completed,
    /// A person stopped it.
    Stopped,
    /// It reached what the pool and its overdraft could give.
    StoppedAtCredits,
    /// The provider failed before the first output; nothing charged.
    ProviderError,
    /// The provider was too busy; nothing charged.
    ProviderBusy,
    /// The stream broke after output; charged what was delivered.
    CutStream,
    /// The server ended in the middle; charged what was recorded.
    ServerRestarted,
    /// The prompt does not fit the model.
    InputTooLong,
    /// Our fault; nothing charged.
    InternalError,
    /// It waits for credits.
    NoCredits,
    /// Its own limit of credits was reached.
    StoppedAtCap,
    /// Whoever started it may not do so any more.
    NotAllowed,
    /// It waited for credits for as long as runs may wait.
    WaitedTooLong,
    /// Its inputs do not fit what it needs.
    BadInput,
    /// The model's answer did not have the form that was asked for, twice.
    BadOutput,
    /// A page could not be fetched or read.
    PageFailed,
    /// A file could not be read.
    FileFailed,
    /// A condition of the workflow did not hold: it ended early, as wanted.
    ConditionNotMet,
    /// It worked for as long as it may.
    TookTooLong,
    /// The browser could not be started or broke; charged what was used until then.
    BrowserFailed,
    /// All browsers were in use; nothing charged.
    BrowserBusy,
    /// Nothing was done in the browser for so long that it ended.
    IdleTooLong,
    /// The browser was paused for so long that it ended.
    PausedTooLong,
    /// The agent reached the bounds of its turns, calls or repeats.
    StoppedAtBounds,
}

impl From<runs::Reason> for RunReason {
    fn from(reason: runs::Reason) -> Self {
        match reason {
            runs::Reason::Completed => RunReason::Completed,
            runs::Reason::Stopped => RunReason::Stopped,
            runs::Reason::StoppedAtCredits => RunReason::StoppedAtCredits,
            runs::Reason::ProviderError => RunReason::ProviderError,
            runs::Reason::ProviderBusy => RunReason::ProviderBusy,
            runs::Reason::CutStream => RunReason::CutStream,
            runs::Reason::ServerRestarted => RunReason::ServerRestarted,
            runs::Reason::InputTooLong => RunReason::InputTooLong,
            runs::Reason::InternalError => RunReason::InternalError,
            runs::Reason::NoCredits => RunReason::NoCredits,
            runs::Reason::StoppedAtCap => RunReason::StoppedAtCap,
            runs::Reason::NotAllowed => RunReason::NotAllowed,
            runs::Reason::WaitedTooLong => RunReason::WaitedTooLong,
            runs::Reason::BadInput => RunReason::BadInput,
            runs::Reason::BadOutput => RunReason::BadOutput,
            runs::Reason::PageFailed => RunReason::PageFailed,
            runs::Reason::FileFailed => RunReason::FileFailed,
            runs::Reason::ConditionNotMet => RunReason::ConditionNotMet,
            runs::Reason::TookTooLong => RunReason::TookTooLong,
            runs::Reason::BrowserBusy => RunReason::BrowserBusy,
            runs::Reason::BrowserFailed => RunReason::BrowserFailed,
            runs::Reason::IdleTooLong => RunReason::IdleTooLong,
            runs::Reason::PausedTooLong => RunReason::PausedTooLong,
            runs::Reason::StoppedAtBounds => RunReason::StoppedAtBounds,
        }
    }
}

/// What kind of AI work a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// A message to the agent.
    Message,
    /// An AI Tool.
    Tool,
    /// A workflow; its tools are lines of it, not runs.
    Workflow,
    /// Background work on conversations.
    Background,
    /// A browser session.
    Browser,
}

impl From<runs::RunKind> for RunKind {
    fn from(kind: runs::RunKind) -> Self {
        match kind {
            runs::RunKind::Message => RunKind::Message,
            runs::RunKind::Tool => RunKind::Tool,
            runs::RunKind::Workflow => RunKind::Workflow,
            runs::RunKind::Background => RunKind::Background,
            runs::RunKind::Browser => RunKind::Browser,
        }
    }
}

impl From<RunKind> for runs::RunKind {
    fn from(kind: RunKind) -> Self {
        match kind {
            RunKind::Message => runs::RunKind::Message,
            RunKind::Tool => runs::RunKind::Tool,
            RunKind::Workflow => runs::RunKind::Workflow,
            RunKind::Background => runs::RunKind::Background,
            RunKind::Browser => runs::RunKind::Browser,
        }
    }
}

/// What started a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunTrigger {
    /// Somebody, now.
    Person,
    /// A schedule, in its time.
    Schedule,
    /// The product by itself, after other work.
    Background,
}

impl From<runs::Trigger> for RunTrigger {
    fn from(trigger: runs::Trigger) -> Self {
        match trigger {
            runs::Trigger::Person => RunTrigger::Person,
            runs::Trigger::Schedule => RunTrigger::Schedule,
            runs::Trigger::Background => RunTrigger::Background,
        }
    }
}

impl From<RunTrigger> for runs::Trigger {
    fn from(trigger: RunTrigger) -> Self {
        match trigger {
            RunTrigger::Person => runs::Trigger::Person,
            RunTrigger::Schedule => runs::Trigger::Schedule,
            RunTrigger::Background => runs::Trigger::Background,
        }
    }
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// The agent answers in a conversation.
    Answer,
    /// A model is asked.
    Prompt,
    /// A page is fetched.
    Fetch,
    /// A file is read.
    Read,
    /// Results are put into another form.
    Transform,
    /// A workflow goes on or ends.
    Condition,
    /// The agent uses a tool.
    Call,
    /// Something is done on a page in a browser.
    Browse,
    /// A browser is open: its seconds are counted.
    Time,
}

impl From<runs::StepKind> for StepKind {
    fn from(kind: runs::StepKind) -> Self {
        match kind {
            runs::StepKind::Answer => StepKind::Answer,
            runs::StepKind::Prompt => StepKind::Prompt,
            runs::StepKind::Fetch => StepKind::Fetch,
            runs::StepKind::Read => StepKind::Read,
            runs::StepKind::Transform => StepKind::Transform,
            runs::StepKind::Condition => StepKind::Condition,
            runs::StepKind::Call => StepKind::Call,
            runs::StepKind::Browse => StepKind::Browse,
            runs::StepKind::Time => StepKind::Time,
        }
    }
}
