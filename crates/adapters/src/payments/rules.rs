//! The rules that every provider holds its requests to, before it asks or does anything.
//!
//! Owns: the shape of references, amounts and currencies. Never looks at a provider's state.

use super::port::{
    Change, ChangeRequest, ChargeRequest, CheckoutRequest, PaymentError, PlanPrice, Purchase,
    RefundRequest,
};

/// The longest reference.
const REFERENCE_BYTES: usize = 64;
/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// A page to be opened.
pub(crate) fn page(request: &CheckoutRequest) -> Result<(), PaymentError> {
    reference(&request.reference)?;
    if request.payer.organization.is_empty() {
        return Err(PaymentError::InvalidRequest("organization"));
    }
    match &request.what {
        Purchase::Credits { amount_cents, currency: money, .. } => {
            amount(*amount_cents)?;
            currency(money)
        }
        Purchase::Plan(plan) => price(plan),
        Purchase::Card => Ok(()),
    }
}

/// A payment with the saved card.
pub(crate) fn charge(request: &ChargeRequest) -> Result<(), PaymentError> {
    reference(&request.reference)?;
    amount(request.amount_cents)?;
    currency(&request.currency)
}

/// A change of a subscription.
pub(crate) fn change(request: &ChangeRequest) -> Result<(), PaymentError> {
    reference(&request.reference)?;
    match &request.change {
        Change::Start { to } | Change::SwitchAtEnd { to, .. } => price(to),
        Change::SwitchNow { to, at, .. } => {
            if at.micros().rem_euclid(SECOND) != 0 {
                return Err(PaymentError::InvalidRequest("at"));
            }
            price(to)
        }
        Change::UndoSwitch { .. }
        | Change::EndAtPeriodEnd { .. }
        | Change::Resume { .. }
        | Change::EndNow { .. } => Ok(()),
    }
}

/// Money to be given back.
pub(crate) fn refund(request: &RefundRequest) -> Result<(), PaymentError> {
    reference(&request.reference)?;
    amount(request.amount_cents)
}

fn price(price: &PlanPrice) -> Result<(), PaymentError> {
    amount(price.amount_cents)?;
    currency(&price.currency)
}

fn reference(reference: &str) -> Result<(), PaymentError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let fits = (1..=REFERENCE_BYTES).contains(&reference.len()) && reference.chars().all(plain);
    fits.then_some(()).ok_or(PaymentError::InvalidRequest("reference"))
}

fn amount(cents: i64) -> Result<(), PaymentError> {
    (cents >= 1).then_some(()).ok_or(PaymentError::InvalidRequest("amount"))
}

fn currency(currency: &str) -> Result<(), PaymentError> {
    let fits = currency.len() == 3 && currency.chars().all(|c| c.is_ascii_lowercase());
    fits.then_some(()).ok_or(PaymentError::InvalidRequest("currency"))
}
