//! A server that dies: the next one settles what it left, once, from what was recorded.

use ampere_adapters::ai::scripted::{Gate, Script, Step};
use ampere_credits::ledger::{EndKind, Fact};
use ampere_store::rows::{Reason, RunState};

use crate::world::{World, credits, pieces};

#[tokio::test]
async fn a_run_of_a_dead_server_is_settled_once_from_the_recorded_usage() {
    let world = World::with("1000").await;
    let gate = Gate::new();
    let mut steps = pieces(&["The beginning "]);
    steps.extend([Step::Wait(gate.clone()), Step::Hang]);
    world.provider.push(Script::steps(steps));
    let sent = world.ask("a story").await.unwrap();
    world.shown(sent.run.id, "The beginning").await;
    gate.reached().await;
    world.recorded(sent.run.id).await;

    // The first process never ends its run: for the next one it is dead.
    let next = world.restarted().await;
    assert_eq!(next.app.recover().await.unwrap(), 1);
    let run = next.store.run(world.owner.org, sent.run.id).await.unwrap().unwrap();
    assert_eq!((run.state, run.reason), (RunState::Failed, Some(Reason::ServerRestarted)));
    assert!(run.estimated && run.charged.is_positive());
    let messages = next.app.list_messages(&next.owner, next.session).await.unwrap();
    assert_eq!(messages[1].text, "The beginning ", "what was delivered is kept");
    next.assert_settled().await;

    assert_eq!(next.app.recover().await.unwrap(), 0, "once");
    let ends = next.journal().await;
    let ended = ends.iter().filter(|entry| matches!(entry.fact, Fact::Ended { .. })).count();
    assert_eq!(ended, 1);
}

#[tokio::test]
async fn a_run_that_died_before_its_first_output_costs_nothing() {
    let world = World::with("1000").await;
    world.provider.push(Script::steps(vec![Step::Hang]));
    world.ask("hi").await.unwrap();
    world.provider.until(|calls| !calls.is_empty()).await;
    let next = world.restarted().await;
    assert_eq!(next.app.recover().await.unwrap(), 1);
    assert_eq!(next.balance().await.available, credits("1000"));
    let released = next
        .journal()
        .await
        .iter()
        .any(|entry| matches!(entry.fact, Fact::Ended { how: EndKind::Released, .. }));
    assert!(released);
    next.assert_settled().await;
}

#[tokio::test]
async fn an_orderly_shut_down_settles_what_runs() {
    let world = World::with("1000").await;
    let mut steps = pieces(&["Half an "]);
    steps.push(Step::Hang);
    world.provider.push(Script::steps(steps));
    let sent = world.ask("hi").await.unwrap();
    world.shown(sent.run.id, "Half an").await;
    world.app.shut_down(std::time::Duration::from_secs(30)).await;
    let run = world.ended(sent.run.id).await;
    assert_eq!(run.reason, Some(Reason::ServerRestarted));
    world.assert_settled().await;
}

#[tokio::test]
async fn a_sweep_books_expiry_and_settles_holds_past_their_deadline() {
    let world = World::with("0").await;
    let soon = world.app.now().plus_seconds(1_800);
    world.grant_until("50", Some(soon)).await;
    world.provider.push(Script::steps(vec![Step::Hang]));
    let sent = world.ask("hi").await.unwrap();
    world.provider.until(|calls| !calls.is_empty()).await;
    world.clock.advance_seconds(3_601);
    let next = world.restarted().await;
    next.app.sweep().await.unwrap();
    let run = next.store.run(world.owner.org, sent.run.id).await.unwrap().unwrap();
    assert!(run.state.ended());
    let pool = next.store.pool(world.owner.org).await.unwrap();
    assert_eq!(pool.expired, credits("50"), "given back after expiry is booked as expired");
    next.assert_settled().await;
}
