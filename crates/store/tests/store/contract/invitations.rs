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
    store.create_invitation(first.clone(), None).await.unwrap();
    let later = InvitationRow { created_at: START.plus_seconds(1), ..second };
    store.create_invitation(later.clone(), None).await.unwrap();
    assert_eq!(
        store.create_invitation(first.clone(), None).await,
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
        store.create_invitation(invitation(1, token), None).await.unwrap();
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
    assert_eq!(world.store.remove_member(one, user_id(5), left(), None).await, Ok(true));
    world.store.create_invitation(invitation(1, 8), None).await.unwrap();
    let back = world.store.accept_invitation(token_hash(8), user(5), START).await;
    assert_eq!(back, Ok(true), "somebody who left can come back");
    world.store.create_invitation(invitation(1, 9), None).await.unwrap();
    let twice = world.store.accept_invitation(token_hash(9), user(5), START).await;
    assert_eq!(twice, Err(StoreError::Exists("this membership")));
}

pub async fn invitations_of_others_are_not_seen(world: World) {
    found(&world, 1).await;
    let two = found(&world, 2).await;
    world.store.create_invitation(invitation(1, 7), None).await.unwrap();
    assert_eq!(world.store.invitations(two).await, Ok(Vec::new()));
    let id = InvitationId::from_bits(7);
    assert_eq!(world.store.revoke_invitation(two, id, START).await, Ok(false));
    assert_eq!(world.store.accept_invitation(token_hash(7), user(5), START).await, Ok(true));
}

pub async fn an_invitation_gets_another_link_and_a_mail(world: World) {
    let one = found(&world, 1).await;
    let store = &world.store;
    let email = Some("person7@example.com".to_owned());
    let first = InvitationRow { email, ..invitation(1, 7) };
    store.create_invitation(first.clone(), Some(mail(1))).await.unwrap();
    let pending = InvitationRow { mail: Some(MailState::Pending), ..first.clone() };
    assert_eq!(store.invitations(one).await, Ok(vec![pending]), "it says how its mail stands");
    let (linked_at, expires_at) = (START.plus_seconds(300), START.plus_days(8));
    let again = InvitationRow { token_hash: token_hash(8), linked_at, expires_at, ..first.clone() };
    let early = store.renew_invitation(again.clone(), Some(mail(2)), START.plus_seconds(-1)).await;
    assert_eq!(early, Ok(false), "its link is younger");
    assert_eq!(store.due_mails(START, 9).await, Ok(vec![mail(1)]), "no mail without a link");
    assert_eq!(store.renew_invitation(again.clone(), Some(mail(2)), START).await, Ok(true));
    assert_eq!(store.due_mails(START, 9).await, Ok(vec![mail(1), mail(2)]));
    assert_eq!(store.invitation_by_token(token_hash(7)).await, Ok(None), "the old link is dead");
    let (found, _) = store.invitation_by_token(token_hash(8)).await.unwrap().unwrap();
    assert_eq!(found, InvitationRow { mail: Some(MailState::Pending), ..again.clone() });
    store.mail_tried(mail(2).id, MailState::Failed, None, None).await.unwrap();
    let (found, _) = store.invitation_by_token(token_hash(8)).await.unwrap().unwrap();
    assert_eq!(found.mail, Some(MailState::Failed));
    assert_eq!(store.revoke_invitation(one, first.id, START).await, Ok(true));
    assert_eq!(store.renew_invitation(again, None, START.plus_days(9)).await, Ok(false));
}
