//! Changes of plans: what they are, cost and give; and that no order of them mints credits.

use ampere_credits::period::Period;
use ampere_credits::plans::{Footing, Proration, Rest, Scenario, extra_credits, year_saving};
use ampere_credits::{Cadence, Credits, Timestamp};
use proptest::prelude::*;

use crate::chance::property;

const DAY: i64 = 86_400;

fn month(days: i64) -> Period {
    let start: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    Period { start, end: start.plus_seconds(days * DAY) }
}

fn rest(days: i64, gone_seconds: i64) -> Rest {
    let period = month(days);
    Rest::of(period, period.start.plus_seconds(gone_seconds)).unwrap()
}

#[test]
fn every_choice_has_one_scenario() {
    let monthly = Footing::On { cadence: Cadence::Monthly, cents: 9_900 };
    let annual = Footing::On { cadence: Cadence::Annual, cents: 99_000 };
    let (m, a) = (Cadence::Monthly, Cadence::Annual);
    let table = [
        (Footing::Never, false, m, 2_900, Scenario::Start),
        (Footing::Never, false, a, 29_000, Scenario::Start),
        (Footing::Ended, false, m, 2_900, Scenario::Restart),
        (Footing::Ended, true, m, 9_900, Scenario::Restart),
        (Footing::Unsettled, true, m, 9_900, Scenario::Unavailable),
        (Footing::Unsettled, false, a, 399_000, Scenario::Unavailable),
        (monthly, true, m, 9_900, Scenario::Current),
        // A customer keeps the version that they have: a newer one of the plan is no change.
        (monthly, true, m, 12_900, Scenario::Current),
        (monthly, false, m, 9_901, Scenario::Upgrade),
        (monthly, false, m, 9_900, Scenario::Downgrade),
        (monthly, false, m, 2_900, Scenario::Downgrade),
        (monthly, true, a, 99_000, Scenario::ToAnnual),
        (monthly, false, a, 29_000, Scenario::ToAnnual),
        (annual, true, a, 99_000, Scenario::Current),
        (annual, false, a, 399_000, Scenario::Upgrade),
        (annual, false, a, 29_000, Scenario::Downgrade),
        (annual, true, m, 9_900, Scenario::ToMonthly),
        (annual, false, m, 39_900, Scenario::ToMonthly),
    ];
    for (footing, same, cadence, cents, wanted) in table {
        let got = Scenario::of(footing, same, cadence, cents);
        assert_eq!(got, wanted, "{footing:?} {same} {cadence:?} {cents}");
    }
    let waits = [Scenario::Downgrade, Scenario::ToMonthly];
    for scenario in Scenario::ALL {
        assert_eq!(scenario.now(), !waits.contains(&scenario), "{scenario:?}");
        assert_eq!(Scenario::named(scenario.word()), Some(scenario));
    }
    assert_eq!(Scenario::named("sideways"), None);
}

#[test]
fn an_upgrade_in_the_middle_costs_and_gives_half() {
    let half = rest(30, 15 * DAY);
    let (starter, team) = (Credits::whole(10_000), Credits::whole(40_000));
    assert_eq!(extra_credits(starter, team, half), Credits::whole(15_000));
    assert_eq!(Proration::of(2_900, 9_900, half), Proration { credit: -1_450, debit: 4_950 });
    assert_eq!(Proration::of(2_900, 9_900, half).due(), 3_500);
    // A third of a period: credits are rounded down to a micro-credit, each line of money by
    // itself, a half up.
    let third = rest(30, 20 * DAY);
    assert_eq!(extra_credits(starter, Credits::whole(10_001), third).micros(), 333_333);
    assert_eq!(Proration::of(100, 200, third), Proration { credit: -33, debit: 67 });
    let half_a_cent = Proration::of(1, 3, half);
    assert_eq!(half_a_cent, Proration { credit: -1, debit: 2 });
}

#[test]
fn at_its_ends_a_period_gives_all_or_nothing() {
    let (old, new) = (Credits::whole(10_000), Credits::whole(40_000));
    for (gone, credits, due) in [(-5, 30_000, 7_000), (0, 30_000, 7_000), (30 * DAY, 0, 0)] {
        let rest = rest(30, gone);
        assert_eq!(extra_credits(old, new, rest), Credits::whole(credits));
        assert_eq!(Proration::of(2_900, 9_900, rest).due(), due);
    }
    assert_eq!(extra_credits(new, old, rest(30, 0)), Credits::ZERO, "never less than nothing");
    let period = month(30);
    assert_eq!(Rest::of(Period { start: period.end, end: period.end }, period.end), None);
    assert_eq!(Rest::of(Period { start: period.end, end: period.start }, period.end), None);
}

