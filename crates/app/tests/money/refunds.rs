//! Money back: refunds and disputes reach the credits that they paid for, and no others.

use ampere_adapters::payments::port::{About, DisputeStatus, Payments, RefundRequest};
use ampere_app::billing::ActivityKind;
use ampere_app::billing::checkout::Wish;
use ampere_credits::Credits;
use ampere_credits::ledger::Fact;
use ampere_store::rows::Page;

use crate::replay::Line;
use crate::stage::{GOOD, Stage};

/// A purchase of 5,000 credits for $15.00; its payment.
async fn bought(stage: &Stage) -> String {
    let row = stage.app.create_checkout(&stage.owner, Wish::pack("pack_5000")).await.unwrap();
    let row = stage.app.pay_in_sandbox(&stage.owner, row.id, GOOD).await.unwrap();
    row.payment.unwrap()
}

async fn refund(stage: &Stage, payment: &str, cents: i64) {
    stage.app.refund_in_sandbox(&stage.owner, payment, Some(cents)).await.unwrap();
}

async fn dispute(stage: &Stage, payment: &str, status: DisputeStatus) {
    stage.app.dispute_in_sandbox(&stage.owner, payment, status).await.unwrap();
}

fn whole(credits: u32) -> Credits {
    Credits::whole(credits)
}

#[tokio::test]
async fn eliza_10920_refunded_credits_are_not_spendable() {
    let (stage, _) = Stage::on_a_line().await;
    let payment = bought(&stage).await;
    refund(&stage, &payment, 500).await;
    assert_eq!(stage.balance().await.available, Credits::from_micros(3_333_333_334));
    refund(&stage, &payment, 500).await;
    refund(&stage, &payment, 500).await;
    assert_eq!(stage.balance().await.available, Credits::ZERO);
    let grant = stage.grants().await[0];
    assert_eq!((grant.claim, grant.clawed), (whole(5_000), whole(5_000)));
    stage.assert_sound().await;
}

#[tokio::test]
async fn eliza_10997_what_was_used_becomes_debt_and_the_next_purchase_pays_it() {
    let (stage, _) = Stage::on_a_line().await;
    let payment = bought(&stage).await;
    stage.spend(1, "4000").await;
    refund(&stage, &payment, 1_500).await;
    let balance = stage.balance().await;
    assert_eq!((balance.available, balance.outstanding), (Credits::ZERO, whole(4_000)));
    bought(&stage).await;
    let balance = stage.balance().await;
    assert_eq!((balance.available, balance.outstanding), (whole(1_000), Credits::ZERO));
    stage.assert_sound().await;
}

#[tokio::test]
async fn eliza_11155_a_dispute_freezes_and_a_won_one_gives_the_time_back() {
    let (stage, _) = Stage::on_a_line().await;
    let payment = bought(&stage).await;
    stage.spend(1, "1000").await;
    let ends = stage.grants().await[0].terms.expires.unwrap();
    dispute(&stage, &payment, DisputeStatus::Open).await;
    let balance = stage.balance().await;
    assert_eq!((balance.available, balance.frozen), (Credits::ZERO, whole(4_000)));
    stage.clock.advance_seconds(20 * 86_400);
    dispute(&stage, &payment, DisputeStatus::Won).await;
    let balance = stage.balance().await;
    assert_eq!((balance.available, balance.frozen), (whole(4_000), Credits::ZERO));
    let later = stage.grants().await[0].terms.expires.unwrap();
    assert_eq!(later.seconds_since(ends), 20 * 86_400);
    stage.assert_sound().await;
}

