//! Every kind of bad file is refused with the right line, and the others still load.

use std::path::PathBuf;

use ampere_app::tools::{Refusal, ToolBook};

/// A tool that is right. Each case changes one thing of it.
const GOOD: &str = r#"id = "own"
name = "Own tool"
purpose = "It does one thing."
category = "research"

[inputs]
type = "object"
required = ["text"]

[inputs.properties.text]
type = "string"
title = "Text"
description = "Any text."

[inputs.properties.paper]
type = "string"
format = "file"
title = "Paper"
description = "Any file."

[[steps]]
id = "read"
name = "Read it"
kind = "read"
when = "inputs.paper"
file = "{{ inputs.paper }}"

[[steps]]
id = "ask"
name = "Ask"
kind = "prompt"
each = "chunks(inputs.text, 100)"
prompt = """
One line.
{{ material(item) }}
"""
max_output_tokens = 20
[steps.output]
type = "object"
[steps.output.properties.a]
type = "string"

[result]
kind = "json"
value = "steps.ask"
file_name = "own.json"

[limits]
each = 3
"#;

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("ampere-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn with(self, file: &str, content: impl AsRef<[u8]>) -> Folder {
        std::fs::write(self.0.join(file), content).unwrap();
        self
    }

    fn book(&self) -> ToolBook {
        ToolBook::default().with_folder(&self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// The line of the first place where `part` stands.
fn line_of(text: &str, part: &str) -> u32 {
    let at = text.find(part).unwrap_or_else(|| panic!("{part} is not there"));
    text[..at].matches('\n').count() as u32 + 1
}

#[test]
fn the_good_one_is_good() {
    let folder = Folder::new("good").with("own.toml", GOOD);
    assert_eq!(folder.book().refused(), []);
    let tool = folder.book().get("own").unwrap();
    assert_eq!(tool.inputs["x-order"], serde_json::json!(["text", "paper"]));
    assert!(tool.schedulable);
    let pinned = serde_json::to_string(&*tool).unwrap();
    let again: ampere_app::tools::Tool = serde_json::from_str(&pinned).unwrap();
    assert_eq!(again, *tool);
}

/// (what stands there, what is put there, where the fault is told, a part of the reason)
const CASES: [(&str, &str, &str, &str); 49] = [
    ("id = \"own\"", "id = own", "id = own", "string values must be quoted"),
    ("name = \"Own", "nam = \"Own", "nam = ", "unknown field `nam`"),
    ("id = \"own\"", "id = \"Own\"", "id = \"Own\"", "small letters"),
    ("id = \"own\"", "id = \"other\"", "id = \"other\"", "not the file's name"),
    ("\"Own tool\"", "\" \"", "name = \" \"", "one line"),
    ("\"It does one thing.\"", "\"a\\nb\"", "purpose", "one line"),
    ("\"research\"", "\"fun\"", "category", "unknown variant"),
    ("type = \"object\"\nrequired", "type = \"array\"\nrequired", "type = \"array\"", "object"),
    ("[\"text\"]", "[\"tex\"]", "required", "names \"tex\""),
    ("required = [\"text\"]", "x-one-of = [\"text\"]", "x-one-of", "at least two"),
    ("properties.text]", "properties.Text]", "[inputs.properties.Text]", "small letters"),
    ("title = \"Text\"", "titel = \"Text\"", "titel", "`titel` is not known"),
    ("title = \"Text\"\n", "", "[inputs.properties.text]", "needs a `title`"),
    ("\"Any text.\"", "\"\"", "description = \"\"", "needs a `description`"),
    ("\"Any text.\"", "\"A\"\nminLength = \"3\"", "minLength", "wrong type"),
    ("\"Any text.\"", "\"A\"\nminLength = 3\nmaxLength = 2", "minLength", "above"),
    ("\"Any text.\"", "\"A\"\nenum = []", "enum", "different texts"),
    ("\"Any text.\"", "\"A\"\ndefault = 5", "default", "does not fit"),
    ("\"Any text.\"", "\"A\"\nx-advanced = true", "x-advanced", "needs a default"),
    ("\"Any text.\"", "\"A\"\nx-accept = [\"text/plain\"]", "x-accept", "belongs to files"),
    ("\"Any file.\"", "\"A\"\nx-accept = [\"image/png\"]", "x-accept", "cannot be read"),
    ("format = \"file\"", "format = \"photo\"", "format = \"photo\"", "`format` must be"),
    ("format = \"file\"", "format = \"pages\"", "format = \"pages\"", "`format` must be"),
    ("id = \"ask\"", "id = \"read\"", "id = \"read\"\nname = \"Ask\"", "two steps"),
    ("id = \"ask\"", "id = \"a-b\"", "a-b", "small letters"),
    ("name = \"Ask\"", "name = \"\"", "name = \"\"", "one line"),
    ("kind = \"prompt\"", "kind = \"think\"", "kind = \"think\"", "unknown variant"),
    ("kind = \"prompt\"", "kind = \"fetch\"", "prompt = ", "does not belong"),
    ("file = \"{{", "url = \"{{", "url = ", "does not belong"),
    ("file = \"{{", "full = \"true\"\nfile = \"{{", "full = ", "does not belong"),
    ("file = \"{{", "next = \"Next\"\nfile = \"{{", "next = ", "does not belong"),
    ("kind = \"read\"", "kind = \"collect\"", "file = ", "does not belong"),
    ("max_output_tokens = 20\n", "", "[[steps]]\nid = \"ask\"", "needs `max_output_tokens`"),
    ("= 20", "= 4097", "max_output_tokens", "between 1 and 4096"),
    ("= 20", "= 0", "max_output_tokens", "between 1 and 4096"),
    ("\"inputs.paper\"", "\"inputs.pap\"", "when", "no input `pap`"),
    ("\"inputs.paper\"", "\"inputs.paper and\"", "when", "syntax error"),
    ("\"inputs.paper\"", "\"steps.ask\"", "when", "does not come before"),
    ("inputs.paper }}", "inputs.text }}", "file = ", "format \"file\""),
    ("material(item)", "material(itm)", "{{ material(itm)", "no `itm`"),
    ("material(item)", "steps.read.text }}{% if", "steps.read.text", "syntax error"),
    ("material(item)", "item | shout", "{{ item | shout", "unknown filter"),
    ("One line.", "{{ inputs.paper }}", "{{ inputs.paper }}\n{{", "is a file"),
    ("(inputs.text, 100)", "('abc', 100)", "[inputs.properties.text]", "used nowhere"),
    (
        "type = \"object\"\n[steps",
        "type = \"string\"\n[steps",
        "type = \"string\"\n[steps",
        "object",
    ),
    ("a]\ntype = \"string\"", "a]\ntype = \"date\"", "type = \"date\"", "`type` must be"),
    ("\"steps.ask\"", "\"steps.asks\"", "value", "no step `asks`"),
    ("\"own.json\"", "\"own.md\"", "file_name", "must end in .json"),
    ("each = 3", "each = 51", "each = 51", "between 1 and 50"),
];

#[test]
fn every_kind_of_mistake_is_told_with_its_line() {
    for (number, (there, instead, at, reason)) in CASES.iter().enumerate() {
        assert_eq!(GOOD.matches(there).count(), 1, "case {number}: {there} is not unique");
        let bad = GOOD.replace(there, instead);
        let folder = Folder::new(&format!("case-{number}")).with("own.toml", &bad);
        let book = folder.book();
        let told = book.refused();
        let line = line_of(&bad, at);
        let right = |one: &Refusal| one.line == line && one.reason.contains(reason);
        assert!(told.iter().any(right), "case {number}: not ({line}, {reason}) but {told:#?}");
        assert!(book.get("own").is_none(), "case {number}");
    }
}

#[test]
fn a_bad_file_keeps_no_other_from_loading() {
    let own = |id: &str| GOOD.replace("id = \"own\"", &format!("id = \"{id}\""));
    let folder = Folder::new("several")
        .with("a.toml", own("a"))
        .with("b.toml", "nonsense")
        .with("c.toml", b"id = \"c\"\nname = \"\xff\"".as_slice())
        .with("d.toml", "x".repeat(70_000))
        .with("e.toml", own("e"))
        .with("notes.md", "not a tool")
        .with(".hidden.toml", "not a tool either");
    let book = folder.book();
    let ids: Vec<String> = book.list().iter().map(|tool| tool.id.clone()).collect();
    assert_eq!(ids, ["a", "e"]);
    let told: Vec<_> = book.refused().iter().map(|one| (one.file.as_str(), one.line)).collect();
    assert_eq!(told, [("b.toml", 1), ("c.toml", 2), ("d.toml", 0)]);
}

#[test]
fn what_comes_with_ampere_cannot_be_replaced() {
    let mine = GOOD.replace("id = \"own\"", "id = \"translate\"");
    let folder = Folder::new("shadow").with("translate.toml", mine).with("own.toml", GOOD);
    let book = ToolBook::built_in().with_folder(&folder.0);
    assert_eq!(book.get("translate").unwrap().name, "Translate");
    assert_eq!(book.get("own").unwrap().name, "Own tool");
    let told = book.refused();
    assert_eq!((told.len(), told[0].line), (1, 1));
    assert!(told[0].reason.contains("there is a tool `translate` already"), "{told:?}");
}

#[test]
fn the_tool_in_the_manual_loads() {
    let manual = include_str!("../../../../docs/TOOLS.md");
    let (_, rest) = manual.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let folder = Folder::new("manual").with("name-ideas.toml", example);
    assert_eq!(folder.book().refused(), []);
    assert!(folder.book().get("name-ideas").is_some());
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let book = ToolBook::built_in().with_folder(&std::env::temp_dir().join("ampere-no-such"));
    assert_eq!(book.refused().len(), 1);
    assert!(book.list().len() >= 12);
}
