//! Any server that speaks the OpenAI chat shape, by its base address and an optional key.
//!
//! Owns: one provider's address, key and client. Never follows redirects, never logs the key or
//! anything that was said, and uses no proxy from the environment.
//!
//! The address may be on this computer or in a private network (Ollama, vLLM, LM Studio): unlike
//! addresses that come from users or pages, only the operator can set it, and reaching a model
//! there is the point. Whoever exposes it to anybody else must add the filter for outgoing
//! addresses.
//!
//! Read next: `connect` (attempts until the provider accepts), `dialect` (what a server does not
//! take), `wire` (the JSON), then `super::answer` (how an answer ends).

mod connect;
mod dialect;
mod wire;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use reqwest::Url;
use reqwest::header::HeaderValue;
use thiserror::Error;

use self::dialect::Dialect;
use super::answer::{self, Batch, Limits, Piece};
use super::error::{BreakCause, ModelError};
use super::sse::SseReader;
use super::{ChatMessage, Model, ModelCard, ModelRequest, ModelStream, Provider, tokens};
use crate::secrets::SecretText;

/// How often and how patiently a call is tried until the provider accepts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Attempts after the first one.
    pub times: u32,
    /// The wait before the second attempt; doubled before each further one.
    pub first_wait: Duration,
    /// The longest `Retry-After` that is waited for; beyond it the call fails at once.
    pub longest_wait: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Retry {
            times: 2,
            first_wait: Duration::from_millis(400),
            longest_wait: Duration::from_secs(8),
        }
    }
}

/// What the operator says of a provider. `Debug` does not show the key.
#[derive(Clone, Debug)]
pub struct OpenAiSettings {
    /// Up to and without `/chat/completions`, for example `http://127.0.0.1:11434/v1`.
    pub base_url: String,
    pub api_key: Option<SecretText>,
    /// The model's name as the provider knows it.
    pub model: String,
    /// The id under which Ampere's rate cards know it.
    pub id: String,
    /// What people read.
    pub name: String,
    pub note: String,
    pub context_tokens: u32,
    pub max_output_tokens: u32,
    pub limits: Limits,
    pub retry: Retry,
}

/// Why settings cannot be used. The texts are for the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SettingsError {
    #[error("the address is not a URL that begins with http:// or https://")]
    BadAddress,
    #[error("the address must hold no user name, password, query or fragment")]
    AddressHoldsMore,
    #[error("the key holds characters that cannot be sent")]
    BadKey,
    #[error("the model's name is empty")]
    NoModel,
    #[error("this computer's certificates could not be loaded")]
    NoTls,
}

/// Opens a model at a provider. Nothing is sent before the first call.
///
/// # Errors
/// [`SettingsError`], to be shown beside the field it names.
pub fn open(settings: OpenAiSettings) -> Result<Arc<dyn Model>, SettingsError> {
    Ok(Arc::new(OpenAi::new(settings)?))
}

/// One model of one provider.
pub(super) struct OpenAi {
    settings: OpenAiSettings,
    endpoint: Url,
    bearer: Option<HeaderValue>,
    client: reqwest::Client,
    /// How the provider wants to be asked, as far as it has shown.
    dialect: Mutex<Dialect>,
}

impl OpenAi {
    pub(super) fn new(settings: OpenAiSettings) -> Result<Self, SettingsError> {
        if settings.model.trim().is_empty() {
            return Err(SettingsError::NoModel);
        }
        let endpoint = endpoint(&settings.base_url)?;
        let bearer = settings.api_key.as_ref().map(bearer).transpose()?;
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(10))
            .user_agent(concat!("ampere/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| SettingsError::NoTls)?;
        let dialect = Mutex::new(Dialect::default());
        Ok(OpenAi { settings, endpoint, bearer, client, dialect })
    }

    fn dialect(&self) -> Dialect {
        *self.dialect.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn learn(&self, shown: Dialect) {
        let mut dialect = self.dialect.lock().unwrap_or_else(PoisonError::into_inner);
        *dialect = dialect.with(shown);
    }

    /// A GET with the same key, for what a server offers beside the chat shape.
    pub(super) fn get(&self, url: &str) -> reqwest::RequestBuilder {
        let request = self.client.get(url);
        match &self.bearer {
            Some(bearer) => request.header(reqwest::header::AUTHORIZATION, bearer.clone()),
            None => request,
        }
    }
}

fn endpoint(base_url: &str) -> Result<Url, SettingsError> {
    let base = base_url.trim().trim_end_matches('/');
    let url = Url::parse(base).map_err(|_| SettingsError::BadAddress)?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(SettingsError::BadAddress);
    }
    let holds_user = !url.username().is_empty() || url.password().is_some();
    if holds_user || url.query().is_some() || url.fragment().is_some() {
        return Err(SettingsError::AddressHoldsMore);
    }
    Url::parse(&format!("{base}/chat/completions")).map_err(|_| SettingsError::BadAddress)
}

fn bearer(key: &SecretText) -> Result<HeaderValue, SettingsError> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose().trim()))
        .map_err(|_| SettingsError::BadKey)?;
    value.set_sensitive(true);
    Ok(value)
}

#[async_trait]
impl Model for OpenAi {
    fn card(&self) -> ModelCard {
        ModelCard {
            id: self.settings.id.clone(),
            name: self.settings.name.clone(),
            note: self.settings.note.clone(),
            provider: Provider::OpenAiCompatible,
            ready: true,
            state: "ready".to_owned(),
            context_tokens: self.settings.context_tokens,
            max_output_tokens: self.settings.max_output_tokens,
            schemas: self.dialect().schemas,
        }
    }

    fn count_tokens(&self, messages: &[ChatMessage]) -> u32 {
        tokens::input_at_most(messages)
    }

    async fn stream(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        let response = self.connect(&request).await?;
        let limits = self.settings.limits;
        let source = batches(response.bytes_stream(), limits.line_bytes);
        Ok(answer::events(&request, limits, source))
    }
}

/// The pieces that each read completes. A broken connection is the last batch; an orderly end is
/// the end of the stream.
fn batches(
    bytes: impl Stream<Item = reqwest::Result<Bytes>> + Send + 'static,
    line_bytes: usize,
) -> impl Stream<Item = Batch> + Send + 'static {
    let state = Some((Box::pin(bytes), SseReader::new(line_bytes)));
    stream::unfold(state, |state| async move {
        let (mut bytes, mut reader) = state?;
        match bytes.next().await? {
            Ok(read) => {
                let mut events = Vec::new();
                let taken = reader.take(&read, &mut events);
                let mut batch: Batch = events.iter().flat_map(wire::pieces).collect();
                if taken.is_err() {
                    batch.push(Piece::Broken(ModelError::Broken(BreakCause::Garbled)));
                    return Some((batch, None));
                }
                Some((batch, Some((bytes, reader))))
            }
            Err(_) => Some((vec![Piece::Broken(ModelError::Broken(BreakCause::Cut))], None)),
        }
    })
}
