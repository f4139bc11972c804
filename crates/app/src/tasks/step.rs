//! One step of a task: its name within the run, done at most once, and its fault for people.

use ampere_store::rows::{Reason, StepKind};
use serde_json::Value;

use crate::meter::{Fault, Meter, StepSpec, Stop};

/// The workflow's step that a tool runs for: its number and name; 0 for a tool by itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) number: u32,
    pub(super) id: &'a str,
}

pub(super) fn spec(part: Part<'_>, path: &str, kind: StepKind, name: &str) -> StepSpec {
    let path = format!("{}.{path}", part.id);
    StepSpec { path, part: part.number, kind, name: name.to_owned() }
}

/// Does a step without a model, unless it was done before.
pub(super) async fn known(
    meter: &mut Meter,
    spec: &StepSpec,
    work: impl Future<Output = Result<String, Fault>> + Send,
) -> Result<Value, Stop> {
    if let Some(done) = meter.finished(&spec.path) {
        return Ok(parsed(done));
    }
    Ok(parsed(&meter.do_free(spec, work).await?))
}

/// A step that cannot even be asked for stands in the list with its fault.
pub(super) async fn failed(meter: &mut Meter, spec: &StepSpec, fault: Fault) -> Stop {
    let reason = fault.reason;
    match meter.do_free(spec, async { Err(fault) }).await {
        Ok(_) => Stop(reason),
        Err(stop) => stop,
    }
}

/// The declaration cannot be carried out with what there is: a defect of the tool.
pub(super) fn ours(fault: &dyn std::fmt::Display) -> Fault {
    Fault { reason: Reason::InternalError, note: format!("This tool has a mistake: {fault}") }
}

pub(super) fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// A sentence begins with a capital letter.
pub(super) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
}
