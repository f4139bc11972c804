//! What a page shows, read from its accessibility tree.
//!
//! Owns: turning the tree into text and elements, bounded. The tree is the browser's own view of
//! what people can perceive and use; no script of ours runs in the page for it, and it says nothing
//! of what is hidden. Frames of other sites are in pictures only. Never: acts.

use std::collections::HashMap;

use serde_json::Value;
use url::Url;

use crate::browser::{ELEMENTS_AT_MOST, Element, TEXT_AT_MOST};

/// The longest name or value of an element, in characters.
const NAME: usize = 300;
/// The longest title, in characters.
pub(super) const TITLE: usize = 300;
/// The most options of one choice, and what can hang below it.
const OPTIONS: usize = 200;
/// How deep a tree is followed. Deeper ones are no pages that people made.
const DEPTH: usize = 400;

/// What can be used, by Chromium's roles and ours.
const ROLES: [(&str, &str); 23] = [
    ("link", "link"),
    ("button", "button"),
    ("textbox", "textbox"),
    ("searchbox", "searchbox"),
    ("checkbox", "checkbox"),
    ("radio", "radio"),
    ("combobox", "combobox"),
    ("listbox", "listbox"),
    ("switch", "switch"),
    ("slider", "slider"),
    ("spinbutton", "spinbutton"),
    ("tab", "tab"),
    ("menuitem", "menuitem"),
    ("menuitemcheckbox", "menuitemcheckbox"),
    ("menuitemradio", "menuitemradio"),
    ("treeitem", "treeitem"),
    ("DisclosureTriangle", "button"),
    ("Date", "date"),
    ("DateTime", "datetime"),
    ("InputTime", "time"),
    ("ColorWell", "color"),
    ("PopUpButton", "button"),
    ("ToggleButton", "button"),
];

/// These are within a line of text; all others end one.
const INLINE: [&str; 20] = [
    "StaticText",
    "link",
    "strong",
    "emphasis",
    "code",
    "mark",
    "subscript",
    "superscript",
    "insertion",
    "deletion",
    "time",
    "Abbr",
    "LabelText",
    "term",
    "none",
    "image",
    "cell",
    "gridcell",
    "columnheader",
    "rowheader",
];

/// A page as it is read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) text: String,
    pub(super) elements: Vec<Element>,
    /// Chromium's nodes of the elements: the first has the mark 1.
    pub(super) nodes: Vec<u64>,
    pub(super) more: bool,
    length: usize,
    line: String,
}

/// The trees of a page's frames.
pub(super) struct Trees {
    /// Of the main frame.
    pub(super) main: Value,
    /// Those of inner frames, by the node that holds the frame.
    pub(super) inner: HashMap<u64, Value>,
}

impl Trees {
    /// Reads everything.
    pub(super) fn read(&self) -> Reading {
        let mut reading = Reading::default();
        self.tree(&self.main, &mut reading, 0);
        reading.end_line();
        reading
    }

