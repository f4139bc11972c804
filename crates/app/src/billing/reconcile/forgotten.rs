//! What a provider has forgotten: a plan's first bill that was refused on the provider's page
//! leaves nothing there, and what is kept of it here must not wait for ever.
//!
//! Changes rows that people read, never the journal. Read next: [`super::agreed`].

use ampere_adapters::payments::port::Truth;
use ampere_credits::{CheckoutId, OrgId, Timestamp};
use ampere_store::rows::{CheckoutChange, CheckoutRow, CheckoutState, PaymentRow, PaymentState};

use crate::Done;
use crate::app::App;

impl App {
    /// Payments that waited and are not told any more, nor their subscription: void. The purchase
    /// that waited for one was declined. Should the provider tell of it again, that counts.
    pub(super) async fn let_go(
        &self,
        org: OrgId,
        (truth, asked_at): (&Truth, Timestamp),
        known: &[PaymentRow],
    ) -> Done<()> {
        let provider = self.provider_name();
        let older = |row: &&PaymentRow| row.provider == provider && row.seen_at <= asked_at;
        for row in known.iter().filter(older).filter(|row| is_forgotten(row, truth)) {
            let (status, url) = (PaymentState::Void, None);
            let void = PaymentRow { status, url, seen_at: asked_at, ..row.clone() };
            self.store.put_payment(void).await?;
            self.decline_of(org, row).await?;
        }
        Ok(())
    }

    async fn decline_of(&self, org: OrgId, row: &PaymentRow) -> Done<()> {
        let Some(Ok(id)) = row.reference.as_deref().map(str::parse::<CheckoutId>) else {
            return Ok(());
        };
        let waits = |checkout: &CheckoutRow| {
            checkout.state == CheckoutState::ConfirmationNeeded
                && checkout.payment.as_deref() == Some(row.id.as_str())
        };
        if !self.store.checkout(org, id).await?.as_ref().is_some_and(waits) {
            return Ok(());
        }
        let (state, reason) = (CheckoutState::Declined, Some("declined".to_owned()));
        let payment = Some(row.id.clone());
        let change = CheckoutChange { state, reason, url: None, payment, at: self.now() };
        Ok(self.store.set_checkout(org, id, change).await?)
    }
}

fn is_forgotten(row: &PaymentRow, truth: &Truth) -> bool {
    let waited = matches!(row.status, PaymentState::Open | PaymentState::NeedsConfirmation);
    let Some(of) = row.subscription.as_ref().filter(|_| waited) else { return false };
    row.customer == truth.customer
        && !truth.subscriptions.iter().any(|one| one.id == *of)
        && !truth.payments.iter().any(|payment| payment.id == row.id)
}
