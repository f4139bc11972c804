//! What a workflow is: what it asks for, and its steps one after the other.
//!
//! Owns the shape of a definition; it is kept as JSON, and a run keeps its own. Never checks
//! whether it makes sense: `validation` does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A workflow's steps and what they start from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkflowDefinition {
    /// What a person fills in before it runs.
    #[serde(default)]
    pub inputs: Vec<WorkflowInput>,
    /// In their order.
    pub steps: Vec<WorkflowStep>,
}

/// One thing that a workflow asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkflowInput {
    /// Small letters, digits and underscores; steps find it under this name.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What it is.
    pub kind: InputKind,
    /// Whether it must be filled in.
    #[serde(default = "yes")]
    pub required: bool,
}

/// What an input of a workflow is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// One line.
    Text,
    /// Several lines.
    LongText,
    /// A web address.
    Url,
    /// A file of the organization.
    File,
    /// A number.
    Number,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkflowStep {
    /// Small letters, digits and underscores; later steps find its result under this name.
    pub id: String,
    /// What people read.
    pub name: String,
    /// What is done.
    #[serde(flatten)]
    pub act: WorkflowAct,
}

/// What a step of a workflow does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum WorkflowAct {
    /// Runs an AI Tool.
    Tool {
        /// Its id.
        tool: String,
        /// Where each of its inputs comes from.
        #[serde(default)]
        inputs: BTreeMap<String, Source>,
    },
    /// Asks Joule.
    Prompt {
        /// What it is asked.
        prompt: String,
        /// Material, by the name it is given under.
        #[serde(default)]
        inputs: BTreeMap<String, Source>,
    },
    /// Goes on only if this holds.
    Condition {
        /// What is looked at.
        left: Source,
        /// How.
        test: Test,
        /// What it is compared with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        right: Option<Source>,
    },
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A path: `inputs.topic`, `summary.result`, `table.result.rows`.
    From(String),
    /// As it stands.
    Value(Value),
}

/// What a condition asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    Contains,
    NotContains,
    Equals,
    NotEquals,
    IsEmpty,
    IsNotEmpty,
    GreaterThan,
    LessThan,
}

impl WorkflowDefinition {
    /// Its form, as a tool's.
    pub fn form(&self) -> Value {
        let mut properties = Map::new();
        for input in &self.inputs {
            let mut property = match input.kind {
                InputKind::Text => json!({ "type": "string" }),
                InputKind::LongText => json!({ "type": "string", "format": "long-text" }),
                InputKind::Url => json!({ "type": "string", "format": "url" }),
                InputKind::File => json!({ "type": "string", "format": "file" }),
                InputKind::Number => json!({ "type": "number" }),
            };
            property["title"] = Value::String(input.label.clone());
            properties.insert(input.name.clone(), property);
        }
        let required = self.inputs.iter().filter(|input| input.required).map(|input| &input.name);
        let order = self.inputs.iter().map(|input| &input.name);
        json!({
            "type": "object",
            "properties": properties,
            "required": required.collect::<Vec<_>>(),
            "x-order": order.collect::<Vec<_>>(),
        })
    }

    /// The tools that its steps run, each once.
    pub fn tools(&self) -> Vec<&str> {
        let mut tools: Vec<&str> = Vec::new();
        for step in &self.steps {
            if let WorkflowAct::Tool { tool, .. } = &step.act
                && !tools.contains(&tool.as_str())
            {
                tools.push(tool);
            }
        }
        tools
    }
}

fn yes() -> bool {
    true
}
