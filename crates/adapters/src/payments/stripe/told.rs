//! What Stripe's objects mean in the port's words: a pure reading of what was gathered.
//!
//! Owns: statuses, what a line is for, and which refunds and disputes belong to which payment.
//! Asks nobody.

use super::gather::{Books, key_now};
use super::prices::key_of;
use super::wire::{self, Intent, Invoice, Item, PaymentFailure, Ref, Schedule, instant};
use crate::payments::port::{
    Card, DeclineReason, Dispute, DisputeStatus, Line, LineKind, Payment, PaymentError,
    PaymentStatus, Refund, Subscription, SubscriptionStatus, Truth,
};

/// The bank wants the person: no decline.
const BANK: &str = "authentication_required";

pub(super) fn truth(books: &Books) -> Result<Truth, PaymentError> {
    let customer = &books.customer;
    // A customer that does not say whose it is was not made by us.
    let said = customer.metadata.get(super::customers::ORGANIZATION);
    let organization = said.ok_or(PaymentError::NotFound)?.to_owned();
    let invoices = books.invoices.iter().filter(|invoice| {
        // Somebody's draft of something is no payment.
        invoice.status() != "draft"
            || invoice.subscription().is_some()
            || invoice.reference().is_some()
    });
    let single = books.intents.iter().filter(|one| one.metadata.get("reference").is_some());
    let mut payments: Vec<Payment> = invoices
        .map(|invoice| of_invoice(books, invoice))
        .chain(single.map(|intent| of_intent(books, intent)))
        .collect();
    // Of the same second they stay in Stripe's order.
    payments.sort_by_key(|payment| payment.created);
    let subscriptions =
        books.subscriptions.iter().filter_map(|one| subscription(books, one)).collect();
    let card = books.card.as_ref().and_then(face);
    Ok(Truth { customer: customer.id.clone(), organization, card, subscriptions, payments })
}

fn face(card: &wire::PaymentMethod) -> Option<Card> {
    let wire::PaymentMethod::Whole { id, card: Some(face) } = card else {
        return None;
    };
    Some(Card {
        id: id.clone(),
        brand: face.brand.clone(),
        last4: face.last4.clone(),
        exp_month: face.exp_month,
        exp_year: face.exp_year,
    })
}

/// It is neither over nor never begun.
pub(super) fn lives(one: &wire::Subscription) -> bool {
    !matches!(one.status.as_str(), "canceled" | "incomplete_expired")
}

/// It ends with its period, whoever said so: us, or the person on Stripe's own pages.
pub(super) fn ends(one: &wire::Subscription) -> bool {
    one.cancel_at_period_end || one.cancel_at.is_some()
}

/// The item that is one of our plans.
pub(super) fn our_item(one: &wire::Subscription) -> Option<&Item> {
    one.items.data.iter().find(|item| key_of(&item.price).is_some())
}

/// The schedule that moves it, while there is one.
pub(super) fn schedule(one: &wire::Subscription) -> Option<&Schedule> {
    let lives = |schedule: &&Schedule| matches!(schedule.status.as_str(), "active" | "not_started");
    one.schedule.as_ref().filter(lives)
}

/// The price that it will have after the present one, by its id.
pub(super) fn next_price(one: &wire::Subscription) -> Option<&str> {
    let schedule = schedule(one)?;
    let end = schedule.current_phase?.end_date;
    let next = schedule.phases.iter().find(|phase| phase.start_date >= end)?;
    let price = next.items.first()?.price.id();
    (price != our_item(one)?.price.id).then_some(price)
}

