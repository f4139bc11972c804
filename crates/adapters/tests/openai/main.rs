//! What only a provider behind a socket can do: statuses, retries, keys, wire forms.
//!
//! Read next: `refusals`, `dialect`, `wire`, `settings`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod dialect;
mod refusals;
mod settings;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use ampere_adapters::ai::openai;
use ampere_adapters::ai::scripted::{Call, CallEnd};
use ampere_adapters::ai::{
    ChatMessage, Finish, Limits, Model, ModelError, ModelEvent, ModelRequest, ProviderSettings,
    Retry,
};
use ampere_adapters::secrets::SecretText;
use futures_util::StreamExt;

const KEY: &str = "sk-test-0123456789";

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
    openai::open(settings(base_url)).unwrap()
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
async fn answer(model: &dyn Model) -> Result<(String, ModelEvent), ModelError> {
    let events: Vec<ModelEvent> = model.stream(request()).await?.collect().await;
    let text = events
        .iter()
        .map(|event| if let ModelEvent::Delta { text, .. } = event { text } else { "" })
        .collect();
    Ok((text, events.last().unwrap().clone()))
}

async fn refused(model: &dyn Model) -> ModelError {
    let error = answer(model).await.expect_err("a refusal");
    assert!(!format!("{error} {error:?}").contains(KEY));
    error
}

fn exact(input_tokens: u32, output_tokens: u32) -> ModelEvent {
    let finish = Finish::Stop;
    ModelEvent::Usage { input_tokens, output_tokens, exact: true, finish }
}

fn ends(calls: &[Call]) -> Vec<CallEnd> {
    calls.iter().map(|call| call.end).collect()
}
