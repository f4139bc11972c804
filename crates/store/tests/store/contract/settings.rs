//! Settings, rate cards, remembered replies.

use ampere_store::rows::{ReplyLookup, ReplyRow};

use crate::asks::hash;
use crate::world::{START, World};

pub async fn settings_change_together(world: World) {
    let store = &world.store;
    assert!(store.settings().await.unwrap().is_empty());
    let some = |name: &str, value: &str| (name.to_owned(), Some(value.to_owned()));
    store.set(vec![some("a", "1"), some("b", "2")], None).await.unwrap();
    store.set(vec![some("a", "3"), ("b".to_owned(), None), some("c", "4")], None).await.unwrap();
    let settings = store.settings().await.unwrap();
    let pairs: Vec<_> = settings.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(pairs, [("a", "3"), ("c", "4")]);
}

pub async fn published_rate_cards_never_change(world: World) {
    let store = &world.store;
    assert_eq!(store.publish_rate_card(1, START, "{}").await, Ok(true));
    assert_eq!(store.publish_rate_card(1, START.plus_days(1), "[]").await, Ok(false));
    assert_eq!(store.publish_rate_card(2, START.plus_days(2), "[2]").await, Ok(true));
    let cards = store.rate_cards().await.unwrap();
    let expected = [(1, START, "{}".to_owned()), (2, START.plus_days(2), "[2]".to_owned())];
    assert_eq!(cards, expected);
}

pub async fn a_reply_is_remembered_by_key_and_body(world: World) {
    let store = &world.store;
    let begin = |scope: &'static str, body: &str| {
        let hash = hash(body).0;
        async move { store.begin_reply(scope, "key", hash, START).await.unwrap() }
    };
    let reply = ReplyRow { status: 201, body: "{\"id\":1}".to_owned() };
    assert_eq!(begin("me", "body").await, ReplyLookup::Fresh);
    assert_eq!(begin("me", "body").await, ReplyLookup::InProgress);
    assert_eq!(begin("me", "other").await, ReplyLookup::Mismatch);
    assert_eq!(begin("you", "other").await, ReplyLookup::Fresh, "keys are each caller's own");
    store.end_reply("me", "key", Some(reply.clone())).await.unwrap();
    assert_eq!(begin("me", "body").await, ReplyLookup::Done(reply.clone()));
    assert_eq!(begin("me", "other").await, ReplyLookup::Mismatch);
    // What is answered stays answered.
    store.end_reply("me", "key", None).await.unwrap();
    let second = ReplyRow { status: 500, body: String::new() };
    store.end_reply("me", "key", Some(second)).await.unwrap();
    assert_eq!(begin("me", "body").await, ReplyLookup::Done(reply));
    store.end_reply("you", "key", None).await.unwrap();
    assert_eq!(begin("you", "third").await, ReplyLookup::Fresh, "given back");
}

pub async fn keys_of_an_earlier_process_are_forgotten(world: World) {
    let begin = |world: &World, key: &'static str, at| {
        let store = std::sync::Arc::clone(&world.store);
        async move { store.begin_reply("me", key, hash(key).0, at).await.unwrap() }
    };
    let reply = || Some(ReplyRow { status: 200, body: "{}".to_owned() });
    for (key, seconds) in [("old", 0), ("kept", 100), ("cut off", 100)] {
        let fresh = begin(&world, key, START.plus_seconds(seconds)).await;
        assert_eq!(fresh, ReplyLookup::Fresh);
    }
    world.store.end_reply("me", "old", reply()).await.unwrap();
    world.store.end_reply("me", "kept", reply()).await.unwrap();
    let before = START.plus_seconds(50);
    assert_eq!(world.store.forget_replies(before).await, Ok(1), "a running one of ours stays");
    world.clock.advance(200);
    let world = world.reopened();
    let now = world.clock_now();
    assert_eq!(begin(&world, "cut off", now).await, ReplyLookup::InProgress);
    assert_eq!(world.store.forget_replies(before).await, Ok(1));
    assert_eq!(begin(&world, "cut off", now).await, ReplyLookup::Fresh);
    assert!(matches!(begin(&world, "kept", now).await, ReplyLookup::Done(_)));
    assert_eq!(begin(&world, "old", now).await, ReplyLookup::Fresh);
}
