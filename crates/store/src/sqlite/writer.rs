//! The one thread that writes: each job a whole transaction, answered after its COMMIT.
//!
//! If a COMMIT fails after its last frame was written (the disk would not confirm it, say), the
//! frames lie complete in the log and may come to life after a crash. So before anything else is
//! said a *fence* is committed: a small change that takes their place in the log. With the fence
//! committed it is certain that nothing was changed; without it the outcome is unknown, and
//! nothing is written until a fence succeeds.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::faults::{CommitFaults, Lost};
use crate::ports::{Kept, StoreError};
use crate::sqlite::connection::{Open, PATIENCE};
use crate::sqlite::fault::{fault, never_complete};
use crate::sqlite::file::wal_of;
use crate::tx::Tx;

/// With nothing to do for this long, the log is brought into the database.
const IDLE: Duration = Duration::from_millis(200);

/// A log longer than this is brought into the database between two jobs, at most once in so
/// many commits (a long reader may keep it from getting shorter).
const LONG_LOG_BYTES: u64 = 64 * 1024 * 1024;
const COMMITS_BETWEEN: u32 = 256;

/// Emptying the log waits for readers at most this long at a time.
const SCRUB_PATIENCE: Duration = Duration::from_millis(100);

/// What the writing thread is asked to do.
type Job = Box<dyn FnOnce(&mut Working) + Send>;

/// The thread; it ends when this is dropped, after everything that was asked.
pub(super) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    pub fn start(open: Open, path: &Path, faults: Arc<CommitFaults>) -> Kept<Writer> {
        let (jobs, queue) = channel::<Job>();
        let wal = wal_of(path);
        let working = Working { open, wal, faults, commits: 0, certain: true, unclean: true };
        let thread = Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || working.work(&queue))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Writer { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Hands a job to the thread; it is done whatever becomes of the caller.
    pub fn send(&self, job: Job) -> Kept<()> {
        let closed = || StoreError::Unavailable("the database is closed".to_owned());
        let jobs = self.jobs.as_ref().ok_or_else(closed)?;
        jobs.send(job).map_err(|_| closed())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writing thread had panicked");
        }
    }
}

/// The thread's own: the connection and what is known of its log.
pub(super) struct Working {
    open: Open,
    wal: PathBuf,
    /// Commits that lose their answer; none but in tests.
    faults: Arc<CommitFaults>,
    /// Since the log was last brought into the database.
    commits: u32,
    /// The outcome of everything that was done is known.
    certain: bool,
    /// The log is to be emptied, and a reader has kept it from that.
    unclean: bool,
}

impl Working {
    /// Does an operation and commits it: wholly, or on any error not at all.
    pub fn run<R>(
        &mut self,
        operation: impl for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Kept<R>>,
    ) -> Kept<R> {
        if !self.certain {
            self.fence()?;
        }
        let result = self.open.begin(true, operation)?;
        let lost = self.faults.of_next();
        if lost == Some(Lost::Before) {
            self.open.roll_back();
            return self.unanswered();
        }
        let Err(error) = self.open.commit() else {
            self.commits = self.commits.saturating_add(1);
            return if lost == Some(Lost::After) { self.unanswered() } else { Ok(result) };
        };
        tracing::error!(%error, "a commit failed");
        self.open.roll_back();
        self.certain = never_complete(&error);
        if self.certain || self.fence().is_ok() {
            return Err(fault(error));
        }
        Err(StoreError::Unknown(error.to_string()))
    }

    /// Whoever asked cannot know what became of it, and neither does the next who asks.
    fn unanswered<R>(&mut self) -> Kept<R> {
        self.certain = false;
        Err(StoreError::Unknown("the connection was lost during the commit".to_owned()))
    }

    fn fence(&mut self) -> Kept<()> {
        let connection = &self.open.connection;
        let version: i32 =
            connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(fault)?;
        let next = version.wrapping_add(1);
        connection.pragma_update(None, "user_version", next).map_err(fault)?;
        self.certain = true;
        Ok(())
    }

    fn work(mut self, queue: &Receiver<Job>) {
        loop {
            let job = match self.commits {
                0 if !self.unclean => queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
                _ => queue.recv_timeout(IDLE),
            };
            match job {
                Ok(job) => {
                    job(&mut self);
                    if self.commits >= COMMITS_BETWEEN && self.log_is_long() {
                        self.checkpoint();
                    }
                }
                Err(RecvTimeoutError::Timeout) if self.unclean => {
                    self.scrub();
                }
                Err(RecvTimeoutError::Timeout) => self.checkpoint(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn log_is_long(&self) -> bool {
        self.wal.metadata().is_ok_and(|file| file.len() > LONG_LOG_BYTES)
    }

    /// Brings the whole log into the database and empties it; false while a reader needs it,
    /// and then it is tried again when there is nothing else to do.
    pub fn scrub(&mut self) -> bool {
        self.unclean = true;
        let connection = &self.open.connection;
        // Everybody who writes would wait with it: a reader's next moment is enough.
        let done = connection.busy_timeout(SCRUB_PATIENCE).and_then(|()| {
            let emptied = "PRAGMA wal_checkpoint(TRUNCATE)";
            connection.query_row(emptied, [], |row| row.get::<_, i64>(0))
        });
        if let Err(error) = connection.busy_timeout(PATIENCE) {
            tracing::warn!(%error, "how long the database is waited for could not be set");
        }
        match done {
            Ok(busy) => self.unclean = busy != 0,
            Err(error) => tracing::warn!(%error, "the log could not be emptied"),
        }
        if !self.unclean {
            self.commits = 0;
        }
        !self.unclean
    }

    /// Brings the log into the database as far as no reader needs it.
    fn checkpoint(&mut self) {
        self.commits = 0;
        let done = self.open.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if let Err(error) = done {
            tracing::warn!(%error, "the log could not be brought into the database");
        }
    }
}
