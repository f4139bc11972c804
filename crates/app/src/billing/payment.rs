//! Payment events: the one reason to grant purchased credits.
//!
//! An event may come twice, late, out of order or under another event id: the grant is keyed by
//! the payment object and its line, for ever. What was bought is read from our own row; an event
//! that does not match it is refused loudly and changes nothing. Spendable in the very commit.

use ampere_adapters::payments::PaymentEvent;
use ampere_credits::ledger::{Cause, Class, GrantTerms};
use ampere_credits::period::Anchor;
use ampere_credits::{CheckoutId, GrantId, Timestamp, Zone};
use ampere_store::rows::{CheckoutRow, RowWrite};

use crate::app::App;
use crate::grants::{GrantOrder, hash_of};
use crate::{AppError, Done};

/// A payment as an event tells it.
struct Payment {
    payment_ref: String,
    line: u32,
    amount_cents: i64,
    currency: String,
}

impl App {
    /// Does what a provider's verified event says: paid → one grant, failed → a note.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a checkout that is not ours; [`AppError::Conflict`] for one that
    /// does not match what we agreed. Nothing changes then.
    pub async fn payment_event(&self, provider: &str, event: PaymentEvent) -> Done<()> {
        match event {
            PaymentEvent::Paid {
                payment_ref,
                line,
                reference,
                amount_cents,
                currency,
                event_id,
            } => {
                tracing::info!(
                    target: "security", provider, payment_ref, line, event_id, "a payment came in"
                );
                let row = self.purchase(provider, &reference).await?;
                let payment = Payment { payment_ref, line, amount_cents, currency };
                self.grant_purchase(&row, payment).await
            }
            PaymentEvent::Failed { reference, reason } => {
                let row = self.purchase(provider, &reference).await?;
                let reason = reason.word();
                tracing::info!(
                    target: "security", org = %row.org, checkout = %row.id, reason, "declined"
                );
                self.store.decline_checkout(row.id, reason, self.now()).await?;
                Ok(())
            }
        }
    }

    /// Our own row of the checkout that an event names.
    async fn purchase(&self, provider: &str, reference: &str) -> Done<CheckoutRow> {
        let found = match reference.parse::<CheckoutId>() {
            Ok(id) => self.store.checkout_by_reference(id).await?,
            Err(_) => None,
        };
        found.filter(|row| row.provider == provider).ok_or_else(|| {
            tracing::error!(
                target: "security", provider, reference, "an event names an unknown checkout"
            );
            AppError::NotFound
        })
    }

    async fn grant_purchase(&self, row: &CheckoutRow, payment: Payment) -> Done<()> {
        let Payment { payment_ref, line, amount_cents, currency } = payment;
        if amount_cents != row.amount_cents || currency != row.currency {
            tracing::error!(
                target: "security", checkout = %row.id, payment_ref, amount_cents, currency,
                "a payment does not match its checkout; nothing is granted"
            );
            return Err(AppError::Conflict("the payment does not match the checkout"));
        }
        let now = self.now();
        let grant = GrantId::mint(now, &*self.entropy);
        let terms = GrantTerms {
            id: grant,
            class: Class::Purchased,
            cause: Cause::TopUp,
            amount: row.credits,
            effective: now,
            expires: expiry(now, row.lifetime_months),
        };
        let key = format!("payment:{payment_ref}:{line}");
        let hash = hash_of(&[&row.provider, &key, &row.id.to_string()]);
        let payment = format!("{payment_ref}:{line}");
        let writes = vec![RowWrite::CheckoutGranted { checkout: row.id, grant, payment }];
        self.grant(row.org, GrantOrder { terms, key, hash, writes }).await?;
        Ok(())
    }
}

/// So many calendar months later, clamped to the month's last day; 0 months: never expires.
fn expiry(from: Timestamp, months: u32) -> Option<Timestamp> {
    let last = months.checked_sub(1)?;
    Some(Anchor { at: from, zone: Zone::utc() }.period(last).end)
}

/// Why a payment was declined, for people.
pub(crate) fn declined_text(reason: Option<&str>) -> String {
    let why = match reason {
        Some("insufficient_funds") => ": insufficient funds",
        Some("expired_card") => ": the card has expired",
        _ => "",
    };
    format!("The card was declined{why}. Nothing was charged; try another card.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purchased_credits_live_calendar_months() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let bought = at("2026-11-22T10:42:00Z");
        assert_eq!(expiry(bought, 12), Some(at("2027-11-22T10:42:00Z")));
        assert_eq!(expiry(at("2026-01-31T08:00:00Z"), 1), Some(at("2026-02-28T08:00:00Z")));
        assert_eq!(expiry(at("2024-02-29T08:00:00Z"), 12), Some(at("2025-02-28T08:00:00Z")));
        assert_eq!(expiry(bought, 0), None);
    }

    #[test]
    fn a_decline_says_why_and_that_nothing_was_charged() {
        assert!(declined_text(Some("insufficient_funds")).contains("insufficient funds"));
        assert!(declined_text(Some("something_new")).starts_with("The card was declined."));
    }
}
