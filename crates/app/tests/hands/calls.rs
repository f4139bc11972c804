//! What hands do: tools, workflows, several calls, faults that are answers.

use ampere_adapters::ai::scripted::Script;
use ampere_adapters::ai::{ModelError, Role};
use ampere_app::chat::Effort;
use ampere_store::rows::{Reason, RunState, StepKind};
use serde_json::json;

use super::stage::{BOTH, Protocol, SITE, call, says, three, turn};
use crate::world::{World, credits};

#[tokio::test]
async fn a_tool_runs_within_the_message_on_its_one_hold() {
    for protocol in BOTH {
        let world = World::calling(protocol, "1000").await;
        world.provider.push(turn(protocol, "Let me look.", &[("run_tool", three())]));
        world.all_say(&["salt", "waves", "ships"]);
        world.provider.push(says("It is about ships."));
        let run = world.wanted("What about the sea?").await;
        assert_eq!((run.state, run.reason), (RunState::Succeeded, Some(Reason::Completed)));
        assert_eq!(run.charged, credits("5"), "two turns and three questions");
        assert_eq!(world.answer().await, "Let me look.\n\nIt is about ships.", "{protocol:?}");

        let steps = world.steps_of(run.id).await;
        let told: Vec<_> =
            steps.iter().map(|step| (step.path.as_str(), step.part, step.state)).collect();
        let well = RunState::Succeeded;
        assert_eq!(
            told,
            [
                ("turn.1", 0, well),
                ("call.1", 1, well),
                ("call.1.one", 1, well),
                ("call.1.two", 1, well),
                ("call.1.three", 1, well),
                ("turn.2", 0, well),
            ]
        );
        let (step, kept) = &world.calls_of(run.id).await[0];
        assert_eq!((step.kind, step.name.as_str()), (StepKind::Call, "Three questions"));
        assert_eq!(kept["input"], three());
        assert_eq!(kept["status"], "done");
        assert_eq!(kept["text"], "<<< Three questions\nships\n>>>");
        assert!(world.told().contains("<<< Three questions\nships\n>>>"));
        world.assert_adds_up(run.id).await;
    }
}

#[tokio::test]
async fn a_native_answer_of_a_tool_is_no_word_of_a_person() {
    let world = World::calling(Protocol::Native, "1000").await;
    world.provider.push(call(Protocol::Native, "list_tools", json!({})));
    world.provider.push(says("Many."));
    world.wanted("Which tools are there?").await;
    let calls = world.provider.calls();
    assert_eq!(calls[0].tools.len(), 5, "the hands are offered");
    let roles: Vec<Role> = calls[1].messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::System, Role::User, Role::Assistant, Role::Tool]);
    let answered = calls[1].messages[2].calls[0].id.clone();
    assert_eq!(calls[1].messages[3].answers, Some(answered));
    assert!(calls[1].messages[3].content.contains("- three-questions: Three questions"));
}

/// A tool, a question to Joule, a condition, the tool again.
fn rounds() -> serde_json::Value {
    let tool = |id: &str, name: &str, from: &str| {
        json!({
            "id": id, "name": name, "kind": "tool", "tool": "three-questions",
            "inputs": { "topic": { "from": from } },
        })
    };
    json!({
        "inputs": [{ "name": "topic", "label": "Topic", "kind": "text" }],
        "steps": [
            tool("first", "First round", "inputs.topic"),
            { "id": "short", "name": "Shorten", "kind": "prompt", "prompt": "In short?",
              "inputs": { "text": { "from": "first.result" } } },
            { "id": "salty", "name": "Salty", "kind": "condition",
              "left": { "from": "short.result" }, "test": "contains",
              "right": { "value": "salt" } },
            tool("second", "Second round", "short.result"),
        ],
    })
}

#[tokio::test]
async fn a_workflow_runs_within_the_message() {
    for protocol in BOTH {
        let world = World::calling(protocol, "1000").await;
        let made = world.app.create_workflow(&world.owner, "Two rounds", rounds()).await.unwrap();
        let id = made.row.id.to_string();
        let inputs = json!({ "workflow": id, "inputs": { "topic": "sea" } });
        world.provider.push(call(protocol, "run_workflow", inputs));
        world.all_say(&["a", "b", "c", "salt is there", "d", "e", "f"]);
        world.provider.push(says("Done with it."));
        let run = world.wanted("Run it").await;
        assert_eq!(run.charged, credits("9"), "{protocol:?}: {:?}", world.calls_of(run.id).await);
        let (step, kept) = &world.calls_of(run.id).await[0];
        assert_eq!((step.name.as_str(), &kept["status"]), ("Two rounds", &json!("done")));
        let steps = world.steps_of(run.id).await;
        let inner: Vec<_> = steps.iter().filter(|step| step.path.starts_with("call.1.")).collect();
        assert!(inner.len() >= 8 && inner.iter().all(|step| step.part == 1), "{inner:?}");
        world.assert_adds_up(run.id).await;
    }
}

