//! Stills of browser sessions.

use ampere_store::rows::StillRow;

use super::runs::start;
use crate::asks::*;
use crate::people::*;
use crate::world::{START, World};

fn still(number: u128, run: u128, at: u32) -> StillRow {
    StillRow {
        org: org(number),
        run: run_id(run),
        number: at,
        taken_at: START.plus_seconds(i64::from(at)),
        url: format!("https://example.com/{at}"),
        title: format!("Page {at}"),
        action: "Clicked “Next”".to_owned(),
    }
}

pub async fn stills_are_kept_in_order_until_they_are_old(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    start(&world, 1, vec![run(1, 7)]).await;
    let store = &world.store;
    for at in [2, 1, 3] {
        store.keep_still(still(1, 7, at), vec![7, at as u8]).await.unwrap();
    }
    store.keep_still(still(1, 7, 1), vec![9]).await.unwrap();
    let all = vec![still(1, 7, 1), still(1, 7, 2), still(1, 7, 3)];
    assert_eq!(store.stills(one, run_id(7)).await, Ok(all));
    assert_eq!(store.still_bytes(one, run_id(7), 1).await, Ok(Some(vec![7, 1])), "the first stays");
    assert_eq!(store.still_bytes(one, run_id(7), 4).await, Ok(None));
    assert_eq!(store.still_bytes(two, run_id(7), 1).await, Ok(None));
    assert_eq!(store.stills(two, run_id(7)).await, Ok(Vec::new()));
    store.keep_still(still(1, 8, 1), vec![1]).await.unwrap();
    assert_eq!(store.stills(one, run_id(8)).await, Ok(Vec::new()), "there is no such run");
    assert_eq!(store.forget_stills(START.plus_seconds(2)).await, Ok(1));
    assert_eq!(store.still_bytes(one, run_id(7), 1).await, Ok(None));
    assert_eq!(store.stills(one, run_id(7)).await.map(|all| all.len()), Ok(2));
}

pub async fn stills_go_with_their_conversation(world: World) {
    let one = found(&world, 1).await;
    let store = &world.store;
    store.create_session(session(1, 3)).await.unwrap();
    let mut of_session = run(1, 7);
    of_session.session = Some(session_id(3));
    start(&world, 1, vec![of_session]).await;
    store.keep_still(still(1, 7, 1), vec![1]).await.unwrap();
    assert_eq!(store.delete_session(one, session_id(3), START.plus_seconds(9)).await, Ok(true));
    assert_eq!(store.stills(one, run_id(7)).await, Ok(Vec::new()));
    store.keep_still(still(1, 7, 2), vec![1]).await.unwrap();
    assert_eq!(store.stills(one, run_id(7)).await, Ok(Vec::new()), "and none comes after");
}
