//! What is refused so that what was shown is what happens: another day, another price, a purchase
//! that would be locked at once; and what a restart shows of locked credits.

use ampere_app::AppError;
use ampere_app::billing::change::Changed;
use ampere_app::billing::checkout::{Amount, CheckoutState, PayWith, Wish};
use ampere_app::billing::choices::Part;
use ampere_app::billing::standing::State;
use ampere_app::prices::Price;
use ampere_credits::plans::Scenario;
use ampere_credits::{Cadence, Credits, Timestamp};
use ampere_store::rows::Page;

use crate::stage::{DAY, DECLINES, GOOD, fresh, on};
use crate::world::World;

const MONTHLY: Cadence = Cadence::Monthly;

/// So many seconds before the next midnight where the organization is.
async fn before_midnight(world: &World, seconds: i64) {
    let zone = ampere_credits::Zone::named(&world.owner.zone).unwrap();
    let today = world.app.now().day_in(&zone);
    let midnight = today.following().unwrap().starts_in(&zone).unwrap();
    world.pass(midnight.seconds_since(world.app.now()) - seconds).await;
}

#[tokio::test]
async fn a_start_over_midnight_is_shown_anew_because_the_next_payment_is_on_another_day() {
    let world = fresh().await;
    before_midnight(&world, 120).await;
    let shown = world.preview("team", MONTHLY).await.unwrap();
    let same_day = world.preview("team", MONTHLY).await.unwrap();
    world.pass(60).await;
    let kept = world.app.confirm_change(&world.owner, same_day.id).await;
    assert!(matches!(kept, Ok(Changed::Checkout { .. })), "{kept:?}");
    world.pass(120).await;
    let refused = world.app.confirm_change(&world.owner, shown.id).await.unwrap_err();
    let AppError::PreviewExpired(Some(anew)) = refused else { panic!("{refused:?}") };
    assert_eq!((anew.scenario, anew.due_cents), (Scenario::Start, shown.due_cents));
    assert!(anew.next.at.seconds_since(shown.next.at) >= 60);
    let changed = world.app.confirm_change(&world.owner, anew.id).await.unwrap();
    let Changed::Checkout { id, .. } = changed else { panic!("{changed:?}") };
    world.app.pay_in_sandbox(&world.owner, id, GOOD).await.unwrap();
    let renews = world.page().await.renews_at.unwrap();
    let zone = ampere_credits::Zone::named(&world.owner.zone).unwrap();
    assert_eq!(renews.day_in(&zone), anew.next.at.day_in(&zone));
    assert_ne!(renews.day_in(&zone), shown.next.at.day_in(&zone));
}

#[tokio::test]
async fn monthly_to_annual_and_a_restart_over_midnight_are_shown_anew_and_an_upgrade_is_not() {
    let world = on("starter", MONTHLY).await;
    world.pass(3 * DAY).await;
    before_midnight(&world, 60).await;
    let upgrade = world.preview("team", MONTHLY).await.unwrap();
    world.pass(120).await;
    assert_eq!(world.app.confirm_change(&world.owner, upgrade.id).await, Ok(Changed::Done));
    before_midnight(&world, 60).await;
    let annual = world.preview("team", Cadence::Annual).await.unwrap();
    world.pass(120).await;
    let refused = world.app.confirm_change(&world.owner, annual.id).await.unwrap_err();
    assert!(matches!(refused, AppError::PreviewExpired(Some(_))), "{refused:?}");
    assert_eq!(world.page().await.plan.unwrap().cadence, MONTHLY);
    world.app.cancel_plan(&world.owner, None).await.unwrap();
    let end = world.page().await.ends_at.unwrap();
    world.pass_to(end).await;
    before_midnight(&world, 60).await;
    let restart = world.preview("team", MONTHLY).await.unwrap();
    world.pass(120).await;
    let paid = world.paid_cents().await;
    let refused = world.app.confirm_change(&world.owner, restart.id).await.unwrap_err();
    let AppError::PreviewExpired(Some(anew)) = refused else { panic!("{refused:?}") };
    assert_eq!(world.paid_cents().await, paid);
    assert_eq!(world.app.confirm_change(&world.owner, anew.id).await, Ok(Changed::Done));
    assert_eq!(world.page().await.renews_at, Some(anew.next.at));
}

