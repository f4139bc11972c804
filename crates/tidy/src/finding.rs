//! One violation: where it is, which rule it breaks, and what to do about it.
//!
//! Owns: the shape and wording of a finding. Never: decides whether it is forgiven (`ratchet`).

use std::fmt;

/// A size that went over its limit, of a thing that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// The thing within the file ("fn settle"); empty for the file itself.
    pub item: String,
    pub value: usize,
}

/// One violation of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub rule: &'static str,
    /// Path from the repository's root, with `/`.
    pub file: String,
    /// Counted from 1; 0 when the whole file is meant.
    pub line: usize,
    pub what: String,
    /// What the reader should do.
    pub remedy: &'static str,
    /// Only measured findings can be excepted in the ratchet.
    pub measure: Option<Measure>,
}

impl Finding {
    pub fn new(
        rule: &'static str,
        file: &str,
        line: usize,
        what: String,
        remedy: &'static str,
    ) -> Self {
        let file = file.to_owned();
        Self { rule, file, line, what, remedy, measure: None }
    }

    pub fn measured(mut self, item: &str, value: usize) -> Self {
        self.measure = Some(Measure { item: item.to_owned(), value });
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, file, line, what, remedy, .. } = self;
        write!(f, "{file}:{line}: [{rule}] {what}. {remedy}")
    }
}
