//! What came out of a run: how it is shown, its value, and the name to download it under.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::tools::ResultKind;

/// The result of a run, as it is kept with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// How it is shown.
    pub kind: ResultKind,
    /// What came out.
    pub value: Value,
    /// The name under which it is downloaded.
    pub file_name: String,
    /// What the next run with the same inputs gets as `previous`, where that is not the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Value>,
}

impl Outcome {
    /// A text.
    pub(super) fn text(text: Value) -> Self {
        let file_name = "answer.md".to_owned();
        Outcome { kind: ResultKind::Markdown, value: text, file_name, keep: None }
    }

    /// What the next run gets as `previous`.
    pub(super) fn kept(self) -> Value {
        self.keep.unwrap_or(self.value)
    }
}
