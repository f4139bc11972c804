//! Copies of a database while it is written to: what a crash at that moment leaves.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use ampere_credits::ledger::Hash;
use rusqlite::Connection;
use tokio::task::JoinSet;

use crate::asks::*;
use crate::crash::random::Random;
use crate::world::{Folder, World};

/// The history of a database that was copied meanwhile.
pub struct Live {
    /// Positions at which a commit ended, with the head there.
    pub ends: BTreeMap<u64, Hash>,
    /// The last of them.
    pub last: u64,
}

impl Live {
    /// Spends in four tasks and copies the files so often meanwhile; each copy with the position
    /// that was acknowledged before the copying began.
    pub async fn with_copies(copies: u64) -> (Live, Vec<(u64, Folder)>) {
        let world = World::sqlite();
        world.done(org(1), top_up(1, 1_000_000)).await;
        let reader = keep_the_log(&world.folder);
        let ends = Arc::new(Mutex::new(vec![0, 1]));
        let acknowledged = Arc::new(AtomicU64::new(1));
        let mut tasks = JoinSet::new();
        for task in 1..=4u128 {
            let (store, ends) = (Arc::clone(&world.store), Arc::clone(&ends));
            let acknowledged = Arc::clone(&acknowledged);
            tasks.spawn(async move {
                for number in (0..40).map(|round| task * 1_000 + round * 3) {
                    let three = (number..number + 3).map(|n| hold(n, 2)).collect();
                    let mut both = vec![store.commit(org(1), three).await.unwrap()];
                    let ends_of = (number..number + 3).map(|n| settle(n, 1)).collect();
                    both.push(store.commit(org(1), ends_of).await.unwrap());
                    for committed in both {
                        let position = committed.balance.position;
                        ends.lock().unwrap().push(position);
                        acknowledged.fetch_max(position, Ordering::SeqCst);
                    }
                }
            });
        }
        let mut taken = Vec::new();
        for copy in 1..=copies {
            let whole = 4 * 40 * 6;
            let wanted = copy * whole / (copies + 1);
            while acknowledged.load(Ordering::SeqCst) < wanted && !tasks.is_empty() {
                tokio::task::yield_now().await;
                // A task that has failed says so, instead of being waited for.
                tasks.try_join_next().transpose().unwrap();
            }
            let before = acknowledged.load(Ordering::SeqCst);
            taken.push((before, copy_of(&world.folder)));
        }
        tasks.join_all().await;
        let mut heads = BTreeMap::from([(0, Hash::default())]);
        for entry in world.store.journal(org(1), 0, 10_000).await.unwrap() {
            heads.insert(entry.position, entry.hash);
        }
        let last = heads.len() as u64 - 1;
        let ends = ends.lock().unwrap().iter().map(|end| (*end, heads[end])).collect();
        drop(reader);
        (Live { ends, last }, taken)
    }
}

/// As long as this reads, the log is not begun anew, so that the files can be copied one after
/// the other.
fn keep_the_log(folder: &Folder) -> Connection {
    let reader = Connection::open(folder.database()).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM pools").unwrap();
    reader
}

/// The database and its log, as they are now.
pub fn copy_of(folder: &Folder) -> Folder {
    let copy = Folder::new();
    fs::copy(folder.database(), copy.database()).unwrap();
    let log = folder.path().join("ampere.db-wal");
    if log.exists() {
        fs::copy(log, copy.path().join("ampere.db-wal")).unwrap();
    }
    copy
}

/// Turns one bit over, anywhere.
pub fn flip_a_bit(path: &Path, random: &mut Random) {
    let mut bytes = fs::read(path).unwrap();
    let place = random.below(bytes.len() as u64 * 8);
    bytes[usize::try_from(place / 8).unwrap()] ^= 1 << (place % 8);
    fs::write(path, bytes).unwrap();
}