#[tokio::test]
async fn a_lost_dispute_takes_what_is_left_and_leaves_debt_for_the_rest() {
    let (stage, _) = Stage::on_a_line().await;
    let payment = bought(&stage).await;
    stage.spend(1, "1000").await;
    dispute(&stage, &payment, DisputeStatus::Open).await;
    dispute(&stage, &payment, DisputeStatus::Lost).await;
    let balance = stage.balance().await;
    assert_eq!((balance.available, balance.frozen), (Credits::ZERO, Credits::ZERO));
    assert_eq!(balance.outstanding, whole(1_000));
    assert!(stage.grants().await[0].frozen_since.is_none());
    stage.assert_sound().await;
}

#[tokio::test]
async fn an_inquiry_takes_nothing() {
    let (stage, _) = Stage::on_a_line().await;
    let payment = bought(&stage).await;
    let before = stage.journal().await;
    dispute(&stage, &payment, DisputeStatus::Inquiry).await;
    dispute(&stage, &payment, DisputeStatus::Won).await;
    assert_eq!(stage.journal().await, before);
}

#[tokio::test]
async fn only_the_credits_of_the_refunded_payment_go() {
    let (stage, _) = Stage::on_a_line().await;
    let first = bought(&stage).await;
    bought(&stage).await;
    refund(&stage, &first, 1_500).await;
    let mut left: Vec<_> = stage.grants().await.iter().map(|grant| grant.unheld).collect();
    left.sort();
    assert_eq!(left, [Credits::ZERO, whole(5_000)]);
}

#[tokio::test]
async fn a_refund_that_is_heard_of_before_the_payment_is_granted_in_one_commit_with_its_claim() {
    let (stage, line) = Stage::on_a_line().await;
    let row = stage.app.create_checkout(&stage.owner, Wish::pack("pack_5000")).await.unwrap();
    pay_and_refund(&line, &row.id.to_string(), &stage).await;
    stage.app.reconcile_now(stage.owner.org).await.unwrap();
    let journal = stage.journal().await;
    assert!(matches!(journal[0].fact, Fact::Granted(_)), "{journal:?}");
    assert!(matches!(journal[1].fact, Fact::Claimed { .. }), "{journal:?}");
    assert_eq!(journal[0].at, journal[1].at, "one commit");
    assert_eq!(stage.balance().await.available, whole(2_500));
    stage.assert_sound().await;
}

async fn pay_and_refund(line: &Line, reference: &str, stage: &Stage) {
    line.sandbox.pay(reference, GOOD).unwrap();
    let about = About::Organization(stage.owner.org.to_string());
    let payment = line.sandbox.fetch(about).await.unwrap().payments[0].id.clone();
    let request = RefundRequest { reference: "re-1".to_owned(), payment, amount_cents: 750 };
    line.sandbox.refund(request).await.unwrap();
}

#[tokio::test]
async fn activity_and_invoices_tell_what_went_back() {
    let (stage, _) = Stage::on_a_line().await;
    let payment = bought(&stage).await;
    stage.clock.advance_seconds(60);
    refund(&stage, &payment, 750).await;
    stage.clock.advance_seconds(60);
    let other = bought(&stage).await;
    stage.clock.advance_seconds(60);
    dispute(&stage, &other, DisputeStatus::Open).await;
    let page = || Page { before: None, limit: 50 };
    let all = stage.app.billing_activity(&stage.owner, (page(), None)).await.unwrap();
    let kinds: Vec<_> = all.iter().map(|item| item.kind).collect();
    let wanted = [
        ActivityKind::Dispute,
        ActivityKind::Purchase,
        ActivityKind::Refund,
        ActivityKind::Purchase,
    ];
    assert_eq!(kinds, wanted);
    assert_eq!(all[2].credits, Some(whole(2_500)));
    let one = (page(), Some(ActivityKind::Refund));
    assert_eq!(stage.app.billing_activity(&stage.owner, one).await.unwrap(), all[2..3]);
    let invoices = stage.app.invoices(&stage.owner).await.unwrap();
    let told: Vec<_> = invoices.iter().map(|each| (each.id.clone(), each.status)).collect();
    assert_eq!(told, [(other, "disputed"), (payment, "partly_refunded")]);
}
