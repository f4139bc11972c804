//! Edges that must not be, and bans that are missing or lifted.

use ampere_tidy::{Source, bans, edges};

use crate::planted_sizes::only;

fn manifest(name: &str, section: &str, dependency: &str) -> Source {
    let text =
        format!("[package]\nname = \"{name}\"\n[{section}]\n{dependency}.workspace = true\n");
    Source::new(&format!("crates/{name}/Cargo.toml"), &text)
}

#[test]
fn an_edge_upwards_is_found_in_every_section() {
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let upwards = manifest("ampere-store", section, "ampere-app");
        let found = only(edges::between_crates(&[upwards]));
        assert_eq!((found.line, found.rule), (4, "edges"));
    }
    only(edges::between_crates(&[manifest("ampere-credits", "dependencies", "ampere-store")]));
    only(edges::between_crates(&[manifest("ampere-adapters", "dependencies", "ampere-store")]));
    only(edges::between_crates(&[manifest("ampere-new", "dependencies", "ampere-credits")]));
}

#[test]
fn the_edges_of_the_architecture_are_fine() {
    for (from, to) in [
        ("ampere-server", "ampere-app"),
        ("ampere-app", "ampere-store"),
        ("ampere-app", "ampere-adapters"),
        ("ampere-store", "ampere-credits"),
        ("ampere-adapters", "ampere-adapters"),
        ("ampere-credits", "serde"),
    ] {
        assert!(edges::between_crates(&[manifest(from, "dependencies", to)]).is_empty());
    }
}

#[test]
fn a_crate_for_tests_is_named_by_tests_only_and_names_nobody() {
    let fake = "ampere-fake-stripe";
    let tests = manifest("ampere-adapters", "dev-dependencies", fake);
    assert!(edges::between_crates(&[tests]).is_empty());
    for section in ["dependencies", "build-dependencies"] {
        only(edges::between_crates(&[manifest("ampere-adapters", section, fake)]));
    }
    only(edges::between_crates(&[manifest(fake, "dev-dependencies", "ampere-credits")]));
    only(edges::nothing_scripted("ampere-server v0.1.0\n├── ampere-fake-stripe v0.1.0\n"));
}

#[test]
fn the_server_may_name_the_store_in_main_only() {
    let text = "//! A.\nuse ampere_store::Engine;\n";
    let found = only(edges::constructors(&[Source::new("crates/server/src/http/a.rs", text)]));
    assert_eq!(found.line, 2);
    let told = Source::new("crates/server/src/a.rs", "//! Not ampere_store.\n// ampere_store\n");
    let main = Source::new("crates/server/src/main.rs", text);
    assert!(edges::constructors(&[main, told]).is_empty());
}

#[test]
fn a_new_library_under_the_core_is_found_once() {
    let tree =
        "ampere-credits v0.1.0 (crates/credits)\nserde v1.0.0\ntokio v1.0.0\ntokio v1.0.0 (*)\n";
    let found = only(edges::core_stands_on(tree));
    assert_eq!(found.what, "the core comes to stand on tokio");
}

#[test]
fn a_scripted_model_in_the_release_is_found() {
    let tree = "ampere-server v0.1.0\n├── ampere-adapters feature \"default\"\n";
    assert!(edges::nothing_scripted(tree).is_empty());
    let tree = format!("{tree}├── ampere-adapters feature \"scripted\"\n");
    only(edges::nothing_scripted(&tree));
}

/// Both files of bans as they stand, changed.
fn with(path: &str, from: &str, to: &str) -> Vec<Source> {
    let mut files = Vec::new();
    for name in [bans::ROOT, bans::CORE] {
        let mut file = crate::REPO.find(name).unwrap().clone();
        if name == path {
            assert!(file.text.contains(from), "{from} is not in {path}");
            file.text = file.text.replace(from, to);
        }
        files.push(file);
    }
    files
}

#[test]
fn a_ban_that_is_missing_is_found_in_either_file() {
    for path in [bans::ROOT, bans::CORE] {
        let found = only(
            bans::written_down(&with(path, "Instant::now\"", "Instant::then\""))
                .into_iter()
                .filter(|one| one.file == path && one.what.starts_with("std::time::Instant::now"))
                .collect(),
        );
        assert_eq!(found.what, "std::time::Instant::now is not banned here");
    }
    assert!(!bans::written_down(&[]).is_empty());
}

#[test]
fn a_ban_of_the_root_must_be_repeated_for_the_core() {
    let more = "disallowed-methods = [\n    { path = \"a::b\", reason = \"c\" },";
    let found = only(bans::written_down(&with(bans::ROOT, "disallowed-methods = [", more)));
    assert_eq!((found.file.as_str(), found.what.as_str()), (bans::CORE, "a::b is not banned here"));
}

#[test]
fn a_ban_without_a_reason_is_found() {
    let bare = "disallowed-types = [\n    \"a::B\",";
    let found = only(bans::written_down(&with(bans::CORE, "disallowed-types = [", bare)));
    assert_eq!(found.what, "a::B is banned without a reason");
}

#[test]
fn lifting_a_ban_is_found_outside_of_the_one_file() {
    for level in ["allow", "expect"] {
        let lift = format!("#[{level}(\n    clippy::disallowed_methods,\n    reason = \"\"\n)]");
        let text = format!("//! A.\n{lift}\nfn a() {{}}\n");
        let found = only(bans::lifted(&[Source::new("crates/app/src/a.rs", &text)]));
        assert_eq!(found.line, 3);
        for path in ["crates/server/src/system.rs", "bench/src/main.rs", "crates/app/tests/a.rs"] {
            assert!(bans::lifted(&[Source::new(path, &text)]).is_empty());
        }
    }
    let held = "//! A.\n#![allow(unused)]\n#![deny(clippy::disallowed_methods)]\n";
    assert!(bans::lifted(&[Source::new("crates/credits/src/lib.rs", held)]).is_empty());
}
