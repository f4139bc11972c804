//! The tools of an installation: those that come with Ampere, and the operator's own.
//!
//! Owns which files are loaded and which are refused, with line and reason; a refused file keeps
//! no other from being loaded. Never changes while the server runs. An operator's file cannot
//! take the id of a tool that comes with Ampere: what people know by a name, and what its receipts
//! and estimates refer to, must not quietly become something else.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rust_embed::RustEmbed;
use serde_json::Value;

use super::declaration::{Tool, misplaced};
use super::lines::{Key, line_at, line_of, line_within, names_at};
use super::validation::{Fault, faults};

/// Bytes of a declaration.
const LARGEST_FILE: u64 = 64 * 1024;
/// Files of the operator's folder.
const MOST_FILES: usize = 200;

#[derive(RustEmbed)]
#[folder = "../../tools"]
struct BuiltIn;

/// A file that was not loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its name.
    pub file: String,
    /// The line, from 1; 0 where no line is at fault (the file cannot be read at all).
    pub line: u32,
    /// What is wrong, a sentence.
    pub reason: String,
}

/// All tools, by id.
#[derive(Debug, Clone, Default)]
pub struct ToolBook {
    tools: BTreeMap<String, Arc<Tool>>,
    /// The file of each tool.
    files: BTreeMap<String, String>,
    refused: Vec<Refusal>,
}

impl ToolBook {
    /// The tools that come with Ampere.
    pub fn built_in() -> ToolBook {
        let mut book = ToolBook::default();
        let mut names: Vec<_> = BuiltIn::iter().filter(|name| name.ends_with(".toml")).collect();
        names.sort();
        for name in names {
            if let Some(file) = BuiltIn::get(&name) {
                book.add(&name, &file.data);
            }
        }
        book
    }

    /// Adds the files `*.toml` of a folder, in the order of their names; others are no tools.
    #[must_use]
    pub fn with_folder(mut self, folder: &Path) -> ToolBook {
        let names = match toml_names(folder) {
            Ok(names) => names,
            Err(error) => {
                self.refuse(&folder.display().to_string(), 0, format!("cannot be read: {error}"));
                return self;
            }
        };
        for (number, name) in names.iter().enumerate() {
            if number >= MOST_FILES {
                self.refuse(name, 0, format!("a folder may have {MOST_FILES} tools"));
                continue;
            }
            match content(&folder.join(name)) {
                Ok(bytes) => self.add(name, &bytes),
                Err(reason) => self.refuse(name, 0, reason),
            }
        }
        self
    }

    /// A tool.
    pub fn get(&self, id: &str) -> Option<Arc<Tool>> {
        self.tools.get(id).cloned()
    }

    /// All tools, by their names.
    pub fn list(&self) -> Vec<Arc<Tool>> {
        let mut tools: Vec<_> = self.tools.values().cloned().collect();
        tools.sort_by_cached_key(|tool| (tool.name.to_lowercase(), tool.id.clone()));
        tools
    }

    /// What was not loaded, and why.
    pub fn refused(&self) -> &[Refusal] {
        &self.refused
    }

    fn refuse(&mut self, file: &str, line: u32, reason: String) {
        self.refused.push(Refusal { file: file.to_owned(), line, reason });
    }

    fn add(&mut self, file: &str, bytes: &[u8]) {
        let tool = match read(file, bytes) {
            Ok(tool) => tool,
            Err(refusals) => return self.refused.extend(refusals),
        };
        if let Some(other) = self.files.get(&tool.id) {
            let reason = format!("there is a tool `{}` already, in {other}", tool.id);
            let text = String::from_utf8_lossy(bytes);
            let line = line_at(&text, &[Key::from("id")]);
            return self.refuse(file, line, reason);
        }
        self.files.insert(tool.id.clone(), file.to_owned());
        self.tools.insert(tool.id.clone(), Arc::new(tool));
    }
}

fn toml_names(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".toml") && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn content(path: &Path) -> Result<Vec<u8>, String> {
    let unread = |error: std::io::Error| format!("cannot be read: {error}");
    let about = std::fs::metadata(path).map_err(unread)?;
    if !about.is_file() {
        return Err("is not a file".to_owned());
    }
    if about.len() > LARGEST_FILE {
        return Err(format!("has {} bytes; at most {LARGEST_FILE} are read", about.len()));
    }
    std::fs::read(path).map_err(unread)
}

/// The tool that a file declares.
///
/// # Errors
/// Everything that is wrong, each with its line, in the order of lines.
fn read(file: &str, bytes: &[u8]) -> Result<Tool, Vec<Refusal>> {
    let refusal = |line, reason: String| Refusal { file: file.to_owned(), line, reason };
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = line_of(&String::from_utf8_lossy(bytes), error.valid_up_to());
        vec![refusal(line, "is not text in UTF-8".to_owned())]
    })?;
    let mut tool: Tool = toml::from_str(text).map_err(|error| unread(file, text, &error))?;
    let stem = file.strip_suffix(".toml").unwrap_or(file);
    let found = faults(&tool, stem);
    if !found.is_empty() {
        let told = |fault: Fault| {
            let line = match fault.line {
                Some(line) => line_within(text, &fault.at, line),
                None => line_at(text, &fault.at),
            };
            refusal(line, fault.reason)
        };
        let mut refusals: Vec<Refusal> = found.into_iter().map(told).collect();
        refusals.sort_by_key(|refusal| refusal.line);
        return Err(refusals);
    }
    let order = names_at(text, &["inputs", "properties"].map(Key::from));
    if let Some(inputs) = tool.inputs.as_object_mut() {
        inputs.insert("x-order".to_owned(), Value::from(order));
    }
    Ok(tool)
}

/// What is told of a file that is no declaration.
fn unread(file: &str, text: &str, error: &toml::de::Error) -> Vec<Refusal> {
    let refusal = |line, reason| Refusal { file: file.to_owned(), line, reason };
    let told: Vec<Refusal> = misplaced(text)
        .into_iter()
        .map(|(number, key, reason)| {
            let step = ["steps".into(), number.into()];
            let path: Vec<Key> = step.into_iter().chain(key.map(Key::from)).collect();
            refusal(line_at(text, &path), reason)
        })
        .collect();
    if !told.is_empty() {
        return told;
    }
    let line = error.span().map_or(0, |span| line_of(text, span.start));
    vec![refusal(line, error.message().replace('\n', ", "))]
}
