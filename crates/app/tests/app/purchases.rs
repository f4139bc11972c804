//! Purchases: from a pack to credits in the pool, once for each payment, whatever the events do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ampere_app::AppError;
use ampere_app::billing::ActivityKind;
use ampere_app::billing::checkout::{CheckoutRow, CheckoutState, Wish};
use ampere_app::chat::{Ask, Effort};
use ampere_app::runs::Page;
use ampere_credits::Credits;
use ampere_credits::ledger::{Cause, Class, Fact};
use futures_util::future::join_all;

use crate::world::{World, credits};

const GOOD: &str = "4242424242424242";
const POOR: &str = "4000000000009995";

async fn open(world: &World) -> CheckoutRow {
    world.app.create_checkout(&world.owner, Wish::pack("pack_5000")).await.unwrap()
}

async fn purchased(world: &World) -> Credits {
    world.balance().await.purchased
}

async fn grants(world: &World) -> usize {
    let journal = world.journal().await;
    journal.iter().filter(|entry| matches!(entry.fact, Fact::Granted(_))).count()
}

#[tokio::test]
async fn a_purchase_is_a_purchased_grant_of_the_agreed_credits_for_a_year() {
    let world = World::with("0").await;
    let row = open(&world).await;
    assert_eq!(
        (row.state, row.amount_cents, row.credits),
        (CheckoutState::Open, 1_500, credits("5000"))
    );
    assert_eq!(world.journal().await.len(), 0, "nothing before the payment");
    let row = world.app.pay_in_sandbox(&world.owner, row.id, GOOD).await.unwrap();
    assert_eq!(row.state, CheckoutState::Granted);
    let journal = world.journal().await;
    let Fact::Granted(terms) = journal[0].fact else { panic!("{journal:?}") };
    assert_eq!((Some(terms.id), Some(1)), (row.grant, row.position));
    assert_eq!((terms.class, terms.cause), (Class::Purchased, Cause::TopUp));
    assert_eq!(terms.amount, credits("5000"));
    assert_eq!(terms.expires.unwrap().seconds_since(terms.effective), 365 * 86_400);
    world.assert_settled().await;
}

