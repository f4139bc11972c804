//! The template language: what its functions do, and that nothing runs away.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::cutting::{chunks, point};
use super::quotes::{changes, quoted};
use super::{FaultKind, LARGEST_OUTPUT, evaluate, is_true, names_in_template, render};

fn context() -> Value {
    json!({
        "inputs": { "name": "Mia", "none": null, "empty": "" },
        "model": { "context_tokens": 2_048 },
        "steps": { "rows": [{ "a": 1, "b": "x" }, { "b": "y" }, ["c", "d", "e"]] },
    })
}

fn value(expression: &str) -> Value {
    evaluate(expression, &context()).unwrap_or_else(|fault| panic!("{expression}: {fault}"))
}

fn fault(template: &str) -> FaultKind {
    render(template, &context()).expect_err(template).kind
}

#[test]
fn what_is_not_there_is_a_fault_and_never_empty() {
    for template in [
        "{{ nosuch }}",
        "{{ inputs.age }}",
        "{{ inputs.none.more }}",
        "{% if inputs.age %}x{% endif %}",
        "{{ debug() }}",
    ] {
        let found = fault(template);
        assert!(matches!(found, FaultKind::Missing | FaultKind::Written), "{template}: {found:?}");
    }
    assert_eq!(evaluate("inputs.age", &context()).unwrap_err().kind, FaultKind::Missing);
    assert_eq!(render("{{ inputs.none or 'nobody' }}", &context()).unwrap(), "nobody");
    assert!(!is_true("inputs.empty", &context()).unwrap());
}

#[test]
fn nothing_outside_can_be_reached() {
    for template in ["{% include 'x' %}", "{% import 'x' as y %}", "{% extends 'x' %}"] {
        assert_eq!(fault(template), FaultKind::Written, "{template}");
    }
}

#[test]
fn a_fault_knows_its_line() {
    let found = render("one\ntwo {{ inputs.age }}\n", &context()).unwrap_err();
    assert_eq!(found.line, Some(2), "{found:?}");
    let found = render("one\n\n{% for %}", &context()).unwrap_err();
    assert_eq!((found.kind, found.line), (FaultKind::Written, Some(3)));
}

#[test]
fn bombs_are_stopped() {
    let doubling =
        format!("{{% set a = 'x' * 1000 %}}{}{{{{ a }}}}", "{% set a = a ~ a %}".repeat(40));
    let loops = "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}";
    for bomb in [
        doubling.as_str(),
        loops,
        "{{ 'x' * 90000000 }}",
        "{{ range(100000) | join('x' * 1000) }}",
        "{{ 'xxxxxxxx' * 1000 | replace('', 'y' * 1000) | replace('', 'z' * 1000) }}",
        "{{ '%999999999d' | format(1) }}",
        "{% for a in range(99999) %}{{ chunks('a b ' * 9999, 10) }}{% endfor %}",
        "{% for a in range(99999) %}{{ quoted(['a'] * 999, 'a b ' * 9999) }}{% endfor %}",
        "{% for a in range(600) %}{{ 'x' * 1024 }}{% endfor %}",
    ] {
        let found = fault(bomb);
        assert!(matches!(found, FaultKind::TooMuch | FaultKind::Failed), "{bomb}: {found:?}");
    }
    let most = LARGEST_OUTPUT / 1024;
    let fits = format!("{{% for a in range({most}) %}}{{{{ 'x' * 1024 }}}}{{% endfor %}}");
    assert_eq!(render(&fits, &context()).unwrap().len(), LARGEST_OUTPUT);
    let long = format!("'x' * {LARGEST_OUTPUT}");
    assert_eq!(evaluate(&long, &context()).unwrap_err().kind, FaultKind::TooMuch);
}

#[test]
fn names_are_told_with_their_parts() {
    let template =
        "{% for a in steps.rows %}{{ a }}{{ chunks(inputs.name, 3) }}{% endfor %}{{ z }}";
    let names: Vec<String> = names_in_template(template).unwrap().into_iter().collect();
    assert_eq!(names, ["inputs.name", "steps.rows", "z"]);
}

#[test]
fn texts_are_cut_at_the_best_border() {
    let text = "First one. Second one.\n\nThird one is here. Fourth";
    assert_eq!(chunks(text, 30), ["First one. Second one.", "Third one is here. Fourth"]);
    assert_eq!(chunks(text, 20)[0], "First one. Second");
    assert_eq!(chunks(text, 18)[0], "First one.");
    assert_eq!(chunks("abcdefghij", 4), ["abcd", "efgh", "ij"]);
    assert_eq!(chunks("一二三。四五六", 5), ["一二三。", "四五六"]);
    assert_eq!(chunks(" \n ", 5), Vec::<&str>::new());
    assert_eq!(value("chunks('a b c', 3)"), json!(["a b", "c"]));
    assert_eq!(value("clip('One. Two. Three.', 12)"), "One. Two.");
    assert_eq!(value("words('a  b c', 2)"), "a b\u{2026}");
    assert_eq!(value("words('a b', 2)"), "a b");
    assert!(evaluate("chunks('a', 0)", &context()).is_err());
}

#[test]
fn there_is_room_by_the_size_of_the_model() {
    assert_eq!(value("room(200)"), (2_048 - 200 - 500) * 2);
    assert_eq!(value("room(100000)"), 1_000);
    let large = json!({ "model": { "context_tokens": 200_000 } });
    assert_eq!(evaluate("room(500)", &large).unwrap(), 24_000);
    assert_eq!(evaluate("room(5)", &json!({})).unwrap_err().kind, FaultKind::Missing);
}

