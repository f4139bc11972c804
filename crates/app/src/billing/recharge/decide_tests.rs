//! Each sentence of the law's "Auto-recharge" about when it fires.

use ampere_credits::{OrgId, RechargeId, UserId};
use ampere_store::ports::month_of;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn noon() -> Timestamp {
    at("2026-11-22T12:00:00Z")
}

fn wanted() -> RechargeRow {
    RechargeRow {
        org: OrgId::from_bits(1),
        enabled: true,
        threshold: Credits::whole(10_000),
        amount: Credits::whole(10_000),
        monthly_limit: Credits::whole(30_000),
        broken_card: None,
        since: at("2026-11-01T00:00:00Z"),
        changed_by: UserId::from_bits(1),
    }
}

fn attempt(state: AttemptState, minutes_ago: i64) -> AttemptRow {
    let created_at = noon().plus_seconds(-60 * minutes_ago);
    AttemptRow {
        id: RechargeId::from_bits(u128::MAX - u128::try_from(minutes_ago).unwrap()),
        org: OrgId::from_bits(1),
        month: month_of(created_at),
        credits: Credits::whole(10_000),
        lifetime_months: 12,
        amount_cents: 2_900,
        currency: "usd".to_owned(),
        state,
        reason: None,
        card: "card".to_owned(),
        url: None,
        payment: None,
        grant: None,
        created_at,
        updated_at: created_at,
    }
}

fn look<'a>(wanted: &'a RechargeRow, attempts: &'a [AttemptRow]) -> Look<'a> {
    Look {
        wanted,
        attempts,
        month: Credits::ZERO,
        there: Credits::whole(9_999),
        debt: Credits::ZERO,
        refused: false,
        subscribed: true,
        disputed: false,
        renewal_since: None,
        card: Some("card"),
        now: noon(),
    }
}

#[test]
fn it_fires_below_the_threshold_on_what_is_there_less_debt() {
    let wanted = wanted();
    let there = |whole, debt| Look {
        there: Credits::whole(whole),
        debt: Credits::whole(debt),
        ..look(&wanted, &[])
    };
    assert_eq!(decide(&there(9_999, 0)), Next::Buy);
    assert_eq!(decide(&there(10_000, 0)), Next::Enough);
    assert_eq!(decide(&there(10_000, 1)), Next::Buy);
    assert_eq!(decide(&there(10_001, 1)), Next::Enough);
    assert_eq!(decide(&Look { refused: true, ..there(50_000, 0) }), Next::Buy, "a refused hold");
}

#[test]
fn what_stands_in_the_way_is_named() {
    let on = wanted();
    let off = RechargeRow { enabled: false, ..wanted() };
    let broken = RechargeRow { broken_card: Some("card".to_owned()), ..wanted() };
    assert_eq!(decide(&look(&off, &[])), Next::Off);
    assert_eq!(decide(&Look { card: None, ..look(&off, &[]) }), Next::Off);
    assert_eq!(decide(&Look { card: None, ..look(&on, &[]) }), Next::NoCard);
    assert_eq!(decide(&Look { subscribed: false, ..look(&on, &[]) }), Next::NoPlan);
    assert_eq!(decide(&Look { disputed: true, ..look(&on, &[]) }), Next::Disputed);
    assert_eq!(decide(&look(&broken, &[])), Next::Broken);
    assert_eq!(decide(&Look { card: Some("another"), ..look(&broken, &[]) }), Next::Buy);
}

#[test]
fn one_attempt_is_in_flight() {
    let wanted = wanted();
    let sent = [attempt(AttemptState::Sent, 1)];
    assert_eq!(decide(&look(&wanted, &sent)), Next::Running);
    let asked = [attempt(AttemptState::NeedsConfirmation, 600)];
    assert_eq!(decide(&look(&wanted, &asked)), Next::NeedsConfirmation);
    let paid = [attempt(AttemptState::Paid, 1)];
    assert_eq!(decide(&look(&wanted, &paid)), Next::Buy);
}

#[test]
fn the_months_limit_is_exact() {
    let wanted = wanted();
    let month = |whole| Look { month: Credits::whole(whole), ..look(&wanted, &[]) };
    assert_eq!(decide(&month(20_000)), Next::Buy);
    let one_more = Credits::whole(20_000).plus(Credits::from_micros(1)).unwrap();
    let over = Look { month: one_more, ..look(&wanted, &[]) };
    assert_eq!(decide(&over), Next::LimitReached);
    assert_eq!(decide(&Look { refused: true, ..over }), Next::LimitReached);
}

#[test]
fn after_a_decline_at_most_one_attempt_an_hour() {
    let wanted = wanted();
    for (minutes, next) in
        [(59, Next::After(noon().plus_seconds(60))), (60, Next::Buy), (61, Next::Buy)]
    {
        let declined = [attempt(AttemptState::Declined, minutes)];
        assert_eq!(decide(&look(&wanted, &declined)), next);
        assert_eq!(decide(&Look { refused: true, ..look(&wanted, &declined) }), next);
    }
    let before = [attempt(AttemptState::Paid, 5), attempt(AttemptState::Declined, 10)];
    assert_eq!(decide(&look(&wanted, &before)), Next::Buy, "a payment clears them");
    let anew = RechargeRow { since: noon(), ..wanted.clone() };
    let declined = [attempt(AttemptState::Declined, 10)];
    assert_eq!(decide(&look(&anew, &declined)), Next::Buy, "switched on anew");
}

#[test]
fn a_renewal_is_waited_for_two_hours_at_most() {
    let wanted = wanted();
    let since = |minutes: i64| Look {
        renewal_since: Some(noon().plus_seconds(-60 * minutes)),
        ..look(&wanted, &[])
    };
    assert_eq!(decide(&since(119)), Next::Renewal(noon().plus_seconds(60)));
    assert_eq!(decide(&since(120)), Next::Buy);
}

#[test]
fn declines_in_a_row_are_counted_from_the_last_payment_or_beginning() {
    let count = |rows: &[AttemptRow]| declines(&wanted(), rows).count();
    let [d1, d2, d3] = [70, 140, 210].map(|ago| attempt(AttemptState::Declined, ago));
    assert_eq!(count(&[d1.clone(), d2.clone(), d3.clone()]), DECLINES);
    assert_eq!(count(&[d1, attempt(AttemptState::Paid, 100), d2, d3]), 1);
}
