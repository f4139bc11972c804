//! Starting a tool or a workflow, and what it may cost before.
//!
//! Owns: pinning the definition, checking the form and its files. Never takes a hold itself:
//! [`App::spend`] does.

use std::collections::BTreeMap;
use std::sync::Arc;

use ampere_adapters::ai::ModelCard;
use ampere_credits::ledger::Draw;
use ampere_credits::rating::Quote;
use ampere_credits::{Credits, FileId};
use ampere_store::rows::{RunKind, Trigger};
use serde_json::{Map, Value};

use super::bounds::{self, Known};
use super::definition::Definition;
use super::order::{Occasion, TaskOrder, What};
use super::work::TaskWork;
use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;
use crate::spend::{Intent, Started, start_key};
use crate::tools::inputs;
use crate::work::{Plan, WhenShort};
use crate::workflows::WorkflowDefinition;

/// What work may cost, as a whole and by step.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimated {
    /// As a whole.
    pub quote: Quote,
    /// Of a workflow: each step's name with its low and high.
    pub steps: Vec<(String, Credits, Credits)>,
}

impl App {
    /// Starts a tool or a workflow: returns once its hold is durable or it waits for credits.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for the form, [`AppError::InsufficientCredits`], and every other
    /// reason not to start; nothing is changed then.
    pub async fn start_task(
        self: &Arc<Self>,
        caller: &Caller,
        order: TaskOrder,
        intent: Intent,
    ) -> crate::Done<Started> {
        if let Some(replayed) = self.started_before(caller, &intent).await? {
            return Ok(replayed);
        }
        let pinned = self.pinned(caller, &order.what).await?;
        self.start_pinned(caller, pinned, order, intent).await
    }

    /// The run that was started by this very intent, if one was.
    pub(crate) async fn started_before(
        &self,
        caller: &Caller,
        intent: &Intent,
    ) -> crate::Done<Option<Started>> {
        let start_key = start_key(caller, intent);
        let Some(run) = self.store.started_under(caller.org, &start_key).await? else {
            return Ok(None);
        };
        let run = self.store.run(caller.org, run).await?.ok_or(AppError::Internal)?;
        Ok(Some(Started { run, replayed: true }))
    }

    /// Starts what was pinned, whatever else `order` names.
    pub(crate) async fn start_pinned(
        self: &Arc<Self>,
        caller: &Caller,
        (definition, kind, subject): (Definition, RunKind, String),
        order: TaskOrder,
        intent: Intent,
    ) -> crate::Done<Started> {
        let form = definition.form();
        let inputs = inputs::check(&form, order.inputs).map_err(AppError::Invalid)?;
        self.check_files(caller, &form, &inputs).await?;
        let card = self.card_for(order.model.as_deref())?;
        let files = self.file_sizes(caller, &form, &inputs).await?;
        let bill = bounds::of(&definition, &inputs, &Known { card: &card, files });
        let (trigger, schedule) = match order.occasion {
            Occasion::Person => (Trigger::Person, None),
            Occasion::RunNow(id) => (Trigger::Person, Some(id)),
            Occasion::Schedule { id, .. } => (Trigger::Schedule, Some(id)),
        };
        let plan = Plan {
            kind,
            title: definition.name().to_owned(),
            subject: Some(subject),
            trigger,
            schedule,
            place: None,
            model: card.id,
            bill,
            cap: order.cap,
            draw: Draw::Pool,
            when_short: order.when_short,
        };
        let work = TaskWork {
            plan,
            definition: Arc::new(definition),
            inputs,
            occasion: order.occasion,
            zone: caller.zone.clone(),
            org: caller.org,
            start_key: start_key(caller, &intent),
            outcome: None,
        };
        self.spend(caller, Box::new(work), intent).await
    }

    /// What a tool or a workflow may cost with these inputs, which need not be whole yet. Free.
    ///
    /// # Errors
    /// [`AppError::NotFound`], an unready model.
    pub async fn estimate_task(
        &self,
        caller: &Caller,
        what: &What,
        inputs: &Value,
        model: Option<&str>,
    ) -> crate::Done<Estimated> {
        let (definition, kind, subject) = self.pinned(caller, what).await?;
        let inputs = &inputs::completed(&definition.form(), inputs);
        let card = self.card_for(model)?;
        let rates = self.rates.current()?.card;
        let plan = |kind, subject: String, bill| Plan {
            kind,
            title: String::new(),
            subject: Some(subject),
            trigger: Trigger::Person,
            schedule: None,
            place: None,
            model: card.id.clone(),
            bill,
            cap: None,
            draw: Draw::Pool,
            when_short: WhenShort::Refuse,
        };
        let files = self.file_sizes(caller, &definition.form(), inputs).await?;
        let known = Known { card: &card, files };
        let whole = plan(kind, subject, bounds::of(&definition, inputs, &known));
        let quote = self.quote(caller, &whole, &rates).await?;
        let mut steps = Vec::new();
        for (name, (kind, subject), bill) in bounds::parts(&definition, inputs, &known) {
            let quote = self.quote(caller, &plan(kind, subject, bill), &rates).await?;
            steps.push((name, quote.low, quote.high));
        }
        Ok(Estimated { quote, steps })
    }

