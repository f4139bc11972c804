//! Billing: plans and packs, buying them, and what came of it.
//!
//! Money enters by one road: the provider's truth is fetched and followed, and each line of a paid
//! payment becomes one grant. Amounts and prices come from the catalog and our own rows, never from
//! a client and never from an event alone. Read next: [`checkout`] and [`preview`] (what is
//! agreed), [`change`], [`standing`] (where a plan is in its life), [`activity`].

pub mod activity;
pub mod banner;
pub mod change;
pub mod checkout;
pub mod choices;
pub mod desk;
pub mod ending;
pub(crate) mod follow;
pub mod hooks;
pub mod invoices;
pub mod keeping;
pub mod offers;
pub mod page;
pub mod preview;
pub mod receipts;
pub mod recharge;
pub(crate) mod reconcile;
pub mod standing;
mod surplus;
pub(crate) mod turns;
pub(crate) mod words;

use ampere_credits::Credits;
use ampere_store::rows::CheckoutRow;

use crate::app::App;
use crate::catalog::Pack;
use crate::{Act, Caller, Done};

pub use activity::{Activity, ActivityKind};
pub use page::BillingView;
pub use preview::Preview;

/// Something that can be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackOffer {
    /// From the catalog.
    pub pack: Pack,
    /// How long its credits live.
    pub lifetime_months: u32,
}

impl PackOffer {
    /// What a checkout agreed on, whatever the catalog says today.
    pub fn agreed(row: &CheckoutRow) -> Self {
        let pack = Pack {
            id: row.pack.clone(),
            credits: row.credits,
            amount_cents: row.amount_cents,
            currency: row.currency.clone(),
        };
        PackOffer { pack, lifetime_months: row.lifetime_months }
    }

    /// Price of 1,000 credits in cents, rounded down (exact for the packs of the catalog).
    pub fn cents_per_thousand(&self) -> i64 {
        let thousand = i128::from(Credits::whole(1_000).micros());
        let cents = i128::from(self.pack.amount_cents) * thousand;
        let per = cents.checked_div(i128::from(self.pack.credits.micros())).unwrap_or_default();
        i64::try_from(per).unwrap_or(i64::MAX)
    }
}

impl App {
    /// What can be bought.
    ///
    /// # Errors
    /// [`AppError::BillingAccessRequired`].
    pub fn packs(&self, caller: &Caller) -> Done<Vec<PackOffer>> {
        caller.may(Act::Billing)?;
        Ok(self.catalog.packs.iter().map(|pack| self.offer(pack)).collect())
    }

    fn offer(&self, pack: &Pack) -> PackOffer {
        PackOffer { pack: pack.clone(), lifetime_months: self.catalog.purchased.lifetime_months }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalog;

    #[test]
    fn packs_cost_what_the_price_list_says_for_a_thousand() {
        let packs = Catalog::built_in().unwrap().packs;
        let offers = packs.into_iter().map(|pack| PackOffer { pack, lifetime_months: 12 });
        let cents: Vec<i64> = offers.map(|offer| offer.cents_per_thousand()).collect();
        assert_eq!(cents, [300, 290, 275, 260]);
    }
}
