//! Form-encoded requests with brackets: `items[0][price]=…`, `expand[]=…`.
//!
//! Owns: reading them, and finding what nobody has read: an unknown parameter is refused, never
//! passed over. Read next: `route`.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::json::Reading;
use crate::refusal::Refusal;

/// The parameters of one request, query and body together.
pub(crate) struct Params {
    tree: Value,
    /// Dotted paths that somebody has asked for.
    read: RefCell<BTreeSet<String>>,
}

impl Params {
    /// Reads `a=1&b[c][]=2`.
    pub fn parse(encoded: &str) -> Result<Self, Refusal> {
        let mut tree = Value::Object(Map::new());
        for pair in encoded.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decoded(name)?, decoded(value)?);
            put(&mut tree, &steps(&name)?, value).map_err(|()| Refusal::bad(&name, "twice"))?;
        }
        Ok(Params { tree, read: RefCell::default() })
    }

    /// All of it, for comparing two requests.
    pub fn canonical(&self) -> String {
        crate::json::canonical(&self.tree)
    }

    pub fn has(&self, path: &str) -> bool {
        !self.tree.at(path).is_null()
    }

    /// The text at a dotted path.
    pub fn text(&self, path: &str) -> Option<&str> {
        let found = self.tree.at(path).as_str();
        if found.is_some() {
            self.read.borrow_mut().insert(path.to_owned());
        }
        found
    }

    pub fn need(&self, path: &str) -> Result<&str, Refusal> {
        let found = self.text(path).filter(|text| !text.is_empty());
        found.ok_or_else(|| Refusal::missing(&bracketed(path)))
    }

    pub fn int(&self, path: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.text(path).filter(|text| !text.is_empty()) else { return Ok(None) };
        let whole = text.parse().map(Some);
        whole.map_err(|_| Refusal::bad(&bracketed(path), &format!("integer {text}")))
    }

    pub fn flag(&self, path: &str) -> Result<Option<bool>, Refusal> {
        match self.text(path) {
            None | Some("") => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(Refusal::bad(&bracketed(path), &format!("boolean {other}"))),
        }
    }

    /// One of the words.
    pub fn word(&self, path: &str, words: &[&str]) -> Result<Option<&str>, Refusal> {
        match self.text(path) {
            Some(word) if !words.contains(&word) => Err(Refusal::bad(
                &bracketed(path),
                &format!("{word}, must be one of {}", words.join(", ")),
            )),
            found => Ok(found),
        }
    }

    /// How many entries a list has.
    pub fn rows(&self, path: &str) -> usize {
        self.tree.at(path).as_object().map_or(0, Map::len)
    }

    /// Every text below a path.
    pub fn texts(&self, path: &str) -> Vec<String> {
        self.keep(&[path]);
        let members = self.tree.at(path).as_object();
        let rows = members.into_iter().flat_map(Map::values);
        rows.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// What was asked to be expanded.
    pub fn expand(&self) -> Vec<String> {
        self.texts("expand")
    }

    /// Merges key-value pairs as `metadata` does: an empty value takes the key away.
    pub fn merge(&self, path: &str, into: &mut Value) {
        self.keep(&[path]);
        let mut members = into.as_object().cloned().unwrap_or_default();
        match self.tree.at(path) {
            Value::String(text) if text.is_empty() => members.clear(),
            Value::Object(pairs) => {
                for (name, value) in pairs {
                    match value.as_str() {
                        Some("") => drop(members.remove(name)),
                        _ => drop(members.insert(name.clone(), value.clone())),
                    }
                }
            }
            _ => {}
        }
        *into = Value::Object(members);
    }

    /// Known, with no meaning here: e.g. the language of a page.
    pub fn keep(&self, paths: &[&str]) {
        self.read.borrow_mut().extend(paths.iter().map(|path| (*path).to_owned()));
    }

    /// A parameter that nobody has read, with its brackets.
    pub fn unread(&self) -> Option<String> {
        let mut leaves = Vec::new();
        collect(&self.tree, String::new(), &mut leaves);
        let read = self.read.borrow();
        let known = |leaf: &String| {
            let under = |path: &String| leaf.starts_with(&format!("{path}."));
            read.contains(leaf) || read.iter().any(under)
        };
        leaves.into_iter().find(|leaf| !known(leaf)).map(|leaf| bracketed(&leaf))
    }
}

fn collect(value: &Value, path: String, leaves: &mut Vec<String>) {
    let Some(members) = value.as_object() else { return leaves.push(path) };
    for (name, value) in members {
        let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        collect(value, below, leaves);
    }
}

fn bracketed(path: &str) -> String {
    let mut parts = path.split('.');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| format!("{name}[{part}]"))
}

/// `a[b][]` → `a`, `b`, ``.
fn steps(name: &str) -> Result<Vec<String>, Refusal> {
    let (first, rest) = name.split_at(name.find('[').unwrap_or(name.len()));
    let mut found = vec![first.to_owned()];
    let mut rest = rest;
    while !rest.is_empty() {
        let inner = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let Some((step, after)) = inner else { return Err(Refusal::bad(name, "brackets")) };
        found.push(step.to_owned());
        rest = after;
    }
    Ok(found)
}

fn put(tree: &mut Value, steps: &[String], value: String) -> Result<(), ()> {
    let (Some((first, rest)), Some(members)) = (steps.split_first(), tree.as_object_mut()) else {
        return Err(());
    };
    let name = if first.is_empty() { members.len().to_string() } else { first.clone() };
    if rest.is_empty() {
        // The same name again means the last one, as with every form.
        members.insert(name, Value::String(value));
        return Ok(());
    }
    put(members.entry(name).or_insert_with(|| Value::Object(Map::new())), rest, value)
}

fn decoded(text: &str) -> Result<String, Refusal> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = [rest.next().unwrap_or(b'x'), rest.next().unwrap_or(b'x')];
                let pair = std::str::from_utf8(&digits).ok();
                let byte = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
                bytes.push(byte.ok_or_else(|| Refusal::bad("request", "percent encoding"))?);
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).map_err(|_| Refusal::bad("request", "UTF-8"))
}
