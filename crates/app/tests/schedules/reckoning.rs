//! Another way to reckon when a rule comes true: day by day over the civil calendar, asking the
//! zone about each time of day. It knows nothing of patterns, and it counts what it met.

use ampere_app::schedules::rule::{MonthDay, Rule, TimeOfDay};
use ampere_credits::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// How often each situation occurred; a test in which one never did has shown nothing of it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Met {
    /// A time of day that was skipped and ran right after.
    pub moved: u64,
    /// One that was left out: what followed was no day of the rule, or too far.
    pub left_out: u64,
    /// One that came twice and ran once.
    pub once_of_two: u64,
    /// An hour that was skipped.
    pub hours_skipped: u64,
    /// An hour that ran twice.
    pub hours_doubled: u64,
    /// A run on 29 February.
    pub leap_days: u64,
    /// A last day of the month in place of a later one.
    pub clamped: u64,
    /// A run that came off the slots, behind a gap that ends off them.
    pub off_slot: u64,
}

impl Met {
    pub fn add(&mut self, other: Met) {
        self.moved += other.moved;
        self.left_out += other.left_out;
        self.once_of_two += other.once_of_two;
        self.hours_skipped += other.hours_skipped;
        self.hours_doubled += other.hours_doubled;
        self.leap_days += other.leap_days;
        self.clamped += other.clamped;
        self.off_slot += other.off_slot;
    }

    pub fn everything(&self) -> bool {
        let Met { moved, left_out, once_of_two, hours_skipped, .. } = *self;
        let Met { hours_doubled, leap_days, clamped, off_slot, .. } = *self;
        let all = [moved, left_out, once_of_two, hours_skipped, hours_doubled, leap_days];
        all.iter().chain(&[clamped, off_slot]).all(|count| *count > 0)
    }
}

/// Every instant of the rule on the days from `first` to before `end`, in order.
pub fn instants(
    rule: &Rule,
    zone: &TimeZone,
    first: Date,
    end: Date,
    met: &mut Met,
) -> Vec<Timestamp> {
    let mut found = Vec::new();
    for day in first.series(jiff::Span::new().days(1)).take_while(|day| *day < end) {
        match rule {
            Rule::Hourly { minute } => {
                hours(day, minute.minute(), zone, met, &mut found);
            }
            Rule::Daily { at } | Rule::Weekly { at, .. } | Rule::Monthly { at, .. } => {
                if runs_on(rule, day) {
                    count_day(rule, day, met);
                    found.extend(once(rule, on(day, *at), zone, met));
                }
            }
        }
    }
    found.sort_unstable();
    found
}

fn on(day: Date, at: TimeOfDay) -> DateTime {
    day.at(at.hour().cast_signed(), at.minute().cast_signed(), 0, 0)
}

fn runs_on(rule: &Rule, day: Date) -> bool {
    match rule {
        Rule::Hourly { .. } | Rule::Daily { .. } => true,
        Rule::Weekly { weekdays, .. } => {
            let place = usize::from(day.weekday().to_monday_zero_offset().unsigned_abs());
            weekdays.iter().any(|weekday| weekday as usize == place)
        }
        Rule::Monthly { day: wanted, .. } => day.day() == this_month(*wanted, day),
    }
}

fn this_month(wanted: MonthDay, day: Date) -> i8 {
    wanted.day().cast_signed().min(day.days_in_month())
}

fn count_day(rule: &Rule, day: Date, met: &mut Met) {
    let Rule::Monthly { day: wanted, .. } = rule else { return };
    met.clamped += u64::from(day.day() < wanted.day().cast_signed());
    met.leap_days += u64::from(day.month() == 2 && day.day() == 29);
}

/// A time of a day: once, or not at all.
fn once(rule: &Rule, wall: DateTime, zone: &TimeZone, met: &mut Met) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(wall);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { offset } => Some(at(wall, offset)),
        AmbiguousOffset::Fold { before, .. } => {
            met.once_of_two += 1;
            Some(at(wall, before))
        }
        AmbiguousOffset::Gap { before, .. } => {
            // Read with the clocks before the change, the time lies behind the change.
            let behind = jiff::Timestamp::from_microsecond(at(wall, before).micros()).unwrap();
            let one_more = behind + jiff::SignedDuration::from_micros(1);
            let change = zone.preceding(one_more).next().unwrap().timestamp();
            let shown = zone.to_datetime(change);
            let far = wall.duration_until(shown) > jiff::SignedDuration::from_hours(2);
            if far || !runs_on(rule, shown.date()) {
                met.left_out += 1;
                return None;
            }
            met.moved += 1;
            met.off_slot += u64::from(shown.minute() % 15 != 0);
            Some(Timestamp::from_micros(change.as_microsecond()))
        }
    }
}

/// The hours of a day: each as often as the clocks show it.
fn hours(day: Date, minute: u8, zone: &TimeZone, met: &mut Met, found: &mut Vec<Timestamp>) {
    for hour in 0..24 {
        let wall = day.at(hour, minute.cast_signed(), 0, 0);
        match zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => found.push(at(wall, offset)),
            AmbiguousOffset::Fold { before, after } => {
                met.hours_doubled += 1;
                found.extend([at(wall, before), at(wall, after)]);
            }
            AmbiguousOffset::Gap { .. } => met.hours_skipped += 1,
        }
    }
}

fn at(wall: DateTime, offset: Offset) -> Timestamp {
    Timestamp::from_micros(offset.to_timestamp(wall).unwrap().as_microsecond())
}