#[tokio::test]
async fn several_calls_of_one_turn_are_done_in_their_order() {
    for protocol in BOTH {
        let world = World::calling(protocol, "1000").await;
        let about = json!({ "about": "three-questions" });
        let calls = [("list_tools", about), ("nosuch", json!({})), ("list_tools", json!({}))];
        world.provider.push(turn(protocol, "", &calls));
        world.provider.push(says("So it is."));
        let run = world.wanted("Look around").await;
        let kept = world.calls_of(run.id).await;
        let names: Vec<_> = kept.iter().map(|(step, _)| (step.name.as_str(), step.part)).collect();
        let look = "Look at the AI Tools";
        assert_eq!(names, [(look, 1), ("Use “nosuch”", 2), (look, 3)], "{protocol:?}");
        assert_eq!(kept[1].1["status"], "failed");
        assert!(kept[1].1["text"].as_str().unwrap().starts_with("There is no such tool."));
        assert!(kept[0].1["text"].as_str().unwrap().contains("It usually costs"));
        assert_eq!(run.charged, credits("2"), "reading is free");
        world.assert_adds_up(run.id).await;
    }
}

#[tokio::test]
async fn a_call_with_mistakes_is_answered_with_them() {
    for protocol in BOTH {
        let world = World::calling(protocol, "1000").await;
        let bad = json!({ "tool": "three-questions", "inputs": { "depth": 3 } });
        world.provider.push(call(protocol, "run_tool", bad));
        world.provider.push(call(protocol, "run_tool", json!({ "tool": "no-such-tool" })));
        world.provider.push(call(protocol, "run_workflow", json!({ "workflow": "x" })));
        world.provider.push(call(protocol, "browse", json!({ "task": "x", "url": "site" })));
        world.provider.push(says("I cannot."));
        let run = world.wanted("Go").await;
        assert_eq!((run.state, run.charged), (RunState::Succeeded, credits("5")));
        let kept = world.calls_of(run.id).await;
        let texts: Vec<&str> =
            kept.iter().map(|(_, kept)| kept["text"].as_str().unwrap()).collect();
        assert!(
            texts[0].starts_with("`topic`: Please fill this in. `depth`: This tool has no such")
        );
        assert!(texts[0].contains("What it takes: {"), "{}", texts[0]);
        assert!(texts[1].starts_with("There is no such tool."), "{}", texts[1]);
        assert!(texts[2].starts_with("There is no such workflow."), "{}", texts[2]);
        assert!(texts[3].starts_with("`url` must be an address"), "{}", texts[3]);
        let failed = kept.iter().all(|(step, _)| step.state == RunState::Failed);
        assert!(failed && kept.iter().all(|(step, _)| step.note.is_some()));
        world.assert_adds_up(run.id).await;
    }
}

#[tokio::test]
async fn a_tool_that_fails_is_an_answer_and_what_it_used_is_charged() {
    for protocol in BOTH {
        let world = World::calling(protocol, "1000").await;
        world.provider.push(call(protocol, "run_tool", three()));
        world.provider.push(says("salt"));
        world.provider.push(Script::refuse(ModelError::NotReached {
            detail: "busy".to_owned(),
            retry_after: None,
        }));
        world.provider.push(says("The tool did not work; but the sea is salty."));
        let run = world.wanted("Go").await;
        assert_eq!((run.state, run.charged), (RunState::Succeeded, credits("3")), "{protocol:?}");
        let (step, kept) = &world.calls_of(run.id).await[0];
        assert_eq!(step.state, RunState::Failed);
        assert!(kept["text"].as_str().unwrap().starts_with("It did not work (provider busy)."));
        world.assert_adds_up(run.id).await;
    }
}

#[tokio::test]
async fn a_browser_is_driven_within_the_message_and_paid_by_the_second() {
    for protocol in BOTH {
        let world = World::with_site(protocol, "1000").await;
        let args = json!({ "task": "Find the price of boots.", "url": SITE });
        world.provider.push(call(protocol, "browse", args));
        world.provider.push(call(protocol, "done", json!({ "answer": "90 euros." })));
        world.provider.push(says("They cost 90 euros."));
        let clock = std::sync::Arc::clone(&world.clock);
        world.browser.before_each(move |_, _| clock.advance_seconds(10));
        let asked = format!("What do boots cost at {}?", SITE);
        let run = world.wanted(&asked).await;
        assert_eq!(run.state, RunState::Succeeded, "{:?}", world.steps_of(run.id).await);
        let (step, kept) = &world.calls_of(run.id).await[0];
        assert_eq!((step.name.as_str(), &kept["status"]), ("Browse shop.test", &json!("done")));
        assert!(kept["text"].as_str().unwrap().contains("90 euros."));
        let receipt = world.app.receipt(&world.owner, run.id).await.unwrap();
        let seconds: u64 = receipt
            .lines
            .iter()
            .filter(|line| line.usage.model == "browser")
            .map(|line| line.usage.quantity)
            .sum();
        assert!(seconds >= 10, "{:?}", receipt.lines);
        assert_eq!(world.browser.open_now(), 0);
        world.assert_adds_up(run.id).await;
    }
}

#[tokio::test]
async fn low_effort_has_no_hands_and_takes_a_call_for_text() {
    for protocol in BOTH {
        let world = World::calling(protocol, "1000").await;
        let line = "{\"tool\": \"run_tool\", \"arguments\": {}}";
        world.provider.push(says(line));
        let sent = world.want("Show me a call", Effort::Low).await.unwrap();
        let run = world.ended(sent.run.id).await;
        assert_eq!(world.answer().await, line);
        assert!(world.calls_of(run.id).await.is_empty());
        assert!(world.provider.calls()[0].tools.is_empty());
        assert_eq!((run.subject, run.cap), (None, None));
    }
}
