//! Testing one step of a workflow, as it is being edited, with what an earlier run left for it.
//!
//! Owns: which earlier run that is, and what the step starts from. A tool's step is an ordinary run
//! of the tool; a question to Joule is a run of a workflow of that one step; a condition costs
//! nothing and is answered at once. Never looks into a run that the caller may not open.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ampere_credits::{Credits, RunId, WorkflowId};
use ampere_store::rows::{Page, RunFilter, RunKind, RunRow, RunState, WorkflowRow};
use serde_json::{Value, json};

use super::definition::{Source, WorkflowAct, WorkflowDefinition, WorkflowStep};
use super::manage::kept;
use super::mapping::{as_text, holds, resolve};
use crate::app::App;
use crate::caller::{Act, Caller};
use crate::error::AppError;
use crate::runs::opens;
use crate::spend::{Intent, Started};
use crate::tasks::{Earlier, Occasion, TaskOrder, What, given};
use crate::work::WhenShort;

/// Earlier runs that are looked at for one that has what a step needs.
const LOOKED_AT: u32 = 10;
/// Characters of a compared value that are shown.
const SHOWN: usize = 300;

/// Which step to test, and with what.
#[derive(Debug, Clone)]
pub struct StepTest {
    /// The workflow.
    pub workflow: WorkflowId,
    /// The step's id.
    pub step: String,
    /// The workflow as it is being edited; without, as it is kept.
    pub draft: Option<Value>,
    /// The workflow's form; without, as it was filled in for the earlier run.
    pub inputs: Option<Value>,
    /// The run whose results it starts from; without, the newest that has what it needs.
    pub run: Option<RunId>,
    /// It may hold and be charged at most this.
    pub cap: Option<Credits>,
    /// The model; the default one without.
    pub model: Option<String>,
}

/// What a test has come to.
#[derive(Debug)]
pub enum StepTested {
    /// A run, which spends.
    Started(Box<Started>),
    /// A condition was looked at, for nothing.
    Condition(ConditionTested),
}

/// What a condition came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionTested {
    /// The workflow would go on.
    pub held: bool,
    /// What was looked at, as text.
    pub left: String,
    /// What it was compared with, as text.
    pub right: String,
}

impl App {
    /// Tests one step of a workflow.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::Conflict`] when no earlier run has what it needs;
    /// [`AppError::Invalid`] and everything that starting a run can be refused for.
    pub async fn test_step(
        self: &Arc<Self>,
        caller: &Caller,
        test: StepTest,
        intent: Intent,
    ) -> crate::Done<StepTested> {
        caller.may(Act::StartWork)?;
        if let Some(replayed) = self.started_before(caller, &intent).await? {
            return Ok(StepTested::Started(Box::new(replayed)));
        }
        let row = self.store.workflow(caller.org, test.workflow).await?;
        let row = row.ok_or(AppError::NotFound)?;
        let definition = match &test.draft {
            Some(draft) => self.draft_workflow(draft.clone())?,
            None => kept(row.id, &row.definition)?,
        };
        let place = definition.steps.iter().position(|step| step.id == test.step);
        let Some((index, step)) = place.and_then(|at| Some((at, definition.steps.get(at)?))) else {
            return Err(AppError::field("/step_id", "unknown", "There is no such step."));
        };
        let scope = self.scope_for(caller, &test, step).await?;
        let order = |what, inputs| TaskOrder {
            what,
            inputs,
            cap: test.cap,
            model: test.model.clone(),
            when_short: WhenShort::Refuse,
            occasion: Occasion::Person,
        };
        let started = match &step.act {
            WorkflowAct::Tool { tool: id, inputs } => {
                let tool = self.tools.get(id).ok_or(GONE)?.clone();
                let inputs = given(&tool, inputs, &scope);
                self.start_task(caller, order(What::Tool(id.clone()), inputs), intent).await?
            }
            WorkflowAct::Prompt { prompt, inputs } => {
                let one = alone(step, prompt, inputs, &scope);
                let pinned = self.with_tools(one.clone(), title(&row, index, step), 0)?;
                let subject = format!("{}/{}", row.id, step.id);
                let pinned = (pinned, RunKind::Workflow, subject);
                let order = order(What::Draft(Box::new(one)), json!({}));
                self.start_pinned(caller, pinned, order, intent).await?
            }
            WorkflowAct::Condition { left, test, right } => {
                let null = Value::Null;
                let left = resolve(left, &scope).unwrap_or(&null);
                let right = right.as_ref().and_then(|right| resolve(right, &scope));
                let right = right.unwrap_or(&null);
                let held = holds(left, *test, right);
                let (left, right) = (shown(left), shown(right));
                return Ok(StepTested::Condition(ConditionTested { held, left, right }));
            }
        };
        Ok(StepTested::Started(Box::new(started)))
    }

