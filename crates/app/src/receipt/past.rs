//! A pool on the way back from the present: what was available right after an entry.
//!
//! Undoes entry by entry what was booked since. Only reads; decides nothing.

use std::collections::BTreeMap;

use ampere_credits::ledger::{Account, Entry, Fact, Grant, Pool};
use ampere_credits::{Credits, GrantId, Overflow, Timestamp};
use ampere_store::rows::GrantRow;

/// Unheld credits, debt, lock and frozen grants, as they were.
pub(super) struct Past {
    grants: BTreeMap<GrantId, Grant>,
    /// When the grants that are frozen on the way back were thawed.
    thawed: BTreeMap<GrantId, Timestamp>,
    debt: Credits,
    locked: bool,
}

impl Past {
    /// The present: what the pool has open, and of everything else its row.
    pub(super) fn of(pool: &Pool, rows: &[GrantRow]) -> Self {
        let rows = rows.iter().map(|row| Grant { unheld: Credits::ZERO, ..row.grant });
        let all = rows.chain(pool.grants.iter().copied());
        let grants = all.map(|grant| (grant.terms.id, grant)).collect();
        Past { grants, thawed: BTreeMap::new(), debt: pool.debt, locked: pool.locked }
    }

    /// As it was before that entry; entries come newest first.
    pub(super) fn undo(&mut self, entry: &Entry) -> Result<(), Overflow> {
        for each in &entry.moves {
            if let Some(grant) = self.left(each.to) {
                grant.unheld = grant.unheld.minus(each.amount)?;
            }
            if let Some(grant) = self.left(each.from) {
                grant.unheld = grant.unheld.plus(each.amount)?;
            }
            if each.from == Account::Debt {
                self.debt = self.debt.minus(each.amount)?;
            }
            if each.to == Account::Debt {
                self.debt = self.debt.plus(each.amount)?;
            }
        }
        match entry.fact {
            Fact::Locked => self.locked = false,
            Fact::Unlocked => self.locked = true,
            Fact::Frozen { grant } => self.not_yet_frozen(grant, entry.at),
            Fact::Thawed { grant, .. } => {
                self.thawed.insert(grant, entry.at);
                if let Some(grant) = self.grants.get_mut(&grant) {
                    // Since when is told by the entry that froze it; until then it is frozen.
                    grant.frozen_since = Some(Timestamp::default());
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn left(&mut self, account: Account) -> Option<&mut Grant> {
        match account {
            Account::Left(grant) => self.grants.get_mut(&grant),
            _ => None,
        }
    }

    /// A thaw added the time that it was frozen to its expiry, unless that had passed before.
    fn not_yet_frozen(&mut self, id: GrantId, at: Timestamp) {
        let thawed = self.thawed.remove(&id);
        let Some(grant) = self.grants.get_mut(&id) else { return };
        grant.frozen_since = None;
        if let (Some(end), Some(thawed)) = (grant.terms.expires, thawed)
            && end > at
        {
            let frozen = thawed.micros().saturating_sub(at.micros());
            grant.terms.expires = Some(Timestamp::from_micros(end.micros().saturating_sub(frozen)));
        }
    }

    /// What could be taken then.
    pub(super) fn available(&self, at: Timestamp) -> Result<Credits, Overflow> {
        if self.locked {
            return Ok(Credits::ZERO);
        }
        let grants = self.grants.values();
        let eligible = grants.filter(|grant| grant.terms.of_pool() && grant.eligible(at));
        Ok(Credits::sum(eligible.map(|grant| grant.unheld))?.less(self.debt))
    }
}

#[cfg(test)]
mod tests {
    use ampere_credits::OrgId;
    use ampere_credits::ledger::{
        Cause, Class, Command, GrantTerms, Hash, Queueing, Request, execute_batch,
    };

    use super::*;

    const DAY: i64 = 86_400;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_795_343_000_000_000).plus_seconds(seconds)
    }

    /// Undone entry by entry, it is what it was: through a lock, a freeze beyond the expiry, a
    /// thaw and a claim.
    #[test]
    fn what_was_available_after_each_entry_is_found_again() {
        let grant = GrantId::from_bits(1);
        let terms = |id, days| GrantTerms {
            id: GrantId::from_bits(id),
            class: Class::Purchased,
            cause: Cause::TopUp,
            amount: Credits::whole(100),
            effective: at(0),
            expires: Some(at(days * DAY)),
        };
        let story = [
            (0, Command::Grant(terms(1, 10))),
            (1, Command::Grant(terms(2, 50))),
            (2, Command::Lock),
            (3, Command::Freeze { grant }),
            (4, Command::Unlock),
            (20 * DAY, Command::Thaw { grant }),
            (21 * DAY, Command::Claim { grant, total: Credits::whole(40) }),
            (22 * DAY, Command::Claim { grant: GrantId::from_bits(2), total: Credits::whole(1) }),
        ];
        let mut pool = Pool::empty(OrgId::from_bits(1));
        let (mut entries, mut available) = (Vec::new(), Vec::new());
        for (seconds, command) in story {
            let (key, hash) = (seconds.to_string(), Hash::default());
            let request = Request { key, hash, command, queueing: Queueing::Overtakes };
            let known = std::collections::HashMap::new();
            let batch = execute_batch(&mut pool, &[request], &known, &[], at(seconds)).unwrap();
            let last = batch.entries.last().unwrap().position;
            available.push((last, at(seconds), pool.available(at(seconds)).unwrap()));
            entries.extend(batch.entries);
        }
        let told: Vec<i64> = available.iter().map(|(_, _, left)| left.floor()).collect();
        assert_eq!(told, [100, 200, 0, 0, 100, 200, 160, 159]);
        let mut past = Past::of(&pool, &[]);
        let mut entries = entries.iter().rev().peekable();
        for (position, at, left) in available.into_iter().rev() {
            while let Some(entry) = entries.next_if(|entry| entry.position > position) {
                past.undo(entry).unwrap();
            }
            assert_eq!(past.available(at), Ok(left), "after entry {position}");
        }
    }
}
