//! Names and openings of modules: none is a drawer for leftovers, each says what it owns.
//!
//! Owns: those two rules. Never: looks into functions. Read next: `size`.

use crate::{Finding, Source};

/// A module called like this says nothing about what it owns.
const DRAWERS: [&str; 7] = ["utils", "util", "helpers", "helper", "common", "manager", "managers"];
/// These say nothing as a part of a name either (`run_manager`, `dateUtils`).
const DRAWER_PARTS: [&str; 5] = ["utils", "helpers", "helper", "manager", "managers"];

pub fn drawers(files: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.is_code()) {
        for part in file.path.split('/') {
            let stem = part.split('.').next().unwrap_or_default();
            if is_drawer(stem) {
                let what = format!("\"{stem}\" names no subject");
                let remedy = "Name it after the one thing it owns.";
                found.push(Finding::new("module-name", &file.path, 1, what, remedy));
            }
        }
        for (line, name) in inline_modules(file).filter(|(_, name)| is_drawer(name)) {
            let what = format!("the module \"{name}\" names no subject");
            let remedy = "Name it after the one thing it owns.";
            found.push(Finding::new("module-name", &file.path, line, what, remedy));
        }
    }
    found
}

fn is_drawer(stem: &str) -> bool {
    let lower = stem.to_lowercase();
    let part = |drawer: &&str| words_of(stem).iter().any(|word| word == *drawer);
    DRAWERS.contains(&lower.as_str()) || DRAWER_PARTS.iter().any(part)
}

/// The words of `run_manager`, `run-manager` or `runManager`, in lower case.
fn words_of(stem: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for char in stem.chars() {
        if char == '_' || char == '-' || char.is_uppercase() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (char.is_alphanumeric(), words.last_mut()) {
            word.extend(char.to_lowercase());
        }
    }
    words
}

fn inline_modules(file: &Source) -> impl Iterator<Item = (usize, &str)> {
    file.lines().filter(|_| file.is_rust()).filter_map(|(number, line)| {
        let line = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
        let name = line.strip_prefix("mod ")?.strip_suffix('{')?;
        Some((number, name.trim()))
    })
}

pub fn openings(files: &[Source]) -> Vec<Finding> {
    let module = |file: &&Source| file.is_rust() && file.path.split('/').any(|part| part == "src");
    let silent = |file: &&Source| !file.text.starts_with("//! ");
    let told = |file: &Source| {
        let what = "the module does not open with //!".to_owned();
        let remedy = "Say what it owns, what it never does, and where to read next.";
        Finding::new("module-doc", &file.path, 1, what, remedy)
    };
    files.iter().filter(module).filter(silent).map(told).collect()
}
