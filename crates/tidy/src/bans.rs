//! The bans that clippy holds: they must be written down, with reasons, in both of its files,
//! because the core's own file replaces the root's.
//!
//! Owns: which bans must be there, and where they may be lifted. Never: repeats clippy's work.
//! Read next: clippy.toml, crates/credits/clippy.toml.

use std::collections::BTreeMap;

use crate::rust_source::{Token, tokens};
use crate::{Finding, Source};

pub const ROOT: &str = "clippy.toml";
pub const CORE: &str = "crates/credits/clippy.toml";

/// Asking the machine for the time or for chance.
const MACHINE: [&str; 9] = [
    "std::time::SystemTime::now",
    "std::time::Instant::now",
    "tokio::time::Instant::now",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "jiff::tz::TimeZone::system",
    "getrandom::fill",
    "rand::random",
    "rand::rng",
];

/// Files that may lift a ban, each saying why beside it.
const MAY_LIFT: [&str; 3] = ["crates/server/src/system.rs", "bench/", "crates/local-model/"];

pub fn written_down(files: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    let root = bans(files, ROOT, &mut found);
    let core = bans(files, CORE, &mut found);
    for (path, bans) in [(ROOT, &root), (CORE, &core)] {
        for ban in MACHINE.iter().filter(|ban| !bans.contains_key(**ban)) {
            found.push(missing(path, ban));
        }
        for (ban, reason) in bans.iter().filter(|(_, reason)| reason.is_empty()) {
            let what = format!("{ban} is banned without a reason{reason}");
            found.push(Finding::new("bans", path, 0, what, "Say what to use instead."));
        }
    }
    let told = |ban: &String| core.contains_key(ban) || MACHINE.contains(&ban.as_str());
    let only_root = root.keys().filter(|ban| !told(ban));
    found.extend(only_root.map(|ban| missing(CORE, ban)));
    found
}

fn missing(path: &str, ban: &str) -> Finding {
    let what = format!("{ban} is not banned here");
    Finding::new("bans", path, 0, what, "Add it under disallowed-methods, with a reason.")
}

/// Every banned path of a file with its reason.
fn bans(files: &[Source], path: &str, found: &mut Vec<Finding>) -> BTreeMap<String, String> {
    let file = files.iter().find(|file| file.path == path);
    let table = file.and_then(|file| file.text.parse::<toml::Table>().ok());
    let Some(table) = table else {
        let what = "is not there or cannot be read".to_owned();
        found.push(Finding::new("bans", path, 0, what, "Write the bans down."));
        return BTreeMap::new();
    };
    let lists = ["disallowed-methods", "disallowed-types", "disallowed-macros"];
    let entries = lists.iter().filter_map(|list| table.get(*list)?.as_array()).flatten();
    entries
        .filter_map(|entry| match entry {
            toml::Value::String(path) => Some((path.clone(), String::new())),
            _ => {
                let text = |key| entry.get(key).and_then(toml::Value::as_str);
                Some((text("path")?.to_owned(), text("reason").unwrap_or_default().to_owned()))
            }
        })
        .collect()
}

/// Outside of tests and benches one file alone may ask the machine.
pub fn lifted(files: &[Source]) -> Vec<Finding> {
    let allowed = |file: &Source| MAY_LIFT.iter().any(|place| file.path.starts_with(place));
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.is_rust() && !file.is_test() && !allowed(file)) {
        let words = tokens(file).unwrap_or_default();
        for (at, word) in words.iter().enumerate() {
            if word.text == "disallowed_methods" && lifts(&words[..at]) {
                let what = "lifts a ban".to_owned();
                let remedy = "Take time and chance as arguments; crates/server/src/system.rs asks.";
                found.push(Finding::new("bans", &file.path, word.line, what, remedy));
            }
        }
    }
    found
}

/// Is the lint that comes next one that is lifted, or one that is held?
fn lifts(before: &[Token]) -> bool {
    let levels = ["allow", "expect", "warn", "deny", "forbid"];
    let level = before.iter().rev().find(|token| levels.contains(&token.text.as_str()));
    level.is_some_and(|level| matches!(level.text.as_str(), "allow" | "expect" | "warn"))
}
