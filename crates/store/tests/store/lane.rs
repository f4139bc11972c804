//! Many at once on one pool: nothing is spent twice, nothing is lost. Several tests are named
//! after incidents that others had in public (repository and number).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ampere_credits::ledger::{Answer, EndKind, Outcome, Rejected};
use ampere_credits::{Clock, Credits, OrgId, Timestamp};
use ampere_store::open_sqlite;
use ampere_store::ports::{Store, StoreError};
use ampere_store::rows::{LaneRequest, RowWrite};
use rusqlite::Connection;
use tokio::task::JoinSet;

use crate::asks::*;
use crate::people::{found, run, usage_line};
use crate::world::{Folder, START, World};

/// All requests at once, each in a commit and a task of its own; what was answered.
async fn at_once(world: &World, org: OrgId, requests: Vec<LaneRequest>) -> Vec<Answer> {
    let mut tasks = JoinSet::new();
    for request in requests {
        let store = Arc::clone(&world.store);
        tasks.spawn(
            async move { store.commit(org, vec![request]).await.unwrap().answers.remove(0) },
        );
    }
    tasks.join_all().await
}

fn done(answers: &[Answer]) -> Vec<Outcome> {
    let outcomes = answers.iter().filter_map(|answer| match answer {
        Answer::Done(outcome) => Some(*outcome),
        _ => None,
    });
    outcomes.collect()
}

/// Makes writing to a table fail, like a disk that is full at the wrong moment.
fn break_table(world: &World, table: &str) -> Connection {
    let connection = Connection::open(world.folder.database()).unwrap();
    let sql = format!(
        "CREATE TRIGGER broken BEFORE INSERT ON {table} \
         BEGIN SELECT RAISE(ABORT, 'it cannot be written'); END"
    );
    connection.execute_batch(&sql).unwrap();
    connection
}

fn repair(connection: Connection) {
    connection.execute_batch("DROP TRIGGER broken").unwrap();
}

