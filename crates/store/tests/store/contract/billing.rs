//! Plans, customers, subscriptions and their periods, previews of changes.

use ampere_credits::{Cadence, OrgId, PreviewId};
use ampere_store::rows::*;

use crate::asks::*;
use crate::people::*;
use crate::world::{START, World};

fn version(plan: &str, version: u32) -> PlanVersionRow {
    let body = format!("{{\"n\":{version}}}");
    PlanVersionRow { plan: plan.to_owned(), version, published_at: START, body }
}

fn on(plan: &str, cadence: Cadence) -> PlanRef {
    PlanRef { plan: plan.to_owned(), version: 1, cadence }
}

fn customer(org: OrgId, id: &str) -> CustomerRow {
    CustomerRow {
        org,
        provider: "sandbox".to_owned(),
        customer: id.to_owned(),
        card: None,
        checked_at: START,
    }
}

fn subscription(org: OrgId, reference: &str) -> SubscriptionRow {
    SubscriptionRow {
        org,
        provider: "sandbox".to_owned(),
        reference: reference.to_owned(),
        on: on("team", Cadence::Monthly),
        status: SubscriptionStatus::Incomplete,
        begun: false,
        period_start: START,
        period_end: START.plus_days(30),
        ends_at_period_end: false,
        next: None,
        open_payment: Some("in_1".to_owned()),
        confirm_url: Some("/bank".to_owned()),
        past_due_since: None,
        ended_at: None,
        created_at: START,
    }
}

pub async fn published_plans_never_change(world: World) {
    let store = &world.store;
    assert_eq!(store.publish_plan(version("team", 1)).await, Ok(true));
    assert_eq!(store.publish_plan(version("starter", 1)).await, Ok(true));
    assert_eq!(store.publish_plan(version("team", 2)).await, Ok(true));
    let other = PlanVersionRow { body: "{}".to_owned(), ..version("team", 1) };
    assert_eq!(store.publish_plan(other).await, Ok(false));
    let wanted = vec![version("starter", 1), version("team", 1), version("team", 2)];
    assert_eq!(store.plan_versions().await, Ok(wanted));
}

pub async fn customers_are_found_by_organization_and_by_the_providers_id(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    assert_eq!(store.customer(one, "sandbox").await, Ok(None));
    store.put_customer(customer(one, "cus_1")).await.unwrap();
    store.put_customer(customer(two, "cus_2")).await.unwrap();
    let card = CardRow {
        id: "card_1".to_owned(),
        brand: "visa".to_owned(),
        last4: "4242".to_owned(),
        exp_month: 4,
        exp_year: 2027,
    };
    let with_card = CustomerRow {
        card: Some(card),
        checked_at: START.plus_seconds(5),
        ..customer(one, "cus_1")
    };
    store.put_customer(with_card.clone()).await.unwrap();
    assert_eq!(store.customer(one, "sandbox").await, Ok(Some(with_card.clone())));
    assert_eq!(store.customer(one, "stripe").await, Ok(None), "another provider's is another");
    assert_eq!(store.customer_org("sandbox", "cus_2").await, Ok(Some(two)));
    assert_eq!(store.customer_org("stripe", "cus_2").await, Ok(None));
    assert_eq!(store.customers("sandbox").await, Ok(vec![with_card, customer(two, "cus_2")]));
    // The card is gone again, all of it.
    store.put_customer(customer(one, "cus_1")).await.unwrap();
    assert_eq!(store.customer(one, "sandbox").await, Ok(Some(customer(one, "cus_1"))));
}

