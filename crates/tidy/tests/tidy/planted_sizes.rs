//! Sizes that are over their limits, and the ratchet.

use ampere_tidy::{Finding, Source, ratchet, size};

fn body(lines: usize) -> String {
    "    work();\n".repeat(lines)
}

/// The only finding, or a failure that shows what there was.
pub fn only(findings: Vec<Finding>) -> Finding {
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.into_iter().next().unwrap()
}

fn function_lines(path: &str, text: &str) -> Vec<Finding> {
    size::function_lines(&[Source::new(path, text)])
}

#[test]
fn a_file_of_401_lines_is_found_in_every_language() {
    for path in ["src/a.rs", "web/a.ts", "web/a.tsx", "a.py", "scripts/a.sh"] {
        let fits = Source::new(path, &"x\n".repeat(400));
        assert!(size::file_lines(&[fits]).is_empty());
        let found = only(size::file_lines(&[Source::new(path, &"x\n".repeat(401))]));
        assert_eq!((found.file.as_str(), found.line), (path, 401));
    }
}

#[test]
fn a_script_without_an_ending_is_code_too() {
    let text = format!("#!/usr/bin/env bash\n{}", "x\n".repeat(400));
    only(size::file_lines(&[Source::new("scripts/run", &text)]));
}

#[test]
fn a_function_of_71_lines_is_found() {
    let fits = format!("//! A.\nfn long() {{\n{}}}\n", body(68));
    assert!(function_lines("src/a.rs", &fits).is_empty());
    let long = format!("//! A.\nfn long() {{\n{}}}\n", body(69));
    let found = only(function_lines("src/a.rs", &long));
    assert_eq!((found.line, found.what.as_str()), (2, "long has 71 lines, the limit is 70"));
}

#[test]
fn methods_defaults_and_functions_in_macros_count() {
    let method = format!("impl A {{\nfn long(&self) {{\n{}}}\n}}\n", body(70));
    let default = format!("trait A {{\nfn long(&self) {{\n{}}}\n}}\n", body(70));
    let nested = format!("proptest! {{\n#[test]\nfn long(a in 0..9u8) {{\n{}}}\n}}\n", body(70));
    for text in [method, default, nested] {
        assert!(only(function_lines("src/a.rs", &text)).what.starts_with("long has 72 lines"));
    }
}

#[test]
fn a_brace_in_a_string_does_not_shorten_a_function() {
    let text = format!("fn long() {{\n    let a = \"}}\";\n{}}}\n", body(70));
    only(function_lines("src/a.rs", &text));
}

#[test]
fn long_python_and_shell_functions_are_found() {
    let python = format!("def long(\n    a,\n):\n{}\n\nshort()\n", body(70));
    assert!(only(function_lines("a.py", &python)).what.starts_with("long has 73 lines"));
    let shell = format!("long() {{\n{}}}\n", body(70));
    assert!(only(function_lines("a.sh", &shell)).what.starts_with("long has 72 lines"));
}

#[test]
fn a_file_that_cannot_be_measured_is_told() {
    assert!(only(function_lines("src/a.rs", "fn (")).what.contains("cannot be measured"));
    assert!(only(function_lines("a.ts", "const a = {\n")).what.contains("cannot be measured"));
}

#[test]
fn a_line_of_101_columns_is_found_by_characters_not_bytes() {
    let fits = format!("// {}\n", "é".repeat(97));
    assert!(size::columns(&[Source::new("src/a.rs", &fits)]).is_empty());
    let wide = format!("//! A.\n// {}\n", "x".repeat(98));
    assert_eq!(only(size::columns(&[Source::new("src/a.rs", &wide)])).line, 2);
}

#[test]
fn a_large_file_is_found_but_no_lock_file() {
    let text = "x".repeat(256 * 1024 + 1);
    assert!(size::file_bytes(&[Source::new("web/package-lock.json", &text)]).is_empty());
    only(size::file_bytes(&[Source::new("docs/picture.svg", &text)]));
}

#[test]
fn the_ratchet_forgives_exactly_what_it_names() {
    let long = format!("fn long() {{\n{}}}\n", body(70));
    let exact = ratchet::parse("function-lines src/a.rs::long 72\n").unwrap();
    let forgiven = ratchet::forgive("function-lines", function_lines("src/a.rs", &long), &exact);
    assert!(forgiven.is_empty(), "{forgiven:#?}");

    let grown = format!("fn long() {{\n{}}}\n", body(71));
    let found = function_lines("src/a.rs", &grown);
    assert_eq!(ratchet::forgive("function-lines", found, &exact).len(), 2);
}

#[test]
fn a_stale_exception_fails() {
    let stale = ratchet::parse("# prose\n\nfile-lines src/a.rs 450\n").unwrap();
    let found = only(ratchet::forgive("file-lines", Vec::new(), &stale));
    assert_eq!((found.rule, found.line), ("ratchet", 3));
    assert!(ratchet::forgive("function-lines", Vec::new(), &stale).is_empty());
}

#[test]
fn an_exception_that_cannot_be_read_is_refused() {
    assert!(ratchet::parse("file-lines src/a.rs").is_err());
    assert!(ratchet::parse("file-lines src/a.rs many").is_err());
}
