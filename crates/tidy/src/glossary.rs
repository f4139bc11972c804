//! The glossary: one word per thing, each told once.
//!
//! Owns: reading `docs/GLOSSARY.md` as a list of bold terms. Never: judges the explanations.

use std::collections::BTreeMap;

use crate::{Finding, Source};

pub const PATH: &str = "docs/GLOSSARY.md";

/// The words of the pool that must be told, whatever else is.
pub const EXPECTED: [&str; 24] = [
    "credit",
    "micro-credit",
    "pool",
    "grant",
    "class",
    "cause",
    "hold",
    "slice",
    "overdraft",
    "settle",
    "release",
    "lapse",
    "run",
    "quote",
    "receipt",
    "entry",
    "journal",
    "position",
    "unheld",
    "held",
    "left",
    "available",
    "outstanding",
    "locked",
];

pub fn terms(file: &Source) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in file.lines() {
        // Every second piece between `**` is bold.
        found.extend(line.split("**").skip(1).step_by(2).map(|term| (number, term)));
    }
    found
}

pub fn told_once(files: &[Source]) -> Vec<Finding> {
    let Some(file) = files.iter().find(|file| file.path == PATH) else {
        let what = "there is no glossary".to_owned();
        return vec![Finding::new("glossary", PATH, 0, what, "Write it.")];
    };
    let mut found = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (line, term) in terms(file) {
        if let Some(first) = seen.insert(term.to_lowercase(), line) {
            let what = format!("\"{term}\" is told in line {first} already");
            found.push(Finding::new("glossary", PATH, line, what, "Tell each word once."));
        }
    }
    for word in EXPECTED.iter().filter(|word| !seen.contains_key(**word)) {
        let what = format!("\"{word}\" is not told");
        found.push(Finding::new("glossary", PATH, 0, what, "Tell it, in bold."));
    }
    found
}
