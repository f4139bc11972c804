//! Rating: measured usage × rate card = micro-credits, with one rounding a run.
//!
//! The law's "Rating": exact sums over a common denominator; line k = ceil(sum to k) −
//! ceil(sum to k−1) over all of a run's usage, so that the lines add up to the charge.

use crate::amount::{Credits, Overflow};
use crate::rating::card::{Measure, RateCard, Unrated};

/// Units that a rate is given for.
const PER: i128 = 1_000_000;

/// One measured quantity of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The model that did it.
    pub model: String,
    /// What was counted.
    pub measure: Measure,
    /// How many.
    pub quantity: u64,
}

/// A rated line of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was measured.
    pub usage: Usage,
    /// Micro-credits for one million units.
    pub micros_per_million: i64,
    /// Its part of the charge.
    pub credits: Credits,
}

/// Why usage could not be rated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RatingError {
    /// The card has no such price.
    #[error(transparent)]
    Unrated(#[from] Unrated),
    /// A sum left the countable range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

/// The lines of a run's usage, in order; they sum to its charge.
pub fn lines(card: &RateCard, usage: &[Usage]) -> Result<Vec<Line>, RatingError> {
    let mut exact: i128 = 0;
    let mut before = Credits::ZERO;
    let mut lines = Vec::with_capacity(usage.len());
    for each in usage {
        let rate = card.rate(&each.model, each.measure)?;
        let part = i128::from(each.quantity).checked_mul(i128::from(rate)).ok_or(Overflow)?;
        exact = exact.checked_add(part).ok_or(Overflow)?;
        let sum = round_up(exact)?;
        let credits = sum.minus(before)?;
        before = sum;
        lines.push(Line { usage: each.clone(), micros_per_million: rate, credits });
    }
    Ok(lines)
}

/// What a run's usage costs: the exact sum, rounded up once to a whole micro-credit.
pub fn charge(card: &RateCard, usage: &[Usage]) -> Result<Credits, RatingError> {
    let lines = lines(card, usage)?;
    Ok(Credits::sum(lines.iter().map(|line| line.credits))?)
}

fn round_up(exact: i128) -> Result<Credits, Overflow> {
    let begun = i128::from(exact.rem_euclid(PER) > 0);
    let micros = exact.div_euclid(PER).checked_add(begun).ok_or(Overflow)?;
    i64::try_from(micros).map(Credits::from_micros).map_err(|_| Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rating::card::Rate;

    fn card() -> RateCard {
        let rate = |measure, micros_per_million| Rate {
            model: "m".to_owned(),
            measure,
            micros_per_million,
        };
        RateCard {
            version: 1,
            rates: vec![
                rate(Measure::InputTokens, 500_000_000),
                rate(Measure::OutputTokens, 333_333),
            ],
        }
    }

    fn used(measure: Measure, quantity: u64) -> Usage {
        Usage { model: "m".to_owned(), measure, quantity }
    }

    #[test]
    fn default_rate_of_the_local_model_is_half_a_credit_per_thousand_input_tokens() {
        let half = charge(&card(), &[used(Measure::InputTokens, 1_000)]);
        assert_eq!(half, Ok(Credits::from_micros(500_000)));
    }

    #[test]
    fn one_rounding_and_lines_that_add_up() {
        let usage = vec![used(Measure::OutputTokens, 1); 4];
        let got = lines(&card(), &usage).unwrap_or_default();
        let micros: Vec<i64> = got.iter().map(|line| line.credits.micros()).collect();
        assert_eq!(micros, [1, 0, 0, 1], "0.333333 × 4 = 1.333332, rounded up once to 2");
        assert_eq!(charge(&card(), &usage), Ok(Credits::from_micros(2)));
    }

    #[test]
    fn what_has_no_price_is_refused_and_huge_usage_does_not_wrap() {
        let foreign = Usage { model: "x".to_owned(), ..used(Measure::InputTokens, 1) };
        assert!(matches!(charge(&card(), &[foreign]), Err(RatingError::Unrated(_))));
        let huge = [used(Measure::InputTokens, u64::MAX)];
        assert_eq!(charge(&card(), &huge), Err(RatingError::Overflow(Overflow)));
    }
}
