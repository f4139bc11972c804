//! The operator's Test button: one tiny real answer.

use std::time::Duration;

use futures_util::StreamExt;

use super::{ChatMessage, Model, ModelError, ModelEvent, ModelRequest};

/// What a successful test shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionReport {
    pub input_tokens: u32,
    pub output_tokens: u32,
    /// False: the provider sends no usage; charges will be marked estimated.
    pub exact: bool,
    /// From sending the request to the end of the answer.
    pub took: Duration,
}

/// Asks `model` for one word. This is a real call: the provider may bill it. `clock` counts from
/// any start, and only forward.
///
/// # Errors
/// What the call failed with.
pub async fn test_connection(
    model: &dyn Model,
    call_id: &str,
    clock: &(dyn Fn() -> Duration + Sync),
) -> Result<ConnectionReport, ModelError> {
    let started = clock();
    let request = ModelRequest {
        call_id: call_id.to_owned(),
        model: model.card().id,
        messages: vec![ChatMessage::user("Answer with the one word: ready")],
        max_output_tokens: 16,
        schema: None,
        steady: false,
        tools: Vec::new(),
    };
    let mut events = model.stream(request).await?;
    let mut outcome = Err(ModelError::Broken(super::BreakCause::Cut));
    while let Some(event) = events.next().await {
        match event {
            ModelEvent::Usage { input_tokens, output_tokens, exact, .. } => {
                let took = clock().saturating_sub(started);
                outcome = Ok(ConnectionReport { input_tokens, output_tokens, exact, took });
            }
            ModelEvent::Broken { error, .. } => outcome = Err(error),
            ModelEvent::Queued { .. } | ModelEvent::Delta { .. } | ModelEvent::Calls(_) => {}
        }
    }
    outcome
}
