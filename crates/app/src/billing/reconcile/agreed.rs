//! What was agreed with who pays, found by the reference that a payment carries, and how its row
//! follows the payment.
//!
//! Two kinds of rows: purchases by people and attempts of auto-recharge. Amounts, prices and
//! lifetimes come from these rows, never from a payment.

use std::collections::BTreeMap;
use std::time::Duration;

use ampere_adapters::payments::port::{Payment, PaymentStatus, Truth};
use ampere_credits::ledger::Cause;
use ampere_credits::{CheckoutId, Credits, GrantId, OrgId, RechargeId};
use ampere_store::rows::{
    AttemptRow, CheckoutChange, CheckoutKind, CheckoutRow, CheckoutState, Page, PayWith,
    PaymentGrantRow, PaymentKind, RowWrite,
};

use super::granted_payments;
use crate::Done;
use crate::app::App;

/// A page is closed by the provider within a day.
const PAGE_PATIENCE: Duration = Duration::from_secs(25 * 3_600);
/// Asking for the saved card has happened by then, or never will.
pub(crate) const CARD_PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Purchases of an organization that are looked at: the newest.
const LOOKED_AT: u32 = 200;

/// Something that a payment was asked for.
#[derive(Debug, Clone)]
pub(crate) enum Agreed {
    /// By a person.
    Checkout(CheckoutRow),
    /// By auto-recharge.
    Attempt(AttemptRow),
}

/// Credits that were bought.
pub(crate) struct Bought<'a> {
    pub(crate) cause: Cause,
    pub(crate) credits: Credits,
    pub(crate) amount_cents: i64,
    pub(crate) currency: &'a str,
    pub(crate) lifetime_months: u32,
}

impl Agreed {
    /// The credits that it buys; none of a plan, and none of another provider's.
    pub(super) fn bought(&self, provider: &str) -> Option<Bought<'_>> {
        match self {
            Agreed::Checkout(row) => {
                (row.kind == CheckoutKind::Credits && row.provider == provider).then_some(Bought {
                    cause: Cause::TopUp,
                    credits: row.credits,
                    amount_cents: row.amount_cents,
                    currency: &row.currency,
                    lifetime_months: row.lifetime_months,
                })
            }
            Agreed::Attempt(row) => Some(Bought {
                cause: Cause::AutoRecharge,
                credits: row.credits,
                amount_cents: row.amount_cents,
                currency: &row.currency,
                lifetime_months: row.lifetime_months,
            }),
        }
    }

    /// What to write when its grant is booked, unless it was granted before by another payment.
    pub(super) fn granted(&self, grant: GrantId, payment: &str) -> Option<RowWrite> {
        let payment = payment.to_owned();
        match self {
            Agreed::Checkout(row) => (row.state != CheckoutState::Granted)
                .then_some(RowWrite::CheckoutGranted { checkout: row.id, grant, payment }),
            Agreed::Attempt(row) => row.grant.is_none().then_some(RowWrite::RechargeGranted {
                attempt: row.id,
                grant,
                payment,
            }),
        }
    }

    /// What its payment came of.
    pub(super) fn kind(&self) -> PaymentKind {
        match self {
            Agreed::Checkout(_) => PaymentKind::Credits,
            Agreed::Attempt(_) => PaymentKind::Recharge,
        }
    }
}

impl App {
    /// What was agreed, for payments that are not granted yet.
    pub(super) async fn agreed(
        &self,
        org: OrgId,
        truth: &Truth,
        kept: &[PaymentGrantRow],
    ) -> Done<BTreeMap<String, Agreed>> {
        let granted = granted_payments(kept);
        let mut all = BTreeMap::new();
        for payment in &truth.payments {
            let Some(reference) = &payment.reference else { continue };
            if granted.contains(payment.id.as_str()) || all.contains_key(reference) {
                continue;
            }
            if let Some(agreed) = self.agreed_as(org, reference).await? {
                all.insert(reference.clone(), agreed);
            }
        }
        Ok(all)
    }

    async fn agreed_as(&self, org: OrgId, reference: &str) -> Done<Option<Agreed>> {
        if let Ok(id) = reference.parse::<CheckoutId>() {
            return Ok(self.store.checkout(org, id).await?.map(Agreed::Checkout));
        }
        if let Ok(id) = reference.parse::<RechargeId>() {
            return Ok(self.store.attempt(org, id).await?.map(Agreed::Attempt));
        }
        Ok(None)
    }

    /// How a row stands by its payment. That it was granted is written by the grant's commit.
    pub(super) async fn follow_row(
        &self,
        org: OrgId,
        agreed: &Agreed,
        payment: &Payment,
    ) -> Done<()> {
        let row = match agreed {
            Agreed::Attempt(row) => return self.follow_attempt(row, &payment.status).await,
            Agreed::Checkout(row) => row,
        };
        let (state, reason, url) = match &payment.status {
            PaymentStatus::Paid { .. } => return Ok(()),
            PaymentStatus::Open => (CheckoutState::Open, None, None),
            PaymentStatus::NeedsConfirmation { url } => {
                (CheckoutState::ConfirmationNeeded, None, Some(url.clone()))
            }
            PaymentStatus::Failed { reason } => {
                (CheckoutState::Declined, Some(reason.word().to_owned()), None)
            }
            PaymentStatus::Void => (CheckoutState::Expired, None, None),
        };
        let same = row.state == state
            && row.reason == reason
            && row.payment.as_ref() == Some(&payment.id)
            && url.as_ref().is_none_or(|url| *url == row.url);
        if same {
            return Ok(());
        }
        tracing::info!(
            target: "security", %org, checkout = %row.id, state = state.word(), ?reason, "purchase"
        );
        let payment = Some(payment.id.clone());
        let change = CheckoutChange { state, reason, url, payment, at: self.now() };
        Ok(self.store.set_checkout(org, row.id, change).await?)
    }

    /// Purchases that nothing came of for so long that nothing will. One that is paid all the same
    /// is granted all the same.
    pub(super) async fn expire_checkouts(&self, org: OrgId, payments: &[Payment]) -> Done<()> {
        let now = self.now();
        let waits = |row: &CheckoutRow| {
            let status = |payment: &&Payment| {
                payment.reference.as_deref() == Some(row.id.to_string().as_str())
            };
            payments.iter().filter(status).any(|payment| {
                !matches!(payment.status, PaymentStatus::Failed { .. } | PaymentStatus::Void)
            })
        };
        let page = Page { before: None, limit: LOOKED_AT };
        for row in self.store.checkouts(org, page).await? {
            let patience = match row.pay_with {
                PayWith::SavedCard => CARD_PATIENCE,
                PayWith::Checkout => PAGE_PATIENCE,
            };
            let seconds = i64::try_from(patience.as_secs()).unwrap_or(i64::MAX);
            let open = match row.state {
                CheckoutState::Open | CheckoutState::ConfirmationNeeded => true,
                // The card said no, and is not asked again.
                CheckoutState::Declined => row.pay_with == PayWith::Checkout,
                CheckoutState::Granted | CheckoutState::Expired => false,
            };
            if open && row.created_at.plus_seconds(seconds) <= now && !waits(&row) {
                let (state, payment) = (CheckoutState::Expired, row.payment.clone());
                let reason = row.reason.clone();
                let change = CheckoutChange { state, reason, url: None, payment, at: now };
                self.store.set_checkout(org, row.id, change).await?;
            }
        }
        Ok(())
    }
}
