//! What credits cost: packs exactly, any other amount by the tier that it reaches. Catalog data.

use ampere_credits::{Credits, Money};
use serde::Deserialize;

use crate::catalog::{BadCatalog, Catalog};

/// Amounts of credits that are not a pack.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomAmounts {
    /// Amounts are multiples of this.
    pub step: Credits,
    /// The least.
    pub min: Credits,
    /// The most.
    pub max: Credits,
    /// ISO 4217, lower case.
    pub currency: String,
    /// From the smallest amount to the largest.
    pub tiers: Vec<Tier>,
}

/// A price for amounts from some size on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The smallest amount that it is for.
    pub from: Credits,
    /// What 1,000 credits cost, in minor units.
    pub per_thousand_cents: i64,
}

/// A price in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// At least 1.
    pub amount_cents: i64,
    /// ISO 4217, lower case.
    pub currency: String,
}

impl Price {
    /// As people read it, e.g. `$29.00`.
    pub fn in_words(&self) -> String {
        money_text(self.amount_cents, &self.currency)
    }
}

impl From<Price> for Money {
    fn from(price: Price) -> Self {
        Money { amount: price.amount_cents, currency: price.currency }
    }
}

/// An amount of money as people read it.
pub(crate) fn money_text(cents: i64, currency: &str) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let whole = cents.unsigned_abs() / 100;
    let rest = cents.unsigned_abs() % 100;
    match currency {
        "usd" => format!("{sign}${whole}.{rest:02}"),
        "eur" => format!("{sign}€{whole}.{rest:02}"),
        "gbp" => format!("{sign}£{whole}.{rest:02}"),
        other => format!("{sign}{whole}.{rest:02} {}", other.to_uppercase()),
    }
}

impl CustomAmounts {
    /// Whether it can be used.
    ///
    /// # Errors
    /// What is wrong, for the operator.
    pub(crate) fn check(&self) -> Result<(), BadCatalog> {
        let bad = |text: &str| Err(BadCatalog(format!("custom: {text}")));
        if !self.step.is_positive() || !self.fits(self.min) || !self.fits(self.max) {
            return bad("min and max are multiples of step, and step is above 0");
        }
        let rising = self.tiers.windows(2).all(|pair| pair[0].from < pair[1].from);
        if self.tiers.first().is_none_or(|tier| tier.from > self.min) || !rising {
            return bad("tiers begin at min or below, and rise");
        }
        if self.tiers.iter().any(|tier| tier.per_thousand_cents <= 0) {
            return bad("every tier costs something");
        }
        Ok(())
    }

    fn fits(&self, amount: Credits) -> bool {
        let rest = amount.micros().checked_rem(self.step.micros());
        rest == Some(0) && self.min <= amount && amount <= self.max
    }

    fn price(&self, amount: Credits) -> Option<Price> {
        let tier = self.tiers.iter().rev().find(|tier| tier.from <= amount)?;
        let tier = Some(tier).filter(|_| self.fits(amount))?;
        let thousand = i128::from(Credits::whole(1_000).micros());
        let product = i128::from(amount.micros()) * i128::from(tier.per_thousand_cents);
        let up = i128::from(product.checked_rem(thousand)? > 0);
        let amount_cents = i64::try_from(product.checked_div(thousand)? + up).ok()?;
        Some(Price { amount_cents, currency: self.currency.clone() })
    }
}

impl Catalog {
    /// What so many credits cost: a pack's price where there is such a pack, else the tier's. None:
    /// so many are not sold.
    pub fn price_of(&self, credits: Credits) -> Option<Price> {
        let pack = self.packs.iter().find(|pack| pack.credits == credits);
        let of_pack = pack
            .map(|pack| Price { amount_cents: pack.amount_cents, currency: pack.currency.clone() });
        of_pack.or_else(|| self.custom.price(credits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_cost_what_they_say_and_other_amounts_what_their_tier_says() {
        let catalog = Catalog::built_in().unwrap();
        let cents =
            |text: &str| catalog.price_of(text.parse().unwrap()).map(|price| price.amount_cents);
        let table = [
            ("1000", Some(300)),
            ("4000", Some(1_200)),
            ("5000", Some(1_500)),
            ("9000", Some(2_700)),
            ("10000", Some(2_900)),
            ("11000", Some(3_190)),
            ("25000", Some(6_875)),
            ("26000", Some(7_150)),
            ("50000", Some(13_000)),
            ("500000", Some(130_000)),
            ("0", None),
            ("500", None),
            ("999.999999", None),
            ("1500", None),
            ("501000", None),
        ];
        for (amount, wanted) in table {
            assert_eq!(cents(amount), wanted, "{amount}");
        }
    }

    #[test]
    fn money_is_written_with_two_decimals() {
        assert_eq!(money_text(2_905, "usd"), "$29.05");
        assert_eq!(money_text(-5, "eur"), "-€0.05");
        assert_eq!(money_text(100, "chf"), "1.00 CHF");
    }

    #[test]
    fn tiers_that_leave_a_gap_are_refused() {
        let mut custom = Catalog::built_in().unwrap().custom;
        assert_eq!(custom.check(), Ok(()));
        custom.tiers.remove(0);
        assert!(custom.check().is_err());
    }
}