fn refusal(answer: Result<impl std::fmt::Debug, AppError>) -> (String, Option<&'static str>) {
    match answer {
        Err(AppError::NotNow(why)) => (why.text, why.action),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn credits_are_not_sold_where_they_would_be_locked_at_once() {
    let world = on("team", MONTHLY).await;
    world.card(DECLINES).await;
    let until = world.page().await.renews_at.unwrap();
    world.pass_to(until).await;
    assert_eq!(world.page().await.state, State::PastDue);
    world.buy("pack_5000").await;
    let grace = world.page().await.grace_until.unwrap();
    world.pass_to(grace).await;
    let page = world.page().await;
    assert_eq!((page.state, page.actions.contains(&"buy_credits")), (State::Unpaid, false));
    let asked = world.app.create_checkout(&world.owner, Wish::pack("pack_5000")).await;
    let (text, action) = refusal(asked);
    assert_eq!(action, Some("update_card"));
    assert!(text.contains("its payment failed"), "{text}");
    world.app.cancel_plan(&world.owner, None).await.unwrap();
    assert_eq!(world.page().await.state, State::Ended);
    let (text, action) =
        refusal(world.app.create_checkout(&world.owner, Wish::pack("pack_5000")).await);
    assert_eq!(action, Some("restart_plan"));
    assert!(text.contains("would be locked"), "{text}");
    let rows = world.store.checkouts(world.owner.org, Page { before: None, limit: 9 }).await;
    assert!(rows.unwrap().iter().all(|row| row.state == CheckoutState::Granted));
    // With a plan they are sold again.
    world.card(GOOD).await;
    world.switch("team", MONTHLY).await;
    world.buy("pack_5000").await;
}

fn card_pays(expected: Option<(i64, &str)>) -> Wish {
    let price = |(amount_cents, currency): (i64, &str)| Price {
        amount_cents,
        currency: currency.to_owned(),
    };
    let what = Amount::Credits(Credits::whole(10_000));
    Wish { what, pay_with: PayWith::SavedCard, expected: expected.map(price) }
}

#[tokio::test]
async fn the_saved_card_pays_the_price_that_was_shown_or_nothing() {
    let world = on("team", MONTHLY).await;
    let paid = world.paid_cents().await;
    let buy = async |expected| world.app.create_checkout(&world.owner, card_pays(expected)).await;
    let price = Price { amount_cents: 2_900, currency: "usd".to_owned() };
    for wrong in [(2_899, "usd"), (3_000, "usd"), (2_900, "eur")] {
        assert_eq!(buy(Some(wrong)).await, Err(AppError::PriceChanged(price.clone())));
    }
    let unsaid = buy(None).await.unwrap_err();
    let AppError::Invalid(fields) = unsaid else { panic!("{unsaid:?}") };
    assert_eq!((fields[0].pointer.as_str(), fields[0].code), ("/expected_price", "required"));
    assert_eq!(world.paid_cents().await, paid, "the card was not asked");
    let row = buy(Some((2_900, "usd"))).await.unwrap();
    assert_eq!((row.state, row.amount_cents), (CheckoutState::Granted, 2_900));
    assert_eq!(world.paid_cents().await, paid + 2_900);
}

#[tokio::test]
async fn a_restart_shows_what_is_unlocked_and_what_has_expired_meanwhile() {
    let world = on("team", MONTHLY).await;
    world.buy("pack_5000").await;
    world.pass(20 * DAY).await;
    world.buy("pack_10000").await;
    world.app.cancel_plan(&world.owner, None).await.unwrap();
    let end = world.page().await.ends_at.unwrap();
    world.pass_to(end).await;
    let part = |credits, expires: Timestamp| Part {
        credits: Credits::whole(credits),
        expires: Some(expires),
    };
    let bought: Vec<Timestamp> = purchased_ends(&world).await;
    let shown = world.preview("starter", MONTHLY).await.unwrap();
    let unlocks = shown.unlocks.clone().unwrap();
    assert_eq!(unlocks.unlocked, [part(5_000, bought[0]), part(10_000, bought[1])]);
    assert_eq!(unlocks.expired, [], "what ended with its own period was never locked");
    world.pass_to(bought[0]).await;
    let shown = world.preview("starter", MONTHLY).await.unwrap();
    let unlocks = shown.unlocks.clone().unwrap();
    assert_eq!(unlocks.unlocked, [part(10_000, bought[1])]);
    assert_eq!(unlocks.expired, [part(5_000, bought[0])]);
    let changed = world.app.confirm_change(&world.owner, shown.id).await.unwrap();
    assert_eq!(changed, Changed::Done);
    assert_eq!(world.balance().await.purchased, Credits::whole(10_000));
    assert_eq!(world.balance().await.total().unwrap(), shown.credits_after);
}

#[tokio::test]
async fn a_restart_is_shown_anew_when_locked_credits_expire_before_it_is_confirmed() {
    let world = on("team", MONTHLY).await;
    world.buy("pack_5000").await;
    world.app.cancel_plan(&world.owner, None).await.unwrap();
    let end = world.page().await.ends_at.unwrap();
    world.pass_to(end).await;
    let expires = purchased_ends(&world).await[0];
    world.pass(expires.seconds_since(world.app.now()) - 30).await;
    let shown = world.preview("starter", MONTHLY).await.unwrap();
    world.pass(60).await;
    let refused = world.app.confirm_change(&world.owner, shown.id).await.unwrap_err();
    let AppError::PreviewExpired(Some(anew)) = refused else { panic!("{refused:?}") };
    assert_eq!(anew.unlocks.unwrap().unlocked, []);
}

async fn purchased_ends(world: &World) -> Vec<Timestamp> {
    let rows = world.store.grants(world.owner.org).await.unwrap();
    let purchased = rows
        .into_iter()
        .map(|row| row.grant.terms)
        .filter(|terms| terms.class == ampere_credits::ledger::Class::Purchased);
    let mut ends: Vec<Timestamp> = purchased.filter_map(|terms| terms.expires).collect();
    ends.sort();
    ends
}
