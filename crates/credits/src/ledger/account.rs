//! The accounts of a pool and moves between them (double entry).
//!
//! A move takes an amount from one account and puts it into another, so that whatever is made
//! of moves sums to zero. `debt` and `overdraft` go negative; nothing else does.

use crate::amount::Credits;
use crate::id::{GrantId, HoldId};

/// A place where credits of a pool can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// Where granted credits come from.
    Issued,
    /// Unheld credits of a grant.
    Left(GrantId),
    /// Credits of a grant in a hold.
    Held(HoldId, GrantId),
    /// The overdraft slice of a hold: credits that no grant covers.
    HeldOverdraft(HoldId),
    /// Charged for work.
    Spent,
    /// Ended by a grant's own expiry.
    Expired,
    /// Taken back by an adjustment.
    Clawed,
    /// Used credits that no grant could cover (negative).
    Debt,
    /// Open overdraft (negative).
    Overdraft,
}

/// An amount going from one account to another; always ≥ 1 micro-credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// The account that gets less.
    pub from: Account,
    /// The account that gets more.
    pub to: Account,
    /// How much, in micro-credits.
    pub amount: Credits,
}

impl Move {
    /// A move, unless it would move nothing.
    pub fn some(from: Account, to: Account, amount: Credits) -> Option<Move> {
        amount.is_positive().then_some(Move { from, to, amount })
    }
}
