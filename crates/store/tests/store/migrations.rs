//! Migrations: applied once, never changed, never newer than the program.

use ampere_store::open_sqlite;
use ampere_store::ports::{Kept, StoreError};
use rusqlite::Connection;

use crate::people::found;
use crate::world::{Folder, START, TestClock, World, dump};

fn opened(folder: &Folder) -> Kept<()> {
    open_sqlite(&folder.database(), TestClock::at(START)).map(drop)
}

fn change(folder: &Folder, sql: &str) {
    Connection::open(folder.database()).unwrap().execute_batch(sql).unwrap();
}

fn refusal(folder: &Folder) -> String {
    match opened(folder) {
        Err(StoreError::Version(text)) => text,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn opening_again_changes_nothing() {
    let world = World::sqlite();
    found(&world, 1).await;
    let before = dump(&world.folder.database());
    world.clock.advance(1_000);
    let world = world.reopened();
    assert_eq!(dump(&world.folder.database()), before);
    assert!(before.contains("migrations: 1\n"));
}

#[test]
fn a_changed_migration_is_refused() {
    let folder = Folder::new();
    opened(&folder).unwrap();
    change(&folder, "UPDATE migrations SET checksum = zeroblob(32) WHERE number = 1");
    let before = dump(&folder.database());
    let text = refusal(&folder);
    assert!(text.contains("migration 1 is not the one"), "{text}");
    assert_eq!(dump(&folder.database()), before, "a refused database is left alone");
}

#[test]
fn a_newer_database_is_refused() {
    let folder = Folder::new();
    opened(&folder).unwrap();
    change(&folder, "INSERT INTO migrations VALUES (2, 'later', zeroblob(32), 0)");
    let text = refusal(&folder);
    assert!(text.contains("has had migration 2"), "{text}");
}

#[test]
fn a_database_of_another_program_is_refused() {
    let folder = Folder::new();
    change(&folder, "CREATE TABLE recipes (name TEXT)");
    assert!(refusal(&folder).contains("another program"));
    std::fs::write(folder.database(), "this is no database at all, only a text").unwrap();
    assert!(matches!(opened(&folder), Err(StoreError::Damaged(_))));
}