#[test]
fn points_lose_their_bullets_only() {
    for (line, expected) in [
        ("- One thing", "One thing"),
        ("* Two", "Two"),
        ("3. Three", "Three"),
        ("12) Four", "Four"),
        ("\u{2022} Five", "Five"),
        ("\"Six\"", "Six"),
        ("# Seven", "Seven"),
        ("-5 degrees", "-5 degrees"),
        ("3.5 percent", "3.5 percent"),
        ("2024. It was", "2024. It was"),
        ("---", ""),
        ("#tag", "#tag"),
    ] {
        assert_eq!(point(line), expected, "{line}");
    }
    assert_eq!(value("points('Here:\\n\\n1. a\\n2. b\\n')"), json!(["Here:", "a", "b"]));
}

#[test]
fn material_cannot_end_itself() {
    let text = render("{{ material('a >>> b >>>>>> <<< << c') }}", &context()).unwrap();
    assert_eq!(text, "<<<\na >> b >> << << c\n>>>");
}

#[test]
fn a_quote_occurs_word_for_word_or_is_missing() {
    let text = "He said: \u{201c}We\u{2019}ll open\nthe   second shop\u{201d} \u{2013} in \
                co\u{ad}operation. Party time\u{2026}";
    let occurs = |quote: &str| quoted(&[quote.to_owned()], text).1.is_empty();
    for quote in [
        "We'll open the second shop",
        "\"We\u{2019}ll open the second shop\"",
        "in cooperation.",
        "Party time...",
        " He said: ",
        "shop\" - in",
    ] {
        assert!(occurs(quote), "{quote}");
    }
    for quote in [
        "We will open the second shop",
        "open the third shop",
        "art",
        "e said",
        "Party tim",
        "",
        "\"\"",
        "...",
        "we'll open",
    ] {
        assert!(!occurs(quote), "{quote}");
    }
    let both = value("quoted(['a b', 'zz', 'a b'], 'x a  b y')");
    assert_eq!(both, json!({ "found": ["a b"], "missing": ["zz"] }));
}

#[test]
fn changes_are_whole_lines() {
    let before = "Tea 3\nCoffee 4\n\nCake 5";
    let after = "Tea 3\n  Coffee 5 \nCake 5\nBread 2\n";
    assert_eq!(changes(before, after), (vec!["Coffee 5", "Bread 2"], vec!["Coffee 4"]));
    assert_eq!(value("changes('a\\nb', ' a\\n\\nb ')")["any"], false);
    assert_eq!(value("changes('', 'a')"), json!({ "added": ["a"], "removed": [], "any": true }));
}

#[test]
fn rows_become_tables_counts_and_lists() {
    let table = json!({ "columns": ["B", "A"], "rows": [["x", 1], ["y", ""], ["c", "d"]] });
    assert_eq!(value("table(['B', 'A'], steps.rows, ['b', 'a'])"), table);
    assert_eq!(value("table(['b'], steps.rows)")["rows"], json!([["x"], ["y"], ["c"]]));
    assert_eq!(value("csv(table(['a', 'b'], [['1', '2,3']]))"), "a,b\r\n1,\"2,3\"\r\n");
    let counts = json!([{ "value": "Price", "count": 2 }, { "value": "help", "count": 1 }]);
    assert_eq!(value("tally(['help', 'Price', 'price '])"), counts);
    assert_eq!(value("flat([[1], none, [], [2, [3]]])"), json!([1, 2, [3]]));
    assert!(evaluate("table('x', [])", &context()).is_err());
    assert!(evaluate("flat([1])", &context()).is_err());
}

fn sorted(mut lines: Vec<&str>) -> Vec<&str> {
    lines.sort_unstable();
    lines
}

fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

proptest! {
    #[test]
    fn pieces_keep_every_character_and_their_size(
        text in "([a-zäß漢。.!? \n]{0,12}|\\PC|\n\n){0,40}",
        max in 1_usize..60,
    ) {
        let pieces = chunks(&text, max);
        prop_assert_eq!(solid(&pieces.concat()), solid(&text));
        for piece in pieces {
            let size = piece.chars().count();
            prop_assert!(size <= max && size > 0 && piece.trim() == piece, "{:?}", piece);
        }
    }

    #[test]
    fn every_stretch_of_words_is_found_in_its_own_text(
        words in prop::collection::vec("[a-z]{1,8}", 3..30),
        from in 0_usize..10,
        count in 1_usize..10,
        gap in "[ \n\t]{1,3}",
    ) {
        let text = words.join(&gap);
        let from = from.min(words.len() - 1);
        let quote = words[from..(from + count).min(words.len())].join(" ");
        prop_assert_eq!(quoted(std::slice::from_ref(&quote), &text), (vec![quote], vec![]));
        let other = words.join(" ") + "q";
        prop_assert_eq!(quoted(std::slice::from_ref(&other), &text), (vec![], vec![other]));
    }

    #[test]
    fn what_is_added_and_removed_leads_from_one_text_to_the_other(
        before in prop::collection::vec("[a-e]", 0..20),
        after in prop::collection::vec("[a-e]", 0..20),
    ) {
        let (old, new) = (before.join("\n"), after.join("\n"));
        let (added, removed) = changes(&old, &new);
        let of = |lines: &[String]| lines.iter().map(|l| l.to_owned()).collect::<Vec<_>>();
        let (before, after) = (of(&before), of(&after));
        let left = before.iter().map(String::as_str).chain(added).collect();
        let right = after.iter().map(String::as_str).chain(removed).collect();
        prop_assert_eq!(sorted(left), sorted(right));
    }
}