    /// What a step starts from: `inputs` and, by step id, earlier results.
    async fn scope_for(
        &self,
        caller: &Caller,
        test: &StepTest,
        step: &WorkflowStep,
    ) -> crate::Done<Value> {
        let needs = needs(step);
        let given = |mut scope: Value| {
            if let Some(inputs) = &test.inputs {
                scope["inputs"] = inputs.clone();
            }
            scope
        };
        let has = |scope: &Value| needs.iter().all(|need| scope.get(need).is_some());
        let without = given(json!({}));
        if has(&without) {
            return Ok(without);
        }
        let candidates = self.candidates(caller, test).await?;
        let any = !candidates.is_empty();
        for run in candidates {
            let scope = given(self.left_by(caller, &run).await?);
            if has(&scope) {
                return Ok(scope);
            }
        }
        Err(if any { LACKING } else { NEVER_RUN })
    }

    /// Runs of the workflow that have ended and that the caller may open, newest first.
    async fn candidates(&self, caller: &Caller, test: &StepTest) -> crate::Done<Vec<RunRow>> {
        let subject = test.workflow.to_string();
        if let Some(id) = test.run {
            let run = self.store.run(caller.org, id).await?;
            let fits = |run: &RunRow| {
                run.kind == RunKind::Workflow
                    && run.subject.as_ref() == Some(&subject)
                    && opens(caller, run)
                    && run.state.ended()
            };
            let unknown = "There is no finished run of this workflow with this id.";
            let run = run.filter(fits);
            return Ok(vec![run.ok_or(AppError::field("/run_id", "unknown", unknown))?]);
        }
        let filter = RunFilter {
            states: RunState::ALL.iter().copied().filter(|state| state.ended()).collect(),
            kind: Some(RunKind::Workflow),
            subject: Some(subject),
            member: (!caller.sees_all()).then_some(caller.user),
            ..RunFilter::default()
        };
        let page = Page { before: None, limit: LOOKED_AT };
        Ok(self.store.runs(caller.org, filter, page).await?)
    }

    /// What a run left for others to start from.
    async fn left_by(&self, caller: &Caller, run: &RunRow) -> crate::Done<Value> {
        let (definition, content) = self.task_of(caller, run).await?;
        let Some((definition, content)) = definition.zip(content) else { return Ok(json!({})) };
        let steps = self.store.steps(caller.org, run.id).await?;
        let (definition, inputs) = (&definition, &content.inputs);
        let earlier = Earlier { run, definition, inputs, steps: &steps, zone: &caller.zone };
        Ok(self.values_of(&earlier).await?.unwrap_or_else(|| json!({})))
    }
}

const GONE: AppError =
    AppError::Conflict("the workflow uses an AI Tool that is not there any more; edit it first");
const NEVER_RUN: AppError = AppError::Conflict(
    "there is no finished run of this workflow yet that this step could take its inputs from; \
     run the workflow once first",
);
const LACKING: AppError = AppError::Conflict(
    "no earlier run of this workflow got as far as this step needs; run the workflow once first",
);

/// What a step takes values from: `inputs`, or ids of other steps.
fn needs(step: &WorkflowStep) -> BTreeSet<&str> {
    let sources: Vec<&Source> = match &step.act {
        WorkflowAct::Tool { inputs, .. } | WorkflowAct::Prompt { inputs, .. } => {
            inputs.values().collect()
        }
        WorkflowAct::Condition { left, right, .. } => std::iter::once(left).chain(right).collect(),
    };
    sources.into_iter().filter_map(root).collect()
}

/// The first word of a path.
fn root(source: &Source) -> Option<&str> {
    match source {
        Source::From(path) => path.split('.').next(),
        Source::Value(_) => None,
    }
}

/// A question as a workflow of its own, with its material as it stands.
fn alone(
    step: &WorkflowStep,
    prompt: &str,
    inputs: &BTreeMap<String, Source>,
    scope: &Value,
) -> WorkflowDefinition {
    let fixed = |(name, source): (&String, &Source)| {
        let value = resolve(source, scope).cloned().unwrap_or(Value::Null);
        (name.clone(), Source::Value(value))
    };
    let inputs = inputs.iter().map(fixed).collect();
    let act = WorkflowAct::Prompt { prompt: prompt.to_owned(), inputs };
    let step = WorkflowStep { id: step.id.clone(), name: step.name.clone(), act };
    WorkflowDefinition { inputs: Vec::new(), steps: vec![step] }
}

fn title(row: &WorkflowRow, index: usize, step: &WorkflowStep) -> String {
    format!("Test of step {} of {}: {}", index.saturating_add(1), row.name, step.name)
}

fn shown(value: &Value) -> String {
    let text = as_text(value);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