fn subscription(books: &Books, one: &wire::Subscription) -> Option<Subscription> {
    let item = our_item(one)?;
    let status = match one.status.as_str() {
        "incomplete" => SubscriptionStatus::Incomplete,
        "active" | "trialing" => SubscriptionStatus::Active,
        "past_due" => SubscriptionStatus::PastDue,
        "unpaid" | "paused" => SubscriptionStatus::Unpaid,
        _ => SubscriptionStatus::Ended,
    };
    let mut its = books.invoices.iter().filter(|i| i.subscription() == Some(one.id.as_str()));
    let open = its.rfind(|invoice| invoice.waits());
    Some(Subscription {
        id: one.id.clone(),
        status,
        key: key_now(one)?,
        start: instant(item.current_period_start),
        end: instant(item.current_period_end),
        ends_at_period_end: status != SubscriptionStatus::Ended && ends(one),
        ended_at: one.ended_at.map(instant),
        next: next_price(one).and_then(|price| books.prices.get(price).cloned()),
        open_payment: open.map(|invoice| invoice.id.clone()),
        created: instant(one.created),
    })
}

fn of_invoice(books: &Books, invoice: &Invoice) -> Payment {
    let intent = books.intents.iter().find(|one| Some(one.id.as_str()) == invoice.intent());
    let paid_by = invoice.payments.data.iter();
    let intents: Vec<&str> =
        paid_by.filter_map(|one| one.payment.payment_intent.as_ref().map(Ref::id)).collect();
    let (refunds, disputes) = back(books, &intents);
    let subscription = invoice.subscription().map(str::to_owned);
    // A charge of ours is a single payment that happens to be written as an invoice.
    let lines = if subscription.is_some() { invoice.lines.data.as_slice() } else { &[] };
    Payment {
        id: invoice.id.clone(),
        reference: invoice.reference().map(str::to_owned),
        subscription,
        amount_cents: invoice.amount_due,
        currency: invoice.currency.clone(),
        status: status_of_invoice(invoice, intent),
        lines: lines.iter().map(|line| self::line(books, line)).collect(),
        refunds,
        disputes,
        created: instant(invoice.created),
        receipt_url: invoice.hosted_invoice_url.clone(),
    }
}

fn of_intent(books: &Books, intent: &Intent) -> Payment {
    let latest = intent.latest_charge.as_ref().map(Ref::id);
    let charge = books.charges.iter().find(|charge| Some(charge.id.as_str()) == latest);
    let (refunds, disputes) = back(books, &[&intent.id]);
    let status = match (intent.status.as_str(), &intent.last_payment_error) {
        ("succeeded", _) => {
            let at = charge.filter(|charge| charge.status == "succeeded").map(|c| c.created);
            PaymentStatus::Paid { at: instant(at.unwrap_or(intent.created)) }
        }
        ("canceled", _) => PaymentStatus::Void,
        ("requires_payment_method", Some(failure)) => {
            PaymentStatus::Failed { reason: reason(failure) }
        }
        // The person is on the page, and the bank's question is asked there.
        _ => PaymentStatus::Open,
    };
    Payment {
        id: intent.id.clone(),
        reference: intent.metadata.get("reference").map(str::to_owned),
        subscription: None,
        amount_cents: intent.amount,
        currency: intent.currency.clone(),
        status,
        lines: Vec::new(),
        refunds,
        disputes,
        created: instant(intent.created),
        receipt_url: charge.and_then(|charge| charge.receipt_url.clone()),
    }
}

/// How an invoice stands; `intent` is the payment that its money comes by.
pub(super) fn status_of_invoice(invoice: &Invoice, intent: Option<&Intent>) -> PaymentStatus {
    let declined = invoice.metadata.get("declined").and_then(reason_of_word);
    match (invoice.status(), declined) {
        ("paid", _) => {
            let at = invoice.status_transitions.paid_at.unwrap_or(invoice.created);
            PaymentStatus::Paid { at: instant(at) }
        }
        (_, Some(reason)) => PaymentStatus::Failed { reason },
        ("open", None) => match intent.and_then(failed) {
            Some(Failed::Bank) => invoice
                .hosted_invoice_url
                .clone()
                .map_or(PaymentStatus::Open, |url| PaymentStatus::NeedsConfirmation { url }),
            Some(Failed::Declined(reason)) => PaymentStatus::Failed { reason },
            None => PaymentStatus::Open,
        },
        ("draft", None) => PaymentStatus::Open,
        _ => PaymentStatus::Void,
    }
}

