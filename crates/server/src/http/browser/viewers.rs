//! Tokens that open a live view: an image element can send no header, and an address that is
//! copied must open nothing.
//!
//! Owns: who may open which view until when. Each token opens one view once, for the person whom it
//! was given to. Kept in memory as hashes: a restart ends the sessions that they belong to.

use std::sync::{Mutex, PoisonError};

use ampere_credits::{Entropy, RunId, Timestamp, UserId};
use sha2::{Digest, Sha256};

/// A token that was not used is worth nothing after so long.
const LIVES_SECONDS: i64 = 60;
/// Of one person; with more the oldest goes.
const MOST_OF_A_PERSON: usize = 16;

/// The tokens that are out.
#[derive(Debug, Default)]
pub struct Viewers {
    tickets: Mutex<Vec<Ticket>>,
}

#[derive(Debug)]
struct Ticket {
    hash: [u8; 32],
    user: UserId,
    run: RunId,
    until: Timestamp,
}

/// A token that was given out.
#[derive(Debug)]
pub struct Given {
    /// 64 hexadecimal digits; said once.
    pub token: String,
    /// It opens nothing from then on.
    pub until: Timestamp,
}

impl Viewers {
    /// A fresh token for a person and a run.
    pub fn give(&self, user: UserId, run: RunId, now: Timestamp, entropy: &dyn Entropy) -> Given {
        let mut bytes = [0u8; 32];
        entropy.fill(&mut bytes);
        let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let until = Timestamp::from_micros(now.micros().saturating_add(LIVES_SECONDS * 1_000_000));
        let mut tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.retain(|ticket| now < ticket.until);
        if tickets.iter().filter(|ticket| ticket.user == user).count() >= MOST_OF_A_PERSON
            && let Some(oldest) = tickets.iter().position(|ticket| ticket.user == user)
        {
            tickets.remove(oldest);
        }
        tickets.push(Ticket { hash: hash(&token), user, run, until });
        Given { token, until }
    }

    /// Uses a token up; false when it does not open this view for this person now.
    pub fn open(&self, token: &str, user: UserId, run: RunId, now: Timestamp) -> bool {
        let hash = hash(token);
        let mut tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner);
        let at = tickets.iter().position(|ticket| {
            ticket.hash == hash && ticket.user == user && ticket.run == run && now < ticket.until
        });
        at.map(|at| tickets.remove(at)).is_some()
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[derive(Default)]
    struct Counting(AtomicU64);

    impl Entropy for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            let next = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
            for (byte, from) in buffer.iter_mut().zip(next.iter().cycle()) {
                *byte = *from;
            }
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_token_opens_one_view_once_for_one_person_in_its_time() {
        let (viewers, chance) = (Viewers::default(), Counting::default());
        let (mia, ben) = (UserId::from_bits(1), UserId::from_bits(2));
        let (run, other) = (RunId::from_bits(1), RunId::from_bits(2));
        let given = viewers.give(mia, run, at(0), &chance);
        assert_eq!((given.token.len(), given.until), (64, at(60)));
        assert!(!viewers.open(&given.token, ben, run, at(1)), "another person");
        assert!(!viewers.open(&given.token, mia, other, at(1)), "another run");
        assert!(!viewers.open(&given.token[..63], mia, run, at(1)), "another token");
        assert!(!viewers.open(&given.token, mia, run, at(60)), "too late");
        assert!(viewers.open(&given.token, mia, run, at(59)));
        assert!(!viewers.open(&given.token, mia, run, at(59)), "used");
    }

    #[test]
    fn tokens_that_nobody_uses_take_no_more_room() {
        let (viewers, chance) = (Viewers::default(), Counting::default());
        let (mia, ben, run) = (UserId::from_bits(1), UserId::from_bits(2), RunId::from_bits(1));
        let of_ben = viewers.give(ben, run, at(0), &chance);
        let of_mia: Vec<_> = (0..20).map(|_| viewers.give(mia, run, at(1), &chance)).collect();
        let open = |token: &str, user| viewers.open(token, user, run, at(2));
        assert!(!open(&of_mia[3].token, mia), "the oldest of hers went");
        assert!(open(&of_mia[4].token, mia) && open(&of_ben.token, ben));
        viewers.give(ben, run, at(100), &chance);
        let left = viewers.tickets.lock().map(|tickets| tickets.len());
        assert_eq!(left.ok(), Some(1), "the others had run out");
    }
}
