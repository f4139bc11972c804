//! Going through a tool with a scripted model and given pages: only the templates are real.

use ampere_app::tools::template::{evaluate, is_true, render};
use ampere_app::tools::{Act, Step, TextOrJson, Tool, ToolBook, inputs, output, result};
use serde_json::{Map, Value, json};

/// What stands behind the steps.
pub struct Rehearsal<'a> {
    /// (step id, index, system and prompt) → what the model writes.
    pub model: &'a mut dyn FnMut(&str, usize, &str) -> String,
    /// address → (title, text).
    pub page: &'a dyn Fn(&str) -> (String, String),
    /// Text of every file.
    pub file: &'a str,
    pub previous: Value,
    pub context_tokens: u32,
}

/// What came out.
#[derive(Debug)]
pub struct Rehearsed {
    pub value: Value,
    pub kept: Value,
    pub steps: Value,
}

pub fn tool(id: &str) -> Tool {
    let tool = ToolBook::built_in().get(id).unwrap_or_else(|| panic!("there is no tool {id}"));
    (*tool).clone()
}

impl Rehearsal<'_> {
    pub fn run(&mut self, tool: &Tool, given: Value) -> Rehearsed {
        let inputs = inputs::check(&tool.inputs, given).unwrap();
        let mut context = json!({
            "inputs": inputs, "steps": {}, "previous": self.previous, "today": "22 November 2026",
            "model": { "context_tokens": self.context_tokens },
        });
        for step in &tool.steps {
            let result = self.step(tool, step, &context);
            context["steps"][&step.id] = result;
        }
        let value = evaluate(&tool.result.value, &context).unwrap();
        result::check(tool.result.kind, &value).unwrap();
        let kept = tool.result.keep.as_ref().map(|keep| evaluate(keep, &context).unwrap());
        Rehearsed { kept: kept.unwrap_or(value.clone()), value, steps: context["steps"].clone() }
    }

    fn step(&mut self, tool: &Tool, step: &Step, context: &Value) -> Value {
        let wanted = |when: &String| is_true(when, context).unwrap();
        if !step.when.as_ref().is_none_or(wanted) {
            return Value::Null;
        }
        let Some(each) = &step.each else { return self.once(step, 0, context) };
        let items = evaluate(each, context).unwrap();
        let items = items.as_array().unwrap_or_else(|| panic!("{}: no list", step.id));
        let most = tool.limits.each as usize;
        let results = items.iter().take(most).enumerate().map(|(index, item)| {
            let mut context: Map<String, Value> = context.as_object().unwrap().clone();
            context.insert("item".to_owned(), item.clone());
            context.insert("index".to_owned(), index.into());
            self.once(step, index, &Value::Object(context))
        });
        results.collect()
    }

    fn once(&mut self, step: &Step, index: usize, context: &Value) -> Value {
        let text = |template: &str| {
            render(template, context).unwrap_or_else(|fault| panic!("{}: {fault:?}", step.id))
        };
        match &step.act {
            Act::Prompt { system, prompt, output, .. } => {
                let system = text(system.as_deref().unwrap_or_default());
                let asked = text(prompt);
                let bytes = system.len() + asked.len();
                assert!(bytes / 2 < self.context_tokens as usize, "{}: {bytes} bytes", step.id);
                let answer = (self.model)(&step.id, index, &format!("{system}\n{asked}"));
                match output {
                    Some(schema) => output::read(schema, &answer).unwrap(),
                    None => answer.into(),
                }
            }
            Act::Fetch { url } => {
                let url = text(url);
                let (title, text) = (self.page)(&url);
                json!({ "url": url, "final_url": url, "title": title, "text": text,
                        "truncated": false })
            }
            // They ask no model: the browser's own tests show them.
            Act::Screenshot { .. } | Act::Collect { .. } => panic!("{} opens a page", step.id),
            Act::Read { file } => {
                assert!(text(file).starts_with("file_"));
                json!({ "name": "file.txt", "title": "", "text": self.file, "truncated": false })
            }
            Act::Transform { template, format } => match format {
                TextOrJson::Text => text(template).into(),
                TextOrJson::Json => serde_json::from_str(&text(template))
                    .unwrap_or_else(|error| panic!("{}: {error}", step.id)),
            },
        }
    }
}
