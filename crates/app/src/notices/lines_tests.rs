//! One notice per crossing, and recovery.

use super::*;

fn facts(left: u32) -> Facts {
    Facts {
        left: Credits::whole(left),
        available: Credits::whole(left),
        included_granted: Credits::whole(1_000),
        included_left: Credits::whole(left),
        standing: Standing { state: "active", ..Standing::default() },
        ..Facts::default()
    }
}

/// Goes through balances as time goes on; what was told at each, by kind.
fn told(steps: &[Facts]) -> Vec<Vec<Kind>> {
    let mut marks = Marks::new();
    steps
        .iter()
        .map(|facts| {
            let lines = crossed(facts, &marks);
            let kinds = lines.iter().filter_map(|line| line.notice.as_ref().map(|n| n.kind));
            let kinds = kinds.collect();
            marks.extend(lines.into_iter().map(|line| (line.subject, line.level)));
            kinds
        })
        .collect()
}

#[test]
fn each_share_is_told_once_on_the_way_down() {
    let steps: Vec<Facts> = [600, 500, 499, 400, 249, 120, 99, 50].map(facts).to_vec();
    let count: Vec<usize> = told(&steps).iter().map(Vec::len).collect();
    assert_eq!(count, [0, 0, 1, 0, 1, 0, 1, 0]);
}

#[test]
fn incident_akash_console_3896_ten_mails_from_hovering_at_the_line() {
    let hovering: Vec<Facts> = (0..50).map(|n| facts(if n % 2 == 0 { 499 } else { 501 })).collect();
    assert_eq!(told(&hovering).concat(), [Kind::Balance]);
    let back = [facts(499), facts(560), facts(499)];
    assert_eq!(told(&back).concat().len(), 2, "clearly back, then crossed again");
}

#[test]
fn a_purchase_resets_the_line_and_nobody_hears_of_it() {
    let steps = [facts(99), facts(900), facts(99)];
    let count: Vec<usize> = told(&steps).iter().map(Vec::len).collect();
    assert_eq!(count, [1, 0, 1]);
}

#[test]
fn few_days_at_the_present_pace_are_low_too() {
    let days = |days| Facts { days_left: Some(days), ..facts(900) };
    let steps = [days(3), days(2), days(3), days(2), days(4), days(2)];
    let count: Vec<usize> = told(&steps).iter().map(Vec::len).collect();
    assert_eq!(count, [0, 1, 0, 0, 0, 1]);
}

#[test]
fn a_pause_is_told_and_so_is_its_end() {
    let paused = Facts { paused: true, ..facts(0) };
    let steps = [facts(900), paused.clone(), paused, facts(900), facts(900)];
    let kinds = told(&steps);
    assert!(kinds[1].contains(&Kind::Paused) && kinds[3] == [Kind::Paused], "{kinds:?}");
    assert!(kinds[2].is_empty() && kinds[4].is_empty(), "{kinds:?}");
}

#[test]
fn used_up_included_credits_are_told_once_a_period() {
    let used = Facts { included_left: Credits::ZERO, ..facts(900) };
    assert_eq!(told(&[facts(900), used.clone(), used.clone()]).concat(), [Kind::IncludedUsedUp]);
    assert_eq!(told(&[used.clone(), facts(900), used]).concat().len(), 2, "refreshed in between");
}

fn standing(state: &'static str, trouble: bool) -> Facts {
    let (text, plan) = ("It failed.".to_owned(), Some(super::life::PlanFacts::default()));
    let standing = Standing { state, trouble, text, plan, confirm: None };
    Facts { standing, ..facts(900) }
}

#[test]
fn a_plan_in_trouble_is_told_and_so_is_its_recovery() {
    let late = standing("past_due", true);
    let steps = [standing("active", false), late.clone(), late, facts(900)];
    let count: Vec<usize> = told(&steps).iter().map(Vec::len).collect();
    assert_eq!(count, [0, 1, 0, 1]);
}

#[test]
fn a_plan_that_is_cancelled_resumed_cancelled_again_and_over_is_told_each_time_once() {
    let states = ["active", "ending", "ending", "active", "active", "ending", "ended", "ended"];
    let kinds = told(&states.map(|state| standing(state, false)));
    let count: Vec<usize> = kinds.iter().map(Vec::len).collect();
    assert_eq!(count, [0, 1, 0, 1, 0, 1, 1, 0]);
    assert!(kinds.concat().iter().all(|kind| *kind == Kind::Plan), "{kinds:?}");
    // A restart is a payment that came in.
    let end = ["ended", "active"].map(|state| standing(state, false));
    assert_eq!(told(&end).concat(), [Kind::Plan, Kind::Payment]);
    // With a change in view it is resumed all the same; a plan that begins is no news of its life.
    let back = ["ending", "change_scheduled"].map(|state| standing(state, false));
    assert_eq!(told(&back).concat(), [Kind::Plan, Kind::Plan]);
    let begin = ["none", "incomplete", "active", "change_scheduled", "active"];
    assert!(told(&begin.map(|state| standing(state, false))).concat().is_empty());
}

#[test]
fn each_outcome_of_an_attempt_is_told_once() {
    let attempt = |id, state, off| Recharged {
        id: ampere_credits::RechargeId::from_bits(id),
        state,
        credits: Credits::whole(10_000),
        why: "The card was declined.".to_owned(),
        off,
    };
    let with = |list: &[Recharged]| Facts { recharged: list.to_vec(), ..facts(900) };
    let (paid, no) = (attempt(1, "paid", false), attempt(2, "declined", false));
    let last = attempt(3, "declined", true);
    let steps = [with(std::slice::from_ref(&paid)), with(&[no.clone(), paid]), with(&[last, no])];
    assert_eq!(told(&steps), [vec![Kind::Recharged], vec![Kind::Payment], vec![Kind::Payment]]);
}

#[test]
fn purchased_credits_that_end_are_told_at_thirty_and_at_seven_days() {
    let with = |days| {
        let purchased = Purchased {
            id: ampere_credits::GrantId::from_bits(1),
            left: Credits::whole(400),
            days,
            day: "12 Mar".to_owned(),
        };
        Facts { purchased: vec![purchased], ..facts(900) }
    };
    let steps = [with(31), with(30), with(8), with(7), with(1), with(0)];
    let count: Vec<usize> = told(&steps).iter().map(Vec::len).collect();
    assert_eq!(count, [0, 1, 0, 1, 0, 0]);
}
