//! Effort: how much Joule may do for one message.

use ampere_adapters::ai::{ModelCard, Provider};

use crate::catalog::{AgentBounds, AgentTerms};

/// Tokens that a model must take at once to use hands with sense.
const LEAST_CONTEXT: u32 = 4_096;

/// How much a person wants Joule to do for a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Effort {
    /// One answer, without hands.
    Low,
    /// Some turns with hands.
    #[default]
    Medium,
    /// Many.
    High,
}

impl Effort {
    /// All, from little to much.
    pub const ALL: [Effort; 3] = [Effort::Low, Effort::Medium, Effort::High];

    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            Effort::Low => "low",
            Effort::Medium => "medium",
            Effort::High => "high",
        }
    }

    /// The effort of a word.
    pub fn from_word(word: &str) -> Option<Effort> {
        Effort::ALL.into_iter().find(|effort| effort.word() == word)
    }

    /// What a message may do at most with a model; none: it is one answer without hands.
    pub(crate) fn bounds(self, terms: &AgentTerms, card: &ModelCard) -> Option<AgentBounds> {
        let bounds = match self {
            Effort::Low => None,
            Effort::Medium => Some(terms.medium),
            Effort::High => Some(terms.high),
        };
        bounds.filter(|_| hands_note(card).is_none())
    }
}

/// Why a model has no hands, a sentence for people; none: it has.
pub fn hands_note(card: &ModelCard) -> Option<String> {
    if card.provider == Provider::Local {
        return Some("The small model on this computer only answers; it uses no tools.".to_owned());
    }
    (card.context_tokens < LEAST_CONTEXT).then(|| {
        format!("It takes fewer than {LEAST_CONTEXT} tokens at once: too few to use tools.")
    })
}
