//! Webhooks in: who may send one, what is kept, and that nothing of them is lost or done twice.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ampere_adapters::payments::port::{About, Payments};
use ampere_app::billing::checkout::{CheckoutRow, CheckoutState, Wish};
use ampere_app::billing::hooks::HookRefused;
use ampere_app::billing::keeping::Poll;
use ampere_credits::ledger::Fact;
use ampere_credits::{Credits, OrgId};
use ampere_store::rows::HookState;

use crate::replay::{Line, NAME, Replay};
use crate::stage::{GOOD, Stage, TestClock};

async fn paid_at_the_page(stage: &Stage, line: &Line) -> CheckoutRow {
    let row = stage.app.create_checkout(&stage.owner, Wish::pack("pack_5000")).await.unwrap();
    line.sandbox.pay(&row.id.to_string(), GOOD).unwrap();
    row
}

/// Headers and body.
type Sent = (Vec<(String, String)>, Vec<u8>);

/// The webhooks that the sandbox would send now, as they go over the wire.
fn sent(line: &Line) -> Vec<Sent> {
    let webhooks = line.sandbox.take_webhooks().unwrap();
    webhooks.into_iter().map(|webhook| (webhook.headers, webhook.body)).collect()
}

async fn receive(stage: &Stage, (headers, body): &Sent) -> Result<(), HookRefused> {
    let headers: Vec<_> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    stage.app.receive_hook(NAME, &headers, body).await
}

async fn granted(stage: &Stage) -> usize {
    let journal = stage.journal().await;
    journal.iter().filter(|entry| matches!(entry.fact, Fact::Granted(_))).count()
}

#[tokio::test]
async fn a_webhook_that_proves_nothing_is_refused_and_not_kept() {
    let (stage, line) = Stage::on_a_line().await;
    paid_at_the_page(&stage, &line).await;
    let webhooks = sent(&line);
    let (headers, body) = &webhooks[0];
    let mut other = body.clone();
    other[10] ^= 1;
    let value = headers[0].1.clone();
    let forged = [
        (Vec::new(), body.clone()),
        (headers.clone(), other),
        (vec![(headers[0].0.clone(), value.replace("v1=", "v0="))], body.clone()),
        (vec![(headers[0].0.clone(), value.replace("t=", "t=1"))], body.clone()),
        (vec![(headers[0].0.clone(), String::new())], body.clone()),
    ];
    for wrong in &forged {
        let refused = receive(&stage, wrong).await;
        assert!(matches!(refused, Err(HookRefused::NotVerified(_))), "{refused:?}");
    }
    let elsewhere = stage.app.receive_hook("stripe", &[], body).await;
    assert_eq!(elsewhere, Err(HookRefused::NoProvider));
    stage.clock.advance_seconds(301);
    let late = receive(&stage, &webhooks[0]).await;
    assert!(matches!(late, Err(HookRefused::NotVerified(_))), "too old: {late:?}");
    assert_eq!(stage.store.hooks_due(stage.clock_far(), 9).await.unwrap(), Vec::new());
    assert_eq!(stage.app.follow_hooks().await, Ok(0));
    assert_eq!(granted(&stage).await, 0);
}

#[tokio::test]
async fn a_webhook_is_kept_raw_before_it_is_followed_and_answered_though_the_provider_is_down() {
    let (stage, line) = Stage::on_a_line().await;
    paid_at_the_page(&stage, &line).await;
    line.down.store(true, Ordering::SeqCst);
    let webhooks = sent(&line);
    for webhook in &webhooks {
        receive(&stage, webhook).await.unwrap();
        receive(&stage, webhook).await.unwrap();
    }
    let due = stage.store.hooks_due(stage.clock_far(), 99).await.unwrap();
    assert_eq!(due.len(), webhooks.len(), "once for each event");
    let kept = stage.store.hook(NAME, &due[0].event).await.unwrap().unwrap();
    assert!(webhooks.iter().any(|(_, body)| *body == kept.body), "as it came");
    // It is tried again, later each time, and nothing is granted meanwhile.
    for tries in 1..4 {
        assert_eq!(stage.app.follow_hooks().await, Ok(0));
        let due = stage.store.hooks_due(stage.clock_far(), 99).await.unwrap();
        assert!(due.iter().all(|hook| hook.tries == tries), "{due:?}");
        assert_eq!(stage.app.follow_hooks().await, Ok(0), "not before its time");
        stage.clock.advance_seconds(5 << tries);
    }
    assert_eq!(granted(&stage).await, 0);
    line.down.store(false, Ordering::SeqCst);
    stage.clock.advance_seconds(3_600);
    assert_eq!(stage.app.follow_hooks().await, Ok(webhooks.len()));
    assert_eq!(granted(&stage).await, 1);
    let kept = stage.store.hook(NAME, &due[0].event).await.unwrap().unwrap();
    assert_eq!(kept.state, HookState::Done);
    stage.assert_sound().await;
}

