//! An engine runs operations in transactions; [`Database`] is the ports over any engine.
//!
//! Owns the narrow seam between what is done (`ops`) and where (`sqlite`). An operation that was
//! handed to an engine runs to its end, whatever becomes of the future that waits for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ampere_credits::ledger::Pool;
use ampere_credits::{Clock, OrgId, Timestamp};
use futures_util::future::BoxFuture;

use crate::ports::Kept;
use crate::tx::{Statement, Tx};
use crate::values::{Row, Value};

/// Where operations run.
pub(crate) trait Engine: Send + Sync + 'static {
    /// Runs it in a transaction that sees one committed state and writes nothing.
    fn read<R: Send + 'static>(
        &self,
        operation: impl for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Kept<R>> + Send + 'static,
    ) -> impl Future<Output = Kept<R>> + Send;

    /// Runs it in a transaction that is alone in writing, and commits: wholly, or on any error
    /// not at all.
    fn write<R: Send + 'static>(
        &self,
        operation: impl for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Kept<R>> + Send + 'static,
    ) -> impl Future<Output = Kept<R>> + Send;

    /// Lets no older state lie beside the present one, where the engine keeps such; false while
    /// somebody still reads it, and then it is tried again by the engine itself.
    fn scrub(&self) -> impl Future<Output = Kept<bool>> + Send;
}

/// Pools kept in memory at most; more are loaded when needed.
const POOLS_KNOWN: usize = 1_024;

/// Pools as this process last knew them. One is used only if the pool's row, read in the same
/// transaction, has its position and head: the head stands for the whole history.
#[derive(Default)]
pub(crate) struct KnownPools(Mutex<HashMap<OrgId, Pool>>);

impl KnownPools {
    /// Takes a pool out; whoever fails on the way leaves nothing stale behind.
    pub fn take(&self, org: OrgId) -> Option<Pool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&org)
    }

    /// Puts a pool back.
    pub fn put(&self, pool: Pool) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= POOLS_KNOWN {
            known.clear();
        }
        known.insert(pool.org, pool);
    }
}

/// The ports over an engine.
pub(crate) struct Database<E> {
    pub engine: E,
    pub clock: Arc<dyn Clock>,
    pub pools: Arc<KnownPools>,
    /// When this process opened it.
    pub opened: Timestamp,
}

impl<E: Engine> Database<E> {
    /// The ports over an engine that has just been opened.
    pub fn new(engine: E, clock: Arc<dyn Clock>) -> Self {
        let opened = clock.now();
        Database { engine, clock, pools: Arc::default(), opened }
    }

    /// All rows of one statement.
    pub async fn rows<T: Send + 'static>(
        &self,
        statement: &'static Statement,
        values: Vec<Value>,
        read: fn(Row) -> Kept<T>,
    ) -> Kept<Vec<T>> {
        self.engine
            .read(move |tx| {
                Box::pin(async move {
                    let rows = tx.query(statement, values).await?;
                    rows.into_iter().map(read).collect()
                })
            })
            .await
    }

    /// The first row of one statement.
    pub async fn row<T: Send + 'static>(
        &self,
        statement: &'static Statement,
        values: Vec<Value>,
        read: fn(Row) -> Kept<T>,
    ) -> Kept<Option<T>> {
        Ok(self.rows(statement, values, read).await?.into_iter().next())
    }

    /// One statement that writes; how many rows it changed.
    pub async fn change(&self, statement: &'static Statement, values: Vec<Value>) -> Kept<u64> {
        self.engine
            .write(move |tx| Box::pin(async move { tx.execute(statement, values).await }))
            .await
    }
}
