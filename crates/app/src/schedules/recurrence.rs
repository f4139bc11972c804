//! When a rule comes true: instants on the clocks of a zone, from croner's patterns.
//!
//! Owns the meaning of a rule in time. Pure: instants come in and go out, nobody is asked for the
//! present. Never starts anything. Read next: [`super::words`] for the same in words.
//!
//! **Shorter months.** Day 29, 30 or 31 means the last day of a month that does not have it:
//! 28 February, 29 in a leap year.
//!
//! **When clocks change**, croner's documented rule holds:
//!
//! | rule | clocks go forward over it | clocks go back over it |
//! | --- | --- | --- |
//! | daily, weekly, monthly | once, at the first instant after the gap | once, the first time |
//! | hourly | left out: the hours go on behind the gap | both times |
//!
//! A time in a gap is left out altogether when what follows the gap is a day on which the rule
//! does not run, or is more than two hours away on the clock: a zone that skips a whole day skips
//! what would have run on it. So nothing runs twice for one time of a day, and no two instants of
//! a rule are equal.

use ampere_credits::{Timestamp, Zone};
use croner::Cron;
use croner::errors::CronError;
use jiff::Zoned;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::rule::{Rule, TimeOfDay, Weekday};
use crate::error::AppError;

/// Days over which runs are counted; a month's figure is a twelfth of theirs.
const COUNTED_DAYS: i64 = 365;
/// Hours in them.
const COUNTED_HOURS: u32 = 8_760;
/// croner carries a time over a gap by at most this many seconds and gives up beyond.
const WIDEST_GAP: i64 = 7_200;
/// Days in which a rule comes true at least once: none waits for longer than a month, and a zone
/// that skips a day makes that two.
const LONGEST_WAIT_DAYS: i64 = 64;

/// A rule on the clocks of a zone.
#[derive(Debug, Clone)]
pub struct Recurrence {
    rule: Rule,
    /// The rule comes true whenever one of them does.
    patterns: Vec<Cron>,
    zone: Zone,
    clocks: TimeZone,
}

impl Recurrence {
    /// The rule on the clocks of the zone.
    ///
    /// # Errors
    /// None for any rule and zone there are: it would be a defect.
    pub fn new(rule: &Rule, zone: &Zone) -> crate::Done<Self> {
        let defect = |error: &dyn std::error::Error| {
            tracing::error!(?rule, ?zone, %error, "a rule has no meaning");
            AppError::Internal
        };
        let patterns: Result<Vec<Cron>, CronError> =
            patterns(rule).iter().map(|pattern| pattern.parse()).collect();
        Ok(Recurrence {
            rule: rule.clone(),
            patterns: patterns.map_err(|error| defect(&error))?,
            zone: zone.clone(),
            clocks: TimeZoneDatabase::bundled().get(zone.name()).map_err(|error| defect(&error))?,
        })
    }

    /// The rule.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The zone whose clocks count.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The first instant later than `after` at which the rule comes true; none only near the end
    /// of the calendar.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let from = self.local(after)?;
        self.patterns.iter().filter_map(|pattern| next_of(pattern, &from)).min()
    }

    /// All instants later than `after`, in order.
    pub fn all_after(&self, after: Timestamp) -> impl Iterator<Item = Timestamp> {
        std::iter::successors(self.next_after(after), |last| self.next_after(*last))
    }

    /// The three instants after `after`.
    pub fn next_three(&self, after: Timestamp) -> Vec<Timestamp> {
        self.all_after(after).take(3).collect()
    }

    /// Starts in the 365 days after `after`. Of an hourly rule the hours of those days: clocks
    /// that change move it by one.
    pub fn runs_a_year(&self, after: Timestamp) -> u32 {
        if matches!(self.rule, Rule::Hourly { .. }) {
            return COUNTED_HOURS;
        }
        let end = after.plus_days(COUNTED_DAYS);
        let within = self.all_after(after).take_while(|at| *at <= end).count();
        u32::try_from(within).unwrap_or(u32::MAX)
    }

    /// Whether the zone's clocks change in the 365 days after `after`.
    pub(super) fn clocks_change(&self, after: Timestamp) -> bool {
        let Some(from) = self.local(after) else { return false };
        let end = instant(&from).plus_days(COUNTED_DAYS);
        let mut changes = self.clocks.following(from.timestamp());
        // A change of the zone's abbreviation alone is no change of its clocks.
        let mut offset = from.offset();
        changes
            .by_ref()
            .take_while(|change| change.timestamp().as_microsecond() <= end.micros())
            .any(|change| std::mem::replace(&mut offset, change.offset()) != change.offset())
    }

    /// An instant on the zone's clocks, in whole seconds: what croner counts in.
    pub(super) fn local(&self, at: Timestamp) -> Option<Zoned> {
        let second = jiff::Timestamp::from_second(at.micros().div_euclid(1_000_000)).ok()?;
        Some(second.to_zoned(self.clocks.clone()))
    }
}

