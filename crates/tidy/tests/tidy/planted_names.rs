//! Names that say nothing, modules that do not say what they own, words of the glossary.

use ampere_tidy::{Source, doc_paths, glossary, names};

use crate::planted_sizes::only;

#[test]
fn drawers_are_found_by_file_folder_and_inline_module() {
    for path in [
        "crates/app/src/utils.rs",
        "crates/app/src/helpers/date.rs",
        "crates/app/src/run_manager.rs",
        "crates/app/tests/common/mod.rs",
        "web/src/dateUtils.ts",
        "web/src/helper.test.ts",
    ] {
        assert_eq!(only(names::drawers(&[Source::new(path, "")])).file, path);
    }
    let inline = Source::new("crates/app/src/a.rs", "//! A.\npub mod common {\n}\n");
    assert_eq!(only(names::drawers(&[inline])).line, 2);
}

#[test]
fn names_with_a_subject_are_fine() {
    for path in ["src/common_passwords.rs", "src/management.rs", "web/src/utility-bill.ts"] {
        assert!(names::drawers(&[Source::new(path, "")]).is_empty(), "{path}");
    }
}

#[test]
fn a_module_must_say_what_it_owns_first() {
    let silent = Source::new("crates/app/src/spend.rs", "use std::fs;\n//! Late.\n");
    only(names::openings(&[silent]));
    let told = Source::new("crates/app/src/spend.rs", "//! The one door to spend.\n");
    let test = Source::new("crates/app/tests/spend.rs", "use std::fs;\n");
    assert!(names::openings(&[told, test]).is_empty());
}

#[test]
fn a_word_told_twice_or_not_at_all_is_found() {
    let all: String = glossary::EXPECTED.iter().map(|word| format!("- **{word}**: a\n")).collect();
    assert!(glossary::told_once(&[Source::new(glossary::PATH, &all)]).is_empty());

    let twice = format!("{all}- **Grant**: again\n");
    let found = only(glossary::told_once(&[Source::new(glossary::PATH, &twice)]));
    assert_eq!(found.line, glossary::EXPECTED.len() + 1);

    let without = all.replace("**hold**", "hold");
    let found = only(glossary::told_once(&[Source::new(glossary::PATH, &without)]));
    assert_eq!(found.what, "\"hold\" is not told");
    only(glossary::told_once(&[]));
}

#[test]
fn a_document_that_names_a_missing_file_is_found() {
    let code = Source::new("crates/app/src/spend.rs", "");
    let text = "See `crates/app/src/spend.rs`, `crates/app`, `make run` and `GET /a`.\n";
    let right = Source::new("docs/A.md", text);
    assert!(doc_paths::exist(&[code.clone(), right]).is_empty());
    let wrong = Source::new("docs/A.md", "First.\nSee `crates/app/src/spent.rs`.\n");
    assert_eq!(only(doc_paths::exist(&[code, wrong])).line, 2);
}
