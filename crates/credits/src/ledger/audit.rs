//! The invariants of the law as checks over a journal and what is stored of it.
//!
//! An [`Audit`] is fed a pool's entries one by one and then shown the stored pool. It recomputes
//! everything from the moves alone, by its own arithmetic on accounts (signed 128-bit sums), and
//! never asks the code that it judges: not the pool's fold, not its rules, not its order. It
//! repairs nothing. Read on: `books` (accounts), `journal` (each entry), `taking` (the order of
//! use), `states` (locks, freezes, claims), `lives` (holds and runs), `stored` (what is kept beside
//! the journal).

#![expect(
    clippy::arithmetic_side_effects,
    reason = "128-bit sums of 64-bit amounts: no journal is long enough to leave them"
)]

mod books;
mod journal;
mod lives;
mod report;
mod states;
mod stored;
mod taking;

pub use report::{Checked, Finding, INVARIANTS, Report};

use crate::amount::Credits;
use crate::id::OrgId;
use crate::ledger::batch::Known;
use crate::ledger::entry::{Entry, Hash};
use crate::ledger::grant::Grant;
use crate::ledger::hold::Hold;
use crate::ledger::pool::Pool;
use crate::time::Timestamp;
use books::Books;
use journal::Journal;
use lives::Lives;
use report::Findings;

/// The totals that are stored for a pool, and where its journal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
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
    /// Used credits that no grant could cover.
    pub debt: Credits,
    /// Of it, what claims left.
    pub debt_of_claims: Credits,
    /// Overdraft in open holds.
    pub overdraft: Credits,
    /// What is left starts no run.
    pub locked: bool,
}

impl From<&Pool> for Totals {
    fn from(pool: &Pool) -> Self {
        Totals {
            position: pool.position,
            head: pool.head,
            last: pool.last,
            issued: pool.issued,
            spent: pool.spent,
            expired: pool.expired,
            clawed: pool.clawed,
            debt: pool.debt,
            debt_of_claims: pool.debt_of_claims,
            overdraft: pool.overdraft,
            locked: pool.locked,
        }
    }
}

/// What the pool was bound to, and when it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The highest that the pool's overdraft limit has ever been.
    pub overdraft_limit: Credits,
    /// How long after its deadline a hold may stay open, in seconds.
    pub sweep_seconds: i64,
    /// The present instant.
    pub now: Timestamp,
}

/// Everything that is stored of one pool beside its journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPool {
    /// Totals, position and head.
    pub pool: Totals,
    /// Every grant, the drained ones too.
    pub grants: Vec<Grant>,
    /// Every hold, the ended ones too.
    pub holds: Vec<Hold>,
    /// Every remembered key with what it did.
    pub keys: Vec<(String, Known)>,
    /// What the pool was bound to.
    pub bounds: Bounds,
}

/// The checks over one pool's journal, entry by entry in order.
#[derive(Debug)]
pub struct Audit {
    journal: Journal,
    books: Books,
    lives: Lives,
    findings: Findings,
}

impl Audit {
    /// Before the first entry of that organization's pool.
    pub fn new(org: OrgId) -> Self {
        Audit {
            journal: Journal::new(org),
            books: Books::default(),
            lives: Lives::default(),
            findings: Findings::default(),
        }
    }

    /// The next entry of the journal.
    pub fn entry(&mut self, entry: &Entry) {
        let findings = &mut self.findings;
        if self.journal.is_later(entry) {
            self.books.all_due_is_booked(self.journal.last(), self.journal.position(), findings);
        }
        self.journal.follows(entry, findings);
        self.books.fits(entry, findings);
        taking::check(&self.books, entry, findings);
        self.lives.before(&self.books, entry, findings);
        self.books.book(entry, findings);
        self.lives.after(&self.books, entry, findings);
    }

    /// After the last entry: compares what is stored, and says what was checked and found.
    pub fn finish(mut self, stored: &StoredPool) -> Report {
        let (last, position) = (self.journal.last(), self.journal.position());
        self.books.all_due_is_booked(last, position, &mut self.findings);
        stored::compare(&self.journal, &self.books, &self.lives, stored, &mut self.findings);
        self.findings.report()
    }
}

/// The whole audit of a journal that is at hand.
pub fn audit(org: OrgId, journal: &[Entry], stored: &StoredPool) -> Report {
    let mut audit = Audit::new(org);
    for entry in journal {
        audit.entry(entry);
    }
    audit.finish(stored)
}
