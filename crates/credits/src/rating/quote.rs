//! Quotes: what a run may cost before it starts, by the same function that rates it after.

use crate::amount::Credits;
use crate::rating::card::{Measure, RateCard};
use crate::rating::rate::{RatingError, Usage, charge};

/// Bounds on the usage of one model call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuoteInput {
    /// The model.
    pub model: String,
    /// Upper bound of the tokens it will read: what is held for.
    pub input_tokens: u64,
    /// The tokens it will probably read: what people are told. Never counted above the bound.
    pub likely_input_tokens: u64,
    /// The most it may write.
    pub max_output_tokens: u64,
    /// What it is held for at first; the hold is extended before the run passes it.
    pub first_output_tokens: u64,
    /// Outputs of earlier runs like this one, in any order; empty if there are none.
    pub history: Vec<u64>,
}

/// Where low and typical come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// From earlier runs.
    History,
    /// From the rate card alone.
    RateCard,
}

/// What a run may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// A short answer.
    pub low: Credits,
    /// A usual answer.
    pub typical: Credits,
    /// The longest answer.
    pub high: Credits,
    /// What must be held to start.
    pub hold: Credits,
    /// Where low and typical come from.
    pub basis: Basis,
    /// The card it was made with.
    pub rate_card_version: u32,
}

/// A quote of one model call. With at least five earlier runs, low is their 10th percentile,
/// typical their median and high their 90th; otherwise an eighth, a half and all of the maximum.
pub fn quote(card: &RateCard, input: &QuoteInput) -> Result<Quote, RatingError> {
    let max = input.max_output_tokens;
    let (low, typical, high, basis) = if input.history.len() >= 5 {
        let mut sorted = input.history.clone();
        sorted.sort_unstable();
        let at = |tenths: usize| {
            let index = sorted.len().saturating_sub(1).saturating_mul(tenths) / 10;
            sorted.get(index).copied().unwrap_or(max).min(max)
        };
        (at(1), at(5), at(9), Basis::History)
    } else {
        (max.div_ceil(8), max.div_ceil(2), max, Basis::RateCard)
    };
    let bound = input.input_tokens;
    let likely = input.likely_input_tokens.min(bound);
    // Without earlier runs to learn from, high is a bound; with them it is what was usual.
    let most = if basis == Basis::RateCard { bound } else { likely };
    let price = |read: u64, written: u64| {
        let line = |measure, quantity| Usage { model: input.model.clone(), measure, quantity };
        let read = line(Measure::InputTokens, read);
        charge(card, &[read, line(Measure::OutputTokens, written)])
    };
    let least = Credits::from_micros(1);
    Ok(Quote {
        low: price(likely, low)?,
        typical: price(likely, typical)?,
        high: price(most, high)?,
        hold: price(bound, input.first_output_tokens.min(max))?.max(least),
        basis,
        rate_card_version: card.version,
    })
}
