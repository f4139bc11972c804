//! Exceptions to measured rules, which may only shrink.
//!
//! Owns: reading `ratchet.txt` and deciding which findings it forgives. An exception is exact: it
//! names the present measure, so that growing fails, and shrinking asks for the line to be made
//! smaller or removed. Never: forgives what is not measured. Read next: `ratchet.txt`.

use crate::Finding;

/// The file with the exceptions, from the repository's root.
pub const PATH: &str = "crates/tidy/ratchet.txt";

/// One line: `rule path[::item] measure`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    pub line: usize,
    pub rule: String,
    pub place: String,
    pub measure: usize,
}

/// Reads the exceptions; empty lines and lines that begin with `#` are prose.
///
/// # Errors
/// The line that cannot be read.
pub fn parse(text: &str) -> Result<Vec<Exception>, String> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let [rule, place, measure] = words[..] else {
            return Err(format!("{PATH}:{}: three words, please: {line}", index + 1));
        };
        let (rule, place) = (rule.to_owned(), place.to_owned());
        let measure = measure.parse().map_err(|error| format!("{PATH}: {measure}: {error}"))?;
        found.push(Exception { line: index + 1, rule, place, measure });
    }
    Ok(found)
}

/// The findings that are left, and a finding for every exception that is stale.
pub fn forgive(rule: &str, findings: Vec<Finding>, exceptions: &[Exception]) -> Vec<Finding> {
    let mut stale: Vec<_> = exceptions.iter().filter(|one| one.rule == rule).collect();
    let mut left = Vec::new();
    for finding in findings {
        let known = stale.iter().position(|exception| fits(exception, &finding));
        match known {
            Some(index) => drop(stale.swap_remove(index)),
            None => left.push(finding),
        }
    }
    left.extend(stale.into_iter().map(|one| {
        let what = format!("\"{} {} {}\" is no longer so", one.rule, one.place, one.measure);
        let remedy = "If it shrank, write the smaller number or remove the line.";
        Finding::new("ratchet", PATH, one.line, what, remedy)
    }));
    left
}

fn fits(exception: &Exception, finding: &Finding) -> bool {
    finding.measure.as_ref().is_some_and(|measure| {
        let place = match measure.item.as_str() {
            "" => finding.file.clone(),
            item => format!("{}::{item}", finding.file),
        };
        exception.place == place && exception.measure == measure.value
    })
}
