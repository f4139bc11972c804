//! Auto-recharge against the sandbox, on a clock that the tests move: what it buys, and when it
//! must not.

use std::sync::Arc;

use ampere_adapters::payments::port::{About, PaymentStatus, Payments};
use ampere_app::AppError;
use ampere_app::billing::checkout::Wish;
use ampere_app::billing::preview::Choice;
use ampere_app::billing::recharge::{RechargeState, RechargeView, RechargeWish};
use ampere_credits::ledger::Cause;
use ampere_credits::{Cadence, Credits};

use crate::replay::{Cut, Line};
use crate::stage::{GOOD, Stage};

/// Can be saved; every payment with it is declined.
const DECLINES: &str = "4000000000000341";
/// The bank wants the person every time.
const ASKS: &str = "4000002760003184";
const HOUR: i64 = 3_600;

/// On the plan with 10,000 credits a month, paid on the provider's page.
async fn on_a_plan() -> (Stage, Arc<Line>) {
    let (stage, line) = Stage::on_a_line().await;
    start(&stage).await;
    (stage, line)
}

async fn start(stage: &Stage) {
    let choice = Choice { plan: "starter".to_owned(), cadence: Cadence::Monthly };
    let shown = stage.app.preview_change(&stage.owner, choice).await.unwrap();
    let changed = stage.app.confirm_change(&stage.owner, shown.id).await.unwrap();
    let ampere_app::billing::change::Changed::Checkout { id, .. } = changed else {
        panic!("{changed:?}")
    };
    stage.app.pay_in_sandbox(&stage.owner, id, GOOD).await.unwrap();
}

fn wish() -> RechargeWish {
    RechargeWish {
        enabled: true,
        threshold: Credits::whole(10_000),
        amount: Credits::whole(10_000),
        monthly_limit: Some(Credits::whole(20_000)),
        confirm_purchase: false,
        reconfirm_card: false,
    }
}

impl Stage {
    async fn recharge(&self, wish: RechargeWish) -> Result<RechargeView, AppError> {
        self.app.set_auto_recharge(&self.owner, wish).await
    }

    async fn seen(&self) -> RechargeView {
        self.app.auto_recharge(&self.owner).await.unwrap()
    }

    /// Grants of auto-recharge.
    async fn bought(&self) -> usize {
        let grants = self.grants().await;
        grants.iter().filter(|grant| grant.terms.cause == Cause::AutoRecharge).count()
    }
}

/// Payments of credits that went through.
async fn paid(stage: &Stage, line: &Line) -> usize {
    let truth = line.sandbox.fetch(About::Organization(stage.owner.org.to_string())).await;
    let paid = |status: &PaymentStatus| matches!(status, PaymentStatus::Paid { .. });
    let payments = truth.unwrap().payments;
    payments.iter().filter(|one| one.subscription.is_none() && paid(&one.status)).count()
}

#[tokio::test]
async fn codex_33125_nothing_but_a_person_switches_it_on() {
    let (stage, _line) = on_a_plan().await;
    let off = stage.seen().await;
    assert_eq!((off.enabled, off.state, off.monthly_limit), (false, RechargeState::Off, None));
    let row = stage.app.create_checkout(&stage.owner, Wish::pack("pack_5000")).await.unwrap();
    stage.app.pay_in_sandbox(&stage.owner, row.id, GOOD).await.unwrap();
    stage.spend(1, "14999").await;
    stage.app.recharge_everybody().await;
    assert!(!stage.seen().await.enabled);
    assert_eq!(stage.bought().await, 0);
}

#[tokio::test]
async fn it_buys_below_the_threshold_and_the_credits_are_in_the_pool() {
    let (stage, line) = on_a_plan().await;
    let on = stage.recharge(wish()).await.unwrap();
    assert_eq!((on.enabled, on.state), (true, RechargeState::On));
    assert_eq!(on.at_most.map(|money| money.amount), Some(5_800));
    stage.app.recharge_everybody().await;
    assert_eq!(stage.bought().await, 0, "10,000 is not below 10,000");
    stage.spend(1, "1").await;
    stage.app.recharge_everybody().await;
    assert_eq!((stage.bought().await, paid(&stage, &line).await), (1, 1));
    assert_eq!(stage.balance().await.purchased, Credits::whole(10_000));
    assert_eq!(stage.seen().await.this_month, Credits::whole(10_000));
    stage.assert_sound().await;
}

#[tokio::test]
async fn switching_it_on_below_the_threshold_asks_first() {
    let (stage, _line) = on_a_plan().await;
    stage.spend(1, "500").await;
    let asked = stage.recharge(wish()).await;
    let Err(AppError::PurchaseNotConfirmed(text)) = asked else { panic!("{asked:?}") };
    assert_eq!(text, "This will buy 10,000 credits now for $29.00.");
    assert!(!stage.seen().await.enabled, "nothing was set");
    stage.recharge(RechargeWish { confirm_purchase: true, ..wish() }).await.unwrap();
    stage.app.recharge_everybody().await;
    assert_eq!(stage.bought().await, 1);
}

