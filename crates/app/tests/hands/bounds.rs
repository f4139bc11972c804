//! Bounds of one message: turns, calls, time, repeats, cap, credits. At a bound it still answers.

use ampere_adapters::ai::scripted::{Gate, Script, Step};
use ampere_app::Catalog;
use ampere_app::chat::{Ask, Effort};
use ampere_store::rows::{Reason, RunState};
use serde_json::json;

use super::stage::{BOTH, Protocol, call, says, three};
use crate::world::{World, credits};

/// A catalog whose medium effort is bounded so.
fn medium(change: impl Fn(&mut ampere_app::catalog::AgentBounds)) -> Catalog {
    let mut catalog = Catalog::built_in().unwrap();
    change(&mut catalog.agent.medium);
    catalog
}

async fn under(catalog: Catalog, protocol: Protocol) -> World {
    let world = World::under(catalog, "1000").await;
    world.speaks(protocol);
    world
}

/// A call that is different each time.
fn look(protocol: Protocol, number: usize) -> Script {
    call(protocol, "list_tools", json!({ "about": format!("tool-{number}") }))
}

#[tokio::test]
async fn the_last_turn_has_no_hands_and_answers() {
    for protocol in BOTH {
        let world = under(medium(|bounds| bounds.turns = 3), protocol).await;
        (1..=2).for_each(|number| world.provider.push(look(protocol, number)));
        world.provider.push(says("That is what I have."));
        let run = world.wanted("Go").await;
        assert_eq!((run.state, run.reason), (RunState::Succeeded, Some(Reason::Completed)));
        assert_eq!(world.answer().await, "That is what I have.");
        let calls = world.provider.calls();
        let told = &calls[2].messages.last().unwrap().content;
        assert!(told.contains("no more tools can be used for this message"), "{told}");
        assert!(calls[2].tools.is_empty());
        assert!(calls[2].messages.iter().all(|message| message.calls.is_empty()));
        world.assert_adds_up(run.id).await;
    }
}

#[tokio::test]
async fn a_model_that_never_answers_is_stopped_at_its_bounds() {
    for protocol in BOTH {
        let world = under(medium(|bounds| bounds.turns = 3), protocol).await;
        (1..=2).for_each(|number| world.provider.push(look(protocol, number)));
        // In its last turn it writes a call all the same: nobody is shown that.
        world.provider.push(look(Protocol::Text, 3));
        let run = world.wanted("Go").await;
        let expected = (RunState::Failed, Some(Reason::StoppedAtBounds), credits("3"));
        assert_eq!((run.state, run.reason, run.charged), expected);
        assert_eq!(world.answer().await, "");
        assert_eq!(world.calls_of(run.id).await.len(), 2);
        world.assert_adds_up(run.id).await;
    }
}

#[tokio::test]
async fn no_more_calls_than_the_effort_allows() {
    for protocol in BOTH {
        let world = under(medium(|bounds| bounds.calls = 2), protocol).await;
        let one = |number| ("list_tools", json!({ "about": format!("tool-{number}") }));
        let calls: Vec<_> = (1..=4).map(one).collect();
        world.provider.push(super::stage::turn(protocol, "", &calls));
        world.provider.push(says("Enough."));
        let run = world.wanted("Go").await;
        assert_eq!(world.calls_of(run.id).await.len(), 2);
        assert_eq!(world.answer().await, "Enough.");
        let told = world.told();
        assert_eq!(told.matches("Not done: no more tools").count(), 2, "{told}");
        assert_eq!(run.state, RunState::Succeeded);
        world.assert_adds_up(run.id).await;
    }
}

#[tokio::test]
async fn after_its_time_it_answers() {
    for protocol in BOTH {
        let world = under(medium(|bounds| bounds.seconds = 60), protocol).await;
        let gate = Gate::new();
        world.provider.push(look(protocol, 1).held(&gate));
        world.provider.push(says("Time is up."));
        let sent = world.want("Go", Effort::Medium).await.unwrap();
        gate.reached().await;
        world.clock.advance_seconds(61);
        gate.open();
        let run = world.ended(sent.run.id).await;
        assert_eq!(
            (run.state, world.answer().await.as_str()),
            (RunState::Succeeded, "Time is up.")
        );
        assert!(world.calls_of(run.id).await.is_empty(), "the call came too late");
        assert!(world.provider.calls()[1].tools.is_empty());
    }
}

