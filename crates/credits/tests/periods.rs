//! Periods tile time: every day of four years as an anchor, forty-eight months from each, in zones
//! whose clocks change at awkward hours.

use ampere_credits::period::{Anchor, Period};
use ampere_credits::{Timestamp, Zone};

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn anchor(at: &str, zone: &str) -> Anchor {
    Anchor { at: instant(at), zone: Zone::named(zone).unwrap() }
}

fn micro_before(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.micros() - 1)
}

/// Year, month and day in the zone.
fn local_day(at: Timestamp, zone: &Zone) -> (i64, i64, i64) {
    let text = at.day_in(zone).to_string();
    let part = |from: usize, to: usize| text[from..to].parse().unwrap();
    (part(0, 4), part(5, 7), part(8, 10))
}

/// By hand: the calendar day, so many months on, clamped to the month's last day.
fn months_on((year, month, day): (i64, i64, i64), months: i64) -> (i64, i64, i64) {
    let index = year * 12 + month - 1 + months;
    let (year, month) = (index / 12, index % 12 + 1);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (year, month, day.min(last))
}

/// Forty-eight periods of one anchor: no gap, no overlap, on the right days; and every twelfth,
/// counted from `seldom`, is found by its instants.
fn tiles(anchor: &Anchor, seldom: u32) {
    let first = local_day(anchor.at, &anchor.zone);
    assert_eq!(anchor.period(0).start, anchor.at);
    let mut before: Option<Period> = None;
    for (index, months) in (0..48).zip(0..) {
        let period = anchor.period(index);
        let what = || format!("period {index} from {anchor:?}: {period:?}");
        assert!(before.is_none_or(|before| before.end == period.start), "{}", what());
        let days = period.end.seconds_since(period.start) / 86_400;
        assert!((27..=31).contains(&days), "{}", what());
        let local = local_day(period.start, &anchor.zone);
        assert_eq!(local, months_on(first, months), "{}", what());
        assert!(period.contains(period.start) && !period.contains(period.end));
        if (index + seldom).is_multiple_of(12) {
            for inside in [period.start, micro_before(period.end)] {
                assert_eq!(anchor.period_at(inside), Some(period), "{}", what());
            }
        }
        before = Some(period);
    }
    assert_eq!(anchor.period_at(micro_before(anchor.at)), None);
}

#[test]
fn every_day_of_four_years_tiles_forty_eight_months_in_every_zone() {
    // From the first day on, four years of anchors and four of periods meet changes of the clock:
    // São Paulo and Cairo change at midnight, Lord Howe by half an hour, Berlin at two and three.
    // Havana changes at midnight too, Casablanca for a month of the year; Kolkata and Chatham stand
    // off the hour.
    let zones = [
        ("America/Sao_Paulo", "2014-06-01"),
        ("Africa/Cairo", "2021-06-01"),
        ("Australia/Lord_Howe", "2024-01-01"),
        ("Europe/Berlin", "2024-01-01"),
        ("America/New_York", "2024-01-01"),
        ("America/Havana", "2023-01-01"),
        ("Africa/Casablanca", "2022-01-01"),
        ("Asia/Kolkata", "2024-01-01"),
        ("Pacific/Chatham", "2024-01-01"),
        ("UTC", "2024-01-01"),
    ];
    let hours = [0, 90, 150, 190, 1_439, 660];
    let mut anchors = 0;
    for (zone, from) in zones {
        let zone = Zone::named(zone).unwrap();
        let from = instant(&format!("{from}T00:00:00Z"));
        for day in 0..1_461 {
            let minutes = hours[usize::try_from(day).unwrap() % hours.len()];
            let at = from.plus_days(day).plus_seconds(minutes * 60 + 59);
            let at = Timestamp::from_micros(at.micros() + 999_999);
            tiles(&Anchor { at, zone: zone.clone() }, anchors);
            anchors += 1;
        }
    }
    println!("{anchors} anchors × 48 periods");
}

fn starts(anchor: &Anchor, indexes: impl IntoIterator<Item = u32>) -> Vec<String> {
    indexes.into_iter().map(|index| anchor.period(index).start.to_string()).collect()
}