#[tokio::test]
async fn wrong_wishes_change_nothing() {
    let (stage, _line) = on_a_plan().await;
    let set = stage.recharge(wish()).await.unwrap();
    for wrong in [
        RechargeWish { threshold: Credits::whole(7_500), ..wish() },
        RechargeWish { threshold: Credits::whole(55_000), ..wish() },
        RechargeWish { amount: Credits::from_micros(1), ..wish() },
        RechargeWish { monthly_limit: Some(Credits::whole(9_999)), ..wish() },
        RechargeWish { monthly_limit: None, ..wish() },
    ] {
        let refused = stage.recharge(wrong).await;
        assert!(matches!(refused, Err(AppError::Invalid(_))), "{wrong:?}: {refused:?}");
        assert_eq!(stage.seen().await, set);
    }
}

#[tokio::test]
async fn incident_libre_chat_6480_twenty_five_crossings_at_once_buy_once() {
    let (stage, line) = on_a_plan().await;
    stage.recharge(wish()).await.unwrap();
    stage.spend(1, "6000").await;
    let looks = (0..25).map(|_| {
        let app = Arc::clone(&stage.app);
        tokio::spawn(async move { app.recharge_everybody().await })
    });
    for look in looks.collect::<Vec<_>>() {
        look.await.unwrap();
    }
    assert_eq!((stage.bought().await, paid(&stage, &line).await), (1, 1));
    stage.assert_sound().await;
}

#[tokio::test]
async fn chipotle_447_the_monthly_limit_is_exact_and_begins_anew_with_the_utc_month() {
    let (stage, line) = on_a_plan().await;
    let limit = Some(Credits::whole(20_000));
    stage.recharge(RechargeWish { monthly_limit: limit, ..wish() }).await.unwrap();
    stage.clock.set("2026-01-31T23:00:00Z".parse().unwrap());
    for run in 1..=3 {
        stage.spend(run, "9500").await;
        stage.app.recharge_everybody().await;
    }
    assert_eq!(paid(&stage, &line).await, 2, "a third would pass it");
    let seen = stage.seen().await;
    assert_eq!(seen.state, RechargeState::LimitReached);
    assert_eq!(seen.this_month, Credits::whole(20_000));
    assert!(seen.state_text.contains("1 Feb"), "{}", seen.state_text);
    stage.clock.set("2026-01-31T23:59:59Z".parse().unwrap());
    stage.app.recharge_everybody().await;
    assert_eq!(paid(&stage, &line).await, 2);
    stage.clock.set("2026-02-01T00:00:00Z".parse().unwrap());
    stage.app.recharge_everybody().await;
    assert_eq!(paid(&stage, &line).await, 3);
    stage.assert_sound().await;
}

