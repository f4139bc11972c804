//! A few threads that read, each with its own connection.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use futures_util::future::BoxFuture;

use crate::ports::{Kept, StoreError};
use crate::sqlite::connection::{Open, open_reading};
use crate::tx::Tx;

/// Enough that a long list does not keep balances waiting.
const THREADS: usize = 3;

/// What a reading thread is asked to do.
type Job = Box<dyn FnOnce(&mut Reader) + Send>;

/// The threads; they end when this is dropped, after what was asked.
pub(super) struct Readers {
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

/// One thread's connection.
pub(super) struct Reader {
    open: Open,
}

impl Reader {
    /// Does an operation on one committed state.
    pub fn run<R>(
        &mut self,
        operation: impl for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Kept<R>>,
    ) -> Kept<R> {
        let result = self.open.begin(false, operation);
        self.open.roll_back();
        result
    }
}

impl Readers {
    /// Opens a connection for each thread.
    pub fn open(path: &Path) -> Kept<Readers> {
        let (jobs, queue) = channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        let mut readers = Readers { jobs: Some(jobs), threads: Vec::new() };
        for number in 1..=THREADS {
            let (reader, queue) = (Reader { open: open_reading(path)? }, Arc::clone(&queue));
            let named = Builder::new().name(format!("store-reader-{number}"));
            let thread = named.spawn(move || work(reader, &queue));
            readers.threads.push(thread.map_err(|e| StoreError::Unavailable(e.to_string()))?);
        }
        Ok(readers)
    }

    /// Hands a job to the next free thread.
    pub fn send(&self, job: Job) -> Kept<()> {
        let closed = || StoreError::Unavailable("the database is closed".to_owned());
        let jobs = self.jobs.as_ref().ok_or_else(closed)?;
        jobs.send(job).map_err(|_| closed())
    }
}

fn work(mut reader: Reader, queue: &Mutex<Receiver<Job>>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        job(&mut reader);
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a reading thread had panicked");
            }
        }
    }
}
