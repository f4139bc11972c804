//! Where things are KEPT: narrow traits ([`ports`]) over plain rows ([`rows`]), and the engine
//! behind them ([`open_sqlite`]). All SQL of the product lives in this crate.
//!
//! Never decides: what a command does to a pool is decided by `ampere_credits`, called inside
//! the one transaction of a commit. An operation runs to its end whatever becomes of the caller
//! who asked for it. Where to read on: [`ports::PoolStore::commit`], then `ops/commit.rs`.

use std::path::Path;
use std::sync::Arc;

use ampere_credits::Clock;

pub mod chain;
mod engine;
pub mod faults;
mod migrations;
mod ops;
pub mod ports;
pub mod rows;
mod sqlite;
mod tx;
mod values;

pub use tx::Statement;

use engine::Database;
use faults::CommitFaults;
use ports::{Kept, Store};
use sqlite::{Sharing, Sqlite};

/// Opens a database file for a server: makes it (mode 0600) or brings it to this version's
/// schema, and keeps every other server process off it until it is dropped.
///
/// Blocks while it opens. The folder must exist. Dropping it waits for what was begun.
pub fn open_sqlite(path: &Path, clock: Arc<dyn Clock>) -> Kept<Arc<dyn Store>> {
    open_sqlite_with(path, clock, Arc::default())
}

/// The same with commits that lose their answers, for tests of what is made of that.
pub fn open_sqlite_with(
    path: &Path,
    clock: Arc<dyn Clock>,
    faults: Arc<CommitFaults>,
) -> Kept<Arc<dyn Store>> {
    let engine = Sqlite::open(path, Sharing::OneServer, &*clock, faults)?;
    Ok(Arc::new(Database::new(engine, clock)))
}

/// Opens a database file beside a running server, for single acts on the command line. The file
/// must exist. Every commit looks at what is committed, so both may write.
pub fn open_sqlite_shared(path: &Path, clock: Arc<dyn Clock>) -> Kept<Arc<dyn Store>> {
    let engine = Sqlite::open(path, Sharing::Beside, &*clock, Arc::default())?;
    Ok(Arc::new(Database::new(engine, clock)))
}

/// Every statement of the product, for tests that look at all of them.
pub fn statements() -> Vec<&'static Statement> {
    ops::statements()
}
