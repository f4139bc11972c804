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

/// Bounds on the usage of one model call among several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallBound {
    /// The model.
    pub model: String,
    /// Upper bound of the tokens it will read.
    pub input_tokens: u64,
    /// The tokens it will probably read. Never counted above the bound.
    pub likely_input_tokens: u64,
    /// The most it may write.
    pub max_output_tokens: u64,
}

/// Bounds on work of several model calls, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkInput {
    /// Its calls in order; none for work that no model does.
    pub calls: Vec<CallBound>,
    /// The calls that it makes when it finds little to do; empty: the same as `calls`.
    pub least: Vec<CallBound>,
    /// What the first call is held for at first; the hold is extended before the run passes it.
    pub first_output_tokens: u64,
    /// What earlier runs of the same work were charged, in any order; empty if there are none.
    pub history: Vec<Credits>,
    /// Something that it uses for a time beside its calls.
    pub time: Option<TimeBound>,
}

/// Bounds on something that is rated by the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeBound {
    /// What is used.
    pub model: String,
    /// Seconds when it finds little to do,
    pub least: u64,
    /// usually,
    pub likely: u64,
    /// and at most.
    pub most: u64,
    /// Seconds that are held at first.
    pub first: u64,
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

/// So many earlier runs tell more than the card does.
const ENOUGH: usize = 5;

/// A quote of one model call. With at least five earlier runs, low is their 10th percentile,
/// typical their median and high their 90th; otherwise an eighth, a half and all of the maximum.
pub fn quote(card: &RateCard, input: &QuoteInput) -> Result<Quote, RatingError> {
    let call = CallBound {
        model: input.model.clone(),
        input_tokens: input.input_tokens,
        likely_input_tokens: input.likely_input_tokens,
        max_output_tokens: input.max_output_tokens,
    };
    let calls = std::slice::from_ref(&call);
    let hold = first_hold(card, Some(&call), input.first_output_tokens)?;
    let Some(outputs) = usual(&input.history) else {
        return of_card(card, calls, hold);
    };
    // With earlier runs to learn from, high is what was usual and no bound.
    let likely = |written: u64| {
        price(card, calls, |call| (call.likely(), written.min(call.max_output_tokens)))
    };
    let [low, typical, high] = outputs;
    let (low, typical, high) = (likely(low)?, likely(typical)?, likely(high)?);
    let basis = Basis::History;
    Ok(Quote { low, typical, high, hold, basis, rate_card_version: card.version })
}

/// A quote of work of any number of model calls. With at least five earlier runs of the same work,
/// low, typical and high are the 10th, 50th and 90th percentile of what they were charged.
/// Otherwise low is the least calls as they will probably read and a sixteenth of what they may
/// write (or all calls and an eighth, where no least is given), typical all calls and a half, and
/// high the bound; the time's least, likely and most are added. The hold is for the first call and
/// the first seconds; without any of both it is one micro-credit, and the work is free.
pub fn quote_work(card: &RateCard, input: &WorkInput) -> Result<Quote, RatingError> {
    let hold = first_hold(card, input.calls.first(), input.first_output_tokens)?;
    // By the card in any case: a model without a price must be noticed before the work starts.
    let mut of_card = of_card(card, &input.calls, hold)?;
    if !input.least.is_empty() {
        let least = |call: &CallBound| (call.likely(), call.max_output_tokens.div_ceil(16));
        of_card.low = price(card, &input.least, least)?.min(of_card.typical);
    }
    if let Some(time) = &input.time {
        let with = |credits: Credits, quantity| {
            let usage = Usage { model: time.model.clone(), measure: Measure::Seconds, quantity };
            Ok::<Credits, RatingError>(credits.plus(charge(card, &[usage])?)?)
        };
        of_card.low = with(of_card.low, time.least)?;
        of_card.typical = with(of_card.typical, time.likely)?;
        of_card.high = with(of_card.high, time.most)?;
        of_card.hold = with(of_card.hold, time.first)?;
    }
    Ok(match usual(&input.history) {
        Some([low, typical, high]) if !input.calls.is_empty() || input.time.is_some() => {
            Quote { low, typical, high, basis: Basis::History, ..of_card }
        }
        _ => of_card,
    })
}

impl CallBound {
    fn likely(&self) -> u64 {
        self.likely_input_tokens.min(self.input_tokens)
    }
}

/// The 10th, 50th and 90th percentile, if there are enough.
fn usual<T: Copy + Ord>(history: &[T]) -> Option<[T; 3]> {
    let mut sorted = history.to_vec();
    sorted.sort_unstable();
    let last = sorted.len().checked_sub(1).filter(|_| sorted.len() >= ENOUGH)?;
    let at = |tenths: usize| sorted.get(last.saturating_mul(tenths) / 10).copied();
    Some([at(1)?, at(5)?, at(9)?])
}

/// Without earlier runs to learn from: high is a bound.
fn of_card(card: &RateCard, calls: &[CallBound], hold: Credits) -> Result<Quote, RatingError> {
    let part = |parts: u64| {
        price(card, calls, |call| (call.likely(), call.max_output_tokens.div_ceil(parts)))
    };
    Ok(Quote {
        low: part(8)?,
        typical: part(2)?,
        high: price(card, calls, |call| (call.input_tokens, call.max_output_tokens))?,
        hold,
        basis: Basis::RateCard,
        rate_card_version: card.version,
    })
}

/// What must be held before the first call; never nothing.
fn first_hold(
    card: &RateCard,
    first: Option<&CallBound>,
    first_output_tokens: u64,
) -> Result<Credits, RatingError> {
    let calls = first.map_or(&[][..], std::slice::from_ref);
    let at_first =
        |call: &CallBound| (call.input_tokens, first_output_tokens.min(call.max_output_tokens));
    Ok(price(card, calls, at_first)?.max(Credits::from_micros(1)))
}

/// What the calls cost when each reads and writes so much; one rounding, like every run.
fn price(
    card: &RateCard,
    calls: &[CallBound],
    tokens: impl Fn(&CallBound) -> (u64, u64),
) -> Result<Credits, RatingError> {
    let usage: Vec<Usage> = calls
        .iter()
        .flat_map(|call| {
            let (read, written) = tokens(call);
            let line = |measure, quantity| Usage { model: call.model.clone(), measure, quantity };
            [line(Measure::InputTokens, read), line(Measure::OutputTokens, written)]
        })
        .collect();
    charge(card, &usage)
}