/// The patterns (minute, hour, day, month, weekday) of which any makes the rule true.
fn patterns(rule: &Rule) -> Vec<String> {
    let on = |at: TimeOfDay, days: &str| format!("{} {} {days}", at.minute(), at.hour());
    match rule {
        Rule::Hourly { minute } => vec![format!("{} * * * *", minute.minute())],
        Rule::Daily { at } => vec![on(*at, "* * *")],
        Rule::Weekly { weekdays, at } => {
            let days: Vec<String> = weekdays.iter().map(|day| number(day).to_string()).collect();
            vec![on(*at, &format!("* * {}", days.join(",")))]
        }
        Rule::Monthly { day, at } => match day.day() {
            31 => vec![on(*at, "L * *")],
            // In leap years both say 29 February, and it is one instant all the same.
            day @ (29 | 30) => vec![on(*at, &format!("{day} * *")), on(*at, "L 2 *")],
            day => vec![on(*at, &format!("{day} * *"))],
        },
    }
}

/// As cron numbers them.
fn number(day: Weekday) -> u8 {
    match day {
        Weekday::Sunday => 0,
        Weekday::Monday => 1,
        Weekday::Tuesday => 2,
        Weekday::Wednesday => 3,
        Weekday::Thursday => 4,
        Weekday::Friday => 5,
        Weekday::Saturday => 6,
    }
}

fn next_of(pattern: &Cron, from: &Zoned) -> Option<Timestamp> {
    match pattern.find_next_occurrence(from, false) {
        Ok(next) => Some(instant(&next)),
        // It met a gap that it does not look across, and nothing is before that gap.
        Err(CronError::TimeSearchLimitExceeded) => {
            let behind = behind_wide_gap(from)?;
            pattern.find_next_occurrence(&behind, true).ok().map(|next| instant(&next))
        }
        Err(_) => None,
    }
}

/// Where the next gap of more than two hours ends.
fn behind_wide_gap(from: &Zoned) -> Option<Zoned> {
    let limit = instant(from).plus_days(LONGEST_WAIT_DAYS).micros();
    let mut offset = from.offset();
    for change in from.time_zone().following(from.timestamp()) {
        let before = std::mem::replace(&mut offset, change.offset());
        if change.timestamp().as_microsecond() > limit {
            break;
        }
        if i64::from(offset.seconds()) - i64::from(before.seconds()) > WIDEST_GAP {
            return Some(change.timestamp().to_zoned(from.time_zone().clone()));
        }
    }
    None
}

