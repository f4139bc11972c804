//! Payments with the saved card, money given back, disputes.

use crate::client::{Stripe, amounts, id, int, text};

/// An open invoice of one line for a customer with this card; its id.
async fn invoice(stripe: &Stripe, customer: &str) -> String {
    let form = format!(
        "customer={customer}&currency=usd&collection_method=charge_automatically\
         &auto_advance=false&pending_invoice_items_behavior=exclude&metadata[reference]=at_1"
    );
    let invoice = id(&stripe.post("/v1/invoices", &form).await);
    let form = format!(
        "customer={customer}&invoice={invoice}&amount=1500&currency=usd&description=Credits"
    );
    stripe.post("/v1/invoiceitems", &form).await;
    let path = format!("/v1/invoices/{invoice}/finalize");
    let open = stripe.post(&path, "auto_advance=false").await;
    assert_eq!((text(&open, "/status"), int(&open, "/amount_due")), ("open".to_owned(), 1_500));
    assert_eq!(stripe.try_post(&path, "").await.0, 400, "final once");
    invoice
}

#[tokio::test]
async fn an_invoice_of_one_line_is_paid_with_the_saved_card() {
    let stripe = Stripe::start().await;
    let customer = stripe.customer("pm_card_visa").await;
    let invoice = invoice(&stripe, &customer).await;
    let path = format!("/v1/invoices/{invoice}/pay");
    let paid = stripe.post(&path, "off_session=true").await;
    assert_eq!((text(&paid, "/status"), amounts(&paid)), ("paid".to_owned(), vec![1_500]));
    assert_eq!(text(&paid, "/metadata/reference"), "at_1");
    assert_eq!(stripe.try_post(&path, "").await.0, 400, "paid once");
    assert_eq!(stripe.count("charge.succeeded"), 1);
}

#[tokio::test]
async fn a_declined_invoice_stays_open_until_it_is_void() {
    let stripe = Stripe::start().await;
    let customer = stripe.customer("pm_card_chargeCustomerFail").await;
    let invoice = invoice(&stripe, &customer).await;
    let path = format!("/v1/invoices/{invoice}");
    let (status, error) = stripe.try_post(&format!("{path}/pay"), "off_session=true").await;
    assert_eq!((status, text(&error, "/error/decline_code").as_str()), (402, "generic_decline"));
    let intent = text(&error, "/error/payment_intent/id");
    assert_eq!(text(&stripe.get(&path).await, "/status"), "open");
    let last = "/last_payment_error/code";
    assert_eq!(text(&stripe.object(&intent), last), "card_declined");
    stripe.post(&path, "metadata[declined]=declined").await;
    stripe.post(&format!("{path}/void"), "").await;
    assert_eq!(text(&stripe.object(&intent), "/status"), "canceled");
    assert_eq!(stripe.try_post(&format!("{path}/pay"), "").await.0, 400);
    assert_eq!(text(&stripe.get(&path).await, "/metadata/declined"), "declined");
}

#[tokio::test]
async fn the_bank_is_confirmed_on_the_invoices_page() {
    let stripe = Stripe::start().await;
    let customer = stripe.customer("pm_card_authenticationRequired").await;
    let invoice = invoice(&stripe, &customer).await;
    let path = format!("/v1/invoices/{invoice}/pay");
    let (status, error) = stripe.try_post(&path, "off_session=true").await;
    let code = text(&error, "/error/code");
    assert_eq!((status, code.as_str()), (402, "authentication_required"));
    let (status, error) = stripe.try_post(&path, "off_session=false").await;
    let code = text(&error, "/error/code");
    assert_eq!((status, code.as_str()), (402, "invoice_payment_intent_requires_action"));
    assert!(stripe.fake.pay_invoice(&invoice, None, false).is_err());
    assert_eq!(text(&stripe.object(&invoice), "/status"), "open");
    let paid = stripe.fake.pay_invoice(&invoice, Some("pm_card_visa"), true).unwrap();
    assert_eq!(text(&paid, "/status"), "paid");
    assert!(stripe.fake.pay_invoice(&invoice, None, true).is_err(), "paid once");
}

async fn paid(stripe: &Stripe, cents: i64) -> String {
    let customer = stripe.customer("pm_card_visa").await;
    let card = text(&stripe.object(&customer), "/invoice_settings/default_payment_method");
    let form = format!(
        "amount={cents}&currency=usd&customer={customer}&payment_method={card}&confirm=true"
    );
    id(&stripe.post("/v1/payment_intents", &form).await)
}

#[tokio::test]
async fn refunds_add_up_to_the_payment_and_no_further() {
    let stripe = Stripe::start().await;
    let intent = paid(&stripe, 2_000).await;
    let charge = text(&stripe.object(&intent), "/latest_charge");
    let form = format!("payment_intent={intent}&amount=500&metadata[reference]=rf_1");
    stripe.post("/v1/refunds", &form).await;
    let (status, error) =
        stripe.try_post("/v1/refunds", &format!("charge={charge}&amount=1501")).await;
    assert_eq!((status, text(&error, "/error/param").as_str()), (400, "amount"));
    stripe.fake.refund(&intent, 1_500).unwrap();
    assert_eq!(stripe.object(&charge)["refunded"], true);
    let (_, error) = stripe.try_post("/v1/refunds", &format!("charge={charge}")).await;
    assert_eq!(text(&error, "/error/code"), "charge_already_refunded");
    let listed = stripe.get(&format!("/v1/refunds?payment_intent={intent}")).await;
    assert_eq!(int(&listed, "/data/1/amount"), 500);
    assert_eq!(text(&listed, "/data/1/metadata/reference"), "rf_1");
    assert_eq!(stripe.count("charge.refunded"), 2);
}

#[tokio::test]
async fn a_dispute_is_an_inquiry_then_open_then_decided() {
    let stripe = Stripe::start().await;
    let intent = paid(&stripe, 2_000).await;
    let dispute = stripe.fake.dispute(&intent, true).unwrap();
    assert_eq!(text(&dispute, "/status"), "warning_needs_response");
    stripe.fake.refund(&intent, 100).unwrap();
    let open = stripe.fake.close_dispute(&id(&dispute), false).unwrap();
    assert_eq!(text(&open, "/status"), "needs_response");
    let charge = text(&open, "/charge");
    assert_eq!(stripe.object(&charge)["disputed"], true);
    let error = stripe.fake.refund(&intent, 100).unwrap_err();
    assert_eq!(text(&error, "/code"), "charge_disputed");
    let lost = stripe.fake.close_dispute(&id(&dispute), false).unwrap();
    assert_eq!(text(&lost, "/status"), "lost");
    assert!(stripe.fake.close_dispute(&id(&dispute), true).is_err(), "decided once");
    assert!(stripe.fake.dispute(&intent, false).is_err(), "disputed once");
    let won = paid(&stripe, 700).await;
    let dispute = stripe.fake.dispute(&won, false).unwrap();
    let won = stripe.fake.close_dispute(&id(&dispute), true).unwrap();
    assert_eq!(text(&won, "/status"), "won");
    assert_eq!(stripe.count("charge.dispute.funds_reinstated"), 1);
    assert_eq!(stripe.count("charge.dispute.funds_withdrawn"), 2);
    let inquiry = stripe.fake.dispute(&paid(&stripe, 300).await, true).unwrap();
    let closed = stripe.fake.close_dispute(&id(&inquiry), true).unwrap();
    assert_eq!(text(&closed, "/status"), "warning_closed");
}
