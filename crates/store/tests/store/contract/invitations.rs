//! Invitations.

use ampere_credits::InvitationId;
use ampere_store::ports::StoreError;
use ampere_store::rows::*;

use crate::people::*;
use crate::world::{START, World};

pub async fn an_invitation_is_accepted_once(world: World) {
    let one = found(&world, 1).await;
    let store = &world.store;
    let (first, second) = (invitation(1, 7), invitation(1, 8));
    store.create_invitation(first.clone()).await.unwrap();
    let later = InvitationRow { created_at: START.plus_seconds(1), ..second };
    store.create_invitation(later.clone()).await.unwrap();
    assert_eq!(
        store.create_invitation(first.clone()).await,
        Err(StoreError::Exists("an invitation with this id or token"))
    );
    assert_eq!(store.invitations(one).await, Ok(vec![later, first.clone()]));
    let found = store.invitation_by_token(first.token_hash).await;
    assert_eq!(found, Ok(Some((first.clone(), organization(1)))));
    assert_eq!(store.invitation_by_token(token_hash(99)).await, Ok(None));

    let at = START.plus_seconds(5);
    assert_eq!(store.accept_invitation(first.token_hash, user(5), at).await, Ok(true));
    let again = store.accept_invitation(first.token_hash, user(6), at).await;
    assert_eq!(again, Ok(false));
    assert_eq!(store.user_by_email(&user(6).email).await, Ok(None), "no account without it");
    let (stored, _) = store.invitation_by_token(first.token_hash).await.unwrap().unwrap();
    assert_eq!(stored.accepted_by, Some(user_id(5)));
    let joined = store.members(one).await.unwrap().remove(1);
    assert_eq!((joined.user, joined.role, joined.joined_at), (user_id(5), Role::Member, at));
}

pub async fn what_is_revoked_or_past_cannot_be_accepted(world: World) {
    let one = found(&world, 1).await;
    let store = &world.store;
    for token in [7, 8] {
        store.create_invitation(invitation(1, token)).await.unwrap();
    }
    let id = InvitationId::from_bits(7);
    assert_eq!(store.revoke_invitation(one, id, START).await, Ok(true));
    assert_eq!(store.revoke_invitation(one, id, START).await, Ok(false), "only once");
    assert_eq!(store.accept_invitation(token_hash(7), user(5), START).await, Ok(false));
    let end = START.plus_days(7);
    assert_eq!(store.accept_invitation(token_hash(8), user(5), end).await, Ok(false));
    assert_eq!(store.accept_invitation(token_hash(9), user(5), START).await, Ok(false));
    let taken = UserRow { email: user(1).email, ..user(5) };
    let refused = store.accept_invitation(token_hash(8), taken, START).await;
    assert_eq!(refused, Err(StoreError::Exists("an account with this mail address")));
    assert_eq!(store.members(one).await.unwrap().len(), 1);
    assert_eq!(store.accept_invitation(token_hash(8), user(5), START).await, Ok(true));
    let accepted = InvitationId::from_bits(8);
    assert_eq!(store.revoke_invitation(one, accepted, START).await, Ok(false));
}

pub async fn who_has_an_account_joins_with_it(world: World) {
    let one = found(&world, 1).await;
    join(&world, 1, 5).await;
    assert_eq!(world.store.remove_member(one, user_id(5)).await, Ok(true));
    world.store.create_invitation(invitation(1, 8)).await.unwrap();
    let back = world.store.accept_invitation(token_hash(8), user(5), START).await;
    assert_eq!(back, Ok(true), "somebody who left can come back");
    world.store.create_invitation(invitation(1, 9)).await.unwrap();
    let twice = world.store.accept_invitation(token_hash(9), user(5), START).await;
    assert_eq!(twice, Err(StoreError::Exists("this membership")));
}

pub async fn invitations_of_others_are_not_seen(world: World) {
    found(&world, 1).await;
    let two = found(&world, 2).await;
    world.store.create_invitation(invitation(1, 7)).await.unwrap();
    assert_eq!(world.store.invitations(two).await, Ok(Vec::new()));
    let id = InvitationId::from_bits(7);
    assert_eq!(world.store.revoke_invitation(two, id, START).await, Ok(false));
    assert_eq!(world.store.accept_invitation(token_hash(7), user(5), START).await, Ok(true));
}
