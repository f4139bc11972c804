//! Two times ten years of rules in many zones: each instant is exactly where another way to
//! reckon has it. The past decade has the zones that have since left their clocks alone, and the
//! day that Samoa never had; the coming one has what schedules will really meet.

use std::sync::atomic::{AtomicU64, Ordering};

use ampere_app::schedules::reading::read;
use ampere_app::schedules::recurrence::Recurrence;
use ampere_app::schedules::rule::Rule;
use ampere_credits::{Timestamp, Zone};
use jiff::civil::{Date, date};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde_json::json;

use crate::reckoning::{Met, instants};

/// Half hours, quarters of an hour, midnights that are skipped or come twice, a skipped day, fast
/// months that take the clocks back, two hours at once, changes off the slots, and rest.
const ZONES: [&str; 13] = [
    "Africa/Cairo",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Pacific/Chatham",
    "UTC",
    "America/Nuuk",
    "Antarctica/Troll",
    "Asia/Gaza",
];

const PAST: (Date, Date) = (date(2010, 1, 1), date(2020, 1, 1));
const COMING: (Date, Date) = (date(2026, 1, 1), date(2036, 1, 1));

fn zone(name: &str) -> (Zone, TimeZone) {
    (Zone::named(name).unwrap(), TimeZoneDatabase::bundled().get(name).unwrap())
}

fn rule(value: serde_json::Value) -> Rule {
    read(&value, "UTC").unwrap().0
}

fn daily(at: &str) -> Rule {
    rule(json!({"every": "daily", "at": at}))
}

/// Rules of every kind at times that clocks like to change at, and at some that they do not.
fn rules() -> Vec<Rule> {
    let mut rules: Vec<Rule> = ["00:00", "02:15"].into_iter().map(daily).collect();
    for (weekdays, at) in [
        (vec!["sunday"], "02:30"),
        (vec!["friday", "sunday"], "00:15"),
        (vec!["saturday"], "23:30"),
        (vec!["monday", "thursday"], "09:00"),
    ] {
        rules.push(rule(json!({"every": "weekly", "weekdays": weekdays, "at": at})));
    }
    for day in [1, 14, 28, 29, 30, 31] {
        for at in ["00:00", "02:30", "09:00", "23:45"] {
            rules.push(rule(json!({"every": "monthly", "day": day, "at": at})));
        }
    }
    rules
}

fn midnight(day: Date, zone: &TimeZone) -> Timestamp {
    let at = day.to_zoned(zone.clone()).unwrap().timestamp();
    Timestamp::from_micros(at.as_microsecond())
}

fn compare(rule: &Rule, name: &str, (first, end): (Date, Date), met: &mut Met) -> u64 {
    let (zone, clocks) = zone(name);
    let expected = instants(rule, &clocks, first, end, met);
    let recurrence = Recurrence::new(rule, &zone).unwrap();
    let (from, until) = (midnight(first, &clocks), midnight(end, &clocks));
    let before = Timestamp::from_micros(from.micros() - 1);
    let mut count = 0;
    let mut last = before;
    for at in recurrence.all_after(before).take_while(|at| *at < until) {
        assert!(at > last, "{rule:?} in {name}: {at} after {last}");
        assert_eq!(Some(&at), expected.get(count), "{rule:?} in {name}, after {last}");
        (count, last) = (count + 1, at);
    }
    assert_eq!(count, expected.len(), "{rule:?} in {name} ends with {last}");
    u64::try_from(count).unwrap()
}

#[test]
fn ten_years_in_many_zones_are_as_reckoned() {
    let compared = AtomicU64::new(0);
    let decade = |span: (Date, Date)| {
        let mut met = Met::default();
        for name in ZONES {
            for rule in rules() {
                compared.fetch_add(compare(&rule, name, span, &mut met), Ordering::Relaxed);
            }
        }
        met
    };
    let met = std::thread::scope(|scope| {
        let past = scope.spawn(|| decade(PAST));
        let mut met = decade(COMING);
        met.add(past.join().unwrap());
        met
    });
    println!("{} instants, {met:?}", compared.load(Ordering::Relaxed));
    // Hours are in a test of their own, and so are gaps that end off the slots.
    let hours = Met { hours_skipped: 1, hours_doubled: 1, off_slot: 1, ..Met::default() };
    let mut whole = met;
    whole.add(hours);
    assert!(whole.everything(), "a situation never occurred: {met:?}");
}

