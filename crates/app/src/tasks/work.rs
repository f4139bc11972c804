//! A task as a work: what is written when it starts and ends, and what is done in between.

use std::sync::Arc;
use std::time::Duration;

use ampere_credits::{Timestamp, Zone};
use ampere_store::ports::Kept;
use ampere_store::rows::{Reason, RowWrite, RunRow, RunState, SameWork, TaskRow, Trigger};
use async_trait::async_trait;
use serde_json::{Map, Value};

use super::definition::Definition;
use super::order::Occasion;
use super::outcome::Outcome;
use super::parts::{self, Workflow};
use super::scope::Scope;
use super::step::Part;
use super::steps;
use crate::app::App;
use crate::meter::{Meter, Stop};
use crate::work::{Plan, Work};

/// A run of a tool or a workflow.
pub(super) struct TaskWork {
    pub(super) plan: Plan,
    pub(super) definition: Arc<Definition>,
    /// The form, filled in.
    pub(super) inputs: Value,
    pub(super) occasion: Occasion,
    /// IANA zone of the organization.
    pub(super) zone: String,
    pub(super) org: ampere_credits::OrgId,
    /// The key it is started under; empty once it was.
    pub(super) start_key: String,
    /// What came out.
    pub(super) outcome: Option<Outcome>,
}

#[async_trait]
impl Work for TaskWork {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn rows(&self, row: &RunRow) -> Vec<RowWrite> {
        let run = row.id;
        let definition = serde_json::to_string(&*self.definition).unwrap_or_default();
        let (org, inputs) = (self.org, self.inputs.to_string());
        let start_key = self.start_key.clone();
        let task = TaskRow { run, org, definition, inputs, result: None, start_key };
        let mut rows = vec![RowWrite::Task(Box::new(task))];
        if let Occasion::Schedule { id, next_at, completed, .. } = self.occasion {
            let schedule = id;
            let needed = row.quote.hold;
            rows.push(RowWrite::ScheduleStarted { schedule, run, next_at, completed, needed });
        }
        rows
    }

    async fn run(&mut self, meter: &mut Meter) -> Result<Reason, Stop> {
        meter.end_within(Duration::from_secs(self.definition.seconds()));
        let mut scope = self.scope(meter).await?;
        let (outcome, reason) = match &*self.definition {
            Definition::Tool { tool } => {
                let part = Part { number: 0, id: "0" };
                (Some(steps::run(meter, tool, part, &mut scope).await?), Reason::Completed)
            }
            Definition::Workflow { definition, tools, .. } => {
                let agent = meter.app().agent_name.clone();
                parts::run(meter, &Workflow { definition, tools, agent, under: None }, scope)
                    .await?
            }
            // A browser has its own work.
            Definition::Browser { .. } => return Err(Stop(Reason::InternalError)),
        };
        self.outcome = outcome;
        Ok(reason)
    }

    fn last_rows(&self, run: &RunRow, state: RunState) -> Vec<RowWrite> {
        let mut rows = Vec::new();
        if let Some(outcome) = &self.outcome
            && let Ok(result) = serde_json::to_string(outcome)
        {
            rows.push(RowWrite::TaskResult { run: run.id, result });
        }
        let by_the_clock = run.trigger == Trigger::Schedule && state != RunState::Cancelled;
        if let Some(schedule) = run.schedule.filter(|_| by_the_clock) {
            let failed = state == RunState::Failed;
            rows.push(RowWrite::ScheduleEnded { schedule, run: run.id, failed });
        }
        rows
    }

    fn pausable(&self) -> bool {
        true
    }
}

impl TaskWork {
    async fn scope(&self, meter: &Meter) -> Result<Scope, Stop> {
        let run = meter.run();
        let scope = scope(meter.app(), run, &self.inputs, &self.zone).await.map_err(|error| {
            tracing::error!(run = %run.id, %error, "the last result could not be read");
            Stop(Reason::InternalError)
        })?;
        scope.ok_or(Stop(Reason::ProviderError))
    }
}

/// What the texts of a run can refer to; none where its model is not there (any more).
pub(super) async fn scope(
    app: &App,
    run: &RunRow,
    inputs: &Value,
    zone: &str,
) -> Kept<Option<Scope>> {
    let Some(card) = app.models.card(Some(&run.model)) else { return Ok(None) };
    let same = SameWork {
        kind: run.kind,
        subject: run.subject.clone().unwrap_or_default(),
        inputs: inputs.to_string(),
        before: run.id,
    };
    let last = app.store.last_result(run.org, same).await?;
    let last = last.and_then(|text| serde_json::from_str::<Outcome>(&text).ok());
    Ok(Some(Scope {
        org: run.org,
        model: run.model.clone(),
        context_tokens: card.context_tokens,
        schemas: card.schemas,
        inputs: inputs.clone(),
        previous: last.map_or(Value::Null, Outcome::kept),
        today: day(run.created_at, zone),
        results: Map::new(),
        within: None,
    }))
}

/// The day on which the run was asked for, as text.
pub(super) fn day(at: Timestamp, zone: &str) -> String {
    let zone = Zone::named(zone).unwrap_or_else(|_| Zone::utc());
    at.day_in(&zone).to_string()
}
