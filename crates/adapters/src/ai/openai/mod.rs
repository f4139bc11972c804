//! Any server that speaks the OpenAI chat shape, by its base address and an optional key.
//!
//! Owns: what that shape adds to a call. Read next: `wire` (the JSON), then `super::remote` (the
//! client that speaks it).

mod wire;

use std::sync::Arc;

use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderValue};

use super::answer::Piece;
use super::remote::{Dialect, ProviderSettings, Remote, SettingsError, Wire};
use super::sse::SseEvent;
use super::{ChatMessage, Model, ModelRequest, Provider, tokens};
use crate::secrets::SecretText;

/// Opens a model at a provider; its address ends before `/chat/completions`. Nothing is sent
/// before the first call.
///
/// # Errors
/// [`SettingsError`], to be shown beside the field it names.
pub fn open(settings: ProviderSettings) -> Result<Arc<dyn Model>, SettingsError> {
    Ok(Arc::new(OpenAi::new(settings)?))
}

/// One model of one provider.
pub(super) type OpenAi = Remote<Chat>;

/// The chat shape. Every chunk speaks for itself, so there is nothing to remember.
pub(super) struct Chat;

impl Wire for Chat {
    const PROVIDER: Provider = Provider::OpenAiCompatible;

    fn endpoint(base_url: &str) -> String {
        format!("{base_url}/chat/completions")
    }

    fn key(key: &SecretText) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("Bearer {}", key.expose().trim())).ok()
    }

    fn signed(request: RequestBuilder, key: Option<&HeaderValue>) -> RequestBuilder {
        match key {
            Some(key) => request.header(AUTHORIZATION, key.clone()),
            None => request,
        }
    }

    fn body(model: &str, request: &ModelRequest, dialect: Dialect) -> serde_json::Result<Vec<u8>> {
        wire::body(model, request, dialect)
    }

    fn at_most(messages: &[ChatMessage]) -> u32 {
        tokens::input_at_most(messages)
    }

    fn reader(_: &ModelRequest, _: Dialect) -> Self {
        Chat
    }

    fn pieces(&mut self, event: &SseEvent) -> Vec<Piece> {
        wire::pieces(event)
    }

    fn ignores_schemas(&self) -> bool {
        // What such a server writes cannot be told from what another one was held to.
        false
    }
}
