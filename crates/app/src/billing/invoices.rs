//! Invoices: every payment that was asked for, newest first, with where its receipt is read.
//!
//! From the mirror of the provider's payments; for people with billing access only.

use ampere_credits::{Money, Timestamp};
use ampere_store::rows::{DisputeState, PaymentKind, PaymentRow, PaymentState};

use crate::app::App;
use crate::{Act, Caller, Done};

/// One invoice or receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// The provider's id of the payment.
    pub id: String,
    /// When it was paid, or asked for.
    pub at: Timestamp,
    /// How much.
    pub amount: Money,
    /// One word: open, needs_confirmation, failed, paid, refunded, partly_refunded, disputed, void.
    pub status: &'static str,
    /// What it was for.
    pub text: String,
    /// Where the receipt is.
    pub url: Option<String>,
}

impl App {
    /// The organization's invoices, newest first.
    ///
    /// # Errors
    /// [`crate::AppError::BillingAccessRequired`].
    pub async fn invoices(&self, caller: &Caller) -> Done<Vec<Invoice>> {
        caller.may(Act::Billing)?;
        let payments = self.store.payments(caller.org).await?;
        Ok(payments.iter().map(invoice).collect())
    }
}

pub(crate) fn invoice(row: &PaymentRow) -> Invoice {
    let text = match row.kind {
        PaymentKind::Invoice => "Plan",
        PaymentKind::Credits => "Credits",
        PaymentKind::Recharge => "Credits, by auto-recharge",
        PaymentKind::Other => "Payment",
    };
    Invoice {
        id: row.id.clone(),
        at: row.paid_at.unwrap_or(row.created_at),
        amount: Money { amount: row.amount_cents, currency: row.currency.clone() },
        status: status(row),
        text: text.to_owned(),
        url: row.receipt_url.clone(),
    }
}

fn status(row: &PaymentRow) -> &'static str {
    match row.status {
        PaymentState::Paid if row.dispute == Some(DisputeState::Open) => "disputed",
        PaymentState::Paid if row.refunded_cents >= row.amount_cents && row.amount_cents > 0 => {
            "refunded"
        }
        PaymentState::Paid if row.refunded_cents > 0 => "partly_refunded",
        other => other.word(),
    }
}
