//! Published versions never change under a customer.

use ampere_app::Catalog;
use ampere_app::billing::standing::State;
use ampere_credits::{Cadence, Credits};

use crate::stage::{DAY, on};

const MONTHLY: Cadence = Cadence::Monthly;

#[tokio::test]
async fn a_changed_catalog_publishes_a_version_and_customers_keep_theirs() {
    let world = on("team", MONTHLY).await;
    let mut catalog = Catalog::built_in().unwrap();
    catalog.plans[1].monthly_cents = 12_900;
    catalog.plans[1].credits = Credits::whole(60_000);
    let world = world.restarted_under(catalog.clone()).await;
    let versions = world.store.plan_versions().await.unwrap();
    let told: Vec<(&str, u32)> =
        versions.iter().map(|row| (row.plan.as_str(), row.version)).collect();
    assert_eq!(told, [("scale", 1), ("starter", 1), ("team", 1), ("team", 2)]);
    // The customer's plan costs and gives what it did, in the next period too.
    let until = world.page().await.renews_at.unwrap();
    world.pass_to(until).await;
    let page = world.page().await;
    assert_eq!((page.state, page.plan.unwrap().version), (State::Active, 1));
    assert_eq!(world.paid_cents().await, 2 * 9_900);
    assert_eq!(world.balance().await.included, Credits::whole(40_000));
    // The year of their plan is that of their version; other plans are today's.
    let year = world.preview("team", Cadence::Annual).await.unwrap();
    assert_eq!((year.version, year.credits_added), (1, Credits::whole(480_000)));
    let offers = world.app.plan_offers(&world.owner).await.unwrap();
    assert!(offers.plans[1].current && offers.plans[1].version.number == 2);
    // Starting again with the same catalog publishes nothing, and the old one back is a third.
    let world = world.restarted_under(catalog).await;
    assert_eq!(world.store.plan_versions().await.unwrap().len(), 4);
    let world = world.restarted_under(Catalog::built_in().unwrap()).await;
    assert_eq!(world.store.plan_versions().await.unwrap().len(), 5);
    world.assert_settled().await;
}

#[tokio::test]
async fn a_plan_that_is_not_offered_any_more_goes_on() {
    let world = on("starter", MONTHLY).await;
    let mut catalog = Catalog::built_in().unwrap();
    catalog.plans.remove(0);
    let world = world.restarted_under(catalog).await;
    let until = world.page().await.renews_at.unwrap();
    world.pass_to(until).await;
    assert_eq!(world.page().await.plan.unwrap().name, "Starter");
    assert_eq!(world.balance().await.included, Credits::whole(10_000));
    world.pass(DAY).await;
    let (shown, _) = world.switch("team", MONTHLY).await;
    assert_eq!(world.granted().await, Credits::whole(20_000).plus(shown.credits_added).unwrap());
}
