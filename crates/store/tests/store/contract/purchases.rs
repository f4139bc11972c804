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
        store.create_checkout(checkout(1, number)).await.unwrap();
    }
    assert_eq!(
        store.create_checkout(checkout(1, 1)).await,
        Err(StoreError::Exists("a purchase with this id"))
    );
    let list = |page| async {
        let rows = store.checkouts(one, page).await.unwrap();
        rows.into_iter().map(|row| row.id.bits()).collect::<Vec<_>>()
    };
    assert_eq!(list(page(3)).await, [4, 3, 2]);
    assert_eq!(list(before(id(2), 3)).await, [1]);
    assert_eq!(store.checkout(one, id(3)).await, Ok(Some(checkout(1, 3))));
    assert_eq!(store.checkout_by_reference(id(3)).await, Ok(Some(checkout(1, 3))));
    assert_eq!(store.checkout_by_reference(id(9)).await, Ok(None));
}

pub async fn a_decline_does_not_undo_a_grant(world: World) {
    let one = found(&world, 1).await;
    let store = &world.store;
    store.create_checkout(checkout(1, 1)).await.unwrap();
    let at = START.plus_seconds(1);
    store.decline_checkout(id(1), "card_declined", at).await.unwrap();
    let row = store.checkout(one, id(1)).await.unwrap().unwrap();
    assert_eq!(
        (row.state, row.reason.as_deref()),
        (CheckoutState::Declined, Some("card_declined"))
    );
    assert_eq!(row.updated_at, at);
    let payment = "payment".to_owned();
    let granted = RowWrite::CheckoutGranted { checkout: id(1), grant: grant_id(1), payment };
    world.done(one, with(top_up(1, 5_000), vec![granted])).await;
    store.decline_checkout(id(1), "too late", START.plus_seconds(9)).await.unwrap();
    let row = store.checkout(one, id(1)).await.unwrap().unwrap();
    assert_eq!((row.state, row.reason), (CheckoutState::Granted, None));
}

pub async fn purchases_of_others_are_not_seen(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    store.create_checkout(checkout(1, 1)).await.unwrap();
    assert_eq!(store.checkout(two, id(1)).await, Ok(None));
    assert_eq!(store.checkouts(two, page(9)).await, Ok(Vec::new()));
    // A grant of another pool cannot mark it as granted.
    let payment = "payment".to_owned();
    let granted = RowWrite::CheckoutGranted { checkout: id(1), grant: grant_id(1), payment };
    world.done(two, with(top_up(1, 5_000), vec![granted])).await;
    let row = store.checkout(one, id(1)).await.unwrap().unwrap();
    assert_eq!((row.state, row.grant), (CheckoutState::Open, None));
}
