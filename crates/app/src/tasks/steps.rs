//! The steps of a tool, one after the other; what was done before is not done again.
//!
//! Owns the order of steps and items. Never asks a model itself (`calls` does), never fetches
//! or reads itself (`material` does).

use ampere_store::rows::{Reason, StepKind};
use serde_json::Value;

use super::calls::{Question, put};
use super::material;
use super::outcome::Outcome;
use super::pages::{self, Errand};
use super::scope::Scope;
use super::step::{Part, capitalized, failed, known, ours, parsed, spec};
use crate::meter::{Fault, Meter, StepSpec, Stop};
use crate::tools::{Act, Step, TextOrJson, Tool, result, template};

/// Runs a tool to its result.
pub(super) async fn run(
    meter: &mut Meter,
    tool: &Tool,
    part: Part<'_>,
    scope: &mut Scope,
) -> Result<Outcome, Stop> {
    for step in &tool.steps {
        let result = one(meter, tool, step, (part, scope)).await?;
        scope.results.insert(step.id.clone(), result);
    }
    let spec = spec(part, "result", StepKind::Transform, "Put the result together");
    let object = scope.object(None);
    let value = expression(meter, &spec, &tool.result.value, &object).await?;
    if let Err(fault) = result::check(tool.result.kind, &value) {
        let note = format!("{}.", capitalized(fault));
        return Err(failed(meter, &spec, Fault { reason: Reason::BadOutput, note }).await);
    }
    let keep = match &tool.result.keep {
        Some(keep) => Some(expression(meter, &spec, keep, &object).await?),
        None => None,
    };
    let file_name = tool.result.file_name.clone();
    Ok(Outcome { kind: tool.result.kind, value, file_name, keep })
}

async fn one(
    meter: &mut Meter,
    tool: &Tool,
    step: &Step,
    (part, scope): (Part<'_>, &Scope),
) -> Result<Value, Stop> {
    let plain = spec(part, &step.id, kind(&step.act), &step.name);
    if let Some(when) = &step.when {
        match template::is_true(when, &scope.object(None)) {
            Ok(true) => {}
            Ok(false) => return Ok(Value::Null),
            Err(fault) => return Err(failed(meter, &plain, ours(&fault)).await),
        }
    }
    let Some(each) = &step.each else {
        return act(meter, step, &plain, (scope, &scope.object(None))).await;
    };
    let items = match expression(meter, &plain, each, &scope.object(None)).await? {
        Value::Array(items) => items,
        other => vec![other],
    };
    let most = usize::try_from(tool.limits.each).unwrap_or(usize::MAX);
    if items.len() > most {
        let name = format!("{}: only the first {most} of {} parts", step.name, items.len());
        let path = format!("{}.only", step.id);
        let notice = spec(part, &path, StepKind::Transform, &name);
        known(meter, &notice, async { Ok(Value::Null.to_string()) }).await?;
    }
    let count = items.len().min(most);
    let mut results = Vec::new();
    for (index, item) in items.iter().take(count).enumerate() {
        let name = match count {
            1 => step.name.clone(),
            _ => format!("{} ({} of {count})", step.name, index + 1),
        };
        let spec = StepSpec { path: format!("{}.{index}", plain.path), name, ..plain.clone() };
        let object = scope.object(Some((item, index)));
        results.push(act(meter, step, &spec, (scope, &object)).await?);
    }
    Ok(Value::Array(results))
}

async fn act(
    meter: &mut Meter,
    step: &Step,
    spec: &StepSpec,
    (scope, object): (&Scope, &Value),
) -> Result<Value, Stop> {
    if let Some(done) = meter.finished(&spec.path) {
        return Ok(parsed(done));
    }
    match &step.act {
        Act::Prompt { system, prompt, max_output_tokens, output } => {
            let system = match system {
                Some(system) => Some(filled(meter, spec, system, object).await?),
                None => None,
            };
            let question = Question {
                spec: spec.clone(),
                system,
                prompt: filled(meter, spec, prompt, object).await?,
                max_output_tokens: *max_output_tokens,
                schema: output.clone(),
            };
            put(meter, question, scope).await
        }
        Act::Fetch { url } => {
            let url = filled(meter, spec, url, object).await?;
            if let Some(fault) = scope.page_fault(&url) {
                return Err(failed(meter, spec, fault).await);
            }
            let app = std::sync::Arc::clone(meter.app());
            known(meter, spec, material::fetch(&app, url.trim())).await
        }
        Act::Screenshot { url, full } => {
            let url = filled(meter, spec, url, object).await?;
            let full = match full.as_ref().map_or(Ok(false), |full| template::is_true(full, object))
            {
                Ok(full) => full,
                Err(fault) => return Err(failed(meter, spec, ours(&fault)).await),
            };
            pages::run(meter, spec, (scope, url.trim(), Errand::Picture(full))).await
        }
        Act::Collect { url, next, pages } => {
            let url = filled(meter, spec, url, object).await?;
            let next = filled(meter, spec, next, object).await?;
            let count = expression(meter, spec, pages, object).await?.as_u64().unwrap_or(1);
            pages::run(meter, spec, (scope, url.trim(), Errand::Rows(next, count))).await
        }
        Act::Read { file } => {
            let file = filled(meter, spec, file, object).await?;
            if let Some(fault) = scope.file_fault(file.trim()) {
                return Err(failed(meter, spec, fault).await);
            }
            let app = std::sync::Arc::clone(meter.app());
            known(meter, spec, material::read(&app, scope.org, file.trim())).await
        }
        Act::Transform { template, format } => {
            let made = rendered(template, object).await.and_then(|text| match format {
                TextOrJson::Text => Ok(Value::String(text).to_string()),
                TextOrJson::Json => serde_json::from_str::<Value>(&text)
                    .map(|value| value.to_string())
                    .map_err(|error| ours(&error)),
            });
            known(meter, spec, async { made }).await
        }
    }
}

async fn filled(
    meter: &mut Meter,
    spec: &StepSpec,
    text: &str,
    object: &Value,
) -> Result<String, Stop> {
    match rendered(text, object).await {
        Ok(text) => Ok(text),
        Err(fault) => Err(failed(meter, spec, fault).await),
    }
}

/// Away from the threads that serve people: a template may compute for a while.
async fn rendered(text: &str, object: &Value) -> Result<String, Fault> {
    let (text, object) = (text.to_owned(), object.clone());
    let done = tokio::task::spawn_blocking(move || template::render(&text, &object)).await;
    match done {
        Ok(rendered) => rendered.map_err(|fault| ours(&fault)),
        Err(_) => Err(ours(&"its template failed")),
    }
}

async fn expression(
    meter: &mut Meter,
    spec: &StepSpec,
    text: &str,
    object: &Value,
) -> Result<Value, Stop> {
    match template::evaluate(text, object) {
        Ok(value) => Ok(value),
        Err(fault) => Err(failed(meter, spec, ours(&fault)).await),
    }
}

fn kind(act: &Act) -> StepKind {
    match act {
        Act::Prompt { .. } => StepKind::Prompt,
        Act::Fetch { .. } => StepKind::Fetch,
        Act::Screenshot { .. } | Act::Collect { .. } => StepKind::Browse,
        Act::Read { .. } => StepKind::Read,
        Act::Transform { .. } => StepKind::Transform,
    }
}
