//! A model at a provider's server, whatever it speaks.
//!
//! Owns: one provider's address, key and client, and what was learned of how it wants to be asked.
//! Never follows redirects, never logs the key or anything that was said, and uses no proxy from
//! the environment.
//!
//! The address may be on this computer or in a private network (Ollama, vLLM, LM Studio): unlike
//! addresses that come from users or pages, only the operator can set it, and reaching a model
//! there is the point. Whoever exposes it to anybody else must add the filter for outgoing
//! addresses.
//!
//! Read next: `connect` (attempts until the provider accepts), `complaint` and `dialect` (what a
//! server does not take), then `super::openai` and `super::anthropic` (what is spoken), then
//! `super::answer` (how an answer ends).

mod complaint;
mod connect;
mod dialect;

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use reqwest::header::HeaderValue;
use reqwest::{RequestBuilder, Url};
use thiserror::Error;

use super::answer::{self, Batch, Limits, Piece};
use super::error::{BreakCause, ModelError};
use super::sse::{SseEvent, SseReader};
use super::{ChatMessage, Model, ModelCard, ModelRequest, ModelStream, Provider, talk};
use crate::secrets::SecretText;

pub(super) use self::dialect::Dialect;

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
pub struct ProviderSettings {
    /// Without the path of a call: `http://127.0.0.1:11434/v1`, `https://api.anthropic.com`.
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

/// What is spoken with a provider. A value of it reads one answer.
pub(super) trait Wire: Send + Sync + Sized + 'static {
    const PROVIDER: Provider;

    /// Where calls go, from the address without its last slash.
    fn endpoint(base_url: &str) -> String;
    /// The key as the value of a header; none when it cannot be sent.
    fn key(key: &SecretText) -> Option<HeaderValue>;
    /// Adds the key, and what else every request carries.
    fn signed(request: RequestBuilder, key: Option<&HeaderValue>) -> RequestBuilder;
    /// The body of a request, worded as this server wants it.
    fn body(model: &str, request: &ModelRequest, dialect: Dialect) -> serde_json::Result<Vec<u8>>;
    /// The most input tokens that the messages come to, with all that the provider adds.
    fn at_most(messages: &[ChatMessage]) -> u32;
    /// The reader of the answer to a request that was asked in the way of `dialect`.
    fn reader(request: &ModelRequest, dialect: Dialect) -> Self;
    /// What one event of the stream says.
    fn pieces(&mut self, event: &SseEvent) -> Vec<Piece>;
    /// The answer so far shows that the server took a schema and did not hold to it.
    fn ignores_schemas(&self) -> bool;
}

/// One model of one provider.
pub(super) struct Remote<W> {
    settings: ProviderSettings,
    endpoint: Url,
    key: Option<HeaderValue>,
    client: reqwest::Client,
    /// How the provider wants to be asked, as far as it has shown.
    dialect: Arc<Mutex<Dialect>>,
    wire: PhantomData<fn() -> W>,
}

impl<W: Wire> Remote<W> {
    pub(super) fn new(settings: ProviderSettings) -> Result<Self, SettingsError> {
        if settings.model.trim().is_empty() {
            return Err(SettingsError::NoModel);
        }
        let endpoint = endpoint::<W>(&settings.base_url)?;
        let key = settings.api_key.as_ref().map(key::<W>).transpose()?;
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(10))
            .user_agent(concat!("ampere/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| SettingsError::NoTls)?;
        let dialect = Arc::new(Mutex::new(Dialect::default()));
        Ok(Remote { settings, endpoint, key, client, dialect, wire: PhantomData })
    }

    fn dialect(&self) -> Dialect {
        *self.dialect.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn learn(&self, shown: Dialect) {
        learn(&self.dialect, shown);
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        W::signed(request, self.key.as_ref())
    }

    /// A GET with the same key, for what a server offers beside its calls.
    pub(super) fn get(&self, url: &str) -> RequestBuilder {
        self.signed(self.client.get(url))
    }
}

fn learn(dialect: &Mutex<Dialect>, shown: Dialect) {
    let mut dialect = dialect.lock().unwrap_or_else(PoisonError::into_inner);
    *dialect = dialect.with(shown);
}

fn endpoint<W: Wire>(base_url: &str) -> Result<Url, SettingsError> {
    let base = base_url.trim().trim_end_matches('/');
    let url = Url::parse(base).map_err(|_| SettingsError::BadAddress)?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(SettingsError::BadAddress);
    }
    let holds_user = !url.username().is_empty() || url.password().is_some();
    if holds_user || url.query().is_some() || url.fragment().is_some() {
        return Err(SettingsError::AddressHoldsMore);
    }
    Url::parse(&W::endpoint(base)).map_err(|_| SettingsError::BadAddress)
}

fn key<W: Wire>(key: &SecretText) -> Result<HeaderValue, SettingsError> {
    let mut value = W::key(key).ok_or(SettingsError::BadKey)?;
    value.set_sensitive(true);
    Ok(value)
}

#[async_trait]
impl<W: Wire> Model for Remote<W> {
    fn card(&self) -> ModelCard {
        let Dialect { schemas, calls, .. } = self.dialect();
        ModelCard {
            id: self.settings.id.clone(),
            name: self.settings.name.clone(),
            note: self.settings.note.clone(),
            provider: W::PROVIDER,
            ready: true,
            state: "ready".to_owned(),
            context_tokens: self.settings.context_tokens,
            max_output_tokens: self.settings.max_output_tokens,
            schemas,
            calls,
        }
    }

    fn count_tokens(&self, messages: &[ChatMessage]) -> u32 {
        W::at_most(messages)
    }

    async fn stream(&self, mut request: ModelRequest) -> Result<ModelStream, ModelError> {
        if !self.dialect().calls {
            talk::without_calls(&request.messages)?;
        }
        let (response, dialect) = self.connect(&request).await?;
        if !dialect.calls {
            // None were sent, so none are counted.
            request.tools.clear();
        }
        let limits = self.settings.limits;
        let reader = W::reader(&request, dialect);
        let source = batches(reader, response.bytes_stream(), limits.line_bytes);
        let dialect = Arc::clone(&self.dialect);
        let source = source.map(move |(batch, ignored)| {
            if ignored {
                learn(&dialect, Dialect { schemas: false, ..Dialect::default() });
            }
            batch
        });
        Ok(answer::events(&request, limits, source))
    }
}

/// The pieces that each read completes, and whether a schema was ignored. A broken connection is
/// the last batch; an orderly end is the end of the stream.
fn batches<W: Wire>(
    wire: W,
    bytes: impl Stream<Item = reqwest::Result<Bytes>> + Send + 'static,
    line_bytes: usize,
) -> impl Stream<Item = (Batch, bool)> + Send + 'static {
    let state = Some((Box::pin(bytes), SseReader::new(line_bytes), wire));
    stream::unfold(state, |state| async move {
        let (mut bytes, mut reader, mut wire) = state?;
        match bytes.next().await? {
            Ok(read) => {
                let mut events = Vec::new();
                let taken = reader.take(&read, &mut events);
                let mut batch: Batch = events.iter().flat_map(|event| wire.pieces(event)).collect();
                if taken.is_err() {
                    batch.push(Piece::Broken(ModelError::Broken(BreakCause::Garbled)));
                    return Some(((batch, false), None));
                }
                Some(((batch, wire.ignores_schemas()), Some((bytes, reader, wire))))
            }
            Err(_) => {
                let cut = vec![Piece::Broken(ModelError::Broken(BreakCause::Cut))];
                Some(((cut, false), None))
            }
        }
    })
}
