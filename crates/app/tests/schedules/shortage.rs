//! Short of credits: nothing runs, nothing is charged, it is no failure, and it heals by itself.

use ampere_adapters::ai::scripted::{Gate, Script};
use ampere_app::AppError;
use ampere_app::schedules::ScheduleState;
use ampere_credits::Credits;

use crate::stage::{Stage, credits, daily, instant};

#[tokio::test]
async fn without_credits_it_pauses_and_says_so() {
    let stage = Stage::with("0").await;
    let id = stage.schedule(daily("09:00"), "Europe/Berlin").await;
    stage.go("2026-11-23T08:00:00Z");
    let before = stage.world.journal().await;
    assert_eq!(stage.tick().await.started, 0);
    let row = stage.row(id).await;
    assert_eq!((row.state, row.next_at), (ScheduleState::PausedNoCredits, None));
    let told = "Paused: not enough credits on 23 Nov, 09:00. Nothing was run or charged.";
    assert_eq!(row.note.as_deref(), Some(told));
    assert_eq!((row.failures, row.runs), (0, 0));
    assert!(row.needed.is_positive());
    assert!(stage.runs(id).await.is_empty() && stage.world.journal().await == before);
    assert!(stage.world.provider.calls().is_empty());
    assert_eq!(stage.tick().await.short, 1);
}

#[tokio::test]
async fn credits_that_come_let_it_go_on_with_its_next_instant() {
    let stage = Stage::with("0").await;
    let id = stage.schedule(daily("09:00"), "UTC").await;
    stage.go("2026-11-23T09:00:00Z");
    stage.tick().await;
    // Too few: it goes on waiting.
    let needed = stage.row(id).await.needed;
    stage.world.grant("0.01").await;
    assert!(needed > credits("0.01"));
    assert_eq!(stage.tick().await.resumed, 0);
    let owner = &stage.world.owner;
    let Err(AppError::InsufficientCredits(shortage)) =
        stage.world.app.resume_schedule(owner, id).await
    else {
        panic!("it was resumed without credits");
    };
    assert_eq!((shortage.required, shortage.available), (needed, credits("0.01")));
    // Two days later there are enough. The missed days are not made up.
    stage.go("2026-11-25T12:00:00Z");
    stage.world.grant("100").await;
    assert_eq!(stage.tick().await.resumed, 1);
    let row = stage.row(id).await;
    assert_eq!((row.state, row.note), (ScheduleState::Active, None));
    assert_eq!(row.next_at, Some(instant("2026-11-26T09:00:00Z")));
    assert!(stage.runs(id).await.is_empty());
    stage.run_next(id).await;
    assert_eq!(stage.row(id).await.runs, 1);
    stage.world.assert_settled().await;
}

#[tokio::test]
async fn what_a_person_paused_stays_so_when_credits_come() {
    let stage = Stage::with("0").await;
    let (app, owner) = (&stage.world.app, &stage.world.owner);
    let id = stage.schedule(daily("09:00"), "UTC").await;
    stage.go("2026-11-23T09:00:00Z");
    stage.tick().await;
    let view = app.pause_schedule(owner, id).await.unwrap();
    assert_eq!(view.note.as_deref(), Some("Paused by Ada."));
    stage.world.grant("100").await;
    assert_eq!(stage.tick().await.resumed, 0);
    assert_eq!(stage.row(id).await.state, ScheduleState::Paused);
    let view = app.resume_schedule(owner, id).await.unwrap();
    assert_eq!((view.row.state, view.note), (ScheduleState::Active, None));
    stage.run_next(id).await;
}

#[tokio::test]
async fn of_two_only_the_one_that_can_be_paid_starts() {
    let stage = Stage::with("0").await;
    let first = stage.schedule(daily("09:30"), "UTC").await;
    let second = stage.schedule(daily("09:30"), "UTC").await;
    // Enough for one hold and a half.
    let hold = stage.view(first).await.usual.unwrap().hold;
    stage.world.grant(&Credits::from_micros(hold.micros() / 2 * 3).to_string()).await;
    let gate = Gate::new();
    let held = gate.clone();
    stage.world.provider.otherwise(move |_| Script::answer(&["Well."], 10, 2).held(&held));
    stage.go("2026-11-22T09:30:00Z");
    assert_eq!(stage.tick().await.started, 1);
    let states = [stage.row(first).await.state, stage.row(second).await.state];
    assert_eq!(states, [ScheduleState::Active, ScheduleState::PausedNoCredits]);
    assert_eq!(stage.row(second).await.failures, 0);
    assert_eq!(stage.tick().await.resumed, 0, "the first one still holds its credits");
    gate.open();
    stage.ended(first).await;
    assert_eq!(stage.tick().await.resumed, 1, "what it gave back is enough");
    stage.world.app.pause_schedule(&stage.world.owner, first).await.unwrap();
    stage.run_next(second).await;
    stage.world.assert_settled().await;
}
