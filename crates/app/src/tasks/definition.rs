//! What a run of a tool or a workflow does: pinned at its start, so that later changes do not
//! touch it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::tools::Tool;
use crate::workflows::WorkflowDefinition;

/// A pinned definition, as it is kept with the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Definition {
    /// A tool.
    Tool {
        /// As it was.
        tool: Box<Tool>,
    },
    /// A workflow with the tools that it runs.
    Workflow {
        /// Its name.
        name: String,
        /// Its version.
        version: u32,
        /// As it was.
        definition: WorkflowDefinition,
        /// The tools, by id, as they were.
        tools: BTreeMap<String, Tool>,
    },
    /// A browser session.
    Browser {
        /// What the agent is to do; empty: a person drives.
        task: String,
        /// Where it begins.
        url: Option<String>,
        /// For so many minutes of use at most.
        minutes: u32,
    },
}

impl Definition {
    /// What people read.
    pub fn name(&self) -> &str {
        match self {
            Definition::Tool { tool } => &tool.name,
            Definition::Workflow { name, .. } => name,
            Definition::Browser { .. } => "Browser session",
        }
    }

    /// The form of its inputs.
    pub fn form(&self) -> Value {
        match self {
            Definition::Tool { tool } => tool.inputs.clone(),
            Definition::Workflow { definition, .. } => definition.form(),
            Definition::Browser { .. } => json!({ "type": "object", "properties": {} }),
        }
    }

    /// The names of its steps, in order.
    pub fn step_names(&self) -> Vec<String> {
        match self {
            Definition::Tool { tool } => tool.steps.iter().map(|step| step.name.clone()).collect(),
            Definition::Workflow { definition, .. } => {
                definition.steps.iter().map(|step| step.name.clone()).collect()
            }
            Definition::Browser { .. } => Vec::new(),
        }
    }

    /// Name of a workflow's step by its number, from 1.
    pub fn part_name(&self, part: u32) -> Option<&str> {
        let Definition::Workflow { definition, .. } = self else { return None };
        let index = usize::try_from(part.checked_sub(1)?).ok()?;
        definition.steps.get(index).map(|step| step.name.as_str())
    }

    /// Seconds that it may work.
    pub fn seconds(&self) -> u64 {
        match self {
            Definition::Tool { tool } => u64::from(tool.limits.seconds),
            Definition::Workflow { tools, .. } => {
                tools.values().map(|tool| u64::from(tool.limits.seconds)).sum::<u64>().max(600)
            }
            Definition::Browser { minutes, .. } => u64::from(*minutes).saturating_mul(60),
        }
    }
}