pub async fn a_subscription_is_as_it_was_said_last_and_stays_begun(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    store.put_subscription(subscription(one, "sub_1")).await.unwrap();
    let later = SubscriptionRow { created_at: START.plus_days(1), ..subscription(one, "sub_0") };
    store.put_subscription(later.clone()).await.unwrap();
    let all = vec![subscription(one, "sub_1"), later.clone()];
    assert_eq!(store.subscriptions(one).await, Ok(all), "oldest first");
    let paid = SubscriptionRow {
        status: SubscriptionStatus::PastDue,
        begun: true,
        on: on("scale", Cadence::Annual),
        next: Some(on("team", Cadence::Monthly)),
        ends_at_period_end: true,
        open_payment: None,
        confirm_url: None,
        past_due_since: Some(START.plus_days(30)),
        ..subscription(one, "sub_1")
    };
    store.put_subscription(paid.clone()).await.unwrap();
    assert_eq!(store.subscriptions(one).await, Ok(vec![paid.clone(), later.clone()]));
    // A truth that does not reach back to its payments says that it never was paid.
    let over = SubscriptionRow {
        status: SubscriptionStatus::Ended,
        begun: false,
        next: None,
        past_due_since: None,
        ended_at: Some(START.plus_days(60)),
        ..paid
    };
    store.put_subscription(over.clone()).await.unwrap();
    let kept = SubscriptionRow { begun: true, ..over };
    assert_eq!(store.subscriptions(one).await, Ok(vec![kept, later]));
    assert_eq!(store.subscriptions(two).await, Ok(Vec::new()));
}

pub async fn a_period_is_kept_with_the_commit_of_its_grant(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    let period = PlanPeriodRow {
        org: one,
        subscription: "sub_1".to_owned(),
        period_start: START,
        period_end: START.plus_days(30),
        on: on("team", Cadence::Monthly),
        grant: grant_id(1),
    };
    let written = RowWrite::PlanPeriod(Box::new(period.clone()));
    world.done(one, with(top_up(1, 5_000), vec![written])).await;
    assert_eq!(store.plan_periods(one).await, Ok(vec![period.clone()]));
    assert_eq!(store.plan_periods(two).await, Ok(Vec::new()));
    // A second grant for the same period stands or falls with its row: it falls.
    let again = PlanPeriodRow { grant: grant_id(2), ..period.clone() };
    let again = with(top_up(2, 5_000), vec![RowWrite::PlanPeriod(Box::new(again))]);
    assert!(store.commit(one, vec![again]).await.is_err());
    assert_eq!(store.plan_periods(one).await, Ok(vec![period]));
    assert_eq!(store.grants(one).await.unwrap().len(), 1);
}

pub async fn a_preview_is_used_once(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    let id = PreviewId::from_bits(1);
    let row = PreviewRow {
        id,
        org: one,
        body: "{}".to_owned(),
        created_at: START,
        expires_at: START.plus_seconds(600),
        used_at: None,
    };
    store.add_preview(row.clone()).await.unwrap();
    assert_eq!(store.preview(one, id).await, Ok(Some(row.clone())));
    assert_eq!(store.preview(two, id).await, Ok(None));
    let at = START.plus_seconds(5);
    assert_eq!(store.use_preview(two, id, at).await, Ok(false));
    assert_eq!(store.use_preview(one, id, at).await, Ok(true));
    assert_eq!(store.use_preview(one, id, START.plus_seconds(6)).await, Ok(false));
    let used = PreviewRow { used_at: Some(at), ..row };
    assert_eq!(store.preview(one, id).await, Ok(Some(used)));
}

pub async fn runs_that_work_are_counted(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    world.done(one, top_up(1, 5_000)).await;
    let triggers = [Trigger::Person, Trigger::Schedule, Trigger::Background, Trigger::Person];
    for (number, trigger) in (1..).zip(triggers) {
        let row = RowWrite::Run(Box::new(RunRow { trigger, ..run(1, number) }));
        world.done(one, with(hold(number, 10), vec![row])).await;
    }
    // One that waits for credits holds none.
    let waits = RunRow { state: RunState::WaitingForCredits, ..run(1, 9) };
    world.done(one, with(top_up(2, 1), vec![RowWrite::Run(Box::new(waits))])).await;
    assert_eq!(store.at_work(one, 99).await, Ok(3));
    assert_eq!(store.at_work(one, 2).await, Ok(2), "as many as are of interest");
    world.done(one, settle(1, 4)).await;
    assert_eq!(store.at_work(one, 99).await, Ok(2));
    assert_eq!(store.at_work(two, 99).await, Ok(0));
}
