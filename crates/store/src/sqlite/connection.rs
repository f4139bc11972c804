//! A connection with its settings, as the [`Tx`] that operations get.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, params_from_iter};

use crate::ports::{Kept, StoreError};
use crate::sqlite::fault::fault;
use crate::tx::{Statement, Tx};
use crate::values::{Row, Value};

/// More than there are statements: none is ever compiled twice.
const STATEMENTS_KEPT: usize = 512;

/// How a transaction begins: writers first wait until they are alone.
const BEGIN_WRITING: &str = "BEGIN IMMEDIATE";
const BEGIN_READING: &str = "BEGIN";

/// A command line may write beside a server, so waiting is normal.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// For every connection.
const SETTINGS: &str = "PRAGMA foreign_keys = ON; \
                        PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;";

/// For the one that writes: what is acknowledged is on the disk; the log goes into the database
/// when there is nothing else to do; after that it keeps at most 32 MiB. What is deleted or
/// written over is overwritten with zeros (`docs/decisions/0010-privacy.md` says what it costs).
const WRITING: &str = "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; \
                       PRAGMA journal_size_limit = 33554432; PRAGMA cache_size = -16384; \
                       PRAGMA secure_delete = ON;";

/// A connection.
pub(super) struct Open {
    pub connection: Connection,
}

/// The connection that writes; makes an empty database where the file is empty.
pub(super) fn open_writing(path: &Path) -> Kept<Open> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = open(path, flags)?;
    let mode: String = open
        .connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(fault)?;
    if mode != "wal" {
        return Err(StoreError::Unavailable("this file system has no write-ahead log".to_owned()));
    }
    open.connection.execute_batch(WRITING).map_err(fault)?;
    Ok(open)
}

/// A connection that only reads.
pub(super) fn open_reading(path: &Path) -> Kept<Open> {
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

fn open(path: &Path, flags: OpenFlags) -> Kept<Open> {
    let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
    connection.busy_timeout(PATIENCE).map_err(fault)?;
    connection.execute_batch(SETTINGS).map_err(fault)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    // One plan for each statement, whatever its values: otherwise many are compiled anew each
    // time that values are bound, a quarter of all the work.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(fault)?;
    Ok(Open { connection })
}

impl Open {
    /// Says one of the words around a transaction.
    fn say(&self, word: &str) -> Kept<()> {
        let mut statement = self.connection.prepare_cached(word).map_err(fault)?;
        statement.execute([]).map(|_| ()).map_err(fault)
    }

    /// Begins a transaction and does an operation in it; on any error, also a panic, nothing of
    /// it remains. Where it succeeded, the transaction is still open.
    pub fn begin<R>(
        &mut self,
        writing: bool,
        operation: impl for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Kept<R>>,
    ) -> Kept<R> {
        self.say(if writing { BEGIN_WRITING } else { BEGIN_READING })?;
        // Every future of this Tx is ready at once, so the whole operation is.
        let done = catch_unwind(AssertUnwindSafe(|| operation(self).now_or_never()));
        let result = match done {
            Ok(Some(result)) => result,
            Ok(None) => Err(StoreError::Unavailable("an operation waited inside".to_owned())),
            Err(_) => Err(StoreError::Unavailable("an operation panicked".to_owned())),
        };
        if result.is_err() {
            self.roll_back();
        }
        result
    }

    /// Commits the open transaction.
    pub fn commit(&self) -> rusqlite::Result<()> {
        self.connection.prepare_cached("COMMIT")?.execute([]).map(|_| ())
    }

    /// Ends the open transaction without a trace. SQLite may have done so itself already.
    pub fn roll_back(&self) {
        if self.connection.is_autocommit() {
            return;
        }
        if let Err(error) = self.say("ROLLBACK") {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }

    fn ask(&self, statement: &'static Statement, values: &[Value]) -> Kept<Vec<Row>> {
        statement.reach();
        let mut prepared = self.connection.prepare_cached(statement.sql()).map_err(fault)?;
        let columns = prepared.column_count();
        let mut found = prepared.query(params_from_iter(values)).map_err(fault)?;
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(fault)? {
            let values = (0..columns).map(|column| row.get_ref(column).map(owned));
            let values = values.collect::<Result<Vec<Kept<Value>>, _>>().map_err(fault)?;
            rows.push(Row::new(statement.name(), values.into_iter().collect::<Kept<_>>()?));
        }
        Ok(rows)
    }

    fn tell(&self, statement: &'static Statement, values: &[Value]) -> Kept<u64> {
        statement.reach();
        let mut prepared = self.connection.prepare_cached(statement.sql()).map_err(fault)?;
        let changed = prepared.execute(params_from_iter(values)).map_err(fault)?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }
}

/// A copy of what SQLite shows for a moment.
fn owned(value: ValueRef<'_>) -> Kept<Value> {
    let not_text = |_| StoreError::Damaged("a text that is not UTF-8".to_owned());
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Int(number)),
        ValueRef::Text(text) => String::from_utf8(text.to_vec()).map(Value::Text).map_err(not_text),
        ValueRef::Blob(bytes) => Ok(Value::Bytes(bytes.to_vec())),
        ValueRef::Real(_) => Err(StoreError::Damaged("a number that is not whole".to_owned())),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

#[async_trait]
impl Tx for Open {
    async fn execute(&mut self, statement: &'static Statement, values: Vec<Value>) -> Kept<u64> {
        self.tell(statement, &values)
    }

    async fn query(&mut self, statement: &'static Statement, values: Vec<Value>) -> Kept<Vec<Row>> {
        self.ask(statement, &values)
    }

    async fn execute_each(
        &mut self,
        statement: &'static Statement,
        lists: Vec<Vec<Value>>,
    ) -> Kept<()> {
        lists.iter().try_for_each(|values| self.tell(statement, values).map(|_| ()))
    }

    async fn query_each(
        &mut self,
        statement: &'static Statement,
        lists: Vec<Vec<Value>>,
    ) -> Kept<Vec<Vec<Row>>> {
        lists.iter().map(|values| self.ask(statement, values)).collect()
    }
}
