//! The state of a pool, and what an entry changes in it.
//!
//! `apply` folds moves into balances and a fact into the lives of grants and holds. It holds only
//! what is open: drained grants and ended holds leave with [`Pool::compact`]. Decides nothing.

use std::collections::BTreeMap;

use crate::amount::{Credits, Overflow};
use crate::id::{GrantId, HoldId, OrgId, RunId};
use crate::ledger::canon;
use crate::ledger::command::Draw;
use crate::ledger::entry::{Draft, Entry, Fact, Hash};
use crate::ledger::fold::add;
use crate::ledger::grant::Grant;
use crate::ledger::hold::{Ended, Hold};
use crate::time::Timestamp;

/// The journal and the pool disagree: a defect, or a damaged database. Nothing may be spent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pool's books do not add up at position {position}: {what}")]
pub struct Corrupt {
    /// The entry at which it showed.
    pub position: u64,
    /// What does not fit.
    pub what: &'static str,
}

/// All credits of one organization, and its running order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Whose it is.
    pub org: OrgId,
    /// Position of the last entry; 0 before the first.
    pub position: u64,
    /// Hash of the last entry; zeros before the first.
    pub head: Hash,
    /// Instant of the last entry.
    pub last: Timestamp,
    /// Ever granted.
    pub issued: Credits,
    /// Ever charged.
    pub spent: Credits,
    /// Ever expired.
    pub expired: Credits,
    /// Ever taken back.
    pub clawed: Credits,
    /// Used credits that no grant could cover, ≥ 0.
    pub debt: Credits,
    /// Of the debt, what claims left; the rest came from overdraft, and is paid first.
    pub debt_of_claims: Credits,
    /// Overdraft in open holds, ≥ 0.
    pub overdraft: Credits,
    /// What is left starts no new run.
    pub locked: bool,
    /// Grants that are loaded (all that are not drained), in the order of use.
    pub grants: Vec<Grant>,
    /// Holds that are loaded (all open ones).
    pub holds: BTreeMap<HoldId, Hold>,
    /// What the loaded runs were charged by holds that have ended. A run that takes a hold must
    /// be in it, or its cap and `charged_before` would be judged as if it had used nothing.
    pub charged: BTreeMap<RunId, Credits>,
}

impl Pool {
    /// A pool before its first entry.
    pub fn empty(org: OrgId) -> Self {
        Pool {
            org,
            position: 0,
            head: Hash::default(),
            last: Timestamp::default(),
            issued: Credits::ZERO,
            spent: Credits::ZERO,
            expired: Credits::ZERO,
            clawed: Credits::ZERO,
            debt: Credits::ZERO,
            debt_of_claims: Credits::ZERO,
            overdraft: Credits::ZERO,
            locked: false,
            grants: Vec::new(),
            holds: BTreeMap::new(),
            charged: BTreeMap::new(),
        }
    }

