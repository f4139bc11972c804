//! What a payment makes due in the ledger: a pure function of the provider's truth and of what we
//! have.
//!
//! The law's "Money in and back": a grant for each line once it is paid, a claim for what went
//! back, frozen while a dispute is open. Every id, amount and instant is the payment's. Knows no
//! event: called with the same truth again it finds nothing to do. No I/O, no clock.

use std::collections::BTreeMap;

use ampere_adapters::payments::port::{DisputeStatus, Payment, PaymentStatus};
use ampere_credits::ledger::{Class, Command, Grant, GrantTerms};
use ampere_credits::period::Anchor;
use ampere_credits::{Credits, GrantId, Timestamp, Zone};
use ampere_store::rows::{PaymentGrantRow, RowWrite};

use super::agreed::Agreed;
use crate::billing::follow::PlanGrant;
use crate::grants::{Order, grant_id};

/// The line of a payment that has no lines.
const ONLY_LINE: &str = "0";

/// What we have of an organization.
#[derive(Debug, Clone)]
pub(crate) struct Have {
    /// Our provider's word.
    pub(crate) provider: &'static str,
    /// What was agreed with who pays, by the payment's reference; of payments that became no
    /// grants yet.
    pub(crate) agreed: BTreeMap<String, Agreed>,
    /// What paid invoices of subscriptions give.
    pub(crate) plan: Vec<PlanGrant>,
    /// The grants that payments became.
    pub(crate) kept: Vec<PaymentGrantRow>,
    /// Every grant of the pool.
    pub(crate) grants: BTreeMap<GrantId, Grant>,
}

/// Why a payment is not granted; nothing changes then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Mismatch {
    /// Nothing of ours asked for it.
    #[error("it names nothing that was bought here")]
    Unknown,
    /// Not what was agreed.
    #[error("{paid} {currency} were paid, {agreed} {agreed_currency} were agreed on")]
    Differs {
        /// Minor units.
        paid: i64,
        /// ISO 4217.
        currency: String,
        /// Minor units.
        agreed: i64,
        /// ISO 4217.
        agreed_currency: String,
    },
}

/// A grant that a line of a payment is for.
struct Wanted {
    line: String,
    key: String,
    terms: GrantTerms,
    writes: Vec<RowWrite>,
}

/// All that is due for a payment, in order: grants, claims, freezing or thawing.
pub(crate) fn of_payment(payment: &Payment, have: &Have) -> Result<Vec<Order>, Mismatch> {
    let PaymentStatus::Paid { at } = payment.status else { return Ok(Vec::new()) };
    let kept = have.kept.iter().filter(|row| row.payment == payment.id);
    // The allowance beside a base grant too: what came with the money goes with it.
    let mut paid_for: Vec<Grant> =
        kept.filter_map(|row| have.grants.get(&row.grant).copied()).collect();
    let mut orders = Vec::new();
    for wanted in wanted(payment, at, have)? {
        let Wanted { line, key, terms, mut writes } = wanted;
        let (payment, grant, credits) = (payment.id.clone(), terms.id, terms.amount);
        writes.push(RowWrite::PaymentGrant(PaymentGrantRow { payment, line, grant, credits }));
        orders.push(Order { key, command: Command::Grant(terms), writes });
        paid_for.push(have.grants.get(&grant).copied().unwrap_or_else(|| Grant::new(terms)));
    }
    for grant in &paid_for {
        orders.extend(claims(payment, grant));
        orders.extend(frozen(payment, grant));
    }
    Ok(orders)
}

