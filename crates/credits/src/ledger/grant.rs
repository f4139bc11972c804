//! Grants: credits put into the pool by one cause, and the order in which they are used.

use std::cmp::Ordering;

use crate::amount::Credits;
use crate::id::GrantId;
use crate::time::Timestamp;

/// Whose credits come first, and whether they outlive the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Of the plan or trial: used first, ends with its period.
    Included,
    /// Bought: used next, lives 12 months by default.
    Purchased,
    /// The background allowance: only for holds that draw on it, never counted among what is left
    /// or available, never pays debt.
    Background,
}

/// What put the credits into the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The trial of a new organization.
    Trial,
    /// A one-time purchase.
    TopUp,
    /// A correction by the operator.
    Adjustment,
    /// The background allowance of a period.
    Background,
}

/// What a grant was given as; never changes afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantTerms {
    /// Its id.
    pub id: GrantId,
    /// Its class.
    pub class: Class,
    /// Its cause.
    pub cause: Cause,
    /// Credits given, ≥ 1 micro-credit.
    pub amount: Credits,
    /// Spendable from this instant on.
    pub effective: Timestamp,
    /// No longer spendable from this instant on; none: never expires.
    pub expires: Option<Timestamp>,
}

impl GrantTerms {
    /// Spendable at that instant (the law's I15: half-open).
    pub fn eligible(&self, now: Timestamp) -> bool {
        self.effective <= now && !self.expired(now)
    }

    /// Past its expiry at that instant.
    pub fn expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }

    /// Of the pool: everybody's credits, not the background allowance.
    pub fn of_pool(&self) -> bool {
        self.class != Class::Background
    }

    /// The law's "Order of use": background first (for the holds that may draw on it), then
    /// included, then purchased; within each the soonest expiry (none last), then the earlier
    /// effective instant, then the id.
    pub fn order(&self, other: &GrantTerms) -> Ordering {
        let end = |terms: &GrantTerms| terms.expires.map_or(i64::MAX, Timestamp::micros);
        self.of_pool()
            .cmp(&other.of_pool())
            .then_with(|| self.class.cmp(&other.class))
            .then_with(|| self.expires.is_none().cmp(&other.expires.is_none()))
            .then_with(|| end(self).cmp(&end(other)))
            .then_with(|| self.effective.cmp(&other.effective))
            .then_with(|| self.id.cmp(&other.id))
    }
}

/// A grant and where its credits are now; the six parts always sum to the amount (I3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// What it was given as.
    pub terms: GrantTerms,
    /// Not in a hold.
    pub unheld: Credits,
    /// In open holds.
    pub held: Credits,
    /// Charged.
    pub spent: Credits,
    /// Taken to pay debt.
    pub to_debt: Credits,
    /// Ended by expiry.
    pub expired: Credits,
    /// Taken back by an adjustment.
    pub clawed: Credits,
}

impl Grant {
    /// Nothing of it can ever move again by its own.
    pub fn drained(&self) -> bool {
        self.unheld.is_zero() && self.held.is_zero()
    }
}
