//! Floats, SQL, sleeping and names of machines, where they must not be.

use ampere_tidy::{Source, words};

use crate::planted_sizes::only;

const CORE: &str = "crates/credits/src/amount.rs";

#[test]
fn every_form_of_a_float_is_found_in_the_core_and_the_store() {
    let forms = ["a as f64", "let a: f32;", "1.5", "2e3", "1f64", "check!(0.5)", "1_000.0"];
    for form in forms {
        for path in [CORE, "crates/store/src/sqlite.rs"] {
            let text = format!("//! A.\nfn a() {{ {form} }}\n");
            let found = words::floats(&[Source::new(path, &text)]);
            assert_eq!(found.len(), 1, "{form}: {found:?}");
            assert_eq!(found[0].line, 2);
        }
    }
}

#[test]
fn whole_numbers_comments_and_strings_are_no_floats() {
    let text = "//! Never 1.5 or f64.\n// f32\n/// 2.5\nconst A: i64 = 1_000_000;\n\
        const B: usize = 3usize;\nconst C: u8 = 0xfe;\nconst D: (i64, i64) = (1, 2);\n\
        fn e() -> i64 { D.0 + \"1.5\".len() as i64 }\n";
    let found = words::floats(&[Source::new(CORE, text)]);
    assert!(found.is_empty(), "{found:#?}");
    let elsewhere = Source::new("crates/server/src/a.rs", "fn a() { 1.5 }");
    assert!(words::floats(&[elsewhere]).is_empty());
}

#[test]
fn statements_outside_of_the_store_are_found() {
    let statement = concat!("SEL", "ECT a FROM b");
    for literal in [format!("\"{statement}\""), format!("r#\"\n   {statement}\"#")] {
        let text = format!("//! A.\nfn a() {{ query({literal}) }}\n");
        let found = only(words::sql(&[Source::new("crates/app/src/a.rs", &text)]));
        assert_eq!(found.line, 2);
        assert!(words::sql(&[Source::new("crates/store/src/a.rs", &text)]).is_empty());
    }
    let prose = Source::new("crates/app/src/a.rs", "fn a() { say(\"Select a model\") }");
    assert!(words::sql(&[prose]).is_empty());
}

#[test]
fn a_test_that_sleeps_is_found() {
    let rust = "async fn a() {\n    tokio::time::sleep(b).await;\n}\n";
    assert_eq!(only(words::sleeping(&[Source::new("crates/app/tests/a.rs", rust)])).line, 2);
    assert!(words::sleeping(&[Source::new("crates/app/src/a.rs", rust)]).is_empty());
    let looking = "async fn a() {\n    while !b() {\n        sleep(c).await;\n    }\n}\n";
    assert!(words::sleeping(&[Source::new("crates/app/tests/a.rs", looking)]).is_empty());
    let after = "async fn a() {\n    while !b() {}\n    sleep(c).await;\n}\n";
    only(words::sleeping(&[Source::new("crates/app/tests/a.rs", after)]));
    let browser = format!("await page.{}100);\n", concat!("waitForTime", "out("));
    only(words::sleeping(&[Source::new("e2e/ask.mjs", &browser)]));
    let named = Source::new("crates/app/tests/a.rs", "// sleep(1)\nfn a() { sleepy(1) }\n");
    assert!(words::sleeping(&[named]).is_empty());
}

#[test]
fn machines_and_registries_are_found_in_any_text_but_cargos_own_lock() {
    let path = format!("see {}main", concat!("/wo", "rk/"));
    let host = format!("https://{}/simple", concat!("py", "pi.org"));
    for text in [path, host] {
        let text = format!("first\n{text}\n");
        assert_eq!(only(words::forbidden(&[Source::new("docs/a.md", &text)])).line, 2);
        only(words::forbidden(&[Source::new("web/package-lock.json", &text)]));
        assert!(words::forbidden(&[Source::new("Cargo.lock", &text)]).is_empty());
    }
}
