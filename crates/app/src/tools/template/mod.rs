//! The template language of tools: text with holes, and expressions over what a run knows.
//!
//! Owns: rendering and evaluating within bounds, what a fault says, and which names a template
//! uses. A template reaches nothing outside: no files, no includes, no clock; a name that is not
//! there is a fault, never an empty text. Whoever runs one on a thread that serves others should
//! remember that the bounds allow a second of work. Read next: `cutting`, `quotes`, `rows`
//! (the functions), docs/TOOLS.md (all of them, for people who write tools).

mod cutting;
mod quotes;
mod rows;

use std::collections::BTreeSet;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};
use serde_json::Value;

/// Work and memory of one rendering. One unit pays for an instruction or for 64 bytes of data:
/// this many is far more than a long page needs, and some 30 MB at most.
const FUEL: u64 = 500_000;
/// Bytes that a template may come to.
pub const LARGEST_OUTPUT: usize = 512 * 1024;
/// Names of the functions that tools have beside those of the language.
const FUNCTIONS: [&str; 15] = [
    "chunks",
    "room",
    "words",
    "clip",
    "points",
    "material",
    "quoted",
    "changes",
    "table",
    "csv",
    "tally",
    "flat",
    "range",
    "dict",
    "namespace",
];

/// What kind of mistake a template has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// It cannot be read, or uses a filter or function that does not exist.
    Written,
    /// It asks for something that is not there.
    Missing,
    /// It does too much, or comes to too much.
    TooMuch,
    /// It cannot do what it wants with the values that are there.
    Failed,
}

/// Why a template gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct TemplateFault {
    /// What kind of mistake it is.
    pub kind: FaultKind,
    /// A sentence for whoever writes the tool.
    pub reason: String,
    /// The line within the template, from 1.
    pub line: Option<u32>,
}

impl From<Error> for TemplateFault {
    fn from(error: Error) -> TemplateFault {
        let kind = match error.kind() {
            ErrorKind::SyntaxError
            | ErrorKind::BadEscape
            | ErrorKind::UnknownFilter
            | ErrorKind::UnknownTest
            | ErrorKind::UnknownFunction
            | ErrorKind::UnknownMethod
            | ErrorKind::TooManyArguments
            | ErrorKind::MissingArgument => FaultKind::Written,
            ErrorKind::UndefinedError => FaultKind::Missing,
            ErrorKind::OutOfFuel => FaultKind::TooMuch,
            _ => FaultKind::Failed,
        };
        let reason = match (kind, error.detail()) {
            (FaultKind::TooMuch, _) => "it does more than a template may".to_owned(),
            (FaultKind::Missing, None) => "it uses something that is not there".to_owned(),
            (_, Some(detail)) => format!("{}: {detail}", error.kind()),
            (_, None) => error.kind().to_string(),
        };
        let line = error.line().and_then(|line| u32::try_from(line).ok());
        TemplateFault { kind, reason, line }
    }
}

/// The text of a template. `context` is one JSON object: `inputs`, `steps`, `previous`, `today`,
/// `model` and, within an `each`, `item` and `index`.
///
/// # Errors
/// [`TemplateFault`]; nothing of the text is given then.
pub fn render(template: &str, context: &Value) -> Result<String, TemplateFault> {
    let environment = environment();
    let compiled = environment.template_from_str(template)?;
    let text = compiled.render(minijinja::Value::from(Serde(context)))?;
    within(text.len())?;
    Ok(text)
}

/// The value of an expression; the context is that of [`render`].
///
/// # Errors
/// [`TemplateFault`], also where the value is undefined or is nothing that JSON can hold.
pub fn evaluate(expression: &str, context: &Value) -> Result<Value, TemplateFault> {
    let environment = environment();
    let compiled = environment.compile_expression(expression)?;
    let value = compiled.eval(minijinja::Value::from(Serde(context)))?;
    if value.is_undefined() {
        return Err(TemplateFault {
            kind: FaultKind::Missing,
            reason: "it uses something that is not there".to_owned(),
            line: None,
        });
    }
    let value = json_of(&value)?;
    within(value.to_string().len())?;
    Ok(value)
}

/// Whether an expression's value counts as true, as `{% if %}` sees it.
///
/// # Errors
/// As [`evaluate`].
pub fn is_true(expression: &str, context: &Value) -> Result<bool, TemplateFault> {
    Ok(minijinja::Value::from(Serde(evaluate(expression, context)?)).is_true())
}

fn within(bytes: usize) -> Result<(), TemplateFault> {
    if bytes <= LARGEST_OUTPUT {
        return Ok(());
    }
    let most = LARGEST_OUTPUT / 1024;
    let reason = format!("it comes to {} KiB; at most {most} are allowed", bytes.div_ceil(1024));
    Err(TemplateFault { kind: FaultKind::TooMuch, reason, line: None })
}

/// The names of the context that a template uses, e.g. `steps.read.text`, and of functions.
pub(super) fn names_in_template(template: &str) -> Result<BTreeSet<String>, TemplateFault> {
    let environment = environment();
    let compiled = environment.template_from_str(template)?;
    Ok(names(compiled.undeclared_variables(true)))
}

/// The same of an expression.
pub(super) fn names_in_expression(expression: &str) -> Result<BTreeSet<String>, TemplateFault> {
    let environment = environment();
    let compiled = environment.compile_expression(expression)?;
    Ok(names(compiled.undeclared_variables(true)))
}

fn names(found: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    found.into_iter().filter(|name| !FUNCTIONS.contains(&name.as_str())).collect()
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // A line with nothing but a block leaves nothing behind.
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.unwrap_or_default());
    // It would print everything that a run knows.
    environment.remove_global("debug");
    cutting::add_to(&mut environment);
    quotes::add_to(&mut environment);
    rows::add_to(&mut environment);
    environment
}

/// A value of the language as JSON.
fn json_of(value: &minijinja::Value) -> Result<Value, Error> {
    serde_json::to_value(value)
        .map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))
}

#[cfg(test)]
mod tests;
