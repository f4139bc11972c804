//! A hundred waiting runs, served in order by grants of random size; the model beside them.

use ampere_credits::ledger::{
    Cause, Class, Command, GrantTerms, Queueing, Rejected, Request, SERVED_AT_ONCE, Turn, Waiting,
};
use ampere_credits::{Credits, GrantId, HoldId, RunId, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use std::cell::Cell;

use super::{same_balance, same_served, same_state};
use crate::chance::property;
use crate::lane::{Commit, Lane, queueing, request};
use crate::model::{Model, agrees};

const RUNS: usize = 100;
const UNIT: i64 = 1_000_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000).plus_seconds(seconds)
}

/// One who asks: for how much, how long ago, paused or not begun, and how many ask with it.
type Asks = (u32, i64, bool, bool);

fn waiting(run: u128, (amount, ago, paused, _): Asks) -> Waiting {
    Waiting {
        turn: if paused { Turn::Paused } else { Turn::Waiting },
        since: at(-ago),
        run: RunId::from_bits(run),
        hold: HoldId::from_bits(run),
        amount: Credits::whole(amount),
        hold_seconds: 86_400,
        cap: None,
    }
}

fn asks(waiting: &Waiting, now: Timestamp) -> Request {
    let stand = Queueing::IfShort(waiting.clone());
    queueing(&format!("start {}", waiting.run), waiting.command(now), stand)
}

fn grant(number: u128, credits: u32, now: Timestamp) -> Request {
    let terms = GrantTerms {
        id: GrantId::from_bits(number),
        class: Class::Purchased,
        cause: Cause::TopUp,
        amount: Credits::whole(credits),
        effective: now,
        expires: None,
    };
    request(&format!("payment {number}"), Command::Grant(terms))
}

/// The lane and the model, which do the same.
struct Both {
    lane: Lane,
    model: Model,
    seconds: i64,
    left: Vec<RunId>,
}

impl Both {
    fn commit(&mut self, requests: &[Request]) -> Result<Commit, TestCaseError> {
        self.seconds += 1;
        let now = at(self.seconds);
        let commit = self.lane.commit(requests, now);
        let told = self.model.commit(requests, now);
        for (reply, answer) in told.replies.iter().zip(&commit.answers) {
            prop_assert!(agrees(reply, answer, UNIT), "model {reply:?}, pool {answer:?}");
        }
        same_served(&told.served, &commit.served, UNIT)?;
        same_state(&self.lane, &self.model)?;
        let balance = same_balance(&self.lane, &self.model, now)?;
        for served in &commit.served {
            prop_assert!(served.answer.is_ok(), "{served:?}");
            self.left.push(served.run);
        }
        let head = self.lane.queue.first().map(|head| head.amount);
        let stopped = head.is_none_or(|amount| amount > balance.available);
        prop_assert!(stopped != commit.more, "it goes on as long as the next one fits");
        prop_assert!(!commit.more || commit.served.len() == SERVED_AT_ONCE);
        Ok(commit)
    }
}

fn run(asked: &[Asks], grants: &[u32], more: &Cell<u32>) -> TestCaseResult {
    let (lane, model) = (Lane::new(), Model::new(UNIT));
    let mut both = Both { lane, model, seconds: 0, left: Vec::new() };
    let runs: Vec<Waiting> = (1..).zip(asked).map(|(run, asks)| waiting(run, *asks)).collect();
    for group in runs.chunk_by(|a, _| asked[usize::try_from(a.run.bits()).unwrap() - 1].3) {
        let requests: Vec<Request> = group.iter().map(|each| asks(each, at(0))).collect();
        both.commit(&requests)?;
    }
    prop_assert_eq!(both.lane.queue.len(), RUNS);
    let needed: u32 = asked.iter().map(|asks| asks.0).sum();
    let mut given = 0;
    for (number, credits) in (1..).zip(grants.iter().copied().chain([needed])) {
        let now = at(both.seconds);
        let mut commit = both.commit(&[grant(number, credits, now)])?;
        while commit.more {
            more.set(more.get() + 1);
            commit = both.commit(&[])?;
        }
        given += credits;
        let mut sum = 0;
        let mut in_turn = runs.clone();
        in_turn.sort_by_key(Waiting::place);
        let fit = in_turn.iter().take_while(|next| {
            sum += next.amount.floor();
            sum <= i64::from(given)
        });
        let expected: Vec<RunId> = fit.map(|next| next.run).collect();
        prop_assert_eq!(&both.left, &expected, "strictly in order, as far as {} go", given);
    }
    prop_assert_eq!(both.left.len(), RUNS);
    let report = both.lane.audit(Credits::ZERO);
    prop_assert!(report.clean(), "the auditor: {:#?}", report.findings);
    Ok(())
}

#[test]
fn a_hundred_waiting_runs_are_served_in_order_by_grants_of_random_size() {
    let one = (1..50u32, 0..60i64, prop::bool::weighted(0.2), prop::bool::weighted(0.7));
    let asked = prop::collection::vec(one, RUNS);
    let grants =
        prop::collection::vec(prop_oneof![8 => 1..60u32, 3 => 60..700u32, 1 => Just(4_000)], 1..30);
    let more = Cell::new(0);
    property("a hundred in a queue", 60, &(asked, grants), |(asked, grants)| {
        run(&asked, &grants, &more)
    });
    assert!(more.get() > 0, "no commit ever had to leave the rest to another one");
}

#[test]
fn sixty_four_are_served_in_a_commit_and_a_clock_that_is_behind_serves_nobody() {
    let mut lane = Lane::new();
    let all: Vec<Waiting> = (1..=70).map(|run| waiting(run, (1, 70, false, false))).collect();
    let requests: Vec<Request> = all.iter().map(|each| asks(each, at(0))).collect();
    assert!(lane.commit(&requests, at(0)).served.is_empty());
    let commit = lane.commit(&[grant(1, 69, at(10))], at(10));
    assert_eq!((commit.served.len(), commit.more), (SERVED_AT_ONCE, true));
    let late = queueing("late", all[69].command(at(10)), Queueing::InTurn);
    let commit = lane.commit(std::slice::from_ref(&late), at(7));
    assert_eq!((commit.served.len(), commit.more, lane.queue.len()), (0, false, 6));
    let commit = lane.commit(&[], at(7));
    assert_eq!((commit.served.len(), commit.more, lane.queue.len()), (0, false, 6));
    // Two seconds are no matter; the deadline counts from the journal's last instant.
    let commit = lane.commit(&[], at(8));
    assert_eq!((commit.served.len(), commit.more, lane.queue.len()), (5, false, 1));
    assert_eq!(commit.served[0].deadline, at(10).plus_days(1));
    let refused = lane.commit(&[late], at(11)).answers;
    let behind = ampere_credits::ledger::Answer::Refused(Rejected::WaitsBehind { waiting: 1 });
    assert_eq!(refused, [behind]);
    assert!(lane.audit(Credits::ZERO).clean());
}
