//! How many event streams a person may have open at once (security check S29).
//!
//! Read next: `events`, which takes a pass before it begins to stream.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ampere_credits::UserId;

use super::code::Code;
use super::problem::Problem;

type Open = Arc<Mutex<HashMap<UserId, usize>>>;

/// The open streams of everybody.
#[derive(Debug, Clone)]
pub struct Streams {
    most: usize,
    open: Open,
}

/// The right to one open stream; given back when it is dropped.
#[derive(Debug)]
pub struct StreamPass {
    user: UserId,
    open: Open,
}

impl Streams {
    /// At most so many for each person.
    pub fn new(most: usize) -> Self {
        Streams { most, open: Open::default() }
    }

    /// One more for a person.
    ///
    /// # Errors
    /// 429 `concurrency_limited` when they have as many as they may.
    pub fn pass(&self, user: UserId) -> Result<StreamPass, Problem> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user).or_default();
        if *count >= self.most {
            let detail = format!("At most {} streams can be open at once.", self.most);
            return Err(Problem::new(Code::ConcurrencyLimited, detail).retry_after(5));
        }
        *count += 1;
        Ok(StreamPass { user, open: Arc::clone(&self.open) })
    }
}

impl Drop for StreamPass {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.user) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_that_is_given_back_can_be_taken_again() {
        let streams = Streams::new(2);
        let (mia, ben) = (UserId::from_bits(1), UserId::from_bits(2));
        let first = streams.pass(mia);
        let second = streams.pass(mia);
        assert!(first.is_ok() && second.is_ok());
        assert!(streams.pass(mia).is_err_and(|p| p.code == Code::ConcurrencyLimited));
        assert!(streams.pass(ben).is_ok());
        drop(second);
        assert!(streams.pass(mia).is_ok());
    }
}
