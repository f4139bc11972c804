//! The state of a pool in one word, and the pace that it is used at.
//!
//! Pure. Never shown instead of the numbers, always beside them.

use ampere_credits::{Credits, Overflow};

use crate::credits::Reading;

/// The days that the pace is taken from.
pub(crate) const PACE_DAYS: i64 = 7;
/// Low: less than this is left at the present pace.
const LOW_DAYS: i128 = 3;
/// Low: less than this part of the period's included credits is left.
const LOW_PERCENT: i128 = 10;

/// What the header badge says, besides the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolState {
    /// There is enough.
    Normal,
    /// Under 10 % of the period's included credits, or under three days at the present pace.
    Low,
    /// Included credits are used up; purchased ones are used now.
    PurchasedOnly,
    /// Nothing can start.
    Paused,
    /// Credits are being bought by auto-recharge.
    Recharging,
    /// The plan has ended: what is left is owned, but starts nothing.
    Locked,
}

impl PoolState {
    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            PoolState::Normal => "normal",
            PoolState::Low => "low",
            PoolState::PurchasedOnly => "purchased_only",
            PoolState::Paused => "paused",
            PoolState::Recharging => "recharging",
            PoolState::Locked => "locked",
        }
    }

    /// The gravest that applies. `least` is what the smallest work must hold.
    pub(crate) fn of(
        reading: &Reading,
        included_granted: Credits,
        pace: Pace,
        least: Credits,
    ) -> Result<PoolState, Overflow> {
        let balance = &reading.balance;
        let left = balance.total()?;
        if reading.locked {
            return Ok(PoolState::Locked);
        }
        if balance.available < least {
            return Ok(PoolState::Paused);
        }
        let tenth =
            i128::from(left.micros()) * 100 < i128::from(included_granted.micros()) * LOW_PERCENT;
        if tenth || pace.lasts_under(LOW_DAYS, left) {
            return Ok(PoolState::Low);
        }
        if balance.included.is_zero() {
            return Ok(PoolState::PurchasedOnly);
        }
        Ok(PoolState::Normal)
    }
}

/// What was used in the last [`PACE_DAYS`] days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// All of it.
    pub(crate) used: Credits,
}

impl Pace {
    /// Whether so many credits last for fewer days than that; never when nothing is used.
    fn lasts_under(self, days: i128, left: Credits) -> bool {
        i128::from(left.micros()) * i128::from(PACE_DAYS) < i128::from(self.used.micros()) * days
    }

    /// Microseconds until so many credits are used up, rounded down; none when nothing is used.
    pub(crate) fn micros_for(self, left: Credits) -> Option<i64> {
        let span = i128::from(PACE_DAYS) * 86_400 * 1_000_000;
        let lasts = (i128::from(left.micros()) * span).checked_div(self.used.micros().into())?;
        Some(i64::try_from(lasts).unwrap_or(i64::MAX))
    }
}
