//! Entries: immutable facts of a pool's journal, chained by hash.
//!
//! An entry says what happened ([`Fact`]) and which credits moved ([`Move`]). Its stored form is
//! its canonical bytes ([`crate::ledger::canon`]). It holds ids only, no personal data.

use std::fmt;

use crate::amount::{Credits, Overflow};
use crate::id::{GrantId, HoldId, OrgId, RunId};
use crate::ledger::account::{Account, Move};
use crate::ledger::grant::GrantTerms;
use crate::time::Timestamp;

/// A SHA-256 hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The three ends of a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndKind {
    /// Charged what was used, the rest given back.
    Settled,
    /// Everything given back.
    Released,
    /// The deadline passed: charged the usage recorded.
    Lapsed,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// Credits were put into the pool.
    Granted(GrantTerms),
    /// Credits were set aside for a run.
    Held {
        /// The new hold.
        hold: HoldId,
        /// Its run.
        run: RunId,
        /// When it lapses.
        deadline: Timestamp,
        /// The run's cap.
        cap: Option<Credits>,
        /// What earlier holds of the run were charged.
        charged_before: Credits,
    },
    /// More was put into a hold.
    Extended {
        /// The hold.
        hold: HoldId,
        /// Its new deadline.
        deadline: Timestamp,
    },
    /// A hold ended.
    Ended {
        /// The hold.
        hold: HoldId,
        /// Its run.
        run: RunId,
        /// How.
        how: EndKind,
        /// The usage was counted by us.
        estimated: bool,
    },
    /// The operator took credits of a grant back.
    TakenBack {
        /// The grant.
        grant: GrantId,
    },
    /// Unheld credits reached their expiry.
    Expired,
    /// Debt was paid from unheld credits.
    DebtPaid,
    /// The pool was locked: no run starts from what is left.
    Locked,
    /// The pool was unlocked.
    Unlocked,
    /// A grant was frozen: what is unheld of it stays, and its clock stands still.
    Frozen {
        /// The grant.
        grant: GrantId,
    },
    /// A grant was thawed.
    Thawed {
        /// The grant.
        grant: GrantId,
        /// Its expiry from now on: the time it was frozen is added.
        expires: Option<Timestamp>,
    },
    /// It was decided how much of a grant is to be given back in all.
    Claimed {
        /// The grant.
        grant: GrantId,
        /// In all, with what was claimed before.
        total: Credits,
    },
    /// A claim was met, wholly or as far as it could be.
    ClaimMet {
        /// The grant.
        grant: GrantId,
        /// Expired credits that count as given back, besides what moves.
        by_expiry: Credits,
    },
}

impl Fact {
    /// Its word in lists and exports.
    pub fn kind(&self) -> &'static str {
        match self {
            Fact::Granted(_) => "granted",
            Fact::Held { .. } => "held",
            Fact::Extended { .. } => "extended",
            Fact::Ended { how: EndKind::Settled, .. } => "settled",
            Fact::Ended { how: EndKind::Released, .. } => "released",
            Fact::Ended { how: EndKind::Lapsed, .. } => "lapsed",
            Fact::TakenBack { .. } => "taken_back",
            Fact::Expired => "expired",
            Fact::DebtPaid => "debt_paid",
            Fact::Locked => "locked",
            Fact::Unlocked => "unlocked",
            Fact::Frozen { .. } => "frozen",
            Fact::Thawed { .. } => "thawed",
            Fact::Claimed { .. } => "claimed",
            Fact::ClaimMet { .. } => "claim_met",
        }
    }

    /// Follows by itself: no command booked it, and no key remembers it.
    pub fn follows(&self) -> bool {
        matches!(self, Fact::Expired | Fact::DebtPaid | Fact::ClaimMet { .. })
    }

    /// The one grant that it is about.
    pub fn grant(&self) -> Option<GrantId> {
        match *self {
            Fact::Granted(terms) => Some(terms.id),
            Fact::TakenBack { grant }
            | Fact::Frozen { grant }
            | Fact::Thawed { grant, .. }
            | Fact::Claimed { grant, .. }
            | Fact::ClaimMet { grant, .. } => Some(grant),
            Fact::Held { .. }
            | Fact::Extended { .. }
            | Fact::Ended { .. }
            | Fact::Expired
            | Fact::DebtPaid
            | Fact::Locked
            | Fact::Unlocked => None,
        }
    }
}

/// A fact before it has a place in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What happened.
    pub fact: Fact,
    /// Which credits moved.
    pub moves: Vec<Move>,
}

/// One immutable fact in a pool's journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The pool.
    pub org: OrgId,
    /// Its position: 1, 2, 3 … without gaps (I24).
    pub position: u64,
    /// When it was booked; never before the entry before it (I25).
    pub at: Timestamp,
    /// Hash of the entry before it; zeros for the first.
    pub previous: Hash,
    /// What happened.
    pub fact: Fact,
    /// Which credits moved.
    pub moves: Vec<Move>,
    /// SHA-256 of its canonical bytes.
    pub hash: Hash,
}

/// What a committed command did; the same however often its key comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Position of its entry.
    pub position: u64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub fact: Fact,
    /// Into the pool or into the hold by this entry (overdraft included).
    pub added: Credits,
    /// Of it, overdraft.
    pub overdraft: Credits,
    /// Charged by this entry.
    pub charged: Credits,
    /// Given back by this entry (what expired on its way back included).
    pub returned: Credits,
}

impl Entry {
    /// The outcome that this entry records, read from its moves.
    pub fn outcome(&self) -> Result<Outcome, Overflow> {
        let total = |wanted: fn(&Move) -> bool| {
            Credits::sum(self.moves.iter().filter(|m| wanted(m)).map(|m| m.amount))
        };
        Ok(Outcome {
            position: self.position,
            at: self.at,
            fact: self.fact,
            added: total(|m| {
                matches!(m.to, Account::Held(..) | Account::HeldOverdraft(_))
                    || m.from == Account::Issued
            })?,
            overdraft: total(|m| matches!(m.to, Account::HeldOverdraft(_)))?,
            charged: total(|m| m.to == Account::Spent)?,
            returned: total(|m| {
                matches!(m.from, Account::Held(..) | Account::HeldOverdraft(_))
                    && m.to != Account::Spent
            })?,
        })
    }
}
