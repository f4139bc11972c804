//! Whether a workflow makes sense, with every mistake at its place.
//!
//! Owns: the rules for what people put together in the editor. Pointers are JSON pointers into the
//! request, `/definition/steps/0/inputs/document`. Pure; never looks into files or the database.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::definition::{
    InputKind, Source, Test, WorkflowAct, WorkflowDefinition, WorkflowInput, WorkflowStep,
};
use crate::error::{FieldError, line_mistake};
use crate::tools::{Tool, ToolBook, inputs};

/// Steps of a workflow.
const MOST_STEPS: usize = 20;
/// Things that a workflow asks for.
const MOST_INPUTS: usize = 20;
/// Characters of what people read.
const LONGEST_LINE: usize = 80;
/// Characters of a name that paths use.
const LONGEST_WORD: usize = 40;
/// Characters of a question.
const LONGEST_PROMPT: usize = 8_000;
/// Bytes of a definition.
const LARGEST: usize = 64 * 1024;

fn wrong(pointer: &str, code: &'static str, detail: impl Into<String>) -> FieldError {
    FieldError { pointer: pointer.to_owned(), code, detail: detail.into() }
}

/// A definition of the right shape, whatever it says.
///
/// # Errors
/// What has no such shape.
pub fn read(given: Value) -> Result<WorkflowDefinition, Vec<FieldError>> {
    let Value::Object(mut fields) = given else {
        return Err(vec![wrong("/definition", "wrong_type", "It must be an object.")]);
    };
    if Value::Object(fields.clone()).to_string().len() > LARGEST {
        return Err(vec![wrong("/definition", "too_long", "The workflow is too large.")]);
    }
    let mut mistakes = Vec::new();
    let inputs = list(fields.remove("inputs"), "inputs", &mut mistakes);
    let steps = list(fields.remove("steps"), "steps", &mut mistakes);
    for name in fields.keys() {
        let name = name.replace('~', "~0").replace('/', "~1");
        mistakes.push(wrong(&format!("/definition/{name}"), "unknown_field", "Unknown."));
    }
    if mistakes.is_empty() { Ok(WorkflowDefinition { inputs, steps }) } else { Err(mistakes) }
}

fn list<T: serde::de::DeserializeOwned>(
    given: Option<Value>,
    name: &str,
    mistakes: &mut Vec<FieldError>,
) -> Vec<T> {
    let pointer = format!("/definition/{name}");
    let items = match given {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items,
        Some(_) => {
            mistakes.push(wrong(&pointer, "wrong_type", "It must be a list."));
            return Vec::new();
        }
    };
    let mut read = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        match serde_json::from_value(item) {
            Ok(item) => read.push(item),
            // The reader's own words would repeat what was sent.
            Err(_) => {
                let detail = "This has not the form that it must have.";
                mistakes.push(wrong(&format!("{pointer}/{index}"), "invalid_value", detail));
            }
        }
    }
    read
}

/// Everything that is wrong with a definition; nothing if it can be run.
pub fn mistakes(definition: &WorkflowDefinition, tools: &ToolBook) -> Vec<FieldError> {
    let mut found = inputs_mistakes(&definition.inputs);
    let steps = &definition.steps;
    if steps.is_empty() {
        found.push(wrong("/definition/steps", "required", "Add a step."));
    }
    if steps.len() > MOST_STEPS {
        let detail = format!("At most {MOST_STEPS} steps.");
        found.push(wrong("/definition/steps", "too_long", detail));
        return found;
    }
    for (index, step) in steps.iter().enumerate() {
        let (before, _) = steps.split_at(index);
        let place = Place { pointer: step_pointer(index), inputs: &definition.inputs, before };
        found.extend(place.step(step, tools));
    }
    found
}

