//! Random work on a pool and on the model beside it: every answer, every balance and every
//! grant's parts must be the same, and the auditor must find nothing. A run in which some
//! situation never came up fails: it would have shown nothing about it.

mod acts;
mod hits;
mod hundred;
mod plan;

use std::cell::RefCell;

use ampere_credits::ledger::{Answer, Balance, Served};
use ampere_credits::{Credits, HoldId, RunId};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::chance::property;
use crate::lane::Lane;
use crate::model::{Model, Place, Reply, agrees};
use acts::Asker;
use hits::{Before, Hits};
use plan::Case;

const CASES: u32 = 400;

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
        let before = Before { balance: lane.balance(clock), queue: lane.queue.clone() };
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
    prop_assert_eq!(full.debt, wide(model.debt));
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
        ];
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

/// What people see, and that it adds up: exactly, and on the screen.
fn same_balance(
    lane: &Lane,
    model: &Model,
    clock: ampere_credits::Timestamp,
) -> Result<Balance, TestCaseError> {
    let balance = lane.balance(clock);
    let seen = model.seen(clock).map(|units| Credits::from_micros(units * model.unit));
    let Balance { available, held, included, purchased, outstanding, .. } = balance;
    let background = [balance.background, balance.background_available];
    let pool = [available, held, included, purchased, outstanding, background[0], background[1]];
    prop_assert_eq!(pool, seen);
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
