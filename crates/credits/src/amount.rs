//! Exact amounts: credits as whole micro-credits, money as minor units.
//!
//! Owns parsing, printing and checked arithmetic. Never rounds: the one rounding of the product
//! is in [`crate::rating`]. Never a float.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Micro-credits in one credit.
pub const MICROS_PER_CREDIT: i64 = 1_000_000;

/// A sum left the range of 64-bit micro-credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the amount is outside of what can be counted")]
pub struct Overflow;

/// Why a text is not an amount of credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not digits with at most one point (no sign, exponent, spaces or words).
    #[error("credits are written as digits with at most one point, like 14.25")]
    Malformed,
    /// More than six digits after the point.
    #[error("credits are exact to six digits after the point")]
    TooFine,
    /// More than 64 bits of micro-credits.
    #[error("that amount is too large")]
    TooLarge,
}

/// An amount of credits in whole micro-credits (1 credit = 1,000,000).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Credits(i64);

impl Credits {
    /// No credits.
    pub const ZERO: Credits = Credits(0);

    /// From micro-credits.
    pub const fn from_micros(micros: i64) -> Self {
        Credits(micros)
    }

    /// From whole credits.
    #[expect(clippy::arithmetic_side_effects, reason = "u32::MAX × 1,000,000 fits in 63 bits")]
    pub const fn whole(credits: u32) -> Self {
        Credits(credits as i64 * MICROS_PER_CREDIT)
    }

    /// In micro-credits.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole credits, rounded down (amounts that people see are never negative).
    pub const fn floor(self) -> i64 {
        self.0.div_euclid(MICROS_PER_CREDIT)
    }

    /// At least one micro-credit.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Exactly nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Sum, checked.
    pub fn plus(self, other: Credits) -> Result<Credits, Overflow> {
        self.0.checked_add(other.0).map(Credits).ok_or(Overflow)
    }

    /// Difference, checked; may be negative.
    pub fn minus(self, other: Credits) -> Result<Credits, Overflow> {
        self.0.checked_sub(other.0).map(Credits).ok_or(Overflow)
    }

    /// Difference, but never below nothing.
    pub fn less(self, other: Credits) -> Credits {
        Credits(self.0.saturating_sub(other.0).max(0))
    }

    /// Sum of many, checked.
    pub fn sum(amounts: impl IntoIterator<Item = Credits>) -> Result<Credits, Overflow> {
        amounts.into_iter().try_fold(Credits::ZERO, Credits::plus)
    }

    /// The signed text, `-` before negative amounts (movements only, never balances).
    pub fn signed(self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        const PER_CREDIT: u64 = MICROS_PER_CREDIT.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        write!(f, "{}", magnitude / PER_CREDIT)?;
        let rest = magnitude % PER_CREDIT;
        if rest != 0 {
            let digits = format!("{rest:06}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}cr")
    }
}

impl FromStr for Credits {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return Err(AmountError::Malformed),
            None => (text, ""),
        };
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return Err(AmountError::Malformed);
        }
        if fraction.len() > 6 {
            return Err(AmountError::TooFine);
        }
        let whole: i64 = whole.parse().map_err(|_| AmountError::TooLarge)?;
        let micros: i64 = format!("{fraction:0<6}").parse().map_err(|_| AmountError::Malformed)?;
        whole
            .checked_mul(MICROS_PER_CREDIT)
            .and_then(|w| w.checked_add(micros))
            .map(Credits)
            .ok_or(AmountError::TooLarge)
    }
}

impl Serialize for Credits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Credits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Credits;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("credits as a decimal string or a whole number")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Credits, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_u64<E: de::Error>(self, whole: u64) -> Result<Credits, E> {
                let text = whole.to_string();
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// Money in minor units of a currency (cents of usd); never converted, never a float.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// Minor units, ≥ 0.
    pub amount: i64,
    /// ISO 4217, lower case.
    pub currency: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_without_trailing_zeros() {
        assert_eq!(Credits::from_micros(14_250_000).to_string(), "14.25");
        assert_eq!(Credits::from_micros(1).to_string(), "0.000001");
        assert_eq!(Credits::whole(7).to_string(), "7");
        assert_eq!(Credits::from_micros(-500_000).to_string(), "-0.5");
    }

    #[test]
    fn parses_what_it_prints_and_refuses_the_rest() {
        for micros in [0, 1, 999_999, 1_000_000, 14_250_000, i64::MAX] {
            let amount = Credits::from_micros(micros);
            assert_eq!(amount.to_string().parse(), Ok(amount));
        }
        for bad in ["", ".", "1.", ".5", "-1", "+1", "1e3", "NaN", " 1", "1,5", "0x1", "١"] {
            assert_eq!(bad.parse::<Credits>(), Err(AmountError::Malformed), "{bad:?}");
        }
        assert_eq!("1.0000001".parse::<Credits>(), Err(AmountError::TooFine));
        assert_eq!("9223372036854.775808".parse::<Credits>(), Err(AmountError::TooLarge));
        assert_eq!("99999999999999999999".parse::<Credits>(), Err(AmountError::TooLarge));
    }

    #[test]
    fn arithmetic_is_checked() {
        assert_eq!(Credits::from_micros(i64::MAX).plus(Credits::from_micros(1)), Err(Overflow));
        assert_eq!(Credits::from_micros(i64::MIN).minus(Credits::from_micros(1)), Err(Overflow));
        assert_eq!(Credits::whole(3).less(Credits::whole(5)), Credits::ZERO);
    }
}
