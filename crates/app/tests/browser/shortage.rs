//! Credits that end: before the start, in the middle, at a cap. What was begun is finished within
//! bounds, the end is graceful, and the pool never pays more than it may.

use ampere_adapters::browser::Action;
use ampere_app::AppError;
use ampere_app::browser::{BrowserAsk, Phase};
use ampere_store::rows::{Reason, RunState};
use serde_json::json;

use super::stage::{by_hand, task, turn};
use crate::world::{World, credits};

const SECOND: i64 = 1_000_000;

#[tokio::test]
async fn a_pool_that_cannot_pay_the_first_seconds_starts_nothing() {
    let world = World::browsing("0.9").await;
    let refused = world.browse(by_hand()).await;
    assert!(matches!(refused, Err(AppError::InsufficientCredits(_))), "{refused:?}");
    assert_eq!(world.browser.opened(), 0);
    let again = world.browse(by_hand()).await;
    assert!(matches!(again, Err(AppError::InsufficientCredits(_))), "its place was given back");
    world.all_is_over().await;
}

#[tokio::test]
async fn a_session_ends_gracefully_when_the_pool_is_dry() {
    let world = World::browsing("4").await;
    let run = world.session(by_hand()).await;
    world.stepped(run, "control.1").await;
    let mut passed = 0;
    let act = || vec![Action::ScrollAt { x: 1, y: 1, dx: 0, dy: 9 }];
    while world.app.browser_input(&world.owner, run, act()).await.is_ok() {
        let before = world.view(run).await.seconds;
        // Near the end in seconds, as the meter sees them in a server.
        world.clock.advance_seconds(if passed < 14 { 5 } else { 1 });
        passed += 1;
        assert!(passed < 40, "it never ends");
        // A beat of the meter for each stride.
        let mut over = false;
        while !over {
            let view = world.view(run).await;
            over = view.seconds > before || view.state == Phase::Finished;
            tokio::task::yield_now().await;
        }
    }
    let row = world.ended(run).await;
    assert_eq!((row.state, row.reason), (RunState::Failed, Some(Reason::StoppedAtCredits)));
    let (seconds, charged) = world.timed(run).await;
    // The clock may move by one more second between the beat that ends it and its end.
    assert!((78..=81).contains(&seconds), "4 credits are 80 seconds: {seconds}");
    assert!(charged <= credits("4.05"), "{charged}");
    assert!(world.balance().await.outstanding <= credits("0.05"));
    let stills = world.app.stills(&world.owner, run).await.unwrap();
    assert!(!stills.is_empty(), "the last picture is kept");
    world.all_is_over().await;
}

#[tokio::test]
async fn an_act_that_was_begun_is_finished_beyond_the_pool_within_the_overdraft() {
    let world = World::browsing("8").await;
    world.agent(vec![turn("click", json!({ "mark": 1 })), turn("click", json!({ "mark": 1 }))]);
    let clock = std::sync::Arc::clone(&world.clock);
    world.browser.before_each(move |number, _| {
        clock.advance_micros(if number == 2 { 170 * SECOND } else { SECOND });
    });
    let run = world.session(task()).await;
    let row = world.ended(run).await;
    assert_eq!((row.state, row.reason), (RunState::Failed, Some(Reason::StoppedAtCredits)));
    assert_eq!(world.acts().len(), 2, "what was begun was done, nothing was begun after it");
    assert_eq!(world.timed(run).await, (172, credits("8.6")));
    assert_eq!(row.charged, credits("9.6"));
    assert_eq!(world.balance().await.outstanding, credits("1.6"), "as debt");
    world.assert_settled().await;
    let refused = world.browse(by_hand()).await;
    assert!(matches!(refused, Err(AppError::InsufficientCredits(_))), "no work on debt");
    world.all_is_over().await;
}

#[tokio::test]
async fn a_cap_ends_it_and_is_never_passed() {
    let world = World::browsing("1000").await;
    world.acts_take(10 * SECOND);
    world.agent_scrolls(39);
    let run = world.session(BrowserAsk { max_credits: Some(credits("12")), ..task() }).await;
    let row = world.ended(run).await;
    assert_eq!((row.state, row.reason), (RunState::Failed, Some(Reason::StoppedAtCap)));
    assert!(row.charged <= credits("12") && row.charged > credits("4"), "{}", row.charged);
    let too_low = BrowserAsk { max_credits: Some(credits("0.5")), ..by_hand() };
    let refused = world.browse(too_low).await;
    assert!(matches!(refused, Err(AppError::Invalid(_))), "{refused:?}");
    world.all_is_over().await;
}

#[tokio::test]
async fn a_pause_keeps_what_is_held_though_others_take_the_rest() {
    let world = World::browsing("3").await;
    let run = world.session(by_hand()).await;
    world.stepped(run, "control.1").await;
    world.clock.advance_seconds(1);
    world.shows(run, |view| view.seconds == 2).await;
    let held = credits("1.1");
    while world.balance().await.held < held {
        tokio::task::yield_now().await;
    }
    world.app.pause_browser(&world.owner, run).await.unwrap();
    world.stepped(run, "pause.1").await;
    let rival = world.session(by_hand()).await;
    world.stepped(rival, "control.1").await;
    world.clock.advance_seconds(60);
    let row = world.ended(rival).await;
    assert_eq!(row.reason, Some(Reason::StoppedAtCredits), "there is no more for it");
    let view = world.app.continue_browser(&world.owner, run).await.unwrap();
    assert_eq!(view.state, Phase::Controlled);
    world.stepped(run, "control.2").await;
    world.clock.advance_seconds(15);
    let row = world.stop(run).await;
    let ended = (row.state, world.timed(run).await.0);
    assert_eq!(ended, (RunState::Cancelled, 17), "its own seconds were held for it");
    world.all_is_over().await;
}
