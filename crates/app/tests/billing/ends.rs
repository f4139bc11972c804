//! How plans end: cancelled, unpaid, restarted; and what is locked meanwhile.

use std::sync::Arc;

use ampere_adapters::payments::port::{Change, ChangeRequest, Payments};
use ampere_app::AppError;
use ampere_app::billing::change::Changed;
use ampere_app::billing::checkout::CheckoutState;
use ampere_app::billing::standing::{Recharge, State};
use ampere_app::news::Item;
use ampere_credits::plans::Scenario;
use ampere_credits::{Cadence, Credits};
use ampere_store::rows::Page;

use crate::stage::{ASKS, DAY, DECLINES, GOOD, fresh, on};

const MONTHLY: Cadence = Cadence::Monthly;

#[tokio::test]
async fn cancel_keep_lock_restart_unlocks_what_has_not_expired() {
    let world = on("team", MONTHLY).await;
    world.buy("pack_5000").await;
    let told = world.page().await.paying.unwrap().if_cancelled.unwrap();
    assert_eq!(told.locked_credits, Credits::whole(5_000), "the plan's own end with it");
    assert_eq!(Some(told.at), world.page().await.renews_at);
    world.app.cancel_plan(&world.owner, Some("too dear")).await.unwrap();
    world.app.cancel_plan(&world.owner, None).await.unwrap();
    let page = world.page().await;
    assert_eq!((page.state, page.ends_at), (State::Ending, Some(told.at)));
    assert_eq!(world.balance().await.available, Credits::whole(45_000), "usable until then");
    // An ending plan is resumed before it is changed.
    let change = world.preview("scale", MONTHLY).await;
    assert!(matches!(change, Err(AppError::Conflict(text)) if text.contains("resume")));
    world.app.resume_plan(&world.owner).await.unwrap();
    assert_eq!(world.page().await.state, State::Active);
    assert!(matches!(world.app.resume_plan(&world.owner).await, Err(AppError::Conflict(_))));
    world.app.cancel_plan(&world.owner, None).await.unwrap();
    world.pass_to(told.at).await;
    let balance = world.balance().await;
    assert_eq!((balance.available, balance.locked), (Credits::ZERO, Credits::whole(5_000)));
    let page = world.page().await;
    assert_eq!((page.state, page.actions[0]), (State::Ended, "restart_plan"));
    assert_eq!(world.standing().await, Recharge::Off);
    assert_eq!(world.paid_cents().await, 9_900 + 1_500, "nothing more was paid");
    let refused = world.ask("hi").await.unwrap_err();
    assert!(matches!(refused, AppError::CreditsLocked(_)), "{refused:?}");
    // Restart by the card that is saved.
    world.pass(40 * DAY).await;
    let (shown, changed) = world.switch("starter", MONTHLY).await;
    assert_eq!((shown.scenario, changed), (Scenario::Restart, Changed::Done));
    assert!(shown.saved_card);
    let balance = world.balance().await;
    assert_eq!((balance.locked, balance.available), (Credits::ZERO, Credits::whole(15_000)));
    assert_eq!(balance.total().unwrap(), shown.credits_after);
    assert_eq!(world.page().await.state, State::Active);
    world.assert_settled().await;
}

/// hackerai#957 a failed renewal minted an allowance.
#[tokio::test]
async fn hackerai_957_an_unpaid_renewal_grants_nothing_and_locks_after_its_grace() {
    let world = on("team", MONTHLY).await;
    world.buy("pack_5000").await;
    world.card(DECLINES).await;
    let until = world.page().await.renews_at.unwrap();
    world.pass_to(until).await;
    let page = world.page().await;
    assert_eq!((page.state, page.actions[0]), (State::PastDue, "update_card"));
    assert_eq!(world.granted().await, Credits::whole(40_000), "the first month's alone");
    assert_eq!(world.balance().await.available, Credits::whole(5_000), "runs work in the grace");
    assert_eq!(world.standing().await, Recharge::Paused);
    let grace = page.grace_until.unwrap();
    assert!((7 * DAY - 3_600..=7 * DAY + 3_600).contains(&grace.seconds_since(until)));
    // No other plan until this is settled.
    assert!(matches!(world.preview("scale", MONTHLY).await, Err(AppError::Conflict(_))));
    world.pass_to(grace).await;
    let page = world.page().await;
    assert_eq!(page.state, State::Unpaid);
    assert_eq!(world.balance().await.locked, Credits::whole(5_000));
    assert!(!page.actions.contains(&"buy_credits"));
    // A card that pays: the month is paid, granted and unlocked.
    world.card(GOOD).await;
    world.app.reconcile_now(world.owner.org).await.unwrap();
    assert_eq!(world.page().await.state, State::Active);
    let balance = world.balance().await;
    assert_eq!((balance.locked, balance.available), (Credits::ZERO, Credits::whole(45_000)));
    assert_eq!(world.granted().await, Credits::whole(80_000));
    // And the next renewal finds all in order, with the pool open.
    let until = world.page().await.renews_at.unwrap();
    world.pass_to(until).await;
    assert_eq!(world.page().await.state, State::Active);
    assert_eq!(world.granted().await, Credits::whole(120_000));
    world.assert_settled().await;
}

