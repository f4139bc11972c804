//! Brings a database file to this version's schema.

use ampere_credits::Clock;
use rusqlite::Connection;

use crate::migrations::{Migration, pending};
use crate::ports::{Kept, StoreError};
use crate::sqlite::connection::Open;
use crate::sqlite::fault::fault;
use crate::sqlite::plans;

/// Which migrations a database has had.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS migrations (number INTEGER NOT NULL PRIMARY KEY, \
                     name TEXT NOT NULL, checksum BLOB NOT NULL, applied_at INTEGER NOT NULL) \
                     STRICT";

/// The engine's words in the schema's text.
const WORDS: [(&str, &str); 4] = [
    ("{i64}", "INTEGER"),
    ("{bytes}", "BLOB"),
    ("{keyed}", "STRICT, WITHOUT ROWID"),
    ("{table}", "STRICT"),
];

/// Applies what is missing, each migration in a transaction of its own. Refuses a database of
/// another program, of a newer version, or whose migrations were changed.
pub(super) fn migrate(open: &mut Open, clock: &dyn Clock) -> Kept<()> {
    let connection = &mut open.connection;
    if !is_ours(connection)? {
        let other = "it holds tables of another program".to_owned();
        return Err(StoreError::Version(other));
    }
    connection.execute_batch(TABLE).map_err(fault)?;
    while let Some(next) = first_pending(connection)? {
        apply(connection, next, clock)?;
    }
    Ok(())
}

fn is_ours(connection: &Connection) -> Kept<bool> {
    let sql = "SELECT count(*) = 0 OR coalesce(max(name = 'migrations'), 0) \
               FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    connection.query_row(sql, [], |row| row.get(0)).map_err(fault)
}

fn first_pending(connection: &Connection) -> Kept<Option<&'static Migration>> {
    let mut statement = connection
        .prepare("SELECT number, checksum FROM migrations ORDER BY number")
        .map_err(fault)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(fault)?;
    let applied = rows.collect::<Result<Vec<(u32, [u8; 32])>, _>>().map_err(fault)?;
    Ok(pending(&applied)?.first())
}

fn apply(connection: &mut Connection, migration: &Migration, clock: &dyn Clock) -> Kept<()> {
    let Migration { number, name, text } = *migration;
    tracing::info!(number, name, "applying a migration");
    let schema = WORDS.iter().fold(text.to_owned(), |text, (word, own)| text.replace(word, own));
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(fault)?;
    transaction.execute_batch(&schema).map_err(fault)?;
    transaction
        .execute(
            "INSERT INTO migrations (number, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)",
            (number, name, migration.checksum(), clock.now().micros()),
        )
        .map_err(fault)?;
    plans::describe(&transaction).map_err(fault)?;
    transaction.commit().map_err(fault)?;
    // So that this connection knows what the others will read when they open.
    connection.execute_batch("ANALYZE sqlite_schema").map_err(fault)?;
    tracing::info!(number, name, "applied a migration");
    Ok(())
}
