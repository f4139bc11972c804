//! Schedules, and how their runs' commits change them.

use ampere_store::ports::StoreError;
use ampere_store::rows::*;

use crate::asks::*;
use crate::people::*;
use crate::work::*;
use crate::world::{START, World};

fn ids(rows: &[ScheduleRow]) -> Vec<u128> {
    rows.iter().map(|row| row.id.bits()).collect()
}

async fn stored(world: &World, id: u128) -> ScheduleRow {
    world.store.schedule(org(1), schedule_id(id)).await.unwrap().unwrap()
}

pub async fn schedules_are_made_edited_and_deleted(world: World) {
    let one = found(&world, 1).await;
    join(&world, 1, 5).await;
    let store = &world.store;
    for id in [2, 1] {
        store.create_schedule(schedule(1, id)).await.unwrap();
    }
    let of_another = ScheduleRow {
        owner: user_id(5),
        owner_name: "Person 5".to_owned(),
        max_runs: None,
        cap: None,
        next_at: None,
        ..schedule(1, 3)
    };
    store.create_schedule(of_another.clone()).await.unwrap();
    let taken = store.create_schedule(schedule(1, 1)).await;
    assert_eq!(taken, Err(StoreError::Exists("a schedule with this id")));
    assert_eq!(stored(&world, 1).await, schedule(1, 1));
    assert_eq!(stored(&world, 3).await, of_another);
    assert_eq!(ids(&store.schedules(one).await.unwrap()), [1, 2, 3]);
    assert_eq!(ids(&store.schedules_of(one, user_id(5)).await.unwrap()), [3]);

    let edited = ScheduleRow {
        name: "Edited".to_owned(),
        kind: RunKind::Workflow,
        subject: "wf".to_owned(),
        inputs: "[]".to_owned(),
        rule: "{}".to_owned(),
        zone: "UTC".to_owned(),
        max_runs: None,
        cap: None,
        failure_limit: 7,
        state: ScheduleState::Paused,
        note: Some("Paused by Person 1.".to_owned()),
        next_at: None,
        runs: 3,
        failures: 1,
        last_run: Some(run_id(8)),
        needed: credits(4),
        updated_at: START.plus_seconds(9),
        ..schedule(1, 1)
    };
    assert_eq!(store.update_schedule(edited.clone(), START).await, Ok(true));
    assert_eq!(store.update_schedule(schedule(1, 1), START).await, Ok(false), "changed since");
    assert_eq!(store.update_schedule(schedule(1, 9), START).await, Ok(false));
    assert_eq!(stored(&world, 1).await, edited);
    assert_eq!(store.delete_schedule(one, schedule_id(2)).await, Ok(true));
    assert_eq!(store.delete_schedule(one, schedule_id(2)).await, Ok(false));
    assert_eq!(ids(&store.schedules(one).await.unwrap()), [1, 3]);
}

pub async fn schedules_whose_time_has_come_are_found_in_all_pools(world: World) {
    found(&world, 1).await;
    found(&world, 2).await;
    let store = &world.store;
    let due = |number, id, seconds| ScheduleRow {
        next_at: Some(START.plus_seconds(seconds)),
        ..schedule(number, id)
    };
    let state = |row: ScheduleRow, state| ScheduleRow { state, ..row };
    store.create_schedule(due(1, 1, 30)).await.unwrap();
    store.create_schedule(due(2, 2, 20)).await.unwrap();
    store.create_schedule(due(1, 3, 40)).await.unwrap();
    store.create_schedule(state(due(1, 4, 10), ScheduleState::Paused)).await.unwrap();
    let short = state(due(2, 5, 10), ScheduleState::PausedNoCredits);
    store.create_schedule(short).await.unwrap();
    store.create_schedule(ScheduleRow { next_at: None, ..schedule(1, 6) }).await.unwrap();
    let due = |seconds, limit| async move {
        ids(&store.due_schedules(START.plus_seconds(seconds), limit).await.unwrap())
    };
    assert_eq!(due(19, 9).await, [0u128; 0]);
    assert_eq!(due(30, 9).await, [2, 1], "longest due first");
    assert_eq!(due(99, 9).await, [2, 1, 3]);
    assert_eq!(due(99, 2).await, [2, 1]);
    assert_eq!(ids(&store.schedules_short().await.unwrap()), [5]);
}

