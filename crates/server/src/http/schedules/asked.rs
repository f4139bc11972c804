//! What is asked of schedules: drafts, changes, a look ahead.

use ampere_app::schedules::{PreviewAsk, ScheduleDraft};
use ampere_app::tasks::What;
use ampere_credits::{Credits, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::http::problem::Problem;
use crate::http::runs::start::{WhenShort, cap, what};

/// A new schedule.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateScheduleRequest {
    /// What lists show.
    name: String,
    /// Id of a tool; not together with `workflow`.
    tool: Option<String>,
    /// Id of a workflow; not together with `tool`.
    workflow: Option<String>,
    /// The form, filled in.
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    inputs: Map<String, Value>,
    /// `{ "every": "hourly", "minute": 0 }`, `{ "every": "daily", "at": "09:00" }`,
    /// `{ "every": "weekly", "weekdays": ["monday"], "at": "09:00" }` or
    /// `{ "every": "monthly", "day": 31, "at": "09:00" }`.
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    rule: Map<String, Value>,
    /// IANA zone of the rule's clocks.
    zone: String,
    /// Completed after so many runs; left out: goes on.
    max_runs: Option<u32>,
    /// The most that each run may cost.
    #[schema(value_type = Option<String>)]
    max_credits: Option<Credits>,
    /// Pauses itself after so many failures in a row; 5 if not given.
    failure_limit: Option<u32>,
}

impl CreateScheduleRequest {
    /// As the app takes it.
    ///
    /// # Errors
    /// 422.
    pub fn draft(self) -> Result<ScheduleDraft, Problem> {
        Ok(ScheduleDraft {
            name: self.name,
            what: what(self.tool, self.workflow)?,
            inputs: Value::Object(self.inputs),
            rule: Value::Object(self.rule),
            zone: self.zone,
            max_runs: self.max_runs,
            cap: cap(self.max_credits)?,
            failure_limit: self.failure_limit,
        })
    }
}

/// A schedule as it is to be: what is left out is as in a new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateScheduleRequest {
    /// What lists show.
    name: String,
    /// Id of a tool; not together with `workflow`.
    tool: Option<String>,
    /// Id of a workflow; not together with `tool`.
    workflow: Option<String>,
    /// The form, filled in.
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    inputs: Map<String, Value>,
    /// As in a new one.
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    rule: Map<String, Value>,
    /// IANA zone of the rule's clocks.
    zone: String,
    /// Completed after so many runs; left out: goes on.
    max_runs: Option<u32>,
    /// The most that each run may cost.
    #[schema(value_type = Option<String>)]
    max_credits: Option<Credits>,
    /// Pauses itself after so many failures in a row; 5 if not given.
    failure_limit: Option<u32>,
    /// `updated_at` of what was edited: nothing is saved over a later change.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl UpdateScheduleRequest {
    /// As the app takes it, with the instant of what was edited.
    ///
    /// # Errors
    /// 422.
    pub fn draft(self) -> Result<(ScheduleDraft, Timestamp), Problem> {
        let draft = CreateScheduleRequest {
            name: self.name,
            tool: self.tool,
            workflow: self.workflow,
            inputs: self.inputs,
            rule: self.rule,
            zone: self.zone,
            max_runs: self.max_runs,
            max_credits: self.max_credits,
            failure_limit: self.failure_limit,
        };
        Ok((draft.draft()?, self.updated_at))
    }
}

/// When a rule would come true, and what that would cost.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewScheduleRequest {
    /// As in a new one.
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    rule: Map<String, Value>,
    /// IANA zone of the rule's clocks.
    zone: String,
    /// Id of a tool, once it is chosen.
    tool: Option<String>,
    /// Id of a workflow, once it is chosen.
    workflow: Option<String>,
    /// The form, as far as it is filled in.
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    inputs: Option<Map<String, Value>>,
    /// Completed after so many runs.
    max_runs: Option<u32>,
}

impl PreviewScheduleRequest {
    /// As the app takes it.
    ///
    /// # Errors
    /// 422.
    pub fn ask(self) -> Result<PreviewAsk, Problem> {
        let inputs = Value::Object(self.inputs.unwrap_or_default());
        let what: Option<What> = match (self.tool, self.workflow) {
            (None, None) => None,
            (tool, workflow) => Some(what(tool, workflow)?),
        };
        Ok(PreviewAsk {
            rule: Value::Object(self.rule),
            zone: self.zone,
            what: what.map(|what| (what, inputs)),
            max_runs: self.max_runs,
        })
    }
}

/// A run besides those of the clock.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunScheduleRequest {
    /// `refuse` if not given.
    pub when_short: Option<WhenShort>,
}
