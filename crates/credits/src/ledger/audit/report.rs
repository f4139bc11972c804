//! What an audit found, and how much it looked at.

use std::collections::BTreeMap;
use std::fmt;

/// So many findings are told one by one; of a ruined journal the rest is only counted.
const TOLD: usize = 500;

/// Every invariant that the audit checks, and what its count counts.
pub const INVARIANTS: [(&str, &str); 19] = [
    ("I1", "entries of this organization that balance"),
    ("I2", "pools whose credits are conserved"),
    ("I3", "grants accounted for in full"),
    ("I4", "stored numbers equal to the journal's"),
    ("I5", "balances never below nothing or beyond their bounds"),
    ("I6", "ends that charge at most what was held"),
    ("I7", "takings within their cap"),
    ("I8", "holds with one beginning and at most one end"),
    ("I9", "ends that charge and return all that was held"),
    ("I11", "holds within their deadlines"),
    ("I12", "ended holds remembered under one key"),
    ("I13", "takings, charges and returns in the order of use"),
    ("I14", "takings that pass no class of credits over"),
    ("I15", "moves inside a grant's effective time"),
    ("I16", "expiries, complete and only of unheld credits"),
    ("I20", "locks and unlocks that move nothing"),
    ("I21", "keys with the answer that the journal gives"),
    ("I24", "entries in an unbroken chain of hashes"),
    ("I25", "entries whose time does not go back"),
];

/// One place where an invariant does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The invariant, like `I3`.
    pub invariant: &'static str,
    /// The entry at which it shows; none where it shows in stored state only.
    pub position: Option<u64>,
    /// What does not hold.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) => write!(f, "{} at {position}: {}", self.invariant, self.what),
            None => write!(f, "{}: {}", self.invariant, self.what),
        }
    }
}

/// How often one invariant was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// The invariant.
    pub invariant: &'static str,
    /// What was counted.
    pub what: &'static str,
    /// How many.
    pub count: u64,
}

impl fmt::Display for Checked {
    /// `I3: 1,204 grants accounted for in full`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.count.to_string();
        write!(f, "{}: ", self.invariant)?;
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        write!(f, " {}", self.what)
    }
}

/// The result of an audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What does not hold, in the order found; at most 500.
    pub findings: Vec<Finding>,
    /// Findings beyond those.
    pub more: u64,
    /// How often each invariant was checked, in the order of [`INVARIANTS`].
    pub checked: Vec<Checked>,
}

impl Report {
    /// Nothing was found.
    pub fn clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// Adds the report of another pool.
    pub fn merge(&mut self, other: Report) {
        self.findings.extend(other.findings);
        self.more = self.more.saturating_add(other.more);
        for (mine, theirs) in self.checked.iter_mut().zip(other.checked) {
            mine.count = mine.count.saturating_add(theirs.count);
        }
    }
}

/// Findings and counts while they are gathered.
#[derive(Debug, Default)]
pub(super) struct Findings {
    found: Vec<Finding>,
    more: u64,
    counts: BTreeMap<&'static str, u64>,
}

impl Findings {
    /// Counts one thing that is looked at.
    pub(super) fn count(&mut self, invariant: &'static str) {
        let count = self.counts.entry(invariant).or_default();
        *count = count.saturating_add(1);
    }

    /// An invariant that does not hold.
    pub(super) fn add(&mut self, invariant: &'static str, position: Option<u64>, what: String) {
        if self.found.len() < TOLD {
            self.found.push(Finding { invariant, position, what });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Adds a finding unless the condition holds.
    pub(super) fn require(
        &mut self,
        invariant: &'static str,
        position: Option<u64>,
        holds: bool,
        what: impl FnOnce() -> String,
    ) {
        if !holds {
            self.add(invariant, position, what());
        }
    }

    pub(super) fn report(self) -> Report {
        let checked = INVARIANTS
            .iter()
            .map(|(invariant, what)| Checked {
                invariant,
                what,
                count: self.counts.get(invariant).copied().unwrap_or_default(),
            })
            .collect();
        Report { findings: self.found, more: self.more, checked }
    }
}
