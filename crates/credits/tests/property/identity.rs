//! Locking and unlocking changes nothing (I20): of two pools with the same random history, one is
//! locked and unlocked again now and then, and from then on both must go on as one.

use std::cell::Cell;

use ampere_credits::ledger::{Answer, Balance, Command, Outcome};
use ampere_credits::{Credits, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::acts::Asker;
use super::plan::{self, Case};
use crate::chance::property;
use crate::lane::Lane;

/// Positions differ by the locks and unlocks between.
fn without_position(answer: &Answer) -> Answer {
    let same = |outcome: &Outcome| Outcome { position: 0, ..*outcome };
    match answer {
        Answer::Done(outcome) => Answer::Done(same(outcome)),
        Answer::Replayed(outcome) => Answer::Replayed(same(outcome)),
        other => other.clone(),
    }
}

fn seen(lane: &Lane, clock: Timestamp) -> Balance {
    Balance { position: 0, ..lane.balance(clock) }
}

/// Locks and unlocks at the instant of the last entry: nobody can have done anything between.
fn lock_and_unlock(lane: &mut Lane, pair: u32) -> Result<u64, TestCaseError> {
    let at = lane.full.last;
    let before = seen(lane, at);
    let locked = lane.ask(&format!("lock {pair}"), Command::Lock, at);
    prop_assert!(matches!(locked, Answer::Done(_)), "{:?}", locked);
    let apart = seen(lane, at);
    prop_assert_eq!(apart.available, Credits::ZERO);
    prop_assert_eq!(apart.locked, before.available);
    prop_assert_eq!(apart.held.plus(apart.locked), before.total());
    let unlocked =
        lane.commit(&[crate::lane::request(&format!("unlock {pair}"), Command::Unlock)], at);
    prop_assert!(matches!(unlocked.answers[..], [Answer::Done(_)]));
    prop_assert_eq!(unlocked.entries.len(), 1, "{:?}", unlocked.entries);
    prop_assert_eq!(seen(lane, at), before);
    Ok(2)
}

fn run(case: &Case, pairs: &Cell<u32>, held: &Cell<u32>) -> TestCaseResult {
    let (mut plain, mut locked) = (Lane::new(), Lane::new());
    let mut asker = Asker::new(case);
    let mut between = 0;
    for (number, turn) in case.turns.iter().enumerate() {
        let clock = asker.clock(turn, &plain);
        let requests = asker.requests(turn, &plain, clock);
        let commit = plain.commit(&requests, clock);
        let other = locked.commit(&requests, clock);
        let answers = |answers: &[Answer]| answers.iter().map(without_position).collect::<Vec<_>>();
        prop_assert_eq!(answers(&commit.answers), answers(&other.answers));
        asker.remember(&requests, &commit.answers);
        prop_assert_eq!(locked.full.position, plain.full.position + between);
        prop_assert_eq!(seen(&locked, clock), seen(&plain, clock));
        prop_assert_eq!(&locked.full.grants, &plain.full.grants);
        prop_assert_eq!(&locked.queue, &plain.queue);
        // Who waits could be served at another instant than that of the lock.
        if number % 3 == 1 && plain.queue.is_empty() && !plain.full.locked {
            pairs.set(pairs.get() + 1);
            held.set(held.get() + u32::from(locked.balance(clock).held.is_positive()));
            between += lock_and_unlock(&mut locked, pairs.get())?;
        }
    }
    let report = locked.audit(Credits::from_micros(case.limit * case.unit));
    prop_assert!(report.clean(), "the auditor: {:#?}", report.findings);
    Ok(())
}

#[test]
fn i20_lock_and_unlock_change_nothing_that_comes_after() {
    let (pairs, held) = (Cell::new(0), Cell::new(0));
    property("locked and unlocked", 60, &plan::case(), |case| run(&case, &pairs, &held));
    println!("{} pairs, {} while credits were held", pairs.get(), held.get());
    assert!(pairs.get() >= 100 && held.get() > 0, "it was hardly ever locked");
}
