//! Rows of the pools: what a commit takes and gives, and what is kept of it for ever.

use ampere_credits::ledger::{Answer, Balance, Grant, Hold, Request};
use ampere_credits::{
    CheckoutId, Credits, Day, GrantId, HoldId, MessageId, OrgId, RunId, SessionId, Timestamp,
    UserId,
};

use crate::rows::{CheckoutState, MessageRow, Reason, RunRow, RunState, StepRow, UsageLineRow};

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
}

/// One request of a lane's batch with the rows that stand or fall with it. Rows are written only
/// if the answer is `Done`.
#[derive(Debug, Clone)]
pub struct LaneRequest {
    pub request: Request,
    pub writes: Vec<RowWrite>,
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

/// A purchase of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutRow {
    pub id: CheckoutId,
    pub org: OrgId,
    pub user: UserId,
    pub pack: String,
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
