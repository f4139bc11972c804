//! The queue when many act at once, and when two processes do: each run leaves it once, for one
//! reason, and nobody is forgotten.

use std::collections::BTreeMap;
use std::sync::Arc;

use ampere_credits::ledger::{Answer, Served};
use ampere_credits::{Credits, RunId};
use ampere_store::open_sqlite_shared;
use ampere_store::rows::*;
use tokio::task::JoinSet;

use crate::asks::*;
use crate::people::{found, page};
use crate::work::*;
use crate::world::{START, World, audit};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn leaving_races_with_being_served_and_one_of_them_wins() {
    let (mut left, mut served) = (0, 0);
    for round in 0..40 {
        let world = World::sqlite();
        let one = found(&world, 1).await;
        world.commit(one, vec![start_or_wait(1, 1, 5, 0)]).await;
        let store = Arc::clone(&world.store);
        let leave = async move { store.leave_queue(one, run_id(1), cancelled(1, START)).await };
        let store = Arc::clone(&world.store);
        let pay = async move { store.commit(one, vec![top_up(1, 5)]).await };
        // Whoever is asked first is as likely to be first.
        let (paid, gone) = if round % 2 == 0 {
            let (leave, pay) = (tokio::spawn(leave), tokio::spawn(pay));
            (pay.await.unwrap().unwrap(), leave.await.unwrap().unwrap())
        } else {
            let (pay, leave) = (tokio::spawn(pay), tokio::spawn(leave));
            (pay.await.unwrap().unwrap(), leave.await.unwrap().unwrap())
        };
        let run = stored(&world, one, 1).await;
        let (state, held) = if gone {
            left += 1;
            (RunState::Cancelled, Credits::ZERO)
        } else {
            served += 1;
            (RunState::Queued, credits(5))
        };
        assert_eq!((run.state, run.held), (state, held), "round {round}");
        assert_eq!(paid.served.len(), usize::from(!gone), "round {round}");
        assert_eq!(waiting(&world, one).await, [0u128; 0]);
        world.audit(one).await;
    }
    println!("left {left} times, served {served} times");
    assert!(left > 0 && served > 0, "left {left}, served {served}: no race");
}

/// What became of a run in the end.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum End {
    Served,
    Left,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_join_pay_and_leave_at_once() {
    let world = World::sqlite();
    let one = found(&world, 1).await;
    let mut tasks: JoinSet<Vec<(RunId, End)>> = JoinSet::new();
    for id in 1..=120u128 {
        let store = Arc::clone(&world.store);
        tasks.spawn(async move {
            let seconds = i64::try_from(id).unwrap();
            let joined = store.commit(one, vec![start_or_wait(1, id, 3, seconds)]).await.unwrap();
            let served = |each: &Served| (each.run, End::Served);
            let mut ends: Vec<_> = joined.served.iter().map(served).collect();
            if joined.answers[0] == Answer::Waits && id.is_multiple_of(3) {
                let change = cancelled(id, START);
                if store.leave_queue(one, run_id(id), change).await.unwrap() {
                    ends.push((run_id(id), End::Left));
                }
            } else if let Answer::Done(_) = joined.answers[0] {
                ends.push((run_id(id), End::Served));
            }
            let paid = store.commit(one, vec![top_up(id, 2)]).await.unwrap();
            ends.extend(paid.served.iter().map(served));
            ends
        });
    }
    let told: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    let ends: BTreeMap<RunId, End> = told.iter().copied().collect();
    assert_eq!(ends.len(), told.len(), "nobody leaves twice");
    let still = world.store.queue(one).await.unwrap();
    assert_eq!(ends.len() + still.len(), 120, "nobody is forgotten");
    assert!(still.iter().all(|row| !ends.contains_key(&row.waiting.run)));
    for run in world.store.runs(one, RunFilter::default(), page(200)).await.unwrap() {
        let expected = match ends.get(&run.id) {
            Some(End::Served) => (RunState::Queued, credits(3)),
            Some(End::Left) => (RunState::Cancelled, Credits::ZERO),
            None => (RunState::WaitingForCredits, Credits::ZERO),
        };
        assert_eq!((run.state, run.held), expected, "{}", run.id);
    }
    let pool = world.audit(one).await;
    let available = pool.available(START).unwrap();
    assert!(available < credits(3) || still.is_empty(), "{available} and {} wait", still.len());
}

#[tokio::test]
async fn a_run_that_another_process_queued_is_served_and_one_it_took_out_is_not() {
    let world = World::sqlite();
    let one = found(&world, 1).await;
    world.done(one, top_up(1, 1)).await;
    let beside =
        open_sqlite_shared(&world.folder.database(), Arc::clone(&world.clock) as _).unwrap();
    // Both know the pool by heart, and joining changes nothing in its journal.
    beside.commit(one, vec![hold(50, 1), release(50)]).await.unwrap();
    world.done(one, hold(51, 1)).await;
    for (first, second) in [(1, 2), (3, 4)] {
        let joined = beside.commit(one, vec![start_or_wait(1, first, 5, 0)]).await.unwrap();
        assert_eq!((joined.answers, joined.booked), (vec![Answer::Waits], 0));
        let joined = world.commit(one, vec![start_or_wait(1, second, 5, 1)]).await;
        assert_eq!(joined.answers, [Answer::Waits]);
        let left = beside.leave_queue(one, run_id(second), cancelled(second, START)).await;
        assert_eq!(left, Ok(true));
        let served = world.commit(one, vec![top_up(first + 1, 10)]).await.served;
        assert_eq!(served.iter().map(|each| each.run).collect::<Vec<_>>(), [run_id(first)]);
        assert!(beside.commit(one, Vec::new()).await.unwrap().served.is_empty());
        world.done(one, settle(first, 5)).await;
        // What is left goes, so that the next two are short again.
        let left = world.store.pool(one).await.unwrap().available(START).unwrap();
        let whole = u32::try_from(left.micros() / 1_000_000).unwrap();
        world.done(one, hold(60 + first, whole)).await;
    }
    assert_eq!(audit(&*beside, one, START).await, world.audit(one).await);
}
