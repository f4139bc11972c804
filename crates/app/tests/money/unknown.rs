//! Purchases with the saved card whose outcome is not known: one payment, one grant, no new key
//! (faults F4 and F7).

use std::sync::atomic::Ordering;

use ampere_adapters::payments::port::{About, PaymentStatus, Payments};
use ampere_app::billing::checkout::{Amount, CheckoutState, PayWith, Wish};
use ampere_app::{AppError, Catalog};
use ampere_credits::{CheckoutId, Credits};
use ampere_store::rows::CheckoutRow;

use crate::replay::{Cut, Line};
use crate::stage::{GOOD, Stage};

const ASKS: &str = "4000002760003184";
const FAILS: &str = "4000000000000341";

/// With a card that was saved by an earlier purchase of 5,000 credits.
async fn with_card() -> (Stage, std::sync::Arc<Line>) {
    let (stage, line) = Stage::on_a_line().await;
    let row = stage.app.create_checkout(&stage.owner, Wish::pack("pack_5000")).await.unwrap();
    stage.app.pay_in_sandbox(&stage.owner, row.id, GOOD).await.unwrap();
    (stage, line)
}

/// Credits for the saved card, at the price that is shown.
pub fn wish(credits: u32) -> Wish {
    let credits = Credits::whole(credits);
    let expected = Catalog::built_in().unwrap().price_of(credits);
    Wish { what: Amount::Credits(credits), pay_with: PayWith::SavedCard, expected }
}

async fn buy(stage: &Stage, credits: u32) -> Result<CheckoutRow, AppError> {
    stage.app.create_checkout(&stage.owner, wish(credits)).await
}

async fn paid(stage: &Stage, line: &Line) -> usize {
    let truth = line.sandbox.fetch(About::Organization(stage.owner.org.to_string())).await;
    let paid = |status: &PaymentStatus| matches!(status, PaymentStatus::Paid { .. });
    truth.unwrap().payments.iter().filter(|payment| paid(&payment.status)).count()
}

async fn state(stage: &Stage, id: CheckoutId) -> CheckoutState {
    stage.app.checkout(&stage.owner, id).await.unwrap().state
}

#[tokio::test]
async fn a_purchase_with_the_saved_card_is_in_the_pool_when_it_is_answered() {
    let (stage, line) = with_card().await;
    let row = buy(&stage, 7_000).await.unwrap();
    assert_eq!((row.state, row.amount_cents), (CheckoutState::Granted, 2_100));
    assert_eq!(stage.balance().await.purchased, Credits::whole(12_000));
    assert_eq!(paid(&stage, &line).await, 2);
    stage.assert_sound().await;
}

#[tokio::test]
async fn f7_the_payment_is_made_and_its_reply_is_lost_one_charge_one_grant() {
    let (stage, line) = with_card().await;
    for cuts in [vec![Cut::Reply], vec![Cut::Reply, Cut::Reply], vec![Cut::Request]] {
        let before = paid(&stage, &line).await;
        line.asked.lock().unwrap().clear();
        *line.cuts.lock().unwrap() = cuts;
        let row = buy(&stage, 1_000).await.unwrap();
        assert_eq!(row.state, CheckoutState::Granted);
        let asked = line.asked.lock().unwrap().clone();
        assert!(asked.iter().all(|reference| *reference == row.id.to_string()), "one key");
        assert_eq!(paid(&stage, &line).await, before + 1);
    }
    assert_eq!(stage.balance().await.purchased, Credits::whole(8_000));
    stage.assert_sound().await;
}

#[tokio::test]
async fn f7_while_the_outcome_is_unknown_no_other_purchase_is_begun() {
    let (stage, line) = with_card().await;
    *line.cuts.lock().unwrap() = vec![Cut::Reply, Cut::Reply];
    line.down.store(true, Ordering::SeqCst);
    let row = buy(&stage, 1_000).await.unwrap();
    assert_eq!(row.state, CheckoutState::Open, "nobody knows");
    let again = buy(&stage, 1_000).await;
    assert!(matches!(again, Err(AppError::Conflict(_))), "{again:?}");
    assert_eq!(stage.balance().await.purchased, Credits::whole(5_000));
    line.down.store(false, Ordering::SeqCst);
    assert_eq!(state(&stage, row.id).await, CheckoutState::Granted, "looked up");
    assert_eq!(stage.balance().await.purchased, Credits::whole(6_000));
    assert_eq!(buy(&stage, 1_000).await.unwrap().state, CheckoutState::Granted);
    assert_eq!(paid(&stage, &line).await, 3);
}

