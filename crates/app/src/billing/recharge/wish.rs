//! What people want of auto-recharge: checked whole, set whole or not at all.

use std::sync::Arc;

use ampere_credits::Credits;
use ampere_store::rows::RechargeRow;
use serde_json::Value;

use super::decide::Next;
use super::view::RechargeView;
use crate::app::App;
use crate::audit::{self, Deed};
use crate::billing::words::{amount, money};
use crate::error::FieldError;
use crate::{Act, AppError, Caller, Done};

/// Thresholds are multiples of this, from once to ten times.
pub(super) const THRESHOLD_STEP: u32 = 5_000;
/// The threshold of who chose none.
pub(super) const THRESHOLD: u32 = 10_000;

/// All settings of auto-recharge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RechargeWish {
    /// On or off.
    pub enabled: bool,
    /// Buys when less is left than this: 5,000 to 50,000 in steps of 5,000.
    pub threshold: Credits,
    /// Bought at a time; something with a price.
    pub amount: Credits,
    /// At most this in a UTC calendar month; at least one amount. Required to switch it on.
    pub monthly_limit: Option<Credits>,
    /// It may buy at once, where that is what follows.
    pub confirm_purchase: bool,
    /// The card that was declined is fine again.
    pub reconfirm_card: bool,
}

pub(super) fn thresholds() -> Vec<Credits> {
    (1..=10_u32).map(|times| Credits::whole(THRESHOLD_STEP * times)).collect()
}

impl App {
    /// Sets what the caller's organization wants of auto-recharge.
    ///
    /// # Errors
    /// [`AppError::BillingAccessRequired`]; wrong fields; [`AppError::PurchaseNotConfirmed`] where
    /// it would buy at once and that was not confirmed. Nothing is changed then.
    pub async fn set_auto_recharge(
        self: &Arc<Self>,
        caller: &Caller,
        wish: RechargeWish,
    ) -> Done<RechargeView> {
        caller.may(Act::Billing)?;
        self.check_wish(&wish)?;
        let org = caller.org;
        let turn = self.recharging.turns.take(org).await;
        let known = self.store.recharge(org).await?;
        let was_on = known.as_ref().is_some_and(|row| row.enabled);
        let begins = wish.enabled && (!was_on || wish.reconfirm_card);
        let since = match &known {
            Some(row) if !begins => row.since,
            _ => self.now(),
        };
        let before = known.as_ref().map_or(Value::Null, audit::recharge);
        let broken = known.and_then(|row| row.broken_card).filter(|_| !wish.reconfirm_card);
        let row = RechargeRow {
            org,
            enabled: wish.enabled,
            threshold: wish.threshold,
            amount: wish.amount,
            monthly_limit: wish.monthly_limit.unwrap_or_default(),
            broken_card: broken,
            since,
            changed_by: caller.user,
        };
        if wish.enabled {
            self.may_recharge(&row, &wish).await?;
        }
        let change = (before, audit::recharge(&row));
        let log = self.entry(caller, Deed::AutoRechargeChanged, "auto_recharge", change);
        self.store.set_recharge(row.clone(), log).await?;
        self.recharging.arm(org, row.enabled.then_some(row.threshold));
        tracing::info!(
            target: "security", %org, by = %caller.user, enabled = row.enabled, "auto-recharge set"
        );
        drop(turn);
        if wish.enabled {
            self.recharging.mark(org);
        }
        self.auto_recharge(caller).await
    }

    /// Switches it off for an organization that is being deleted. An attempt that is in flight is
    /// waited for; one whose outcome is not known stays what it is, and is looked up.
    pub(crate) async fn recharge_off(&self, caller: &Caller) -> Done<()> {
        let org = caller.org;
        let _turn = self.recharging.turns.take(org).await;
        let Some(row) = self.store.recharge(org).await?.filter(|row| row.enabled) else {
            return Ok(());
        };
        let before = audit::recharge(&row);
        let row = RechargeRow { enabled: false, changed_by: caller.user, ..row };
        let change = (before, audit::recharge(&row));
        let log = self.entry(caller, Deed::AutoRechargeChanged, "auto_recharge", change);
        self.store.set_recharge(row, log).await?;
        self.recharging.arm(org, None);
        Ok(())
    }

    fn check_wish(&self, wish: &RechargeWish) -> Done<()> {
        let mut wrong = Vec::new();
        let mut field = |pointer: &str, code, detail: &str| {
            let (pointer, detail) = (pointer.to_owned(), detail.to_owned());
            wrong.push(FieldError { pointer, code, detail });
        };
        if !thresholds().contains(&wish.threshold) {
            let detail = "Choose between 5,000 and 50,000 credits, in steps of 5,000.";
            field("/threshold", "invalid_value", detail);
        }
        if self.catalog.price_of(wish.amount).is_none() {
            field("/amount", "invalid_value", "This amount cannot be bought.");
        } else if wish.monthly_limit.is_some_and(|limit| limit < wish.amount) {
            let detail = "The limit must allow at least one purchase a month.";
            field("/monthly_limit", "too_low", detail);
        } else if wish.enabled && wish.monthly_limit.is_none() {
            field("/monthly_limit", "required", "Choose a limit for a month.");
        }
        if wrong.is_empty() { Ok(()) } else { Err(AppError::Invalid(wrong)) }
    }

    /// Whether it may be switched on like this.
    async fn may_recharge(&self, row: &RechargeRow, wish: &RechargeWish) -> Done<()> {
        match self.next_recharge(row, false).await? {
            Next::NoPlan => Err(AppError::Conflict("auto-recharge needs a plan; start one first")),
            Next::NoCard => Err(AppError::Conflict("add a card first")),
            Next::Broken => Err(AppError::field(
                "/reconfirm_card",
                "required",
                "This card was declined. Save another card, or confirm that this one works again.",
            )),
            Next::Buy if !wish.confirm_purchase => {
                let price = self.catalog.price_of(row.amount).ok_or(AppError::Internal)?;
                let money = money(price.amount_cents, &price.currency);
                let text = format!("This will buy {} credits now for {money}.", amount(row.amount));
                Err(AppError::PurchaseNotConfirmed(text))
            }
            _ => Ok(()),
        }
    }
}
