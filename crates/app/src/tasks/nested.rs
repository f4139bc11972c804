//! A tool or a workflow as a part of other work: its steps are steps of that run.
//!
//! Owns nothing of what it costs: the run's own meter counts. Never starts a run.

use ampere_credits::Timestamp;
use ampere_store::rows::Reason;
use serde_json::{Map, Value};

use super::definition::Definition;
use super::outcome::Outcome;
use super::parts::{self, Workflow};
use super::scope::{Scope, Within};
use super::step::Part;
use super::steps;
use super::work::day;
use crate::meter::{Meter, Stop};

/// What is run within other work.
pub(crate) struct Nested<'a> {
    pub(crate) definition: &'a Definition,
    /// The form, checked and filled in.
    pub(crate) inputs: Value,
    /// The part of the run that it is, and the path in front of its steps'.
    pub(crate) under: (u32, &'a str),
    /// What it may reach.
    pub(crate) within: Within,
    /// IANA zone of the organization.
    pub(crate) zone: &'a str,
}

/// Runs it to its result; none: a condition ended a workflow before it had one.
///
/// # Errors
/// Why it cannot go on.
pub(crate) async fn run(meter: &mut Meter, nested: Nested<'_>) -> Result<Option<Outcome>, Stop> {
    let Nested { definition, inputs, under: (number, path), within, zone } = nested;
    let (app, run) = (meter.app(), meter.run());
    let card = app.models.card(Some(&run.model)).ok_or(Stop(Reason::ProviderError))?;
    let asked_at: Timestamp = run.created_at;
    let mut scope = Scope {
        org: run.org,
        model: run.model.clone(),
        context_tokens: card.context_tokens,
        schemas: card.schemas,
        inputs,
        // What an earlier run left belongs to runs of their own.
        previous: Value::Null,
        today: day(asked_at, zone),
        results: Map::new(),
        within: Some(within),
    };
    match definition {
        Definition::Tool { tool } => {
            let part = Part { number, id: path };
            steps::run(meter, tool, part, &mut scope).await.map(Some)
        }
        Definition::Workflow { definition, tools, .. } => {
            let agent = meter.app().agent_name.clone();
            let under = Some((number, path.to_owned()));
            let workflow = Workflow { definition, tools, agent, under };
            parts::run(meter, &workflow, scope).await.map(|(outcome, _)| outcome)
        }
        // A browser has its own work.
        Definition::Browser { .. } => Err(Stop(Reason::InternalError)),
    }
}
