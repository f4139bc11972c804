//! Paths that the documents name must exist: a map with wrong streets is worse than none.
//!
//! Owns: reading paths between back-ticks in Markdown files. Never: judges what is said of them.

use crate::{Finding, Source};

/// Where our own files live. Built and kept things (target, data) are no part of the map.
const HOMES: [&str; 9] =
    ["crates/", "web/", "e2e/", "bench/", "docs/", "scripts/", ".ci/", "tools/", "deploy/"];

pub fn exist(files: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.kind() == "md") {
        for (number, line) in file.lines() {
            for path in quoted(line).filter(|path| is_path(path) && !is_there(files, path)) {
                let what = format!("{path} does not exist");
                let remedy = "Name the file that does the thing now, from the root.";
                found.push(Finding::new("doc-path", &file.path, number, what, remedy));
            }
        }
    }
    found
}

fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn is_path(text: &str) -> bool {
    HOMES.iter().any(|home| text.starts_with(home)) && !text.contains(['*', '<', ' '])
}

fn is_there(files: &[Source], path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let folder = format!("{path}/");
    files.iter().any(|file| file.path == path || file.path.starts_with(&folder))
        // Generated from `openapi.json`, never tracked.
        || path.starts_with("web/src/api/gen")
}
