//! What people see of a pool, from pools made by the rules themselves.

use std::collections::{BTreeSet, HashMap};

use ampere_credits::ledger::{
    Command, Draw, GrantTerms, Hash, Overdraft, Queueing, Request, execute_batch,
};
use ampere_credits::{GrantId, HoldId, OrgId, RunId};

use super::lists::{GrantState, available_change, list_grants};
use super::*;

const MICRO: Credits = Credits::from_micros(1);
const STILL: Pace = Pace { used: Credits::ZERO };

/// A pool with its whole history, as the store would keep it.
struct Books {
    pool: Pool,
    rows: Vec<GrantRow>,
    changes: Vec<Credits>,
    keys: u32,
}

impl Books {
    fn new() -> Self {
        let pool = Pool::empty(OrgId::from_bits(1));
        Books { pool, rows: Vec::new(), changes: Vec::new(), keys: 0 }
    }

    fn run(&mut self, seconds: i64, command: Command) -> &mut Self {
        self.keys += 1;
        let (key, hash) = (self.keys.to_string(), Hash::default());
        let request = Request { key, hash, command, queueing: Queueing::Overtakes };
        let batch =
            execute_batch(&mut self.pool, &[request], &HashMap::new(), &[], at(seconds)).unwrap();
        assert!(
            !matches!(batch.answers[0], ampere_credits::ledger::Answer::Refused(_)),
            "{:?}",
            batch.answers
        );
        for entry in &batch.entries {
            self.changes.push(available_change(&entry.moves, &BTreeSet::new()).unwrap());
            if let ampere_credits::ledger::Fact::Granted(terms) = entry.fact {
                let grant = *self.pool.grant(terms.id).unwrap();
                let position = entry.position;
                self.rows.push(GrantRow { grant, granted_at: entry.at, position });
            }
        }
        for row in &mut self.rows {
            if let Some(grant) = self.pool.grant(row.grant.terms.id) {
                row.grant = *grant;
            }
        }
        self.pool.compact();
        self
    }

    fn grant(&mut self, id: u128, class: Class, credits: u32, days: i64) -> &mut Self {
        let cause = match class {
            Class::Included => Cause::Trial,
            Class::Purchased => Cause::TopUp,
            Class::Background => Cause::Background,
        };
        let now = at(self.pool.last.seconds_since(at(0)).max(0));
        self.run(
            now.seconds_since(at(0)),
            Command::Grant(GrantTerms {
                id: GrantId::from_bits(id),
                class,
                cause,
                amount: Credits::whole(credits),
                effective: now,
                expires: Some(now.plus_days(days)),
            }),
        )
    }

    fn hold(&mut self, seconds: i64, id: u128, credits: u32) -> &mut Self {
        let deadline = at(seconds).plus_seconds(3_600);
        let (hold, run) = (HoldId::from_bits(id), RunId::from_bits(id));
        let amount = Credits::whole(credits);
        self.run(
            seconds,
            Command::Hold { hold, run, amount, deadline, cap: None, draw: Draw::Pool },
        )
    }

    fn settle(&mut self, seconds: i64, id: u128, charge: Credits) -> &mut Self {
        let hold = HoldId::from_bits(id);
        self.run(seconds, Command::Settle { hold, charge, estimated: false })
    }

    fn reading(&self, seconds: i64) -> Reading {
        Reading::of(&self.pool, &self.rows, at(seconds)).unwrap()
    }

    fn view(&self, seconds: i64) -> BalanceView {
        view(&self.reading(seconds), STILL, MICRO, Vec::new()).unwrap()
    }

    /// The law: what is listed adds up to what is shown, whatever the instant.
    fn adds_up(&self, seconds: i64) {
        let (reading, view) = (self.reading(seconds), self.view(seconds));
        let list = list_grants(&reading).unwrap();
        let active = || list.grants.iter().filter(|seen| seen.state == GrantState::Active);
        let sum = |part: fn(&lists::GrantView) -> Credits| Credits::sum(active().map(part));
        assert_eq!(sum(|seen| seen.left).unwrap(), view.total);
        assert_eq!(sum(|seen| seen.grant.held).unwrap(), view.balance.held);
        assert_eq!(sum(|seen| seen.grant.unheld).unwrap(), view.balance.available);
        for seen in &list.grants {
            let held =
                if seen.state == GrantState::Expired { seen.grant.held } else { Credits::ZERO };
            let parts = [seen.left, seen.spent, seen.grant.expired, seen.grant.clawed, held];
            assert_eq!(Credits::sum(parts).unwrap(), seen.grant.terms.amount, "{seen:?}");
        }
        let left = view.included_granted.minus(view.included_used).unwrap();
        assert_eq!(left, view.balance.included);
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_795_343_000_000_000).plus_seconds(seconds)
}

