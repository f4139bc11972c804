//! The one door to grant: every credit that enters a pool goes through here, and what follows a
//! payment beside its grant.
//!
//! Owns the key and the hash of what was asked, so that the same cause never grants twice.
//! Never decides who gets credits, and never sets a balance. Read next: [`crate::trial`], and
//! [`crate::billing`] for credits that were paid for.

use ampere_credits::ledger::{
    Answer, Command, Fact, GrantTerms, Hash, Outcome, Queueing, Rejected, Request,
};
use ampere_credits::{Entropy, GrantId, OrgId, Timestamp};
use ampere_store::rows::{LaneRequest, RowWrite};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::{AppError, Done};

/// One grant to be made.
pub(crate) struct GrantOrder {
    /// What is granted.
    pub(crate) terms: GrantTerms,
    /// Names the cause, for ever: the same key never grants twice.
    pub(crate) key: String,
    /// Hash of the cause, made with [`hash_of`]; ids and instants that are made anew at each
    /// attempt are not part of it.
    pub(crate) hash: Hash,
    /// Rows that stand or fall with it.
    pub(crate) writes: Vec<RowWrite>,
}

/// What the key's one grant did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Granted {
    /// As it was granted, now or before.
    pub(crate) terms: GrantTerms,
    /// Its entry.
    pub(crate) position: u64,
    /// It was granted by an earlier request with this key.
    pub(crate) replayed: bool,
}

/// One command of a payment, under a key of its own for ever.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// Names the cause, for ever. It says everything that matters of the command.
    pub(crate) key: String,
    /// What to do.
    pub(crate) command: Command,
    /// Rows that stand or fall with it.
    pub(crate) writes: Vec<RowWrite>,
}

impl App {
    /// Books several commands of one cause in one commit, in order; an answer for each.
    ///
    /// # Errors
    /// When the database does not answer; asking again is safe.
    pub(crate) async fn book(&self, org: OrgId, orders: Vec<Order>) -> Done<Vec<Answer>> {
        let requests = orders.into_iter().map(|Order { key, command, writes }| {
            let (hash, queueing) = (hash_of(&[&key]), Queueing::Overtakes);
            let request = Request { key, hash, command, queueing };
            LaneRequest { request, writes, waiting: Vec::new() }
        });
        let answered = self.lanes.submit_all(org, requests.collect()).await?;
        self.background.changed(org);
        Ok(answered.into_iter().map(|each| each.answer).collect())
    }

    /// Grants once per key; spendable in the very commit. The same key again answers what it
    /// granted then.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when the key was used for something else.
    pub(crate) async fn grant(&self, org: OrgId, order: GrantOrder) -> Done<Granted> {
        let GrantOrder { terms, key, hash, writes } = order;
        let (command, queueing) = (Command::Grant(terms), Queueing::Overtakes);
        let request = Request { key: key.clone(), hash, command, queueing };
        let request = LaneRequest { request, writes, waiting: Vec::new() };
        let answered = self.lanes.submit(org, request).await?;
        self.background.changed(org);
        match answered.answer {
            Answer::Done(outcome) => granted(&outcome, false),
            Answer::Replayed(outcome) => granted(&outcome, true),
            // Only a hold can wait.
            Answer::Waits => Err(AppError::Internal),
            Answer::Refused(rejected) => {
                tracing::error!(%org, key, %rejected, "a grant was refused");
                Err(match rejected {
                    Rejected::KeyReused => AppError::Conflict("this was granted differently"),
                    other if other.transient() => AppError::Unavailable,
                    _ => AppError::Internal,
                })
            }
        }
    }
}

fn granted(outcome: &Outcome, replayed: bool) -> Done<Granted> {
    match outcome.fact {
        Fact::Granted(terms) => Ok(Granted { terms, position: outcome.position, replayed }),
        _ => {
            tracing::error!(position = outcome.position, "a grant's key did something else");
            Err(AppError::Internal)
        }
    }
}

/// The id of the grant that a key makes: the same whoever makes it and whenever, so that what
/// stands beside a grant in its commit can name it, though it may be a replay.
pub(crate) fn grant_id(at: Timestamp, key: &str) -> GrantId {
    GrantId::mint(at, &OfKey(hash_of(&["grant", key])))
}

/// A key in the place of chance.
struct OfKey(Hash);

impl Entropy for OfKey {
    fn fill(&self, buffer: &mut [u8]) {
        for (byte, hashed) in buffer.iter_mut().zip(self.0.0.iter().cycle()) {
            *byte = *hashed;
        }
    }
}

/// Hash of a cause: each part with its length before it, so that no two causes look alike.
pub(crate) fn hash_of(parts: &[&str]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    Hash(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_makes_one_id_and_another_key_another() {
        let at = Timestamp::from_micros(7_000_000);
        assert_eq!(grant_id(at, "payment:a:0"), grant_id(at, "payment:a:0"));
        assert_ne!(grant_id(at, "payment:a:0"), grant_id(at, "payment:a:1"));
        let later = grant_id(at.plus_seconds(1), "payment:a:0");
        assert!(grant_id(at, "payment:b:0") < later, "ids sort by their instant");
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_eq!(hash_of(&["a", "bc"]), hash_of(&["a", "bc"]));
        assert_ne!(hash_of(&["a", "bc"]), hash_of(&["ab", "c"]));
        assert_ne!(hash_of(&["a"]), hash_of(&["a", ""]));
    }
}