fn instant(at: &Zoned) -> Timestamp {
    Timestamp::from_micros(at.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::schedules::reading::read;

    fn recurrence(rule: Value, zone: &str) -> Recurrence {
        let (rule, zone) = read(&rule, zone).expect("a rule");
        Recurrence::new(&rule, &zone).expect("it has a meaning")
    }

    fn daily(at: &str) -> Value {
        json!({"every": "daily", "at": at})
    }

    fn instant_of(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn next(rule: Value, zone: &str, after: &str) -> String {
        let next = recurrence(rule, zone).next_after(instant_of(after));
        next.map_or_else(|| "never".to_owned(), |at| at.to_string())
    }

    #[test]
    fn a_skipped_time_runs_right_after_and_a_doubled_one_the_first_time() {
        let half_past_two = |after| next(daily("02:30"), "Europe/Berlin", after);
        assert_eq!(half_past_two("2027-03-27T12:00:00Z"), "2027-03-28T01:00:00Z");
        assert_eq!(half_past_two("2027-03-28T01:00:00Z"), "2027-03-29T00:30:00Z");
        assert_eq!(half_past_two("2027-10-30T12:00:00Z"), "2027-10-31T00:30:00Z");
        assert_eq!(half_past_two("2027-10-31T00:30:00Z"), "2027-11-01T01:30:00Z");
    }

    #[test]
    fn a_skipped_time_before_a_day_that_is_none_of_the_rules_is_left_out() {
        // Clocks in Nuuk go from Saturday, 23:00 to Sunday, 00:00.
        let saturdays = json!({"every": "weekly", "weekdays": ["saturday"], "at": "23:30"});
        let after = "2027-03-27T12:00:00Z";
        assert_eq!(next(saturdays, "America/Nuuk", after), "2027-04-04T00:30:00Z");
        assert_eq!(next(daily("23:30"), "America/Nuuk", after), "2027-03-28T01:00:00Z");
    }

    #[test]
    fn a_day_that_a_zone_never_had_has_no_run() {
        // Samoa went from 29 to 31 December 2011.
        let after = "2011-12-29T20:00:00Z";
        assert_eq!(next(daily("09:00"), "Pacific/Apia", after), "2011-12-30T19:00:00Z");
        let monthly = json!({"every": "monthly", "day": 30, "at": "09:00"});
        assert_eq!(next(monthly, "Pacific/Apia", after), "2012-01-29T19:00:00Z");
    }

    #[test]
    fn days_that_a_month_does_not_have_are_its_last() {
        let days = |day: u8| -> Vec<String> {
            let rule = json!({"every": "monthly", "day": day, "at": "09:00"});
            let from = instant_of("2028-01-31T12:00:00Z");
            let next = recurrence(rule, "UTC").next_three(from);
            next.iter().map(|at| at.to_string()[5..10].to_owned()).collect()
        };
        assert_eq!(days(28), ["02-28", "03-28", "04-28"]);
        assert_eq!(days(29), ["02-29", "03-29", "04-29"]);
        assert_eq!(days(30), ["02-29", "03-30", "04-30"]);
        assert_eq!(days(31), ["02-29", "03-31", "04-30"]);
    }

    #[test]
    fn runs_of_a_year_are_those_of_the_next_365_days() {
        let now = instant_of("2026-11-22T09:00:00Z");
        let counted = |rule: Value| recurrence(rule, "Europe/Berlin").runs_a_year(now);
        let weekly = |days: &[&str]| json!({"every": "weekly", "weekdays": days, "at": "09:00"});
        assert_eq!(counted(json!({"every": "hourly", "minute": 0})), 8_760);
        assert_eq!(counted(daily("09:00")), 365);
        // 365 days are 52 weeks and a day, from a Sunday to a Monday here.
        assert_eq!(counted(weekly(&["monday"])), 53);
        assert_eq!(counted(weekly(&["tuesday"])), 52);
        assert_eq!(counted(weekly(&["tuesday", "thursday"])), 104);
        assert_eq!(counted(json!({"every": "monthly", "day": 31, "at": "09:00"})), 12);
    }

    #[test]
    fn hours_of_a_year_are_counted_as_they_come() {
        let now = instant_of("2026-11-22T09:00:00Z");
        let hours = recurrence(json!({"every": "hourly", "minute": 15}), "Europe/Berlin");
        let end = now.plus_days(COUNTED_DAYS);
        let counted = hours.all_after(now).take_while(|at| *at <= end).count();
        assert_eq!(u32::try_from(counted), Ok(hours.runs_a_year(now)));
    }

    #[test]
    fn a_rule_ends_with_the_calendar_only() {
        let last = Timestamp::from_micros(i64::MAX);
        assert_eq!(recurrence(daily("09:00"), "UTC").next_after(last), None);
        assert_eq!(next(daily("09:00"), "UTC", "5000-12-31T10:00:00Z"), "never");
        assert_eq!(next(daily("09:00"), "UTC", "1969-12-31T08:59:59.5Z"), "1969-12-31T09:00:00Z");
    }
}
