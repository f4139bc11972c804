//! What time does: renewals, retries, endings.

use fake_stripe::{AfterRetries, Options};

use crate::client::{DAY, JAN_1, Stripe, amounts, id, int, period, text};

#[tokio::test]
async fn a_renewal_is_a_draft_for_an_hour_and_then_paid() {
    let stripe = Stripe::start().await;
    let customer = stripe.customer("pm_card_visa").await;
    let price = stripe.price(2_900, "month").await;
    let subscription = id(&stripe.subscribe(&customer, &price).await);
    stripe.fake.advance_to(JAN_1 + 31 * DAY).unwrap();
    let renewed = stripe.object(&subscription);
    assert_eq!(period(&renewed), (JAN_1 + 31 * DAY, JAN_1 + 59 * DAY));
    let invoice = text(&renewed, "/latest_invoice");
    assert_eq!(text(&stripe.object(&invoice), "/status"), "draft");
    stripe.fake.advance_to(JAN_1 + 31 * DAY + 3_600).unwrap();
    let invoice = stripe.object(&invoice);
    assert_eq!(text(&invoice, "/status"), "paid");
    assert_eq!(text(&invoice, "/billing_reason"), "subscription_cycle");
    assert_eq!(int(&invoice, "/status_transitions/paid_at"), JAN_1 + 31 * DAY + 3_600);
    assert_eq!(amounts(&invoice), [2_900]);
    let line = &invoice["lines"]["data"][0];
    assert_eq!(int(line, "/period/start"), JAN_1 + 31 * DAY);
    assert_eq!(int(line, "/period/end"), JAN_1 + 59 * DAY);
}

#[tokio::test]
async fn an_anchor_on_the_31st_is_clamped_and_comes_back() {
    // 2026-01-31T10:00:00Z
    let now = JAN_1 + 30 * DAY + 36_000;
    let stripe = Stripe::with(Options { now, ..Options::default() }).await;
    let customer = stripe.customer("pm_card_visa").await;
    let price = stripe.price(2_900, "month").await;
    let subscription = stripe.subscribe(&customer, &price).await;
    let mut ends = vec![period(&subscription).1];
    for _ in 0..3 {
        stripe.fake.advance_to(*ends.last().unwrap()).unwrap();
        ends.push(period(&stripe.object(&id(&subscription))).1);
    }
    // 28 February, 31 March, 30 April, 31 May.
    assert_eq!(ends, [28, 59, 89, 120].map(|days| now + days * DAY));
}

async fn fails_at_renewal(options: Options) -> (Stripe, String, String) {
    let stripe = Stripe::with(options).await;
    let customer = stripe.customer("pm_card_visa").await;
    let price = stripe.price(2_900, "month").await;
    let subscription = id(&stripe.subscribe(&customer, &price).await);
    let card = text(&stripe.object(&customer), "/invoice_settings/default_payment_method");
    stripe.fake.card_becomes(&card, "pm_card_chargeDeclinedInsufficientFunds").unwrap();
    stripe.fake.advance_to(JAN_1 + 31 * DAY + 3_600).unwrap();
    (stripe, customer, subscription)
}

#[tokio::test]
async fn a_renewal_that_is_not_paid_is_tried_again_and_then_unpaid() {
    let (stripe, customer, subscription) = fails_at_renewal(Options::default()).await;
    assert_eq!(text(&stripe.object(&subscription), "/status"), "past_due");
    assert_eq!(stripe.object(&customer)["delinquent"], true);
    let invoice = text(&stripe.object(&subscription), "/latest_invoice");
    let due = JAN_1 + 31 * DAY + 3_600;
    assert_eq!(int(&stripe.object(&invoice), "/next_payment_attempt"), due + 2 * DAY);
    stripe.fake.advance_to(due + 7 * DAY - 1).unwrap();
    assert_eq!(text(&stripe.object(&subscription), "/status"), "past_due");
    stripe.fake.advance_to(due + 7 * DAY).unwrap();
    assert_eq!(text(&stripe.object(&subscription), "/status"), "unpaid");
    assert_eq!(stripe.count("invoice.payment_failed"), 4);
    assert!(stripe.object(&invoice)["next_payment_attempt"].is_null());
    // Another card alone pays nothing here; paying the invoice does.
    stripe.fake.use_card(&customer, "pm_card_visa").unwrap();
    assert_eq!(text(&stripe.object(&invoice), "/status"), "open");
    stripe.post(&format!("/v1/invoices/{invoice}/pay"), "off_session=true").await;
    assert_eq!(text(&stripe.object(&subscription), "/status"), "active");
    assert_eq!(stripe.object(&customer)["delinquent"], false);
}

