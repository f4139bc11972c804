//! Commits whose answer does not arrive, brought about on purpose: fault F4 of the reliability
//! design, the connection that is lost during COMMIT, where the engine has no connection to lose.
//!
//! Owns when it happens and on which side of the commit. Nothing but a test ever arms it. Never
//! decides what becomes of the operation: that is the engine's. Where to read on: the writer's
//! `run` in `sqlite/writer.rs`.

use std::sync::{Mutex, PoisonError};

/// On which side of the commit the connection is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// Before it: nothing of the operation remains.
    Before,
    /// After it: the operation is on the disk.
    After,
}

/// Which commit loses its answer. As it is made, none does.
#[derive(Debug, Default)]
pub struct CommitFaults(Mutex<Option<(u64, Lost)>>);

impl CommitFaults {
    /// The `number`-th commit from now on (1 is the next) is answered with
    /// [`crate::ports::StoreError::Unknown`], and no other.
    pub fn arm(&self, number: u64, lost: Lost) {
        *self.lock() = Some((number, lost));
    }

    /// Takes a fault away that has not come up. False if it has.
    pub fn disarm(&self) -> bool {
        self.lock().take().is_some()
    }

    /// What happens to the commit that is about to be made.
    pub(crate) fn of_next(&self) -> Option<Lost> {
        let mut armed = self.lock();
        let (left, lost) = (*armed)?;
        let comes = left <= 1;
        *armed = (!comes).then_some((left.saturating_sub(1), lost));
        comes.then_some(lost)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(u64, Lost)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
