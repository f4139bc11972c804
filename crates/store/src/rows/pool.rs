//! Rows of the pools: what a commit takes and gives, and what is kept of it for ever.

use ampere_credits::ledger::{Answer, Balance, Grant, Hold, Request, Served};
use ampere_credits::{
    CheckoutId, Credits, Day, GrantId, HoldId, JobId, MessageId, OrgId, RechargeId, RunId,
    ScheduleId, SessionId, Timestamp, UserId,
};

use crate::rows::{
    CheckoutKind, CheckoutState, JobRow, MessageRow, PayWith, PaymentGrantRow, PlanPeriodRow,
    Reason, RunRow, RunState, StepRow, TaskRow, UsageLineRow,
};

/// How a run stands after a commit; the ledger's numbers (charged, held, position) are filled in
/// by the store from the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunChange {
    pub run: RunId,
    pub state: RunState,
    pub reason: Option<Reason>,
    pub estimated: bool,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub day: Option<Day>,
}

/// A row that is written in the very commit of a pool's command, or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowWrite {
    /// A new run.
    Run(Box<RunRow>),
    /// A run's state (its charged, held and position are taken from the pool).
    RunChange(RunChange),
    /// A new message; touches its session.
    Message(MessageRow),
    /// The text of an answer.
    MessageText { session: SessionId, message: MessageId, text: String },
    /// A run's usage, replacing none.
    UsageLine(UsageLineRow),
    /// A step's final counts.
    Step(StepRow),
    /// A purchase whose credits are in the pool by this commit.
    CheckoutGranted { checkout: CheckoutId, grant: GrantId, payment: String },
    /// The credits of a subscription's period are in the pool by this commit.
    PlanPeriod(Box<PlanPeriodRow>),
    /// An attempt of auto-recharge that is paid: its credits are in the pool by this commit.
    RechargeGranted { attempt: RechargeId, grant: GrantId, payment: String },
    /// The grant that a line of a payment became by this commit.
    PaymentGrant(PaymentGrantRow),
    /// What a new run does.
    Task(Box<TaskRow>),
    /// What came out of a run.
    TaskResult { run: RunId, result: String },
    /// A schedule has started a run: when the next one is, whether this was the last, and the
    /// hold that it needed.
    ScheduleStarted {
        schedule: ScheduleId,
        run: RunId,
        next_at: Option<Timestamp>,
        completed: bool,
        needed: Credits,
    },
    /// A schedule's run has ended. Failed: one more failure in a row, and at its limit an active
    /// schedule, or one that waits for credits, needs attention. Not failed: none in a row.
    ScheduleEnded { schedule: ScheduleId, run: RunId, failed: bool },
    /// A background job to be done.
    Job(JobRow),
    /// A background job that is done.
    JobDone(JobId),
    /// A conversation's title, unless a person gave it one.
    SessionTitle { session: SessionId, title: String },
    /// A conversation's summary and how many messages it covers.
    SessionSummary { session: SessionId, summary: String, summarized: u32 },
    /// Questions that might follow an answer: a JSON list.
    FollowUps { session: SessionId, message: MessageId, json: String },
}

/// One request of a lane's batch with the rows that stand or fall with it.
#[derive(Debug, Clone)]
pub struct LaneRequest {
    pub request: Request,
    /// Written if the answer is `Done`.
    pub writes: Vec<RowWrite>,
    /// Written if the answer is `Waits`: nothing is booked, but the run is in the queue.
    pub waiting: Vec<RowWrite>,
}

/// What a commit did.
#[derive(Debug, Clone)]
pub struct Committed {
    /// One per request, in order.
    pub answers: Vec<Answer>,
    /// The pool after it.
    pub balance: Balance,
    /// Entries that it appended (0: nothing was booked).
    pub booked: usize,
    /// Runs that left the queue by it, in order: with a hold (their rows say queued now), or
    /// refused (their rows say failed).
    pub served: Vec<Served>,
    /// As many were served as one commit may; the next may serve more.
    pub more: bool,
}

/// A hold as it is kept for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRow {
    pub hold: Hold,
    pub ended_at: Option<Timestamp>,
}

/// A grant as it is kept for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    pub grant: Grant,
    pub granted_at: Timestamp,
    pub position: u64,
}

/// What time has made due somewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Due {
    /// Pools with unheld credits past their expiry.
    pub expiries: Vec<OrgId>,
    /// Open holds past their deadline, with their runs.
    pub holds: Vec<(OrgId, HoldId, RunId)>,
}

/// A purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutRow {
    pub id: CheckoutId,
    pub org: OrgId,
    pub user: UserId,
    pub kind: CheckoutKind,
    pub pay_with: PayWith,
    /// The pack's id or `custom`; of a plan its price's, as plan/version/cadence.
    pub pack: String,
    /// None of a plan: its periods say how many.
    pub credits: Credits,
    pub lifetime_months: u32,
    pub amount_cents: i64,
    pub currency: String,
    pub provider: String,
    pub provider_ref: String,
    pub url: String,
    pub state: CheckoutState,
    pub reason: Option<String>,
    pub payment: Option<String>,
    pub grant: Option<GrantId>,
    pub position: Option<u64>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
