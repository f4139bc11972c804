//! Periods: months counted from an anchor, always from the anchor, half-open in UTC.
//!
//! The law's "Periods": period i starts at anchor + i months, clamped to the month's last day
//! (31 Jan → 28 Feb → 31 Mar), in the anchor's zone. Never derived from the previous period.

use jiff::Span;

use crate::time::{Timestamp, Zone};

/// Microseconds in a day of 24 hours.
const DAY_MICROS: i64 = 86_400_000_000;

/// A half-open span of time: `start` belongs to it, `end` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First instant inside.
    pub start: Timestamp,
    /// First instant outside.
    pub end: Timestamp,
}

impl Period {
    /// Whether the instant lies inside.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Days left at an instant, rounded up; 0 once it has ended.
    pub fn days_left(&self, now: Timestamp) -> i64 {
        let micros = self.end.micros().saturating_sub(now.micros()).max(0);
        let begun = i64::from(micros.rem_euclid(DAY_MICROS) > 0);
        micros.div_euclid(DAY_MICROS).saturating_add(begun)
    }
}

/// Where counting of months began: the instant and the zone whose calendar is used.
#[derive(Debug, Clone)]
pub struct Anchor {
    /// Start of period 0.
    pub at: Timestamp,
    /// Zone whose months, days and clock changes count.
    pub zone: Zone,
}

impl Anchor {
    /// Start of period `index`: the anchor's local date and time, that many months later, or the
    /// end of time where the calendar ends. A local time that a clock change skips moves behind
    /// the gap; one that comes twice means the first, except that the anchor itself stays.
    fn start_of(&self, index: u32) -> Timestamp {
        if index == 0 {
            return self.at;
        }
        let local = self.at.jiff().to_zoned(self.zone.jiff()).datetime();
        Span::new()
            .try_months(index)
            .and_then(|months| local.checked_add(months))
            .and_then(|moved| moved.to_zoned(self.zone.jiff()))
            .map_or(Timestamp::from_micros(i64::MAX), |zoned| {
                Timestamp::from_micros(zoned.timestamp().as_microsecond())
            })
    }

    /// Period `index`, counted from 0.
    pub fn period(&self, index: u32) -> Period {
        Period { start: self.start_of(index), end: self.start_of(index.saturating_add(1)) }
    }

    /// The period in which an instant lies; none before the anchor or beyond the calendar.
    pub fn period_at(&self, at: Timestamp) -> Option<Period> {
        if at < self.at {
            return None;
        }
        let days = at.seconds_since(self.at) / 86_400;
        let mut index = u32::try_from(days / 31).unwrap_or(u32::MAX).saturating_sub(1);
        loop {
            let period = self.period(index);
            if period.contains(at) {
                return Some(period);
            }
            if period.end <= period.start {
                return None;
            }
            index = index.saturating_add(1);
        }
    }
}
