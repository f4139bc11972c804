//! Runs every rule on this repository. The other modules plant violations and see them caught.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod planted_edges;
mod planted_names;
mod planted_sizes;
mod planted_typescript;
mod planted_words;

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use ampere_tidy::ratchet::{self, Exception};
use ampere_tidy::{Finding, Repo, Source, bans, doc_paths, edges, glossary, names, size, words};

static REPO: LazyLock<Repo> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    Repo::open(root).unwrap()
});

static EXCEPTIONS: LazyLock<Vec<Exception>> = LazyLock::new(|| {
    let file = REPO.find(ratchet::PATH).expect("the ratchet is tracked");
    ratchet::parse(&file.text).unwrap()
});

/// The rules whose findings the ratchet may forgive.
const MEASURED: [&str; 2] = ["file-lines", "function-lines"];

fn none(findings: &[Finding]) {
    let told: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{} found\n{}", told.len(), told.join("\n"));
}

fn cargo_tree(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(&REPO.root).args(["tree", "--locked", "--offline"]).args(arguments);
    let answer = command.output().unwrap();
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    String::from_utf8(answer.stdout).unwrap()
}

#[test]
fn the_whole_repository_is_looked_at() {
    for path in ["Makefile", "Cargo.toml", "crates/tidy/src/lib.rs", "scripts/steps.sh"] {
        assert!(REPO.find(path).is_some(), "{path} is missing");
    }
    let generated = ["/target/", "/node_modules/", "web/dist/"];
    let foreign = |file: &&Source| generated.iter().any(|part| file.path.contains(part));
    assert_eq!(REPO.files.iter().filter(foreign).count(), 0);
}

#[test]
fn files_are_at_most_400_lines_long() {
    none(&ratchet::forgive("file-lines", size::file_lines(&REPO.files), &EXCEPTIONS));
}

#[test]
fn functions_are_at_most_70_lines_long() {
    none(&ratchet::forgive("function-lines", size::function_lines(&REPO.files), &EXCEPTIONS));
}

#[test]
fn every_exception_is_of_a_rule_that_is_measured() {
    for exception in EXCEPTIONS.iter() {
        assert!(MEASURED.contains(&exception.rule.as_str()), "{exception:?}");
    }
}

#[test]
fn lines_are_at_most_100_columns_wide() {
    none(&size::columns(&REPO.files));
}

#[test]
fn no_file_is_larger_than_256_kilobytes() {
    none(&size::file_bytes(&REPO.files));
}

#[test]
fn modules_are_named_after_what_they_own() {
    none(&names::drawers(&REPO.files));
}

#[test]
fn modules_open_with_what_they_own() {
    none(&names::openings(&REPO.files));
}

#[test]
fn crates_know_only_whom_they_may() {
    none(&edges::between_crates(&REPO.files));
}

#[test]
fn the_server_names_store_and_adapters_in_main_only() {
    none(&edges::constructors(&REPO.files));
}

#[test]
fn the_core_stands_on_few_and_pure_libraries() {
    let edges = "normal,no-proc-macro";
    let tree = cargo_tree(&["-p", "ampere-credits", "-e", edges, "--prefix", "none"]);
    assert!(tree.contains("ampere-credits"), "{tree}");
    none(&edges::core_stands_on(&tree));
}

#[test]
fn the_release_carries_nothing_scripted() {
    let tree = cargo_tree(&["-p", "ampere-server", "-e", "no-dev,features"]);
    assert!(tree.contains("ampere-adapters"), "{tree}");
    none(&edges::nothing_scripted(&tree));
}

#[test]
fn credits_are_never_counted_in_floats() {
    none(&words::floats(&REPO.files));
}

#[test]
fn sql_lives_in_the_store() {
    none(&words::sql(&REPO.files));
}

#[test]
fn tests_do_not_sleep() {
    none(&words::sleeping(&REPO.files));
}

#[test]
fn no_machine_and_no_registry_is_named() {
    none(&words::forbidden(&REPO.files));
}

#[test]
fn clock_and_chance_are_banned_with_reasons() {
    none(&bans::written_down(&REPO.files));
}

#[test]
fn bans_are_lifted_in_one_file_only() {
    none(&bans::lifted(&REPO.files));
}

#[test]
fn the_glossary_tells_each_word_once() {
    none(&glossary::told_once(&REPO.files));
}

#[test]
fn documents_name_files_that_exist() {
    none(&doc_paths::exist(&REPO.files));
}