/// Holds 5 and settles 3, again and again, until too little is left and nothing is held.
async fn spend_all(store: Arc<dyn Store>, org: OrgId, mut number: u128) -> Credits {
    let mut charged = Credits::ZERO;
    loop {
        number += 1;
        let held = store.commit(org, vec![hold(number, 5)]).await.unwrap();
        if let Answer::Refused(rejected) = &held.answers[0] {
            assert!(matches!(rejected, Rejected::InsufficientCredits { .. }));
            if held.balance.held.is_zero() {
                return charged;
            }
            assert!(number % 1_000_000 < 20_000, "somebody's hold never ends");
            continue;
        }
        let ended = store.commit(org, vec![settle(number, 3)]).await.unwrap().answers;
        charged = charged.plus(done(&ended)[0].charged).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_tasks_spend_exactly_what_there_is() {
    let world = World::sqlite();
    let one = org(1);
    world.commit(one, vec![trial(1, 500, 60), top_up(2, 500)]).await;
    let mut tasks = JoinSet::new();
    for task in 1..=64u128 {
        tasks.spawn(spend_all(Arc::clone(&world.store), one, task * 1_000_000));
    }
    let charged = Credits::sum(tasks.join_all().await).unwrap();
    let pool = world.audit(one).await;
    assert_eq!(pool.spent, charged);
    let left = credits(1_000).minus(charged).unwrap();
    assert_eq!(pool.available(START), Ok(left));
    assert!(left < credits(5), "{left} are left and nothing is held");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn open_saas_727_two_requests_for_the_last_credit() {
    for round in 0..20 {
        let world = World::sqlite();
        world.done(org(1), top_up(1, 1)).await;
        let answers = at_once(&world, org(1), vec![hold(1, 1), hold(2, 1)]).await;
        assert_eq!(done(&answers).len(), 1, "round {round}: {answers:?}");
        world.audit(org(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eliza_10857_many_requests_pass_a_plain_read() {
    let world = World::sqlite();
    let one = org(1);
    world.done(one, top_up(1, 10)).await;
    let mut readers = JoinSet::new();
    for _ in 0..32 {
        let store = Arc::clone(&world.store);
        readers.spawn(async move { store.pool(one).await.unwrap().available(START) });
    }
    assert!(readers.join_all().await.iter().all(|read| *read == Ok(credits(10))));
    let answers = at_once(&world, one, (1..=32).map(|number| hold(number, 3)).collect()).await;
    assert_eq!(done(&answers).len(), 3, "all had read 10; three times 3 is there");
    assert_eq!(world.audit(one).await.available(START), Ok(credits(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn litellm_40095_the_first_requests_of_somebody_unknown() {
    let world = World::sqlite();
    let answers = at_once(&world, org(9), (1..=16).map(|number| hold(number, 1)).collect()).await;
    assert!(done(&answers).is_empty(), "nobody has granted anything");
    assert_eq!(world.audit(org(9)).await.position, 0);
    let mut requests: Vec<_> = (17..=48).map(|number| hold(number, 1)).collect();
    requests.push(top_up(1, 4));
    let answers = at_once(&world, org(9), requests).await;
    assert!(done(&answers).len() <= 5, "four holds and the grant at most");
    world.audit(org(9)).await;
}

#[tokio::test]
async fn litellm_33923_admitted_although_the_hold_could_not_be_written() {
    let world = World::sqlite();
    let one = org(1);
    let before = world.done(one, top_up(1, 10)).await.position;
    let broken = break_table(&world, "holds");
    let failed = world.store.commit(one, vec![hold(1, 5)]).await;
    assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
    assert_eq!(world.audit(one).await.position, before, "no entry without its hold");
    repair(broken);
    world.done(one, hold(1, 5)).await;
    world.audit(one).await;
}

#[tokio::test]
async fn litellm_35569_a_settle_that_fails_midway_is_charged_once() {
    let world = World::sqlite();
    let one = found(&world, 1).await;
    let new = vec![RowWrite::Run(Box::new(run(1, 1)))];
    world.commit(one, vec![top_up(1, 10), with(hold(1, 5), new)]).await;
    let end = || with(settle(1, 3), vec![RowWrite::UsageLine(usage_line(1, 1, 1, 3))]);
    let broken = break_table(&world, "usage_lines");
    assert!(world.store.commit(one, vec![end()]).await.is_err());
    assert_eq!(world.audit(one).await.spent, Credits::ZERO);
    repair(broken);
    world.done(one, end()).await;
    assert!(matches!(world.ask(one, end()).await, Answer::Replayed(_)));
    assert_eq!(world.audit(one).await.spent, credits(3));
    assert_eq!(world.store.usage_lines(one, run_id(1)).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn lago_5870_the_same_top_up_sent_again() {
    let world = World::sqlite();
    let answers = at_once(&world, org(1), vec![top_up(1, 100), top_up(1, 100)]).await;
    let outcome = done(&answers);
    assert_eq!(outcome.len(), 1);
    assert!(answers.contains(&Answer::Replayed(outcome[0])));
    assert_eq!(world.audit(org(1)).await.issued, credits(100));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn librechat_6480_twenty_five_refills_at_once() {
    let world = World::sqlite();
    let answers = at_once(&world, org(1), vec![top_up(1, 100); 25]).await;
    assert_eq!(done(&answers).len(), 1, "one executes");
    let replayed = answers.iter().filter(|answer| matches!(answer, Answer::Replayed(_)));
    assert_eq!(replayed.count(), 24, "the others get its answer");
    assert_eq!(world.audit(org(1)).await.issued, credits(100));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn autumn_630_a_purchase_while_spending_drops_nothing() {
    let world = World::sqlite();
    let one = org(1);
    world.done(one, top_up(1_000, 100)).await;
    for round in 0..10u128 {
        let base = round * 10;
        let mut requests: Vec<_> = (1..=8).map(|n| hold(base + n, 1)).collect();
        requests.push(top_up(base + 1, 10));
        let answers = at_once(&world, one, requests).await;
        assert_eq!(done(&answers).len(), 9);
        let ends = (1..=8).map(|n| settle(base + n, 1)).collect();
        assert_eq!(done(&at_once(&world, one, ends).await).len(), 8);
    }
    let pool = world.audit(one).await;
    assert_eq!((pool.issued, pool.spent), (credits(200), credits(80)));
    assert_eq!(pool.available(START), Ok(credits(120)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eliza_11169_the_sweeper_races_a_late_settle() {
    for _ in 0..20 {
        let world = World::sqlite();
        let one = org(1);
        world.commit(one, vec![top_up(1, 10), hold(1, 5)]).await;
        world.clock.advance(3_600);
        let answers = at_once(&world, one, vec![lapse(1, 0), settle(1, 5)]).await;
        let outcome = done(&answers);
        assert_eq!(outcome.len(), 1, "one end only");
        let lapsed = outcome[0].charged.is_zero();
        let how = if lapsed { EndKind::Lapsed } else { EndKind::Settled };
        assert!(answers.contains(&Answer::Refused(Rejected::HoldEnded { how })), "{answers:?}");
        let left = if lapsed { credits(10) } else { credits(5) };
        assert_eq!(world.audit(one).await.available(world.clock_now()), Ok(left));
    }
}

/// A clock that fails once when told.
struct FaultyClock(AtomicBool);

impl Clock for FaultyClock {
    fn now(&self) -> Timestamp {
        assert!(!self.0.swap(false, Ordering::SeqCst), "the clock is broken, as the test wants");
        START
    }
}

#[tokio::test]
async fn a_panic_inside_a_commit_changes_nothing_and_stops_nobody() {
    let folder = Folder::new();
    let clock = Arc::new(FaultyClock(AtomicBool::new(false)));
    let faulty: Arc<FaultyClock> = Arc::clone(&clock);
    let store: Arc<dyn Store> = open_sqlite(&folder.database(), faulty).unwrap();
    store.commit(org(1), vec![top_up(1, 10)]).await.unwrap();
    clock.0.store(true, Ordering::SeqCst);
    let failed = store.commit(org(1), vec![hold(1, 5)]).await;
    assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
    assert!(failed.is_err_and(|error| error.busy()));
    let answer = store.commit(org(1), vec![hold(1, 5)]).await.unwrap().answers.remove(0);
    assert!(matches!(answer, Answer::Done(outcome) if outcome.position == 2));
}
