//! One purchase by auto-recharge: its row first, then the provider, then its outcome.
//!
//! The row's id is the provider's idempotency key. An outcome that is not known is looked up, and
//! asked for again under the same key; never under a new one. Credits come by reconciling.

use ampere_adapters::payments::port::{ChargeRequest, PaymentError, PaymentStatus};
use ampere_credits::{OrgId, RechargeId};
use ampere_store::ports::{in_flight, month_of};
use ampere_store::rows::{AttemptRow, AttemptState, RechargeRow};

use super::decide::{DECLINES, Look, Next, decide, declines};
use crate::Done;
use crate::app::App;
use crate::billing::standing::Recharge;
use crate::billing::words::amount;

/// Attempts that are looked back at: more than can be declined before it is off.
const LOOK_BACK: u32 = 20;

impl App {
    /// Looks at an organization and buys where it is due. True if credits came.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn recharge(&self, org: OrgId, refused: bool) -> Done<bool> {
        let _turn = self.recharging.turns.take(org).await;
        let Some(wanted) = self.store.recharge(org).await? else { return Ok(false) };
        let before = self.store.pool(org).await?.issued;
        match self.next_recharge(&wanted, refused).await? {
            Next::Buy => self.begin_recharge(&wanted).await?,
            Next::Running | Next::NeedsConfirmation => self.look_up_recharge(org).await?,
            _ => {}
        }
        // Another server, or a person, may have bought meanwhile: that counts as well.
        Ok(self.store.pool(org).await?.issued > before)
    }

    /// What follows now.
    pub(super) async fn next_recharge(&self, wanted: &RechargeRow, refused: bool) -> Done<Next> {
        let org = wanted.org;
        let standing = self.standing(org).await?;
        let attempts = self.store.attempts(org, LOOK_BACK).await?;
        let reading = self.reading(org).await?;
        let balance = reading.balance;
        let now = self.now();
        let look = Look {
            wanted,
            attempts: &attempts,
            month: self.store.recharged(org, &month_of(now)).await?,
            there: balance.available.plus(balance.held)?,
            debt: balance.outstanding,
            refused,
            subscribed: matches!(standing.recharge, Recharge::On | Recharge::UntilEnd(_)),
            disputed: reading.grants.iter().any(|grant| grant.frozen_since.is_some()),
            renewal_since: standing.open_renewal,
            card: standing.card.as_ref().map(|card| card.id.as_str()),
            now,
        };
        Ok(decide(&look))
    }

    async fn begin_recharge(&self, wanted: &RechargeRow) -> Done<()> {
        let org = wanted.org;
        let now = self.now();
        let Some(card) = self.standing(org).await?.card else { return Ok(()) };
        let Some(price) = self.catalog.price_of(wanted.amount) else {
            tracing::error!(%org, amount = %wanted.amount, "auto-recharge has no price");
            return Ok(());
        };
        let row = AttemptRow {
            id: RechargeId::mint(now, &*self.entropy),
            org,
            month: month_of(now),
            credits: wanted.amount,
            lifetime_months: self.catalog.purchased.lifetime_months,
            amount_cents: price.amount_cents,
            currency: price.currency,
            state: AttemptState::Sent,
            reason: None,
            card: card.id,
            url: None,
            payment: None,
            grant: None,
            created_at: now,
            updated_at: now,
        };
        if !self.store.begin_attempt(row.clone(), wanted.monthly_limit).await? {
            // Another server began one, or the month is full by now.
            return Ok(());
        }
        tracing::info!(target: "security", %org, attempt = %row.id, "auto-recharge buys");
        self.send_recharge(&row).await
    }

    /// What became of the attempt in flight: looked up, then asked for again under its key.
    async fn look_up_recharge(&self, org: OrgId) -> Done<()> {
        self.reconcile_now(org).await?;
        let newest = self.store.attempts(org, 1).await?;
        match newest.into_iter().find(|row| row.state == AttemptState::Sent) {
            Some(row) => self.send_recharge(&row).await,
            None => Ok(()),
        }
    }

    async fn send_recharge(&self, row: &AttemptRow) -> Done<()> {
        let Some(payments) = self.payments.as_ref() else { return Ok(()) };
        let Some(customer) = self.store.customer(row.org, self.provider_name()).await? else {
            return Ok(());
        };
        let charge = ChargeRequest {
            reference: row.id.to_string(),
            customer: customer.customer,
            amount_cents: row.amount_cents,
            currency: row.currency.clone(),
            description: format!("{} credits (auto-recharge)", amount(row.credits)),
        };
        match payments.charge(charge).await {
            Ok(payment) => {
                self.follow_attempt(row, &payment.status).await?;
                self.reconcile_now(row.org).await
            }
            Err(
                error @ (PaymentError::Unknown
                | PaymentError::Unavailable
                | PaymentError::Unauthorized),
            ) => {
                tracing::warn!(org = %row.org, attempt = %row.id, %error, "not known yet");
                Ok(())
            }
            Err(error) => {
                tracing::error!(org = %row.org, attempt = %row.id, %error, "not possible");
                self.declined(row, "not_possible").await
            }
        }
    }

    /// An attempt follows what its payment says. That it is paid is written by the grant.
    pub(crate) async fn follow_attempt(
        &self,
        row: &AttemptRow,
        status: &PaymentStatus,
    ) -> Done<()> {
        if !in_flight(row.state) {
            return Ok(());
        }
        match status {
            PaymentStatus::Failed { reason } => self.declined(row, reason.word()).await,
            PaymentStatus::Void => self.declined(row, "void").await,
            PaymentStatus::NeedsConfirmation { url }
                if row.state != AttemptState::NeedsConfirmation =>
            {
                let state = AttemptState::NeedsConfirmation;
                let (url, updated_at) = (Some(url.clone()), self.now());
                self.store
                    .set_attempt(AttemptRow { state, url, updated_at, ..row.clone() })
                    .await?;
                self.break_recharge(row).await
            }
            _ => Ok(()),
        }
    }

    async fn declined(&self, row: &AttemptRow, reason: &str) -> Done<()> {
        let (state, reason) = (AttemptState::Declined, Some(reason.to_owned()));
        let changed = AttemptRow { state, reason, updated_at: self.now(), ..row.clone() };
        self.store.set_attempt(changed).await?;
        let attempts = self.store.attempts(row.org, LOOK_BACK).await?;
        let Some(wanted) = self.store.recharge(row.org).await? else { return Ok(()) };
        if declines(&wanted, &attempts).count() >= DECLINES {
            self.break_recharge(row).await?;
        }
        Ok(())
    }

    /// Off, and bound to the card: on again only with another, or with this one confirmed anew.
    async fn break_recharge(&self, row: &AttemptRow) -> Done<()> {
        let Some(wanted) = self.store.recharge(row.org).await? else { return Ok(()) };
        let broken_card = Some(row.card.clone());
        self.recharging.arm(row.org, None);
        let off = RechargeRow { enabled: false, broken_card, ..wanted };
        self.store.set_recharge(off, None).await?;
        tracing::warn!(target: "security", org = %row.org, "auto-recharge is off");
        Ok(())
    }
}
