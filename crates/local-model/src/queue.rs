//! Owns who is next: one job runs, the others wait in the order they came.
//! Never runs a job itself and knows nothing of models. Read next: `worker.rs`, which takes jobs.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many may wait behind the running one.
pub const WAITING_LIMIT: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Full,
    Closed,
}

struct State<J> {
    waiting: VecDeque<(Ticket, J)>,
    running: bool,
    next_ticket: u64,
    closed: bool,
}

pub struct Queue<J> {
    state: Mutex<State<J>>,
    changed: Condvar,
}

impl<J> Queue<J> {
    pub fn new() -> Self {
        let state =
            State { waiting: VecDeque::new(), running: false, next_ticket: 0, closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn join(&self, job: J) -> Result<Ticket, Refused> {
        let mut state = self.state();
        if state.closed {
            return Err(Refused::Closed);
        }
        // An idle engine will take the first one at once: it does not count as waiting.
        let places = WAITING_LIMIT + usize::from(!state.running);
        if state.waiting.len() >= places {
            return Err(Refused::Full);
        }
        let ticket = Ticket(state.next_ticket);
        state.next_ticket += 1;
        state.waiting.push_back((ticket, job));
        self.changed.notify_one();
        Ok(ticket)
    }

    /// Waits for the next job; None when the queue is closed. The taker calls `done` after it.
    pub fn take(&self) -> Option<J> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            if let Some((_, job)) = state.waiting.pop_front() {
                state.running = true;
                return Some(job);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub fn done(&self) {
        self.state().running = false;
    }

    /// How many are before this one; 0 when it runs, or has run.
    pub fn ahead(&self, ticket: Ticket) -> usize {
        let state = self.state();
        let place = state.waiting.iter().position(|(waiting, _)| *waiting == ticket);
        place.map_or(0, |place| place + usize::from(state.running))
    }

    /// Gives up a place; returns the job if it was still waiting.
    pub fn leave(&self, ticket: Ticket) -> Option<J> {
        let mut state = self.state();
        let place = state.waiting.iter().position(|(waiting, _)| *waiting == ticket)?;
        state.waiting.remove(place).map(|(_, job)| job)
    }

    /// Whether one runs, and how many wait.
    pub fn load(&self) -> (bool, usize) {
        let state = self.state();
        (state.running, state.waiting.len())
    }

    /// Nothing is taken or joined any more; returns those that were waiting.
    pub fn close(&self) -> Vec<J> {
        let mut state = self.state();
        state.closed = true;
        self.changed.notify_all();
        state.waiting.drain(..).map(|(_, job)| job).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_come_first_served() {
        let queue = Queue::new();
        let tickets: Vec<_> = ["a", "b", "c"].map(|job| queue.join(job).unwrap()).into();
        let ahead = || tickets.iter().map(|ticket| queue.ahead(*ticket)).collect::<Vec<_>>();
        assert_eq!(ahead(), [0, 1, 2]);
        assert_eq!(queue.take(), Some("a"));
        assert_eq!(ahead(), [0, 1, 2], "the running one is ahead of the others");
        queue.done();
        assert_eq!(queue.take(), Some("b"));
        assert_eq!(ahead(), [0, 0, 1]);
        assert_eq!(queue.load(), (true, 1));
    }

    #[test]
    fn leaving_moves_the_others_up() {
        let queue = Queue::new();
        let first = queue.join(1).unwrap();
        let second = queue.join(2).unwrap();
        let third = queue.join(3).unwrap();
        assert_eq!(queue.take(), Some(1));
        assert_eq!(queue.leave(first), None, "what runs cannot leave the queue");
        assert_eq!(queue.leave(second), Some(2));
        assert_eq!(queue.leave(second), None);
        assert_eq!(queue.ahead(third), 1);
        queue.done();
        assert_eq!(queue.take(), Some(3));
    }

    #[test]
    fn holds_sixty_four_behind_the_running_one() {
        let queue = Queue::new();
        for job in 0..=WAITING_LIMIT {
            queue.join(job).unwrap();
        }
        assert_eq!(queue.join(99), Err(Refused::Full));
        queue.take();
        assert_eq!(queue.load(), (true, WAITING_LIMIT));
        assert_eq!(queue.join(99), Err(Refused::Full));
        queue.done();
        queue.take();
        assert!(queue.join(99).is_ok());
    }

    #[test]
    fn closing_hands_back_what_waited() {
        let queue = Queue::new();
        queue.join("a").unwrap();
        assert_eq!(queue.close(), ["a"]);
        assert_eq!(queue.take(), None);
        assert_eq!(queue.join("b"), Err(Refused::Closed));
    }
}
