//! Workflows: parts in order, values between them, conditions, versions, one hold and one receipt.

use ampere_adapters::ai::scripted::{Script, Step};
use ampere_app::spend::WhenShort;
use ampere_app::tasks::{Definition, Occasion, TaskOrder, What};
use ampere_app::workflows::WorkflowChange;
use ampere_credits::{RunId, WorkflowId};
use ampere_store::rows::{Reason, RunState, StepKind};
use serde_json::{Value, json};

use crate::world::{World, credits, pieces};

/// An answer that costs exactly 1 credit.
pub fn one_credit(text: &str) -> Script {
    let mut steps = pieces(&[text]);
    steps.extend([Step::Usage { input: 1_000, output: 250 }, Step::Done]);
    Script::steps(steps)
}

/// A tool, a question to Joule about its result, a condition, the tool again.
pub fn definition(wanted: &str) -> Value {
    let tool = |id: &str, name: &str, from: &str| {
        json!({
            "id": id, "name": name, "kind": "tool", "tool": "three-questions",
            "inputs": { "topic": { "from": from } },
        })
    };
    json!({
        "inputs": [{ "name": "topic", "label": "Topic", "kind": "text", "required": true }],
        "steps": [
            tool("ask", "Ask around", "inputs.topic"),
            {
                "id": "judge", "name": "Judge", "kind": "prompt", "prompt": "Is it good?",
                "inputs": { "text": { "from": "ask.result" } },
            },
            {
                "id": "gate", "name": "Only if good", "kind": "condition",
                "left": { "from": "judge.result" }, "test": "contains",
                "right": { "value": wanted },
            },
            tool("again", "Ask again", "judge.result"),
        ],
    })
}

pub async fn start(world: &World, id: WorkflowId) -> RunId {
    let order = TaskOrder {
        what: What::Workflow(id),
        inputs: json!({ "topic": "sea" }),
        cap: None,
        model: None,
        when_short: WhenShort::Refuse,
        occasion: Occasion::Person,
    };
    let intent = world.intent(&format!("workflow-{}", world.unique()));
    world.app.start_task(&world.owner, order, intent).await.unwrap().run.id
}

pub async fn made(world: &World, wanted: &str) -> WorkflowId {
    let made = world.app.create_workflow(&world.owner, "Two rounds", definition(wanted)).await;
    made.unwrap().row.id
}

#[tokio::test]
async fn parts_follow_each_other_and_are_lines_of_one_receipt() {
    let world = World::with("50").await;
    for text in ["one", "two", "three", "very good", "four", "five", "six"] {
        world.provider.push(one_credit(text));
    }
    let id = made(&world, "good").await;
    let run = start(&world, id).await;
    let row = world.until_state(run, RunState::Succeeded).await;
    assert_eq!((row.charged, row.reason), (credits("7"), Some(Reason::Completed)));
    let detail = world.app.get_run(&world.owner, run).await.unwrap();
    let parts: Vec<(u32, StepKind)> =
        detail.steps.iter().map(|step| (step.part, step.kind)).collect();
    use StepKind::{Condition, Prompt};
    let first = [(1, Prompt), (1, Prompt), (1, Prompt), (2, Prompt), (3, Condition)];
    assert_eq!(parts[..5], first);
    assert_eq!(parts[5..], [(4, Prompt), (4, Prompt), (4, Prompt)]);
    assert_eq!(detail.content.unwrap().outcome.unwrap().value, json!("six"));
    let judged = &world.provider.calls()[3].messages;
    assert!(judged[1].content.contains("three"), "the result went on: {judged:?}");
    let receipt = world.app.receipt(&world.owner, run).await.unwrap();
    assert_eq!((receipt.holds.len(), receipt.lines.len()), (1, 14));
    assert_eq!(receipt.used, credits("7"));
    world.assert_settled().await;
}

#[tokio::test]
async fn a_condition_that_is_not_met_ends_the_run_as_wanted() {
    let world = World::with("50").await;
    for text in ["one", "two", "three", "rather bad"] {
        world.provider.push(one_credit(text));
    }
    let id = made(&world, "good").await;
    let run = start(&world, id).await;
    let row = world.until_state(run, RunState::Succeeded).await;
    assert_eq!((row.charged, row.reason), (credits("4"), Some(Reason::ConditionNotMet)));
    assert_eq!(world.provider.calls().len(), 4, "what comes after is not begun");
    world.assert_settled().await;
}

#[tokio::test]
async fn a_run_keeps_its_version_while_a_new_one_is_saved() {
    let world = World::with("4").await;
    for text in ["one", "two", "three", "very good", "four", "five", "six"] {
        world.provider.push(one_credit(text));
    }
    let id = made(&world, "good").await;
    let run = start(&world, id).await;
    let paused = world.until_state(run, RunState::PausedNoCredits).await;
    assert_eq!(paused.charged, credits("4"), "it ran dry after the second part");
    let change = WorkflowChange { name: None, definition: Some(definition("great")), was: 1 };
    let saved = world.app.update_workflow(&world.owner, id, change).await.unwrap();
    assert_eq!(saved.row.version, 2);
    world.buy().await;
    let done = world.until_state(run, RunState::Succeeded).await;
    assert_eq!((done.charged, done.reason), (credits("7"), Some(Reason::Completed)));
    let kept = world.app.get_run(&world.owner, run).await.unwrap().definition.unwrap();
    let Definition::Workflow { version, .. } = kept else { panic!("a workflow") };
    assert_eq!(version, 1);
    assert_eq!(world.provider.calls().len(), 7, "finished parts are not done again");
    world.assert_settled().await;
}

#[tokio::test]
async fn a_restart_in_any_part_goes_on_there() {
    for finished in [1, 3, 4, 6] {
        let world = World::with("50").await;
        let answers = ["one", "two", "three", "very good", "four", "five", "six"];
        for text in &answers[..finished] {
            world.provider.push(one_credit(text));
        }
        let gate = ampere_adapters::ai::scripted::Gate::new();
        let mut held = pieces(&["half"]);
        held.push(Step::Wait(gate.clone()));
        world.provider.push(Script::steps(held));
        let id = made(&world, "good").await;
        let run = start(&world, id).await;
        gate.reached().await;
        let next = world.restarted().await;
        for text in &answers[finished..] {
            next.provider.push(one_credit(text));
        }
        next.app.recover().await.unwrap();
        let row = next.until_state(run, RunState::Succeeded).await;
        assert_eq!(row.charged, credits("7"), "after {finished} finished calls");
        assert_eq!(next.provider.calls().len(), 7 - finished);
        next.assert_settled().await;
    }
}
