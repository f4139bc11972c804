//! Payments with the saved card, and money back.
//!
//! Owns: the steps of each. A charge is an invoice of one line: made, filled, closed, paid. Each
//! step has a key of its own that follows from the reference, and the invoice is looked for first,
//! because Stripe forgets keys after a day. A half-made one is finished, a paid one is told.

use super::client::{Talk, Trouble};
use super::form::Form;
use super::gather::{self, invoices};
use super::prices::Prices;
use super::told::{self, Failed, failed};
use super::wire::{Done, Intent, Invoice, Refund as Given};
use super::{card, customers};
use crate::payments::port::{ChargeRequest, Payment, PaymentError, Refund, RefundRequest};

pub(super) async fn charge(
    talk: &Talk<'_>,
    prices: &Prices,
    request: ChargeRequest,
) -> Result<Payment, PaymentError> {
    let customer = customers::whole(talk, &request.customer).await?;
    let mut known = invoices(talk, &customer.id).await?.into_iter();
    let mine = |invoice: &Invoice| invoice.reference() == Some(request.reference.as_str());
    let invoice = match known.rfind(mine) {
        Some(invoice) => invoice,
        None => {
            card::that_pays(talk, &customer).await?.ok_or(PaymentError::NoCard)?;
            talk.post(&["invoices"], begun(&request), key(&request, "invoice")).await?
        }
    };
    let invoice =
        if invoice.status() == "draft" { finish(talk, &request, invoice).await? } else { invoice };
    let billed: i64 = invoice.lines.data.iter().map(|line| line.amount).sum();
    if billed != request.amount_cents || invoice.currency != request.currency {
        return Err(PaymentError::InvalidRequest("reference"));
    }
    if invoice.status() == "open" && reading(talk, &invoice.id).await?.1.is_none() {
        let form = Form::new().with("off_session", true);
        let path = ["invoices", &invoice.id, "pay"];
        match talk.post::<Done>(&path, form, key(&request, "pay")).await {
            // Declined: the invoice says why.
            Ok(Done {}) => {}
            Err(Trouble::Refused(refusal)) if refusal.status == 402 => {}
            Err(trouble) => return Err(trouble.into()),
        }
    }
    give_up_declined(talk, &invoice.id).await?;
    let truth = gather::truth(talk, prices, &customer.id).await?;
    let paid = truth.payments.into_iter().find(|payment| payment.id == invoice.id);
    paid.ok_or(PaymentError::Unknown)
}

fn key(request: &ChargeRequest, step: &str) -> Option<String> {
    Some(format!("{}:{step}", request.reference))
}

/// Nothing but what we say becomes of it: Stripe neither closes nor collects it by itself.
fn begun(request: &ChargeRequest) -> Form {
    Form::new()
        .with("customer", &request.customer)
        .with("currency", &request.currency)
        .with("collection_method", "charge_automatically")
        .with("auto_advance", false)
        .with("pending_invoice_items_behavior", "exclude")
        .with("description", &request.description)
        .with("metadata[reference]", &request.reference)
}

async fn finish(
    talk: &Talk<'_>,
    request: &ChargeRequest,
    draft: Invoice,
) -> Result<Invoice, Trouble> {
    if draft.lines.data.is_empty() {
        let form = Form::new()
            .with("customer", &request.customer)
            .with("invoice", &draft.id)
            .with("amount", request.amount_cents)
            .with("currency", &request.currency)
            .with("description", &request.description)
            .with("metadata[reference]", &request.reference);
        let _: Done = talk.post(&["invoiceitems"], form, key(request, "line")).await?;
    }
    let form = Form::new().with("auto_advance", false);
    talk.post(&["invoices", &draft.id, "finalize"], form, key(request, "finalize")).await
}

/// An invoice, and what stands in the way of its payment.
async fn reading(talk: &Talk<'_>, id: &str) -> Result<(Invoice, Option<Failed>), Trouble> {
    let form = Form::new().expanding("payments");
    let invoice: Invoice = talk.get(&["invoices", id], form).await?;
    let failed = match invoice.intent() {
        Some(intent) => {
            let intent: Intent = talk.get(&["payment_intents", intent], Form::new()).await?;
            failed(&intent)
        }
        None => None,
    };
    Ok((invoice, failed))
}

/// Makes an open invoice void that the card does not pay, and writes why on it first: what was
/// given up is not paid later by chance, on a page or by a new card. One that waits for the bank
/// stays open.
pub(super) async fn give_up_declined(talk: &Talk<'_>, id: &str) -> Result<(), PaymentError> {
    let (invoice, failed) = reading(talk, id).await?;
    let Some(Failed::Declined(reason)) = failed.filter(|_| invoice.status() == "open") else {
        return Ok(());
    };
    let form = Form::new().with("metadata[declined]", reason.word());
    let _: Done = talk.post(&["invoices", id], form, None).await?;
    match talk.post::<Done>(&["invoices", id, "void"], Form::new(), None).await {
        // Whoever was first.
        Ok(Done {}) | Err(Trouble::Refused(_)) => Ok(()),
        Err(trouble) => Err(trouble.into()),
    }
}

pub(super) async fn refund(
    talk: &Talk<'_>,
    request: RefundRequest,
) -> Result<Refund, PaymentError> {
    let RefundRequest { reference, payment, amount_cents } = &request;
    let intent = match payment.split_once('_').map(|(kind, _)| kind) {
        Some("pi") => payment.clone(),
        Some("in") => {
            let (invoice, _) = reading(talk, payment).await?;
            // Nothing was paid by it.
            let none = || PaymentError::Conflict("it is not paid".to_owned());
            invoice.intent().ok_or_else(none)?.to_owned()
        }
        _ => return Err(PaymentError::NotFound),
    };
    let ask = Form::new().with("payment_intent", &intent);
    let known: Vec<Given> = talk.list(&["refunds"], ask).await?;
    let mine = |given: &&Given| given.metadata.get("reference") == Some(reference);
    if let Some(made) = known.iter().find(mine) {
        let same = made.amount == *amount_cents;
        return same.then(|| told::refund(made)).ok_or(PaymentError::InvalidRequest("reference"));
    }
    let form = Form::new()
        .with("payment_intent", &intent)
        .with("amount", amount_cents)
        .with("metadata[reference]", reference);
    let key = Some(format!("{reference}:refund"));
    let made: Given = talk.post(&["refunds"], form, key).await?;
    match made.status.as_deref() {
        Some("failed" | "canceled") => Err(PaymentError::Conflict("it did not go through".into())),
        _ => Ok(told::refund(&made)),
    }
}
