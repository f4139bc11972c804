//! TypeScript and TSX: what is a function, and where it ends.

use ampere_tidy::ts_functions::functions;

/// (name, first line, last line) of each function, in the order in which they end.
fn found(text: &str) -> Vec<(String, usize, usize)> {
    let found = functions(text).unwrap().into_iter();
    found.map(|one| (one.name, one.first, one.last)).collect()
}

fn one(text: &str, name: &str, first: usize, last: usize) {
    assert_eq!(found(text), vec![(name.to_owned(), first, last)], "{text}");
}

#[test]
fn functions_methods_and_arrows_are_functions() {
    one("function a(b: string) {\n  return b;\n}", "a", 1, 3);
    one("export async function a<T>(b: T): Promise<T | null> {\n  return b;\n}", "a", 1, 3);
    one("class A {\n  b(c = '}') {\n    return c;\n  }\n}", "b", 2, 4);
    one("const a = (b: string): string[] => {\n  return [b];\n};", "a", 1, 3);
    one("const a = async (b) => {\n  await b;\n};", "a", 1, 3);
    one("const a = b => {\n  b();\n};", "a", 1, 3);
    one("useEffect(() => {\n  run();\n}, []);", "(unnamed)", 1, 3);
}

#[test]
fn an_arrow_without_braces_ends_with_its_expression() {
    one("const A = () => (\n  <p>\n    text\n  </p>\n);\nconst b = 1;", "A", 1, 5);
    one("const a = (b) =>\n  b.map(c)\n    .filter(d);\n", "a", 1, 3);
    one("call(\n  (a) =>\n    a + 1,\n  2,\n);", "(unnamed)", 2, 3);
}

#[test]
fn blocks_objects_and_types_are_no_functions() {
    for text in [
        "if (a) {\n  b();\n}",
        "for (const a of b) {\n  c();\n}",
        "while (a) {\n  b();\n}",
        "switch (a) {\n  case 1:\n}",
        "try {\n  a();\n} catch (error) {\n  b();\n}",
        "const a = { b: 1, c: { d: 2 } };",
        "interface A {\n  b: string;\n}",
        "call({ a: 1 });",
        "const a = b ? c(d) : { e: 1 };",
    ] {
        assert_eq!(found(text), vec![], "{text}");
    }
}

#[test]
fn braces_in_strings_templates_comments_and_patterns_do_not_count() {
    let noise = "'}' + \"{\" + `}${a ? `{${b}` : '}'}{` // }\n  /* { */ + /[}/]{2}/.source";
    one(&format!("function a() {{\n  return {noise};\n}}"), "a", 1, 4);
}

#[test]
fn text_between_tags_may_hold_quotes_and_slashes() {
    let text = "function A() {\n  return (\n    <p title=\"it's\">\n      \
        You don't pay (yet and/or\n\
        \n      <br /> {credits} credits; that's it</p>\n  );\n}";
    one(text, "A", 1, 8);
}

#[test]
fn return_types_with_braces_do_not_hide_the_body() {
    one("function a(): { b: string } {\n  return { b: '' };\n}", "a", 1, 3);
}

#[test]
fn groups_of_tests_are_no_functions_but_tests_are() {
    let text = "describe('a', () => {\n  it('b', () => {\n    c();\n  });\n});";
    one(text, "(unnamed)", 2, 4);
}

#[test]
fn a_brace_without_a_partner_is_refused() {
    assert!(functions("function a() {\n").is_err());
    assert!(functions("}\n").is_err());
}