/// Days around each change of the clocks in a span.
fn changes(zone: &TimeZone, (first, end): (Date, Date)) -> Vec<(Date, Date)> {
    let from = first.to_zoned(zone.clone()).unwrap().timestamp();
    let days = |count: i32| jiff::Span::new().days(count);
    zone.following(from)
        .map(|change| zone.to_datetime(change.timestamp()).date())
        .take_while(|day| *day < end)
        .map(|day| (day.checked_sub(days(1)).unwrap(), day.checked_add(days(2)).unwrap()))
        .collect()
}

#[test]
fn every_slot_of_the_day_and_every_hour_across_every_change_of_clocks() {
    let mut met = Met::default();
    let mut compared = 0;
    for name in ZONES {
        let clocks = zone(name).1;
        for days in [PAST, COMING].iter().flat_map(|span| changes(&clocks, *span)) {
            for slot in 0..96 {
                let at = format!("{:02}:{:02}", slot / 4, slot % 4 * 15);
                compared += compare(&daily(&at), name, days, &mut met);
            }
            for minute in [0, 15, 30, 45] {
                let hourly = rule(json!({"every": "hourly", "minute": minute}));
                compared += compare(&hourly, name, days, &mut met);
            }
        }
    }
    println!("{compared} instants, {met:?}");
    let months = Met { leap_days: 1, clamped: 1, ..Met::default() };
    let mut whole = met;
    whole.add(months);
    assert!(whole.everything(), "a situation never occurred: {met:?}");
}

#[test]
fn ten_years_of_hours_are_as_reckoned() {
    let mut met = Met::default();
    let mut compared = 0;
    for (name, minute) in [("Australia/Lord_Howe", 45), ("Europe/Berlin", 0)] {
        let hourly = rule(json!({"every": "hourly", "minute": minute}));
        compared += compare(&hourly, name, COMING, &mut met);
    }
    println!("{compared} instants, {met:?}");
    // In Lord Howe, clocks go from 02:00 to 02:30 and back to 01:30: its :45 is never skipped.
    assert!(met.hours_skipped == 10 && met.hours_doubled == 20, "{met:?}");
}

#[test]
fn whatever_the_present_instant_is_the_next_one_is_the_first_later_one() {
    let (first, end) = (date(2026, 3, 1), date(2027, 5, 1));
    for name in ZONES {
        let (zone, clocks) = zone(name);
        let hourly = rule(json!({"every": "hourly", "minute": 30}));
        for rule in rules().into_iter().chain([hourly]) {
            let beyond = end.checked_add(jiff::Span::new().months(2)).unwrap();
            let expected = instants(&rule, &clocks, first, beyond, &mut Met::default());
            let recurrence = Recurrence::new(&rule, &zone).unwrap();
            let probe = |at: Timestamp| {
                let next = expected.get(expected.partition_point(|one| *one <= at));
                let found = recurrence.next_after(at);
                assert_eq!(found.as_ref(), next, "{rule:?} in {name} after {at}");
            };
            for change in changes(&clocks, (first, end)) {
                let from = midnight(change.0, &clocks);
                // A prime, so that every part of an hour and of a second is met.
                for step in 0..100_i64 {
                    probe(Timestamp::from_micros(from.micros() + step * 3_461_000_003));
                }
            }
            for at in expected.iter().rev().skip(1).step_by(29) {
                for micros in [-1_000_000, -1, 0, 1, 999_999, 1_000_000] {
                    probe(Timestamp::from_micros(at.micros() + micros));
                }
            }
        }
    }
}