    fn tree(&self, tree: &Value, reading: &mut Reading, depth: usize) {
        let nodes = tree["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let by_id = nodes.iter().filter_map(|node| Some((node["nodeId"].as_str()?, node)));
        let by_id: HashMap<&str, &Value> = by_id.collect();
        if let Some(root) = nodes.first() {
            self.node(&by_id, root, reading, depth);
        }
    }

    fn node(
        &self,
        by_id: &HashMap<&str, &Value>,
        node: &Value,
        reading: &mut Reading,
        depth: usize,
    ) {
        if depth > DEPTH {
            reading.more = true;
            return;
        }
        let shown = node["ignored"] != true;
        let role = node["role"]["value"].as_str().unwrap_or_default();
        let block = shown && !INLINE.contains(&role);
        if block {
            reading.end_line();
        }
        let mut within = true;
        if shown {
            within = reading.take(by_id, node, role);
        }
        if within {
            for child in children(by_id, node) {
                self.node(by_id, child, reading, depth + 1);
            }
        }
        let holds = node["backendDOMNodeId"].as_u64().and_then(|id| self.inner.get(&id));
        if let Some(tree) = holds {
            self.tree(tree, reading, depth + 1);
        }
        if matches!(role, "cell" | "gridcell" | "columnheader" | "rowheader") {
            reading.line.push(' ');
        }
        if block {
            reading.end_line();
        }
    }
}

impl Reading {
    /// Takes what a node says; false: what is below it is part of it, and not read again.
    fn take(&mut self, by_id: &HashMap<&str, &Value>, node: &Value, role: &str) -> bool {
        let name = node["name"]["value"].as_str().unwrap_or_default();
        match role {
            "StaticText" | "ListMarker" => {
                self.line.push_str(name);
                return false;
            }
            "LineBreak" => {
                self.end_line();
                return false;
            }
            _ => {}
        }
        let rich = property(node, "editable").is_some_and(|value| value == "richtext")
            && property(node, "focusable").is_some_and(|value| value == true);
        let usable = ROLES.iter().find(|(theirs, _)| *theirs == role).map(|(_, ours)| *ours);
        let Some(role) = usable.or(rich.then_some("textbox")) else { return true };
        if property(node, "disabled").is_none_or(|value| value != true) {
            self.element(by_id, node, role, name);
        }
        // What a field holds is its value, and what it offers are its options.
        matches!(role, "link" | "button" | "tab" | "menuitem" | "treeitem" | "listitem")
    }

    fn element(&mut self, by_id: &HashMap<&str, &Value>, node: &Value, role: &str, name: &str) {
        let Some(id) = node["backendDOMNodeId"].as_u64() else { return };
        if self.elements.len() >= ELEMENTS_AT_MOST {
            self.more = true;
            return;
        }
        let checked = property(node, "checked").or_else(|| property(node, "pressed"));
        let value = match checked {
            Some(Value::String(checked)) => checked.clone(),
            Some(other) => other.to_string(),
            None => plain(&node["value"]["value"]),
        };
        let mut options = Vec::new();
        if matches!(role, "combobox" | "listbox") {
            gather(by_id, node, &mut options, 0);
        }
        // What can be edited ends with a line break of its own.
        let value = value.trim_end_matches('\n');
        // A password is shown as dots, and is not told even so.
        let value = if value.starts_with('•') { String::new() } else { cut(value, NAME) };
        let mark = u32::try_from(self.elements.len() + 1).unwrap_or(u32::MAX);
        let (role, name) = (role.to_owned(), cut(&folded(name), NAME));
        self.elements.push(Element { mark, role, name, value, options });
        self.nodes.push(id);
    }

    fn end_line(&mut self) {
        let line = folded(&std::mem::take(&mut self.line));
        if line.is_empty() {
            return;
        }
        let room = TEXT_AT_MOST.saturating_sub(self.length + 1);
        let kept: String = line.chars().take(room).collect();
        self.more |= kept.len() < line.len();
        if kept.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
            self.length += 1;
        }
        self.length += kept.chars().count();
        self.text.push_str(&kept);
    }
}

fn children<'a>(
    by_id: &HashMap<&str, &'a Value>,
    node: &'a Value,
) -> impl Iterator<Item = &'a Value> {
    let ids = node["childIds"].as_array().map(Vec::as_slice).unwrap_or_default();
    ids.iter().filter_map(|id| by_id.get(id.as_str()?).copied())
}

fn gather(by_id: &HashMap<&str, &Value>, node: &Value, options: &mut Vec<String>, depth: usize) {
    for child in children(by_id, node) {
        if options.len() >= OPTIONS || depth > 8 {
            return;
        }
        if child["role"]["value"] == "option" {
            let name = child["name"]["value"].as_str().unwrap_or_default();
            options.push(cut(&folded(name), NAME));
        } else {
            gather(by_id, child, options, depth + 1);
        }
    }
}

