//! Every end of a session: done, bounds, limits, crashes, hangs, a shut-down. Each settles once.

use ampere_adapters::ai::scripted::{Gate, Script};
use ampere_adapters::browser::scripted::Fault;
use ampere_adapters::browser::{Action, BrowserError};
use ampere_app::browser::{BrowserAsk, Phase};
use ampere_store::rows::{Reason, RunState};
use serde_json::json;

use super::stage::{by_hand, done, task, turn};
use crate::world::{World, credits};

#[tokio::test]
async fn an_answer_and_what_was_collected_are_its_result() {
    let world = World::browsing("1000").await;
    let reason = "The prices are there";
    world.agent(vec![
        turn("click", json!({ "mark": 1, "reason": reason })),
        turn("note", json!({ "text": "Boots: 40" })),
        done("Boots cost **40**."),
    ]);
    let run = world.session(task()).await;
    let row = world.ended(run).await;
    assert_eq!((row.state, row.reason), (RunState::Succeeded, Some(Reason::Completed)));
    assert_eq!(row.title, "Find the price of boots.");
    let detail = world.app.get_run(&world.owner, run).await.unwrap();
    let outcome = detail.content.unwrap().outcome.unwrap();
    assert_eq!(outcome.value, json!("Boots cost **40**.\n\n### Notes\n\n- Boots: 40"));
    let clicked = detail.steps.iter().find(|step| step.path == "act.2").unwrap();
    assert_eq!(
        (clicked.name.as_str(), clicked.note.as_deref()),
        ("Clicked “Prices”", Some(reason))
    );
    let kept = clicked.result.as_deref().unwrap();
    assert_eq!(kept, r#"{"title":"Prices","url":"http://site.test/prices"}"#);
    let paths: Vec<&str> = detail.steps.iter().map(|step| step.path.as_str()).collect();
    assert_eq!(paths, ["time", "act.1", "think.1", "act.2", "think.2", "think.3"]);
    world.all_is_over().await;
}

#[tokio::test]
async fn it_ends_when_nothing_was_done_for_too_long_also_while_the_model_thinks() {
    let world = World::browsing("1000").await;
    let (run, _gate) = world.thinking().await;
    world.clock.advance_seconds(179);
    assert!(world.stands(run, Phase::Running).await.may_control);
    world.clock.advance_seconds(1);
    let row = world.ended(run).await;
    assert_eq!((row.state, row.reason), (RunState::Failed, Some(Reason::IdleTooLong)));
    assert_eq!(world.timed(run).await.0, 181);
    world.all_is_over().await;

    let by_person = world.session(by_hand()).await;
    world.stepped(by_person, "control.1").await;
    world.clock.advance_seconds(180);
    let row = world.ended(by_person).await;
    let ended = (row.state, row.reason);
    assert_eq!(ended, (RunState::Succeeded, Some(Reason::IdleTooLong)), "no task is left undone");
    world.all_is_over().await;
}

#[tokio::test]
async fn it_ends_when_its_time_is_over_and_charges_no_second_more() {
    let world = World::browsing("1000").await;
    let run = world.session(BrowserAsk { minutes: Some(2), ..by_hand() }).await;
    let opened = world.stepped(run, "control.1").await;
    let ends = world.view(run).await.ends_at.unwrap();
    assert!((0..=1).contains(&(ends.seconds_since(opened.started_at) - 119)), "{ends}");
    world.clock.advance_micros(119_600_000);
    let row = world.ended(run).await;
    assert_eq!((row.state, row.reason), (RunState::Succeeded, Some(Reason::TookTooLong)));
    assert_eq!(world.timed(run).await, (120, credits("6")));
    world.all_is_over().await;
}

#[tokio::test]
async fn a_pause_ends_it_after_its_time_and_is_not_charged() {
    let world = World::browsing("1000").await;
    let (run, _gate) = world.thinking().await;
    world.clock.advance_seconds(10);
    let paused = world.app.pause_browser(&world.owner, run).await.unwrap();
    assert_eq!(paused.state, Phase::Paused);
    world.stepped(run, "pause.1").await;
    let until = paused.paused_until.unwrap();
    assert_eq!(until.seconds_since(world.app.now()), 299);
    world.clock.advance_seconds(300);
    let row = world.ended(run).await;
    assert_eq!((row.state, row.reason), (RunState::Failed, Some(Reason::PausedTooLong)));
    assert_eq!(world.timed(run).await.0, 11);
    world.all_is_over().await;
}

#[tokio::test]
async fn a_crash_of_the_browser_ends_it_in_every_state_and_charges_until_then() {
    for state in ["thinking", "acting", "controlled", "paused"] {
        let world = World::browsing("1000").await;
        let gate = Gate::new();
        let run = match state {
            "acting" => {
                world.browser.fault(2, Fault::Hold(gate.clone()));
                world.agent(vec![turn("click", json!({ "mark": 1 }))]);
                let run = world.session(task()).await;
                gate.reached().await;
                run
            }
            _ => world.thinking().await.0,
        };
        match state {
            "controlled" => {
                world.take(run).await;
                world.stepped(run, "control.1").await;
            }
            "paused" => {
                world.app.pause_browser(&world.owner, run).await.unwrap();
                world.stepped(run, "pause.1").await;
            }
            _ => {}
        }
        world.clock.advance_seconds(30);
        world.browser.crash();
        let row = world.ended(run).await;
        let ended = (row.state, row.reason);
        assert_eq!(ended, (RunState::Failed, Some(Reason::BrowserFailed)), "{state}");
        let seconds = if state == "paused" { 1 } else { 31 };
        assert_eq!(world.timed(run).await.0, seconds, "{state}");
        let refused = world.app.take_control(&world.owner, run).await;
        assert!(refused.is_err(), "{state}: it is over");
        world.all_is_over().await;
    }
}

#[tokio::test]
async fn a_hang_is_told_to_the_model_and_three_in_a_row_end_it() {
    let world = World::browsing("1000").await;
    for act in [2, 3, 5, 6, 7] {
        world.browser.fault(act, Fault::Fail(BrowserError::TooSlow));
    }
    let marks = [1, 2, 1, 5, 1, 5, 2];
    world.agent(marks.iter().map(|mark| turn("click", json!({ "mark": mark }))).collect());
    let run = world.session(task()).await;
    let row = world.ended(run).await;
    assert_eq!((row.state, row.reason), (RunState::Failed, Some(Reason::BrowserFailed)));
    assert_eq!(world.acts().len(), 7, "two, one that worked, three");
    let told = world.provider.calls()[1].messages.clone();
    assert_eq!(told.last().unwrap().content, "Not done: the page took too long.");
    let failed = world.browser_steps(run).await.into_iter().filter(|step| step.note.is_some());
    assert_eq!(failed.count(), 5);
    world.all_is_over().await;
}

#[tokio::test]
async fn the_agent_gets_so_many_acts_and_then_one_turn_to_answer() {
    for answers in [true, false] {
        let world = World::browsing("1000").await;
        world.agent_scrolls(39);
        world.provider.when(
            "That is enough.",
            match answers {
                true => done("It costs 40."),
                false => turn("scroll", json!({ "direction": "down" })),
            },
        );
        let run = world.session(task()).await;
        let row = world.ended(run).await;
        let (state, reason) = match answers {
            true => (RunState::Succeeded, Reason::Completed),
            false => (RunState::Failed, Reason::StoppedAtBounds),
        };
        assert_eq!((row.state, row.reason), (state, Some(reason)));
        let last = world.provider.calls().pop().unwrap();
        let offered: Vec<String> = last.tools.into_iter().map(|tool| tool.name).collect();
        assert_eq!(offered, ["done"]);
        let most = if answers { 40 } else { 41 };
        assert_eq!(world.acts().len(), most);
        world.all_is_over().await;
    }
}

#[tokio::test]
async fn an_agent_that_repeats_itself_is_told_and_then_ended() {
    let world = World::browsing("1000").await;
    world.provider.otherwise(|_| turn("click", json!({ "mark": 2 })));
    let run = world.session(task()).await;
    let row = world.ended(run).await;
    assert_eq!((row.state, row.reason), (RunState::Failed, Some(Reason::StoppedAtBounds)));
    let clicks = world.acts().iter().filter(|act| matches!(act, Action::Click { .. })).count();
    assert_eq!(clicks, 2, "the third is one too many");
    let told = |text: &str| {
        world
            .provider
            .calls()
            .iter()
            .any(|call| call.messages.iter().any(|message| message.content.starts_with(text)))
    };
    assert!(told("You repeat yourself") && told("That is enough."));
    world.all_is_over().await;
}

#[tokio::test]
async fn a_model_that_fails_or_only_talks_ends_it_with_what_there_is() {
    let world = World::browsing("1000").await;
    let detail = "down".to_owned();
    let refusal = ampere_adapters::ai::ModelError::Refused { detail };
    world.agent(vec![turn("note", json!({ "text": "Boots: 40" })), Script::refuse(refusal)]);
    let run = world.session(task()).await;
    let row = world.ended(run).await;
    assert_eq!((row.state, row.reason), (RunState::Failed, Some(Reason::ProviderError)));
    let detail = world.app.get_run(&world.owner, run).await.unwrap();
    let outcome = detail.content.unwrap().outcome.unwrap();
    assert_eq!(outcome.value, json!("### Notes\n\n- Boots: 40"), "what was collected is kept");
    world.provider.otherwise(|_| Script::answer(&["I think it is 40."], 1_000, 250));
    let run = world.session(task()).await;
    let row = world.ended(run).await;
    assert_eq!((row.state, row.reason), (RunState::Succeeded, Some(Reason::Completed)));
    assert!(world.browser_steps(run).await.iter().any(|step| step.path == "think.2"));
    world.all_is_over().await;
}

#[tokio::test]
async fn an_orderly_shut_down_settles_sessions_in_every_state() {
    for state in ["thinking", "controlled", "paused"] {
        let world = World::browsing("1000").await;
        let (run, _gate) = world.thinking().await;
        world.clock.advance_seconds(30);
        match state {
            "controlled" => {
                world.take(run).await;
                world.stepped(run, "control.1").await;
            }
            "paused" => {
                world.app.pause_browser(&world.owner, run).await.unwrap();
                world.stepped(run, "pause.1").await;
            }
            _ => {}
        }
        world.app.shut_down(std::time::Duration::from_secs(30)).await;
        let row = world.ended(run).await;
        let ended = (row.state, row.reason);
        assert_eq!(ended, (RunState::Failed, Some(Reason::ServerRestarted)), "{state}");
        assert_eq!(world.timed(run).await.0, 31, "{state}");
        world.all_is_over().await;
    }
}

#[tokio::test]
async fn pictures_are_kept_of_what_changed_and_counted() {
    let world = World::browsing("1000").await;
    world.agent(vec![
        turn("click", json!({ "mark": 4 })),
        turn("look", json!({})),
        turn("click", json!({ "mark": 1 })),
    ]);
    let run = world.session(task()).await;
    world.ended(run).await;
    let stills = world.app.stills(&world.owner, run).await.unwrap();
    let kept: Vec<_> = stills.iter().map(|s| (s.number, s.action.as_str())).collect();
    let expected = [(1, "Opened site.test"), (2, "Clicked “More”"), (3, "Clicked “Prices”")];
    assert_eq!(kept, expected, "a look that shows nothing new is not kept");
    let jpeg = world.app.still_bytes(&world.owner, run, 2).await.unwrap();
    assert_eq!(jpeg.get(..2), Some(&[0xff, 0xd8][..]));
    assert!(world.app.still_bytes(&world.owner, run, 4).await.is_err());
    world.all_is_over().await;
}