const DAY: i64 = 86_400;

#[test]
fn held_and_used_of_the_trial_add_up_before_during_and_after_a_run() {
    let mut books = Books::new();
    books.grant(1, Class::Included, 1_000, 30);
    books.adds_up(1);
    books.hold(1, 7, 60);
    let view = books.view(2);
    assert_eq!(view.balance.available, Credits::whole(940));
    assert_eq!(view.balance.held, Credits::whole(60));
    assert_eq!(view.included_used, Credits::ZERO, "what is held is not used");
    books.adds_up(2);
    books.settle(3, 7, Credits::from_micros(14_250_001));
    let view = books.view(4);
    assert_eq!(view.total.to_string(), "985.749999");
    assert_eq!(view.included_used.to_string(), "14.250001");
    assert_eq!(view.period.map(|p| p.days_left(at(4))), Some(30));
    books.adds_up(4);
}

#[test]
fn a_used_up_trial_still_has_its_period_and_purchased_credits_are_named() {
    let mut books = Books::new();
    books.grant(1, Class::Included, 100, 30).grant(2, Class::Purchased, 5_000, 365);
    books.hold(1, 7, 100).settle(2, 7, Credits::whole(100));
    assert!(books.pool.grant(GrantId::from_bits(1)).is_none(), "drained grants are not loaded");
    let view = books.view(3);
    assert_eq!(view.state, PoolState::PurchasedOnly);
    assert_eq!(view.included_granted, Credits::whole(100));
    assert_eq!(view.included_used, Credits::whole(100));
    assert!(view.period.is_some());
    books.adds_up(3);
}

#[test]
fn expiry_that_is_due_is_counted_and_nothing_is_booked() {
    let mut books = Books::new();
    books.grant(1, Class::Included, 100, 30).grant(2, Class::Purchased, 50, 365);
    books.hold(1, 7, 30);
    let late = 31 * DAY;
    let before = books.pool.clone();
    let view = books.view(late);
    assert_eq!(view.total, Credits::whole(50), "held credits of an expired grant are not shown");
    assert_eq!((view.period, view.included_granted), (None, Credits::ZERO));
    let list = list_grants(&books.reading(late)).unwrap();
    let trial = list.grants.last().unwrap();
    assert_eq!(trial.state, GrantState::Expired);
    assert_eq!((trial.left, trial.grant.expired), (Credits::ZERO, Credits::whole(70)));
    assert_eq!(list.grants[0].order, Some(1));
    assert_eq!(trial.order, None);
    books.adds_up(late);
    assert_eq!(books.pool, before);
}

#[test]
fn with_debt_nothing_is_available_and_no_number_is_negative() {
    let mut books = Books::new();
    books.grant(1, Class::Included, 10, 30).hold(1, 7, 10);
    let hold = HoldId::from_bits(7);
    books.run(
        2,
        Command::Extend {
            hold,
            amount: Credits::whole(5),
            deadline: at(1).plus_seconds(3_600),
            overdraft: Overdraft::UpTo(Credits::whole(200)),
            draw: Draw::Pool,
        },
    );
    let view = books.view(3);
    assert_eq!(view.balance.held, Credits::whole(10), "overdraft is never part of held");
    books.adds_up(3);
    books.settle(4, 7, Credits::whole(14));
    let view = books.view(5);
    assert_eq!(view.balance.outstanding, Credits::whole(4));
    assert_eq!((view.total, view.state), (Credits::ZERO, PoolState::Paused));
    books.adds_up(5);
    books.grant(2, Class::Purchased, 50, 365);
    let view = books.view(6);
    assert_eq!(view.total, Credits::whole(46), "debt is paid in the very commit");
    books.adds_up(6);
}

