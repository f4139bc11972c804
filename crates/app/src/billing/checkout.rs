//! Checkouts: one purchase of a pack, open → declined* → granted.
//!
//! Opened at the provider under our own id, which is also the provider's idempotency key. The
//! row keeps what was agreed (credits, price, lifetime), and the grant follows the row. Never
//! shows credits before the ledger has them. Read next: [`super::payment`].

use ampere_adapters::payments::{CheckoutRequest, PaymentError, Payments, Sandbox};
use ampere_credits::CheckoutId;
pub use ampere_store::rows::{CheckoutRow, CheckoutState};

use crate::app::App;
use crate::billing::payment::declined_text;
use crate::{Act, AppError, Caller, Done};

impl App {
    /// Opens a checkout for a pack of the catalog.
    ///
    /// # Errors
    /// [`AppError::BillingAccessRequired`]; `/pack_id` is wrong; [`AppError::Conflict`] when
    /// nothing can be bought here.
    pub async fn create_checkout(&self, caller: &Caller, pack_id: &str) -> Done<CheckoutRow> {
        caller.may(Act::Billing)?;
        let unknown = || AppError::field("/pack_id", "unknown", "There is no such pack.");
        let pack = self.catalog.pack(pack_id).ok_or_else(unknown)?.clone();
        let closed = AppError::Conflict("credits cannot be bought on this installation");
        let provider = self.sandbox.as_ref().ok_or(closed)?;
        let now = self.now();
        let id = CheckoutId::mint(now, &*self.entropy);
        let opened = provider
            .checkout(CheckoutRequest {
                reference: id.to_string(),
                amount_cents: pack.amount_cents,
                currency: pack.currency.clone(),
                description: format!("{} credits", pack.credits),
                return_url: format!("{}/billing", self.public_url),
            })
            .await
            .map_err(|error| refused(&error))?;
        let row = CheckoutRow {
            id,
            org: caller.org,
            user: caller.user,
            pack: pack.id,
            credits: pack.credits,
            lifetime_months: self.catalog.purchased.lifetime_months,
            amount_cents: pack.amount_cents,
            currency: pack.currency,
            provider: provider.name().to_owned(),
            provider_ref: opened.provider_ref,
            url: opened.url,
            state: CheckoutState::Open,
            reason: None,
            payment: None,
            grant: None,
            position: None,
            created_at: now,
            updated_at: now,
        };
        self.store.create_checkout(row.clone()).await?;
        Ok(row)
    }

    /// One checkout of the caller's organization.
    ///
    /// # Errors
    /// [`AppError::BillingAccessRequired`], [`AppError::NotFound`].
    pub async fn checkout(&self, caller: &Caller, id: CheckoutId) -> Done<CheckoutRow> {
        caller.may(Act::Billing)?;
        self.store.checkout(caller.org, id).await?.ok_or(AppError::NotFound)
    }

    /// The person at the sandbox's payment page pays with a test card. The sandbox answers as a
    /// real provider does: with a signed webhook, which takes the one road to a grant.
    ///
    /// # Errors
    /// [`AppError::PaymentDeclined`]; `/card` is wrong; [`AppError::NotFound`] also without the
    /// sandbox.
    pub async fn pay_in_sandbox(
        &self,
        caller: &Caller,
        id: CheckoutId,
        card: &str,
    ) -> Done<CheckoutRow> {
        let row = self.checkout(caller, id).await?;
        let sandbox = self.sandbox.as_ref().ok_or(AppError::NotFound)?;
        if row.provider != sandbox.name() {
            return Err(AppError::NotFound);
        }
        self.let_sandbox_tell(sandbox, &row, card).await?;
        let row = self.checkout(caller, id).await?;
        match row.state {
            CheckoutState::Declined => {
                Err(AppError::PaymentDeclined(declined_text(row.reason.as_deref())))
            }
            CheckoutState::Open | CheckoutState::Granted => Ok(row),
        }
    }

    async fn let_sandbox_tell(&self, sandbox: &Sandbox, row: &CheckoutRow, card: &str) -> Done<()> {
        let seconds = self.now().micros().div_euclid(1_000_000);
        let webhook =
            sandbox.pay(&row.provider_ref, card, seconds).map_err(|error| refused(&error))?;
        let headers: Vec<(&str, &str)> =
            webhook.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let events =
            sandbox.parse(&headers, &webhook.body, seconds).map_err(|error| refused(&error))?;
        for event in events {
            self.payment_event(sandbox.name(), event).await?;
        }
        Ok(())
    }
}

/// What a provider's refusal is to the person who asked.
fn refused(error: &PaymentError) -> AppError {
    if *error == PaymentError::UnknownCard {
        return AppError::field("/card", "unknown", "There is no such test card.");
    }
    tracing::error!(%error, "the payment provider refused");
    match error {
        PaymentError::UnknownCheckout => {
            AppError::Conflict("the payment provider no longer knows this checkout; open a new one")
        }
        _ => AppError::Internal,
    }
}
