//! What the texts of a tool can refer to while it runs: inputs, earlier results, the last run.

use ampere_credits::OrgId;
use serde_json::{Map, Value, json};

/// What is the same for all steps of one tool's run.
pub(super) struct Scope {
    /// Whose files and runs it may read.
    pub(super) org: OrgId,
    /// The model that its prompts go to.
    pub(super) model: String,
    /// Tokens that fit in one call.
    pub(super) context_tokens: u32,
    /// The model can be held to a schema.
    pub(super) schemas: bool,
    /// The form, filled in.
    pub(super) inputs: Value,
    /// What the last run with the same inputs left, or null.
    pub(super) previous: Value,
    /// The day in the organization's zone.
    pub(super) today: String,
    /// By step id.
    pub(super) results: Map<String, Value>,
}

impl Scope {
    /// As an object; with the item of an `each` and its place, from 0.
    pub(super) fn object(&self, item: Option<(&Value, usize)>) -> Value {
        let mut object = json!({
            "inputs": self.inputs,
            "steps": self.results,
            "previous": self.previous,
            "today": self.today,
            "model": { "context_tokens": self.context_tokens },
        });
        if let Some((item, index)) = item {
            object["item"] = item.clone();
            object["index"] = json!(index);
        }
        object
    }
}
