//! Conversations that are shared.

use ampere_credits::{FileId, OrgId, SessionId};
use ampere_store::ports::Store;
use ampere_store::rows::*;

use crate::asks::*;
use crate::people::*;
use crate::world::{START, World};

fn with(people: &[(u128, Access)]) -> Sharing {
    let with = people.iter().map(|(user, access)| (user_id(*user), *access)).collect();
    Sharing { by: user_id(1), at: START.plus_seconds(5), with }
}

/// Who has access beside the one whose it is, by number.
async fn list(store: &dyn Store, org: OrgId, session: SessionId) -> Vec<(u128, Access)> {
    let shares = store.shares(org, session).await.unwrap();
    shares.iter().map(|row| (row.user.bits(), row.access)).collect()
}

/// An organization of four people, and a conversation of the first.
async fn team(world: &World) -> (OrgId, SessionId) {
    let one = found(world, 1).await;
    for person in 2..=4 {
        join(world, 1, person).await;
    }
    world.store.create_session(session(1, 1)).await.unwrap();
    (one, session_id(1))
}

pub async fn who_may_open_what_is_one_answer(world: World) {
    let (one, id) = team(&world).await;
    let two = found(&world, 9).await;
    let store = &world.store;
    let of = async |user: u128| store.access(one, id, user_id(user)).await.unwrap();
    assert_eq!((of(1).await, of(2).await), (Some(Access::Owner), None));
    let asked = with(&[(2, Access::View), (3, Access::Edit), (4, Access::Owner)]);
    assert_eq!(store.share(one, id, asked).await, Ok(Some(Vec::new())));
    assert_eq!((of(2).await, of(3).await), (Some(Access::View), Some(Access::Edit)));
    assert_eq!((of(4).await, of(9).await), (Some(Access::Owner), None));
    assert_eq!(store.access(two, id, user_id(1)).await, Ok(None), "another organization");
    assert_eq!(store.shares(two, id).await, Ok(Vec::new()));
    assert!(store.session(one, id).await.unwrap().unwrap().shared);
    let several = vec![session_id(7), id, id];
    let found = store.accesses(one, several, user_id(3)).await;
    assert_eq!(found, Ok(vec![None, Some(Access::Edit), Some(Access::Edit)]));
    assert_eq!(store.accesses(two, vec![id], user_id(1)).await, Ok(vec![None]));
    let first = store.shares(one, id).await.unwrap().remove(0);
    assert_eq!((first.name.as_str(), first.email.as_str()), ("Person 2", "person2@example.com"));
    assert_eq!((first.shared_by, first.shared_at), (user_id(1), START.plus_seconds(5)));
}

pub async fn sharing_is_all_or_nothing(world: World) {
    let (one, id) = team(&world).await;
    found(&world, 9).await;
    let store = &world.store;
    store.share(one, id, with(&[(2, Access::View), (3, Access::View)])).await.unwrap();
    let before = store.shares(one, id).await.unwrap();
    // Somebody of another organization, the one whose it is, a conversation that is not there.
    for (session, person) in [(id, 9), (id, 1), (session_id(8), 4)] {
        let asked = with(&[(4, Access::Edit), (person, Access::View)]);
        assert_eq!(store.share(one, session, asked).await, Ok(None), "{person}");
    }
    assert_eq!(store.shares(one, id).await.unwrap(), before, "nothing is changed");
    let later = Sharing { at: START.plus_days(1), ..with(&[(3, Access::Edit), (4, Access::View)]) };
    assert_eq!(store.share(one, id, later).await, Ok(Some(before)));
    assert_eq!(list(&**store, one, id).await, [(3, Access::Edit), (4, Access::View)]);
    let shares = store.shares(one, id).await.unwrap();
    assert_eq!(shares[0].shared_at, START.plus_seconds(5), "since it was first shared");
    assert_eq!(shares[1].shared_at, START.plus_days(1));
    store.share(one, id, with(&[])).await.unwrap();
    assert_eq!(list(&**store, one, id).await, []);
    assert!(!store.session(one, id).await.unwrap().unwrap().shared);
}

