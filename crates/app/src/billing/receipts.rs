//! A payment of the sandbox as its receipt says it: who paid, for what, when, and what went back.
//!
//! Other providers have receipts of their own. Never decides anything.

use ampere_adapters::payments::port::{Line, LineKind, Payment, PaymentStatus};
use ampere_credits::{CheckoutId, RechargeId, Timestamp};

use super::checkout::CheckoutKind;
use super::words;
use crate::app::App;
use crate::{Caller, Done};

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub payment: Payment,
    /// The organization's name.
    pub payer: String,
    pub paid_at: Option<Timestamp>,
    pub lines: Vec<ReceiptLine>,
}

/// A line of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptLine {
    /// For people.
    pub text: String,
    /// Minor units; may be negative.
    pub cents: i64,
    /// [start, end) of what it pays for; none of credits.
    pub period: Option<(Timestamp, Timestamp)>,
}

impl App {
    /// The receipt of a payment in the sandbox.
    ///
    /// # Errors
    /// As [`App::sandbox_payment`].
    pub async fn sandbox_receipt(&self, caller: &Caller, id: &str) -> Done<Receipt> {
        let payment = self.sandbox_payment(caller, id).await?;
        let organization = self.store.organization(caller.org).await?;
        let lines = match payment.lines.as_slice() {
            [] => {
                let text = self.bought_text(caller, &payment).await?;
                vec![ReceiptLine { text, cents: payment.amount_cents, period: None }]
            }
            lines => lines.iter().map(|line| self.line_of_plan(line)).collect(),
        };
        let paid_at = match payment.status {
            PaymentStatus::Paid { at } => Some(at),
            _ => None,
        };
        let payer = organization.map(|row| row.name).unwrap_or_default();
        Ok(Receipt { payment, payer, paid_at, lines })
    }

    /// What a single payment bought, as it was agreed.
    async fn bought_text(&self, caller: &Caller, payment: &Payment) -> Done<String> {
        let reference = payment.reference.as_deref().unwrap_or_default();
        let credits = if let Ok(id) = reference.parse::<CheckoutId>() {
            let row = self.store.checkout(caller.org, id).await?;
            row.filter(|row| row.kind == CheckoutKind::Credits).map(|row| row.credits)
        } else if let Ok(id) = reference.parse::<RechargeId>() {
            self.store.attempt(caller.org, id).await?.map(|row| row.credits)
        } else {
            None
        };
        let said = credits.map(|credits| format!("{} credits", words::amount(credits)));
        Ok(said.unwrap_or_else(|| "Credits".to_owned()))
    }

    fn line_of_plan(&self, line: &Line) -> ReceiptLine {
        let version = line.key.as_ref().and_then(|key| self.plans.of_key(key));
        let name = version.map_or("Plan", |version| version.plan.name.as_str());
        let text = match (line.kind.clone(), &line.key) {
            (LineKind::Proration, _) if line.amount_cents < 0 => format!("Unused time on {name}"),
            (LineKind::Proration, _) => format!("{name}, the rest of the period"),
            (_, Some(key)) => words::plan_in(name, key.cadence),
            (_, None) => name.to_owned(),
        };
        ReceiptLine { text, cents: line.amount_cents, period: Some((line.start, line.end)) }
    }
}
