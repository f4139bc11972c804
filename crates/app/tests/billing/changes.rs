//! Starting and changing plans: what the preview showed is what happened, to the cent and the
//! credit, by the provider's books and by ours.

use ampere_adapters::payments::port::{PaymentStatus, Payments};
use ampere_app::AppError;
use ampere_app::billing::ActivityKind;
use ampere_app::billing::change::Changed;
use ampere_app::billing::standing::State;
use ampere_credits::ledger::Class;
use ampere_credits::plans::Scenario;
use ampere_credits::{Cadence, Credits};
use ampere_store::rows::Page;

use crate::stage::{ASKS, DAY, DECLINES, fresh, on};
use crate::world::World;

const MONTHLY: Cadence = Cadence::Monthly;
const ANNUAL: Cadence = Cadence::Annual;

#[tokio::test]
async fn a_first_plan_is_paid_on_the_page_and_brings_its_credits() {
    let world = fresh().await;
    let shown = world.preview("team", MONTHLY).await.unwrap();
    assert_eq!((shown.scenario, shown.due_cents), (Scenario::Start, 9_900));
    assert_eq!((shown.credits_added, shown.saved_card), (Credits::whole(40_000), false));
    assert_eq!(shown.next.cents, 9_900);
    assert_eq!(world.journal().await.len(), 0, "looking changes nothing");
    world.start("team", MONTHLY).await;
    let page = world.page().await;
    assert_eq!(page.state, State::Active);
    let plan = page.plan.unwrap();
    assert_eq!((plan.id.as_str(), plan.version, plan.cadence), ("team", 1, MONTHLY));
    let paying = page.paying.unwrap();
    assert_eq!(paying.price.map(|price| price.amount), Some(9_900));
    assert_eq!(paying.card.map(|card| card.last4), Some("4242".to_owned()));
    assert_eq!((world.paid_cents().await, world.granted().await), (9_900, Credits::whole(40_000)));
    assert_eq!(world.allowances().await, [Credits::whole(800)]);
    // It is one grant of the period, known as such.
    let periods = world.store.plan_periods(world.owner.org).await.unwrap();
    let grants = world.plan_grants().await;
    assert_eq!(periods.len(), 1);
    assert_eq!(periods[0].grant, grants[0].terms.id);
    assert_eq!(Some(periods[0].period_end), grants[0].terms.expires);
    assert_eq!(page.renews_at, grants[0].terms.expires);
    world.assert_settled().await;
}

#[tokio::test]
async fn each_month_is_paid_and_granted_once_and_nothing_rolls_over() {
    let world = on("starter", MONTHLY).await;
    for month in 1..=14_u32 {
        let until = world.page().await.renews_at.unwrap();
        world.pass_to(until).await;
        world.app.reconcile_now(world.owner.org).await.unwrap();
        assert_eq!(world.paid_cents().await, 2_900 * i64::from(month + 1));
        assert_eq!(world.granted().await, Credits::whole(10_000 * (month + 1)));
        assert_eq!(world.balance().await.included, Credits::whole(10_000), "month {month}");
    }
    let periods = world.store.plan_periods(world.owner.org).await.unwrap();
    assert_eq!(periods.len(), 15);
    let tiles =
        |pair: &[ampere_store::rows::PlanPeriodRow]| pair[0].period_end == pair[1].period_start;
    assert!(periods.windows(2).all(tiles), "{periods:?}");
    world.assert_settled().await;
}

/// Confirms and holds what was shown against both books.
async fn outcome(world: &World, plan: &str, cadence: Cadence) -> Scenario {
    let (paid, granted) = (world.paid_cents().await, world.granted().await);
    let (shown, changed) = world.switch(plan, cadence).await;
    let wanted = if shown.scenario.now() { Changed::Done } else { Changed::Scheduled };
    assert_eq!(changed, wanted);
    assert_eq!(world.paid_cents().await - paid, shown.due_cents, "{shown:?}");
    let added = world.granted().await.minus(granted).unwrap();
    assert_eq!(added, shown.credits_added, "{shown:?}");
    let page = world.page().await;
    if shown.scenario.now() {
        assert_eq!(page.plan.unwrap().id, plan);
        assert_eq!(page.renews_at, Some(shown.next.at));
    } else {
        let pending = page.paying.unwrap().pending.unwrap();
        assert_eq!((pending.plan.as_str(), pending.cadence), (plan, cadence));
        assert_eq!((pending.at, pending.price.amount), (shown.next.at, shown.next.cents));
    }
    shown.scenario
}

