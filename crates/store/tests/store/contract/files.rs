//! Files and their quota.

use std::sync::Arc;

use ampere_store::ports::StoreError;
use tokio::task::JoinSet;

use crate::people::*;
use crate::work::*;
use crate::world::World;

pub async fn files_are_kept_within_the_quota(world: World) {
    let one = found(&world, 1).await;
    join(&world, 1, 5).await;
    let store = &world.store;
    let add = |id: u128, size: usize| {
        // What the row says of the size does not count.
        store.add_file(file(1, id, 1), vec![7; size], 100)
    };
    assert_eq!(add(1, 60).await, Ok(true));
    assert_eq!(add(2, 41).await, Ok(false), "one byte too many");
    assert_eq!(add(3, 40).await, Ok(true));
    assert_eq!(add(4, 1).await, Ok(false));
    assert_eq!(add(5, 0).await, Ok(true), "nothing needs no room");
    assert_eq!(store.files_size(one).await, Ok(100));
    assert_eq!(store.file(one, file_id(3)).await, Ok(Some(file(1, 3, 40))));
    assert_eq!(store.file_bytes(one, file_id(3)).await, Ok(Some(vec![7; 40])));
    assert_eq!(store.file_bytes(one, file_id(5)).await, Ok(Some(Vec::new())));
    assert_eq!(store.file(one, file_id(2)).await, Ok(None), "nothing of it stays");
    assert_eq!(store.delete_file(one, file_id(1)).await, Ok(true));
    assert_eq!(store.delete_file(one, file_id(1)).await, Ok(false));
    assert_eq!(store.file_bytes(one, file_id(1)).await, Ok(None));
    assert_eq!(store.files_size(one).await, Ok(40));
    let again = add(3, 10).await;
    assert_eq!(again, Err(StoreError::Exists("a file with this id")));
    assert_eq!(store.files_size(one).await, Ok(40), "nothing was taken for it");
    let of_another = ampere_store::rows::FileRow { owner: user_id(5), ..file(1, 6, 0) };
    assert_eq!(store.add_file(of_another, vec![1; 60], 100).await, Ok(true));
    let ids = |owner: Option<u128>, page| async move {
        let rows = store.files(one, owner.map(user_id), page).await.unwrap();
        rows.into_iter().map(|row| row.id.bits()).collect::<Vec<_>>()
    };
    assert_eq!(ids(None, page(2)).await, [6, 5]);
    assert_eq!(ids(None, before(file_id(5), 2)).await, [3]);
    assert_eq!(ids(Some(1), page(9)).await, [5, 3]);
    assert_eq!(ids(Some(1), before(file_id(5), 9)).await, [3]);
    assert_eq!(ids(Some(5), page(9)).await, [6]);
}

pub async fn files_of_others_are_not_seen(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    assert_eq!(store.add_file(file(1, 1, 0), vec![1, 2], 9).await, Ok(true));
    assert_eq!(store.file(two, file_id(1)).await, Ok(None));
    assert_eq!(store.file_bytes(two, file_id(1)).await, Ok(None));
    assert_eq!(store.files(two, None, page(9)).await, Ok(Vec::new()));
    assert_eq!(store.files(two, Some(user_id(1)), page(9)).await, Ok(Vec::new()));
    assert_eq!(store.files_size(two).await, Ok(0));
    assert_eq!(store.delete_file(two, file_id(1)).await, Ok(false));
    assert_eq!(store.file_bytes(one, file_id(1)).await, Ok(Some(vec![1, 2])));
    assert_eq!(store.files_size(crate::asks::org(9)).await, Ok(0), "no such organization");
}

pub async fn a_quota_holds_however_many_come_at_once(world: World) {
    let one = found(&world, 1).await;
    let mut tasks = JoinSet::new();
    for id in 1..=32 {
        let store = Arc::clone(&world.store);
        tasks.spawn(async move { store.add_file(file(1, id, 0), vec![0; 10], 75).await.unwrap() });
    }
    let kept = tasks.join_all().await.into_iter().filter(|kept| *kept).count();
    assert_eq!(kept, 7);
    assert_eq!(world.store.files_size(one).await, Ok(70));
    let rows = world.store.files(one, None, page(200)).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.size).sum::<u64>(), 70);
}