#[test]
fn the_signed_changes_of_the_ledger_add_up_to_what_is_available() {
    let mut books = Books::new();
    books.grant(1, Class::Included, 100, 30).hold(1, 7, 60).settle(2, 7, Credits::whole(25));
    books.grant(2, Class::Purchased, 50, 365).hold(3, 8, 90).settle(4, 8, Credits::ZERO);
    let sum = Credits::sum(books.changes.iter().copied()).unwrap();
    assert_eq!(sum, books.view(5).balance.available);
    assert_eq!(books.changes.iter().filter(|c| **c < Credits::ZERO).count(), 2);
}

#[test]
fn grants_read_later_than_the_pool_do_not_mix_two_positions() {
    let mut books = Books::new();
    books.grant(1, Class::Included, 100, 30);
    let pool = books.pool.clone();
    books.hold(1, 7, 60).grant(2, Class::Purchased, 50, 365);
    let reading = Reading::of(&pool, &books.rows, at(2)).unwrap();
    assert_eq!(reading.balance.position, 1);
    assert_eq!(reading.grants.len(), 1, "the second grant came after that position");
    assert_eq!(reading.grants[0].unheld, Credits::whole(100));
}

#[test]
fn the_gravest_state_is_shown() {
    let mut books = Books::new();
    books.grant(1, Class::Included, 1_000, 30);
    let reading = books.reading(1);
    let state = |used: u32, least: u32| {
        let pace = Pace { used: Credits::whole(used) };
        view(&reading, pace, Credits::whole(least), Vec::new()).unwrap().state
    };
    assert_eq!(state(0, 1), PoolState::Normal);
    assert_eq!(state(2_333, 1), PoolState::Normal, "1,000 last 3.0004 days");
    assert_eq!(state(2_334, 1), PoolState::Low);
    assert_eq!(state(2_334, 1_001), PoolState::Paused);
    assert_eq!(state(0, 1_000), PoolState::Normal, "what can just start is not paused");
    books.hold(2, 7, 901).settle(3, 7, Credits::whole(901));
    assert_eq!(books.view(4).state, PoolState::Low, "99 of 1,000");
}

#[test]
fn a_locked_pool_is_owned_and_starts_nothing_and_unlocked_it_is_as_before() {
    let mut books = Books::new();
    books.grant(1, Class::Included, 100, 30).grant(2, Class::Purchased, 50, 365);
    books.hold(1, 7, 30);
    let before = books.view(1);
    books.run(2, Command::Lock);
    let view = books.view(3);
    assert_eq!(view.state, PoolState::Locked);
    assert_eq!((view.balance.locked, view.total), (Credits::whole(120), Credits::whole(30)));
    assert_eq!(view.balance.locked_next_expiry, Some((at(30 * DAY), Credits::whole(70))));
    let list = list_grants(&books.reading(3)).unwrap();
    let seen: Vec<_> = list.grants.iter().map(|seen| (seen.state, seen.order)).collect();
    assert_eq!(seen, [(GrantState::Locked, None), (GrantState::Locked, None)]);
    books.run(4, Command::Unlock);
    let after = books.view(1);
    let same =
        Balance { position: before.balance.position, at: before.balance.at, ..after.balance };
    assert_eq!((after.state, same), (before.state, before.balance));
    books.adds_up(5);
}

#[test]
fn a_disputed_grant_is_listed_as_such_and_its_clock_stands() {
    let mut books = Books::new();
    books.grant(1, Class::Purchased, 100, 30).grant(2, Class::Purchased, 50, 365);
    books.run(1, Command::Freeze { grant: GrantId::from_bits(1) });
    let list = list_grants(&books.reading(40 * DAY)).unwrap();
    let seen: Vec<_> = list.grants.iter().map(|seen| (seen.state, seen.left, seen.order)).collect();
    let (frozen, other) = (Credits::whole(100), Credits::whole(50));
    assert_eq!(seen, [(GrantState::Frozen, frozen, None), (GrantState::Active, other, Some(1))]);
    let view = books.view(40 * DAY);
    assert_eq!((view.balance.frozen, view.balance.available), (frozen, other));
    books.adds_up(40 * DAY);
}
