//! Words that must not stand somewhere: floats where credits are counted, SQL outside of the
//! store, sleeping in tests, machine paths and registry hosts anywhere.
//!
//! Owns: those lists. Never: reads comments as code. The words are put together from pieces here,
//! because this file is looked at too. Read next: `rust_source`.

use crate::rust_source::{Token, TokenKind, tokens};
use crate::{Finding, Source};

/// What names a machine of ours or a place that packages come from: (word, why).
const FORBIDDEN: [(&str, &str); 12] = [
    (concat!("/wo", "rk/"), "a path of one machine"),
    (concat!("/ro", "ot/"), "a path of one machine"),
    (concat!("/tmp", "/bash"), "a path of one machine"),
    (concat!("/tmp", "/plan"), "a path of one machine"),
    (concat!("py", "pi.org"), "a registry's host"),
    (concat!("python", "hosted.org"), "a registry's host"),
    (concat!("registry.np", "mjs.org"), "a registry's host"),
    (concat!("npm", "js.com"), "a registry's host"),
    (concat!("crat", "es.io"), "a registry's host"),
    (concat!("proxy.gol", "ang.org"), "a registry's host"),
    (concat!("deb.deb", "ian.org"), "a registry's host"),
    (concat!("hugging", "face.co"), "a registry's host"),
];

pub fn forbidden(files: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    // cargo writes the index it used into its own lock file; nobody else may.
    for file in files.iter().filter(|file| file.name() != "Cargo.lock") {
        for (number, line) in file.lines() {
            for (word, why) in FORBIDDEN.iter().filter(|(word, _)| line.contains(word)) {
                let what = format!("\"{word}\" is {why}");
                let remedy = "Leave it to configuration, or say it without the name.";
                found.push(Finding::new("forbidden-word", &file.path, number, what, remedy));
            }
        }
    }
    found
}

/// Where credits are counted and kept.
const EXACT: [&str; 2] = ["crates/credits/src/", "crates/store/src/"];

pub fn floats(files: &[Source]) -> Vec<Finding> {
    let exact = |file: &Source| EXACT.iter().any(|home| file.path.starts_with(home));
    let remedy = "Count in whole micro-credits (i64, products in i128).";
    in_tokens(files, exact, "float", remedy, |tokens, at| {
        let Token { text, kind, .. } = &tokens[at];
        let float = match kind {
            TokenKind::Word => text == "f32" || text == "f64",
            TokenKind::Literal => is_float(text),
            _ => false,
        };
        float.then(|| format!("\"{text}\" is a float"))
    })
}

fn is_float(literal: &str) -> bool {
    let digits = literal.starts_with(|first: char| first.is_ascii_digit());
    let based = ["0x", "0b", "0o"].iter().any(|base| literal.starts_with(base));
    let marks = |char| matches!(char, '.' | 'e' | 'E' | 'f');
    // The suffixes `usize` and `isize` carry an e.
    let number = literal.trim_end_matches("usize").trim_end_matches("isize");
    digits && !based && number.contains(marks)
}

/// Beginnings of SQL statements.
const STATEMENTS: [&str; 10] = [
    concat!("SEL", "ECT "),
    concat!("INS", "ERT INTO "),
    concat!("INS", "ERT OR "),
    concat!("UPD", "ATE "),
    concat!("DEL", "ETE FROM "),
    concat!("CRE", "ATE TABLE "),
    concat!("CRE", "ATE INDEX "),
    concat!("ALT", "ER TABLE "),
    concat!("DR", "OP TABLE "),
    concat!("PRA", "GMA "),
];

pub fn sql(files: &[Source]) -> Vec<Finding> {
    let elsewhere = |file: &Source| !file.path.starts_with("crates/store/");
    let remedy = "Put the statement into crates/store, behind one of its traits.";
    in_tokens(files, elsewhere, "sql-outside-store", remedy, |tokens, at| {
        let Token { text, kind, .. } = &tokens[at];
        let inside = text.trim_start_matches(['r', 'b', 'c', '#']).strip_prefix('"')?;
        let inside = inside.trim_start_matches(['\\', 'n', ' ', '\n']);
        let begins = |start: &&&str| inside.starts_with(**start);
        let statement = STATEMENTS.iter().find(begins).filter(|_| *kind == TokenKind::Literal)?;
        Some(format!("a statement that begins with \"{}\"", statement.trim_end()))
    })
}

/// Waiting for a while instead of for the thing itself makes tests slow and unsure. A pause within
/// a `loop` or `while` that looks for the thing is no such wait: another process cannot be heard.
pub fn sleeping(files: &[Source]) -> Vec<Finding> {
    let remedy = "Wait for the event itself, look for it in a loop, or move an injected clock.";
    let mut found = in_tokens(files, Source::is_test, "sleep", remedy, |tokens, at| {
        let called = tokens.get(at + 1).is_some_and(|next| next.kind == TokenKind::Open);
        let waits = tokens[at].text == "sleep" && called && !tokens[at].looped;
        waits.then(|| "a test sleeps".to_owned())
    });
    let words = [concat!("time.sl", "eep("), concat!("waitForTime", "out(")];
    for file in files.iter().filter(|file| file.is_test() && file.is_code()) {
        for (number, line) in file.lines() {
            if words.iter().any(|word| line.contains(word)) {
                let what = "a test sleeps".to_owned();
                found.push(Finding::new("sleep", &file.path, number, what, remedy));
            }
        }
    }
    found
}

/// Looks at the tokens of every Rust file that `applies` takes.
fn in_tokens(
    files: &[Source],
    applies: impl Fn(&Source) -> bool,
    rule: &'static str,
    remedy: &'static str,
    judge: impl Fn(&[Token], usize) -> Option<String>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.is_rust() && applies(file)) {
        match tokens(file) {
            Ok(tokens) => {
                for at in 0..tokens.len() {
                    if let Some(what) = judge(&tokens, at) {
                        let line = tokens[at].line;
                        found.push(Finding::new(rule, &file.path, line, what, remedy));
                    }
                }
            }
            Err(error) => {
                let what = format!("cannot be read: {error}");
                found.push(Finding::new(rule, &file.path, 0, what, "Make it valid Rust."));
            }
        }
    }
    found
}