#[tokio::test]
async fn a_new_card_pays_what_is_open_where_it_is_set_so() {
    let options = Options { new_card_pays: true, ..Options::default() };
    let (stripe, customer, subscription) = fails_at_renewal(options).await;
    stripe.fake.use_card(&customer, "pm_card_mastercard").unwrap();
    assert_eq!(text(&stripe.object(&subscription), "/status"), "active");
}

#[tokio::test]
async fn retries_may_end_in_a_cancellation() {
    let options =
        Options { after_retries: AfterRetries::Canceled, retries: vec![DAY], ..Options::default() };
    let (stripe, _, subscription) = fails_at_renewal(options).await;
    stripe.fake.advance_to(JAN_1 + 32 * DAY + 3_600).unwrap();
    let ended = stripe.object(&subscription);
    assert_eq!(text(&ended, "/status"), "canceled");
    assert_eq!(text(&ended, "/cancellation_details/reason"), "payment_failed");
    assert_eq!(int(&ended, "/ended_at"), JAN_1 + 32 * DAY + 3_600);
}

#[tokio::test]
async fn it_ends_with_the_period_unless_it_is_resumed() {
    let stripe = Stripe::start().await;
    let customer = stripe.customer("pm_card_visa").await;
    let price = stripe.price(2_900, "month").await;
    let subscription = id(&stripe.subscribe(&customer, &price).await);
    let path = format!("/v1/subscriptions/{subscription}");
    let ending = stripe.post(&path, "cancel_at_period_end=true").await;
    assert_eq!(int(&ending, "/cancel_at"), JAN_1 + 31 * DAY);
    assert!(stripe.post(&path, "cancel_at_period_end=false").await["cancel_at"].is_null());
    stripe.post(&path, "cancel_at_period_end=true").await;
    stripe.fake.advance_to(JAN_1 + 40 * DAY).unwrap();
    let ended = stripe.get(&path).await;
    assert_eq!(text(&ended, "/status"), "canceled");
    assert_eq!(int(&ended, "/ended_at"), JAN_1 + 31 * DAY);
    assert_eq!(stripe.fake.objects("invoice").len(), 1);
    assert_eq!(stripe.count("customer.subscription.deleted"), 1);
    assert_eq!(stripe.delete(&path).await.0, 404);
}

#[tokio::test]
async fn a_first_payment_that_never_comes_ends_it_after_23_hours() {
    let stripe = Stripe::start().await;
    let customer = stripe.customer("pm_card_chargeCustomerFail").await;
    let price = stripe.price(2_900, "month").await;
    let subscription = stripe.subscribe(&customer, &price).await;
    assert_eq!(text(&subscription, "/status"), "incomplete");
    let invoice = text(&subscription, "/latest_invoice");
    assert_eq!(text(&stripe.object(&invoice), "/status"), "open");
    stripe.fake.advance_to(JAN_1 + 82_800).unwrap();
    assert_eq!(text(&stripe.object(&id(&subscription)), "/status"), "incomplete_expired");
    assert_eq!(text(&stripe.object(&invoice), "/status"), "void");
    assert!(stripe.fake.advance_to(JAN_1).is_err(), "the clock does not go back");
}
