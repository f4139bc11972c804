//! What the terms of a plan allow: people, schedules, runs at once, overdraft, background work.

use ampere_adapters::ai::scripted::{Script, Step};
use ampere_app::chat::{Ask, Effort};
use ampere_app::schedules::ScheduleDraft;
use ampere_app::spend::Intent;
use ampere_app::tasks::What;
use ampere_app::{AppError, Catalog};
use ampere_credits::ledger::Hash;
use ampere_credits::{Cadence, Credits};
use ampere_store::rows::Role;
use serde_json::json;

use crate::stage::fresh;
use crate::world::World;

const MONTHLY: Cadence = Cadence::Monthly;

/// A catalog with small numbers: without a plan two of everything, with Starter three.
async fn small() -> World {
    let mut catalog = Catalog::built_in().unwrap();
    catalog.limits.people = 2;
    catalog.limits.schedules = 2;
    catalog.limits.parallel_runs = 2;
    let starter = &mut catalog.plans[0];
    (starter.people, starter.schedules, starter.parallel_runs) = (3, 3, 3);
    starter.background_percent = 10;
    starter.overdraft = Credits::whole(7);
    World::under(catalog, "0").await
}

async fn invite(world: &World) -> Result<String, AppError> {
    let made = world.app.create_invitation(&world.owner, Role::Member, None).await?;
    Ok(made.url.unwrap_or_default())
}

