//! Webhooks as they came.

use ampere_store::rows::*;

use crate::world::{START, World};

fn hook(event: &str, seconds: i64) -> HookRow {
    HookRow {
        provider: "sandbox".to_owned(),
        event: event.to_owned(),
        kind: "payment.paid".to_owned(),
        about: Some("customer cus_1".to_owned()),
        headers: "[]".to_owned(),
        body: vec![0, 159, 146, 150],
        state: HookState::Waiting,
        tries: 0,
        error: None,
        received_at: START.plus_seconds(seconds),
        next_at: START.plus_seconds(seconds),
        done_at: None,
    }
}

fn mark(event: &str, state: HookState, seconds: i64) -> HookMark {
    let at = START.plus_seconds(seconds);
    HookMark {
        provider: "sandbox".to_owned(),
        event: event.to_owned(),
        state,
        tries: 1,
        error: Some("no answer".to_owned()),
        next_at: at,
        done_at: (state != HookState::Waiting).then_some(at),
    }
}

pub async fn a_webhook_is_kept_once_for_its_event_and_as_it_came(world: World) {
    let store = &world.store;
    assert_eq!(store.keep_hook(hook("evt 1", 0)).await, Ok(true));
    let again = HookRow { body: vec![1], ..hook("evt 1", 5) };
    assert_eq!(store.keep_hook(again).await, Ok(false));
    assert_eq!(store.hook("sandbox", "evt 1").await, Ok(Some(hook("evt 1", 0))));
    assert_eq!(store.hook("stripe", "evt 1").await, Ok(None));
    let other = HookRow { provider: "stripe".to_owned(), ..hook("evt 1", 0) };
    assert_eq!(store.keep_hook(other).await, Ok(true), "another provider's");
}

pub async fn webhooks_wait_until_they_are_followed(world: World) {
    let store = &world.store;
    for (event, seconds) in [("evt 2", 20), ("evt 1", 10), ("evt 3", 30)] {
        store.keep_hook(hook(event, seconds)).await.unwrap();
    }
    let due = |seconds, limit| async move {
        let due = store.hooks_due(START.plus_seconds(seconds), limit).await.unwrap();
        due.into_iter().map(|due| (due.event, due.tries)).collect::<Vec<_>>()
    };
    let of = |event: &str, tries| (event.to_owned(), tries);
    assert_eq!(due(9, 9).await, []);
    assert_eq!(due(30, 2).await, [of("evt 1", 0), of("evt 2", 0)]);
    store.mark_hook(mark("evt 1", HookState::Waiting, 40)).await.unwrap();
    assert_eq!(due(30, 9).await, [of("evt 2", 0), of("evt 3", 0)]);
    assert_eq!(due(40, 9).await, [of("evt 2", 0), of("evt 3", 0), of("evt 1", 1)]);
    for event in ["evt 1", "evt 2"] {
        store.mark_hook(mark(event, HookState::Done, 50)).await.unwrap();
    }
    store.mark_hook(mark("evt 2", HookState::Waiting, 60)).await.unwrap();
    assert_eq!(due(99, 9).await, [of("evt 3", 0)], "what was followed stays so");
    let kept = store.hook("sandbox", "evt 2").await.unwrap().unwrap();
    assert_eq!((kept.state, kept.done_at), (HookState::Done, Some(START.plus_seconds(50))));
}