/// The grants that a paid payment is for and that are not there yet.
fn wanted(payment: &Payment, at: Timestamp, have: &Have) -> Result<Vec<Wanted>, Mismatch> {
    let missing =
        |line: &str| !have.kept.iter().any(|row| row.payment == payment.id && row.line == line);
    let agreed = payment.reference.as_ref().and_then(|reference| have.agreed.get(reference));
    if payment.subscription.is_some() {
        let plan = have.plan.iter().filter(|grant| grant.payment == payment.id);
        let plan = plan.filter(|grant| missing(&grant.line));
        return Ok(plan.map(|grant| of_plan(grant, agreed)).collect());
    }
    if !missing(ONLY_LINE) {
        return Ok(Vec::new());
    }
    let agreed = agreed.ok_or(Mismatch::Unknown)?;
    let bought = agreed.bought(have.provider).ok_or(Mismatch::Unknown)?;
    if payment.amount_cents != bought.amount_cents || payment.currency != bought.currency {
        return Err(Mismatch::Differs {
            paid: payment.amount_cents,
            currency: payment.currency.clone(),
            agreed: bought.amount_cents,
            agreed_currency: bought.currency.to_owned(),
        });
    }
    let key = format!("payment:{}:{ONLY_LINE}", payment.id);
    let terms = GrantTerms {
        id: grant_id(at, &key),
        class: Class::Purchased,
        cause: bought.cause,
        amount: bought.credits,
        effective: at,
        expires: expiry(at, bought.lifetime_months),
    };
    let writes = agreed.granted(terms.id, &payment.id).into_iter().collect();
    Ok(vec![Wanted { line: ONLY_LINE.to_owned(), key, terms, writes }])
}

fn of_plan(grant: &PlanGrant, agreed: Option<&Agreed>) -> Wanted {
    let id = grant_id(grant.effective, &grant.key);
    let terms = GrantTerms {
        id,
        class: grant.class,
        cause: grant.cause,
        amount: grant.amount,
        effective: grant.effective,
        expires: Some(grant.expires),
    };
    let mut writes = Vec::new();
    if let Some(period) = &grant.period {
        writes.push(RowWrite::PlanPeriod(period.row(id)));
        // The page that began the plan has brought what it was for.
        writes.extend(agreed.and_then(|agreed| agreed.granted(id, &grant.payment)));
    }
    Wanted { line: grant.line.clone(), key: grant.key.clone(), terms, writes }
}

/// A claim for each refund, and for each dispute that was lost, that raises what is claimed. Keyed
/// by what went back and by how much that made in all: a second partial refund is no replay.
fn claims(payment: &Payment, grant: &Grant) -> Vec<Order> {
    let refunds = payment.refunds.iter().map(|refund| (refund.id.as_str(), refund.amount_cents));
    let lost = payment.disputes.iter().filter(|dispute| dispute.status == DisputeStatus::Lost);
    let lost = lost.map(|dispute| (dispute.id.as_str(), dispute.amount_cents));
    let (id, mut claimed, mut back) = (grant.terms.id, grant.claim, 0_i64);
    let mut orders = Vec::new();
    for (cause, cents) in refunds.chain(lost) {
        back = back.saturating_add(cents.max(0)).min(payment.amount_cents);
        let total = share(grant.terms.amount, back, payment.amount_cents);
        if total <= claimed {
            continue;
        }
        claimed = total;
        let key = format!("claim:{id}:{cause}:{back}");
        orders.push(Order {
            key,
            command: Command::Claim { grant: id, total },
            writes: Vec::new(),
        });
    }
    orders
}

/// floor(granted × back / paid).
fn share(granted: Credits, back: i64, paid: i64) -> Credits {
    let product = i128::from(granted.micros()) * i128::from(back);
    let micros = product.checked_div(i128::from(paid)).unwrap_or_default();
    Credits::from_micros(i64::try_from(micros).unwrap_or_default())
}

/// Frozen while a dispute is open; the dispute that froze it names the thaw too.
fn frozen(payment: &Payment, grant: &Grant) -> Option<Order> {
    let id = grant.terms.id;
    let decided = |status| matches!(status, DisputeStatus::Won | DisputeStatus::Lost);
    let open = payment.disputes.iter().find(|dispute| dispute.status == DisputeStatus::Open);
    let (key, command) = match (open, grant.frozen_since) {
        (Some(dispute), None) => {
            (format!("freeze:{}:{id}", dispute.id), Command::Freeze { grant: id })
        }
        (None, Some(_)) => {
            let last = payment.disputes.iter().rev().find(|dispute| decided(dispute.status))?;
            (format!("thaw:{}:{id}", last.id), Command::Thaw { grant: id })
        }
        _ => return None,
    };
    Some(Order { key, command, writes: Vec::new() })
}

/// So many calendar months later, clamped to the month's last day; 0 months: never expires.
pub(crate) fn expiry(from: Timestamp, months: u32) -> Option<Timestamp> {
    let last = months.checked_sub(1)?;
    Some(Anchor { at: from, zone: Zone::utc() }.period(last).end)
}

#[cfg(test)]
#[path = "orders_tests.rs"]
mod tests;