    /// The definition as it is now, with the kind and subject of its runs.
    pub(crate) async fn pinned(
        &self,
        caller: &Caller,
        what: &What,
    ) -> crate::Done<(Definition, RunKind, String)> {
        match what {
            What::Tool(id) => {
                let tool = self.tools.get(id).ok_or(AppError::NotFound)?.clone();
                let tool = Box::new(tool.as_ref().clone());
                Ok((Definition::Tool { tool }, RunKind::Tool, id.clone()))
            }
            What::Workflow(id) => {
                let row = self.store.workflow(caller.org, *id).await?.ok_or(AppError::NotFound)?;
                let definition = serde_json::from_str(&row.definition).map_err(|error| {
                    tracing::error!(workflow = %id, %error, "a kept workflow cannot be read");
                    AppError::Internal
                })?;
                let whole = self.with_tools(definition, row.name, row.version)?;
                Ok((whole, RunKind::Workflow, id.to_string()))
            }
            What::Draft(definition) => {
                let whole = self.with_tools((**definition).clone(), String::new(), 0)?;
                Ok((whole, RunKind::Workflow, String::new()))
            }
        }
    }

    /// A workflow with the tools that its steps run, as they are now.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where one is gone.
    pub(crate) fn with_tools(
        &self,
        definition: WorkflowDefinition,
        name: String,
        version: u32,
    ) -> crate::Done<Definition> {
        let mut tools = BTreeMap::new();
        for id in definition.tools() {
            let tool = self.tools.get(id).ok_or(AppError::Conflict(
                "the workflow uses an AI Tool that is not there any more; edit it first",
            ))?;
            tools.insert(id.to_owned(), tool.as_ref().clone());
        }
        Ok(Definition::Workflow { name, version, definition, tools })
    }

    /// Files that a form names must be there, and the caller's to read.
    pub(crate) async fn check_files(
        &self,
        caller: &Caller,
        form: &Value,
        inputs: &Value,
    ) -> crate::Done<()> {
        for (name, property) in form["properties"].as_object().into_iter().flatten() {
            let Some(file) = inputs[name].as_str().filter(|_| property["format"] == "file") else {
                continue;
            };
            if file.is_empty() {
                continue;
            }
            let row = match file.parse::<FileId>() {
                Ok(id) => self.store.file(caller.org, id).await?,
                Err(_) => None,
            };
            if row.is_none_or(|row| row.owner != caller.user && !caller.sees_all()) {
                let pointer = format!("/inputs/{name}");
                return Err(AppError::field(&pointer, "unknown", "There is no such file."));
            }
        }
        Ok(())
    }

    /// Bytes of the files that a form names, where their text is no longer than they are.
    async fn file_sizes(
        &self,
        caller: &Caller,
        form: &Value,
        inputs: &Value,
    ) -> crate::Done<Map<String, Value>> {
        let mut sizes = Map::new();
        for (name, property) in form["properties"].as_object().into_iter().flatten() {
            let id = inputs[name].as_str().filter(|_| property["format"] == "file");
            let Some(Ok(id)) = id.map(str::parse::<FileId>) else { continue };
            let row = self.store.file(caller.org, id).await?;
            if let Some(row) = row.filter(|row| row.media_type.starts_with("text/")) {
                sizes.insert(id.to_string(), row.size.into());
            }
        }
        Ok(sizes)
    }

    /// The card of the model that is asked for, or of the default one.
    pub(crate) fn card_for(&self, model: Option<&str>) -> crate::Done<ModelCard> {
        match (self.models.card(model), model) {
            (Some(card), _) => Ok(card),
            (None, Some(_)) => Err(AppError::field("/model", "unknown", "there is no such model")),
            (None, None) => Err(AppError::ProviderUnavailable(
                "No model is set up yet. Nothing was charged.".to_owned(),
            )),
        }
    }
}
