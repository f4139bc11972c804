//! Figures: operations a second and latencies of one measurement, medians over rounds.
//!
//! Whole numbers only: microseconds and thousandths.

use std::time::Duration;

/// One measurement.
#[derive(Debug, Clone)]
pub struct Round {
    /// Operations a second.
    pub rate: u64,
    /// Microseconds that half of them stayed under.
    pub p50: u32,
    /// Microseconds that 99 of 100 stayed under.
    pub p99: u32,
}

impl Round {
    /// From every operation's microseconds, and how long it all took.
    pub fn of(mut micros: Vec<u32>, took: Duration) -> Round {
        micros.sort_unstable();
        let count = u128::try_from(micros.len()).unwrap_or_default();
        let rate = (count * 1_000_000).checked_div(took.as_micros()).unwrap_or_default();
        let at = |percent: usize| {
            let index = micros.len().saturating_sub(1) * percent / 100;
            micros.get(index).copied().unwrap_or_default()
        };
        Round { rate: u64::try_from(rate).unwrap_or(u64::MAX), p50: at(50), p99: at(99) }
    }

    /// In a few words.
    pub fn told(&self) -> String {
        format!("{} ops/s ({}/{} µs)", grouped(self.rate), self.p50, self.p99)
    }
}

/// The same measurement in every round.
#[derive(Debug, Clone, Default)]
pub struct Series(Vec<Round>);

impl Series {
    /// One more.
    pub fn push(&mut self, round: Round) {
        self.0.push(round);
    }

    /// Operations a second: median, least, most.
    pub fn rate(&self) -> (u64, u64, u64) {
        let rates = self.sorted(|round| round.rate);
        let end = |at: Option<&u64>| at.copied().unwrap_or_default();
        (median(&rates), end(rates.first()), end(rates.last()))
    }

    /// Medians of the latencies: half, and 99 of 100.
    pub fn latency(&self) -> (u64, u64) {
        let half = self.sorted(|round| round.p50.into());
        let most = self.sorted(|round| round.p99.into());
        (median(&half), median(&most))
    }

    /// Median of the rounds' ratios to another series, in thousandths: each round is compared
    /// with its neighbour in time.
    pub fn ratio_to(&self, other: &Series) -> u64 {
        let pairs = self.0.iter().zip(&other.0);
        let mut ratios: Vec<u64> =
            pairs.map(|(own, other)| own.rate * 1_000 / other.rate.max(1)).collect();
        ratios.sort_unstable();
        median(&ratios)
    }

    fn sorted(&self, part: impl Fn(&Round) -> u64) -> Vec<u64> {
        let mut values: Vec<u64> = self.0.iter().map(part).collect();
        values.sort_unstable();
        values
    }
}

fn median(sorted: &[u64]) -> u64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_counts_and_ranks() {
        let round = Round::of((1..=200).collect(), Duration::from_millis(500));
        assert_eq!((round.rate, round.p50, round.p99), (400, 100, 198));
        let none = Round::of(Vec::new(), Duration::ZERO);
        assert_eq!((none.rate, none.p50, none.p99), (0, 0, 0));
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        let series = |rates: &[u64]| {
            let round = |rate: &u64| Round { rate: *rate, p50: 0, p99: 0 };
            Series(rates.iter().map(round).collect())
        };
        let (own, other) = (series(&[50, 80, 30]), series(&[100, 100, 40]));
        assert_eq!(own.ratio_to(&other), 750);
        assert_eq!(own.rate(), (50, 30, 80));
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(12), "12");
    }
}
