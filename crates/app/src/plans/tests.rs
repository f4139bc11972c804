//! What a catalog's plans must be, and what they say.

use super::*;
use crate::catalog::Catalog;

fn built_in() -> Vec<Plan> {
    Catalog::built_in().map(|catalog| catalog.plans).unwrap_or_default()
}

#[test]
fn the_defaults_are_those_of_the_price_list() {
    let told: Vec<_> = built_in()
        .iter()
        .map(|plan| {
            let year = plan.period_credits(Cadence::Annual).map(Credits::floor);
            let month = plan.credits.floor();
            (plan.name.clone(), plan.monthly_cents, plan.annual_cents, month, year)
        })
        .collect();
    let plan = |name: &str, monthly: i64, credits: i64| {
        // A year: ten months' money for twelve months' credits.
        (name.to_owned(), monthly, monthly * 10, credits, Ok(credits * 12))
    };
    let wanted = [
        plan("Starter", 2_900, 10_000),
        plan("Team", 9_900, 40_000),
        plan("Scale", 39_900, 200_000),
    ];
    assert_eq!(told, wanted);
    let both = |plan: &Plan| (plan.background_percent, plan.overdraft);
    assert!(built_in().iter().all(|plan| both(plan) == (2, Credits::whole(200))));
}

#[test]
fn mistakes_are_named() {
    let changed = |change: &dyn Fn(&mut [Plan])| {
        let mut plans = built_in();
        change(&mut plans);
        check(&plans).err().unwrap_or_default()
    };
    assert_eq!(changed(&|_| {}), "");
    type Change<'a> = &'a dyn Fn(&mut [Plan]);
    let cases: [(Change<'_>, &str); 10] = [
        (&|plans| plans[0].id = "Star ter".to_owned(), "an id is 1 to 32"),
        (&|plans| plans[0].name = " ".to_owned(), "starter: it needs a name"),
        (&|plans| plans[1].credits = Credits::ZERO, "team: it must cost and give"),
        (&|plans| plans[1].annual_cents = 118_801, "a year must not cost more"),
        (&|plans| plans[1].currency = "US".to_owned(), "three lower-case letters"),
        (&|plans| plans[1].parallel_runs = 0, "at least 1"),
        (&|plans| plans[1].background_percent = 101, "at most 100"),
        (&|plans| plans[1].credits = Credits::from_micros(i64::MAX), "cannot be counted"),
        (&|plans| plans[2].credits = Credits::whole(39_999), "scale must cost more than team"),
        (&|plans| plans.swap(0, 1), "starter must cost more than team"),
    ];
    for (change, said) in cases {
        let why = changed(change);
        assert!(why.contains(said), "{why}");
    }
    let mut plans = built_in();
    let twin = Plan { monthly_cents: 50_000, annual_cents: 500_000, ..plans[2].clone() };
    plans.push(twin);
    assert_eq!(check(&plans), Err("there are two plans scale".to_owned()));
}

#[test]
fn a_catalog_without_plans_of_its_own_has_the_built_in_ones() {
    let other = "[limits]\npeople = 2\nschedules = 0\nparallel_runs = 1\n";
    let catalog = Catalog::read(other).map(|catalog| (catalog.limits.people, catalog.plans));
    assert_eq!(catalog.ok(), Some((2, built_in())));
    let none = "[limits]\npeople = 0\nschedules = 0\nparallel_runs = 1\n";
    assert!(Catalog::read(none).is_err());
}

#[test]
fn a_version_reads_as_it_was_written() {
    for plan in built_in() {
        let text = serde_json::to_string(&plan).unwrap_or_default();
        assert_eq!(serde_json::from_str::<Plan>(&text).ok(), Some(plan));
    }
}
