//! Days and months of the civil calendar, in UTC.
//!
//! Owns: when a period begins and ends, by the anchor's day clamped to the month's length. Its own
//! arithmetic on purpose: whoever is checked against this fake shares no line with it.

const DAY: i64 = 86_400;

/// Year, month 1–12, day 1–31 of a count of days since 1970-01-01.
pub(crate) fn date_of(days: i64) -> (i64, i64, i64) {
    let mut year = 1970 + days.div_euclid(366);
    while first_of(year + 1, 1) <= days {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && first_of(year, month + 1) <= days {
        month += 1;
    }
    (year, month, days - first_of(year, month) + 1)
}

/// Days from 1970-01-01 to the first of a month.
fn first_of(year: i64, month: i64) -> i64 {
    let before = year - 1;
    let leaps = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    // 719,162 days lie between 0001-01-01 and 1970-01-01.
    let year_begins = before * 365 + leaps - 719_162;
    year_begins + (1..month).map(|month| days_in(year, month)).sum::<i64>()
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The anchor moved by whole months; its day is clamped, its time of day stays.
pub(crate) fn plus_months(anchor: i64, months: i64) -> i64 {
    let (year, month, day) = date_of(anchor.div_euclid(DAY));
    let count = year * 12 + (month - 1) + months;
    let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
    let day = day.min(days_in(year, month));
    (first_of(year, month) + day - 1) * DAY + anchor.rem_euclid(DAY)
}

/// How long a price lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Every {
    Months(i64),
    Days(i64),
}

impl Every {
    pub fn of(interval: &str, count: i64) -> Option<Self> {
        match interval {
            "year" => Some(Every::Months(12 * count)),
            "month" => Some(Every::Months(count)),
            "week" => Some(Every::Days(7 * count)),
            "day" => Some(Every::Days(count)),
            _ => None,
        }
    }

    /// The anchor moved by `times` periods.
    pub fn after(self, anchor: i64, times: i64) -> i64 {
        match self {
            Every::Months(months) => plus_months(anchor, months * times),
            Every::Days(days) => anchor + days * DAY * times,
        }
    }

    /// The first end of a period that lies after `instant`.
    pub fn end_after(self, anchor: i64, instant: i64) -> i64 {
        let mut times = 1;
        while self.after(anchor, times) <= instant {
            times += 1;
        }
        self.after(anchor, times)
    }
}

/// Year, month, day and time as a person reads it on an invoice's line, e.g. `3 Feb 2026`.
pub(crate) fn told(instant: i64) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, day) = date_of(instant.div_euclid(DAY));
    let name = usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).unwrap_or(&"?");
    format!("{day} {name} {year}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates_over_leap_years() {
        assert_eq!(date_of(0), (1970, 1, 1));
        assert_eq!(date_of(-1), (1969, 12, 31));
        assert_eq!(date_of(11_016), (2000, 2, 29));
        assert_eq!(date_of(20_454), (2026, 1, 1));
        assert_eq!(date_of(47_540), (2100, 2, 28));
        assert_eq!(date_of(47_541), (2100, 3, 1));
    }

    #[test]
    fn the_anchors_day_is_clamped_and_comes_back() {
        // 2028-01-31 10:00:00; 2028 has a February of 29 days.
        let anchor = 1_832_925_600;
        let days: Vec<_> =
            (0..5).map(|months| date_of(plus_months(anchor, months).div_euclid(DAY))).collect();
        let expected = [(2028, 1, 31), (2028, 2, 29), (2028, 3, 31), (2028, 4, 30), (2028, 5, 31)];
        assert_eq!(days, expected);
        assert_eq!(plus_months(anchor, 1).rem_euclid(DAY), 36_000);
        assert_eq!(date_of(plus_months(anchor, 13).div_euclid(DAY)), (2029, 2, 28));
    }

    #[test]
    fn a_period_ends_strictly_after_the_instant() {
        let anchor = 1_767_225_600; // 2026-01-01
        let month = Every::Months(1);
        assert_eq!(month.end_after(anchor, anchor), 1_769_904_000); // 2026-02-01
        assert_eq!(month.end_after(anchor, 1_769_904_000), 1_772_323_200); // 2026-03-01
        assert_eq!(told(1_772_323_200), "1 Mar 2026");
    }
}
