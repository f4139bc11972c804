//! Calendars and clocks.

use ampere_credits::period::Anchor;
use ampere_credits::{Timestamp, Zone};

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn anchor(at: &str, zone: &str) -> Anchor {
    Anchor { at: instant(at), zone: Zone::named(zone).unwrap() }
}

#[test]
fn incident_autumn_2115_a_day_31_anchor_spilled_over() {
    let anchor = anchor("2026-08-31T00:00:00Z", "UTC");
    let starts: Vec<String> =
        (0..7).map(|i| anchor.period(i).start.day_in(&anchor.zone).to_string()).collect();
    let expected = [
        "2026-08-31",
        "2026-09-30",
        "2026-10-31",
        "2026-11-30",
        "2026-12-31",
        "2027-01-31",
        "2027-02-28",
    ];
    assert_eq!(starts, expected);
}

#[test]
fn incident_killbill_743_dst_moved_the_billing_day() {
    // Ten minutes past midnight in São Paulo: an hour's change must not fall into the day before.
    let anchor = anchor("2017-09-15T03:10:00Z", "America/Sao_Paulo");
    for index in 0..24 {
        let day = anchor.period(index).start.day_in(&anchor.zone).to_string();
        assert!(day.ends_with("-15"), "period {index} starts on {day}");
    }
}

#[test]
fn incident_litellm_34896_the_offset_was_dropped_and_the_reset_came_hours_late() {
    let anchor = anchor("2026-11-10T15:00:00Z", "Asia/Tokyo");
    assert_eq!(anchor.period(1).start, instant("2026-12-11T00:00:00+09:00"));
    assert_eq!(instant("2026-12-11T00:00:00+09:00"), instant("2026-12-10T15:00:00Z"));
}

#[test]
fn incident_openmeter_1408_recurrence_at_the_creation_instant_counted_twice() {
    let anchor = anchor("2026-11-22T10:00:00Z", "Europe/Berlin");
    let (first, second) = (anchor.period(0), anchor.period(1));
    assert_eq!(anchor.period_at(anchor.at), Some(first));
    assert!(!second.contains(anchor.at) && !first.contains(first.end));
    assert_eq!(anchor.period_at(first.end), Some(second));
}
