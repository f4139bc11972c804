//! What only a provider that speaks the Messages API can do: its refusals and its wire.
//!
//! What it shares with every other model is `model_contract`. Read next: `refusals`, `wire`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod refusals;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use ampere_adapters::ai::{
    ChatMessage, Limits, Model, ModelError, ModelEvent, ModelRequest, ProviderSettings, Retry,
    anthropic,
};
use ampere_adapters::secrets::SecretText;
use futures_util::StreamExt;

const KEY: &str = "sk-ant-test-0123456789";

fn settings(base_url: &str) -> ProviderSettings {
    ProviderSettings {
        base_url: base_url.to_owned(),
        api_key: Some(SecretText::new(KEY)),
        model: "their-name".to_owned(),
        id: "our-id".to_owned(),
        name: "Our name".to_owned(),
        note: String::new(),
        context_tokens: 8_192,
        max_output_tokens: 2_048,
        limits: Limits::default(),
        retry: Retry { first_wait: Duration::from_millis(1), ..Retry::default() },
    }
}

fn open(base_url: &str) -> Arc<dyn Model> {
    anthropic::open(settings(base_url)).unwrap()
}

fn request() -> ModelRequest {
    ModelRequest {
        call_id: "call_1".to_owned(),
        model: "our-id".to_owned(),
        messages: vec![ChatMessage::user("Hi")],
        max_output_tokens: 50,
        schema: None,
        steady: false,
        tools: Vec::new(),
    }
}

/// The text and the last event of a call.
async fn answer(
    model: &dyn Model,
    request: ModelRequest,
) -> Result<(String, ModelEvent), ModelError> {
    let events: Vec<ModelEvent> = model.stream(request).await?.collect().await;
    let text = events
        .iter()
        .map(|event| if let ModelEvent::Delta { text, .. } = event { text } else { "" })
        .collect();
    Ok((text, events.last().unwrap().clone()))
}

async fn refused(model: &dyn Model) -> ModelError {
    let error = answer(model, request()).await.expect_err("a refusal");
    assert!(!format!("{error} {error:?}").contains(KEY));
    error
}