#[tokio::test]
async fn many_webhooks_of_one_customer_ask_once() {
    let clock = TestClock::new();
    let replay = Arc::new(Replay::default());
    let stage = Stage::with(clock, replay.clone(), None).await;
    let history = crate::history::history(1).await;
    *replay.truths.lock().unwrap() =
        history.truths.iter().map(|(_, truth)| truth.clone()).collect();
    replay.at.store(history.truths.len() - 1, Ordering::SeqCst);
    for number in 0..30 {
        let body = Replay::body(&format!("evt_{number}"), "payment.paid", "cus_1");
        stage.app.receive_hook(NAME, &[], &body).await.unwrap();
    }
    assert_eq!(stage.app.follow_hooks().await, Ok(30));
    assert_eq!(replay.fetched.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn open_saas_688_the_same_payment_under_another_event_id_is_granted_once() {
    let (stage, line) = Stage::on_a_line().await;
    let row = paid_at_the_page(&stage, &line).await;
    let truth = line.sandbox.fetch(About::Organization(stage.owner.org.to_string())).await;
    // The same truth, told by events that never were.
    let replay = Arc::new(Replay::default());
    let told = Stage::with(TestClock::new(), replay.clone(), None).await;
    told.store.create_checkout(row.clone(), None).await.unwrap();
    replay.truths.lock().unwrap().push(truth.unwrap());
    for number in 0..8 {
        let body = Replay::body(&format!("evt_{number}"), "payment.paid", "cus_1");
        told.app.receive_hook(NAME, &[], &body).await.unwrap();
        told.app.follow_hooks().await.unwrap();
        told.clock.advance_seconds(86_400);
    }
    assert_eq!(granted(&told).await, 1);
    let kept = told.store.checkout(told.owner.org, row.id).await.unwrap().unwrap();
    assert_eq!((kept.state, kept.position), (CheckoutState::Granted, Some(1)));
    told.assert_sound().await;
}

#[tokio::test]
async fn f6_a_webhook_that_comes_days_late_leaves_the_books_of_one_on_time() {
    let mut ends = Vec::new();
    for late in [0, 9 * 86_400] {
        let (stage, line) = Stage::on_a_line().await;
        paid_at_the_page(&stage, &line).await;
        stage.clock.advance_seconds(late);
        for webhook in sent(&line) {
            receive(&stage, &webhook).await.unwrap();
        }
        stage.app.follow_hooks().await.unwrap();
        let grant = stage.grants().await[0];
        assert_eq!(grant.terms.amount, Credits::whole(5_000));
        ends.push(grant.terms.expires.unwrap().seconds_since(grant.terms.effective));
        let seconds = stage.clock_far().seconds_since(grant.terms.effective);
        assert!(seconds >= late, "it counts from the payment, not from when we heard");
    }
    assert_eq!(ends, [365 * 86_400, 365 * 86_400]);
}

#[tokio::test]
async fn f6_what_no_webhook_told_is_found_by_the_poll() {
    let (stage, line) = Stage::on_a_line().await;
    let row = paid_at_the_page(&stage, &line).await;
    drop(sent(&line));
    assert_eq!(stage.app.follow_hooks().await, Ok(0));
    assert_eq!(granted(&stage).await, 0);
    assert_eq!(stage.app.poll_billing(Poll::Live).await, Ok(1));
    assert_eq!(granted(&stage).await, 1);
    // Nothing goes on any more; a refund months later is found by the poll of everybody.
    stage.clock.advance_seconds(60 * 86_400);
    let payment = stage.store.payments(stage.owner.org).await.unwrap()[0].id.clone();
    line.sandbox.dispute(&payment, ampere_adapters::payments::port::DisputeStatus::Open).unwrap();
    drop(sent(&line));
    assert_eq!(stage.app.poll_billing(Poll::Live).await, Ok(0));
    assert_eq!(stage.app.poll_billing(Poll::Everybody).await, Ok(1));
    assert!(stage.grants().await[0].frozen_since.is_some());
    assert!(row.grant.is_none());
}

#[tokio::test]
async fn a_truth_of_nobody_here_changes_nothing_and_is_not_asked_for_for_ever() {
    let clock = TestClock::new();
    let replay = Arc::new(Replay::default());
    let stage = Stage::with(clock, replay.clone(), None).await;
    let mut truth = crate::history::history(2).await.truths.pop().unwrap().1;
    truth.organization = OrgId::from_bits(404).to_string();
    replay.truths.lock().unwrap().push(truth);
    let body = Replay::body("evt_1", "payment.paid", "cus_1");
    stage.app.receive_hook(NAME, &[], &body).await.unwrap();
    assert_eq!(stage.app.follow_hooks().await, Ok(0));
    let kept = stage.store.hook(NAME, "evt_1").await.unwrap().unwrap();
    assert_eq!((kept.state, kept.tries), (HookState::Failed, 1));
    assert!(stage.journal().await.is_empty());
}

#[tokio::test]
async fn a_verified_webhook_that_cannot_be_read_is_kept_for_the_operator() {
    let replay = Arc::new(Replay::default());
    let stage = Stage::with(TestClock::new(), replay, None).await;
    for _ in 0..2 {
        assert_eq!(stage.app.receive_hook(NAME, &[], b"no such thing at all").await, Ok(()));
    }
    assert_eq!(stage.app.follow_hooks().await, Ok(0));
}
