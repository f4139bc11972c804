//! What a call would do: found in the organization, checked by its form, nothing done yet.
//!
//! A call that cannot be done is an answer with its faults, never a failure of the run. Reads only;
//! everything is looked up with the caller's present rights and organization.

use std::collections::BTreeSet;

use ampere_adapters::ai::ToolCall;
use ampere_credits::{FileId, WorkflowId};
use ampere_store::rows::FileRow;
use serde_json::{Map, Value};

use super::hosts::Hosts;
use super::material::line;
use super::specs::{BROWSE, LIST_TOOLS, READ_FILE, RUN_TOOL, RUN_WORKFLOW};
use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, FieldError};
use crate::tasks::{Definition, What};
use crate::tools::inputs;

/// Characters of a task for the browser.
const LONGEST_TASK: usize = 4_000;
/// Mistakes of a form that are told.
const MOST_MISTAKES: usize = 5;

/// What would be done.
pub(super) enum Deed {
    /// Tells of all tools and workflows, or of one.
    List(Option<String>),
    /// Runs a tool or a workflow.
    Run(Box<Order>),
    /// Reads a file from a character on.
    Read(FileRow, usize),
    /// Drives a browser.
    Browse { task: String, url: String },
}

/// A tool or a workflow with its form filled in.
pub(super) struct Order {
    pub(super) what: What,
    pub(super) definition: Definition,
    pub(super) inputs: Value,
}

/// A call in words, and what it would do or why it cannot.
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) inputs: Value,
    pub(super) deed: Result<Deed, String>,
}

impl Deed {
    /// The addresses that the model chose, which this would open.
    pub(super) fn addresses(&self) -> Vec<&str> {
        match self {
            Deed::Browse { url, .. } => vec![url],
            Deed::Run(order) => order.addresses(),
            Deed::List(_) | Deed::Read(..) => Vec::new(),
        }
    }
}

impl Order {
    /// What was put in where the form asks for one of these.
    fn of_formats(&self, formats: &[&str]) -> Vec<&Value> {
        let form = self.definition.form();
        let wanted = |name: &String| {
            form["properties"][name.as_str()]["format"]
                .as_str()
                .is_some_and(|format| formats.contains(&format))
        };
        let inputs = self.inputs.as_object().into_iter().flatten();
        inputs.filter(|(name, _)| wanted(name)).map(|(_, value)| value).collect()
    }

    fn addresses(&self) -> Vec<&str> {
        let texts = self.of_formats(&["url", "pages"]).into_iter().flat_map(|value| match value {
            Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
            other => other.as_str().into_iter().collect::<Vec<_>>(),
        });
        texts.filter(|text| !text.trim().is_empty()).collect()
    }

    /// The files that its form names.
    fn files(&self) -> BTreeSet<&str> {
        let ids = self.of_formats(&["file"]).into_iter().filter_map(Value::as_str);
        ids.filter(|id| !id.is_empty()).collect()
    }

    /// The sites that stand in what people wrote down beforehand.
    pub(super) fn hosts(&self) -> Hosts {
        let text = serde_json::to_string(&self.definition).unwrap_or_default();
        Hosts::named_in([text.as_str()])
    }
}

/// Looks up and checks a call. `files`: those of the session.
///
/// # Errors
/// Only when the database cannot be read.
pub(super) async fn look(
    app: &App,
    caller: &Caller,
    call: &ToolCall,
    files: &[FileRow],
) -> Result<Asked, AppError> {
    let inputs = serde_json::from_str(&call.arguments).unwrap_or(Value::Null);
    let asked = |name: &str, deed| Asked { name: line(name), inputs: inputs.clone(), deed };
    let text = |name: &str| inputs[name].as_str().map(str::trim).unwrap_or_default().to_owned();
    Ok(match call.name.as_str() {
        LIST_TOOLS => {
            let about = Some(text("about")).filter(|about| !about.is_empty());
            asked("Look at the AI Tools", Ok(Deed::List(about)))
        }
        RUN_TOOL => {
            let found = app.pinned(caller, &What::Tool(text("tool"))).await;
            let what = What::Tool(text("tool"));
            order(found, what, &inputs["inputs"], files, asked)?
        }
        RUN_WORKFLOW => {
            let id = text("workflow").parse::<WorkflowId>();
            let what = id.ok().map(What::Workflow);
            match what {
                Some(what) => {
                    let found = app.pinned(caller, &what).await;
                    order(found, what, &inputs["inputs"], files, asked)?
                }
                None => asked("Run a workflow", Err(missing("workflow"))),
            }
        }
        READ_FILE => match file(&text("file"), files) {
            Some(row) => {
                let from = inputs["from"].as_u64().unwrap_or(0);
                let from = usize::try_from(from).unwrap_or(usize::MAX);
                asked(&format!("Read {}", row.name), Ok(Deed::Read(row.clone(), from)))
            }
            None => asked("Read a file", Err(no_file(files))),
        },
        BROWSE => {
            let (task, url) = (text("task"), text("url"));
            let site = super::hosts::host_of(&url).unwrap_or_else(|| "a page".to_owned());
            asked(&format!("Browse {site}"), browsing(task, url))
        }
        other => asked(
            &format!("Use \u{201c}{other}\u{201d}"),
            Err("There is no such tool. You have only those that you were told of.".to_owned()),
        ),
    })
}

