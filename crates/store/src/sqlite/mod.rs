//! The SQLite engine: one file, one thread that writes, a few that read.
//!
//! Owns what is SQLite's own: locking, placeholders of the schema, durability, checkpoints.
//! Where to read on: [`writer`].

use std::path::Path;
use std::sync::Arc;

use ampere_credits::Clock;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

mod connection;
mod fault;
mod file;
mod migrate;
mod plans;
mod readers;
mod writer;

use crate::engine::Engine;
use crate::faults::CommitFaults;
use crate::ports::{Kept, StoreError};
use crate::tx::Tx;
use file::ServerLock;
use readers::Readers;
use writer::Writer;

/// Who else may have the file open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// No other server; the file is made where there is none.
    OneServer,
    /// A server may be running; the file must be there.
    Beside,
}

/// An open database file. Fields are dropped in this order: readers first, so that the writer
/// closes the last connection; the lock when nothing is open any more.
pub(crate) struct Sqlite {
    readers: Readers,
    writer: Writer,
    _lock: Option<ServerLock>,
}

impl Sqlite {
    /// Opens the file and brings it to this version's schema.
    pub fn open(
        path: &Path,
        sharing: Sharing,
        clock: &dyn Clock,
        faults: Arc<CommitFaults>,
    ) -> Kept<Sqlite> {
        let lock = file::prepare(path, sharing)?;
        let mut writing = connection::open_writing(path)?;
        migrate::migrate(&mut writing, clock)?;
        let readers = Readers::open(path)?;
        Ok(Sqlite { readers, writer: Writer::start(writing, path, faults)?, _lock: lock })
    }
}

impl Engine for Sqlite {
    async fn read<R: Send + 'static>(
        &self,
        operation: impl for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Kept<R>> + Send + 'static,
    ) -> Kept<R> {
        let (answer, answered) = oneshot::channel();
        self.readers.send(Box::new(move |reader| {
            // Nobody may be waiting any more; that is theirs to decide.
            drop(answer.send(reader.run(operation)));
        }))?;
        let lost = || StoreError::Unavailable("the reading thread ended".to_owned());
        answered.await.unwrap_or_else(|_| Err(lost()))
    }

    async fn write<R: Send + 'static>(
        &self,
        operation: impl for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Kept<R>> + Send + 'static,
    ) -> Kept<R> {
        let (answer, answered) = oneshot::channel();
        self.writer.send(Box::new(move |writer| {
            drop(answer.send(writer.run(operation)));
        }))?;
        let lost = || StoreError::Unknown("the writing thread ended".to_owned());
        answered.await.unwrap_or_else(|_| Err(lost()))
    }

    async fn scrub(&self) -> Kept<bool> {
        let (answer, answered) = oneshot::channel();
        self.writer.send(Box::new(move |writer| {
            // It is done, whoever still waits for it.
            let _ = answer.send(writer.scrub());
        }))?;
        answered.await.map_err(|_| StoreError::Unavailable("the writing thread ended".to_owned()))
    }
}
