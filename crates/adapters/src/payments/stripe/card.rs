//! The card that pays.
//!
//! Owns: one rule for all purchases. It is the customer's default at Stripe. A card that was saved
//! on a page for cards, or with which a plan was begun, becomes it once, and what the person
//! chooses later on Stripe's own pages holds; a subscription follows the customer's card; a new
//! card pays what a renewal could not. Each step is read off Stripe's state and done once, so that
//! whoever looks after the card first, the end is the same.

use super::client::{Talk, Trouble};
use super::form::Form;
use super::gather::Books;
use super::told;
use super::wire::{Customer, Done, Few, PaymentMethod, Ref};
use crate::payments::port::PaymentError;

/// On the customer: of what its card was taken over last.
const FROM: &str = "card_from";

/// A card that was given on purpose: when, by what, which.
#[derive(Debug)]
struct Given<'a> {
    created: i64,
    by: &'a str,
    card: &'a str,
}

/// Looks after the card; true when a payment was tried with it.
pub(super) async fn look_after(talk: &Talk<'_>, books: &mut Books) -> Result<bool, PaymentError> {
    if let Some((by, card)) = newest_given(books) {
        // A card that is gone again cannot be taken over.
        if let Some(taken) = unless_refused(take_over(talk, books, Some(&by), &card).await)? {
            books.card = taken;
        }
    }
    if books.card.is_none()
        && let Some(newest) = newest(talk, &books.customer.id).await?
    {
        let taken = unless_refused(take_over(talk, books, None, newest.id()).await)?;
        books.card = taken.flatten();
    }
    let Some(card) = books.card.as_ref().map(|card| card.id().to_owned()) else {
        return Ok(false);
    };
    follow(talk, books, &card).await?;
    pay_again(talk, books, &card).await
}

/// The card that pays, taken over now where the customer has saved one and has none that pays.
pub(super) async fn that_pays(
    talk: &Talk<'_>,
    customer: &Customer,
) -> Result<Option<PaymentMethod>, PaymentError> {
    let settings = customer.invoice_settings.as_ref();
    if let Some(card) = settings.and_then(|settings| settings.default_payment_method.clone()) {
        return Ok(Some(card));
    }
    let Some(newest) = newest(talk, &customer.id).await? else {
        return Ok(None);
    };
    let form = Form::new().with("invoice_settings[default_payment_method]", newest.id());
    let _: Done = talk.post(&["customers", &customer.id], form, None).await?;
    Ok(Some(newest))
}

async fn newest(talk: &Talk<'_>, customer: &str) -> Result<Option<PaymentMethod>, Trouble> {
    let form = Form::new().with("customer", customer).with("type", "card").with("limit", 1);
    let cards: Few<PaymentMethod> = talk.get(&["payment_methods"], form).await?;
    Ok(cards.data.into_iter().next())
}

/// The card that was given last, unless it was taken over before.
fn newest_given(books: &Books) -> Option<(String, String)> {
    let saved = books
        .setups
        .iter()
        .filter(|setup| setup.status == "succeeded" && setup.metadata.get("reference").is_some());
    let saved = saved.filter_map(|setup| {
        let card = setup.payment_method.as_ref()?.id();
        Some(Given { created: setup.created, by: &setup.id, card })
    });
    // Ended ones too: else an older card would become the newest when a subscription ends.
    let begun = books.subscriptions.iter().filter_map(|one| {
        let card = one.default_payment_method.as_ref()?.id();
        Some(Given { created: one.created, by: &one.id, card })
    });
    // Of the same second the later one of the list: the last that is as new as any.
    let newest = begun.chain(saved).max_by_key(|given| given.created)?;
    let taken = books.customer.metadata.get(FROM) == Some(newest.by);
    (!taken).then(|| (newest.by.to_owned(), newest.card.to_owned()))
}

async fn take_over(
    talk: &Talk<'_>,
    books: &Books,
    by: Option<&str>,
    card: &str,
) -> Result<Option<PaymentMethod>, Trouble> {
    let form = Form::new().with("invoice_settings[default_payment_method]", card);
    let form = match by {
        Some(by) => form.with("metadata[card_from]", by),
        None => form,
    };
    let form = form.expanding("invoice_settings.default_payment_method");
    let customer: Customer = talk.post(&["customers", &books.customer.id], form, None).await?;
    Ok(customer.invoice_settings.and_then(|settings| settings.default_payment_method))
}

/// Subscriptions that name another card take the customer's.
async fn follow(talk: &Talk<'_>, books: &Books, card: &str) -> Result<(), PaymentError> {
    for one in books.subscriptions.iter().filter(|one| told::lives(one)) {
        let other = one.default_payment_method.as_ref().map(Ref::id);
        if other.is_some_and(|other| other != card) {
            let form = Form::new().with("default_payment_method", card);
            unless_refused(talk.post::<Done>(&["subscriptions", &one.id], form, None).await)?;
        }
    }
    Ok(())
}

/// A renewal that another card could not pay is tried once with this one.
async fn pay_again(talk: &Talk<'_>, books: &Books, card: &str) -> Result<bool, PaymentError> {
    let mut tried = false;
    for one in &books.subscriptions {
        if !matches!(one.status.as_str(), "past_due" | "unpaid") {
            continue;
        }
        let open = books.invoices.iter().filter(|invoice| {
            invoice.status() == "open" && invoice.subscription() == Some(one.id.as_str())
        });
        for invoice in open {
            let intent = books.intents.iter().find(|intent| invoice.intent() == Some(&intent.id));
            let failure = intent.and_then(|intent| intent.last_payment_error.as_ref());
            let with = failure.and_then(|failure| failure.payment_method.as_ref()).map(Ref::id);
            if with.is_some_and(|with| with != card) {
                let form = Form::new().with("off_session", true);
                let key = Some(format!("repay:{}:{card}", invoice.id));
                let path = ["invoices", &invoice.id, "pay"];
                // Declined again: it stays open, and says so.
                unless_refused(talk.post::<Done>(&path, form, key).await)?;
                tried = true;
            }
        }
    }
    Ok(tried)
}

/// What Stripe refuses is left as it is: the truth tells it.
fn unless_refused<T>(answer: Result<T, Trouble>) -> Result<Option<T>, PaymentError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Trouble::Refused(_)) => Ok(None),
        Err(trouble) => Err(trouble.into()),
    }
}
