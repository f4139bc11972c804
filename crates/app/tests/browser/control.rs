//! Who drives: taking control at every moment, giving it back, pausing, and what is dropped.

use ampere_adapters::ai::scripted::Gate;
use ampere_adapters::browser::Action;
use ampere_adapters::browser::scripted::Fault;
use ampere_app::AppError;
use ampere_app::browser::Phase;
use ampere_store::rows::{Reason, RunState};
use serde_json::json;

use super::stage::{HOME, PRICES, by_hand, done, task, turn};
use crate::world::World;

fn conflict(text: &'static str) -> Option<AppError> {
    Some(AppError::Conflict(text))
}

const NOT_YOURS: &str = "take control of this browser session first";

#[tokio::test]
async fn what_the_agent_was_about_to_do_is_dropped_and_it_looks_anew() {
    let world = World::browsing("1000").await;
    let gate = Gate::new();
    world.provider.push(turn("click", json!({ "mark": 1 })).held(&gate));
    let run = world.session(task()).await;
    gate.reached().await;
    world.take(run).await;
    gate.open();
    let prices = vec![Action::Navigate { url: PRICES.to_owned() }];
    let page = world.app.browser_input(&world.owner, run, prices).await.unwrap();
    assert_eq!((page.place.url.as_str(), page.place.title.as_str()), (PRICES, "Prices"));
    world.provider.otherwise(|_| done("It costs 40."));
    world.app.release_control(&world.owner, run).await.unwrap();
    let row = world.ended(run).await;
    assert_eq!(row.reason, Some(Reason::Completed));
    let home = Action::Navigate { url: HOME.to_owned() };
    let prices = Action::Navigate { url: PRICES.to_owned() };
    assert_eq!(world.acts(), [home, prices, Action::Look], "the click was never done");
    let last = world.provider.calls().pop().unwrap();
    let told: Vec<&str> = last.messages.iter().map(|m| m.content.as_str()).collect();
    assert!(told.last().unwrap().starts_with("A person used the browser meanwhile"), "{told:?}");
    assert!(told.iter().any(|text| text.contains("Address: http://site.test/prices")));
    let log: Vec<String> = world.log(run).await.into_iter().map(|(_, name)| name).collect();
    assert!(log.contains(&"Ada was in control".to_owned()), "{log:?}");
    world.all_is_over().await;
}

#[tokio::test]
async fn control_waits_for_the_act_that_is_being_done_and_for_nothing_else() {
    let world = World::browsing("1000").await;
    let gate = Gate::new();
    world.browser.fault(2, Fault::Hold(gate.clone()));
    world.agent(vec![turn("click", json!({ "mark": 1 })), turn("click", json!({ "mark": 4 }))]);
    let run = world.session(task()).await;
    gate.reached().await;
    let taken = world.take(run).await;
    assert_eq!(taken.controlled_by.map(|person| person.name).as_deref(), Some("Ada"));
    let input = world.app.browser_input(&world.owner, run, vec![Action::Back]);
    let (input, ()) = tokio::join!(input, async {
        world.stands(run, Phase::Controlled).await;
        gate.open();
    });
    input.unwrap();
    let acts = world.acts();
    assert_eq!(acts[1..], [Action::Click { mark: 1 }, Action::Back], "one after the other");
    world.stop(run).await;
    world.all_is_over().await;
}

