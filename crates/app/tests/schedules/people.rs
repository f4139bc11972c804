//! What people do with schedules, what they may, and what they are told.

use ampere_app::AppError;
use ampere_app::schedules::{PreviewAsk, ScheduleDraft, ScheduleState};
use ampere_app::spend::WhenShort;
use ampere_app::tasks::What;
use ampere_credits::{OrgId, ScheduleId, UserId};
use ampere_store::rows::{RunState, Trigger};
use serde_json::json;

use crate::stage::{Stage, credits, daily, instant};

#[tokio::test]
async fn every_mistake_in_a_draft_is_named_at_once() {
    let stage = Stage::with("100").await;
    let draft = ScheduleDraft {
        name: " ".to_owned(),
        inputs: json!({"topics": "x"}),
        rule: json!({"every": "daily", "at": "09:10"}),
        zone: "Mars/Olympus".to_owned(),
        max_runs: Some(0),
        cap: Some(credits("0")),
        failure_limit: Some(21),
        ..stage.draft(daily("09:30"), "UTC")
    };
    let Err(AppError::Invalid(mistakes)) = stage.make(&stage.world.owner, draft.clone()).await
    else {
        panic!("it was made");
    };
    let pointers: Vec<&str> = mistakes.iter().map(|one| one.pointer.as_str()).collect();
    let expected = [
        "/name",
        "/max_runs",
        "/failure_limit",
        "/max_credits",
        "/inputs/topic",
        "/inputs/topics",
        "/rule/at",
        "/zone",
    ];
    assert_eq!(pointers, expected);
    for (what, pointer) in [
        (What::Tool("no-such-tool".to_owned()), "/tool"),
        (What::Tool("headlines".to_owned()), "/tool"),
        (What::Workflow(ampere_credits::WorkflowId::from_bits(404)), "/workflow"),
    ] {
        let draft = ScheduleDraft { what, ..stage.draft(daily("09:30"), "UTC") };
        let Err(AppError::Invalid(mistakes)) = stage.make(&stage.world.owner, draft).await else {
            panic!("it was made");
        };
        assert_eq!(mistakes[0].pointer, pointer, "{mistakes:?}");
    }
    assert!(stage.world.app.schedules(&stage.world.owner).await.unwrap().is_empty());
}

#[tokio::test]
async fn members_change_their_own_and_owners_everybodys() {
    let stage = Stage::with("100").await;
    let app = &stage.world.app;
    let (mia, tom) = (stage.member("Mia").await, stage.member("Tom").await);
    let id = stage.make(&mia, stage.draft(daily("09:30"), "UTC")).await.unwrap().row.id;
    let seen = app.schedule(&tom, id).await.unwrap();
    assert!(!seen.can_edit && seen.inputs.is_none(), "Tom sees that it is there");
    assert_eq!(seen.subject_name, "News");
    let was = seen.row.updated_at;
    let draft = || stage.draft(daily("10:30"), "UTC");
    let refused = AppError::ForbiddenRole;
    assert_eq!(app.pause_schedule(&tom, id).await.unwrap_err(), refused);
    assert_eq!(app.resume_schedule(&tom, id).await.unwrap_err(), refused);
    assert_eq!(app.delete_schedule(&tom, id).await.unwrap_err(), refused);
    assert_eq!(app.update_schedule(&tom, id, draft(), was).await.unwrap_err(), refused);
    let now = app.run_schedule_now(&tom, id, WhenShort::Refuse, stage.world.intent("t")).await;
    assert_eq!(now.unwrap_err(), refused);
    assert_eq!(app.schedule(&mia, id).await.unwrap().inputs, Some(json!({"topic": "credits"})));
    let ada = stage.world.owner.clone();
    let edited = app.update_schedule(&ada, id, draft(), was).await.unwrap();
    assert_eq!((edited.row.owner, edited.can_edit), (mia.user, true), "it stays Mia's");
    assert_eq!(stage.run_next(id).await.started_by, mia.user);
    app.delete_schedule(&ada, id).await.unwrap();
    assert_eq!(app.schedule(&mia, id).await.unwrap_err(), AppError::NotFound);
    assert_eq!(stage.runs(id).await.len(), 1, "its runs stay");
}

#[tokio::test]
async fn other_organizations_find_nothing() {
    let stage = Stage::with("100").await;
    let id = stage.schedule(daily("09:30"), "UTC").await;
    let (org, user) = (OrgId::from_bits(404), UserId::from_bits(404));
    let stranger = ampere_app::Caller { org, user, ..stage.world.owner.clone() };
    let app = &stage.world.app;
    for (who, id) in [(&stranger, id), (&stage.world.owner, ScheduleId::from_bits(404))] {
        assert_eq!(app.schedule(who, id).await.unwrap_err(), AppError::NotFound);
        assert_eq!(app.pause_schedule(who, id).await.unwrap_err(), AppError::NotFound);
        assert_eq!(app.delete_schedule(who, id).await.unwrap_err(), AppError::NotFound);
    }
    assert!(app.schedules(&stranger).await.unwrap().is_empty());
}

