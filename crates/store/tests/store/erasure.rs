//! Every column is decided: the table of the decision on privacy is held against the real schema,
//! and what it says against what really goes and stays, down to the bytes of the file.

use std::collections::BTreeMap;

use ampere_credits::{FileId, InvitationId, RunId, SessionId};
use ampere_store::open_sqlite;
use ampere_store::rows::*;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::asks::*;
use crate::people::*;
use crate::world::{Folder, START, World};

const TABLE: &str = include_str!("../../../../docs/decisions/0010-privacy.md");
const WORDS: [&str; 4] = ["kept", "wiped", "deleted", "handed over"];
/// Stands wherever something is to go; a word of its own, as a name is.
const GOES: &str = "quastenflosser";

/// What becomes of a column when a person goes, and when an organization does.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Decision {
    person: String,
    organization: String,
}

/// By `table.column`; `table.*` for all others of a table.
fn decisions() -> BTreeMap<String, Decision> {
    let rows = TABLE.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let decided = cells.map(|cells| {
        let (person, organization) = (cells[2].to_owned(), cells[3].to_owned());
        (cells[1].trim_matches('`').to_owned(), Decision { person, organization })
    });
    decided.collect()
}

fn decision<'a>(
    all: &'a BTreeMap<String, Decision>,
    table: &str,
    column: &str,
) -> Option<&'a Decision> {
    all.get(&format!("{table}.{column}")).or_else(|| all.get(&format!("{table}.*")))
}

/// A column of the schema.
#[derive(Debug, Clone)]
struct Column {
    name: String,
    kind: String,
    needed: bool,
}

impl Column {
    fn holds_text(&self) -> bool {
        self.kind == "TEXT" || self.kind == "BLOB"
    }
}

fn schema(connection: &Connection) -> BTreeMap<String, Vec<Column>> {
    let sql = "SELECT t.name, c.name, c.type, c.\"notnull\" FROM sqlite_schema t \
               JOIN pragma_table_info(t.name) c WHERE t.type = 'table' \
               AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        let column = Column { name: row.get(1)?, kind: row.get(2)?, needed: row.get(3)? };
        Ok((row.get::<_, String>(0)?, column))
    });
    let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for (table, column) in rows.unwrap().map(Result::unwrap) {
        tables.entry(table).or_default().push(column);
    }
    tables
}

#[test]
fn every_column_with_text_is_decided_and_nothing_else_is() {
    let world = World::sqlite();
    let tables = schema(&Connection::open(world.folder.database()).unwrap());
    let all = decisions();
    assert!(tables.len() > 40 && all.len() > tables.len(), "both were read");
    for (table, columns) in &tables {
        for column in columns.iter().filter(|column| column.holds_text()) {
            let found = decision(&all, table, &column.name);
            assert!(found.is_some(), "{table}.{} is not decided", column.name);
        }
    }
    for (name, decision) in &all {
        let (table, column) = name.split_once('.').unwrap();
        let columns = tables.get(table).unwrap_or_else(|| panic!("there is no table {table}"));
        let known = column == "*" || columns.iter().any(|each| each.name == column);
        assert!(known, "there is no {name}");
        for word in [&decision.person, &decision.organization] {
            assert!(WORDS.contains(&word.as_str()), "{name}: {word}");
        }
    }
}

/// Somebody with a row of everything in an organization, written past the store.
struct Filled {
    folder: Folder,
    clock: std::sync::Arc<crate::world::TestClock>,
    /// What is to be in the file afterwards.
    stays: Vec<String>,
}

/// Values that lead from row to row; all others say whether they go or stay.
fn leads(table: &str, column: &str) -> Option<String> {
    let (org, person) = (org(1).to_string(), user_id(5).to_string());
    let run = RunId::from_bits(7).to_string();
    let session = SessionId::from_bits(7).to_string();
    let file = FileId::from_bits(7).to_string();
    Some(match (table, column) {
        (_, "org") => org,
        ("runs", "id") | ("tasks" | "steps" | "step_results" | "stills", "run") => run,
        ("runs", "state") => "succeeded".to_owned(),
        ("sessions", "id") | ("messages" | "shares" | "session_files", "session") => session,
        ("files" | "file_bytes", "id") | ("session_files", "file") => file,
        ("shares", "access") => "view".to_owned(),
        ("invitations", "id") => InvitationId::from_bits(99).to_string(),
        ("invitations", "email") => format!("{GOES}@example.com"),
        ("invitations", "mail") | ("mails", "id") => "mail_1".to_owned(),
        ("mails", "recipient") => format!("{GOES}@example.com"),
        ("hooks", "about") => format!("organization {org}"),
        ("replies", "scope") => format!("{org} {person} {GOES}"),
        ("usage_lines", "user_id") => return None,
        (_, "user_id" | "owner" | "started_by") => person,
        _ => return None,
    })
}

/// The books' own rows are written by the store; these tables belong to nobody who goes.
const NOT_FILLED: [&str; 12] = [
    "audit_heads",
    "audit_log",
    "members",
    "migrations",
    "organizations",
    "password_resets",
    "plan_versions",
    "queue",
    "rate_cards",
    "settings",
    "users",
    "logins",
];