    /// A loaded grant.
    pub fn grant(&self, id: GrantId) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.terms.id == id)
    }

    /// The open hold of a run.
    pub fn open_hold_of(&self, run: RunId) -> Option<&Hold> {
        self.holds.values().find(|hold| hold.run == run && hold.ended.is_none())
    }

    /// Unheld credits of the pool that can be taken at that instant; 0 while there is debt, and 0
    /// while the pool is locked.
    pub fn available(&self, now: Timestamp) -> Result<Credits, Overflow> {
        Ok(self.unheld(Draw::Pool, now)?.less(self.debt))
    }

    /// Unheld credits that such a draw can take at that instant; of the pool 0 while there is debt.
    pub fn available_to(&self, draw: Draw, now: Timestamp) -> Result<Credits, Overflow> {
        match draw {
            Draw::Pool => self.available(now),
            Draw::Background => self.unheld(draw, now),
            Draw::BackgroundThenPool => {
                self.unheld(Draw::Background, now)?.plus(self.available(now)?)
            }
        }
    }

    fn unheld(&self, draw: Draw, now: Timestamp) -> Result<Credits, Overflow> {
        if self.locked {
            return Ok(Credits::ZERO);
        }
        let eligible = self.grants.iter().filter(|grant| grant.eligible(now));
        Credits::sum(eligible.filter(|grant| draw.may_take(&grant.terms)).map(|grant| grant.unheld))
    }

    /// Gives a draft its place in the journal and changes the pool accordingly.
    pub fn append(&mut self, draft: Draft, now: Timestamp) -> Result<Entry, Corrupt> {
        let mut entry = Entry {
            org: self.org,
            position: self.position.saturating_add(1),
            at: now.max(self.last),
            previous: self.head,
            fact: draft.fact,
            moves: draft.moves,
            hash: Hash::default(),
        };
        entry.hash = canon::hash(&canon::encode(&entry));
        self.apply(&entry)?;
        Ok(entry)
    }

    /// Changes the pool as the entry says. An error leaves the pool unusable: load it anew.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), Corrupt> {
        let corrupt = |what| Corrupt { position: entry.position, what };
        if entry.org != self.org
            || entry.position != self.position.saturating_add(1)
            || entry.previous != self.head
            || entry.at < self.last
        {
            return Err(corrupt("the entry does not follow the one before it"));
        }
        self.begin(entry).map_err(corrupt)?;
        for each in &entry.moves {
            self.fold(each).map_err(corrupt)?;
        }
        self.end(entry).map_err(corrupt)?;
        self.position = entry.position;
        self.head = entry.hash;
        self.last = entry.at;
        Ok(())
    }

    /// Forgets what can never move again.
    pub fn compact(&mut self) {
        self.grants.retain(|grant| !grant.drained());
        self.holds.retain(|_, hold| hold.ended.is_none());
        self.charged.clear();
    }

    /// Puts a loaded grant at its place in the order of use.
    pub fn insert_grant(&mut self, grant: Grant) {
        let place = self
            .grants
            .partition_point(|other| other.terms.order(&grant.terms) == std::cmp::Ordering::Less);
        self.grants.insert(place, grant);
    }

    fn begin(&mut self, entry: &Entry) -> Result<(), &'static str> {
        match entry.fact {
            Fact::Granted(terms) => {
                if self.grant(terms.id).is_some() {
                    return Err("a grant that exists");
                }
                self.insert_grant(Grant::new(terms));
            }
            Fact::Held { hold, run, deadline, cap, charged_before } => {
                if self.holds.contains_key(&hold) {
                    return Err("a hold that exists");
                }
                self.holds.insert(
                    hold,
                    Hold {
                        id: hold,
                        run,
                        opened: entry.at,
                        deadline,
                        cap,
                        charged_before,
                        taken: Credits::ZERO,
                        slices: Vec::new(),
                        overdraft: Credits::ZERO,
                        ended: None,
                    },
                );
            }
            Fact::Extended { hold, deadline } => {
                let state = self.hold(hold)?;
                if state.ended.is_some() {
                    return Err("an ended hold was extended");
                }
                state.deadline = deadline;
            }
            Fact::Locked | Fact::Unlocked | Fact::Frozen { .. } | Fact::Thawed { .. } => {
                self.lock_or_freeze(entry)?;
            }
            Fact::Claimed { grant, total } => self.set_claim(grant, total)?,
            Fact::Ended { .. }
            | Fact::TakenBack { .. }
            | Fact::Expired
            | Fact::DebtPaid
            | Fact::ClaimMet { .. } => {}
        }
        Ok(())
    }

    fn end(&mut self, entry: &Entry) -> Result<(), &'static str> {
        if let Fact::ClaimMet { grant, by_expiry } = entry.fact {
            return self.meet_claim(grant, by_expiry, &entry.moves);
        }
        let Fact::Ended { hold, run, how, .. } = entry.fact else {
            return Ok(());
        };
        let charged = entry.outcome().map_err(|_| "a sum is out of range")?.charged;
        let ended = self.hold(hold)?;
        if ended.ended.is_some() {
            return Err("a hold ended twice");
        }
        if ended.total() != Ok(Credits::ZERO) {
            return Err("an ended hold still holds credits");
        }
        ended.ended = Some(Ended { kind: how, charged, position: entry.position });
        if let Some(before) = self.charged.get_mut(&run) {
            add(before, charged)?;
        }
        Ok(())
    }

    pub(super) fn grant_mut(&mut self, id: GrantId) -> Result<&mut Grant, &'static str> {
        let found = self.grants.iter_mut().find(|grant| grant.terms.id == id);
        found.ok_or("a grant that is not loaded")
    }

    pub(super) fn hold(&mut self, id: HoldId) -> Result<&mut Hold, &'static str> {
        self.holds.get_mut(&id).ok_or("a hold that is not loaded")
    }
}