/// Why a payment is not there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// The bank wants the person.
    Bank,
    Declined(DeclineReason),
}

/// What stands in a payment's way; none if it was not tried, or is through.
pub(super) fn failed(intent: &Intent) -> Option<Failed> {
    match (intent.status.as_str(), &intent.last_payment_error) {
        ("requires_action", _) => Some(Failed::Bank),
        ("requires_payment_method" | "requires_confirmation" | "canceled", Some(failure)) => {
            let words = [&failure.code, &failure.decline_code];
            let bank = words.into_iter().flatten().any(|word| word == BANK);
            Some(if bank { Failed::Bank } else { Failed::Declined(reason(failure)) })
        }
        _ => None,
    }
}

fn reason(failure: &PaymentFailure) -> DeclineReason {
    let words = [&failure.decline_code, &failure.code];
    let known = words.into_iter().flatten().find_map(|word| reason_of_word(word));
    known.unwrap_or(DeclineReason::Declined)
}

/// Our word, which is Stripe's too, except for the plainest one.
fn reason_of_word(word: &str) -> Option<DeclineReason> {
    [DeclineReason::Declined, DeclineReason::InsufficientFunds, DeclineReason::ExpiredCard]
        .into_iter()
        .find(|reason| reason.word() == word)
}

fn line(books: &Books, line: &wire::Line) -> Line {
    let parent = line.parent.as_ref();
    let of_item = parent.and_then(|parent| parent.subscription_item_details);
    let added = parent.and_then(|parent| parent.invoice_item_details);
    let kind = match (of_item, added) {
        (Some(details), _) | (None, Some(details)) if details.proration => LineKind::Proration,
        (Some(_), _) => LineKind::Period,
        _ => LineKind::Other,
    };
    Line {
        id: line.id.clone(),
        kind,
        key: line.price().and_then(|price| books.prices.get(price).cloned()),
        amount_cents: line.amount,
        start: instant(line.period.start),
        end: instant(line.period.end),
    }
}

/// What came back, or is asked back, of payments.
fn back(books: &Books, intents: &[&str]) -> (Vec<Refund>, Vec<Dispute>) {
    let charges = books.charges.iter().filter(|charge| {
        charge.payment_intent.as_ref().is_some_and(|intent| intents.contains(&intent.id()))
    });
    let (mut refunds, mut disputes) = (Vec::new(), Vec::new());
    for charge in charges {
        let given = charge.refunds.iter().flat_map(|refunds| &refunds.data);
        refunds.extend(given.filter(|refund| went_through(refund)).map(refund));
        let asked = books.disputes.get(&charge.id).into_iter().flatten();
        disputes.extend(asked.map(|dispute| Dispute {
            id: dispute.id.clone(),
            amount_cents: dispute.amount,
            status: status_of_dispute(&dispute.status),
            at: instant(dispute.created),
        }));
    }
    refunds.sort_by_key(|refund: &Refund| refund.at);
    disputes.sort_by_key(|dispute: &Dispute| dispute.at);
    (refunds, disputes)
}

/// The money is on its way for good. While it is pending, it may still stay.
fn went_through(refund: &wire::Refund) -> bool {
    refund.status.as_deref() == Some("succeeded")
}

pub(super) fn refund(refund: &wire::Refund) -> Refund {
    Refund { id: refund.id.clone(), amount_cents: refund.amount, at: instant(refund.created) }
}

fn status_of_dispute(status: &str) -> DisputeStatus {
    match status {
        "won" | "prevented" => DisputeStatus::Won,
        // An appeal is made after it was lost, and the money is gone meanwhile.
        "lost" | "appeal_needs_response" | "appeal_under_review" => DisputeStatus::Lost,
        inquiry if inquiry.starts_with("warning_") => DisputeStatus::Inquiry,
        _ => DisputeStatus::Open,
    }
}
