//! Instants that are likely to go wrong: ends of months and years, February, the first and the
//! last seconds of a period.

use ampere_credits::{Day, Timestamp, Zone};

use super::stage::Chance;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400;

/// Days on which histories begin.
const STARTS: [&str; 13] = [
    "2026-12-31",
    "2027-01-28",
    "2027-01-29",
    "2027-01-30",
    "2027-01-31",
    "2027-03-31",
    "2027-08-31",
    "2027-11-30",
    "2027-12-31",
    "2028-01-29",
    "2028-01-30",
    "2028-01-31",
    "2028-02-29",
];

/// To which they go if they come near.
const TURNS: [&str; 6] =
    ["2027-03-01", "2028-01-01", "2028-02-29", "2028-03-01", "2029-01-01", "2029-03-01"];

fn day(text: &str) -> i64 {
    let at: Timestamp = format!("{text}T00:00:00Z").parse().unwrap();
    at.micros() / SECOND
}

pub fn text(at: i64) -> String {
    Timestamp::from_micros(at * SECOND).to_string()
}

/// The day where the organization is.
pub fn day_there(at: Timestamp) -> Day {
    at.day_in(&Zone::named("Europe/Berlin").unwrap())
}

/// Month and day, like `02-29`.
fn month_day(at: i64) -> String {
    text(at)[5..10].to_owned()
}

fn day_of(at: i64) -> u32 {
    text(at)[8..10].parse().unwrap()
}

/// No history goes on from here: the cards of the fake expire in that year.
pub fn last() -> i64 {
    day("2033-01-01")
}

pub fn start(chance: &Chance) -> i64 {
    let first = if chance.one_in(4) {
        day("2027-01-01") + DAY * chance.between(0, 700)
    } else {
        day(chance.of_all(&STARTS))
    };
    first + chance.of_all(&[0, DAY - 1, chance.between(0, DAY - 1)])
}

/// When something is done next; `end` is the present period's.
pub fn next(chance: &Chance, now: i64, end: Option<i64>) -> i64 {
    let last = || end.map_or(now, |end| (end - chance.between(1, 90)).max(now));
    match chance.between(0, 9) {
        0 | 1 => now + chance.between(0, 100),
        2 => now + chance.between(1, 3 * DAY),
        3 | 4 => now + chance.between(1, 20 * DAY),
        5 => last(),
        6 => end.unwrap_or(now) + chance.between(0, 100),
        7 => end.unwrap_or(now) + chance.between(1, 10 * DAY),
        8 => month_end(now) + chance.of_all(&[-chance.between(1, 300), chance.between(0, 300)]),
        _ => {
            let near = |turn: &i64| (now + 400..now + 60 * DAY).contains(turn);
            let turn = TURNS.into_iter().map(day).find(near);
            turn.unwrap_or(month_end(now))
                + chance.of_all(&[-chance.between(1, 300), chance.between(0, DAY)])
        }
    }
    .max(now)
}

/// The first midnight of the next month, which is more than some minutes away.
fn month_end(now: i64) -> i64 {
    let mut at = (now + 400).div_euclid(DAY) * DAY + DAY;
    while day_of(at) != 1 {
        at += DAY;
    }
    at
}

/// What is special about the day of a change.
pub fn of_day(at: i64) -> Vec<&'static str> {
    let mut special = Vec::new();
    if month_day(at) == "02-29" {
        special.push("on_feb_29");
    }
    if month_day(at + DAY) == "03-01" && month_day(at) == "02-28" {
        special.push("on_feb_28_of_a_common_year");
    }
    if day_of(at + DAY) == 1 {
        special.push("on_a_months_last_day");
    }
    if ["12-31", "01-01"].contains(&month_day(at).as_str()) {
        special.push("at_a_years_turn");
    }
    special
}

/// What is special about a change within a period of a plan.
pub fn of_period(anchor: i64, (start, end): (i64, i64), at: i64) -> Vec<&'static str> {
    let mut special = vec!["within_a_period"];
    match day_of(anchor) {
        31 => special.push("anchor_on_the_31st"),
        29 | 30 => special.push("anchor_on_the_29th_or_30th"),
        _ => {}
    }
    if [start, end].iter().any(|it| month_day(*it) == "02-29") {
        special.push("period_meets_feb_29");
    }
    if day_of(end) < day_of(anchor) || day_of(start) < day_of(anchor) {
        special.push("clamped_period");
    }
    if text(start)[..4] != text(end)[..4] {
        special.push("period_over_a_years_turn");
    }
    if at - start <= 100 {
        special.push("seconds_after_a_start");
    }
    if end - at <= 90 {
        special.push("seconds_before_an_end");
    }
    special
}
