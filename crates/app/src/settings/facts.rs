//! What the operator says of a model provider, and what they see of it.
//!
//! Owns: these shapes, and the words of what a provider speaks. Never holds a key that is shown.
//! Read next: [`super::provider`].

use ampere_adapters::ai::{ModelCard, Provider};
use ampere_adapters::secrets::SecretText;
use ampere_credits::Credits;

use super::{LocalLook, Source};
use crate::rates::LOCAL_MODEL;

/// What a provider speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProviderKind {
    /// The OpenAI chat shape, as most servers do.
    #[default]
    OpenAi,
    /// Anthropic's Messages API.
    Anthropic,
}

impl ProviderKind {
    /// How the server of a model is spoken to; none: it runs on this computer.
    pub fn of(card: &ModelCard) -> Option<Self> {
        match card.provider {
            _ if card.id == LOCAL_MODEL => None,
            Provider::Local => None,
            Provider::OpenAiCompatible => Some(ProviderKind::OpenAi),
            Provider::Anthropic => Some(ProviderKind::Anthropic),
        }
    }

    /// The word by which it is kept, configured and shown.
    pub fn word(self) -> &'static str {
        match self {
            ProviderKind::OpenAi => "openai",
            ProviderKind::Anthropic => "anthropic",
        }
    }

    /// What a word means.
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [ProviderKind::OpenAi, ProviderKind::Anthropic];
        all.into_iter().find(|kind| kind.word() == word)
    }
}

/// What the operator wants to use.
#[derive(Clone)]
pub struct WantedProvider {
    /// What is spoken there.
    pub kind: ProviderKind,
    /// Up to and without `/chat/completions` or `/v1/messages`.
    pub base_url: String,
    /// None: the saved one if the address stays the same. Empty: none at all.
    pub api_key: Option<SecretText>,
    /// The model's name there.
    pub model: String,
    /// What people read; the model's name otherwise.
    pub name: Option<String>,
    /// Credits per 1,000 input tokens; the catalog's otherwise.
    pub input: Option<Credits>,
    /// Credits per 1,000 output tokens; the catalog's otherwise.
    pub output: Option<Credits>,
}

/// What the operator sees.
pub struct ProviderShown {
    /// What is used now, if anything.
    pub provider: Option<ProviderFacts>,
    /// The model on this computer.
    pub local: LocalLook,
}

/// A provider without its secret.
pub struct ProviderFacts {
    /// What is spoken there.
    pub kind: ProviderKind,
    /// Its address.
    pub base_url: String,
    /// The model's name there.
    pub model: String,
    /// What people read.
    pub name: String,
    /// Whether there is a key.
    pub key_set: bool,
    /// Where all this comes from.
    pub source: Source,
    /// Credits per 1,000 input tokens.
    pub input: Credits,
    /// Credits per 1,000 output tokens.
    pub output: Credits,
}

/// How a test went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderTested {
    /// It answered.
    pub ok: bool,
    /// What that means, in plain words.
    pub detail: String,
    /// Tokens it read and wrote.
    pub tokens: Option<(u32, u32)>,
    /// How long it took.
    pub milliseconds: u64,
}