#[tokio::test]
async fn a_plan_that_is_cancelled_while_past_due_ends_at_once() {
    let world = on("starter", MONTHLY).await;
    world.buy("pack_5000").await;
    world.card(DECLINES).await;
    let until = world.page().await.renews_at.unwrap();
    world.pass_to(until).await;
    world.app.cancel_plan(&world.owner, None).await.unwrap();
    assert_eq!(world.page().await.state, State::Ended);
    assert_eq!(world.balance().await.locked, Credits::whole(5_000));
    world.assert_settled().await;
}

/// polar#6194 reset racing a credit discards fresh units.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn polar_6194_a_renewal_beside_a_purchase_discards_neither() {
    let world = on("starter", MONTHLY).await;
    let until = world.page().await.renews_at.unwrap();
    let now = world.app.now();
    world.clock.advance_seconds(until.seconds_since(now) + 2);
    world.sandbox.tick().unwrap();
    let renewals = (0..6).map(|_| {
        let (app, org) = (world.app.clone(), world.owner.org);
        tokio::spawn(async move { app.reconcile_now(org).await.unwrap() })
    });
    let renewals: Vec<_> = renewals.collect();
    world.buy("pack_5000").await;
    for renewal in renewals {
        renewal.await.unwrap();
    }
    let balance = world.balance().await;
    assert_eq!(balance.included, Credits::whole(10_000));
    assert_eq!(balance.purchased, Credits::whole(5_000));
    assert_eq!(world.granted().await, Credits::whole(20_000));
    world.assert_settled().await;
}

#[tokio::test]
async fn following_again_and_again_changes_nothing() {
    let world = on("team", MONTHLY).await;
    world.pass(4 * DAY).await;
    world.switch("scale", MONTHLY).await;
    let head = world.journal().await.last().map(|entry| entry.hash);
    for _ in 0..5 {
        world.app.reconcile_now(world.owner.org).await.unwrap();
    }
    assert_eq!(world.journal().await.last().map(|entry| entry.hash), head);
}

impl crate::world::World {
    /// What auto-recharge may do.
    async fn standing(&self) -> Recharge {
        self.app.standing(self.owner.org).await.unwrap().recharge
    }
}

#[tokio::test]
async fn a_first_payment_that_the_bank_refuses_leaves_no_plan_and_another_can_be_chosen() {
    let world = fresh().await;
    let shown = world.preview("starter", Cadence::Monthly).await.unwrap();
    let changed = world.app.confirm_change(&world.owner, shown.id).await.unwrap();
    let Changed::Checkout { id, .. } = changed else { panic!("{changed:?}") };
    world.app.pay_in_sandbox(&world.owner, id, ASKS).await.unwrap();
    let url = world.page().await.paying.unwrap().confirm_url.unwrap();
    let payment = url.rsplit('/').next().unwrap();
    world.app.confirm_in_sandbox(&world.owner, payment, false).await.unwrap();
    let page = world.page().await;
    assert!(page.actions.contains(&"choose_plan"), "{page:?}");
    assert!(page.paying.unwrap().confirm_url.is_none());
    // What is kept of it does not wait for ever: the page's answer, and the invoice.
    let asked = world.app.checkout(&world.owner, id).await.unwrap();
    assert_eq!((asked.state, asked.reason.as_deref()), (CheckoutState::Declined, Some("declined")));
    let statuses = async || {
        let all = world.app.invoices(&world.owner).await.unwrap();
        all.iter().map(|one| one.status).collect::<Vec<_>>()
    };
    assert_eq!(statuses().await, ["void"]);
    world.start("starter", Cadence::Monthly).await;
    assert!(world.page().await.actions.contains(&"cancel_plan"));
    assert_eq!(statuses().await, ["paid", "void"]);
}

/// A plan that is cancelled on the provider's own pages is told as well, by who looks after each
/// truth that changed: no commit tells of it, and nobody knows by whom.
#[tokio::test]
async fn a_cancellation_on_the_providers_pages_is_told_without_a_name() {
    let world = fresh().await;
    let mut news = world.app.news(&world.owner);
    let watching = tokio::spawn(Arc::clone(&world.app).keep_noticing());
    let mut told = async || loop {
        if let Item::Notice(_) = news.recv().await.unwrap() {
            let page = Page { before: None, limit: 9 };
            let notices = world.app.notices(&world.owner, page).await.unwrap();
            return notices.rows.first().map(|row| row.text.clone()).unwrap();
        }
    };
    assert!(told().await.starts_with("AI runs are paused"));
    world.start("team", Cadence::Monthly).await;
    assert!(told().await.starts_with("AI runs start again"));
    let standing = world.app.standing(world.owner.org).await.unwrap();
    let (customer, row) = (standing.customer.unwrap(), standing.subscription.unwrap());
    let change = Change::EndAtPeriodEnd { subscription: row.reference };
    let reference = ampere_credits::PreviewId::from_bits(7).to_string();
    world.sandbox.change(ChangeRequest { reference, customer, change }).await.unwrap();
    world.app.reconcile_now(world.owner.org).await.unwrap();
    let text = told().await;
    assert!(text.starts_with("Team, monthly was cancelled. It runs until"), "{text}");
    watching.abort();
}
