//! What a crash leaves behind: a process killed at any moment, logs cut short, bits turned over.
//! A database opens to a committed prefix, or says that it is damaged; what was acknowledged is
//! there (the law's I27).

mod copies;
pub mod load;
mod random;

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::Arc;

use ampere_credits::ledger::{Hash, Pool};
use ampere_store::open_sqlite;
use ampere_store::ports::{Store, StoreError};
use rusqlite::Connection;

use crate::asks::*;
use crate::people::{before, page};
use crate::world::{Folder, START, TestClock, World, audit, examine};
use copies::{Live, copy_of, flip_a_bit};
use load::{Acknowledged, process};
use random::Random;

async fn reopened(folder: &Folder) -> Arc<dyn Store> {
    open_sqlite(&folder.database(), TestClock::at(START)).unwrap()
}

/// It opens, its books add up, and its journal is a beginning of the live one that ends where a
/// commit ended.
async fn is_a_committed_prefix(folder: &Folder, live: &Live) -> u64 {
    let pool = audit(&*reopened(folder).await, org(1), START).await;
    let expected = live.ends.get(&pool.position).copied();
    assert_eq!(Some(pool.head), expected, "{} is no end of a commit", pool.position);
    pool.position
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn copies_of_a_database_in_use_open_to_a_committed_prefix() {
    let (live, copies) = Live::with_copies(10).await;
    let mut random = Random::seeded(1);
    for (acknowledged, folder) in &copies {
        let cut = copy_of(folder);
        let position = is_a_committed_prefix(folder, &live).await;
        assert!(position >= *acknowledged, "{position}, but {acknowledged} was acknowledged");
        let log = cut.path().join("ampere.db-wal");
        let length = fs::metadata(&log).unwrap().len();
        let file = fs::OpenOptions::new().write(true).open(&log).unwrap();
        file.set_len(random.below(length)).unwrap();
        let shorter = is_a_committed_prefix(&cut, &live).await;
        assert!(shorter <= position);
        println!("copied at {acknowledged}: opened at {position}, cut short at {shorter}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bits_turned_over_in_the_log_open_to_a_committed_prefix() {
    let (live, copies) = Live::with_copies(1).await;
    let mut random = Random::seeded(2);
    let mut shorter = 0;
    for _ in 0..24 {
        let folder = copy_of(&copies[0].1);
        flip_a_bit(&folder.path().join("ampere.db-wal"), &mut random);
        shorter += u32::from(is_a_committed_prefix(&folder, &live).await < live.last);
    }
    assert!(shorter > 0, "no turned bit mattered");
    println!("{shorter} of 24 logs were cut by a turned bit");
}

/// What a database with a turned bit turned out to be.
#[derive(Default, Debug)]
struct Judged {
    refused: u32,
    found: u32,
    untouched: u32,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bits_turned_over_in_the_database_are_never_another_journal() {
    let (_, copies) = Live::with_copies(1).await;
    let whole = &copies[0].1;
    let original = audit(&*reopened(whole).await, org(1), START).await;
    let mut random = Random::seeded(3);
    let mut judged = Judged::default();
    for _ in 0..150 {
        let folder = copy_of(whole);
        flip_a_bit(&folder.database(), &mut random);
        let opened = open_sqlite(&folder.database(), TestClock::at(START));
        let Ok(store) = opened else {
            judged.refused += 1;
            continue;
        };
        match examine(&*store, org(1), START).await {
            Err(_) => judged.refused += 1,
            Ok((_, report)) if !report.clean() => judged.found += 1,
            Ok((pool, _)) => {
                assert_eq!(books(&pool), books(&original), "other books that add up");
                judged.untouched += 1;
            }
        }
    }
    println!("{judged:?}");
    assert!(judged.found > 0 && judged.untouched > 0, "{judged:?}");
}

fn books(pool: &Pool) -> (u64, Hash, ampere_credits::Credits) {
    (pool.position, pool.head, pool.spent)
}

#[tokio::test]
async fn an_entry_that_is_not_what_was_booked_is_not_read() {
    for harm in [
        "UPDATE entries SET bytes = zeroblob(200) WHERE position = 2",
        "UPDATE entries SET hash = zeroblob(32) WHERE position = 2",
        "UPDATE entries SET bytes = (SELECT bytes FROM entries WHERE position = 1), \
         hash = (SELECT hash FROM entries WHERE position = 1) WHERE position = 2",
        "DELETE FROM entries WHERE position = 2",
    ] {
        let world = World::sqlite();
        world.commit(org(1), vec![top_up(1, 5), hold(1, 3)]).await;
        Connection::open(world.folder.database()).unwrap().execute_batch(harm).unwrap();
        // A key whose entry is lost was used all the same: never a second time.
        let again = world.store.commit(org(1), vec![hold(1, 3)]).await;
        assert!(matches!(again, Err(StoreError::Damaged(_))), "{harm}: {again:?}");
        assert!(world.store.keys(org(1)).await.is_err(), "{harm}");
    }
}

/// Everything that the killed process said it had done is there, with all of its rows; of the
/// rest each thing is there with all of its rows, or not at all.
async fn nothing_acknowledged_is_lost(store: &dyn Store, said: &[Acknowledged]) -> u64 {
    let one = org(1);
    let pool = audit(store, one, START).await;
    let keys = store.keys(one).await.unwrap();
    for Acknowledged { key, position } in said {
        let kept = keys.iter().find(|(kept, _)| kept == key);
        let kept = kept.map(|(_, known)| known.outcome.position);
        assert_eq!(kept, Some(*position), "{key} was acknowledged");
    }
    let holds = store.holds(one).await.unwrap();
    let mut runs = Vec::new();
    let mut next = page(200);
    loop {
        let more = store.runs(one, Default::default(), next).await.unwrap();
        let Some(last) = more.last() else { break };
        next = before(last.id, 200);
        runs.extend(more);
    }
    assert_eq!(runs.len(), holds.len(), "every hold has its run");
    for run in runs {
        let held = &holds.iter().find(|row| row.hold.run == run.id).unwrap().hold;
        assert_eq!(run.state.ended(), held.ended.is_some(), "{}", run.id);
    }
    pool.position
}

fn read_until(child: &mut Child, lines: u64) -> Vec<Acknowledged> {
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut said = Vec::new();
    for line in output.lines().map_while(Result::ok) {
        said.extend(Acknowledged::read(&line));
        if u64::try_from(said.len()).unwrap() == lines {
            // Whatever it writes from now on is cut off in the middle.
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    said
}

#[tokio::test]
async fn a_process_killed_under_load_loses_nothing_it_acknowledged() {
    let World { store, folder, .. } = World::sqlite();
    load::prepare(&*store).await;
    drop(store);
    let mut random = Random::seeded(4);
    let mut said = Vec::new();
    for round in 1..=8 {
        let mut child = process(&folder, "crash::load::spends_until_killed", round)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        said.extend(read_until(&mut child, 20 + random.below(200)));
        let store = reopened(&folder).await;
        let position = nothing_acknowledged_is_lost(&*store, &said).await;
        println!("killed {round} times: {} acknowledged, position {position}", said.len());
    }
    assert!(said.len() > 8 * 20, "it was killed before it worked");
}
