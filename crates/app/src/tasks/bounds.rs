//! How much a task will ask of models, as far as it can be known before it starts.
//!
//! Owns: what is assumed of texts that are not there yet. Prices nothing: the rate card does.

use std::collections::BTreeMap;

use ampere_adapters::ai::ModelCard;
use ampere_credits::rating::{CallBound, TimeBound};
use ampere_store::rows::RunKind;
use serde_json::{Map, Value, json};

use super::definition::Definition;
use super::parts::ANSWER_TOKENS;
use crate::meter::FIRST_SECONDS;
use crate::rates::BROWSER;
use crate::tools::plan::{self, PlannedCall};
use crate::tools::{Tool, likely};
use crate::work::Bill;
use crate::workflows::mapping::resolve;
use crate::workflows::{Source, WorkflowAct};

/// Characters of a question to Joule within a workflow, as far as they can be guessed.
const LIKELY_QUESTION: u64 = 2_000;
/// Characters for a token of usual writing.
const CHARACTERS_PER_TOKEN: u64 = 4;

/// Seconds that a page in a browser takes: a quick one, a usual one, one that is slow.
const LEAST_PAGE_SECONDS: u64 = 1;
const LIKELY_PAGE_SECONDS: u64 = 4;
const LONGEST_PAGE_SECONDS: u64 = 30;

/// What is known before a task starts, beside its form.
pub(super) struct Known<'a> {
    /// The model.
    pub(super) card: &'a ModelCard,
    /// Bytes of the files that the form names, where their text is no longer than they are.
    pub(super) files: Map<String, Value>,
}

/// The calls of a whole task.
pub(super) fn of(definition: &Definition, inputs: &Value, known: &Known<'_>) -> Bill {
    match definition {
        Definition::Tool { tool } => of_tool(tool, inputs, known),
        Definition::Workflow { .. } => {
            let bills = parts(definition, inputs, known).into_iter().map(|(_, _, bill)| bill);
            let nothing = Bill::Calls { calls: Vec::new(), least: Vec::new() };
            bills.fold(nothing, both)
        }
        // A browser has its own bill.
        Definition::Browser { .. } => Bill::Calls { calls: Vec::new(), least: Vec::new() },
    }
}

/// One after the other.
fn both(one: Bill, other: Bill) -> Bill {
    let parted = |bill| match bill {
        Bill::Calls { calls, least } => (None, calls, least),
        Bill::Timed { time, calls, least } => (Some(time), calls, least),
        Bill::Answer { .. } => (None, Vec::new(), Vec::new()),
    };
    let ((time, mut calls, mut least), (more_time, more, fewer)) = (parted(one), parted(other));
    calls.extend(more);
    least.extend(fewer);
    let time = match (time, more_time) {
        (Some(time), Some(more)) => Some(TimeBound {
            least: time.least.saturating_add(more.least),
            likely: time.likely.saturating_add(more.likely),
            most: time.most.saturating_add(more.most),
            ..time
        }),
        (time, more) => time.or(more),
    };
    match time {
        Some(time) => Bill::Timed { time, calls, least },
        None => Bill::Calls { calls, least },
    }
}

/// The parts of a workflow that ask models: name, whose runs they are like, calls.
pub(super) fn parts(
    definition: &Definition,
    inputs: &Value,
    known: &Known<'_>,
) -> Vec<(String, (RunKind, String), Bill)> {
    let Definition::Workflow { definition, tools, .. } = definition else { return Vec::new() };
    let scope = json!({ "inputs": inputs });
    let of_act = |act: &WorkflowAct| match act {
        WorkflowAct::Tool { tool, inputs } => {
            let tool_kept = tools.get(tool)?;
            let bill = of_tool(tool_kept, &filled(tool_kept, inputs, &scope), known);
            Some(((RunKind::Tool, tool.clone()), bill))
        }
        WorkflowAct::Prompt { prompt, .. } => {
            Some(((RunKind::Workflow, String::new()), of_answer(prompt, known.card)))
        }
        WorkflowAct::Condition { .. } => None,
    };
    let named = definition.steps.iter().filter_map(|step| {
        let (alike, bill) = of_act(&step.act)?;
        Some((step.name.clone(), alike, bill))
    });
    named.collect()
}

/// The inputs of a workflow's step: those that are known before it runs, the rest as usual.
fn filled(tool: &Tool, sources: &BTreeMap<String, Source>, scope: &Value) -> Value {
    let mut inputs = likely(&tool.inputs);
    for (name, source) in sources {
        if let Some(value) = resolve(source, scope) {
            inputs[name] = value.clone();
        }
    }
    inputs
}

fn of_tool(tool: &Tool, inputs: &Value, known: &Known<'_>) -> Bill {
    let card = known.card;
    let context = u64::from(card.context_tokens);
    let surroundings = json!({
        "model": { "context_tokens": context }, "sizes": known.files,
    });
    let bound = |call: PlannedCall| CallBound {
        model: card.id.clone(),
        input_tokens: call.bound_input_bytes.min(context),
        likely_input_tokens: (call.likely_input_chars / CHARACTERS_PER_TOKEN).min(context),
        max_output_tokens: u64::from(call.max_output_tokens),
    };
    let calls = plan::calls(tool, inputs, &surroundings).into_iter().map(bound).collect();
    let least = plan::least(tool, inputs, &surroundings).into_iter().map(bound).collect();
    match plan::pages(tool, inputs, &surroundings) {
        (_, 0) => Bill::Calls { calls, least },
        (fewest, most) => {
            let seconds = u64::from(tool.limits.seconds);
            let time = TimeBound {
                model: BROWSER.to_owned(),
                least: fewest.saturating_mul(LEAST_PAGE_SECONDS).min(seconds),
                likely: most.saturating_mul(LIKELY_PAGE_SECONDS).min(seconds),
                most: most.saturating_mul(LONGEST_PAGE_SECONDS).min(seconds),
                first: FIRST_SECONDS,
            };
            Bill::Timed { time, calls, least }
        }
    }
}

fn of_answer(prompt: &str, card: &ModelCard) -> Bill {
    let context = u64::from(card.context_tokens);
    let own = prompt.len() as u64;
    let call = |characters: u64| CallBound {
        model: card.id.clone(),
        input_tokens: context,
        likely_input_tokens: (characters / CHARACTERS_PER_TOKEN).min(context),
        max_output_tokens: u64::from(ANSWER_TOKENS),
    };
    let calls = vec![call(own.saturating_add(LIKELY_QUESTION))];
    Bill::Calls { calls, least: vec![call(own)] }
}
