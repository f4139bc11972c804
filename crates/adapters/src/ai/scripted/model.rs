//! A scripted provider in process: steps become pieces without a socket between.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream;

use super::Step;
use super::provider::{Player, ScriptedProvider};
use crate::ai::answer::{self, Batch, Limits, Piece};
use crate::ai::calls::CallPiece;
use crate::ai::{
    BreakCause, ChatMessage, Model, ModelCard, ModelError, ModelRequest, ModelStream, Provider,
    ToolCall, talk, tokens,
};

impl ScriptedProvider {
    /// A model in process that this provider answers for, with everyday limits.
    pub fn model(&self, id: &str) -> Arc<dyn Model> {
        self.model_with(id, Limits::default())
    }

    /// The same with other limits.
    pub fn model_with(&self, id: &str, limits: Limits) -> Arc<dyn Model> {
        Arc::new(Scripted { provider: self.clone(), id: id.to_owned(), limits })
    }
}

struct Scripted {
    provider: ScriptedProvider,
    id: String,
    limits: Limits,
}

#[async_trait]
impl Model for Scripted {
    fn card(&self) -> ModelCard {
        ModelCard {
            id: self.id.clone(),
            name: "Scripted".to_owned(),
            note: "Plays a test's script.".to_owned(),
            provider: Provider::OpenAiCompatible,
            ready: true,
            state: "ready".to_owned(),
            context_tokens: 8_192,
            max_output_tokens: 2_048,
            schemas: true,
            calls: self.provider.has_calls(),
        }
    }

    fn count_tokens(&self, messages: &[ChatMessage]) -> u32 {
        tokens::input_at_most(messages)
    }

    async fn stream(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        if !self.provider.has_calls() {
            talk::without_calls(&request.messages)?;
        }
        let (attempt, script) = self.provider.arrive(&request);
        if let Some(gate) = &script.held {
            gate.pass().await;
        }
        if let Some(error) = script.refusal.clone() {
            attempt.refused();
            return Err(error);
        }
        let source = stream::unfold(Player::new(attempt, script), |mut player| async move {
            let step = player.next().await?;
            Some((batch(step), player))
        });
        Ok(answer::events(&request, self.limits, source))
    }
}

fn batch(step: Step) -> Batch {
    let broken = |cause| Piece::Broken(ModelError::Broken(cause));
    match step {
        Step::Queued(ahead) => vec![Piece::Queued(ahead)],
        Step::Text(text) | Step::Forever(text) => vec![Piece::Text(text)],
        Step::Thought(text) => vec![Piece::Thought(text)],
        Step::Call(ToolCall { id, name, arguments }) => {
            // Without a place, an id or else a name begins the next call.
            let id = Some(id).filter(|id| !id.is_empty());
            vec![Piece::Call(CallPiece { place: None, id, name: Some(name), arguments })]
        }
        Step::Usage { input, output } => vec![Piece::Usage { input, output }],
        Step::Finish(finish) => vec![Piece::Finished(finish)],
        Step::Done => vec![Piece::Done],
        Step::Cut => vec![broken(BreakCause::Cut)],
        Step::Report => vec![broken(BreakCause::Reported)],
        Step::Bytes(_) => vec![broken(BreakCause::Garbled)],
        Step::Wait(_) | Step::Hang => Vec::new(),
    }
}
