//! Customers: one at Stripe for each organization that pays.
//!
//! Owns: finding and making them, and whose customer a payment is. An organization's customer is
//! made under a key that follows from the organization: the search by which one is found again
//! knows a new one only after a while, and until then the key does.

use super::client::{Talk, Trouble};
use super::form::Form;
use super::wire::{Charge, Customer, Done, Few, Intent, Invoice, Ref};
use crate::payments::port::{About, Payer, PaymentError};

/// What a customer says of the organization.
pub(super) const ORGANIZATION: &str = "organization";

/// Stripe's id of the payer, who is made a customer where there is none.
pub(super) async fn customer(talk: &Talk<'_>, payer: &Payer) -> Result<String, PaymentError> {
    if let Some(known) = &payer.customer {
        return Ok(known.clone());
    }
    let organization = &payer.organization;
    let found = find(talk, organization).await?;
    let id = match found {
        Some(customer) => customer.id,
        None => {
            let form = Form::new().with("metadata[organization]", organization);
            let key = format!("customer:{organization}");
            let made: Customer = talk.post(&["customers"], form, Some(key)).await?;
            made.id
        }
    };
    // Apart from making it: under one key Stripe takes the same words only, and a name may change.
    let form = Form::new().with("name", &payer.name).with("email", &payer.email);
    let _: Done = talk.post(&["customers", &id], form, None).await?;
    Ok(id)
}

/// The oldest customer of the organization.
async fn find(talk: &Talk<'_>, organization: &str) -> Result<Option<Customer>, PaymentError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if organization.is_empty() || !organization.chars().all(plain) {
        return Err(PaymentError::InvalidRequest("organization"));
    }
    let query = format!("metadata['organization']:'{organization}'");
    let form = Form::new().with("query", query).with("limit", 100);
    let found: Few<Customer> = talk.get(&["customers", "search"], form).await?;
    let ours = found.data.into_iter().filter(|customer| {
        !customer.deleted && customer.metadata.get(ORGANIZATION) == Some(organization)
    });
    Ok(ours.min_by_key(|customer| (customer.created, customer.id.clone())))
}

/// A customer, with the card that pays in full.
pub(super) async fn whole(talk: &Talk<'_>, id: &str) -> Result<Customer, PaymentError> {
    let form = Form::new().expanding("invoice_settings.default_payment_method");
    let customer: Customer = talk.get(&["customers", id], form).await?;
    if customer.deleted { Err(PaymentError::NotFound) } else { Ok(customer) }
}

/// Stripe's id of the customer that is asked about.
pub(super) async fn of(talk: &Talk<'_>, about: About) -> Result<String, PaymentError> {
    match about {
        About::Customer(id) => Ok(id),
        About::Organization(organization) => {
            let found = find(talk, &organization).await?;
            found.map(|customer| customer.id).ok_or(PaymentError::NotFound)
        }
        About::Payment(id) => payer_of(talk, &id).await?.ok_or(PaymentError::NotFound),
    }
}

async fn payer_of(talk: &Talk<'_>, payment: &str) -> Result<Option<String>, Trouble> {
    let customer = match payment.split_once('_').map(|(kind, _)| kind) {
        Some("in") => talk.get::<Invoice>(&["invoices", payment], Form::new()).await?.customer,
        Some("pi") => {
            talk.get::<Intent>(&["payment_intents", payment], Form::new()).await?.customer
        }
        Some("ch" | "py") => talk.get::<Charge>(&["charges", payment], Form::new()).await?.customer,
        _ => None,
    };
    Ok(customer.as_ref().map(Ref::id).map(str::to_owned))
}
