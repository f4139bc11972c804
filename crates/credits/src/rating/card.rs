//! Rate cards: what a million units of a measure cost, by model. Published versions never
//! change; a run keeps the version it was quoted under.

use crate::amount::Credits;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Tokens that the model read.
    InputTokens,
    /// Tokens that the model wrote.
    OutputTokens,
}

impl Measure {
    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            Measure::InputTokens => "input_tokens",
            Measure::OutputTokens => "output_tokens",
        }
    }

    /// From its stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Measure::InputTokens, Measure::OutputTokens].into_iter().find(|m| m.word() == word)
    }
}

/// One price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// The model's id.
    pub model: String,
    /// What is counted.
    pub measure: Measure,
    /// Micro-credits for one million units, ≥ 0.
    pub micros_per_million: i64,
}

impl Rate {
    /// A price given as credits for a thousand units; none if it is negative or out of range.
    pub fn per_thousand(model: &str, measure: Measure, credits: Credits) -> Option<Rate> {
        let micros_per_million = credits.micros().checked_mul(1_000)?;
        (micros_per_million >= 0).then(|| Rate {
            model: model.to_owned(),
            measure,
            micros_per_million,
        })
    }

    /// Credits for a thousand units, rounded down where finer than a micro-credit.
    pub fn credits_per_thousand(&self) -> Credits {
        Credits::from_micros(self.micros_per_million.div_euclid(1_000))
    }
}

/// A published version of all prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateCard {
    /// 1, 2, 3 …
    pub version: u32,
    /// All prices.
    pub rates: Vec<Rate>,
}

/// The card has no price for this model and measure, so the work must not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rate card {version} has no price for {model}")]
pub struct Unrated {
    /// The card.
    pub version: u32,
    /// The model without a price.
    pub model: String,
}

impl RateCard {
    /// Micro-credits for one million units, ≥ 0: a negative price is none.
    pub fn rate(&self, model: &str, measure: Measure) -> Result<i64, Unrated> {
        let found = self.rates.iter().find(|r| r.model == model && r.measure == measure);
        found
            .map(|rate| rate.micros_per_million)
            .filter(|price| *price >= 0)
            .ok_or_else(|| Unrated { version: self.version, model: model.to_owned() })
    }
}
