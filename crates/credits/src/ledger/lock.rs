//! The lock of a pool and the freezing of a grant: states that move nothing.
//!
//! The law's "Locked", and of "Money in and back" what a dispute does while it is open. Why a pool
//! is locked or a payment disputed is not known here. Read on: [`crate::ledger::claims`].

use crate::id::GrantId;
use crate::ledger::command::Rejected;
use crate::ledger::entry::{Draft, Entry, Fact};
use crate::ledger::grant::Grant;
use crate::ledger::pool::Pool;
use crate::time::Timestamp;

pub(super) fn lock(pool: &Pool) -> Result<Draft, Rejected> {
    if pool.locked { Err(Rejected::AlreadyLocked) } else { Ok(still(Fact::Locked)) }
}

pub(super) fn unlock(pool: &Pool) -> Result<Draft, Rejected> {
    if pool.locked { Ok(still(Fact::Unlocked)) } else { Err(Rejected::NotLocked) }
}

/// A grant of which nothing is left can be frozen too: holds may still give back to it, and
/// whether they can is not the dispute's business.
pub(super) fn freeze(pool: &Pool, id: GrantId) -> Result<Draft, Rejected> {
    let grant = pool.grant(id).ok_or(Rejected::GrantUnknown)?;
    match grant.frozen_since {
        Some(_) => Err(Rejected::AlreadyFrozen),
        None => Ok(still(Fact::Frozen { grant: id })),
    }
}

pub(super) fn thaw(pool: &Pool, id: GrantId, now: Timestamp) -> Result<Draft, Rejected> {
    let grant = pool.grant(id).ok_or(Rejected::GrantUnknown)?;
    let since = grant.frozen_since.ok_or(Rejected::NotFrozen)?;
    let expires = grant.terms.expires.map(|end| moved_on(grant, (end, since), now));
    Ok(still(Fact::Thawed { grant: id, expires }))
}

/// The time that it was frozen is added, unless it had expired before.
fn moved_on(grant: &Grant, (end, since): (Timestamp, Timestamp), now: Timestamp) -> Timestamp {
    if grant.expired(now) {
        return end;
    }
    let frozen = now.micros().saturating_sub(since.micros());
    Timestamp::from_micros(end.micros().saturating_add(frozen))
}

fn still(fact: Fact) -> Draft {
    Draft { fact, moves: Vec::new() }
}

impl Pool {
    /// What such an entry changes. A thaw can change a grant's place in the order of use.
    pub(super) fn lock_or_freeze(&mut self, entry: &Entry) -> Result<(), &'static str> {
        match entry.fact {
            Fact::Locked | Fact::Unlocked => {
                let locked = entry.fact == Fact::Locked;
                if self.locked == locked {
                    return Err("a lock that changes nothing");
                }
                self.locked = locked;
            }
            Fact::Frozen { grant } => {
                let state = self.grant_mut(grant)?;
                if state.frozen_since.replace(entry.at).is_some() {
                    return Err("a frozen grant was frozen");
                }
            }
            Fact::Thawed { grant, expires } => {
                let place = self.grants.iter().position(|each| each.terms.id == grant);
                let mut state = self.grants.remove(place.ok_or("a grant that is not loaded")?);
                if state.frozen_since.take().is_none() {
                    return Err("a grant was thawed that was not frozen");
                }
                state.terms.expires = expires;
                self.insert_grant(state);
            }
            _ => {}
        }
        Ok(())
    }
}
