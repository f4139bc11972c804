//! Holds: credits set aside for a run before it may go on.

use crate::amount::{Credits, Overflow};
use crate::id::{GrantId, HoldId, RunId};
use crate::ledger::entry::EndKind;
use crate::time::Timestamp;

/// No hold lives longer than this, extensions included.
pub const LONGEST_HOLD_SECONDS: i64 = 24 * 3_600;

/// What a hold took of one grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// The grant.
    pub grant: GrantId,
    /// Held of it now; 0 once the hold has ended.
    pub amount: Credits,
}

/// How a hold ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Settled, released or lapsed.
    pub kind: EndKind,
    /// What was charged.
    pub charged: Credits,
    /// The entry that says so.
    pub position: u64,
}

/// A hold, open until it has ended exactly once (I8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// The run it was taken for.
    pub run: RunId,
    /// When it was taken.
    pub opened: Timestamp,
    /// When it lapses unless it ended before.
    pub deadline: Timestamp,
    /// The run's cap over all its holds, if it has one.
    pub cap: Option<Credits>,
    /// What earlier holds of the run were charged when this one was taken.
    pub charged_before: Credits,
    /// All credits that were ever put into it.
    pub taken: Credits,
    /// What is in it of each grant, in the order of use.
    pub slices: Vec<Slice>,
    /// Overdraft in it.
    pub overdraft: Credits,
    /// Its one end.
    pub ended: Option<Ended>,
}

impl Hold {
    /// What is in it now, the overdraft included.
    pub fn total(&self) -> Result<Credits, Overflow> {
        Credits::sum(self.slices.iter().map(|slice| slice.amount))?.plus(self.overdraft)
    }
}