#[tokio::test]
async fn an_upgrade_costs_and_gives_the_rest_of_the_period() {
    let world = on("starter", MONTHLY).await;
    world.pass(11 * DAY + 12_345).await;
    assert_eq!(outcome(&world, "team", MONTHLY).await, Scenario::Upgrade);
    let grants = world.plan_grants().await;
    assert_eq!(grants.len(), 2, "the base grant is untouched");
    assert_eq!(grants[0].terms.amount, Credits::whole(10_000));
    assert_eq!(grants[0].terms.expires, grants[1].terms.expires);
    world.pass(3 * DAY + 7).await;
    assert_eq!(outcome(&world, "scale", MONTHLY).await, Scenario::Upgrade);
    world.assert_settled().await;
}

/// shogo-ai#430 upgrade wiped the remainder.
#[tokio::test]
async fn shogo_ai_430_an_upgrade_keeps_what_was_left() {
    let world = on("starter", MONTHLY).await;
    world.buy("pack_5000").await;
    let before = world.balance().await;
    world.pass(9 * DAY).await;
    let (shown, _) = world.switch("scale", MONTHLY).await;
    let after = world.balance().await;
    assert_eq!(after.included, before.included.plus(shown.credits_added).unwrap());
    assert_eq!(after.purchased, before.purchased);
    assert_eq!(after.total().unwrap(), shown.credits_after);
}

#[tokio::test]
async fn a_downgrade_waits_for_the_period_and_can_be_taken_back() {
    let world = on("team", MONTHLY).await;
    world.pass(5 * DAY).await;
    assert_eq!(outcome(&world, "starter", MONTHLY).await, Scenario::Downgrade);
    assert_eq!(world.page().await.state, State::ChangeScheduled);
    // One change may be pending.
    let another = world.preview("scale", MONTHLY).await;
    assert_eq!(another.unwrap_err(), AppError::ChangePending);
    world.app.undo_change(&world.owner).await.unwrap();
    assert_eq!(world.page().await.state, State::Active);
    assert!(matches!(world.app.undo_change(&world.owner).await, Err(AppError::Conflict(_))));
    assert_eq!(outcome(&world, "starter", MONTHLY).await, Scenario::Downgrade);
    let until = world.page().await.renews_at.unwrap();
    world.pass_to(until).await;
    let page = world.page().await;
    assert_eq!((page.state, page.plan.unwrap().id.as_str()), (State::Active, "starter"));
    assert_eq!(world.balance().await.included, Credits::whole(10_000));
    assert_eq!(world.paid_cents().await, 9_900 + 2_900);
    world.assert_settled().await;
}

#[tokio::test]
async fn monthly_to_annual_begins_now_and_preserves_the_month() {
    let world = on("team", MONTHLY).await;
    world.pass(6 * DAY).await;
    let old = world.plan_grants().await[0];
    let shown = world.preview("team", ANNUAL).await.unwrap();
    assert_eq!(shown.preserved, Some((Credits::whole(40_000), old.terms.expires.unwrap())));
    assert_eq!((shown.due_cents, shown.saving_cents), (99_000, Some(19_800)));
    assert_eq!(outcome(&world, "team", ANNUAL).await, Scenario::ToAnnual);
    let grants = world.plan_grants().await;
    assert_eq!(grants[0], old, "the month's grant runs to its own end");
    assert_eq!(grants[1].terms.amount, Credits::whole(480_000));
    assert_eq!(world.balance().await.included, Credits::whole(520_000));
    assert_eq!(world.allowances().await, [Credits::whole(800), Credits::whole(9_600)]);
    world.pass_to(old.terms.expires.unwrap()).await;
    assert_eq!(world.balance().await.included, Credits::whole(480_000));
    assert_eq!(world.paid_cents().await, 9_900 + 99_000, "nothing is due at the old month's end");
    // Annual to monthly waits for the year.
    assert_eq!(outcome(&world, "starter", MONTHLY).await, Scenario::ToMonthly);
    let until = world.page().await.renews_at.unwrap();
    world.pass_to(until).await;
    let plan = world.page().await.plan.unwrap();
    assert_eq!((plan.id.as_str(), plan.cadence), ("starter", MONTHLY));
    world.assert_settled().await;
}

