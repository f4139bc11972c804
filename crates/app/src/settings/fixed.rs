//! What environment and file have fixed; the server reads both at start, and this wins over the
//! operator's screen.

use ampere_adapters::secrets::SecretText;
use ampere_credits::Credits;

use super::facts::ProviderKind;
use crate::people::{LoginTimes, PasswordCost};

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The server's environment.
    Environment,
    /// The configuration file.
    File,
    /// The operator's screen.
    Screen,
    /// Nobody said anything.
    Default,
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given<T> {
    /// The value.
    pub value: T,
    /// Its source.
    pub source: Source,
}

/// A model provider set by environment or file. It is used whole or not at all: with an address
/// here nothing of the screen's is mixed in, so that no key goes to an address it was not for.
#[derive(Debug, Clone, Default)]
pub struct FixedProvider {
    /// What is spoken there; the OpenAI chat shape otherwise.
    pub kind: Option<ProviderKind>,
    /// Its address; without it nothing else here counts.
    pub base_url: Option<Given<String>>,
    /// Its key.
    pub api_key: Option<SecretText>,
    /// The model's name there.
    pub model: Option<String>,
    /// What people read.
    pub name: Option<String>,
    /// Credits per 1,000 input tokens.
    pub input: Option<Credits>,
    /// Credits per 1,000 output tokens.
    pub output: Option<Credits>,
    /// Tokens of input and output that fit in one call.
    pub context_tokens: Option<u32>,
    /// The longest answer.
    pub max_output_tokens: Option<u32>,
}

/// Everything that is fixed at start.
#[derive(Debug, Clone, Default)]
pub struct Fixed {
    /// Accounts without invitation.
    pub sign_up_open: Option<Given<bool>>,
    /// The model provider.
    pub provider: FixedProvider,
    /// How long logins live.
    pub login_times: LoginTimes,
    /// What hashing a password costs.
    pub password_cost: PasswordCost,
}
