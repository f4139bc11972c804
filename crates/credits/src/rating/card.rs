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
    /// Seconds that something was in use.
    Seconds,
}

impl Measure {
    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            Measure::InputTokens => "input_tokens",
            Measure::OutputTokens => "output_tokens",
            Measure::Seconds => "seconds",
        }
    }

    /// From its stable word.
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Measure::InputTokens, Measure::OutputTokens, Measure::Seconds];
        all.into_iter().find(|measure| measure.word() == word)
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

    /// A price given as credits for a minute of use; none if it is negative or out of range, or
    /// is no whole number of micro-credits for a million seconds.
    pub fn per_minute(model: &str, credits: Credits) -> Option<Rate> {
        let of_sixty = credits.micros().checked_mul(1_000_000)?;
        let whole = of_sixty >= 0 && of_sixty.rem_euclid(60) == 0;
        let micros_per_million = of_sixty.div_euclid(60);
        whole.then(|| Rate {
            model: model.to_owned(),
            measure: Measure::Seconds,
            micros_per_million,
        })
    }

    /// Credits for a minute, rounded down where finer than a micro-credit.
    pub fn credits_per_minute(&self) -> Credits {
        let minute = i128::from(self.micros_per_million).saturating_mul(60).div_euclid(1_000_000);
        Credits::from_micros(i64::try_from(minute).unwrap_or(i64::MAX))
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