fn property<'a>(node: &'a Value, name: &str) -> Option<&'a Value> {
    let properties = node["properties"].as_array()?;
    let found = properties.iter().find(|property| property["name"] == name)?;
    found["value"].get("value")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// White space of every kind as single spaces.
pub(super) fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// An address as people may see it: without a user name or password, and none for no page.
pub(super) fn shown_url(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else { return String::new() };
    if !matches!(url.scheme(), "http" | "https") {
        return String::new();
    }
    // Neither can fail for these schemes.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn node(id: &str, role: &str, name: &str, children: &[&str]) -> Value {
        let number: u64 = id.parse().unwrap();
        json!({
            "nodeId": id, "ignored": false, "role": { "value": role }, "name": { "value": name },
            "childIds": children, "backendDOMNodeId": number,
        })
    }

    fn read(nodes: Vec<Value>) -> Reading {
        Trees { main: json!({ "nodes": nodes }), inner: HashMap::new() }.read()
    }

    #[test]
    fn lines_end_where_blocks_do_and_words_stay_together() {
        let reading = read(vec![
            node("1", "RootWebArea", "Title", &["2", "5"]),
            node("2", "paragraph", "", &["3", "4"]),
            node("3", "StaticText", "two  ", &[]),
            node("4", "StaticText", "words", &[]),
            node("5", "heading", "End", &["6"]),
            node("6", "StaticText", "End", &[]),
        ]);
        assert_eq!(reading.text, "two words\nEnd");
        assert!(!reading.more);
    }

    #[test]
    fn elements_have_what_is_needed_to_use_them_and_no_password() {
        let mut password = node("3", "textbox", "Secret", &[]);
        password["value"] = json!({ "value": "••••" });
        let mut disabled = node("4", "button", "No", &[]);
        disabled["properties"] = json!([{ "name": "disabled", "value": { "value": true } }]);
        let mut checked = node("5", "checkbox", "Yes", &[]);
        checked["properties"] = json!([{ "name": "checked", "value": { "value": "true" } }]);
        let reading = read(vec![
            node("1", "RootWebArea", "", &["2", "3", "4", "5"]),
            node("2", "combobox", "Size", &["6"]),
            password,
            disabled,
            checked,
            node("6", "MenuListPopup", "", &["7", "8"]),
            node("7", "option", "Small", &[]),
            node("8", "option", "Large", &[]),
        ]);
        let seen: Vec<_> =
            reading.elements.iter().map(|one| (one.mark, one.name.as_str())).collect();
        assert_eq!(seen, [(1, "Size"), (2, "Secret"), (3, "Yes")]);
        assert_eq!(reading.nodes, [2, 3, 5]);
        assert_eq!(reading.elements[0].options, ["Small", "Large"]);
        assert_eq!(reading.elements[1].value, "");
        assert_eq!(reading.elements[2].value, "true");
    }

    #[test]
    fn what_is_too_much_is_cut_and_said() {
        let ids: Vec<String> = (2..300).map(|id: u32| id.to_string()).collect();
        let names: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut nodes = vec![node("1", "RootWebArea", "", &names)];
        nodes.extend(names.iter().map(|id| node(id, "button", "Push", &[])));
        let reading = read(nodes);
        assert!(reading.more && reading.elements.len() == ELEMENTS_AT_MOST);
        let long = "é ".repeat(TEXT_AT_MOST);
        let text = vec![node("1", "RootWebArea", "", &["2"]), node("2", "StaticText", &long, &[])];
        let reading = read(text);
        assert!(reading.more && reading.text.chars().count() <= TEXT_AT_MOST);
        // A tree that is its own child ends too.
        assert!(read(vec![node("1", "RootWebArea", "", &["1"])]).more);
    }

    #[test]
    fn an_address_is_shown_without_secrets() {
        let shown = [
            ("https://me:secret@a.test/x?y#z", "https://a.test/x?y#z"),
            ("about:blank", ""),
            ("file:///etc/passwd", ""),
            ("no url", ""),
        ];
        for (url, expected) in shown {
            assert_eq!(shown_url(url), expected);
        }
    }
}
