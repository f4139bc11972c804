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
    /// A paid period of a plan, or what an upgrade adds to it.
    Plan,
    /// The trial of a new organization.
    Trial,
    /// A one-time purchase.
    TopUp,
    /// A purchase that the pool's own threshold started.
    AutoRecharge,
    /// A correction by the operator.
    Adjustment,
    /// The background allowance of a period.
    Background,
}

impl Cause {
    /// Given for money, or beside what was: booked however late it comes, so that books never
    /// depend on when a payment was heard of.
    pub fn of_payment(self) -> bool {
        match self {
            Cause::Plan | Cause::TopUp | Cause::AutoRecharge | Cause::Background => true,
            Cause::Trial | Cause::Adjustment => false,
        }
    }
}

/// What a grant was given as; of it only the expiry ever changes, when a thaw moves it on.
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
///
/// Its clock stands still while it is frozen: what asks for its expiry asks [`Grant::expired`].
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
    /// Taken back, by an adjustment or by its claim.
    pub clawed: Credits,
    /// Since when its payment has been disputed; none: it is not frozen.
    pub frozen_since: Option<Timestamp>,
    /// How much of it is to be given back in all (the law's "Money in and back").
    pub claim: Credits,
    /// Of the claim, what has been given back; the rest waits for open holds.
    pub claim_met: Credits,
    /// Of what has been given back, credits that had expired.
    pub claim_by_expiry: Credits,
}

impl Grant {
    /// A grant before anything of it has moved.
    pub fn new(terms: GrantTerms) -> Self {
        Grant {
            terms,
            unheld: Credits::ZERO,
            held: Credits::ZERO,
            spent: Credits::ZERO,
            to_debt: Credits::ZERO,
            expired: Credits::ZERO,
            clawed: Credits::ZERO,
            frozen_since: None,
            claim: Credits::ZERO,
            claim_met: Credits::ZERO,
            claim_by_expiry: Credits::ZERO,
        }
    }

    /// Past its expiry at that instant; a frozen grant's clock stands at when it was frozen.
    pub fn expired(&self, now: Timestamp) -> bool {
        self.terms.expired(self.frozen_since.map_or(now, |since| since.min(now)))
    }

    /// Effective, not expired and not frozen: of what is unheld, holds may take and debt is paid.
    pub fn eligible(&self, now: Timestamp) -> bool {
        self.frozen_since.is_none() && self.terms.eligible(now)
    }

    /// Has credits that people own at that instant, frozen ones too.
    pub fn owned(&self, now: Timestamp) -> bool {
        self.terms.effective <= now && !self.expired(now)
    }

    /// Of its claim, what has not been given back yet.
    pub fn claim_open(&self) -> Credits {
        self.claim.less(self.claim_met)
    }

    /// Nothing of it can ever move again by its own.
    pub fn drained(&self) -> bool {
        self.unheld.is_zero() && self.held.is_zero()
    }
}