/// Tools of its steps that are not there (any more).
pub fn unknown_tools(definition: &WorkflowDefinition, tools: &ToolBook) -> Vec<FieldError> {
    let mut found = Vec::new();
    for (index, step) in definition.steps.iter().enumerate() {
        if let WorkflowAct::Tool { tool, .. } = &step.act
            && tools.get(tool).is_none()
        {
            found.push(no_tool(&step_pointer(index)));
        }
    }
    found
}

/// The steps that run tools, with the values that stand in them as they are.
pub fn fixed(definition: &WorkflowDefinition, tools: &ToolBook) -> Vec<(usize, Arc<Tool>, Value)> {
    let of_step = |(index, step): (usize, &WorkflowStep)| match &step.act {
        WorkflowAct::Tool { tool, inputs } => {
            Some((index, tools.get(tool)?, Value::Object(values_of(inputs))))
        }
        _ => None,
    };
    definition.steps.iter().enumerate().filter_map(of_step).collect()
}

/// A mistake of a form as one of the step that fills it in.
pub fn in_step(index: usize, error: FieldError) -> FieldError {
    FieldError { pointer: format!("{}{}", step_pointer(index), error.pointer), ..error }
}

fn step_pointer(index: usize) -> String {
    format!("/definition/steps/{index}")
}

fn no_tool(step: &str) -> FieldError {
    wrong(&format!("{step}/tool"), "unknown", "There is no such AI Tool (any more).")
}

fn values_of(sources: &BTreeMap<String, Source>) -> Map<String, Value> {
    let value = |(name, source): (&String, &Source)| match source {
        Source::Value(value) => Some((name.clone(), value.clone())),
        Source::From(_) => None,
    };
    sources.iter().filter_map(value).collect()
}

/// Names that paths use.
fn is_word(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(plain)
        && text.len() <= LONGEST_WORD
}

const NO_WORD: &str = "Small letters, digits and underscores, beginning with a letter.";

fn inputs_mistakes(inputs: &[WorkflowInput]) -> Vec<FieldError> {
    let mut found = Vec::new();
    if inputs.len() > MOST_INPUTS {
        let detail = format!("At most {MOST_INPUTS} inputs.");
        found.push(wrong("/definition/inputs", "too_long", detail));
    }
    for (index, input) in inputs.iter().enumerate() {
        let pointer = format!("/definition/inputs/{index}");
        let name = format!("{pointer}/name");
        if !is_word(&input.name) {
            found.push(wrong(&name, "invalid_value", NO_WORD));
        } else if inputs.iter().take(index).any(|other| other.name == input.name) {
            found.push(wrong(&name, "taken", "Another input has this name."));
        }
        found.extend(line_mistake(&format!("{pointer}/label"), &input.label, LONGEST_LINE));
    }
    found
}

/// A step's place: what it can refer to.
struct Place<'a> {
    /// `/definition/steps/0`
    pointer: String,
    inputs: &'a [WorkflowInput],
    before: &'a [WorkflowStep],
}

