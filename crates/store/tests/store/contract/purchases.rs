//! Purchases.

use ampere_credits::CheckoutId;
use ampere_store::ports::StoreError;
use ampere_store::rows::*;

use crate::asks::*;
use crate::people::*;
use crate::world::{START, World};

fn id(number: u128) -> CheckoutId {
    CheckoutId::from_bits(number)
}

pub async fn purchases_are_listed_newest_first(world: World) {
    let one = found(&world, 1).await;
    let store = &world.store;
    for number in 1..=4 {
        store.create_checkout(checkout(1, number), None).await.unwrap();
    }
    assert_eq!(
        store.create_checkout(checkout(1, 1), None).await,
        Err(StoreError::Exists("a purchase with this id"))
    );
    let list = |page| async {
        let rows = store.checkouts(one, page).await.unwrap();
        rows.into_iter().map(|row| row.id.bits()).collect::<Vec<_>>()
    };
    assert_eq!(list(page(3)).await, [4, 3, 2]);
    assert_eq!(list(before(id(2), 3)).await, [1]);
    assert_eq!(store.checkout(one, id(3)).await, Ok(Some(checkout(1, 3))));
    assert_eq!(store.checkout(one, id(9)).await, Ok(None));
}

pub async fn a_decline_does_not_undo_a_grant(world: World) {
    let one = found(&world, 1).await;
    let store = &world.store;
    store.create_checkout(checkout(1, 1), None).await.unwrap();
    let at = START.plus_seconds(1);
    store.set_checkout(one, id(1), declined("card_declined", at)).await.unwrap();
    let row = store.checkout(one, id(1)).await.unwrap().unwrap();
    assert_eq!(
        (row.state, row.reason.as_deref()),
        (CheckoutState::Declined, Some("card_declined"))
    );
    assert_eq!(row.updated_at, at);
    let payment = "payment".to_owned();
    let granted = RowWrite::CheckoutGranted { checkout: id(1), grant: grant_id(1), payment };
    world.done(one, with(top_up(1, 5_000), vec![granted])).await;
    store.set_checkout(one, id(1), declined("late", START.plus_seconds(9))).await.unwrap();
    let row = store.checkout(one, id(1)).await.unwrap().unwrap();
    assert_eq!((row.state, row.reason), (CheckoutState::Granted, None));
}

pub async fn purchases_of_others_are_not_seen(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    store.create_checkout(checkout(1, 1), None).await.unwrap();
    assert_eq!(store.checkout(two, id(1)).await, Ok(None));
    assert_eq!(store.checkouts(two, page(9)).await, Ok(Vec::new()));
    // A grant of another pool cannot mark it as granted.
    let payment = "payment".to_owned();
    let granted = RowWrite::CheckoutGranted { checkout: id(1), grant: grant_id(1), payment };
    world.done(two, with(top_up(1, 5_000), vec![granted])).await;
    let row = store.checkout(one, id(1)).await.unwrap().unwrap();
    assert_eq!((row.state, row.grant), (CheckoutState::Open, None));
}

pub async fn purchases_that_may_still_be_paid_are_found_in_all_organizations(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    let late = CheckoutRow { created_at: START.plus_seconds(9), ..checkout(2, 2) };
    store.create_checkout(checkout(1, 1), None).await.unwrap();
    store.create_checkout(late, None).await.unwrap();
    assert_eq!(store.unpaid_checkouts(START).await, Ok(vec![one, two]));
    assert_eq!(store.unpaid_checkouts(START.plus_seconds(1)).await, Ok(vec![two]));
    let change = |state| CheckoutChange {
        state,
        reason: None,
        url: Some("https://bank.example/confirm".to_owned()),
        payment: Some("pi 1".to_owned()),
        at: START.plus_seconds(3),
    };
    let wanted = change(CheckoutState::ConfirmationNeeded);
    store.set_checkout(two, id(1), wanted.clone()).await.unwrap();
    assert_eq!(store.checkout(one, id(1)).await, Ok(Some(checkout(1, 1))), "it is not theirs");
    store.set_checkout(one, id(1), wanted).await.unwrap();
    let row = store.checkout(one, id(1)).await.unwrap().unwrap();
    assert_eq!((row.state, row.url.as_str()), {
        (CheckoutState::ConfirmationNeeded, "https://bank.example/confirm")
    });
    assert_eq!((row.payment.as_deref(), row.updated_at), (Some("pi 1"), START.plus_seconds(3)));
    assert_eq!(store.unpaid_checkouts(START).await, Ok(vec![one, two]));
    store.set_checkout(one, id(1), declined("declined", START)).await.unwrap();
    let row = store.checkout(one, id(1)).await.unwrap().unwrap();
    assert_eq!(row.url, "https://bank.example/confirm", "no word of it leaves it as it is");
    store.set_checkout(one, id(1), change(CheckoutState::Expired)).await.unwrap();
    assert_eq!(store.unpaid_checkouts(START).await, Ok(vec![two]));
}
