//! The core is pure: what it may depend on, and what its sources may not contain. (Calls to
//! clocks, floats and I/O are refused by clippy.toml beside the manifest; this also sees the code
//! that clippy is not run on.)

use std::path::Path;

fn text(path: &Path) -> String {
    #[expect(clippy::disallowed_methods, reason = "this test reads the crate's own sources")]
    std::fs::read_to_string(path).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names under one heading of the manifest.
fn names_under(heading: &str) -> Vec<String> {
    let manifest = text(&root().join("Cargo.toml"));
    let section = manifest.split("\n[").find(|part| part.starts_with(heading)).unwrap_or_default();
    let lines = section.lines().skip(1).filter(|line| line.contains('='));
    lines.map(|line| line.split(['.', ' ', '=']).next().unwrap().to_owned()).collect()
}

#[test]
fn the_dependencies_are_four_and_none_of_them_does_io() {
    assert_eq!(names_under("dependencies]"), ["jiff", "serde", "sha2", "thiserror"]);
    assert_eq!(names_under("dev-dependencies]"), ["proptest"]);
    assert_eq!(names_under("build-dependencies]"), Vec::<String>::new());
}

fn sources(folder: &Path, into: &mut Vec<(String, String)>) {
    #[expect(clippy::disallowed_methods, reason = "this test reads the crate's own sources")]
    let listed = std::fs::read_dir(folder).unwrap();
    for path in listed.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            sources(&path, into);
        } else {
            into.push((path.display().to_string(), text(&path)));
        }
    }
}

#[test]
fn no_source_of_the_core_has_floats_async_clocks_or_io() {
    let banned = [
        "f32",
        "f64",
        "async",
        "await",
        "std::time",
        "spawn",
        "unsafe",
        "println",
        "eprintln",
        "HashMap",
        "HashSet",
        "rand",
        "getrandom",
        "tokio",
        "static mut",
        "wrapping_",
        "std::fs",
        "std::io",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "Timestamp::now",
        "Zoned::now",
        "TimeZone::system",
    ];
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    assert!(files.len() > 20, "the sources were not found");
    let word = |c: char| c.is_alphanumeric() || c == '_';
    for (path, text) in &files {
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for ban in banned {
                let found = code.match_indices(ban).any(|(at, _)| {
                    let before = code[..at].chars().next_back().is_some_and(word);
                    let after = code[at + ban.len()..].chars().next().is_some_and(word);
                    !before && (!after || ban.ends_with('_'))
                });
                // The one alias through which stores hand in the keys that they looked up.
                let alias = code.contains("pub type Keys") && ban == "HashMap";
                assert!(!found || alias, "{path}:{}: {ban} in the core: {line}", number + 1);
            }
        }
    }
}
