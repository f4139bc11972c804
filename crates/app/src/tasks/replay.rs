//! What the parts of an earlier run of a workflow came to, read from what is kept of its steps.
//!
//! Owns: finding the values that a step of the workflow could start from. Never does anything
//! again: what was not finished then is not there. Read next: `testing` of [`crate::workflows`].

use ampere_store::rows::{RunRow, RunState, StepRow};
use serde_json::{Map, Value, json};

use super::definition::Definition;
use super::parts::given;
use super::scope::Scope;
use super::step::parsed;
use super::work;
use crate::app::App;
use crate::tools::{Step, Tool, inputs, template};
use crate::workflows::WorkflowAct;

/// A run that has ended, with what is kept of it.
pub(crate) struct Earlier<'a> {
    pub(crate) run: &'a RunRow,
    pub(crate) definition: &'a Definition,
    pub(crate) inputs: &'a Value,
    pub(crate) steps: &'a [StepRow],
    /// IANA zone of the organization.
    pub(crate) zone: &'a str,
}

impl App {
    /// The values of an earlier run: `inputs`, and by the id of each finished part its `result`.
    /// None of what is no workflow, or was run by a model that is gone.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(crate) async fn values_of(&self, earlier: &Earlier<'_>) -> crate::Done<Option<Value>> {
        let Definition::Workflow { definition, tools, .. } = earlier.definition else {
            return Ok(None);
        };
        let base = work::scope(self, earlier.run, earlier.inputs, earlier.zone).await?;
        let Some(mut base) = base else { return Ok(None) };
        let mut values = Map::new();
        values.insert("inputs".to_owned(), earlier.inputs.clone());
        for step in &definition.steps {
            let kept = Kept { part: &step.id, steps: earlier.steps };
            let value = match &step.act {
                WorkflowAct::Tool { tool, inputs: sources } => tools.get(tool).and_then(|tool| {
                    let given = given(tool, sources, &Value::Object(values.clone()));
                    base.inputs = inputs::check(&tool.inputs, given).ok()?;
                    base.results = Map::new();
                    kept.of_tool(tool, &mut base)
                }),
                WorkflowAct::Prompt { .. } => kept.result("answer"),
                WorkflowAct::Condition { .. } => None,
            };
            if let Some(value) = value {
                values.insert(step.id.clone(), json!({ "result": value }));
            }
        }
        Ok(Some(Value::Object(values)))
    }
}

/// What is kept of one part's steps.
struct Kept<'a> {
    part: &'a str,
    steps: &'a [StepRow],
}

impl Kept<'_> {
    /// What a step came to, by its name within the part.
    fn result(&self, path: &str) -> Option<Value> {
        let path = format!("{}.{path}", self.part);
        let done = |step: &&StepRow| step.path == path && step.state == RunState::Succeeded;
        self.steps.iter().rfind(done)?.result.as_deref().map(parsed)
    }

    /// What a tool came to, if it got to its end.
    fn of_tool(&self, tool: &Tool, scope: &mut Scope) -> Option<Value> {
        for step in &tool.steps {
            let result = self.of_step(tool, step, scope)?;
            scope.results.insert(step.id.clone(), result);
        }
        template::evaluate(&tool.result.value, &scope.object(None)).ok()
    }

    fn of_step(&self, tool: &Tool, step: &Step, scope: &Scope) -> Option<Value> {
        let object = scope.object(None);
        if let Some(when) = &step.when
            && !template::is_true(when, &object).ok()?
        {
            return Some(Value::Null);
        }
        let Some(each) = &step.each else { return self.result(&step.id) };
        let items = match template::evaluate(each, &object).ok()? {
            Value::Array(items) => items.len(),
            _ => 1,
        };
        let most = usize::try_from(tool.limits.each).unwrap_or(usize::MAX);
        let of_item = |index| self.result(&format!("{}.{index}", step.id));
        (0..items.min(most)).map(of_item).collect::<Option<Vec<_>>>().map(Value::Array)
    }
}
