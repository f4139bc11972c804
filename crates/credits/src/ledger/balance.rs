//! What people see of a pool at a position and an instant; always adding up.
//!
//! Reading computes expiry and due debt, never books them. The background allowance is told beside
//! the numbers of the pool and counts in none of them. The rounding of the screen is here and
//! nowhere else.

use crate::amount::{Credits, Overflow};
use crate::ledger::grant::{Class, Grant};
use crate::ledger::pool::Pool;
use crate::time::Timestamp;

/// The numbers of a pool: available + held = included + purchased, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// Journal position it was read at.
    pub position: u64,
    /// Instant it was read at.
    pub at: Timestamp,
    /// Can be taken now.
    pub available: Credits,
    /// In open holds (overdraft and expired grants' slices are not counted).
    pub held: Credits,
    /// Left of included credits.
    pub included: Credits,
    /// Left of purchased credits.
    pub purchased: Credits,
    /// Debt that nothing covers yet.
    pub outstanding: Credits,
    /// Left of the background allowance: unheld and held; in none of the numbers above.
    pub background: Credits,
    /// Of it, what background work can take now; debt does not matter to it.
    pub background_available: Credits,
    /// The soonest expiry of credits that are left: when, how many, of which class (of several
    /// classes that end at the same instant, the one that is used first).
    pub next_expiry: Option<(Timestamp, Credits, Class)>,
}

/// Whole credits for the screen: total = floor(included + purchased), included = floor,
/// purchased = total − included, available = floor, held = total − available.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// All credits that are left.
    pub total: i64,
    /// Of them, included.
    pub included: i64,
    /// Of them, purchased.
    pub purchased: i64,
    /// Of them, available now.
    pub available: i64,
    /// Of them, held.
    pub held: i64,
}

impl Balance {
    /// The balance of a pool at an instant (never before its last entry).
    pub fn of(pool: &Pool, clock: Timestamp) -> Result<Balance, Overflow> {
        let at = clock.max(pool.last);
        let mut balance = Balance {
            position: pool.position,
            at,
            available: Credits::ZERO,
            held: Credits::ZERO,
            included: Credits::ZERO,
            purchased: Credits::ZERO,
            outstanding: pool.debt,
            background: Credits::ZERO,
            background_available: Credits::ZERO,
            next_expiry: None,
        };
        for grant in pool.grants.iter().filter(|grant| grant.terms.eligible(at)) {
            balance.count(grant)?;
        }
        Ok(balance)
    }

    fn count(&mut self, grant: &Grant) -> Result<(), Overflow> {
        if grant.terms.class == Class::Background {
            let left = grant.unheld.plus(grant.held)?;
            self.background = self.background.plus(left)?;
            self.background_available = self.background_available.plus(grant.unheld)?;
            return Ok(());
        }
        let pays = self.outstanding.min(grant.unheld);
        self.outstanding = self.outstanding.minus(pays)?;
        let unheld = grant.unheld.minus(pays)?;
        let left = unheld.plus(grant.held)?;
        self.available = self.available.plus(unheld)?;
        self.held = self.held.plus(grant.held)?;
        let of_class = match grant.terms.class {
            Class::Included => &mut self.included,
            _ => &mut self.purchased,
        };
        *of_class = of_class.plus(left)?;
        if let Some(end) = grant.terms.expires.filter(|_| left.is_positive()) {
            self.next_expiry = Some(match self.next_expiry {
                Some(known) if known.0 < end => known,
                // Included come first; purchased that end at the same instant are not called so.
                Some(known) if known.0 == end && known.2 != grant.terms.class => known,
                Some(known) if known.0 == end => (end, known.1.plus(left)?, known.2),
                _ => (end, left, grant.terms.class),
            });
        }
        Ok(())
    }

    /// Included and purchased together.
    pub fn total(&self) -> Result<Credits, Overflow> {
        self.included.plus(self.purchased)
    }

    /// The same numbers in whole credits.
    pub fn shown(&self) -> Result<Shown, Overflow> {
        let total = self.total()?.floor();
        let included = self.included.floor();
        let available = self.available.floor();
        Ok(Shown {
            total,
            included,
            purchased: total.checked_sub(included).ok_or(Overflow)?,
            available,
            held: total.checked_sub(available).ok_or(Overflow)?,
        })
    }
}
