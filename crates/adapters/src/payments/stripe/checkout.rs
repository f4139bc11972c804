//! Pages of Stripe's own: to pay on, to save a card on, to look after things.
//!
//! Owns: what they are opened with. A page's reference travels on whatever comes of it.

use super::client::Talk;
use super::form::Form;
use super::wire::{PortalSession, Session};
use super::{customers, prices};
use crate::payments::port::{CheckoutOpened, CheckoutRequest, PaymentError, PortalFlow, Purchase};

pub(super) async fn open(
    talk: &Talk<'_>,
    request: CheckoutRequest,
) -> Result<CheckoutOpened, PaymentError> {
    let customer = customers::customer(talk, &request.payer).await?;
    let reference = &request.reference;
    let form = Form::new()
        .with("customer", &customer)
        .with("client_reference_id", reference)
        .with("metadata[reference]", reference)
        .with("success_url", &request.return_url)
        .with("cancel_url", &request.cancel_url)
        .with("allowed_payment_method_types[0]", "card");
    let form = match &request.what {
        Purchase::Credits { amount_cents, currency, description } => form
            .with("mode", "payment")
            .with("line_items[0][price_data][currency]", currency)
            .with("line_items[0][price_data][unit_amount]", amount_cents)
            .with("line_items[0][price_data][product_data][name]", description)
            .with("line_items[0][quantity]", 1)
            .with("payment_intent_data[setup_future_usage]", "off_session")
            .with("payment_intent_data[description]", description)
            .with("payment_intent_data[metadata][reference]", reference),
        Purchase::Plan(plan) => form
            .with("mode", "subscription")
            .with("line_items[0][price]", prices::price(talk, plan).await?)
            .with("line_items[0][quantity]", 1)
            .with("subscription_data[metadata][reference]", reference)
            .with("subscription_data[billing_mode][type]", super::change::BILLING_MODE),
        Purchase::Card => {
            form.with("mode", "setup").with("setup_intent_data[metadata][reference]", reference)
        }
    };
    let key = format!("{reference}:checkout");
    let session: Session = talk.post(&["checkout", "sessions"], form, Some(key)).await?;
    // A page that is over has no address any more; it was given when it was opened.
    let url = session.url.ok_or(PaymentError::Unknown)?;
    Ok(CheckoutOpened { provider_ref: session.id, url, customer })
}

/// Opening one changes nothing: without an answer another one is opened.
pub(super) async fn portal(
    talk: &Talk<'_>,
    customer: &str,
    flow: PortalFlow,
    return_url: &str,
) -> Result<String, PaymentError> {
    let form = Form::new().with("customer", customer).with("return_url", return_url);
    let form = match flow {
        PortalFlow::Overview => form,
        PortalFlow::Card => form.with("flow_data[type]", "payment_method_update"),
    };
    let session: PortalSession = talk.work_out(&["billing_portal", "sessions"], form).await?;
    Ok(session.url)
}
