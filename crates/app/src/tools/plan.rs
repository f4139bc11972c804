//! What a run will probably ask of a model, told before it starts: for estimates and holds.
//!
//! A tool is gone through twice with its real inputs and made-up results, once with texts of a
//! likely length and once with the longest: so the real templates say how many calls there are and
//! how long each is. Never asks a model, reads a file or fetches.

use serde_json::{Map, Value, json};

use super::declaration::{Act, Step, TextOrJson, Tool};
use super::output;
use super::schema::{filler, sample};
use super::template::{TemplateFault, evaluate, is_true, render};
use super::validation::surroundings;

/// One call to a model that may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedCall {
    /// The id of its step.
    pub step: String,
    /// Whether it is likely to be made; others are made when texts are as long as they may be.
    pub likely: bool,
    /// Characters that it will likely be sent (0 if it is not likely at all).
    pub likely_input_chars: u64,
    /// UTF-8 bytes that it will hardly be sent more than; bytes, because they bound tokens.
    pub bound_input_bytes: u64,
    /// The most that the model may write.
    pub max_output_tokens: u32,
}

/// How long made-up results are.
#[derive(Clone, Copy)]
struct Scale {
    /// Characters of a text that is read or fetched.
    text: usize,
    /// Characters that a model writes for each token it may write.
    answer: usize,
    /// Entries of lists that a model writes.
    many: usize,
    /// Characters of a text within a model's JSON.
    field: usize,
}

const LEAST: Scale = Scale { text: 200, answer: 1, many: 1, field: 20 };
const LIKELY: Scale = Scale { text: 6_000, answer: 2, many: 4, field: 40 };
const BOUND: Scale = Scale { text: 60_000, answer: 4, many: 20, field: 120 };

/// The calls that a run with these inputs makes when the texts that it finds are short.
pub fn least(tool: &Tool, inputs: &Value, context: &Value) -> Vec<PlannedCall> {
    let calls = Walk::through(tool, inputs, context, LEAST).calls;
    let planned = calls.into_iter().filter_map(|call| {
        let step = tool.steps.get(call.step)?;
        let Act::Prompt { max_output_tokens, .. } = &step.act else { return None };
        Some(PlannedCall {
            step: step.id.clone(),
            likely: true,
            likely_input_chars: call.chars,
            bound_input_bytes: call.bytes,
            max_output_tokens: *max_output_tokens,
        })
    });
    planned.collect()
}

/// The calls that a run with these inputs (as [`super::inputs::check`] gives them back) will make.
/// `context` holds what is known of `previous`, `today` and `model`; what is not there is assumed.
/// `sizes` in it tells the lengths of files whose text is no longer than they are.
/// A second try after an answer that could not be used is not counted.
pub fn calls(tool: &Tool, inputs: &Value, context: &Value) -> Vec<PlannedCall> {
    let likely = Walk::through(tool, inputs, context, LIKELY).calls;
    let mut known = context.clone();
    if known.get("previous").is_none_or(Value::is_null) && known.is_object() {
        // It may have been run before, and what it then found may have changed.
        known["previous"] = earlier(tool, inputs, context);
    }
    let bound = Walk::through(tool, inputs, &known, BOUND).calls;
    let mut planned = Vec::new();
    for (number, step) in tool.steps.iter().enumerate() {
        let Act::Prompt { max_output_tokens, .. } = &step.act else { continue };
        let of = |calls: &[Asked]| -> Vec<Asked> {
            calls.iter().filter(|call| call.step == number).copied().collect()
        };
        let (likely, bound) = (of(&likely), of(&bound));
        for index in 0..likely.len().max(bound.len()) {
            let (likely, bound) = (likely.get(index), bound.get(index));
            let bytes = |call: Option<&Asked>| call.map_or(0, |call| call.bytes);
            planned.push(PlannedCall {
                step: step.id.clone(),
                likely: likely.is_some(),
                likely_input_chars: likely.map_or(0, |call| call.chars),
                bound_input_bytes: bytes(likely).max(bytes(bound)),
                max_output_tokens: *max_output_tokens,
            });
        }
    }
    planned
}

/// Pages that a run opens in a browser: when it finds little, and at most.
pub fn pages(tool: &Tool, inputs: &Value, context: &Value) -> (u64, u64) {
    let at = |scale| Walk::through(tool, inputs, context, scale).pages;
    (at(LEAST), at(BOUND))
}

/// What a run that found little would leave to the next one.
fn earlier(tool: &Tool, inputs: &Value, context: &Value) -> Value {
    let walk = Walk::through(tool, inputs, context, LEAST);
    let keep = tool.result.keep.as_ref().unwrap_or(&tool.result.value);
    evaluate(keep, &Value::Object(walk.context)).unwrap_or_default()
}

/// The faults of the templates of a tool on made-up values: the step's number, the key, the fault.
/// Values that are made up can be at fault themselves; only [`super::template::FaultKind::Written`]
/// is the template's for sure.
pub(super) fn try_out(tool: &Tool, inputs: &Value) -> Vec<(usize, &'static str, TemplateFault)> {
    Walk::through(tool, inputs, &surroundings(), LIKELY).faults
}

#[derive(Clone, Copy)]
struct Asked {
    step: usize,
    chars: u64,
    bytes: u64,
}