pub async fn its_runs_are_counted_by_their_commits(world: World) {
    let one = found(&world, 1).await;
    let store = &world.store;
    store.create_schedule(schedule(1, 1)).await.unwrap();
    world.done(one, top_up(1, 100)).await;
    world.clock.advance(60);
    world.done(one, with(hold(1, 2), scheduled(1, 1, Some(120)))).await;
    let now = world.clock_now();
    let expected = ScheduleRow {
        runs: 1,
        last_run: Some(run_id(1)),
        next_at: Some(START.plus_seconds(120)),
        needed: credits(2),
        updated_at: now,
        ..schedule(1, 1)
    };
    assert_eq!(stored(&world, 1).await, expected);
    let replayed = with(hold(1, 2), scheduled(1, 1, Some(120)));
    world.commit(one, vec![replayed]).await;
    assert_eq!(stored(&world, 1).await, expected, "never twice");
    let stale = store.update_schedule(schedule(1, 1), START).await;
    assert_eq!(stale, Ok(false), "an edit of what was before the run");
    let run = store.run(one, run_id(1)).await.unwrap().unwrap();
    assert_eq!((run.trigger, run.schedule), (Trigger::Schedule, Some(schedule_id(1))));

    let end = |id, failed| with(settle(id, 1), vec![schedule_ended(1, id, failed)]);
    world.done(one, end(1, true)).await;
    let after = stored(&world, 1).await;
    assert_eq!((after.failures, after.state), (1, ScheduleState::Active));
    assert!(after.updated_at > now, "later, though the clock stands still");
    world.done(one, with(hold(2, 2), scheduled(1, 2, Some(180)))).await;
    world.done(one, end(2, false)).await;
    assert_eq!(stored(&world, 1).await.failures, 0, "in a row");
    for id in [3, 4] {
        world.done(one, with(hold(id, 2), scheduled(1, id, Some(240)))).await;
        // A run that is none of its own does not count.
        let foreign = schedule_ended(1, 99, true);
        world.done(one, with(settle(id, 1), vec![foreign, schedule_ended(1, id, true)])).await;
    }
    let after = stored(&world, 1).await;
    assert_eq!((after.failures, after.state), (2, ScheduleState::NeedsAttention));
    assert_eq!(after.runs, 4);

    let completed = ScheduleRow { failure_limit: 1, ..schedule(1, 2) };
    store.create_schedule(completed).await.unwrap();
    world.done(one, with(hold(5, 2), scheduled(2, 5, None))).await;
    let after = stored(&world, 2).await;
    assert_eq!((after.state, after.next_at), (ScheduleState::Completed, None));
    world.done(one, with(settle(5, 1), vec![schedule_ended(2, 5, true)])).await;
    let after = stored(&world, 2).await;
    assert_eq!((after.state, after.failures), (ScheduleState::Completed, 1), "it stays so");
}

pub async fn schedules_of_others_are_not_seen(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let (store, id) = (&world.store, schedule_id(1));
    store.create_schedule(schedule(1, 1)).await.unwrap();
    assert_eq!(store.schedule(two, id).await, Ok(None));
    assert_eq!(store.schedules(two).await, Ok(Vec::new()));
    assert_eq!(store.schedules_of(two, user_id(1)).await, Ok(Vec::new()));
    assert_eq!(store.delete_schedule(two, id).await, Ok(false));
    let foreign = ScheduleRow { org: two, ..schedule(1, 1) };
    assert_eq!(store.update_schedule(foreign, START).await, Ok(false));
    let mut rows = scheduled(1, 1, Some(999));
    rows.push(schedule_ended(1, 1, true));
    world.commit(two, vec![with(top_up(1, 1), rows)]).await;
    assert_eq!(store.schedule(one, id).await, Ok(Some(schedule(1, 1))));
}
