//! Logins.

use ampere_credits::LoginId;
use ampere_store::ports::StoreError;
use ampere_store::rows::*;

use crate::people::*;
use crate::world::{START, World};

pub async fn a_login_says_who_is_asking(world: World) {
    let one = found(&world, 1).await;
    let store = &world.store;
    store.create_login(login(1, 1, 10)).await.unwrap();
    let known = store.login_by_token(token_hash(10), START).await.unwrap().unwrap();
    assert_eq!(known.login, login(1, 1, 10));
    assert_eq!(known.user, user(1));
    assert_eq!((known.member.org, known.member.role), (one, Role::Owner));
    assert!(known.member.billing_admin);
    assert_eq!(known.organization, organization(1));
    let seen = START.plus_seconds(60);
    store.touch_login(known.login.id, seen).await.unwrap();
    store.touch_login(known.login.id, START).await.unwrap();
    let again = store.login_by_token(token_hash(10), seen).await.unwrap().unwrap();
    assert_eq!(again.login.last_seen_at, seen, "never earlier");
    assert_eq!(store.login_by_token(token_hash(11), START).await, Ok(None));
}

pub async fn logins_end(world: World) {
    found(&world, 1).await;
    found(&world, 2).await;
    let store = &world.store;
    let later = LoginRow { created_at: START.plus_seconds(1), ..login(1, 1, 11) };
    for row in [login(1, 1, 10), later, login(2, 2, 20)] {
        store.create_login(row).await.unwrap();
    }
    let ids = |at| async move {
        let logins = store.logins(user_id(1), at).await.unwrap();
        logins.into_iter().map(|row| row.id.bits()).collect::<Vec<_>>()
    };
    assert_eq!(ids(START).await, [11, 10], "newest first");
    let end = START.plus_days(30);
    assert_eq!(store.login_by_token(token_hash(10), end).await, Ok(None), "past its end");
    assert_eq!(ids(end).await, [0u128; 0]);
    let id = LoginId::from_bits(20);
    assert_eq!(store.end_login(user_id(1), id).await, Ok(false), "not that person's");
    assert_eq!(store.end_login(user_id(2), id).await, Ok(true));
    assert_eq!(store.end_login(user_id(2), id).await, Ok(false));
    assert_eq!(store.login_by_token(token_hash(20), START).await, Ok(None));
}

pub async fn only_members_log_in(world: World) {
    found(&world, 1).await;
    found(&world, 2).await;
    let refused = world.store.create_login(login(2, 1, 10)).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(world.store.logins(user_id(1), START).await, Ok(Vec::new()));
    let gone = UserRow { disabled_at: Some(START), ..user(3) };
    world.store.create_organization(organization(3), gone, false).await.unwrap();
    world.store.create_login(login(3, 3, 30)).await.unwrap();
    assert_eq!(world.store.login_by_token(token_hash(30), START).await, Ok(None), "disabled");
}