/// One way through a tool.
struct Walk<'a> {
    tool: &'a Tool,
    scale: Scale,
    context: Map<String, Value>,
    calls: Vec<Asked>,
    /// Pages that are opened in a browser.
    pages: u64,
    faults: Vec<(usize, &'static str, TemplateFault)>,
}

impl<'a> Walk<'a> {
    fn through(tool: &'a Tool, inputs: &Value, known: &Value, scale: Scale) -> Walk<'a> {
        let mut context = match surroundings() {
            Value::Object(context) => context,
            _ => Map::new(),
        };
        context
            .extend(known.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())));
        context.insert("inputs".to_owned(), inputs.clone());
        context.insert("steps".to_owned(), json!({}));
        let mut walk =
            Walk { tool, scale, context, calls: Vec::new(), pages: 0, faults: Vec::new() };
        for (number, step) in tool.steps.iter().enumerate() {
            let result = walk.step(number, step);
            if let Some(steps) = walk.context.get_mut("steps").and_then(Value::as_object_mut) {
                steps.insert(step.id.clone(), result);
            }
        }
        walk
    }

    fn note<T>(
        &mut self,
        number: usize,
        key: &'static str,
        done: Result<T, TemplateFault>,
    ) -> Option<T> {
        done.map_err(|fault| self.faults.push((number, key, fault))).ok()
    }

    fn step(&mut self, number: usize, step: &Step) -> Value {
        let context = Value::Object(self.context.clone());
        if let Some(when) = &step.when {
            let wanted = self.note(number, "when", is_true(when, &context));
            if wanted == Some(false) {
                return Value::Null;
            }
        }
        let Some(each) = &step.each else { return self.once(number, step, &context) };
        let items = self.note(number, "each", evaluate(each, &context));
        let items = match items {
            Some(Value::Array(items)) => items,
            _ => vec![Value::from(filler(self.scale.text / 4)); 3],
        };
        let most = self.tool.limits.each as usize;
        let mut results = Vec::new();
        for (index, item) in items.into_iter().take(most).enumerate() {
            let mut context = self.context.clone();
            context.insert("item".to_owned(), item);
            context.insert("index".to_owned(), index.into());
            results.push(self.once(number, step, &Value::Object(context)));
        }
        results.into()
    }

    fn once(&mut self, number: usize, step: &Step, context: &Value) -> Value {
        match &step.act {
            Act::Prompt { system, prompt, max_output_tokens, output } => {
                let mut text = output.as_ref().map(output::asked).unwrap_or_default();
                for (key, template) in [("system", system.as_ref()), ("prompt", Some(prompt))] {
                    let Some(template) = template else { continue };
                    let rendered = self.note(number, key, render(template, context));
                    let assumed = || filler(template.len() + self.scale.text / 2);
                    text.push_str(&rendered.unwrap_or_else(assumed));
                }
                let (chars, bytes) = (text.chars().count() as u64, text.len() as u64);
                self.calls.push(Asked { step: number, chars, bytes });
                match output {
                    Some(schema) => sample(schema, self.scale.many, self.scale.field),
                    None => filler(*max_output_tokens as usize * self.scale.answer).into(),
                }
            }
            Act::Fetch { url } => {
                let url = self.note(number, "url", render(url, context)).unwrap_or_default();
                let text = filler(self.scale.text);
                json!({
                    "url": url, "final_url": url, "title": "A page", "text": text,
                    "truncated": false,
                })
            }
            Act::Screenshot { url, full } => {
                if let Some(full) = full {
                    self.note(number, "full", is_true(full, context));
                }
                self.pages = self.pages.saturating_add(1);
                let url = self.note(number, "url", render(url, context)).unwrap_or_default();
                json!({
                    "file": "file_1", "name": "page.png", "url": url, "title": "A page",
                    "width": 1_024, "height": 640,
                })
            }
            Act::Collect { url, next, pages } => {
                let url = self.note(number, "url", render(url, context)).unwrap_or_default();
                self.note(number, "next", render(next, context));
                let pages = self.note(number, "pages", evaluate(pages, context));
                let most = pages.and_then(|pages| pages.as_u64()).unwrap_or(1).max(1);
                let pages = if self.scale.many == LEAST.many { 1 } else { most };
                self.pages = self.pages.saturating_add(pages);
                json!({
                    "columns": ["A", "B"], "rows": [["1", "2"], ["3", "4"]], "pages": pages,
                    "url": url, "title": "A page",
                })
            }
            Act::Read { file } => {
                let file = self.note(number, "file", render(file, context)).unwrap_or_default();
                let size = self.context.get("sizes").and_then(|sizes| sizes[file.trim()].as_u64());
                let size = size.and_then(|size| usize::try_from(size).ok());
                let text = filler(size.unwrap_or(usize::MAX).min(self.scale.text));
                json!({
                    "name": "file.pdf", "title": "A file", "text": text, "truncated": false,
                })
            }
            Act::Transform { template, format } => {
                let text = self.note(number, "template", render(template, context));
                let text = text.unwrap_or_default();
                match format {
                    TextOrJson::Text => text.into(),
                    TextOrJson::Json => serde_json::from_str(&text).unwrap_or_default(),
                }
            }
        }
    }
}