fn refused<T: std::fmt::Debug>(result: Result<T, AppError>) -> String {
    match result {
        Err(AppError::LimitReached(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn people_are_those_who_are_there_and_those_who_are_invited() {
    let world = small().await;
    invite(&world).await.unwrap();
    let text = refused(invite(&world).await);
    assert_eq!(
        text,
        "without a plan it is 2 people, invitations included, at most; a plan allows more"
    );
    world.start("starter", MONTHLY).await;
    invite(&world).await.unwrap();
    let text = refused(invite(&world).await);
    assert!(text.starts_with("the plan Starter is for 3 people"), "{text}");
    // One that is taken back makes room.
    let all = world.app.invitations(&world.owner).await.unwrap();
    world.app.revoke_invitation(&world.owner, all[0].id).await.unwrap();
    invite(&world).await.unwrap();
}

async fn schedule(world: &World) -> Result<ampere_credits::ScheduleId, AppError> {
    let draft = ScheduleDraft {
        name: "Mornings".to_owned(),
        what: What::Tool("three-questions".to_owned()),
        inputs: json!({"topic": "sea"}),
        rule: json!({"every": "daily", "at": "09:00"}),
        zone: "UTC".to_owned(),
        max_runs: None,
        cap: None,
        failure_limit: None,
    };
    world.app.create_schedule(&world.owner, draft).await.map(|view| view.row.id)
}

#[tokio::test]
async fn schedules_that_start_by_themselves_are_counted_when_made_and_when_resumed() {
    let world = small().await;
    let first = schedule(&world).await.unwrap();
    schedule(&world).await.unwrap();
    assert!(refused(schedule(&world).await).contains("2 active schedules"));
    // A paused one does not count, and finds no room any more when it comes back.
    world.app.pause_schedule(&world.owner, first).await.unwrap();
    schedule(&world).await.unwrap();
    refused(world.app.resume_schedule(&world.owner, first).await);
    world.start("starter", MONTHLY).await;
    world.app.resume_schedule(&world.owner, first).await.unwrap();
    assert!(refused(schedule(&world).await).contains("Starter"));
}

#[tokio::test]
async fn as_many_runs_at_once_as_the_plan_allows() {
    let world = small().await;
    world.grant("1000").await;
    let mut runs = Vec::new();
    for _ in 0..2 {
        world.provider.push(Script::steps(vec![Step::Text("…".to_owned()), Step::Hang]));
        runs.push(elsewhere(&world).await.unwrap());
    }
    let third = elsewhere(&world).await;
    assert_eq!(third.unwrap_err(), AppError::ConcurrencyLimited { limit: 2 });
    // With room again it goes.
    world.app.cancel_run(&world.owner, runs[0]).await.unwrap();
    world.ended(runs[0]).await;
    world.provider.push(Script::steps(vec![Step::Text("…".to_owned()), Step::Hang]));
    runs.push(elsewhere(&world).await.unwrap());
    for run in &runs[1..] {
        world.app.cancel_run(&world.owner, *run).await.unwrap();
        world.ended(*run).await;
    }
    world.assert_settled().await;
}

/// The reply to the first start was lost, and by now the limit is reached.
#[tokio::test]
async fn a_start_that_is_sent_again_at_the_limit_is_answered_as_it_was() {
    let world = small().await;
    world.grant("1000").await;
    let session = world.app.create_session(&world.owner, None).await.unwrap().row.id;
    let send = async |text: &str, key: &str| {
        let ask = Ask { text: Some(text.to_owned()), effort: Effort::Low, ..Ask::default() };
        let hash = Hash([u8::try_from(text.len()).unwrap(); 32]);
        let intent = Intent { hash, ..world.intent(key) };
        world.app.send_message(&world.owner, session, ask, intent).await.map(|sent| sent.run.id)
    };
    world.provider.push(Script::steps(vec![Step::Text("Hello".to_owned())]));
    let first = send("hi", "first").await.unwrap();
    world.ended(first).await;
    let mut runs = Vec::new();
    for _ in 0..2 {
        world.provider.push(Script::steps(vec![Step::Text("…".to_owned()), Step::Hang]));
        runs.push(elsewhere(&world).await.unwrap());
    }
    let journal = world.journal().await.len();
    assert_eq!(send("hi", "first").await, Ok(first));
    assert_eq!(send("other", "first").await, Err(AppError::IdempotencyMismatch));
    assert_eq!(send("hi", "new").await, Err(AppError::ConcurrencyLimited { limit: 2 }));
    assert_eq!(world.journal().await.len(), journal, "asking again books nothing");
    for run in runs {
        world.app.cancel_run(&world.owner, run).await.unwrap();
        world.ended(run).await;
    }
    world.assert_settled().await;
}

/// A message in a conversation of its own.
async fn elsewhere(world: &World) -> Result<ampere_credits::RunId, AppError> {
    let session = world.app.create_session(&world.owner, None).await.unwrap().row.id;
    let ask = Ask { text: Some("hi".to_owned()), effort: Effort::Low, ..Ask::default() };
    let intent = world.intent(&format!("else-{}", world.unique()));
    world.app.send_message(&world.owner, session, ask, intent).await.map(|sent| sent.run.id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_starts_at_the_same_instant_do_not_pass_the_limit() {
    let world = small().await;
    world.grant("1000").await;
    for _ in 0..8 {
        world.provider.push(Script::steps(vec![Step::Text("…".to_owned()), Step::Hang]));
    }
    let starts = (0..8).map(|_| elsewhere(&world));
    let started: Vec<_> = futures_util::future::join_all(starts).await;
    let went: Vec<_> = started.iter().filter_map(|start| start.as_ref().ok()).collect();
    assert!((1..=2).contains(&went.len()), "{started:?}");
    for run in went {
        world.app.cancel_run(&world.owner, *run).await.unwrap();
        world.ended(*run).await;
    }
}

#[tokio::test]
async fn background_work_and_overdraft_are_the_plans() {
    let world = small().await;
    assert_eq!(world.page().await.overdraft_limit, Credits::whole(200));
    world.start("starter", MONTHLY).await;
    assert_eq!(world.allowances().await, [Credits::whole(1_000)], "a tenth of 10,000");
    assert_eq!(world.page().await.overdraft_limit, Credits::whole(7));
    world.assert_settled().await;
}

#[tokio::test]
async fn when_a_plan_ends_its_terms_end_and_nothing_is_taken_away() {
    let world = small().await;
    world.start("starter", MONTHLY).await;
    for _ in 0..3 {
        schedule(&world).await.unwrap();
    }
    world.app.cancel_plan(&world.owner, None).await.unwrap();
    let until = world.page().await.ends_at.unwrap();
    world.pass_to(until).await;
    assert!(refused(schedule(&world).await).contains("without a plan"));
    let rows = world.store.schedules(world.owner.org).await.unwrap();
    assert_eq!(rows.len(), 3);
}

#[tokio::test]
async fn without_plans_the_catalogs_limits_hold() {
    let world = fresh().await;
    for _ in 0..4 {
        invite(&world).await.unwrap();
    }
    refused(invite(&world).await);
}