fn browsing(task: String, url: String) -> Result<Deed, String> {
    if task.is_empty() || task.chars().count() > LONGEST_TASK {
        return Err(format!("`task` must have 1 to {LONGEST_TASK} characters."));
    }
    if super::hosts::host_of(&url).is_none() {
        return Err("`url` must be an address of a page, with http:// or https://.".to_owned());
    }
    Ok(Deed::Browse { task, url })
}

fn order(
    found: crate::Done<(Definition, ampere_store::rows::RunKind, String)>,
    what: What,
    given: &Value,
    files: &[FileRow],
    asked: impl Fn(&str, Result<Deed, String>) -> Asked,
) -> Result<Asked, AppError> {
    let kind = if matches!(what, What::Tool(_)) { "tool" } else { "workflow" };
    let definition = match found {
        Ok((definition, _, _)) => definition,
        Err(error @ (AppError::Unavailable | AppError::Internal)) => return Err(error),
        Err(AppError::Conflict(why)) => {
            return Ok(asked(&format!("Run a {kind}"), Err(format!("{why}."))));
        }
        Err(_) => return Ok(asked(&format!("Run a {kind}"), Err(missing(kind)))),
    };
    let form = definition.form();
    let name = definition.name().to_owned();
    let told = |mistakes: &[FieldError]| {
        let each = mistakes.iter().take(MOST_MISTAKES).map(|mistake| {
            format!("`{}`: {}", mistake.pointer.trim_start_matches("/inputs/"), mistake.detail)
        });
        format!("{} What it takes: {form}", each.collect::<Vec<_>>().join(" "))
    };
    let inputs = match inputs::check(&form, with_file_ids(&form, given, files)) {
        Ok(inputs) => inputs,
        Err(mistakes) => return Ok(asked(&name, Err(told(&mistakes)))),
    };
    let order = Order { what, definition, inputs };
    let known = |id: &&str| file(id, files).is_some();
    if !order.files().iter().all(known) {
        return Ok(asked(&name, Err(no_file(files))));
    }
    Ok(asked(&name, Ok(Deed::Run(Box::new(order)))))
}

/// Models name files as people do: by their names.
fn with_file_ids(form: &Value, given: &Value, files: &[FileRow]) -> Value {
    let Value::Object(given) = given else { return Value::Object(Map::new()) };
    let mut whole = given.clone();
    for (name, value) in &mut whole {
        let is_file = form["properties"][name.as_str()]["format"] == "file";
        let row = value.as_str().filter(|_| is_file).and_then(|text| file(text, files));
        if let Some(row) = row {
            *value = row.id.to_string().into();
        }
    }
    Value::Object(whole)
}

/// A file of the session by its id, or by its name; the newest of several.
fn file<'a>(wanted: &str, files: &'a [FileRow]) -> Option<&'a FileRow> {
    let by_id = wanted.parse::<FileId>().ok();
    let mut newest = files.iter().rev();
    newest.find(|row| Some(row.id) == by_id || row.name == wanted)
}

fn missing(kind: &str) -> String {
    format!("There is no such {kind}. `{LIST_TOOLS}` tells which there are.")
}

fn no_file(files: &[FileRow]) -> String {
    let names: Vec<String> =
        files.iter().map(|row| format!("{} ({})", line(&row.name), row.id)).collect();
    match names.is_empty() {
        true => "There is no such file: nothing was attached in this session.".to_owned(),
        false => format!("There is no such file. Attached here: {}.", names.join(", ")),
    }
}
