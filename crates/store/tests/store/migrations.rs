//! Migrations: applied once, never changed, never newer than the program.

use ampere_credits::{Credits, FileId};
use ampere_store::open_sqlite;
use ampere_store::ports::{Kept, StoreError};
use ampere_store::rows::*;
use rusqlite::Connection;

use crate::asks::*;
use crate::people::*;
use crate::work::{stored, waiting};
use crate::world::{Folder, START, TestClock, World, audit, dump};

/// Migrations that this version knows.
const KNOWN: u32 = 8;

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
    assert!(before.contains(&format!("migrations: {KNOWN}\n")));
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
    let later = KNOWN + 1;
    let sql = format!("INSERT INTO migrations VALUES ({later}, 'later', zeroblob(32), 0)");
    change(&folder, &sql);
    let text = refusal(&folder);
    assert!(text.contains(&format!("has had migration {later}")), "{text}");
}

#[test]
fn a_database_of_another_program_is_refused() {
    let folder = Folder::new();
    change(&folder, "CREATE TABLE recipes (name TEXT)");
    assert!(refusal(&folder).contains("another program"));
    std::fs::write(folder.database(), "this is no database at all, only a text").unwrap();
    assert!(matches!(opened(&folder), Err(StoreError::Damaged(_))));
}

const FIRST: &str = include_str!("../../migrations/0001_first.sql");

/// As it was published: what others have applied cannot be changed any more.
const FIRST_IS: &str = "01a22666f5d559eee95ab1de09b0e3c21ebd8dec170c044c120067b42c734519";

/// The same of the second.
const SECOND: &str = include_str!("../../migrations/0002_work.sql");
const SECOND_IS: &str = "084f73bd724b98c75dbd754f2aa5e2b44670e11ba102e5ad5f9e781086c98b14";

/// The same of the others.
const THIRD: &str = include_str!("../../migrations/0003_hands.sql");
const THIRD_IS: &str = "fd5377936901448884d28ff984e4624177a3448533bf767dafb02e35e7417b78";

const FOURTH: &str = include_str!("../../migrations/0004_money.sql");
const FOURTH_IS: &str = "1393b18aef8c82ae6094bf25c7b8185511d4302d8a74414cefb3232747dce0bf";

const FIFTH: &str = include_str!("../../migrations/0005_people.sql");
const FIFTH_IS: &str = "a7f6e89f3dbe09c16313bac546563480de6505154cf14df1b0b70b466f2df3b8";

const SIXTH: &str = include_str!("../../migrations/0006_notices.sql");
const SIXTH_IS: &str = "2fe4651c18e92cbdcea19348e3f616bedf6f4d6b3fbe2c51c7cc33294a09ca69";

const SEVENTH: &str = include_str!("../../migrations/0007_audit.sql");
const SEVENTH_IS: &str = "124c23e603d7f2b50f181657511a9a28e7fb7a2cc40a944a43584e6887157b18";

const EIGHTH: &str = include_str!("../../migrations/0008_privacy.sql");
const EIGHTH_IS: &str = "425e596322353c320c719c0a8667336a75a15bc900df05b160466fa5ec36c2af";

#[test]
fn migrations_are_what_was_published() {
    let all = [
        (FIRST, FIRST_IS),
        (SECOND, SECOND_IS),
        (THIRD, THIRD_IS),
        (FOURTH, FOURTH_IS),
        (FIFTH, FIFTH_IS),
        (SIXTH, SIXTH_IS),
        (SEVENTH, SEVENTH_IS),
        (EIGHTH, EIGHTH_IS),
    ];
    for (text, published) in all {
        let hash: String = hash(text).0.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, published);
    }
}

#[tokio::test]
async fn files_of_messages_from_before_belong_to_their_conversations() {
    let world = World::sqlite();
    let one = found(&world, 1).await;
    world.store.create_session(session(1, 1)).await.unwrap();
    let files = [1, 2, 3, 4, 5].map(FileId::from_bits);
    for (number, attachments) in [(1, files.to_vec()), (2, Vec::new()), (3, files[..1].to_vec())] {
        let said = MessageRow { attachments, ..message(1, 1, number, Author::User) };
        let said = with(top_up(number, 1), vec![RowWrite::Message(said)]);
        world.commit(one, vec![said]).await;
    }
    let World { store, folder, .. } = world;
    drop(store);
    let rows = |folder: &Folder| {
        let all = dump(&folder.database());
        let at = all.find("session_files: ").unwrap();
        all[at..].split("\nsessions: ").next().unwrap().to_owned()
    };
    let written = rows(&folder);
    assert!(written.starts_with("session_files: 5\n"), "{written}");
    let privacy = include_str!("../../migrations/0008_privacy.sql");
    let backfill = &privacy[privacy.find("INSERT INTO session_files").unwrap()..];
    let backfill = &backfill[..=backfill.find(';').unwrap()];
    change(&folder, &format!("DELETE FROM session_files; {backfill}"));
    assert_eq!(rows(&folder), written, "what is filled in is what would have been written");
}

