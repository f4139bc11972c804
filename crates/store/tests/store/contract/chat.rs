//! Conversations.

use ampere_credits::Credits;
use ampere_store::ports::StoreError;
use ampere_store::rows::*;

use crate::asks::*;
use crate::people::*;
use crate::world::{START, World};

fn ids(sessions: &[OpenSession]) -> Vec<u128> {
    sessions.iter().map(|open| open.row.id.bits()).collect()
}

pub async fn conversations_come_latest_activity_first(world: World) {
    let one = found(&world, 1).await;
    join(&world, 1, 5).await;
    for id in 1..=5 {
        world.store.create_session(session(1, id)).await.unwrap();
    }
    let of_another = SessionRow { owner: user_id(5), ..session(1, 6) };
    world.store.create_session(of_another).await.unwrap();
    let store = &world.store;
    assert_eq!(
        store.create_session(session(1, 1)).await,
        Err(StoreError::Exists("a conversation with this id"))
    );
    let at = START.plus_seconds(9);
    assert_eq!(store.rename_session(one, session_id(2), "Newer", at).await, Ok(true));
    let first = store.sessions(one, user_id(1), page(2)).await.unwrap();
    assert_eq!(ids(&first), [2, 5]);
    let newest = &first[0].row;
    assert_eq!((newest.title.as_str(), newest.owner_name.as_str()), ("Newer", "Person 1"));
    assert_eq!((first[0].access, newest.shared), (Access::Owner, false));
    let cursor = store.session_cursor(&first[1].row);
    let rest = store.sessions(one, user_id(1), before(cursor, 9)).await.unwrap();
    assert_eq!(ids(&rest), [4, 3, 1], "equal instants keep their order");
    let nonsense = store.sessions(one, user_id(1), before("nonsense", 9)).await;
    assert_eq!(nonsense, Ok(Vec::new()));
}

pub async fn renaming_and_deleting(world: World) {
    let one = found(&world, 1).await;
    let (store, id) = (&world.store, session_id(1));
    store.create_session(session(1, 1)).await.unwrap();
    store.create_session(session(1, 2)).await.unwrap();
    let row = |run_number, session: u128| {
        let run = RunRow { session: Some(session_id(session)), ..run(1, run_number) };
        let asked = message(1, session, run_number, Author::User);
        vec![RowWrite::Run(Box::new(run)), RowWrite::Message(asked)]
    };
    let requests =
        vec![top_up(1, 10), with(hold(1, 2), row(1, 1)), with(hold(2, 2), row(2, 2)), settle(1, 2)];
    world.commit(one, requests).await;
    let end = RowWrite::RunChange(ended(2, RunState::Succeeded, Reason::Completed));
    world.done(one, with(settle(2, 1), vec![end])).await;
    let before = store.session(one, id).await.unwrap().unwrap();
    assert_eq!((before.message_count, before.running), (1, Some(run_id(1))));
    let entries = store.entries_of(one, run_id(1)).await.unwrap();

    assert_eq!(store.delete_session(one, id, START).await, Ok(true));
    assert_eq!(store.delete_session(one, id, START).await, Ok(false), "only once");
    assert_eq!(store.session(one, id).await, Ok(None));
    assert_eq!(store.rename_session(one, id, "Back", START).await, Ok(false));
    assert_eq!(store.messages(one, id).await, Ok(Vec::new()));
    assert_eq!(ids(&store.sessions(one, user_id(1), page(9)).await.unwrap()), [2]);
    let run = store.run(one, run_id(1)).await.unwrap().unwrap();
    assert_eq!((run.title.as_str(), run.session), ("Deleted session", Some(id)));
    assert_eq!(store.entries_of(one, run_id(1)).await.unwrap(), entries, "the journal stays");
    let other = store.session(one, session_id(2)).await.unwrap().unwrap();
    assert_eq!((other.message_count, other.credits, other.running), (1, credits(1), None));
    let other = store.run(one, run_id(2)).await.unwrap().unwrap();
    assert_eq!((other.title.as_str(), other.held), ("Run 2", Credits::ZERO));
}

pub async fn messages_keep_their_order(world: World) {
    let one = found(&world, 1).await;
    world.store.create_session(session(1, 1)).await.unwrap();
    // Ids of one instant say nothing about the order: the answer's sorts first here.
    let rows = [9, 3, 7, 1].map(|id| RowWrite::Message(message(1, 1, id, Author::User)));
    world.commit(one, vec![with(top_up(1, 1), rows.to_vec())]).await;
    let messages = world.store.messages(one, session_id(1)).await.unwrap();
    let order: Vec<_> = messages.iter().map(|row| row.id.bits()).collect();
    assert_eq!(order, [9, 3, 7, 1]);
    assert_eq!(messages[0], message(1, 1, 9, Author::User));
}

pub async fn conversations_of_others_are_not_seen(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    store.create_session(session(1, 1)).await.unwrap();
    let row = RowWrite::Message(message(1, 1, 1, Author::User));
    world.commit(one, vec![with(top_up(1, 1), vec![row])]).await;
    let id = session_id(1);
    assert_eq!(store.session(two, id).await, Ok(None));
    assert_eq!(store.messages(two, id).await, Ok(Vec::new()));
    assert_eq!(store.sessions(two, user_id(1), page(9)).await, Ok(Vec::new()));
    assert_eq!(store.rename_session(two, id, "Mine", START).await, Ok(false));
    assert_eq!(store.delete_session(two, id, START).await, Ok(false));
    // A command of another pool writes no message there, and changes none.
    let rows = vec![
        RowWrite::Message(message(1, 1, 2, Author::User)),
        RowWrite::MessageText { session: id, message: message_id(1), text: "mine".to_owned() },
    ];
    world.commit(two, vec![with(top_up(1, 1), rows)]).await;
    let kept = store.messages(one, id).await.unwrap();
    assert_eq!(kept, [message(1, 1, 1, Author::User)]);
}

pub async fn what_may_go_unasked_is_kept(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let (store, id, most) = (&world.store, session_id(1), credits(700));
    store.create_session(session(1, 1)).await.unwrap();
    assert_eq!(store.allow_up_to(two, id, most).await, Ok(false), "not theirs");
    assert_eq!(store.session(one, id).await.unwrap().unwrap().allow_up_to, None);
    assert_eq!(store.allow_up_to(one, id, most).await, Ok(true));
    assert_eq!(store.session(one, id).await.unwrap().unwrap().allow_up_to, Some(most));
    store.delete_session(one, id, START).await.unwrap();
    assert_eq!(store.allow_up_to(one, id, most).await, Ok(false));
}