#[tokio::test]
async fn a_loop_is_told_of_and_then_ended() {
    for protocol in BOTH {
        let world = World::calling(protocol, "1000").await;
        for _ in 0..4 {
            world.provider.push(look(protocol, 1));
        }
        world.provider.push(says("I stop."));
        let run = world.wanted("Go").await;
        let kept = world.calls_of(run.id).await;
        let texts: Vec<&str> =
            kept.iter().map(|(_, kept)| kept["text"].as_str().unwrap()).collect();
        let (no, again) = ("There is no such tool or workflow.", "Not done: you repeat yourself.");
        assert_eq!(texts.len(), 4, "{protocol:?}");
        assert_eq!((texts[0], texts[1]), (no, no));
        assert!(texts[2].starts_with(again) && texts[3].starts_with(again), "{texts:?}");
        assert_eq!((run.state, run.charged), (RunState::Succeeded, credits("5")));
        assert_eq!(world.answer().await, "I stop.");
        assert!(world.provider.calls()[4].tools.is_empty());
        world.assert_adds_up(run.id).await;
    }
}

#[tokio::test]
async fn the_cap_ends_a_run_and_is_never_passed() {
    for protocol in BOTH {
        let world = World::calling(protocol, "1000").await;
        world.provider.push(call(protocol, "run_tool", three()));
        world.provider.otherwise(|_| {
            let usage = Step::Usage { input: 1_000, output: 4_500 };
            let text = Step::Text("word ".repeat(150));
            Script::steps(vec![text, usage, Step::Done])
        });
        let ask =
            Ask { text: Some("Go".to_owned()), max_credits: Some(credits("12")), ..Ask::default() };
        let sent = world.send(ask).await.unwrap();
        assert_eq!(sent.run.cap, Some(credits("12")));
        let run = world.ended(sent.run.id).await;
        assert_eq!((run.state, run.reason), (RunState::Failed, Some(Reason::StoppedAtCap)));
        assert!(run.charged <= credits("12") && run.charged >= credits("9"), "{}", run.charged);
        world.assert_adds_up(run.id).await;
    }
}

#[tokio::test]
async fn a_callers_limit_lowers_the_effort_s_cap_and_never_raises_it() {
    let world = World::with("10000").await;
    for (effort, max, expected) in [
        (Effort::Medium, None, Some("300")),
        (Effort::Medium, Some("40"), Some("40")),
        (Effort::Medium, Some("5000"), Some("300")),
        (Effort::High, None, Some("1000")),
        (Effort::Low, None, None),
        (Effort::Low, Some("7"), Some("7")),
    ] {
        world.provider.push(says("Yes."));
        let (text, max_credits) = (Some("Go".to_owned()), max.map(credits));
        let sent = world.send(Ask { text, effort, max_credits, ..Ask::default() }).await.unwrap();
        assert_eq!(sent.run.cap, expected.map(credits), "{effort:?} {max:?}");
        assert!(sent.run.cap.is_none_or(|cap| sent.run.quote.high <= cap));
        world.ended(sent.run.id).await;
    }
}

#[tokio::test]
async fn a_pool_that_runs_dry_in_the_middle_ends_the_run_and_what_it_used_is_paid() {
    for protocol in BOTH {
        let world = World::calling(protocol, "4.5").await;
        world.provider.push(call(protocol, "run_tool", three()));
        world.provider.otherwise(|_| says("more"));
        let run = world.wanted("Go").await;
        let expected = (RunState::Failed, Some(Reason::StoppedAtCredits));
        assert_eq!((run.state, run.reason), expected, "{:?}", world.steps_of(run.id).await);
        assert!(run.charged.is_positive() && run.charged <= credits("4.5"), "{}", run.charged);
        let calls = world.calls_of(run.id).await;
        assert!(calls.iter().all(|(step, _)| step.state.ended()));
        world.assert_adds_up(run.id).await;
    }
}
