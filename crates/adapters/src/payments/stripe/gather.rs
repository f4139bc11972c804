//! Everything that Stripe knows of one customer, read afresh.
//!
//! Owns: which lists are read, and that what was read belongs together. What it means is in
//! `told`; which card pays is in `card`.

use std::collections::BTreeMap;

use super::client::{Talk, Trouble};
use super::form::Form;
use super::prices::{self, Prices};
use super::wire::{
    Charge, Customer, Dispute, Few, Intent, Invoice, Line, PaymentMethod, Refund, SetupIntent,
    Subscription,
};
use super::{card, customers, told};
use crate::payments::port::{PaymentError, PlanKey, Truth};

/// What was read. Lists are oldest first.
#[derive(Debug)]
pub(super) struct Books {
    pub(super) customer: Customer,
    /// The card that pays.
    pub(super) card: Option<PaymentMethod>,
    pub(super) subscriptions: Vec<Subscription>,
    pub(super) setups: Vec<SetupIntent>,
    pub(super) invoices: Vec<Invoice>,
    pub(super) intents: Vec<Intent>,
    pub(super) charges: Vec<Charge>,
    /// By the charge.
    pub(super) disputes: BTreeMap<String, Vec<Dispute>>,
    /// What prices that stand by their id only are for.
    pub(super) prices: BTreeMap<String, PlanKey>,
}

/// The present truth of a customer, after its card was looked after.
pub(super) async fn truth(
    talk: &Talk<'_>,
    prices: &Prices,
    customer: &str,
) -> Result<Truth, PaymentError> {
    let mut books = read(talk, prices, customer).await?;
    if card::look_after(talk, &mut books).await? {
        // A payment was tried: what was read before it is old.
        let card = books.card.take();
        books = read(talk, prices, customer).await?;
        books.card = card;
    }
    told::truth(&books)
}

async fn read(talk: &Talk<'_>, known: &Prices, customer: &str) -> Result<Books, PaymentError> {
    let of = || Form::new().with("customer", customer);
    let customer = customers::whole(talk, customer).await?;
    let (mut subscriptions, setups, mut invoices, intents, mut charges) = tokio::try_join!(
        subscriptions(talk, &customer.id),
        talk.list::<SetupIntent>(&["setup_intents"], of()),
        invoices(talk, &customer.id),
        talk.list::<Intent>(&["payment_intents"], of()),
        talk.list::<Charge>(&["charges"], of().expanding("data.refunds")),
    )?;
    let mut disputes = BTreeMap::new();
    for charge in &mut charges {
        if charge.refunds.as_ref().is_some_and(|refunds| refunds.has_more) {
            let form = Form::new().with("charge", &charge.id);
            let data = talk.list::<Refund>(&["refunds"], form).await?;
            charge.refunds = Some(Few { data, has_more: false });
        } else if let Some(refunds) = &mut charge.refunds {
            refunds.data.reverse();
        }
        if charge.disputed {
            let form = Form::new().with("charge", &charge.id);
            disputes.insert(charge.id.clone(), talk.list(&["disputes"], form).await?);
        }
    }
    // Subscriptions that are not of our plans are somebody else's business.
    subscriptions.retain(|one| told::our_item(one).is_some());
    let mut prices = BTreeMap::new();
    for invoice in &mut invoices {
        if invoice.lines.has_more {
            let path = ["invoices", &invoice.id, "lines"];
            let mut data: Vec<Line> = talk.list(&path, Form::new()).await?;
            // As they stand on it.
            data.reverse();
            invoice.lines = Few { data, has_more: false };
        }
    }
    let on_lines = invoices.iter().flat_map(|invoice| &invoice.lines.data);
    let named: Vec<&str> = on_lines.filter_map(|line| line.price()).collect();
    let next = subscriptions.iter().filter_map(told::next_price);
    for id in named.into_iter().chain(next) {
        if !prices.contains_key(id)
            && let Some(key) = known.key(talk, id).await?
        {
            prices.insert(id.to_owned(), key);
        }
    }
    let card = customer.invoice_settings.as_ref();
    let card = card.and_then(|settings| settings.default_payment_method.clone());
    Ok(Books {
        customer,
        card,
        subscriptions,
        setups,
        invoices,
        intents,
        charges,
        disputes,
        prices,
    })
}

/// All invoices of a customer, drafts too.
pub(super) async fn invoices(talk: &Talk<'_>, customer: &str) -> Result<Vec<Invoice>, Trouble> {
    let form = Form::new().with("customer", customer).expanding("data.payments");
    talk.list(&["invoices"], form).await
}

/// All subscriptions of a customer, ended ones too.
pub(super) async fn subscriptions(
    talk: &Talk<'_>,
    customer: &str,
) -> Result<Vec<Subscription>, Trouble> {
    let form = Form::new().with("customer", customer).with("status", "all");
    talk.list(&["subscriptions"], form.expanding("data.schedule")).await
}

/// What a subscription's present price is for.
pub(super) fn key_now(subscription: &Subscription) -> Option<PlanKey> {
    prices::key_of(&told::our_item(subscription)?.price)
}