#[tokio::test]
async fn dyad_3610_credits_are_spendable_in_the_very_commit_that_grants_them() {
    let world = World::with("0").await;
    assert!(world.ask("hi").await.is_err());
    let row = open(&world).await;
    world.app.pay_in_sandbox(&world.owner, row.id, GOOD).await.unwrap();
    let sent = world.ask("hi").await.unwrap();
    world.ended(sent.run.id).await;
    world.assert_settled().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lago_5870_the_same_top_up_sent_twice_credits_once() {
    let world = World::with("0").await;
    let row = open(&world).await;
    let pays = (0..16).map(|_| {
        let (app, owner) = (Arc::clone(&world.app), world.owner.clone());
        tokio::spawn(async move { app.pay_in_sandbox(&owner, row.id, GOOD).await })
    });
    let mut answers = Vec::new();
    for pay in join_all(pays).await {
        answers.push(pay.unwrap().unwrap());
    }
    assert!(answers.iter().all(|row| row.grant == answers[0].grant && row.grant.is_some()));
    assert_eq!((grants(&world).await, purchased(&world).await), (1, credits("5000")));
}

#[tokio::test]
async fn a_decline_grants_nothing_says_why_and_leaves_the_checkout_payable() {
    let world = World::with("0").await;
    let row = open(&world).await;
    for _ in 0..2 {
        let declined = world.app.pay_in_sandbox(&world.owner, row.id, POOR).await;
        let Err(AppError::PaymentDeclined(text)) = declined else { panic!("{declined:?}") };
        assert!(text.contains("insufficient funds"), "{text}");
    }
    assert!(world.journal().await.is_empty());
    let activity = world.app.billing_activity(&world.owner, page()).await.unwrap();
    let kinds: Vec<_> = activity.iter().map(|item| item.kind).collect();
    assert_eq!(kinds, [ActivityKind::Declined]);
    world.app.pay_in_sandbox(&world.owner, row.id, GOOD).await.unwrap();
    let row = world.app.checkout(&world.owner, row.id).await.unwrap();
    assert_eq!(row.state, CheckoutState::Granted);
    let activity = world.app.billing_activity(&world.owner, page()).await.unwrap();
    assert_eq!(activity.len(), 1);
    let item = &activity[0];
    assert_eq!((item.kind, item.credits), (ActivityKind::Purchase, Some(credits("5000"))));
    assert_eq!(item.amount.as_ref().map(|money| money.amount), Some(1_500));
}

#[tokio::test]
async fn a_checkout_outlives_the_server_that_opened_it() {
    let world = World::with("0").await;
    let row = open(&world).await;
    let world = world.restarted().await;
    world.app.pay_in_sandbox(&world.owner, row.id, GOOD).await.unwrap();
    let world = world.restarted().await;
    let again = world.app.pay_in_sandbox(&world.owner, row.id, POOR).await.unwrap();
    assert_eq!(again.state, CheckoutState::Granted, "what is granted stays granted");
    assert_eq!((grants(&world).await, purchased(&world).await), (1, credits("5000")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn autumn_630_buying_while_spending_loses_no_credit() {
    let world = Arc::new(World::with("50").await);
    let buying = Arc::new(AtomicBool::new(true));
    let spend = |index: u32| {
        let (world, buying) = (Arc::clone(&world), Arc::clone(&buying));
        tokio::spawn(async move {
            let session = world.app.create_session(&world.owner, None).await.unwrap().row.id;
            let mut charged = Credits::ZERO;
            for round in 0.. {
                let text = Some("hi".to_owned());
                let ask = Ask { text, effort: Effort::Low, ..Ask::default() };
                let intent = world.intent(&format!("spend-{index}-{round}"));
                let sent = world.app.send_message(&world.owner, session, ask, intent).await;
                let run = world.ended(sent.unwrap().run.id).await;
                charged = charged.plus(run.charged).unwrap();
                if !buying.load(Ordering::SeqCst) {
                    return charged;
                }
            }
            charged
        })
    };
    let spenders: Vec<_> = (0..4).map(spend).collect();
    for _ in 0..10 {
        let row = open(&world).await;
        world.app.pay_in_sandbox(&world.owner, row.id, GOOD).await.unwrap();
    }
    buying.store(false, Ordering::SeqCst);
    let mut charged = Credits::ZERO;
    for spender in spenders {
        charged = charged.plus(spender.await.unwrap()).unwrap();
    }
    assert!(charged.is_positive());
    let left = world.balance().await.total().unwrap();
    assert_eq!(left.plus(charged).unwrap(), credits("50050"), "10 packs and the first 50");
    world.assert_settled().await;
}

#[tokio::test]
async fn another_organizations_checkout_does_not_exist() {
    let world = World::with("0").await;
    let row = open(&world).await;
    let mut stranger = world.owner.clone();
    stranger.org = ampere_credits::OrgId::from_bits(77_777);
    let read = world.app.checkout(&stranger, row.id).await;
    assert_eq!(read.err(), Some(AppError::NotFound));
    let pay = world.app.pay_in_sandbox(&stranger, row.id, GOOD).await;
    assert_eq!(pay.err(), Some(AppError::NotFound));
    assert!(world.journal().await.is_empty());
}

#[tokio::test]
async fn activity_is_complete_ordered_and_pages_without_loss() {
    let world = World::with("0").await;
    world.app.ensure_trials().await.unwrap();
    for number in 0..5 {
        world.clock.advance_seconds(60);
        let row = open(&world).await;
        let card = if number % 2 == 0 { GOOD } else { POOR };
        let _ = world.app.pay_in_sandbox(&world.owner, row.id, card).await;
    }
    world.clock.advance_seconds(31 * 86_400);
    let before = world.journal().await;
    let all = world.app.billing_activity(&world.owner, page()).await.unwrap();
    let kinds: Vec<_> = all.iter().map(|item| item.kind.word()).collect();
    let wanted = ["expiry", "purchase", "declined", "purchase", "declined", "purchase", "trial"];
    assert_eq!(kinds, wanted);
    assert_eq!(all[0].credits, Some(credits("1000")), "seen before it is booked");
    let mut paged = Vec::new();
    let mut cursor = None;
    loop {
        let page = Page { before: cursor.clone(), limit: 2 };
        let part = world.app.billing_activity(&world.owner, (page, None)).await.unwrap();
        let Some(last) = part.last() else { break };
        cursor = Some(last.cursor());
        paged.extend(part);
    }
    assert_eq!(paged, all);
    assert_eq!(world.journal().await, before, "looking books nothing");
}

fn page() -> (Page, Option<ActivityKind>) {
    (Page { before: None, limit: 50 }, None)
}
