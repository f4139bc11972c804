//! Another price from the end of the period on.

use crate::client::{DAY, JAN_1, Stripe, amounts, id, int, period, text};

async fn planned(interval: &str, cents: i64) -> (Stripe, String, String, String) {
    let stripe = Stripe::start().await;
    let customer = stripe.customer("pm_card_visa").await;
    let team = stripe.price(9_900, "month").await;
    let next = stripe.price(cents, interval).await;
    let subscription = id(&stripe.subscribe(&customer, &team).await);
    let form = format!("from_subscription={subscription}");
    let schedule = stripe.post("/v1/subscription_schedules", &form).await;
    let end = int(&schedule, "/current_phase/end_date");
    assert_eq!(end, JAN_1 + 31 * DAY);
    let form = format!(
        "end_behavior=release&proration_behavior=none&metadata[reference]=pv_1\
         &phases[0][items][0][price]={team}&phases[0][items][0][quantity]=1\
         &phases[0][start_date]={JAN_1}&phases[0][end_date]={end}\
         &phases[0][proration_behavior]=none\
         &phases[1][items][0][price]={next}&phases[1][items][0][quantity]=1\
         &phases[1][proration_behavior]=none&phases[1][duration][interval]={interval}\
         &phases[1][duration][interval_count]=1"
    );
    let path = format!("/v1/subscription_schedules/{}", id(&schedule));
    let schedule = stripe.post(&path, &form).await;
    assert_eq!(int(&schedule, "/phases/1/start_date"), end);
    (stripe, subscription, path, next)
}

#[tokio::test]
async fn the_next_phase_begins_with_the_renewal() {
    let (stripe, subscription, _, next) = planned("month", 2_900).await;
    let path = format!("/v1/subscriptions/{subscription}?expand[]=schedule");
    let before = stripe.get(&path).await;
    assert_eq!(text(&before, "/schedule/phases/1/items/0/price"), next);
    assert_eq!(text(&before, "/schedule/metadata/reference"), "pv_1");
    stripe.fake.advance_to(JAN_1 + 31 * DAY + 3_600).unwrap();
    let after = stripe.object(&subscription);
    assert_eq!(text(&after, "/items/data/0/price/id"), next);
    assert_eq!(amounts(&stripe.object(&text(&after, "/latest_invoice"))), [2_900]);
    // The last phase over, the subscription is released and goes on.
    stripe.fake.advance_to(JAN_1 + 59 * DAY).unwrap();
    let after = stripe.object(&subscription);
    assert!(after["schedule"].is_null());
    assert_eq!(text(&after, "/items/data/0/price/id"), next);
    assert_eq!(stripe.count("subscription_schedule.released"), 1);
}

#[tokio::test]
async fn another_length_of_period_begins_there_too() {
    let (stripe, subscription, _, _) = planned("year", 29_000).await;
    stripe.fake.advance_to(JAN_1 + 31 * DAY).unwrap();
    let after = stripe.object(&subscription);
    assert_eq!(period(&after), (JAN_1 + 31 * DAY, JAN_1 + 31 * DAY + 365 * DAY));
    assert_eq!(int(&after, "/billing_cycle_anchor"), JAN_1 + 31 * DAY);
}

#[tokio::test]
async fn a_managed_subscription_is_changed_after_its_release_only() {
    let (stripe, subscription, schedule, _) = planned("month", 2_900).await;
    let path = format!("/v1/subscriptions/{subscription}");
    let (status, error) = stripe.try_post(&path, "cancel_at_period_end=true").await;
    assert_eq!((status, text(&error, "/error/type").as_str()), (400, "invalid_request_error"));
    let released = stripe.post(&format!("{schedule}/release"), "").await;
    assert_eq!(text(&released, "/status"), "released");
    assert_eq!(text(&released, "/released_subscription"), subscription);
    assert!(stripe.get(&path).await["schedule"].is_null());
    stripe.post(&path, "cancel_at_period_end=true").await;
    assert_eq!(stripe.try_post(&format!("{schedule}/release"), "").await.0, 400);
}
