//! The mirror of payments, and the grants that they became.

use ampere_credits::OrgId;
use ampere_store::ports::StoreError;
use ampere_store::rows::*;

use crate::asks::*;
use crate::people::*;
use crate::world::{START, World};

pub fn payment(org: OrgId, id: &str, seconds: i64) -> PaymentRow {
    PaymentRow {
        org,
        id: id.to_owned(),
        provider: "sandbox".to_owned(),
        customer: "cus_1".to_owned(),
        kind: PaymentKind::Credits,
        reference: Some("pay_1".to_owned()),
        subscription: None,
        amount_cents: 1_500,
        currency: "usd".to_owned(),
        status: PaymentState::Open,
        reason: None,
        url: None,
        paid_at: None,
        refunded_cents: 0,
        dispute: None,
        receipt_url: None,
        created_at: START.plus_seconds(seconds),
        seen_at: START.plus_seconds(seconds),
    }
}

pub async fn payments_follow_the_latest_answer(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    store.put_payment(payment(one, "pi 1", 0)).await.unwrap();
    store.put_payment(payment(one, "pi 2", 5)).await.unwrap();
    let paid = PaymentRow {
        status: PaymentState::Paid,
        paid_at: Some(START.plus_seconds(7)),
        refunded_cents: 500,
        dispute: Some(DisputeState::Open),
        receipt_url: Some("https://pay.example/receipt".to_owned()),
        seen_at: START.plus_seconds(9),
        ..payment(one, "pi 1", 0)
    };
    store.put_payment(paid.clone()).await.unwrap();
    let late = PaymentRow { seen_at: START.plus_seconds(8), ..payment(one, "pi 1", 0) };
    store.put_payment(late).await.unwrap();
    assert_eq!(store.payment(one, "pi 1").await, Ok(Some(paid.clone())));
    assert_eq!(store.payments(one).await, Ok(vec![payment(one, "pi 2", 5), paid]));
    assert_eq!(store.payment(two, "pi 1").await, Ok(None));
    assert_eq!(store.payments(two).await, Ok(Vec::new()));
    store.put_payment(payment(two, "pi 3", 9)).await.unwrap();
    assert_eq!(store.payers(START).await, Ok(vec![one, two]));
    assert_eq!(store.payers(START.plus_seconds(6)).await, Ok(vec![two]));
}

pub async fn a_line_of_a_payment_becomes_one_grant(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let row = |number| PaymentGrantRow {
        payment: "pi 1".to_owned(),
        line: "0".to_owned(),
        grant: grant_id(number),
        credits: credits(50),
    };
    let request = with(top_up(1, 50), vec![RowWrite::PaymentGrant(row(1))]);
    world.done(one, request.clone()).await;
    world.commit(one, vec![request]).await;
    assert_eq!(world.store.payment_grants(one).await, Ok(vec![row(1)]));
    assert_eq!(world.store.payment_grants(two).await, Ok(Vec::new()));
    let before = world.store.pool(one).await.unwrap().position;
    let again = with(top_up(2, 50), vec![RowWrite::PaymentGrant(row(2))]);
    let done = world.store.commit(one, vec![again]).await;
    assert!(matches!(done, Err(StoreError::Exists(_))), "{done:?}");
    assert_eq!(world.store.pool(one).await.unwrap().position, before, "all or nothing");
}
