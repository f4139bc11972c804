//! The Model port: one interface to every language model, local or not.
//!
//! Owns: what a model is asked, what it answers, how an answer ends, and what a failure means for
//! the caller. Never does: rate or charge anything; it only counts.
//!
//! **How an answer ends.** A stream gives any number of `Queued` and `Delta` events, at most one
//! `Calls` after them, and then exactly one of `Usage` (the answer is whole, or was stopped at its
//! length limit) or `Broken` (it was cut). Nothing follows that event. Dropping the stream cancels
//! the call at the provider.
//!
//! Read next: `answer` (the one rule that turns what a provider sends into those events), then
//! `remote` (providers: `openai`, `anthropic`), `local`, and for tests `scripted`.

mod answer;
pub mod anthropic;
mod calls;
mod error;
pub mod local;
pub mod openai;
mod remote;
#[cfg(feature = "scripted")]
pub mod scripted;
mod sse;
mod talk;
mod test_connection;
mod tokens;

use std::pin::Pin;

use async_trait::async_trait;
use futures_util::Stream;
use serde_json::Value;

pub use answer::Limits;
pub use error::{BreakCause, ModelError};
pub use remote::{ProviderSettings, Retry, SettingsError};
pub use talk::{ChatMessage, Role, ToolCall, ToolSpec};
pub use test_connection::{ConnectionReport, test_connection};
pub use tokens::{input_at_most, likely_tokens, schema_at_most, tools_at_most};

/// Where a model runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// The worker process on this computer.
    Local,
    /// A server that speaks the OpenAI chat shape, set up by the operator.
    OpenAiCompatible,
    /// A server that speaks Anthropic's Messages API, set up by the operator.
    Anthropic,
}

/// What a person can know of a model before choosing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelCard {
    /// The name by which Ampere's rate cards and requests know the model.
    pub id: String,
    /// What people read.
    pub name: String,
    /// One sentence on what the model is good for.
    pub note: String,
    pub provider: Provider,
    /// Whether a request made now would be tried.
    pub ready: bool,
    /// One lower-case word: `ready`, `starting`, `missing`, `failed` or `off`.
    pub state: String,
    /// Tokens of input and output together that fit in one call.
    pub context_tokens: u32,
    /// The most output tokens that one call may ask for.
    pub max_output_tokens: u32,
    /// Whether an answer can be held to a JSON Schema. False for a provider that has shown that it
    /// cannot: then a schema changes nothing, and the answer may be anything.
    pub schemas: bool,
    /// Whether the model can be offered tools and answer with calls. False: tools change nothing,
    /// and messages that tell of calls are refused; whoever asks agrees on calls in plain text.
    pub calls: bool,
}

/// One call to a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelRequest {
    /// Our id of the call; sent to the provider as `X-Call-Id`, the same for every attempt.
    pub call_id: String,
    /// The model's name as the provider knows it. An adapter of one model ignores it.
    pub model: String,
    /// Oldest first.
    pub messages: Vec<ChatMessage>,
    /// The answer never passes this many output tokens: the adapter stops reading there.
    pub max_output_tokens: u32,
    /// The answer is to be JSON of this JSON Schema. A wish, not a promise: a whole answer fits
    /// where the model can be constrained ([`ModelCard::schemas`]); one that reached its limit
    /// does not, and others may not, so whoever asks still checks. Some providers take only
    /// objects that name all their properties as required and allow no others.
    pub schema: Option<Value>,
    /// Asks for the likeliest answer instead of a varied one, so that the same request tends to
    /// get the same answer; a provider that cannot gives its usual one.
    pub steady: bool,
    /// The tools that the model may call; empty: none are offered. It may call several at once, or
    /// answer in text, or both.
    pub tools: Vec<ToolSpec>,
}

/// Why a whole answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// The model was done.
    Stop,
    /// The limit on output tokens was reached, the provider's or ours. Calls that it cut into are
    /// not given.
    Length,
    /// The model waits for what its calls give.
    Calls,
}

/// What a stream says. `Usage` and `Broken` are last, and one of them always comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelEvent {
    /// The call waits for `ahead` others. May come several times before the first `Delta`.
    Queued { ahead: u32 },
    /// More of the answer.
    Delta {
        /// What to append. May be empty: the model worked without showing anything.
        text: String,
        /// Our own estimate of the output tokens this piece took. The sum over a stream is the
        /// own count that an estimated `Usage` or a `Broken` reports.
        tokens: u32,
    },
    /// The calls that the model asks for, whole and in its order; once at most, and right before
    /// a `Usage` that ends in [`Finish::Calls`]. Their tokens came as `Delta`s without text.
    Calls(Vec<ToolCall>),
    /// The answer is whole.
    Usage {
        input_tokens: u32,
        /// With `exact`, what the provider says, which may be above what was asked for (models
        /// that think count thoughts). Own counts never pass `max_output_tokens`.
        output_tokens: u32,
        /// False: the provider sent no usable count, or we stopped reading; the numbers are ours.
        exact: bool,
        finish: Finish,
    },
    /// The answer was cut. The counts are our estimate of what was delivered: both are 0 when
    /// nothing was, and then there is nothing to charge (the ledger's rule on failures).
    Broken { error: ModelError, input_tokens: u32, output_tokens: u32 },
}

impl ModelEvent {
    /// Whether this is the last event of its stream.
    pub fn is_last(&self) -> bool {
        matches!(self, ModelEvent::Usage { .. } | ModelEvent::Broken { .. })
    }
}

/// The events of one answer. Dropping it cancels the call at the provider.
pub type ModelStream = Pin<Box<dyn Stream<Item = ModelEvent> + Send>>;

/// A language model.
#[async_trait]
pub trait Model: Send + Sync {
    /// What the model is and whether it is ready, now.
    fn card(&self) -> ModelCard;

    /// The most input tokens these messages can come to: made for holds, so never under and often
    /// several times over. [`likely_tokens`] is the guess for people.
    fn count_tokens(&self, messages: &[ChatMessage]) -> u32;

    /// Starts a call and returns once the provider has accepted it.
    ///
    /// # Errors
    /// Any [`ModelError`] here means that nothing was delivered: nothing is to be charged.
    async fn stream(&self, request: ModelRequest) -> Result<ModelStream, ModelError>;
}
