//! Every public operation is dropped after its N-th poll, for every N until it completes
//! untouched. Afterwards the database is as before it or as after it (of several in a row: as
//! after one of them), and the store goes on.

mod operations;
mod polls;

use std::fs;
use std::sync::Arc;

use ampere_store::open_sqlite;
use ampere_store::ports::Store;
use futures_util::future::BoxFuture;

use crate::asks::{org, top_up};
use crate::world::{Folder, START, TestClock, audit, dump};
use operations::{Step, every_operation, prepare};
use polls::{Polled, poll_at_most};

/// A copy of a prepared database, and a store on it.
fn copy(of: &Folder) -> (Folder, Arc<dyn Store>) {
    let folder = Folder::new();
    fs::copy(of.database(), folder.database()).unwrap();
    let store = open_sqlite(&folder.database(), TestClock::at(START)).unwrap();
    (folder, store)
}

fn all(store: Arc<dyn Store>, steps: Vec<Step>) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        for step in steps {
            step(Arc::clone(&store)).await;
        }
    })
}

/// The database before the first step and after each.
async fn states(prepared: &Folder, steps: &[Step]) -> Vec<String> {
    let (folder, store) = copy(prepared);
    let mut states = vec![dump(&folder.database())];
    for step in steps {
        step(Arc::clone(&store)).await;
        states.push(dump(&folder.database()));
    }
    states
}

/// Drops the steps after `polls` polls; whether they had completed by then.
async fn drop_after(prepared: &Folder, states: &[String], steps: &[Step], polls: usize) -> bool {
    let (folder, store) = copy(prepared);
    let polled = poll_at_most(all(Arc::clone(&store), steps.to_vec()), polls);
    // The one writer does one thing after the other: after this nothing is under way.
    store.set(Vec::new(), None).await.unwrap();
    let after = dump(&folder.database());
    let step = states.iter().rposition(|state| *state == after);
    let whole = step.is_some_and(|step| polled == Polled::Dropped || step == steps.len());
    assert!(whole, "dropped after {polls} polls, it left something half:\n{after}");
    store.commit(org(1), vec![top_up(99, 1)]).await.unwrap();
    audit(&*store, org(1), START).await;
    polled == Polled::Completed
}

#[tokio::test]
async fn a_dropped_operation_is_whole_or_did_not_happen() {
    let prepared = prepare().await;
    let (mut total, mut longest) = (0, 0);
    for (name, steps) in every_operation() {
        println!("{name}:");
        let states = states(&prepared, &steps).await;
        let mut polls = 0;
        while !drop_after(&prepared, &states, &steps, polls).await {
            polls += 1;
        }
        println!("  dropped after each of {polls} polls");
        total += polls;
        longest = longest.max(polls);
    }
    println!("{total} drops in total, {longest} in the longest operation");
    assert!(total > 10 && longest > 10);
}
