//! Billing: what can be bought, buying it, and what came of it.
//!
//! Money enters by one road: checkout → the provider's signed event → one grant per payment line.
//! Amounts and prices come from the catalog and our own rows, never from a client and never from
//! an event alone. Read next: [`checkout`], then [`payment`] (the road's end), [`activity`].

pub mod activity;
pub mod checkout;
pub mod payment;

use ampere_adapters::payments::{CARDS, Payments, TestCard};
use ampere_credits::Credits;
use ampere_credits::ledger::Cause;
use ampere_store::rows::CheckoutRow;

use crate::app::App;
use crate::catalog::Pack;
use crate::credits::BalanceView;
use crate::{Act, AppError, Caller, Done};

pub use activity::{Activity, ActivityKind};

/// The Billing page for a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingView {
    /// The balance, as everywhere.
    pub credits: BalanceView,
    /// Whether a trial is running.
    pub trial: bool,
    /// The payment provider's word; none when nothing can be bought.
    pub provider: Option<&'static str>,
    /// What the caller may do here.
    pub actions: Vec<&'static str>,
    /// How far started work may go beyond the pool.
    pub overdraft_limit: Credits,
}

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
    /// The Billing page: for everybody, without prices.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn billing(&self, caller: &Caller) -> Done<BillingView> {
        let (_, credits) = self.credits_of(caller.org).await?;
        let provider = self.sandbox.as_ref().map(Payments::name);
        let may_buy = caller.billing_access() && provider.is_some();
        Ok(BillingView {
            trial: credits.period_cause == Some(Cause::Trial),
            provider,
            actions: if may_buy { vec!["buy_credits"] } else { Vec::new() },
            overdraft_limit: self.catalog.overdraft.limit,
            credits,
        })
    }

    /// What can be bought.
    ///
    /// # Errors
    /// [`AppError::BillingAccessRequired`].
    pub fn packs(&self, caller: &Caller) -> Done<Vec<PackOffer>> {
        caller.may(Act::Billing)?;
        Ok(self.catalog.packs.iter().map(|pack| self.offer(pack)).collect())
    }

    /// The sandbox's test cards.
    ///
    /// # Errors
    /// [`AppError::BillingAccessRequired`]; [`AppError::NotFound`] without the sandbox.
    pub fn sandbox_cards(&self, caller: &Caller) -> Done<&'static [TestCard]> {
        caller.may(Act::Billing)?;
        self.sandbox.as_ref().map(|_| CARDS.as_slice()).ok_or(AppError::NotFound)
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
