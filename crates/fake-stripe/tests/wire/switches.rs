//! Changes of price: what is due, and what becomes of a change that is not paid.

use fake_stripe::Options;

use crate::client::{DAY, JAN_1, Stripe, amounts, id, int, period, text};

async fn team_after_ten_days(card: &str) -> (Stripe, String, String, String) {
    let stripe = Stripe::start().await;
    let customer = stripe.customer("pm_card_visa").await;
    let starter = stripe.price(2_900, "month").await;
    let team = stripe.price(9_900, "month").await;
    let subscription = stripe.subscribe(&customer, &starter).await;
    assert_eq!(text(&subscription, "/status"), "active");
    if card != "pm_card_visa" {
        stripe.fake.use_card(&customer, card).unwrap();
    }
    stripe.fake.advance_to(JAN_1 + 10 * DAY).unwrap();
    let item = text(&subscription, "/items/data/0/id");
    let form = format!(
        "items[0][id]={item}&items[0][price]={team}&proration_behavior=always_invoice\
         &proration_date={}&payment_behavior=pending_if_incomplete",
        JAN_1 + 10 * DAY
    );
    (stripe, id(&subscription), form, team)
}

#[tokio::test]
async fn an_upgrade_is_prorated_by_the_second() {
    let (stripe, subscription, form, team) = team_after_ten_days("pm_card_visa").await;
    let item = text(&stripe.object(&subscription), "/items/data/0/id");
    let asked = format!(
        "subscription={subscription}&subscription_details[items][0][id]={item}\
         &subscription_details[items][0][price]={team}\
         &subscription_details[proration_behavior]=always_invoice\
         &subscription_details[proration_date]={}",
        JAN_1 + 10 * DAY
    );
    let before = stripe.fake.dump();
    let preview = stripe.post("/v1/invoices/create_preview", &asked).await;
    assert_eq!(before, stripe.fake.dump(), "a preview keeps nothing");
    let after = stripe.post(&format!("/v1/subscriptions/{subscription}"), &form).await;
    assert_eq!(text(&after, "/items/data/0/price/id"), team);
    assert_eq!(period(&after), (JAN_1, JAN_1 + 31 * DAY));
    let invoice = stripe.object(&text(&after, "/latest_invoice"));
    // 2900 × 21/31 = 1964.5…, 9900 × 21/31 = 6706.4…
    assert_eq!(amounts(&invoice), [-1_965, 6_706]);
    assert_eq!((int(&invoice, "/amount_due"), int(&preview, "/amount_due")), (4_741, 4_741));
    assert_eq!(amounts(&preview), [-1_965, 6_706]);
    assert_eq!(text(&invoice, "/billing_reason"), "subscription_update");
    assert_eq!(text(&invoice, "/status"), "paid");
    let line = &invoice["lines"]["data"][1];
    assert_eq!(int(line, "/period/start"), JAN_1 + 10 * DAY);
    assert_eq!(int(line, "/period/end"), JAN_1 + 31 * DAY);
    assert_eq!(line["parent"]["invoice_item_details"]["proration"], true);
}

#[tokio::test]
async fn a_switch_that_is_not_paid_leaves_the_price() {
    let (stripe, subscription, form, team) =
        team_after_ten_days("pm_card_chargeCustomerFail").await;
    let path = format!("/v1/subscriptions/{subscription}");
    let after = stripe.post(&path, &form).await;
    assert_ne!(text(&after, "/items/data/0/price/id"), team);
    assert_eq!(text(&after, "/status"), "active");
    assert_eq!(text(&after, "/pending_update/subscription_items/0/price/id"), team);
    assert_eq!(int(&after, "/pending_update/expires_at"), JAN_1 + 10 * DAY + 82_800);
    let invoice = text(&after, "/latest_invoice");
    assert_eq!(text(&stripe.object(&invoice), "/status"), "open");
    stripe.post(&format!("/v1/invoices/{invoice}/void"), "").await;
    let after = stripe.get(&path).await;
    assert!(after["pending_update"].is_null());
    assert_ne!(text(&after, "/items/data/0/price/id"), team);
    assert_eq!(stripe.try_post(&format!("/v1/invoices/{invoice}/void"), "").await.0, 400);
}