impl Place<'_> {
    fn step(&self, step: &WorkflowStep, tools: &ToolBook) -> Vec<FieldError> {
        let at = |field: &str| format!("{}/{field}", self.pointer);
        let mut found = Vec::new();
        if !is_word(&step.id) {
            found.push(wrong(&at("id"), "invalid_value", NO_WORD));
        } else if step.id == "inputs" || self.before.iter().any(|other| other.id == step.id) {
            found.push(wrong(&at("id"), "taken", "Another step has this id."));
        }
        found.extend(line_mistake(&at("name"), &step.name, LONGEST_LINE));
        match &step.act {
            WorkflowAct::Tool { tool, inputs } => match tools.get(tool) {
                Some(tool) => found.extend(self.tool(&tool, inputs)),
                None => found.push(no_tool(&self.pointer)),
            },
            WorkflowAct::Prompt { prompt, inputs } => {
                if prompt.trim().is_empty() {
                    found.push(wrong(&at("prompt"), "required", "Please fill this in."));
                } else if prompt.chars().count() > LONGEST_PROMPT {
                    let detail = format!("At most {LONGEST_PROMPT} characters.");
                    found.push(wrong(&at("prompt"), "too_long", detail));
                }
                for (name, source) in inputs {
                    let pointer = at(&format!("inputs/{}", escaped(name)));
                    if !is_word(name) {
                        found.push(wrong(&pointer, "invalid_value", NO_WORD));
                    }
                    found.extend(self.source(&pointer, source));
                }
            }
            WorkflowAct::Condition { left, test, right } => {
                found.extend(self.source(&at("left"), left));
                let alone = matches!(test, Test::IsEmpty | Test::IsNotEmpty);
                match right {
                    Some(right) => found.extend(self.source(&at("right"), right)),
                    None if alone => {}
                    None => found.push(wrong(&at("right"), "required", "Compare with what?")),
                }
            }
        }
        found
    }

    fn tool(&self, tool: &Tool, sources: &BTreeMap<String, Source>) -> Vec<FieldError> {
        let at = |name: &str| format!("{}/inputs/{}", self.pointer, escaped(name));
        let mut found = Vec::new();
        let mut mapped = Vec::new();
        for (name, source) in sources {
            let Source::From(path) = source else { continue };
            let property = &tool.inputs["properties"][name.as_str()];
            if property.is_null() {
                found.push(wrong(&at(name), "unknown", "This tool has no such input."));
                continue;
            }
            mapped.push(name.as_str());
            match self.source(&at(name), source) {
                Some(mistake) => found.push(mistake),
                // What a model wrote must never choose whose file is read.
                None if property["format"] == "file" && !self.is_file(path) => {
                    let detail = "A file comes from an input that asks for one.";
                    found.push(wrong(&at(name), "invalid_value", detail));
                }
                None => {}
            }
        }
        // What stands as it is, and what is missing, are as in the tool's own form.
        let form = inputs::check(&tool.inputs, Value::Object(values_of(sources)));
        let one_of = tool.inputs["x-one-of"].as_array().into_iter().flatten();
        let one_of: Vec<&str> = one_of.filter_map(Value::as_str).collect();
        let one_is_mapped = one_of.iter().any(|name| mapped.contains(name));
        for mistake in form.err().unwrap_or_default() {
            let name = mistake.pointer.rsplit('/').next().unwrap_or_default();
            let filled = mapped.contains(&name) || (one_is_mapped && one_of.contains(&name));
            if mistake.code != "required" || !filled {
                let pointer = format!("{}{}", self.pointer, mistake.pointer);
                found.push(FieldError { pointer, ..mistake });
            }
        }
        found
    }

    /// Whether a path leads to an input of the workflow that is a file.
    fn is_file(&self, path: &str) -> bool {
        let name = path.strip_prefix("inputs.");
        self.inputs
            .iter()
            .any(|input| Some(input.name.as_str()) == name && input.kind == InputKind::File)
    }

    fn source(&self, pointer: &str, source: &Source) -> Option<FieldError> {
        let Source::From(path) = source else { return None };
        let unknown = |detail: &str| Some(wrong(pointer, "unknown", detail));
        let mut names = path.split('.');
        let (first, second) = (names.next().unwrap_or_default(), names.next());
        let mut deeper = names.clone();
        if first == "inputs" {
            let there = self.inputs.iter().any(|input| Some(input.name.as_str()) == second);
            return match there && names.next().is_none() {
                true => None,
                false => unknown("The workflow has no such input."),
            };
        }
        let Some(step) = self.before.iter().find(|step| step.id == first) else {
            return unknown("No earlier step has this id.");
        };
        if matches!(step.act, WorkflowAct::Condition { .. }) {
            return unknown("A condition has no result.");
        }
        match second == Some("result") && deeper.all(|name| !name.is_empty()) {
            true => None,
            false => unknown("This is no part of a result."),
        }
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests;