#[test]
fn a_year_is_twelve_months_of_credits_and_its_saving_is_two_months_of_money() {
    let team = Credits::whole(40_000);
    assert_eq!(Cadence::Monthly.credits(team), Ok(team));
    assert_eq!(Cadence::Annual.credits(team), Ok(Credits::whole(480_000)));
    assert!(Cadence::Annual.credits(Credits::from_micros(i64::MAX / 11)).is_err());
    assert_eq!(year_saving(9_900, 99_000), 19_800);
    assert_eq!(year_saving(1_000, 13_000), 0);
    for cadence in Cadence::ALL {
        assert_eq!(Cadence::of(cadence.word()), Some(cadence));
    }
    assert_eq!(Cadence::of("weekly"), None);
}

/// A choice, or taking a pending change back, after so many seconds.
#[derive(Debug, Clone, Copy)]
enum Act {
    Choose(usize),
    Undo,
}

/// Plans by price: cents and credits of a period.
const PLANS: [(i64, u32); 4] =
    [(2_900, 10_000), (9_900, 40_000), (9_900, 41_000), (39_900, 200_000)];

/// llmgateway#2479 downgrade/upgrade loop mints allowances: whatever is chosen, in whatever order
/// within a period, all credits together stay within what the dearest plan that was reached gives
/// for the whole period, and within what was paid for it.
#[test]
fn llmgateway_2479_a_downgrade_upgrade_loop_mints_no_allowance() {
    let act = prop_oneof![(0..PLANS.len()).prop_map(Act::Choose), Just(Act::Undo)];
    let acts = prop::collection::vec((0..3 * DAY, act), 1..40);
    property("loops of changes", 2_000, &(0..PLANS.len(), acts), |(first, acts)| {
        let (mut on, mut pending, mut gone) = (first, None, 0);
        let mut paid = PLANS[on].0;
        let mut granted = Credits::whole(PLANS[on].1);
        let (mut highest, mut upgrades) = (on, 0);
        for (later, act) in acts {
            gone = (gone + later).min(30 * DAY);
            let chosen = match act {
                Act::Undo => {
                    pending = None;
                    continue;
                }
                // One change may be pending.
                Act::Choose(_) if pending.is_some() => continue,
                Act::Choose(chosen) => chosen,
            };
            let footing = Footing::On { cadence: Cadence::Monthly, cents: PLANS[on].0 };
            let cents = PLANS[chosen].0;
            match Scenario::of(footing, chosen == on, Cadence::Monthly, cents) {
                Scenario::Current => {}
                Scenario::Downgrade => pending = Some(chosen),
                Scenario::Upgrade => {
                    let rest = rest(30, gone);
                    let due = Proration::of(PLANS[on].0, cents, rest).due();
                    let old = Credits::whole(PLANS[on].1);
                    let extra = extra_credits(old, Credits::whole(PLANS[chosen].1), rest);
                    prop_assert!(due >= 0, "an upgrade never pays anything out");
                    paid += due;
                    upgrades += 1;
                    granted = granted.plus(extra).unwrap();
                    on = chosen;
                    highest = highest.max(chosen);
                }
                other => prop_assert!(false, "{other:?} within one cadence"),
            }
        }
        prop_assert!(granted <= Credits::whole(PLANS[highest].1));
        // Each line of money is rounded by itself: at most one cent of an upgrade.
        prop_assert!(paid <= PLANS[highest].0 + upgrades);
        // No credit comes without its money: the cheapest there are cost 0.1875 cents each.
        let least = i128::from(granted.micros()) * 1_875 / 10_000 / 1_000_000;
        prop_assert!(i128::from(paid + upgrades) >= least, "{paid} cents for {granted}");
        Ok(())
    });
}

/// shogo-ai#430 upgrade wiped the remainder: an upgrade adds, and the more of the period is left,
/// the more; the parts of two upgrades are never more than one at the first instant.
#[test]
fn shogo_ai_430_an_upgrade_only_adds_and_splitting_it_gives_no_more() {
    let amounts = (0..1_i64 << 50, 0..1_i64 << 50, 0..1_i64 << 50);
    let spans = (1..366_i64 * DAY, 0..366_i64 * DAY, 0..366_i64 * DAY);
    property("upgrades", 3_000, &(amounts, spans), |((a, b, c), (whole, one, two))| {
        let mut levels = [a, b, c];
        levels.sort_unstable();
        let [low, mid, high] = levels.map(Credits::from_micros);
        let start = Timestamp::from_micros(1_700_000_000_000_000);
        let period = Period { start, end: start.plus_seconds(whole) };
        let (first, second) = (one.min(two) % whole, one.max(two).min(whole));
        let at = |gone| Rest::of(period, start.plus_seconds(gone)).unwrap();
        let split = extra_credits(low, mid, at(first)).plus(extra_credits(mid, high, at(second)));
        let whole_way = extra_credits(low, high, at(first));
        prop_assert!(split.unwrap() <= whole_way, "{split:?} over {whole_way}");
        prop_assert!(whole_way <= high.minus(low).unwrap());
        prop_assert!(extra_credits(low, high, at(second)) <= whole_way);
        let money = Proration::of(low.micros(), high.micros(), at(first));
        prop_assert!(money.due() >= 0 && money.credit <= 0 && money.debit <= high.micros());
        Ok(())
    });
}
