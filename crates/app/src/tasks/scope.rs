//! What the texts of a tool can refer to while it runs: inputs, earlier results, the last run.

use std::collections::BTreeSet;

use ampere_credits::{FileId, OrgId};
use ampere_store::rows::Reason;
use serde_json::{Map, Value, json};

use crate::agent::Hosts;
use crate::meter::Fault;

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
    /// Where Joule runs it: what it may reach; none: what the organization may.
    pub(super) within: Option<Within>,
}

/// What a tool that Joule runs may reach. Texts that its model wrote decide what it asks for, so
/// this is looked at before each such step, not only at its start.
#[derive(Debug, Clone)]
pub(crate) struct Within {
    /// Files of the session.
    pub(crate) files: BTreeSet<FileId>,
    /// Sites that people named.
    pub(crate) hosts: Hosts,
}

impl Scope {
    /// Why a page may not be opened, if so.
    pub(super) fn page_fault(&self, url: &str) -> Option<Fault> {
        let allowed = self.within.as_ref().is_none_or(|within| within.hosts.allows(url));
        let note = "You did not name this site: Joule does not open it.".to_owned();
        (!allowed).then_some(Fault { reason: Reason::PageFailed, note })
    }

    /// Why a file may not be read, if so.
    pub(super) fn file_fault(&self, file: &str) -> Option<Fault> {
        let of_session =
            |within: &Within| file.parse().is_ok_and(|file| within.files.contains(&file));
        let note = "There is no such file in this session.".to_owned();
        let allowed = self.within.as_ref().is_none_or(of_session);
        (!allowed).then_some(Fault { reason: Reason::FileFailed, note })
    }

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