#[tokio::test]
async fn osparc_9712_at_the_months_limit_it_says_so_and_what_is_left_is_told() {
    let (stage, line) = on_a_plan().await;
    let limit = Some(Credits::whole(10_000));
    stage.recharge(RechargeWish { monthly_limit: limit, ..wish() }).await.unwrap();
    stage.app.look_for_notices(stage.owner.org).await.unwrap();
    for run in 1..=2 {
        stage.spend(run, "9800").await;
        stage.app.recharge_everybody().await;
        stage.app.look_for_notices(stage.owner.org).await.unwrap();
    }
    assert_eq!(paid(&stage, &line).await, 1);
    let seen = stage.seen().await;
    assert_eq!((seen.enabled, seen.state), (true, RechargeState::LimitReached));
    let said = "reached its limit of 10,000 credits for this month. It starts again on 1 Feb";
    assert!(seen.state_text.contains(said), "{}", seen.state_text);
    let page = ampere_store::rows::Page { before: None, limit: 50 };
    let told = stage.app.notices(&stage.owner, page).await.unwrap();
    let texts: Vec<_> = told.rows.iter().map(|notice| notice.text.as_str()).collect();
    assert!(texts.iter().any(|text| text.contains("Auto-recharge added 10,000")), "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("left")), "nobody was told: {texts:?}");
}

#[tokio::test]
async fn incident_autumn_2420_a_dead_card_is_asked_three_times_and_no_more() {
    let (stage, line) = on_a_plan().await;
    stage.recharge(wish()).await.unwrap();
    stage.app.save_sandbox_card(&stage.owner, DECLINES).await.unwrap();
    stage.spend(1, "5000").await;
    let asked = || line.asked.lock().unwrap().len();
    for time in 1..=3 {
        for _ in 0..5 {
            stage.app.recharge_everybody().await;
        }
        assert_eq!(asked(), time, "once an hour");
        if time < 3 {
            let seen = stage.seen().await;
            assert_eq!((seen.state, seen.enabled), (RechargeState::LastFailed, true));
            assert!(seen.next_attempt_at.is_some());
        }
        stage.clock.advance_seconds(HOUR);
    }
    let seen = stage.seen().await;
    assert_eq!((seen.state, seen.enabled), (RechargeState::OffAfterDeclines, false));
    stage.clock.advance_seconds(100 * HOUR);
    stage.app.recharge_everybody().await;
    assert_eq!((asked(), paid(&stage, &line).await), (3, 0));

    // On again with the same card: only once it is said that it works.
    let refused = stage.recharge(RechargeWish { confirm_purchase: true, ..wish() }).await;
    assert!(matches!(refused, Err(AppError::Invalid(_))), "{refused:?}");
    // Another card is fine at once.
    stage.app.save_sandbox_card(&stage.owner, GOOD).await.unwrap();
    stage.recharge(RechargeWish { confirm_purchase: true, ..wish() }).await.unwrap();
    stage.app.recharge_everybody().await;
    assert_eq!(paid(&stage, &line).await, 1);
    stage.assert_sound().await;
}

#[tokio::test]
async fn a_card_that_is_confirmed_anew_is_asked_again() {
    let (stage, line) = on_a_plan().await;
    stage.recharge(wish()).await.unwrap();
    stage.app.save_sandbox_card(&stage.owner, DECLINES).await.unwrap();
    stage.spend(1, "5000").await;
    for _ in 0..3 {
        stage.app.recharge_everybody().await;
        stage.clock.advance_seconds(HOUR);
    }
    let again = RechargeWish { confirm_purchase: true, reconfirm_card: true, ..wish() };
    stage.recharge(again).await.unwrap();
    stage.app.recharge_everybody().await;
    assert_eq!(line.asked.lock().unwrap().len(), 4);
    assert_eq!(stage.seen().await.state, RechargeState::LastFailed, "its first decline again");
}

#[tokio::test]
async fn chipotle_448_the_bank_wants_the_person_and_it_is_off_until_somebody_turns_it_on() {
    let (stage, line) = on_a_plan().await;
    stage.recharge(wish()).await.unwrap();
    stage.app.save_sandbox_card(&stage.owner, ASKS).await.unwrap();
    stage.spend(1, "5000").await;
    for _ in 0..3 {
        stage.app.recharge_everybody().await;
        stage.clock.advance_seconds(HOUR);
    }
    let seen = stage.seen().await;
    assert_eq!((seen.state, seen.enabled), (RechargeState::NeedsConfirmation, false));
    assert_eq!(seen.this_month, Credits::whole(10_000), "it counts while it is open");
    let url = seen.confirm_url.unwrap();
    let payment = url.rsplit('/').next().unwrap();
    stage.app.confirm_in_sandbox(&stage.owner, payment, true).await.unwrap();
    assert_eq!((stage.bought().await, paid(&stage, &line).await), (1, 1));
    let seen = stage.seen().await;
    assert!(!seen.enabled && seen.confirm_url.is_none());
    stage.assert_sound().await;
}

#[tokio::test]
async fn f7_an_unknown_outcome_is_looked_up_and_never_asked_for_under_a_new_key() {
    for cuts in [vec![Cut::Reply], vec![Cut::Request], vec![Cut::Reply, Cut::Request]] {
        let (stage, line) = on_a_plan().await;
        stage.recharge(wish()).await.unwrap();
        stage.spend(1, "5000").await;
        *line.cuts.lock().unwrap() = cuts.clone();
        for _ in 0..4 {
            stage.app.recharge_everybody().await;
        }
        let asked = line.asked.lock().unwrap().clone();
        let keys: std::collections::BTreeSet<_> = asked.iter().collect();
        assert_eq!(keys.len(), 1, "{cuts:?}: {asked:?}");
        assert_eq!((stage.bought().await, paid(&stage, &line).await), (1, 1), "{cuts:?}");
        stage.assert_sound().await;
    }
}

#[tokio::test]
async fn without_a_plan_it_buys_nothing() {
    let (stage, line) = Stage::on_a_line().await;
    let row = stage.app.create_checkout(&stage.owner, Wish::pack("pack_5000")).await.unwrap();
    stage.app.pay_in_sandbox(&stage.owner, row.id, GOOD).await.unwrap();
    let refused = stage.recharge(wish()).await;
    assert!(matches!(refused, Err(AppError::Conflict(_))), "{refused:?}");
    assert_eq!(paid(&stage, &line).await, 1);
}

#[tokio::test]
async fn who_may_not_buy_sees_nothing_of_it() {
    let (stage, _line) = on_a_plan().await;
    let member =
        ampere_app::Caller { role: ampere_store::rows::Role::Member, ..stage.owner.clone() };
    let seen = stage.app.auto_recharge(&member).await;
    assert_eq!(seen.err(), Some(AppError::BillingAccessRequired));
    let set = stage.app.set_auto_recharge(&member, wish()).await;
    assert_eq!(set.err(), Some(AppError::BillingAccessRequired));
}