async fn filled(goes: fn(&Decision) -> bool) -> Filled {
    let world = World::sqlite();
    found(&world, 1).await;
    join(&world, 1, 5).await;
    world.store.create_login(login(1, 5, 50)).await.unwrap();
    world.store.begin_reset(reset(60, 5), mail(5), START).await.unwrap();
    let World { store, clock, folder, .. } = world;
    drop(store);
    let connection = Connection::open(folder.database()).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    let (all, mut stays) = (decisions(), Vec::new());
    let sql = "UPDATE users SET name = ?1, email = ?1 || '@example.com' WHERE id = ?2";
    connection.execute(sql, [GOES.to_owned(), user_id(5).to_string()]).unwrap();
    if goes(decision(&all, "organizations", "name").unwrap()) {
        connection.execute("UPDATE organizations SET name = ?1", [GOES]).unwrap();
    }
    for (table, columns) in schema(&connection) {
        if NOT_FILLED.contains(&table.as_str()) {
            continue;
        }
        let value = |column: &Column| match (column.holds_text(), leads(&table, &column.name)) {
            (true, Some(text)) => Value::Text(text),
            (true, None) if goes(decision(&all, &table, &column.name).unwrap()) => {
                of_kind(column, GOES.to_owned())
            }
            (true, None) => of_kind(column, format!("kept {table} {}", column.name)),
            (false, _) if column.needed => Value::Integer(0),
            (false, _) => Value::Null,
        };
        let values: Vec<Value> = columns.iter().map(value).collect();
        stays.extend(values.iter().filter_map(|value| match value {
            Value::Text(text) if text.starts_with("kept ") => Some(text.clone()),
            Value::Blob(bytes) if bytes.starts_with(b"kept ") => {
                Some(String::from_utf8(bytes.clone()).unwrap())
            }
            _ => None,
        }));
        let places = vec!["?"; values.len()].join(", ");
        let sql = format!("INSERT INTO {table} VALUES ({places})");
        connection.execute(&sql, params_from_iter(values)).unwrap();
    }
    drop(connection);
    Filled { folder, clock, stays }
}

fn of_kind(column: &Column, text: String) -> Value {
    if column.kind == "BLOB" { Value::Blob(text.into_bytes()) } else { Value::Text(text) }
}

/// Database and log, as text.
fn bytes(folder: &Folder) -> String {
    let mut bytes = std::fs::read(folder.database()).unwrap();
    let log = folder.path().join("ampere.db-wal");
    bytes.extend(std::fs::read(log).unwrap_or_default());
    String::from_utf8_lossy(&bytes).into_owned()
}

fn assert_gone(filled: &Filled, but_not: &[&str]) {
    let file = bytes(&filled.folder);
    let near = file.find(GOES).map(|at| file.get(at.saturating_sub(80)..at + 40));
    assert_eq!(near, None);
    for text in &filled.stays {
        let exempt = but_not.iter().any(|table| text.starts_with(&format!("kept {table} ")));
        assert!(exempt || file.contains(text), "{text:?} is gone");
    }
}

#[tokio::test]
async fn what_is_said_to_go_with_a_person_goes_and_all_else_stays() {
    let filled = filled(|decision| decision.person != "kept").await;
    assert!(bytes(&filled.folder).contains(GOES), "they live");
    assert!(filled.stays.len() > 100, "{} kept texts", filled.stays.len());
    let store = open_sqlite(&filled.folder.database(), filled.clock.clone()).unwrap();
    let erasure = PersonErasure {
        user: user_id(5),
        at: START,
        hand_on: false,
        note: "Paused.".to_owned(),
        act: "account_deleted".to_owned(),
    };
    assert_eq!(store.erase_person(erasure).await, Ok(Erased::Gone(vec![org(1)])));
    assert_eq!(store.scrub().await, Ok(true));
    // A letter to the person goes whole.
    assert_gone(&filled, &["mails"]);
    let workflows = store.workflows(org(1)).await.unwrap_or_default();
    assert!(workflows.iter().all(|row| row.owner == user_id(1)));
}

#[tokio::test]
async fn what_is_said_to_go_with_an_organization_goes_and_all_else_stays() {
    let filled = filled(|decision| decision.organization != "kept").await;
    let store = open_sqlite(&filled.folder.database(), filled.clock.clone()).unwrap();
    let closing = OrganizationClosing {
        org: org(1),
        by: user_id(1),
        at: START,
        act: "organization_deleted".to_owned(),
    };
    assert!(matches!(store.close_organization(closing).await, Ok(Closed::Gone(_))));
    assert_eq!(store.scrub().await, Ok(true));
    drop(store);
    // People keep their accounts.
    let connection = Connection::open(filled.folder.database()).unwrap();
    connection
        .execute_batch(
            "PRAGMA secure_delete = ON; UPDATE users SET name = '', email = id; \
                              DELETE FROM mails; PRAGMA wal_checkpoint(TRUNCATE);",
        )
        .unwrap();
    drop(connection);
    assert_gone(&filled, &["mails", "replies"]);
}