/// llmgateway#2479 downgrade/upgrade loop mints allowances.
#[tokio::test]
async fn llmgateway_2479_going_down_and_up_in_one_period_grants_nothing_twice() {
    let world = on("team", MONTHLY).await;
    for _ in 0..5 {
        world.pass(2 * DAY).await;
        world.switch("starter", MONTHLY).await;
        world.app.undo_change(&world.owner).await.unwrap();
        let same = world.preview("team", MONTHLY).await;
        assert!(matches!(same, Err(AppError::Conflict(_))), "{same:?}");
    }
    world.switch("starter", MONTHLY).await;
    world.app.cancel_plan(&world.owner, None).await.unwrap();
    world.app.resume_plan(&world.owner).await.unwrap();
    assert_eq!((world.paid_cents().await, world.granted().await), (9_900, Credits::whole(40_000)));
    assert_eq!(world.page().await.state, State::Active);
}

#[tokio::test]
async fn what_is_not_any_more_as_it_was_shown_does_not_happen() {
    let world = on("starter", MONTHLY).await;
    world.pass(3 * DAY).await;
    let old = world.preview("team", MONTHLY).await.unwrap();
    // Too old: what would be shown now is handed back, and that can be confirmed.
    world.clock.advance_seconds(601);
    let refused = world.app.confirm_change(&world.owner, old.id).await.unwrap_err();
    let AppError::PreviewExpired(Some(fresh)) = refused else { panic!("{refused:?}") };
    assert!(fresh.at > old.at && fresh.id != old.id);
    assert_eq!(world.paid_cents().await, 2_900);
    // Another change came between: it is another upgrade now.
    world.switch("team", MONTHLY).await;
    let refused = world.app.confirm_change(&world.owner, fresh.id).await.unwrap_err();
    assert_eq!(refused, AppError::PreviewExpired(None), "that plan is there already");
    // What was used and what was left meanwhile is no part of the change.
    let shown = world.preview("scale", MONTHLY).await.unwrap();
    world.grant("77").await;
    assert_eq!(world.app.confirm_change(&world.owner, shown.id).await, Ok(Changed::Done));
    // The same confirmation again does nothing again.
    let paid = world.paid_cents().await;
    assert_eq!(world.app.confirm_change(&world.owner, shown.id).await, Ok(Changed::Done));
    assert_eq!(world.paid_cents().await, paid);
    world.assert_settled().await;
}

#[tokio::test]
async fn a_declined_upgrade_changes_nothing() {
    let world = on("starter", MONTHLY).await;
    world.pass(3 * DAY).await;
    world.card(DECLINES).await;
    let shown = world.preview("team", MONTHLY).await.unwrap();
    let refused = world.app.confirm_change(&world.owner, shown.id).await.unwrap_err();
    assert!(matches!(refused, AppError::PaymentDeclined(_)), "{refused:?}");
    let page = world.page().await;
    assert_eq!((page.state, page.plan.unwrap().id.as_str()), (State::Active, "starter"));
    assert_eq!(world.granted().await, Credits::whole(10_000));
    world.assert_settled().await;
}

#[tokio::test]
async fn the_bank_confirms_an_upgrade_before_anything_is_added() {
    let world = on("starter", MONTHLY).await;
    world.pass(3 * DAY).await;
    world.card(ASKS).await;
    let (shown, changed) = world.switch("team", MONTHLY).await;
    let Changed::ConfirmationNeeded { url } = changed else { panic!("{changed:?}") };
    let page = world.page().await;
    assert_eq!(page.plan.unwrap().id, "starter");
    assert_eq!(page.actions[0], "confirm_payment");
    assert_eq!(page.paying.unwrap().confirm_url, Some(url));
    assert_eq!(world.granted().await, Credits::whole(10_000));
    let truth = world.truth().await;
    let waits = |status: &PaymentStatus| matches!(status, PaymentStatus::NeedsConfirmation { .. });
    let payment = truth.payments.iter().find(|payment| waits(&payment.status)).unwrap();
    world.app.confirm_in_sandbox(&world.owner, &payment.id, true).await.unwrap();
    assert_eq!(world.page().await.plan.unwrap().id, "team");
    let granted = Credits::whole(10_000).plus(shown.credits_added).unwrap();
    assert_eq!(world.granted().await, granted);
    assert_eq!(world.paid_cents().await, 2_900 + shown.due_cents);
    world.assert_settled().await;
}