pub async fn lists_hold_own_and_shared_ones_in_one_order(world: World) {
    let (one, id) = team(&world).await;
    let store = &world.store;
    for number in 2..=6 {
        let owner = user_id(if number % 2 == 0 { 2 } else { 1 });
        let at = START.plus_seconds(i64::try_from(number).unwrap());
        let row = SessionRow { owner, updated_at: at, ..session(1, number) };
        store.create_session(row).await.unwrap();
    }
    for number in [1, 5] {
        let asked = with(&[(2, Access::Edit), (3, Access::View)]);
        store.share(one, session_id(number), asked).await.unwrap();
    }
    let seen = async |cursor: Option<String>, limit| {
        let page = Page { before: cursor, limit };
        let rows = store.sessions(one, user_id(2), page).await.unwrap();
        let cursor = rows.last().map(|open| store.session_cursor(&open.row));
        let numbers = rows.iter().map(|open| (open.row.id.bits(), open.access));
        (numbers.collect::<Vec<_>>(), cursor)
    };
    let (own, edit) = (Access::Owner, Access::Edit);
    let (first, cursor) = seen(None, 3).await;
    assert_eq!(first, [(6, own), (5, edit), (4, own)]);
    let (rest, _) = seen(cursor, 3).await;
    assert_eq!(rest, [(2, own), (1, edit)]);
    // What is said or renamed comes first in everybody's list.
    let at = START.plus_seconds(60);
    let said = MessageRow { created_at: at, ..message(1, 1, 1, Author::User) };
    let said = crate::asks::with(top_up(1, 1), vec![RowWrite::Message(said)]);
    world.commit(one, vec![said]).await;
    assert_eq!(seen(None, 2).await.0, [(1, edit), (6, own)]);
    store.rename_session(one, session_id(5), "Newest", START.plus_seconds(90)).await.unwrap();
    assert_eq!(seen(None, 2).await.0, [(5, edit), (1, edit)]);
    let third = store.sessions(one, user_id(3), page(9)).await.unwrap();
    let third: Vec<_> = third.iter().map(|open| (open.row.id, open.access)).collect();
    assert_eq!(third, [(session_id(5), Access::View), (id, Access::View)]);
    assert_eq!(store.sessions(org(9), user_id(2), page(9)).await, Ok(Vec::new()));
}

pub async fn shares_go_with_the_conversation_and_with_the_member(world: World) {
    let (one, id) = team(&world).await;
    let store = &world.store;
    store.create_session(session(1, 2)).await.unwrap();
    let everybody = with(&[(2, Access::View), (3, Access::Edit), (4, Access::Owner)]);
    for session in [id, session_id(2)] {
        store.share(one, session, everybody.clone()).await.unwrap();
    }
    let left = LeftBehind::Paused { note: "gone".to_owned(), at: START };
    assert_eq!(store.remove_member(one, user_id(3), left, None).await, Ok(true));
    for session in [id, session_id(2)] {
        let people = list(&**store, one, session).await;
        assert_eq!(people, [(2, Access::View), (4, Access::Owner)]);
    }
    assert_eq!(store.access(one, id, user_id(3)).await, Ok(None));
    assert_eq!(store.share(one, id, everybody).await, Ok(None), "no member any more");
    assert_eq!(store.delete_session(one, id, START).await, Ok(true));
    assert_eq!(list(&**store, one, id).await, []);
    assert_eq!(store.access(one, id, user_id(2)).await, Ok(None));
    assert_eq!(store.access(one, id, user_id(1)).await, Ok(Some(Access::Owner)), "what stays");
    assert_eq!(store.share(one, id, with(&[])).await, Ok(None));
    let rest = store.sessions(one, user_id(2), page(9)).await.unwrap();
    assert_eq!(rest.iter().map(|open| open.row.id).collect::<Vec<_>>(), [session_id(2)]);
}

pub async fn files_belong_to_conversations(world: World) {
    let (one, id) = team(&world).await;
    let store = &world.store;
    let [sent, made] = [21, 22].map(FileId::from_bits);
    let opens = async |file, user: u128| store.opens_file(one, file, user_id(user)).await.unwrap();
    let asked = MessageRow { attachments: vec![sent], ..message(1, 1, 1, Author::User) };
    let asked = crate::asks::with(top_up(1, 1), vec![RowWrite::Message(asked)]);
    world.commit(one, vec![asked]).await;
    store.add_session_file(one, id, made).await.unwrap();
    store.share(one, id, with(&[(2, Access::View)])).await.unwrap();
    for file in [sent, made] {
        assert!(opens(file, 1).await && opens(file, 2).await && !opens(file, 3).await);
        assert!(!store.opens_file(org(9), file, user_id(2)).await.unwrap());
    }
    store.share(one, id, with(&[])).await.unwrap();
    assert!(!opens(sent, 2).await);
    store.share(one, id, with(&[(2, Access::View)])).await.unwrap();
    // The row of a file that goes names no conversation any more.
    assert_eq!(store.delete_file(one, made).await, Ok(false), "there are no bytes of it");
    assert!(!opens(made, 1).await && opens(sent, 2).await);
    store.delete_session(one, id, START).await.unwrap();
    assert!(!opens(sent, 1).await && !opens(sent, 2).await);
    store.add_session_file(one, id, made).await.unwrap();
    assert!(!opens(made, 1).await, "a conversation that is gone takes none");
}
