//! Ways to a new password.

use ampere_store::rows::*;

use crate::people::*;
use crate::world::{START, World};

pub async fn a_way_to_a_new_password_works_once(world: World) {
    for number in [1, 2] {
        found(&world, number).await;
        world.store.create_login(login(number, number, 10 * number)).await.unwrap();
    }
    let store = &world.store;
    for (number, person) in [(1, 1), (2, 1), (3, 2)] {
        store.begin_reset(reset(number, person), mail(number), START).await.unwrap();
    }
    assert_eq!(store.due_mails(START, 9).await.map(|due| due.len()), Ok(3), "each with its mail");
    let whose = Some((user_id(1), user(1).email));
    assert_eq!(store.reset_of(token_hash(1), START).await, Ok(whose));
    assert_eq!(store.finish_reset(token_hash(1), "$new$", START).await, Ok(true));
    let email = user(1).email;
    let stored = || async { store.user_by_email(&email).await.unwrap().unwrap().password_hash };
    assert_eq!(stored().await, "$new$");
    assert_eq!(store.logins(user_id(1), START).await, Ok(Vec::new()), "all logins end");
    for token in [1, 2] {
        let again = store.finish_reset(token_hash(token), "$evil$", START).await;
        assert_eq!(again, Ok(false), "and all other ways");
    }
    assert_eq!(stored().await, "$new$");
    assert_eq!(store.logins(user_id(2), START).await.map(|all| all.len()), Ok(1));
    assert_eq!(store.finish_reset(token_hash(3), "$two$", START).await, Ok(true));
}

pub async fn a_way_to_a_new_password_ends(world: World) {
    found(&world, 1).await;
    let store = &world.store;
    store.begin_reset(reset(1, 1), mail(1), START).await.unwrap();
    let end = reset(1, 1).expires_at;
    assert_eq!(store.reset_of(token_hash(1), end).await, Ok(None));
    assert_eq!(store.finish_reset(token_hash(1), "$new$", end).await, Ok(false));
    assert_eq!(store.reset_of(token_hash(9), START).await, Ok(None));
    let later = ResetRow { expires_at: end.plus_seconds(3_600), ..reset(2, 1) };
    store.begin_reset(later, mail(2), end).await.unwrap();
    assert_eq!(store.reset_of(token_hash(1), START).await, Ok(None), "those that are over go");
    let gone = UserRow { disabled_at: Some(START), ..user(3) };
    store.create_organization(organization(3), gone, false).await.unwrap();
    store.begin_reset(reset(3, 3), mail(3), START).await.unwrap();
    assert_eq!(store.reset_of(token_hash(3), START).await, Ok(None), "disabled");
}
