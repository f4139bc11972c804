//! What is charged: exact seconds and exact tokens.

use ampere_adapters::browser::Action;
use ampere_app::browser::{BrowserAsk, Phase};
use ampere_store::rows::{Reason, RunState, StepKind};
use serde_json::json;

use super::stage::{done, task, turn};
use crate::world::{World, credits};

const SECOND: i64 = 1_000_000;

#[tokio::test]
async fn a_session_of_an_hour_is_charged_to_the_second() {
    let world = World::browsing("1000").await;
    // The opening and 39 more acts take 3,599.4 seconds together: the 3,600th second is begun.
    world.acts_take(89_985_000);
    world.agent_scrolls(39);
    let run = world.session(BrowserAsk { minutes: Some(60), ..task() }).await;
    let row = world.ended(run).await;
    assert_eq!((row.state, row.reason), (RunState::Succeeded, Some(Reason::Completed)));
    assert_eq!(world.timed(run).await, (3_600, credits("180")));
    assert_eq!(row.charged, credits("220"), "180 of time and 40 turns of 1 credit");
    assert_eq!(world.balance().await.available, credits("780"));
    let acts = world.acts().len();
    assert_eq!(acts, 40);
    let receipt = world.app.receipt(&world.owner, run).await.unwrap();
    let journal = world.journal().await;
    let recomputed = ampere_app::receipt::recompute(run, journal.iter()).unwrap();
    assert_eq!(receipt.difference(&recomputed), None);
    world.all_is_over().await;
}

#[tokio::test]
async fn pauses_within_an_hour_are_not_charged() {
    let world = World::browsing("1000").await;
    world.acts_take(89_985_000);
    world.agent_scrolls(39);
    let gates: Vec<_> = (0..3).map(|_| ampere_adapters::ai::scripted::Gate::new()).collect();
    for gate in &gates {
        world.provider.push(done("never").held(gate));
    }
    let run = world.session(BrowserAsk { minutes: Some(60), ..task() }).await;
    for (number, gate) in (1..).zip(&gates) {
        gate.reached().await;
        world.app.pause_browser(&world.owner, run).await.unwrap();
        world.stepped(run, &format!("pause.{number}")).await;
        let paused = world.view(run).await;
        assert_eq!(paused.state, Phase::Paused);
        world.clock.advance_seconds(290);
        assert_eq!(world.view(run).await.seconds, paused.seconds);
        world.app.continue_browser(&world.owner, run).await.unwrap();
    }
    let row = world.ended(run).await;
    assert_eq!(row.reason, Some(Reason::Completed));
    assert_eq!(world.timed(run).await, (3_600, credits("180")), "870 seconds of pauses are free");
    let turns = world.browser_steps(run).await.into_iter().filter(|s| s.kind == StepKind::Prompt);
    let interrupted = turns.filter(|step| step.state == RunState::Cancelled).count();
    assert_eq!(interrupted, 3, "each pause ended a thought");
    world.all_is_over().await;
}

#[tokio::test]
async fn seconds_count_while_the_model_thinks() {
    let world = World::browsing("1000").await;
    let (run, _gate) = world.thinking().await;
    world.clock.advance_seconds(100);
    let row = world.stop(run).await;
    assert_eq!((row.state, row.reason), (RunState::Cancelled, Some(Reason::Stopped)));
    assert_eq!(world.timed(run).await, (101, credits("5.05")), "a begun second is a second");
    assert_eq!(row.charged, credits("5.05"), "the thought delivered nothing");
    world.all_is_over().await;
}

#[tokio::test]
async fn seconds_count_while_a_person_drives_and_each_act_is_theirs() {
    let world = World::browsing("1000").await;
    let run = world.session(super::stage::by_hand()).await;
    world.stands(run, Phase::Controlled).await;
    world.stepped(run, "control.1").await;
    for _ in 0..4 {
        world.clock.advance_seconds(60);
        let acts = vec![Action::ScrollAt { x: 1, y: 1, dx: 0, dy: 50 }];
        world.app.browser_input(&world.owner, run, acts).await.unwrap();
    }
    let row = world.stop(run).await;
    assert_eq!(world.timed(run).await, (241, credits("12.05")));
    assert_eq!((row.charged, row.model.as_str()), (credits("12.05"), "browser"));
    assert!(world.provider.calls().is_empty(), "no model is asked");
    world.all_is_over().await;
}

#[tokio::test]
async fn the_opening_and_a_browser_that_does_not_start_cost_nothing() {
    let world = World::browsing("1000").await;
    let detail = "no display".to_owned();
    world.browser.refuse_open(ampere_adapters::browser::BrowserError::NotStarted(detail));
    let run = world.session(task()).await;
    let row = world.ended(run).await;
    assert_eq!((row.state, row.reason), (RunState::Failed, Some(Reason::BrowserFailed)));
    assert_eq!(row.charged, credits("0"));
    assert_eq!(world.balance().await.available, credits("1000"));
    world.all_is_over().await;
}

#[tokio::test]
async fn what_a_session_shows_while_it_works_is_what_it_is_charged() {
    let world = World::browsing("1000").await;
    let gate = ampere_adapters::ai::scripted::Gate::new();
    world.agent(vec![
        turn("click", json!({ "mark": 1 })),
        turn("note", json!({ "text": "Boots: 40" })),
        done("never").held(&gate),
    ]);
    world.acts_take(10 * SECOND);
    let run = world.session(task()).await;
    gate.reached().await;
    // The next beat tells the newest figures.
    let shown = world.shows(run, |view| view.seconds >= 21).await;
    assert_eq!((shown.seconds, shown.credits), (21, credits("3.05")));
    assert_eq!((shown.url.as_str(), shown.title.as_str()), (super::stage::PRICES, "Prices"));
    let row = world.stop(run).await;
    assert_eq!(row.charged, credits("3.05"));
    let finished = world.view(run).await;
    assert_eq!((finished.state, finished.seconds), (Phase::Finished, 21));
    assert_eq!(finished.credits, credits("3.05"));
    world.all_is_over().await;
}
