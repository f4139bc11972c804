//! Any server that speaks Anthropic's Messages API.
//!
//! Owns: what that API adds to a call: the pinned version, the key's own header. Read next: `wire`
//! (the body of a request), `reader` (the stream), then `super::remote` (the client that speaks
//! it).
//!
//! It has no schemas for answers: an answer that is to fit one is the input of a tool that the
//! model is made to call, and comes out as text like everywhere else.

mod reader;
mod wire;

use std::sync::Arc;

use reqwest::RequestBuilder;
use reqwest::header::HeaderValue;

use super::answer::Piece;
use super::remote::{Dialect, ProviderSettings, Remote, SettingsError, Wire};
use super::sse::SseEvent;
use super::{ChatMessage, Model, ModelRequest, Provider, tokens};
use crate::secrets::SecretText;

/// The version of the API that is spoken here; the provider keeps it as it is.
const VERSION: &str = "2023-06-01";

/// Opens a model at a provider; its address ends before `/v1/messages`, with or without `/v1`.
/// Nothing is sent before the first call.
///
/// # Errors
/// [`SettingsError`], to be shown beside the field it names.
pub fn open(settings: ProviderSettings) -> Result<Arc<dyn Model>, SettingsError> {
    Ok(Arc::new(Remote::<reader::Messages>::new(settings)?))
}

impl Wire for reader::Messages {
    const PROVIDER: Provider = Provider::Anthropic;

    fn endpoint(base_url: &str) -> String {
        format!("{}/v1/messages", base_url.trim_end_matches("/v1"))
    }

    fn key(key: &SecretText) -> Option<HeaderValue> {
        HeaderValue::from_str(key.expose().trim()).ok()
    }

    fn signed(request: RequestBuilder, key: Option<&HeaderValue>) -> RequestBuilder {
        let request = request.header("anthropic-version", VERSION);
        match key {
            Some(key) => request.header("x-api-key", key.clone()),
            None => request,
        }
    }

    fn body(model: &str, request: &ModelRequest, dialect: Dialect) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&wire::body(model, request, dialect))
    }

    fn at_most(messages: &[ChatMessage]) -> u32 {
        // Being made to call a tool, as for a schema, has a system prompt of its own.
        tokens::input_at_most(messages).saturating_add(tokens::TOOLS_OPENING)
    }

    fn reader(request: &ModelRequest, dialect: Dialect) -> Self {
        reader::Messages::new(wire::shape(request, dialect).is_some())
    }

    fn pieces(&mut self, event: &SseEvent) -> Vec<Piece> {
        self.take(event)
    }

    fn ignores_schemas(&self) -> bool {
        self.ignored
    }
}
