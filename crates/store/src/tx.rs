//! What an operation may do inside one transaction, whatever engine runs it.
//!
//! Statements are written once, in the dialect that SQLite and PostgreSQL share: `$1`, `$2` …
//! numbered in order of first appearance, `ON CONFLICT`, `RETURNING`, 64-bit integers, TEXT ids.
//! Never commits: the engine does, after the operation. Where to read on: [`crate::engine`].

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;

use crate::ports::Kept;
use crate::values::{Row, Value};

/// One statement of the product, with whether it was ever run (tests look at it).
#[derive(Debug)]
pub struct Statement {
    name: &'static str,
    sql: &'static str,
    reached: AtomicBool,
}

impl Statement {
    /// A statement under a name for faults and tests.
    pub(crate) const fn new(name: &'static str, sql: &'static str) -> Self {
        Statement { name, sql, reached: AtomicBool::new(false) }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its text.
    pub fn sql(&self) -> &'static str {
        self.sql
    }

    /// Whether this process has run it.
    pub fn reached(&self) -> bool {
        self.reached.load(Ordering::Relaxed)
    }

    /// Notes that it is run; called by engines.
    pub(crate) fn reach(&self) {
        self.reached.store(true, Ordering::Relaxed);
    }
}

/// Declares the statements of one file and the list of them.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $(
            $(#[$doc])*
            static $name: $crate::tx::Statement =
                $crate::tx::Statement::new(stringify!($name), $sql);
        )+
        /// Every statement of this file.
        pub(super) static STATEMENTS: &[&$crate::tx::Statement] = &[$(&$name,)+];
    };
}
pub(crate) use statements;

/// An open transaction.
#[async_trait]
pub(crate) trait Tx: Send {
    /// Runs a statement that answers no rows; how many rows it changed.
    async fn execute(&mut self, statement: &'static Statement, values: Vec<Value>) -> Kept<u64>;

    /// Runs a statement that answers rows.
    async fn query(&mut self, statement: &'static Statement, values: Vec<Value>) -> Kept<Vec<Row>>;

    /// Runs one statement for each list of values, in order.
    async fn execute_each(
        &mut self,
        statement: &'static Statement,
        lists: Vec<Vec<Value>>,
    ) -> Kept<()>;

    /// Asks one statement for each list of values; the rows of each, in order.
    async fn query_each(
        &mut self,
        statement: &'static Statement,
        lists: Vec<Vec<Value>>,
    ) -> Kept<Vec<Vec<Row>>>;
}