/// A database of version 1 with everything in it that version 1 could hold: its own schema, and
/// the rows of another database as far as it had their columns.
fn as_version_1(of: &Folder) -> Folder {
    let folder = Folder::new();
    let connection = Connection::open(folder.database()).unwrap();
    let words = [
        ("{i64}", "INTEGER"),
        ("{bytes}", "BLOB"),
        ("{keyed}", "STRICT, WITHOUT ROWID"),
        ("{table}", "STRICT"),
    ];
    let schema = words.iter().fold(FIRST.to_owned(), |text, (word, own)| text.replace(word, own));
    // Tables are filled in the order of their names.
    connection.execute_batch(&format!("PRAGMA foreign_keys = OFF; {schema}")).unwrap();
    let table = "CREATE TABLE migrations (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, \
                 checksum BLOB NOT NULL, applied_at INTEGER NOT NULL) STRICT";
    connection.execute_batch(table).unwrap();
    connection
        .execute("INSERT INTO migrations VALUES (1, 'first', ?, 0)", [hash(FIRST).0])
        .unwrap();
    let newer = of.database();
    connection.execute("ATTACH ? AS newer", [newer.to_str().unwrap()]).unwrap();
    let sql = "SELECT t.name, group_concat(c.name) FROM pragma_table_list t \
               JOIN pragma_table_info(t.name) c WHERE t.schema = 'main' \
               AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'migrations' GROUP BY t.name";
    let mut statement = connection.prepare(sql).unwrap();
    let tables = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    for (table, columns) in tables.map(Result::<(String, String), _>::unwrap) {
        let sql = format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM newer.{table}");
        connection.execute(&sql, []).unwrap();
    }
    folder
}

#[tokio::test]
async fn a_database_of_version_1_goes_on() {
    let world = World::sqlite();
    let one = found(&world, 1).await;
    world.store.create_session(session(1, 1)).await.unwrap();
    world.store.create_checkout(checkout(1, 1), None).await.unwrap();
    let of_session = RunRow { session: Some(session_id(1)), ..run(1, 1) };
    let new = vec![
        RowWrite::Run(Box::new(of_session)),
        RowWrite::Message(message(1, 1, 1, Author::User)),
        RowWrite::Step(step(run_id(1), 1, RunState::Running, 7)),
    ];
    world.commit(one, vec![trial(1, 100, 600), top_up(2, 50), with(hold(1, 20), new)]).await;
    let end = vec![
        RowWrite::RunChange(ended(1, RunState::Succeeded, Reason::Completed)),
        RowWrite::UsageLine(usage_line(1, 1, 1, 7)),
    ];
    world.commit(one, vec![with(settle(1, 7), end), hold(2, 9)]).await;
    let before = world.audit(one).await;
    let run_before = stored(&world, one, 1).await;
    let session_before = world.store.session(one, session_id(1)).await.unwrap();
    let World { store, folder, .. } = world;
    drop(store);

    let old = as_version_1(&folder);
    let text = dump(&old.database());
    assert!(text.contains("migrations: 1\n") && !text.contains("queue: "), "{text}");
    let store = open_sqlite(&old.database(), TestClock::at(START)).unwrap();
    assert_eq!(audit(&*store, one, START).await, before);
    let row = store.run(one, run_id(1)).await.unwrap().unwrap();
    assert_eq!(row, run_before);
    assert_eq!((row.trigger, row.subject, row.cap), (Trigger::Person, None, None));
    assert_eq!(store.session(one, session_id(1)).await.unwrap(), session_before);
    assert_eq!(store.messages(one, session_id(1)).await, Ok(vec![message(1, 1, 1, Author::User)]));
    let steps = store.steps(one, run_id(1)).await;
    assert_eq!(steps, Ok(vec![step(run_id(1), 1, RunState::Running, 7)]));
    assert_eq!(store.usage_lines(one, run_id(1)).await, Ok(vec![usage_line(1, 1, 1, 7)]));
    assert_eq!(store.organization(one).await, Ok(Some(organization(1))));
    assert_eq!(store.checkouts(one, page(9)).await, Ok(vec![checkout(1, 1)]));
    assert_eq!(store.rated(one).await.unwrap()[&run_id(1)], credits(7));
    // And it can do what is new.
    let world = World { store, folder: old, ..World::sqlite() };
    world.done(one, settle(2, 0)).await;
    world.commit(one, vec![crate::work::start_or_wait(1, 5, 500, 0)]).await;
    assert_eq!(waiting(&world, one).await, [5]);
    let served = world.commit(one, vec![top_up(4, 500)]).await.served;
    assert_eq!(served.len(), 1);
    assert_ne!(world.audit(one).await.available(START), Ok(Credits::ZERO));
    // One that was migrated and one that was made new have one schema, and one set of plans.
    assert_eq!(schema_of(&world.folder), schema_of(&folder));
}

/// What the schema says, and how large its indexes are said to be.
fn schema_of(folder: &Folder) -> Vec<(String, String)> {
    let connection = Connection::open(folder.database()).unwrap();
    let sql = "SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE name <> 'migrations' \
               UNION ALL SELECT tbl || '.' || idx, stat FROM sqlite_stat1 ORDER BY 1, 2";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}
