//! The chain: positions without gaps, hashes over canonical bytes, instants that never go back;
//! and what every command entry answered, to be compared with the remembered keys.

use crate::amount::Credits;
use crate::id::OrgId;
use crate::ledger::account::{Account, Move};
use crate::ledger::audit::report::Findings;
use crate::ledger::canon;
use crate::ledger::entry::{Entry, Hash, Outcome};
use crate::time::Timestamp;

#[derive(Debug)]
pub(super) struct Journal {
    org: OrgId,
    position: u64,
    head: Hash,
    last: Timestamp,
    /// Of every entry that a command booked, in order.
    outcomes: Vec<Outcome>,
}

impl Journal {
    pub(super) fn new(org: OrgId) -> Self {
        Journal {
            org,
            position: 0,
            head: Hash::default(),
            last: Timestamp::default(),
            outcomes: Vec::new(),
        }
    }

    pub(super) fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn head(&self) -> Hash {
        self.head
    }

    pub(super) fn last(&self) -> Timestamp {
        self.last
    }

    pub(super) fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// Time has passed since the entry before, so whatever was due then must be booked.
    pub(super) fn is_later(&self, entry: &Entry) -> bool {
        entry.at > self.last
    }

    /// I1 (one organization), I24, I25.
    pub(super) fn follows(&mut self, entry: &Entry, findings: &mut Findings) {
        let here = Some(entry.position);
        for invariant in ["I1", "I24", "I25"] {
            findings.count(invariant);
        }
        let expected = self.position.saturating_add(1);
        findings.require("I24", here, entry.position == expected, || {
            format!("position {} comes where {expected} is due", entry.position)
        });
        let head = self.head;
        findings.require("I24", here, entry.previous == head, || {
            format!("the entry names {} as the one before it, which is {head}", entry.previous)
        });
        let hash = canon::hash(&canon::encode(entry));
        findings.require("I24", here, hash == entry.hash, || {
            format!("its content hashes to {hash}, not to {}", entry.hash)
        });
        let last = self.last;
        findings.require("I25", here, entry.at >= last, || {
            format!("booked at {}, before {last} of the entry before it", entry.at)
        });
        findings.require("I1", here, entry.org == self.org, || {
            format!("the entry belongs to {}", entry.org)
        });
        self.position = entry.position;
        self.head = entry.hash;
        self.last = self.last.max(entry.at);
        if !entry.fact.follows() {
            self.outcomes.push(answered(entry));
        }
    }
}

/// What the command that booked the entry was answered, from the moves.
fn answered(entry: &Entry) -> Outcome {
    let holds = |account: Account| matches!(account, Account::Held(..) | Account::HeldOverdraft(_));
    let sum = |wanted: &dyn Fn(&Move) -> bool| {
        let micros: i128 = entry
            .moves
            .iter()
            .filter(|each| wanted(each))
            .map(|each| i128::from(each.amount.micros()))
            .sum();
        Credits::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
    };
    Outcome {
        position: entry.position,
        at: entry.at,
        fact: entry.fact,
        added: sum(&|each| each.from == Account::Issued || holds(each.to)),
        overdraft: sum(&|each| each.from == Account::Overdraft),
        charged: sum(&|each| each.to == Account::Spent),
        returned: sum(&|each| holds(each.from) && each.to != Account::Spent),
    }
}
