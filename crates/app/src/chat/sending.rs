//! One answer at a time in a conversation, also when two people send at the same moment.
//!
//! A conversation shows that an answer is being written once its run is kept. Until then whoever
//! is first holds its place here; the other one is told what they would be told a moment later.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use ampere_credits::SessionId;

/// The conversations in which a message is on its way to its hold.
#[derive(Debug, Default)]
pub(crate) struct Sending(Mutex<HashSet<SessionId>>);

/// The place of one message; free again when dropped.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    all: &'a Sending,
    session: SessionId,
}

impl Sending {
    /// Takes the place of a conversation; none: somebody else has it.
    pub(super) fn begin(&self, session: SessionId) -> Option<Turn<'_>> {
        let first = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(session);
        // Made only by who was first: dropping one gives the place back.
        first.then(|| Turn { all: self, session })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.session);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_taken_once_and_free_again() {
        let sending = Sending::default();
        let (one, two) = (SessionId::from_bits(1), SessionId::from_bits(2));
        let first = sending.begin(one);
        assert!(first.is_some() && sending.begin(one).is_none() && sending.begin(two).is_some());
        drop(first);
        assert!(sending.begin(one).is_some());
    }
}