#[tokio::test]
async fn only_billing_people_change_plans_and_prices_are_for_all() {
    let world = on("starter", MONTHLY).await;
    let mut member = world.owner.clone();
    member.role = ampere_store::rows::Role::Member;
    let shown = world.preview("team", MONTHLY).await.unwrap();
    let refused = AppError::BillingAccessRequired;
    let app = &world.app;
    let choice = shown.plan.clone();
    let choice = ampere_app::billing::preview::Choice { plan: choice, cadence: MONTHLY };
    assert_eq!(app.preview_change(&member, choice).await.unwrap_err(), refused);
    assert_eq!(app.confirm_change(&member, shown.id).await.unwrap_err(), refused);
    assert_eq!(app.cancel_plan(&member, None).await.unwrap_err(), refused);
    assert_eq!(app.resume_plan(&member).await.unwrap_err(), refused);
    assert_eq!(app.undo_change(&member).await.unwrap_err(), refused);
    assert_eq!(app.billing_card_page(&member).await.unwrap_err(), refused);
    let page = app.billing(&member).await.unwrap();
    assert_eq!((page.paying, page.actions.len()), (None, 0));
    assert_eq!(page.plan.unwrap().name, "Starter");
    let offers = app.plan_offers(&member).await.unwrap();
    let scenarios: Vec<_> =
        offers.plans.iter().map(|plan| (plan.current, plan.monthly, plan.annual)).collect();
    let upgrade = (false, Scenario::Upgrade, Scenario::ToAnnual);
    assert_eq!(scenarios, [(true, Scenario::Current, Scenario::ToAnnual), upgrade, upgrade]);
    // A preview of another organization is not there.
    let mut other = world.owner.clone();
    other.org = ampere_credits::OrgId::from_bits(99);
    assert_eq!(app.confirm_change(&other, shown.id).await.unwrap_err(), AppError::NotFound);
    assert_eq!(world.sandbox.capabilities().name, page.provider.unwrap());
}

/// What came with the money goes with it, the allowance for background work too.
#[tokio::test]
async fn a_plan_that_is_refunded_takes_its_background_allowance_along() {
    let world = on("team", MONTHLY).await;
    let payment = world.truth().await.payments[0].id.clone();
    let claims = async || {
        let rows = world.store.grants(world.owner.org).await.unwrap();
        let mut grants: Vec<_> = rows.into_iter().map(|row| row.grant).collect();
        grants.sort_by_key(|grant| grant.terms.amount);
        grants.iter().map(|grant| (grant.terms.class, grant.clawed)).collect::<Vec<_>>()
    };
    let (background, included) = (Class::Background, Class::Included);
    world.app.refund_in_sandbox(&world.owner, &payment, Some(2_475)).await.unwrap();
    let quarter = [(background, Credits::whole(200)), (included, Credits::whole(10_000))];
    assert_eq!(claims().await, quarter);
    world.app.refund_in_sandbox(&world.owner, &payment, None).await.unwrap();
    let all = [(background, Credits::whole(800)), (included, Credits::whole(40_000))];
    assert_eq!(claims().await, all);
    assert_eq!(world.balance().await.background, Credits::ZERO);
    assert_eq!(world.balance().await.outstanding, Credits::ZERO);
    // One line for each refund: the allowance is no news of its own.
    let (page, kind) = (Page { before: None, limit: 9 }, Some(ActivityKind::Refund));
    let lines = world.app.billing_activity(&world.owner, (page, kind)).await.unwrap();
    let texts: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
    let said = |credits| format!("Money went back, and {credits} credits with it");
    assert_eq!(texts, [said("30,000"), said("10,000")]);
    world.assert_settled().await;
}