#[tokio::test]
async fn only_who_is_in_control_may_act_and_only_by_hand() {
    let world = World::browsing("1000").await;
    let (run, _gate) = world.thinking().await;
    let back = || vec![Action::Back];
    let act = |acts| world.app.browser_input(&world.owner, run, acts);
    assert_eq!(act(back()).await.err(), conflict(NOT_YOURS), "the agent drives");
    world.take(run).await;
    act(back()).await.unwrap();
    for acts in [vec![], vec![Action::Back; 21], vec![Action::Look], vec![Action::Tables]] {
        let refused = act(acts).await;
        assert!(matches!(refused, Err(AppError::Invalid(_))), "{refused:?}");
    }
    world.app.pause_browser(&world.owner, run).await.unwrap();
    assert_eq!(act(back()).await.err(), conflict(NOT_YOURS), "it is paused");
    let view = world.app.continue_browser(&world.owner, run).await.unwrap();
    assert_eq!(view.state, Phase::Controlled, "who drove before drives again");
    act(back()).await.unwrap();
    world.stop(run).await;
    let over = "this browser session is over";
    assert_eq!(act(back()).await.err(), conflict(over));
    for wish in [
        world.app.take_control(&world.owner, run).await,
        world.app.release_control(&world.owner, run).await,
        world.app.pause_browser(&world.owner, run).await,
        world.app.continue_browser(&world.owner, run).await,
    ] {
        assert_eq!(wish.err(), conflict(over));
    }
    world.all_is_over().await;
}

#[tokio::test]
async fn a_persons_hands_are_not_stopped_by_what_a_page_refuses() {
    let world = World::browsing("1000").await;
    let run = world.session(by_hand()).await;
    world.stands(run, Phase::Controlled).await;
    let go = |url: &str| vec![Action::Navigate { url: url.to_owned() }];
    let refused = world.app.browser_input(&world.owner, run, go("file:///etc/passwd")).await;
    assert!(matches!(refused, Err(AppError::Invalid(_))), "{refused:?}");
    let page = world.app.browser_input(&world.owner, run, go("http://site.test/none")).await;
    assert_eq!(page.unwrap().notes.len(), 1, "it says so, and the session goes on");
    let acts = vec![Action::ClickAt { x: 5, y: 130 }];
    world.app.browser_input(&world.owner, run, acts).await.unwrap();
    world.stop(run).await;
    world.all_is_over().await;
}

#[tokio::test]
async fn a_session_without_a_task_rests_when_its_person_lets_go() {
    let world = World::browsing("1000").await;
    let run = world.session(by_hand()).await;
    world.stepped(run, "control.1").await;
    let view = world.app.release_control(&world.owner, run).await.unwrap();
    assert_eq!((view.state, view.controlled_by), (Phase::Running, None));
    while world.stepped(run, "control.1").await.ended_at.is_none() {}
    world.take(run).await;
    world.stepped(run, "control.2").await;
    world.app.release_control(&world.owner, run).await.unwrap();
    world.clock.advance_seconds(180);
    let row = world.ended(run).await;
    assert_eq!((row.state, row.reason), (RunState::Succeeded, Some(Reason::IdleTooLong)));
    world.all_is_over().await;
}

#[tokio::test]
async fn nobody_drives_a_browser_that_is_not_there_yet() {
    let world = World::browsing("1000").await;
    let gate = Gate::new();
    world.browser.fault(1, Fault::Hold(gate.clone()));
    let run = world.session(by_hand()).await;
    gate.reached().await;
    let act = world.app.browser_input(&world.owner, run, vec![Action::Back]);
    let (page, ()) = tokio::join!(act, async { gate.open() });
    page.unwrap();
    assert_eq!(world.acts().len(), 2, "the page is opened first");
    world.stop(run).await;
    world.all_is_over().await;
}

#[tokio::test]
async fn live_pictures_are_the_newest_and_end_with_the_session() {
    let world = World::browsing("1000").await;
    let run = world.session(by_hand()).await;
    let mut frames = world.app.browser_frames(&world.owner, run).await.unwrap();
    frames.wait_for(|frame| frame.number == 1 && frame.url == HOME).await.unwrap();
    let acts = vec![Action::Navigate { url: PRICES.to_owned() }];
    world.app.browser_input(&world.owner, run, acts).await.unwrap();
    assert_eq!(frames.borrow_and_update().title, "Prices");
    world.stop(run).await;
    assert!(frames.changed().await.is_err(), "they end");
    assert!(world.app.browser_frames(&world.owner, run).await.is_err());
    world.all_is_over().await;
}
