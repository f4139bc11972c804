//! The mirror of a payment, for lists of activity and invoices. Decides nothing.

use ampere_adapters::payments::port::{DisputeStatus, Payment, PaymentStatus, Truth};
use ampere_credits::{OrgId, RechargeId, Timestamp};
use ampere_store::rows::{DisputeState, PaymentKind, PaymentRow, PaymentState};

use super::orders::Have;

/// A payment as the provider told it at an instant.
pub(super) fn row_of(
    org: OrgId,
    (truth, payment): (&Truth, &Payment),
    have: &Have,
    seen_at: Timestamp,
) -> PaymentRow {
    let (status, reason, url, paid_at) = match &payment.status {
        PaymentStatus::Open => (PaymentState::Open, None, None, None),
        PaymentStatus::NeedsConfirmation { url } => {
            (PaymentState::NeedsConfirmation, None, Some(url.clone()), None)
        }
        PaymentStatus::Failed { reason } => {
            (PaymentState::Failed, Some(reason.word().to_owned()), None, None)
        }
        PaymentStatus::Paid { at } => (PaymentState::Paid, None, None, Some(*at)),
        PaymentStatus::Void => (PaymentState::Void, None, None, None),
    };
    let refunded = payment.refunds.iter().map(|refund| refund.amount_cents);
    PaymentRow {
        org,
        id: payment.id.clone(),
        provider: have.provider.to_owned(),
        customer: truth.customer.clone(),
        kind: kind_of(payment, have),
        reference: payment.reference.clone(),
        subscription: payment.subscription.clone(),
        amount_cents: payment.amount_cents,
        currency: payment.currency.clone(),
        status,
        reason,
        url,
        paid_at,
        refunded_cents: refunded.fold(0, i64::saturating_add),
        dispute: dispute_of(payment),
        receipt_url: payment.receipt_url.clone(),
        created_at: payment.created,
        seen_at,
    }
}

/// Nothing is new but when it was asked.
pub(super) fn says_the_same(known: &PaymentRow, row: &PaymentRow) -> bool {
    let kind = match (known.kind, row.kind) {
        // What was agreed is looked up while it is not granted; what it was stays.
        (known, PaymentKind::Other) => known,
        (_, kind) => kind,
    };
    *known == PaymentRow { kind, seen_at: known.seen_at, ..row.clone() }
}

fn kind_of(payment: &Payment, have: &Have) -> PaymentKind {
    let Some(reference) = &payment.reference else {
        return match payment.subscription {
            Some(_) => PaymentKind::Invoice,
            None => PaymentKind::Other,
        };
    };
    let granted = || have.kept.iter().any(|row| row.payment == payment.id);
    match have.agreed.get(reference) {
        _ if payment.subscription.is_some() => PaymentKind::Invoice,
        Some(agreed) => agreed.kind(),
        None if reference.parse::<RechargeId>().is_ok() => PaymentKind::Recharge,
        None if granted() => PaymentKind::Credits,
        None => PaymentKind::Other,
    }
}

/// The one that weighs most: what is open comes before what was decided.
fn dispute_of(payment: &Payment) -> Option<DisputeState> {
    let weight = |status: &DisputeStatus| match status {
        DisputeStatus::Inquiry => 0,
        DisputeStatus::Won => 1,
        DisputeStatus::Lost => 2,
        DisputeStatus::Open => 3,
    };
    let status = payment.disputes.iter().map(|dispute| dispute.status).max_by_key(weight)?;
    Some(match status {
        DisputeStatus::Inquiry => DisputeState::Inquiry,
        DisputeStatus::Open => DisputeState::Open,
        DisputeStatus::Won => DisputeState::Won,
        DisputeStatus::Lost => DisputeState::Lost,
    })
}
