//! The queue of a pool: runs that wait for credits, and whose turn it is.
//!
//! The law's "At zero, and the queue": debt, then paused runs, then waiting ones, each strictly
//! oldest first, stopping at the first that does not fit. Types and order only;
//! [`crate::ledger::batch`] serves it, and rows of it are the store's. What ends the waiting after
//! some days, or tells anybody, is not here.

use crate::amount::Credits;
use crate::id::{HoldId, RunId};
use crate::ledger::batch::Known;
use crate::ledger::command::{Command, Draw, Rejected};
use crate::ledger::entry::{Hash, Outcome};
use crate::time::Timestamp;

/// At most so many leave the queue in one commit; [`crate::ledger::Batch::more`] asks for another.
pub const SERVED_AT_ONCE: usize = 64;

/// Whose turn: paused runs before waiting ones; each oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// Work that had begun and ran out of credits.
    Paused,
    /// Work that has not begun.
    Waiting,
}

/// A run that waits for credits, with the hold it will get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Paused or not begun.
    pub turn: Turn,
    /// Since when.
    pub since: Timestamp,
    /// The run; it waits once.
    pub run: RunId,
    /// Id of the hold it will get.
    pub hold: HoldId,
    /// How much it will hold, ≥ 1 micro-credit.
    pub amount: Credits,
    /// From being served to the hold's deadline, in seconds; at most 24 hours.
    pub hold_seconds: i64,
    /// The run may hold and be charged at most this, over all its holds.
    pub cap: Option<Credits>,
}

impl Waiting {
    /// Its place: what the queue is sorted by.
    pub fn place(&self) -> (Turn, Timestamp, RunId) {
        (self.turn, self.since, self.run)
    }

    /// The hold that it gets when it is served at that instant.
    pub fn command(&self, now: Timestamp) -> Command {
        Command::Hold {
            hold: self.hold,
            run: self.run,
            amount: self.amount,
            deadline: now.plus_seconds(self.hold_seconds),
            cap: self.cap,
            draw: Draw::Pool,
        }
    }
}

/// How a request stands to the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Queueing {
    /// It need not wait: interactive work, work that goes on, ends of holds, grants.
    Overtakes,
    /// A hold that may not overtake and will not wait: refused with
    /// [`Rejected::WaitsBehind`] while anybody waits for what it would take.
    InTurn,
    /// A hold on the pool that joins the queue when there is too little or anybody waits.
    IfShort(Waiting),
    /// The end of a hold after which its run waits: it joins the queue when this is booked.
    Afterwards(Waiting),
}

impl Queueing {
    /// The run that may join the queue; the pool must know what it was charged.
    pub fn run(&self) -> Option<RunId> {
        match self {
            Queueing::Overtakes | Queueing::InTurn => None,
            Queueing::IfShort(waiting) | Queueing::Afterwards(waiting) => Some(waiting.run),
        }
    }
}

/// A run that left the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// The run.
    pub run: RunId,
    /// The hold that it got, or did not.
    pub hold: HoldId,
    /// The hold as booked; or why it can never be, so that waiting on is of no use.
    pub answer: Result<Outcome, Rejected>,
    /// The hold's deadline.
    pub deadline: Timestamp,
}

impl Served {
    /// What is to be remembered of a hold that was booked, and its key: every entry that a command
    /// booked is remembered under one (I21), though nobody will send this one again.
    pub fn remembered(&self) -> Option<(String, Known)> {
        let outcome = *self.answer.as_ref().ok()?;
        Some((format!("serve:{}", self.hold), Known { hash: Hash::default(), outcome }))
    }
}
