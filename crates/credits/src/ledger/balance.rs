//! What people see of a pool at a position and an instant; always adding up.
//!
//! Reading computes expiry and due debt, never books them. The background allowance is told beside
//! the numbers of the pool and counts in none of them. The rounding of the screen is here and
//! nowhere else. Locked and frozen credits are told apart: nothing of them is available.

use crate::amount::{Credits, Overflow};
use crate::ledger::grant::{Class, Grant};
use crate::ledger::pool::Pool;
use crate::time::Timestamp;

/// The numbers of a pool: available + held = included + purchased, exactly.
///
/// Of a locked pool, what is unheld counts as locked and in none of these; of a frozen grant, what
/// is unheld counts as frozen. Locked credits still pay debt; frozen ones pay nothing.
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
    /// Unheld credits of a locked pool; 0 while it is not locked.
    pub locked: Credits,
    /// Unheld credits of frozen grants, locked or not.
    pub frozen: Credits,
    /// Left of the background allowance: unheld and held; in none of the numbers above.
    pub background: Credits,
    /// Of it, what background work can take now; debt does not matter to it, a lock does.
    pub background_available: Credits,
    /// The soonest expiry of credits that are left: when, how many, of which class (of several
    /// classes that end at the same instant, the one that is used first).
    pub next_expiry: Option<(Timestamp, Credits, Class)>,
    /// The soonest expiry of locked credits: when, and how many.
    pub locked_next_expiry: Option<(Timestamp, Credits)>,
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
            locked: Credits::ZERO,
            frozen: Credits::ZERO,
            background: Credits::ZERO,
            background_available: Credits::ZERO,
            next_expiry: None,
            locked_next_expiry: None,
        };
        for grant in pool.grants.iter().filter(|grant| grant.owned(at)) {
            balance.count(grant, pool.locked)?;
        }
        Ok(balance)
    }

    fn count(&mut self, grant: &Grant, locked: bool) -> Result<(), Overflow> {
        let frozen = grant.frozen_since.is_some();
        if grant.terms.class == Class::Background {
            let unheld = if frozen { Credits::ZERO } else { grant.unheld };
            self.background = self.background.plus(unheld)?.plus(grant.held)?;
            let available = if locked { Credits::ZERO } else { unheld };
            self.background_available = self.background_available.plus(available)?;
            return Ok(());
        }
        let mut unheld = grant.unheld;
        if frozen {
            self.frozen = self.frozen.plus(unheld)?;
            unheld = Credits::ZERO;
        }
        let pays = self.outstanding.min(unheld);
        self.outstanding = self.outstanding.minus(pays)?;
        unheld = unheld.minus(pays)?;
        if locked {
            self.lock_up(unheld, grant.terms.expires)?;
            unheld = Credits::ZERO;
        }
        self.count_left(grant, unheld)
    }

    fn lock_up(&mut self, unheld: Credits, expires: Option<Timestamp>) -> Result<(), Overflow> {
        self.locked = self.locked.plus(unheld)?;
        if let Some(end) = expires.filter(|_| unheld.is_positive()) {
            self.locked_next_expiry = Some(match self.locked_next_expiry {
                Some(known) if known.0 < end => known,
                Some(known) if known.0 == end => (end, known.1.plus(unheld)?),
                _ => (end, unheld),
            });
        }
        Ok(())
    }

    /// What can be used or is in use: unheld credits that can be taken, and held ones.
    fn count_left(&mut self, grant: &Grant, unheld: Credits) -> Result<(), Overflow> {
        let left = unheld.plus(grant.held)?;
        self.available = self.available.plus(unheld)?;
        self.held = self.held.plus(grant.held)?;
        let of_class = match grant.terms.class {
            Class::Included => &mut self.included,
            _ => &mut self.purchased,
        };
        *of_class = of_class.plus(left)?;
        // The clock of a frozen grant stands still: what is held of it ends at no known instant.
        let ends = grant.terms.expires.filter(|_| grant.frozen_since.is_none());
        if let Some(end) = ends.filter(|_| left.is_positive()) {
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
