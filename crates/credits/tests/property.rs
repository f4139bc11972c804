//! Random work on a pool and on the model beside it: every answer, every balance and every
//! grant's parts must be the same, and the auditor must find nothing. A run in which some
//! situation never came up fails: it would have shown nothing about it.

mod acts;
mod hits;
mod hundred;
mod identity;
mod plan;

use std::cell::RefCell;
use std::collections::BTreeMap;

use ampere_credits::ledger::{Answer, Balance, Grant, Served};
use ampere_credits::{Credits, HoldId, RunId, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::chance::property;
use crate::lane::Lane;
use crate::model::{Model, Place, Reply, agrees};
use acts::Asker;
use hits::{Before, Hits};
use plan::Case;

const CASES: u32 = 600;

#[test]
fn the_pool_does_what_the_model_does() {
    let hits = RefCell::new(Hits::default());
    property("pool against model", CASES, &plan::case(), |case| run(&case, &hits));
    let hits = hits.into_inner();
    println!("{hits}");
    hits.nothing_was_missed();
    let commands = hits.count("commands");
    assert!(commands >= 20_000, "only {commands} commands were tried");
}

fn run(case: &Case, hits: &RefCell<Hits>) -> TestCaseResult {
    let mut lane = Lane::new();
    let mut model = Model::new(case.unit);
    let mut asker = Asker::new(case);
    for turn in &case.turns {
        let clock = asker.clock(turn, &lane);
        let before = Before::of(&lane, clock);
        let requests = asker.requests(turn, &lane, clock);
        let commit = lane.commit(&requests, clock);
        let told = model.commit(&requests, clock);
        for ((request, reply), answer) in requests.iter().zip(&told.replies).zip(&commit.answers) {
            prop_assert!(
                agrees(reply, answer, case.unit),
                "{:?} at {clock}\nmodel {reply:?}\npool  {answer:?}",
                request
            );
        }
        same_served(&told.served, &commit.served, case.unit)?;
        prop_assert_eq!(told.more, commit.more);
        asker.remember(&requests, &commit.answers);
        same_state(&lane, &model)?;
        let after = same_balance(&lane, &model, clock)?;
        if commit.entries.is_empty() {
            prop_assert_eq!(
                Balance { at: after.at, ..before.balance },
                after,
                "nothing was booked"
            );
        }
        hits.borrow_mut().note((&lane, &before), (&requests, &commit), clock);
    }
    let report = lane.audit(Credits::from_micros(case.limit * case.unit));
    prop_assert!(report.clean(), "the auditor: {:#?}", report.findings);
    Ok(())
}

/// Who left the queue, in the same order with the same answer.
fn same_served(
    model: &[(RunId, HoldId, Reply)],
    pool: &[Served],
    unit: i64,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(model.len(), pool.len(), "{:?} and {:?}", model, pool);
    for ((run, hold, reply), served) in model.iter().zip(pool) {
        prop_assert_eq!((*run, *hold), (served.run, served.hold));
        let answer = match &served.answer {
            Ok(outcome) => Answer::Done(*outcome),
            Err(rejected) => Answer::Refused(rejected.clone()),
        };
        prop_assert!(agrees(reply, &answer, unit), "model {reply:?}, pool {served:?}");
    }
    Ok(())
}

/// Where every unit lies, and who waits.
fn same_state(lane: &Lane, model: &Model) -> TestCaseResult {
    let wide = |units: i64| Credits::from_micros(units * model.unit);
    let full = &lane.full;
    prop_assert_eq!(full.position, model.position);
    prop_assert_eq!(full.debt, wide(model.debt + model.owed));
    prop_assert_eq!(full.debt_of_claims, wide(model.owed));
    prop_assert_eq!(full.locked, model.locked);
    prop_assert_eq!(full.overdraft, wide(model.overdraft()));
    prop_assert_eq!(full.grants.len(), model.grants.len());
    for grant in &full.grants {
        let mine = &model.grants[&grant.terms.id];
        let parts = [
            (grant.unheld, mine.count(Place::Unheld)),
            (grant.held, mine.in_holds()),
            (grant.spent, mine.count(Place::Spent)),
            (grant.to_debt, mine.count(Place::PaidDebt)),
            (grant.expired, mine.count(Place::Expired)),
            (grant.clawed, mine.count(Place::TakenBack)),
            (grant.claim, mine.claim.total),
            (grant.claim_met, mine.claim.met()),
            (grant.claim_by_expiry, mine.claim.had_expired),
        ];
        prop_assert_eq!(grant.frozen_since, mine.frozen);
        for (pool, model) in parts {
            prop_assert_eq!(pool, wide(model), "{:?} against {:?}", grant, mine);
        }
    }
    let mut waiting = model.queue.clone();
    waiting.sort_by_key(|waiting| waiting.run);
    let mut queue = lane.queue.clone();
    queue.sort_by_key(|waiting| waiting.run);
    prop_assert_eq!(queue, waiting);
    prop_assert_eq!(full.holds.len(), model.holds.len());
    for (id, hold) in &full.holds {
        let mine = &model.holds[id];
        prop_assert_eq!(hold.ended.map(|end| end.kind), mine.ended);
        prop_assert_eq!(hold.overdraft, wide(mine.overdraft));
        for slice in &hold.slices {
            let units = model.grants[&slice.grant].count(Place::In(*id));
            prop_assert_eq!(slice.amount, wide(units));
        }
    }
    Ok(())
}

/// By hand: the soonest expiry of what is locked, and how much of that ends with it.
fn locked_expiry(lane: &Lane, balance: &Balance) -> Option<(Timestamp, Credits)> {
    let at = balance.at;
    let locked = |grant: &&Grant| {
        let terms = grant.terms;
        let ahead = terms.effective <= at && terms.expires.is_some_and(|end| end > at);
        lane.full.locked && grant.frozen_since.is_none() && terms.of_pool() && ahead
    };
    let mut debt = lane.full.debt.micros();
    let mut ends: BTreeMap<Timestamp, i64> = BTreeMap::new();
    let mut order: Vec<&Grant> = lane.full.grants.iter().collect();
    order.retain(|grant| {
        let never = grant.terms.expires.is_none() && grant.terms.effective <= at;
        locked(grant) || (lane.full.locked && never && grant.frozen_since.is_none())
    });
    for grant in order.iter().filter(|grant| grant.terms.of_pool()) {
        let pays = debt.min(grant.unheld.micros());
        debt -= pays;
        if let Some(end) = grant.terms.expires {
            *ends.entry(end).or_default() += grant.unheld.micros() - pays;
        }
    }
    ends.retain(|_, micros| *micros > 0);
    ends.into_iter().next().map(|(end, micros)| (end, Credits::from_micros(micros)))
}

/// What people see, and that it adds up: exactly, and on the screen.
fn same_balance(lane: &Lane, model: &Model, clock: Timestamp) -> Result<Balance, TestCaseError> {
    let balance = lane.balance(clock);
    let seen = model.seen(clock).map(|units| Credits::from_micros(units * model.unit));
    let Balance { available, held, included, purchased, outstanding, .. } = balance;
    let background = [balance.background, balance.background_available];
    let [left, ready] = background;
    let apart = [balance.locked, balance.frozen];
    let pool = [available, held, included, purchased, outstanding, left, ready, apart[0], apart[1]];
    prop_assert_eq!(pool, seen);
    prop_assert_eq!(balance.locked_next_expiry, locked_expiry(lane, &balance));
    prop_assert!(pool.iter().all(|part| part.micros() >= 0));
    prop_assert_eq!(balance.available.plus(balance.held), balance.total());
    prop_assert!(balance.outstanding.is_zero() || balance.available.is_zero());
    let shown = balance.shown().unwrap();
    prop_assert_eq!(shown.available + shown.held, shown.total);
    prop_assert_eq!(shown.included + shown.purchased, shown.total);
    let parts = [shown.included, shown.purchased, shown.available, shown.held];
    prop_assert!(parts.iter().all(|part| *part >= 0), "{:?}", shown);
    Ok(balance)
}