#[tokio::test]
async fn a_switch_waits_for_the_bank_and_no_longer_than_23_hours() {
    let (stripe, subscription, form, team) =
        team_after_ten_days("pm_card_authenticationRequired").await;
    let path = format!("/v1/subscriptions/{subscription}");
    let after = stripe.post(&path, &form).await;
    let invoice = text(&after, "/latest_invoice");
    assert_eq!(stripe.count("invoice.payment_action_required"), 1);
    stripe.fake.confirm_bank(&invoice, true).unwrap();
    let after = stripe.get(&path).await;
    assert_eq!(text(&after, "/items/data/0/price/id"), team);
    assert!(after["pending_update"].is_null());
    assert_eq!(stripe.count("customer.subscription.pending_update_applied"), 1);

    let (stripe, subscription, form, team) =
        team_after_ten_days("pm_card_authenticationRequired").await;
    let after = stripe.post(&format!("/v1/subscriptions/{subscription}"), &form).await;
    stripe.fake.advance_to(JAN_1 + 10 * DAY + 82_800).unwrap();
    let invoice = stripe.object(&text(&after, "/latest_invoice"));
    assert_eq!(text(&invoice, "/status"), "void");
    let after = stripe.object(&subscription);
    assert_ne!(text(&after, "/items/data/0/price/id"), team);
    assert_eq!(stripe.count("customer.subscription.pending_update_expired"), 1);
}

#[tokio::test]
async fn a_year_begins_at_once_and_gives_no_money_back() {
    let (stripe, subscription, _, _) = team_after_ten_days("pm_card_visa").await;
    let year = stripe.price(29_000, "year").await;
    let item = text(&stripe.object(&subscription), "/items/data/0/id");
    let form = format!(
        "items[0][id]={item}&items[0][price]={year}&proration_behavior=none\
         &billing_cycle_anchor[type]=now&payment_behavior=pending_if_incomplete"
    );
    let after = stripe.post(&format!("/v1/subscriptions/{subscription}"), &form).await;
    let now = JAN_1 + 10 * DAY;
    assert_eq!(period(&after), (now, now + 365 * DAY));
    assert_eq!(int(&after, "/billing_cycle_anchor"), now);
    let invoice = stripe.object(&text(&after, "/latest_invoice"));
    assert_eq!(amounts(&invoice), [29_000]);
    let line = &invoice["lines"]["data"][0];
    assert_eq!(line["parent"]["subscription_item_details"]["proration"], false);
}

#[tokio::test]
async fn a_cheaper_price_now_becomes_a_balance_that_the_renewal_uses() {
    let stripe = Stripe::with(Options { proration_on_item: true, ..Options::default() }).await;
    let customer = stripe.customer("pm_card_visa").await;
    let team = stripe.price(9_900, "month").await;
    let starter = stripe.price(2_900, "month").await;
    let subscription = stripe.subscribe(&customer, &team).await;
    stripe.fake.advance_to(JAN_1 + 10 * DAY).unwrap();
    let form = format!(
        "items[0][id]={}&items[0][price]={starter}&proration_behavior=always_invoice",
        text(&subscription, "/items/data/0/id")
    );
    let after = stripe.post(&format!("/v1/subscriptions/{}", id(&subscription)), &form).await;
    let invoice = stripe.object(&text(&after, "/latest_invoice"));
    assert_eq!(amounts(&invoice), [-6_706, 1_965]);
    assert_eq!(int(&invoice, "/amount_due"), 0);
    assert_eq!(text(&invoice, "/status"), "paid");
    let line = &invoice["lines"]["data"][0];
    assert_eq!(line["parent"]["subscription_item_details"]["proration"], true);
    assert_eq!(int(&stripe.object(&customer), "/balance"), -4_741);
    stripe.fake.advance_to(JAN_1 + 31 * DAY + 3_600).unwrap();
    let renewed = stripe.object(&id(&subscription));
    let invoice = stripe.object(&text(&renewed, "/latest_invoice"));
    assert_eq!((int(&invoice, "/total"), int(&invoice, "/amount_due")), (2_900, 0));
    assert_eq!(int(&stripe.object(&customer), "/balance"), -1_841);
}

#[tokio::test]
async fn what_cannot_be_prorated_is_refused() {
    let (stripe, subscription, form, _) = team_after_ten_days("pm_card_visa").await;
    let path = format!("/v1/subscriptions/{subscription}");
    let late = form.replace(&(JAN_1 + 10 * DAY).to_string(), &(JAN_1 - 1).to_string());
    let (status, error) = stripe.try_post(&path, &late).await;
    assert_eq!((status, text(&error, "/error/param").as_str()), (400, "proration_date"));
    let with_error = form.replace("pending_if_incomplete", "error_if_incomplete");
    let customer = text(&stripe.object(&subscription), "/customer");
    stripe.fake.use_card(&customer, "pm_card_chargeCustomerFail").unwrap();
    let before = (stripe.object(&subscription), stripe.fake.objects("invoice").len());
    let (status, error) = stripe.try_post(&path, &with_error).await;
    assert_eq!((status, text(&error, "/error/decline_code").as_str()), (402, "generic_decline"));
    assert_eq!(before, (stripe.object(&subscription), stripe.fake.objects("invoice").len()));
}
