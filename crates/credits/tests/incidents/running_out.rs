//! At zero, in the queue, and work in the background.

use ampere_credits::ledger::{
    Account, Answer, Balance, Class, Command, Draw, Fact, Queueing, Rejected, Request, Turn,
    Waiting,
};
use ampere_credits::{Credits, GrantId, HoldId, RunId};

use super::{at, available, clean, done, hold, lacking, lane_with, settle, terms, whole};
use crate::lane::{Lane, queueing, request};

/// The same hold as `hold`, which waits if it is short.
fn if_short(key: &str, n: u128, run: u128, credits: u32, minute: i64) -> Request {
    let waiting = waiting(n, run, credits, minute);
    queueing(key, hold(n, run, credits, minute), Queueing::IfShort(waiting))
}

fn waiting(n: u128, run: u128, credits: u32, minute: i64) -> Waiting {
    Waiting {
        turn: Turn::Waiting,
        since: at(minute),
        run: RunId::from_bits(run),
        hold: HoldId::from_bits(n),
        amount: whole(credits),
        hold_seconds: 3_600,
        cap: None,
    }
}

fn allowance(n: u128, credits: u32) -> Command {
    Command::Grant(terms(n, Class::Background, credits, 0))
}

fn background(n: u128, run: u128, credits: u32, draw: Draw) -> Command {
    let Command::Hold { hold, run, amount, deadline, cap, .. } = hold(n, run, credits, 1) else {
        unreachable!()
    };
    Command::Hold { hold, run, amount, deadline, cap, draw }
}

#[test]
fn incident_codex_37445_and_vscode_320299_background_work_charges_silently() {
    let mut lane = lane_with(100);
    done(lane.ask("allowance", allowance(2, 5), at(0)));
    let pool = |balance: Balance| {
        let Balance { available, held, included, purchased, .. } = balance;
        [available, held, included, purchased]
    };
    let before = lane.balance(at(0));
    for n in 1..=5 {
        let take = background(n, 100 + n, 1, Draw::Background);
        done(lane.ask(&format!("title {n}"), take, at(2)));
        done(lane.ask(&format!("end {n}"), settle(n, 1), at(2)));
    }
    // Not one micro-credit of the pool went, and used up it says so instead of going on with it.
    let after = lane.balance(at(2));
    assert_eq!(pool(after), pool(before));
    assert_eq!((before.background, after.background), (whole(5), Credits::ZERO));
    lacking(&lane.ask("title 6", background(6, 106, 1, Draw::Background), at(3)));
    assert_eq!(pool(lane.balance(at(3))), pool(before));
    // Every background credit that was spent stands in the end of a run's hold.
    let told: Vec<(RunId, Credits)> = lane
        .journal
        .iter()
        .filter_map(|entry| match entry.fact {
            Fact::Ended { run, .. } => Some((run, entry.outcome().unwrap().charged)),
            _ => None,
        })
        .collect();
    let runs: Vec<(RunId, Credits)> =
        (101..=105).map(|run| (RunId::from_bits(run), whole(1))).collect();
    assert_eq!(told, runs);
    clean(&lane);
}

#[test]
fn incident_codex_37445_what_it_draws_of_the_pool_is_an_entry_too() {
    let mut lane = lane_with(100);
    done(lane.ask("allowance", allowance(2, 5), at(0)));
    done(lane.ask("h", background(1, 101, 8, Draw::BackgroundThenPool), at(1)));
    done(lane.ask("s", settle(1, 7), at(2)));
    let entry = lane.journal.last().unwrap();
    assert!(matches!(entry.fact, Fact::Ended { run, .. } if run == RunId::from_bits(101)));
    let spent: Vec<(Account, Credits)> = entry
        .moves
        .iter()
        .filter(|each| each.to == Account::Spent)
        .map(|each| (each.from, each.amount))
        .collect();
    let of = |grant| Account::Held(HoldId::from_bits(1), GrantId::from_bits(grant));
    assert_eq!(spent, [(of(2), whole(5)), (of(1), whole(2))]);
    assert_eq!(available(&lane, 2), whole(98));
    clean(&lane);
}

#[test]
fn incident_vm0_32109_lack_of_credit_counted_as_failure() {
    let mut lane = lane_with(4);
    // To wait is an answer of its own and no refusal, however often it is given.
    for minute in 1..20 {
        let asked = [if_short("start", 1, 1, 9, 1)];
        assert_eq!(lane.commit(&asked, at(minute)).answers, [Answer::Waits]);
    }
    // Where nobody may wait it is a refusal that time cures: nothing of it is remembered.
    let behind = [queueing("next", hold(2, 2, 1, 20), Queueing::InTurn)];
    let Answer::Refused(refused) = lane.commit(&behind, at(20)).answers.remove(0) else {
        panic!("served before its turn")
    };
    assert_eq!(refused, Rejected::WaitsBehind { waiting: 1 });
    assert!(refused.transient());
    assert_eq!(lane.keys.len(), 1, "only the grant is remembered");
    assert_eq!(lane.journal.len(), 1, "nothing was booked");
    let pack = Command::Grant(terms(2, Class::Purchased, 100, 21));
    let served = lane.commit(&[request("payment:1", pack)], at(21)).served;
    assert!(served.iter().all(|served| served.answer.is_ok()) && served.len() == 1);
    let next = lane.commit(&behind, at(22)).answers.remove(0);
    done(next);
    clean(&lane);
}

#[test]
fn incident_dyad_3610_minutes_until_purchased_credits_start_who_waits() {
    let mut lane = Lane::new();
    assert_eq!(lane.commit(&[if_short("start", 1, 1, 5, 1)], at(1)).answers, [Answer::Waits]);
    let pack = Command::Grant(terms(2, Class::Purchased, 100, 2));
    let commit = lane.commit(&[request("payment:1", pack)], at(2));
    assert_eq!(commit.served.len(), 1);
    assert_eq!(commit.served[0].deadline, at(62), "an hour from now, not from when it asked");
    let held = commit.served[0].answer.as_ref().map(|outcome| outcome.added);
    assert_eq!(held, Ok(whole(5)));
    clean(&lane);
}

#[test]
fn incident_lobu_3329_paused_automations_were_invisible() {
    let mut lane = lane_with(10);
    done(lane.ask("h", hold(1, 1, 10, 0), at(0)));
    let mut pause = waiting(2, 1, 30, 1);
    pause.turn = Turn::Paused;
    let asked = [queueing("pause", settle(1, 10), Queueing::Afterwards(pause.clone()))];
    let commit = lane.commit(&asked, at(1));
    // Whoever is not served is told with the commit that it waits, and for how much.
    assert_eq!(commit.joined, [pause]);
    assert!(commit.served.is_empty() && !commit.more);
    clean(&lane);
}

#[test]
fn incident_doctl_1978_a_low_balance_shown_as_another_failure() {
    let mut lane = lane_with(4);
    let Answer::Refused(refused) = lane.ask("h", hold(1, 1, 9, 1), at(1)) else { panic!() };
    let shortfall = whole(5);
    let short = Rejected::InsufficientCredits { needed: whole(9), available: whole(4), shortfall };
    assert_eq!(refused, short);
    assert_eq!(refused.to_string(), "needs 9 credits; 4 are available");
    let full = Rejected::WaitsBehind { waiting: 3 };
    assert_eq!(full.to_string(), "3 runs wait for credits before this one");
}
