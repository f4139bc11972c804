//! A clock for trying out: the machine's, moved on by the operator.
//!
//! Never goes back: what happened yesterday on this clock must not happen again. How far it was
//! moved is kept in the sandbox's books.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ampere_credits::{Clock, Timestamp};

/// The machine's clock and how far it was moved on.
pub struct ShiftedClock {
    machine: Arc<dyn Clock>,
    micros: AtomicI64,
}

impl ShiftedClock {
    /// A clock that is `micros` microseconds ahead of the machine's; a negative number is none.
    pub fn new(machine: Arc<dyn Clock>, micros: i64) -> Self {
        ShiftedClock { machine, micros: AtomicI64::new(micros.max(0)) }
    }

    /// Microseconds that it is ahead.
    pub fn ahead(&self) -> i64 {
        self.micros.load(Ordering::SeqCst)
    }

    /// Moves it on, unless it is that far already.
    pub(super) fn be_ahead(&self, micros: i64) {
        self.micros.fetch_max(micros, Ordering::SeqCst);
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        let machine = self.machine.now().micros();
        Timestamp::from_micros(machine.saturating_add(self.ahead()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(1_000)
        }
    }

    #[test]
    fn it_moves_on_and_never_back() {
        let clock = ShiftedClock::new(Arc::new(Stopped), -5);
        assert_eq!(clock.now().micros(), 1_000);
        clock.be_ahead(70);
        clock.be_ahead(7);
        assert_eq!((clock.now().micros(), clock.ahead()), (1_070, 70));
    }
}