#[tokio::test]
async fn run_now_is_a_persons_run_among_the_schedules_and_changes_nothing_of_it() {
    let stage = Stage::with("100").await;
    let id = stage.schedule(daily("09:30"), "UTC").await;
    let before = stage.row(id).await;
    let (app, owner) = (&stage.world.app, &stage.world.owner);
    let now = |key| app.run_schedule_now(owner, id, WhenShort::Refuse, stage.world.intent(key));
    let started = now("now").await.unwrap();
    assert!(now("now").await.unwrap().replayed, "the same wish is done once");
    let run = stage.world.ended(started.run.id).await;
    assert_eq!((run.state, run.trigger), (RunState::Succeeded, Trigger::Person));
    assert_eq!(stage.row(id).await, before);
    assert_eq!(stage.runs(id).await.len(), 1);
    let last = app.schedule(owner, id).await.unwrap().last_run.unwrap();
    assert_eq!(last.id, run.id);
    stage.run_next(id).await;
    assert_eq!(stage.row(id).await.runs, 1, "only the clock's are counted");
}

#[tokio::test]
async fn an_edit_of_what_has_changed_since_is_refused() {
    let stage = Stage::with("100").await;
    let (app, owner) = (&stage.world.app, &stage.world.owner);
    let id = stage.schedule(daily("09:30"), "UTC").await;
    let was = stage.row(id).await.updated_at;
    app.pause_schedule(owner, id).await.unwrap();
    let draft = stage.draft(daily("10:30"), "UTC");
    let late = app.update_schedule(owner, id, draft.clone(), was).await;
    assert!(matches!(late, Err(AppError::Conflict(_))), "{late:?}");
    let was = stage.row(id).await.updated_at;
    let view = app.update_schedule(owner, id, draft, was).await.unwrap();
    assert_eq!((view.row.state, view.row.next_at), (ScheduleState::Paused, None), "it stays so");
    stage.go("2026-11-25T12:00:00Z");
    assert_eq!(stage.tick().await.started, 0);
    let view = app.resume_schedule(owner, id).await.unwrap();
    assert_eq!(view.row.next_at, Some(instant("2026-11-26T10:30:00Z")), "nothing is made up");
}

#[tokio::test]
async fn a_preview_tells_the_next_three_and_the_months_credits() {
    let stage = Stage::with("100").await;
    let (app, owner) = (&stage.world.app, &stage.world.owner);
    let ask = |rule, max_runs| PreviewAsk {
        rule,
        zone: "Europe/Berlin".to_owned(),
        what: Some((What::Workflow(stage.workflow), json!({"topic": "credits"}))),
        max_runs,
    };
    let before = stage.world.journal().await;
    let weekly = json!({"every": "weekly", "weekdays": ["monday", "thursday"], "at": "09:00"});
    let preview = app.preview_schedule(owner, ask(weekly, None)).await.unwrap();
    assert_eq!(preview.rule_text, "Every Monday and Thursday at 09:00, Europe/Berlin");
    let texts: Vec<&str> = preview.next_runs.iter().map(|(_, text)| text.as_str()).collect();
    let expected = ["Mon 23 Nov 2026, 09:00", "Thu 26 Nov 2026, 09:00", "Mon 30 Nov 2026, 09:00"];
    assert_eq!(texts, expected);
    assert!(preview.clock_changes.unwrap().contains("once"));
    let typical = preview.usual.unwrap().typical.micros();
    let month = |preview: ampere_app::schedules::Preview| preview.projected_month.unwrap().micros();
    // "About": up to hundredths of a credit below ten, to whole ones from there on.
    let about = |exact: i64| {
        let unit = if exact < 10_000_000 { 10_000 } else { 1_000_000 };
        exact + (unit - exact % unit) % unit
    };
    // 105 Mondays and Thursdays in the next 365 days.
    assert_eq!(month(preview), about(typical * 105 / 12));
    let hourly = json!({"every": "hourly", "minute": 0});
    let whole = app.preview_schedule(owner, ask(hourly.clone(), None)).await.unwrap();
    assert_eq!(month(whole), about(typical * 730));
    let two = app.preview_schedule(owner, ask(hourly, Some(2))).await.unwrap();
    assert_eq!((two.next_runs.len(), month(two)), (2, about(typical * 2)));
    assert_eq!(stage.world.journal().await, before, "looking is free");
    assert!(stage.world.provider.calls().is_empty());
}

#[tokio::test]
async fn the_scheduler_looks_by_itself_when_schedules_change() {
    let stage = Stage::with("100").await;
    let id = stage.schedule(daily("09:30"), "UTC").await;
    let scheduler = tokio::spawn(std::sync::Arc::clone(&stage.world.app).keep_scheduling());
    stage.go("2026-11-22T09:30:00Z");
    // The hand clock wakes nobody; a change does.
    stage.schedule(daily("12:00"), "UTC").await;
    while stage.row(id).await.runs == 0 {
        tokio::task::yield_now().await;
    }
    stage.ended(id).await;
    scheduler.abort();
    stage.world.assert_settled().await;
}