#[tokio::test]
async fn a_charge_that_never_arrived_ends_and_charges_nothing() {
    let (stage, line) = with_card().await;
    *line.cuts.lock().unwrap() = vec![Cut::Request, Cut::Request];
    let row = buy(&stage, 1_000).await.unwrap();
    assert_eq!(row.state, CheckoutState::Open);
    stage.clock.advance_seconds(15 * 60);
    assert_eq!(state(&stage, row.id).await, CheckoutState::Expired);
    assert_eq!(paid(&stage, &line).await, 1);
    assert_eq!(buy(&stage, 1_000).await.unwrap().state, CheckoutState::Granted);
}

#[tokio::test]
async fn a_declined_card_says_why_and_grants_nothing() {
    let (stage, line) = with_card().await;
    let card = stage.app.save_sandbox_card(&stage.owner, FAILS).await.unwrap();
    assert_eq!(card.last4, "0341");
    let row = buy(&stage, 1_000).await.unwrap();
    assert_eq!((row.state, row.reason.as_deref()), (CheckoutState::Declined, Some("declined")));
    assert_eq!(stage.balance().await.purchased, Credits::whole(5_000));
    assert_eq!(paid(&stage, &line).await, 1);
}

#[tokio::test]
async fn chipotle_448_the_bank_wants_the_person_and_nothing_is_added_until_it_has_them() {
    let (stage, _line) = with_card().await;
    stage.app.save_sandbox_card(&stage.owner, ASKS).await.unwrap();
    for yes in [false, true] {
        let row = buy(&stage, 1_000).await.unwrap();
        assert_eq!(row.state, CheckoutState::ConfirmationNeeded);
        assert!(row.url.contains("/sandbox/confirm/"), "{}", row.url);
        let payment = row.payment.unwrap();
        let before = stage.balance().await.purchased;
        stage.app.confirm_in_sandbox(&stage.owner, &payment, yes).await.unwrap();
        let wanted = if yes { CheckoutState::Granted } else { CheckoutState::Declined };
        assert_eq!(state(&stage, row.id).await, wanted);
        assert_eq!(stage.balance().await.purchased > before, yes);
    }
}

#[tokio::test]
async fn without_a_saved_card_the_page_is_the_only_way() {
    let (stage, line) = Stage::on_a_line().await;
    assert!(matches!(buy(&stage, 1_000).await, Err(AppError::Conflict(_))));
    assert!(line.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn amounts_beside_the_steps_are_not_sold() {
    let (stage, line) = with_card().await;
    line.asked.lock().unwrap().clear();
    for amount in ["0", "1", "999", "1500", "1000.000001", "501000"] {
        let what = Amount::Credits(amount.parse().unwrap());
        let wish = Wish { what, pay_with: PayWith::SavedCard, expected: None };
        let refused = stage.app.create_checkout(&stage.owner, wish).await;
        assert!(matches!(refused, Err(AppError::Invalid(_))), "{amount}: {refused:?}");
    }
    assert!(line.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn codex_33125_a_purchase_never_touches_auto_recharge() {
    let (stage, _line) = with_card().await;
    buy(&stage, 1_000).await.unwrap();
    assert_eq!(stage.store.recharge(stage.owner.org).await, Ok(None));
    assert_eq!(stage.store.recharging().await, Ok(Vec::new()));
}

#[tokio::test]
async fn a_page_that_nobody_pays_expires_and_a_payment_after_all_is_granted_all_the_same() {
    let (stage, line) = Stage::on_a_line().await;
    let row = stage.app.create_checkout(&stage.owner, Wish::pack("pack_5000")).await.unwrap();
    line.sandbox.pay(&row.id.to_string(), GOOD).unwrap();
    drop(line.sandbox.take_webhooks());
    line.down.store(true, Ordering::SeqCst);
    stage.clock.advance_seconds(26 * 3_600);
    assert_eq!(state(&stage, row.id).await, CheckoutState::Open, "nobody was asked");
    line.down.store(false, Ordering::SeqCst);
    assert_eq!(state(&stage, row.id).await, CheckoutState::Granted);
    let other = stage.app.create_checkout(&stage.owner, Wish::pack("pack_5000")).await.unwrap();
    stage.clock.advance_seconds(26 * 3_600);
    assert_eq!(state(&stage, other.id).await, CheckoutState::Expired);
}
