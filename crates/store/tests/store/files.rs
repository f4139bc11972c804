//! The database's file: whose it is, and who may open it beside whom.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use ampere_store::ports::StoreError;
use ampere_store::{open_sqlite, open_sqlite_shared};

use crate::asks::*;
use crate::people::{found, user, user_id};
use crate::world::{Folder, START, TestClock, World, audit};

#[tokio::test]
async fn every_file_is_the_owners_alone() {
    let world = World::sqlite();
    world.done(org(1), top_up(1, 1)).await;
    let mut names = Vec::new();
    for file in fs::read_dir(world.folder.path()).unwrap().map(Result::unwrap) {
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.path());
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["ampere.db", "ampere.db-shm", "ampere.db-wal", "ampere.db.lock"]);
    let path = world.folder.database();
    let World { store, folder, .. } = world;
    drop(store);
    assert!(!folder.path().join("ampere.db-wal").exists(), "closed in good order");
    assert!(path.exists());
}

#[test]
fn a_second_server_is_refused_and_told_who_is_there() {
    let world = World::sqlite();
    let second = open_sqlite(&world.folder.database(), TestClock::at(START));
    let Err(StoreError::Unavailable(text)) = second.map(drop) else { panic!("not refused") };
    let process = format!("(process {})", std::process::id());
    assert!(text.contains("another server") && text.contains(&process), "{text}");
    let world = world.reopened();
    drop(world);
}

#[test]
fn what_is_missing_is_said() {
    let folder = Folder::new();
    let clock = || TestClock::at(START);
    let path = folder.path().join("no/such/folder/ampere.db");
    let Err(error) = open_sqlite(&path, clock()).map(drop) else { panic!("opened") };
    assert!(error.to_string().contains("there is no folder"), "{error}");
    let Err(error) = open_sqlite_shared(&folder.database(), clock()).map(drop) else {
        panic!("opened")
    };
    assert!(error.to_string().contains("there is no database"), "{error}");
    assert!(!folder.database().exists(), "looking does not make one");
}

#[tokio::test]
async fn the_command_line_works_beside_a_server() {
    let world = World::sqlite();
    let one = found(&world, 1).await;
    world.done(one, top_up(1, 100)).await;
    let clock = Arc::clone(&world.clock);
    let beside = open_sqlite_shared(&world.folder.database(), clock).unwrap();
    beside.set_password(user_id(1), "$new$").await.unwrap();
    let stored = world.store.user_by_email(&user(1).email).await.unwrap().unwrap();
    assert_eq!(stored.password_hash, "$new$");
    // Both know the pool by heart; each sees what the other has committed meanwhile.
    for number in 1..=10 {
        let (hers, his) = (number * 2, number * 2 + 1);
        world.done(one, hold(hers, 1)).await;
        let committed = beside.commit(one, vec![hold(his, 1), settle(hers, 1)]).await.unwrap();
        assert_eq!((committed.booked, committed.balance.held), (2, credits(1)));
        world.done(one, settle(his, 1)).await;
    }
    let pool = audit(&*beside, one, START).await;
    assert_eq!((pool.spent, pool.position), (credits(20), 41));
    assert_eq!(world.audit(one).await, pool);
}