#[test]
fn the_31st_of_january_goes_by_the_28th_of_february_to_the_31st_of_march() {
    let got = starts(&anchor("2027-01-31T10:00:00Z", "UTC"), 0..4);
    let expected = [
        "2027-01-31T10:00:00Z",
        "2027-02-28T10:00:00Z",
        "2027-03-31T10:00:00Z",
        "2027-04-30T10:00:00Z",
    ];
    assert_eq!(got, expected);
}

#[test]
fn the_29th_of_february_comes_back_in_leap_years_and_the_year_end_is_no_edge() {
    let got = starts(&anchor("2028-02-29T12:00:00Z", "UTC"), [1, 10, 11, 12, 48]);
    let expected = [
        "2028-03-29T12:00:00Z",
        "2028-12-29T12:00:00Z",
        "2029-01-29T12:00:00Z",
        "2029-02-28T12:00:00Z",
        "2032-02-29T12:00:00Z",
    ];
    assert_eq!(got, expected);
}

#[test]
fn a_start_that_the_clock_skips_moves_behind_the_gap() {
    // Berlin has no 02:30 on 2027-03-28; Cairo no midnight on 2026-04-24; Lord Howe skips from
    // 02:00 to 02:30 on 2026-10-04.
    let berlin = anchor("2027-02-28T01:30:00Z", "Europe/Berlin");
    assert_eq!(starts(&berlin, [1, 2]), ["2027-03-28T01:30:00Z", "2027-04-28T00:30:00Z"]);
    let cairo = anchor("2026-03-23T22:00:00Z", "Africa/Cairo");
    assert_eq!(starts(&cairo, [1, 2]), ["2026-04-23T22:00:00Z", "2026-05-23T21:00:00Z"]);
    let howe = anchor("2026-09-03T15:40:00Z", "Australia/Lord_Howe");
    assert_eq!(starts(&howe, [1, 2]), ["2026-10-03T15:40:00Z", "2026-11-03T15:10:00Z"]);
}

#[test]
fn an_anchor_in_the_second_of_two_equal_hours_stays_where_it_is() {
    // 02:30 comes twice on 2026-10-25 in Berlin; this is the second one.
    let berlin = anchor("2026-10-25T01:30:00Z", "Europe/Berlin");
    assert_eq!(berlin.period(0).start, berlin.at);
    assert_eq!(berlin.period_at(berlin.at), Some(berlin.period(0)));
    assert_eq!(starts(&berlin, [1]), ["2026-11-25T01:30:00Z"]);
    // A later period that starts at such an hour means the first one.
    let month_before = anchor("2026-09-25T00:30:00Z", "Europe/Berlin");
    assert_eq!(starts(&month_before, [1]), ["2026-10-25T00:30:00Z"]);
}

#[test]
fn the_end_of_the_calendar_is_reached_without_a_panic() {
    let anchor = anchor("2027-01-31T10:00:00Z", "Europe/Berlin");
    let never = Timestamp::from_micros(i64::MAX);
    for index in [95_000, 96_000, 200_000, u32::MAX - 1, u32::MAX] {
        let period = anchor.period(index);
        assert!(period.start <= period.end);
    }
    assert_eq!(anchor.period(u32::MAX).start, never);
    assert!(anchor.period_at(instant("9998-06-01T00:00:00Z")).is_some());
    assert_eq!(anchor.period_at(never), None);
}

#[test]
fn days_left_are_rounded_up_and_0_once_it_is_over() {
    let period = anchor("2027-01-01T00:00:00Z", "UTC").period(0);
    let left = |at: &str| period.days_left(instant(at));
    assert_eq!(left("2027-01-01T00:00:00Z"), 31);
    assert_eq!(left("2027-01-01T00:00:00.000001Z"), 31);
    assert_eq!(left("2027-01-02T00:00:00Z"), 30);
    assert_eq!(left("2027-01-31T23:59:59.999999Z"), 1);
    assert_eq!(left("2027-02-01T00:00:00Z"), 0);
    assert_eq!(left("2027-03-01T00:00:00Z"), 0);
}
