//! Starts: each instant once, whoever looks; what was missed is not made up; the rest goes on.

use ampere_app::schedules::ScheduleState;
use ampere_store::rows::{RunState, Trigger};
use serde_json::json;

use crate::stage::{Stage, daily, instant};

#[tokio::test]
async fn a_schedule_starts_in_its_time_and_pays_like_any_run() {
    let stage = Stage::with("100").await;
    let id = stage.schedule(daily("10:15"), "Europe/Berlin").await;
    assert_eq!(stage.row(id).await.next_at, Some(instant("2026-11-22T09:15:00Z")));
    stage.go("2026-11-22T09:14:00Z");
    assert_eq!(stage.tick().await.started, 0, "before its time");
    stage.go("2026-11-22T09:15:00Z");
    assert_eq!(stage.tick().await.started, 1);
    let run = stage.ended(id).await;
    assert_eq!((run.state, run.trigger), (RunState::Succeeded, Trigger::Schedule));
    assert_eq!((run.schedule, run.started_by), (Some(id), stage.world.owner.user));
    assert!(run.charged.is_positive());
    let row = stage.row(id).await;
    assert_eq!((row.runs, row.last_run), (1, Some(run.id)));
    assert_eq!(row.next_at, Some(instant("2026-11-23T09:15:00Z")));
    assert_eq!(stage.tick().await.started, 0, "once");
    stage.world.assert_settled().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_at_the_same_instant_start_it_once() {
    let stage = Stage::with("10000").await;
    let second = stage.world.restarted().await;
    let mut ids = Vec::new();
    for _ in 0..8 {
        ids.push(stage.schedule(json!({"every": "hourly", "minute": 0}), "UTC").await);
    }
    for round in 1..=6 {
        let next = stage.row(ids[0]).await.next_at.unwrap();
        stage.go_to(next);
        let (one, other) = tokio::join!(stage.world.app.tick_schedules(), async {
            second.app.tick_schedules().await
        });
        let started = one.unwrap().started + other.unwrap().started;
        assert!(started >= 8, "each by one of them at least: {started}");
        for id in &ids {
            let row = stage.row(*id).await;
            assert_eq!(row.runs, round, "counted once");
            assert_eq!(stage.runs(*id).await.len(), usize::try_from(round).unwrap());
            // It works in one of them.
            while !stage.runs(*id).await.iter().all(|run| run.state.ended()) {
                tokio::task::yield_now().await;
            }
        }
    }
    let calls = stage.world.provider.calls().len() + second.provider.calls().len();
    assert_eq!(calls, 8 * 6, "the model was asked once for each run");
    stage.world.assert_settled().await;
}

#[tokio::test]
async fn a_restart_between_starts_nothing_twice_and_makes_nothing_up() {
    let mut stage = Stage::with("100").await;
    let id = stage.schedule(json!({"every": "hourly", "minute": 30}), "UTC").await;
    stage.go("2026-11-22T09:30:00Z");
    assert_eq!(stage.tick().await.started, 1);
    stage.ended(id).await;
    stage.world = stage.world.restarted().await;
    assert_eq!(stage.tick().await.started, 0, "that instant had its run");
    // Down from 09:31 to 14:40: 10:30 to 13:30 are lost, 14:30 is late but has its run.
    stage.go("2026-11-22T14:40:00Z");
    stage.world = stage.world.restarted().await;
    assert_eq!(stage.tick().await.started, 1);
    stage.ended(id).await;
    let row = stage.row(id).await;
    assert_eq!((row.runs, row.next_at), (2, Some(instant("2026-11-22T15:30:00Z"))));
    // Down until 20 minutes after an instant: that is too late.
    stage.go("2026-11-22T15:50:00Z");
    assert_eq!(stage.tick().await.started, 0);
    let view = stage.view(id).await;
    assert_eq!(view.row.next_at, Some(instant("2026-11-22T16:30:00Z")));
    let note = view.note.unwrap();
    assert!(note.starts_with("Missed on 22 Nov, 15:30"), "{note}");
    assert_eq!(view.row.failures, 0, "that was no failure");
    stage.run_next(id).await;
    assert_eq!(stage.row(id).await.note, None, "it goes on");
}

#[tokio::test]
async fn the_last_run_of_a_number_completes_it() {
    let stage = Stage::with("100").await;
    let draft = stage.draft(daily("10:15"), "UTC");
    let draft = ampere_app::schedules::ScheduleDraft { max_runs: Some(2), ..draft };
    let view = stage.make(&stage.world.owner, draft.clone()).await.unwrap();
    assert_eq!(view.next_runs.len(), 2, "no more will come");
    let id = view.row.id;
    stage.run_next(id).await;
    assert_eq!(stage.row(id).await.state, ScheduleState::Active);
    stage.run_next(id).await;
    let row = stage.row(id).await;
    assert_eq!((row.state, row.next_at, row.runs), (ScheduleState::Completed, None, 2));
    stage.world.clock.advance_seconds(3 * 86_400);
    assert_eq!(stage.tick().await.started, 0);
    let app = &stage.world.app;
    assert!(app.resume_schedule(&stage.world.owner, id).await.is_err());
    assert!(app.pause_schedule(&stage.world.owner, id).await.is_err());
    let more = ampere_app::schedules::ScheduleDraft { max_runs: Some(3), ..draft };
    let row = stage.row(id).await;
    app.update_schedule(&stage.world.owner, id, more, row.updated_at).await.unwrap();
    stage.run_next(id).await;
    assert_eq!(stage.row(id).await.state, ScheduleState::Completed);
}

#[tokio::test]
async fn clocks_that_change_give_each_day_one_run() {
    let stage = Stage::with("100").await;
    let id = stage.schedule(daily("02:30"), "Europe/Berlin").await;
    for expected in [
        "2027-03-28T01:00:00Z",
        "2027-03-29T00:30:00Z",
        "2027-10-31T00:30:00Z",
        "2027-11-01T01:30:00Z",
    ] {
        let expected = instant(expected);
        stage.go_to(expected.plus_seconds(-3 * 3_600));
        stage.tick().await;
        let before = stage.runs(id).await.len();
        for _ in 0..72 {
            stage.world.clock.advance_seconds(300);
            stage.tick().await;
        }
        let runs = stage.runs(id).await;
        assert_eq!(runs.len(), before + 1, "one in the night of {expected}");
        let late = runs[before].created_at.seconds_since(expected);
        assert!((0..310).contains(&late), "{late} s after {expected}");
    }
    for run in stage.runs(id).await {
        stage.world.ended(run.id).await;
    }
    stage.world.assert_settled().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_at_the_very_instant_has_its_way() {
    let stage = Stage::with("100000").await;
    let owner = &stage.world.owner;
    let id = stage.schedule(json!({"every": "hourly", "minute": 0}), "UTC").await;
    let rules = [
        daily("06:00"),
        json!({"every": "hourly", "minute": 15}),
        json!({"every": "monthly", "day": 31, "at": "00:00"}),
        json!({"every": "hourly", "minute": 0}),
    ];
    let mut edited = 0;
    for round in 0..40 {
        stage.go_to(stage.row(id).await.next_at.unwrap());
        let draft = stage.draft(rules[round % rules.len()].clone(), "UTC");
        let (ticked, change) = tokio::join!(stage.world.app.tick_schedules(), async {
            let was = stage.row(id).await.updated_at;
            stage.world.app.update_schedule(owner, id, draft, was).await
        });
        ticked.unwrap();
        edited += u32::from(change.is_ok());
        let view = stage.view(id).await;
        let zone = ampere_credits::Zone::utc();
        let rule = ampere_app::schedules::rule::Rule::read(&view.rule).unwrap();
        let recurrence = ampere_app::schedules::recurrence::Recurrence::new(&rule, &zone).unwrap();
        let now = ampere_credits::Clock::now(&*stage.world.clock);
        let next = view.row.next_at.unwrap();
        let expected = recurrence.next_after(now).unwrap();
        assert_eq!(next, expected, "round {round}: {}", view.rule_text);
    }
    assert!(edited > 0, "no edit ever came through");
}
