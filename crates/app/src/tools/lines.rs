//! Where something stands in a declaration's file: from a path of keys to a line.
//!
//! Never judges what stands there. Read next: `validation`, which names the paths.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One key of the way to a place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// Of a table.
    Name(String),
    /// Of a list, from 0.
    Index(usize),
}

impl From<&str> for Key {
    fn from(name: &str) -> Key {
        Key::Name(name.to_owned())
    }
}

impl From<usize> for Key {
    fn from(index: usize) -> Key {
        Key::Index(index)
    }
}

/// The line, from 1, of the byte at `at`.
pub(super) fn line_of(text: &str, at: usize) -> u32 {
    let before = text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count();
    u32::try_from(before + 1).unwrap_or(u32::MAX)
}

/// The line of the deepest place on the way `path` that is really there.
pub(super) fn line_at(text: &str, path: &[Key]) -> u32 {
    let Ok(root) = DeTable::parse(text) else { return 1 };
    let mut line = 1;
    let mut here = Place::Table(root.get_ref());
    for key in path {
        let Some((span, next)) = here.step(key) else { break };
        line = line_of(text, span.start);
        here = next;
    }
    line
}

/// The line of the `line`th line of the text that stands at `path`.
pub(super) fn line_within(text: &str, path: &[Key], line: u32) -> u32 {
    let Ok(root) = DeTable::parse(text) else { return 1 };
    let mut here = Place::Table(root.get_ref());
    for key in path {
        let Some((_, next)) = here.step(key) else { return line_at(text, path) };
        here = next;
    }
    let Place::Value(value) = here else { return line_at(text, path) };
    let span = value.span();
    let first = line_of(text, span.start);
    let raw = text.get(span).unwrap_or_default();
    // A line that ends in a backslash goes on: which line was meant cannot be told any more.
    if raw.contains("\\\n") {
        return first;
    }
    // The line break after the opening marks does not belong to the text.
    let opened = ["\"\"\"\n", "'''\n", "\"\"\"\r\n", "'''\r\n"];
    let skipped = u32::from(opened.iter().any(|marks| raw.starts_with(marks)));
    first + skipped + line.saturating_sub(1)
}

/// The names in the table at `path`, as they follow each other in the file.
pub(super) fn names_at(text: &str, path: &[Key]) -> Vec<String> {
    let Ok(root) = DeTable::parse(text) else { return Vec::new() };
    let mut here = Place::Table(root.get_ref());
    for key in path {
        let Some((_, next)) = here.step(key) else { return Vec::new() };
        here = next;
    }
    let Place::Table(table) = here else { return Vec::new() };
    let mut names: Vec<_> =
        table.keys().map(|name| (name.span().start, name.get_ref().to_string())).collect();
    names.sort();
    names.into_iter().map(|(_, name)| name).collect()
}

enum Place<'a> {
    Table(&'a DeTable<'a>),
    Value(&'a Spanned<DeValue<'a>>),
}

impl<'a> Place<'a> {
    /// One key further: where the key stands, and what it leads to.
    fn step(&self, key: &Key) -> Option<(Range<usize>, Place<'a>)> {
        match key {
            Key::Name(name) => {
                let (at, value) =
                    self.table()?.iter().find(|(at, _)| at.get_ref().as_ref() == name)?;
                Some((at.span(), Place::of(value)))
            }
            Key::Index(index) => {
                let Place::Value(list) = self else { return None };
                let value = list.get_ref().as_array()?.get(*index)?;
                Some((value.span(), Place::of(value)))
            }
        }
    }

    fn of(value: &'a Spanned<DeValue<'a>>) -> Place<'a> {
        match value.get_ref() {
            DeValue::Table(table) => Place::Table(table),
            _ => Place::Value(value),
        }
    }

    fn table(&self) -> Option<&'a DeTable<'a>> {
        match self {
            Place::Table(table) => Some(table),
            Place::Value(_) => None,
        }
    }
}
