//! What went wrong with a model, said as what the caller may do about it.
//!
//! Owns: the error vocabulary of the Model port. Never carries a provider's own text: that text
//! may hold keys, prompts or instructions, so only summaries written here leave the adapter.

use std::time::Duration;

use thiserror::Error;

/// How an answer was cut after the provider had accepted the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BreakCause {
    #[error("the connection ended before the answer did")]
    Cut,
    #[error("the provider reported an error in mid-answer")]
    Reported,
    #[error("nothing came for too long")]
    Idle,
    #[error("the answer took too long")]
    TooLong,
    #[error("the provider sent something that is not a chat stream")]
    Garbled,
}

/// A call that did not come to a whole answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ModelError {
    /// The provider could not be reached or was busy (429, 5xx) before its first byte: nothing to
    /// charge; the person may try again, after `retry_after` where the provider said so.
    #[error("the model could not be reached: {detail}")]
    NotReached { detail: String, retry_after: Option<Duration> },
    /// The provider refuses the call as it is (wrong key, unknown model, quota used up): trying
    /// again changes nothing, the operator must act. `detail` is ours and safe to show to them.
    #[error("the provider refused the call: {detail}")]
    Refused { detail: String },
    /// The answer was cut after the provider had accepted the call.
    #[error("the answer was cut: {0}")]
    Broken(BreakCause),
    /// The messages do not fit into the model's context: send less.
    #[error("the conversation is too long for this model")]
    InputTooLong,
    /// The model is not running; `state` is the word of its card.
    #[error("the model is not ready: {state}")]
    NotReady { state: String },
}

impl ModelError {
    /// Whether the same request may succeed later without anybody changing anything.
    pub fn retryable(&self) -> bool {
        match self {
            ModelError::NotReached { .. } | ModelError::Broken(_) => true,
            ModelError::NotReady { state } => state == "starting",
            ModelError::Refused { .. } | ModelError::InputTooLong => false,
        }
    }

    /// How long the provider asked to wait, if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            ModelError::NotReached { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
