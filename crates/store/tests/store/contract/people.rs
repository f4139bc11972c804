//! People and organizations.

use ampere_store::ports::StoreError;
use ampere_store::rows::*;

use crate::asks::org;
use crate::people::*;
use crate::world::{START, World};

pub async fn the_first_account_is_one(world: World) {
    let store = &world.store;
    assert_eq!(store.anybody().await, Ok(false));
    let attempts = [1, 2, 3, 4].map(|number| {
        let store = std::sync::Arc::clone(store);
        tokio::spawn(async move {
            store.create_organization(organization(number), user(number), true).await
        })
    });
    let mut made = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            Ok(()) => made += 1,
            Err(error) => assert_eq!(error, StoreError::Exists("an operator")),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(store.anybody().await, Ok(true));
    assert_eq!(store.organizations().await.unwrap().len(), 1, "nothing of the others remains");
    store.create_organization(organization(9), user(9), false).await.unwrap();
}

pub async fn addresses_are_unique_in_any_case(world: World) {
    let store = &world.store;
    let ada = UserRow { email: "Ada@Example.com".to_owned(), ..user(1) };
    store.create_organization(organization(1), ada.clone(), false).await.unwrap();
    let found = store.user_by_email("ADA@example.COM").await.unwrap().unwrap();
    assert_eq!(found, UserRow { email: "ada@example.com".to_owned(), ..ada });
    assert_eq!(store.user_by_email("nobody@example.com").await, Ok(None));
    let again = UserRow { email: "aDa@example.com".to_owned(), ..user(2) };
    let refused = store.create_organization(organization(2), again, false).await;
    assert_eq!(refused, Err(StoreError::Exists("an account with this mail address")));
    assert_eq!(store.organization(org(2)).await, Ok(None), "not half an organization");
    let taken = store.create_organization(organization(1), user(3), false).await;
    assert_eq!(taken, Err(StoreError::Exists("an organization with this id")));
    assert_eq!(store.user_by_email(&user(3).email).await, Ok(None));
}

pub async fn members_come_and_go(world: World) {
    let one = found(&world, 1).await;
    found(&world, 2).await;
    join(&world, 1, 5).await;
    let store = &world.store;
    let member = |number: u128, role| MemberRow {
        org: one,
        user: user_id(number),
        role,
        billing_admin: role == Role::Owner,
        joined_at: START,
        last_active_at: None,
        name: format!("Person {number}"),
        email: format!("person{number}@example.com"),
    };
    let (owner, joined) = (member(1, Role::Owner), member(5, Role::Member));
    assert_eq!(store.members(one).await, Ok(vec![owner.clone(), joined.clone()]));
    assert_eq!(store.home_of(user_id(5)).await, Ok(Some(joined)));
    store.create_login(login(1, 5, 50)).await.unwrap();
    assert_eq!(
        store.remove_member(org(2), user_id(5), left(), None).await,
        Ok(false),
        "not a member there"
    );
    assert_eq!(
        store.remove_member(one, user_id(1), left(), None).await,
        Ok(false),
        "the owner stays"
    );
    assert!(store.login_by_token(token_hash(50), START).await.unwrap().is_some());
    assert_eq!(store.remove_member(one, user_id(5), left(), None).await, Ok(true));
    assert_eq!(store.remove_member(one, user_id(5), left(), None).await, Ok(false));
    assert_eq!(store.members(one).await, Ok(vec![owner]));
    assert_eq!(store.home_of(user_id(5)).await, Ok(None));
    assert_eq!(store.logins(user_id(5), START).await, Ok(Vec::new()), "their logins end");
}

pub async fn an_organization_is_renamed(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    assert_eq!(world.store.organization(one).await, Ok(Some(organization(1))));
    world.store.update_organization(one, "Renamed", "Asia/Tokyo", None).await.unwrap();
    let (name, zone) = ("Renamed".to_owned(), "Asia/Tokyo".to_owned());
    let renamed = OrganizationRow { name, zone, ..organization(1) };
    assert_eq!(world.store.organization(one).await, Ok(Some(renamed)));
    assert_eq!(world.store.organization(two).await, Ok(Some(organization(2))));
    assert_eq!(world.store.organization(org(3)).await, Ok(None));
}

pub async fn a_new_password_ends_all_logins(world: World) {
    found(&world, 1).await;
    found(&world, 2).await;
    let store = &world.store;
    for (number, token) in [(1, 10), (1, 11), (2, 20)] {
        store.create_login(login(number, number, token)).await.unwrap();
    }
    store.set_password(user_id(1), "$new$").await.unwrap();
    let hash = store.user_by_email(&user(1).email).await.unwrap().unwrap().password_hash;
    assert_eq!(hash, "$new$");
    assert_eq!(store.logins(user_id(1), START).await, Ok(Vec::new()));
    assert_eq!(store.logins(user_id(2), START).await.unwrap().len(), 1);
}
