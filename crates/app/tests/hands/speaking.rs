//! What people are shown while it works: words at once, nothing of a call, ever.

use ampere_adapters::ai::scripted::{Gate, Script, Step};
use ampere_app::chat::Effort;
use ampere_store::rows::{Reason, RunState};
use serde_json::json;

use super::stage::{BOTH, Protocol, call, says, turn};
use crate::world::{World, pieces};

#[tokio::test]
async fn ordinary_text_is_shown_while_it_is_written() {
    for protocol in BOTH {
        let world = World::calling(protocol, "1000").await;
        let gate = Gate::new();
        let mut steps = pieces(&["The sea ", "is {wet}.\n", "And "]);
        steps.extend([Step::Wait(gate.clone()), Step::Text("salty.".to_owned())]);
        steps.extend([Step::Usage { input: 10, output: 10 }, Step::Done]);
        world.provider.push(Script::steps(steps));
        let sent = world.want("Tell me", Effort::Medium).await.unwrap();
        world.shown(sent.run.id, "is {wet}.\nAnd ").await;
        gate.open();
        world.ended(sent.run.id).await;
        assert_eq!(world.answer().await, "The sea is {wet}.\nAnd salty.");
    }
}

#[tokio::test]
async fn nothing_of_a_call_is_ever_shown_however_it_is_cut_into_pieces() {
    let line = "{\"tool\": \"list_tools\", \"arguments\": {\"about\": \"x\"}}";
    for fence in ["", "```json\n", "<tool_call>"] {
        let world = World::calling(Protocol::Text, "1000").await;
        let gate = Gate::new();
        let text = format!("One moment.\n\n{fence}{line}");
        let letters: Vec<String> = text.chars().map(String::from).collect();
        let mut steps: Vec<Step> = letters.into_iter().map(Step::Text).collect();
        steps.extend([Step::Wait(gate.clone()), Step::Usage { input: 9, output: 9 }, Step::Done]);
        world.provider.push(Script::steps(steps));
        world.provider.push(says("There is no x."));
        let sent = world.want("Look", Effort::Medium).await.unwrap();
        gate.reached().await;
        world.shown(sent.run.id, "One moment.").await;
        let feed = world.app.feed(sent.run.id).unwrap();
        assert_eq!(feed.text(), "One moment.", "{fence}");
        gate.open();
        let run = world.ended(sent.run.id).await;
        assert_eq!(world.answer().await, "One moment.\n\nThere is no x.");
        assert_eq!(world.calls_of(run.id).await.len(), 1);
    }
}

#[tokio::test]
async fn what_only_looked_like_a_call_is_shown_in_the_end() {
    let world = World::calling(Protocol::Text, "1000").await;
    for text in ["{\"tool", "```json\n{\"tool\": \"hammer\", \"size\": 3}\n```", "{\n", "Ends.\n"] {
        world.provider.push(says(text));
        let run = world.wanted("Show me JSON").await;
        assert_eq!(world.answer().await, text);
        assert_eq!(run.state, RunState::Succeeded);
    }
}

#[tokio::test]
async fn a_call_that_cannot_be_read_is_asked_for_again_once() {
    let world = World::calling(Protocol::Text, "1000").await;
    world.provider.push(says("Let me look. \n{\"tool\": \"list_tools\", \"arguments\": {"));
    world.provider.push(call(Protocol::Text, "list_tools", json!({})));
    world.provider.push(says("Many."));
    let run = world.wanted("Which tools?").await;
    assert_eq!(world.answer().await, "Let me look. \n\nMany.");
    assert_eq!(world.calls_of(run.id).await.len(), 1);
    let steps = world.steps_of(run.id).await;
    assert_eq!(
        (steps[0].state, steps[1].name.as_str()),
        (RunState::Failed, "Answer (asked again)")
    );
    assert!(steps[0].note.as_deref().unwrap().starts_with("it is not valid JSON"));
    world.assert_adds_up(run.id).await;
}

#[tokio::test]
async fn a_call_that_stays_unreadable_was_meant_as_text() {
    let world = World::calling(Protocol::Text, "1000").await;
    let bad = "{\"tool\": \"list_tools\", \"arguments\": [";
    world.provider.push(says(bad));
    world.provider.push(says(bad));
    let run = world.wanted("Which tools?").await;
    assert_eq!((run.state, world.answer().await.as_str()), (RunState::Succeeded, bad));
    assert!(world.calls_of(run.id).await.is_empty());
}

#[tokio::test]
async fn arguments_that_are_no_object_are_asked_for_again_once() {
    let world = World::calling(Protocol::Native, "1000").await;
    let broken = |text: &str| {
        let call = ampere_adapters::ai::ToolCall {
            id: "call_0".to_owned(),
            name: "list_tools".to_owned(),
            arguments: text.to_owned(),
        };
        let finish = Step::Finish(ampere_adapters::ai::Finish::Calls);
        Script::steps(vec![
            Step::Call(call),
            finish,
            Step::Usage { input: 9, output: 9 },
            Step::Done,
        ])
    };
    world.provider.push(broken("{\"about\""));
    world.provider.push(broken("{}"));
    world.provider.push(says("Many."));
    let run = world.wanted("Which tools?").await;
    assert_eq!((run.state, world.answer().await.as_str()), (RunState::Succeeded, "Many."));
    assert_eq!(world.calls_of(run.id).await.len(), 1);
    let asked = world.provider.calls()[1].messages.last().unwrap().content.clone();
    assert!(asked.starts_with("The arguments of `list_tools` are no JSON"), "{asked}");

    world.provider.push(broken("[1]"));
    world.provider.push(broken("7"));
    world.provider.push(says("Then not."));
    let run = world.wanted("Which tools?").await;
    assert_eq!((run.state, run.reason), (RunState::Succeeded, Some(Reason::Completed)));
    assert!(world.calls_of(run.id).await.is_empty());
}

#[tokio::test]
async fn words_and_silence_around_calls_make_paragraphs() {
    for protocol in BOTH {
        let world = World::calling(protocol, "1000").await;
        let about = |number: usize| json!({ "about": format!("tool-{number}") });
        world.provider.push(turn(protocol, "First.", &[("list_tools", about(1))]));
        world.provider.push(turn(protocol, "", &[("list_tools", about(2))]));
        world.provider.push(turn(protocol, "Then.", &[("list_tools", about(3))]));
        world.provider.push(says("\nLast."));
        world.wanted("Go").await;
        assert_eq!(world.answer().await, "First.\n\nThen.\n\nLast.", "{protocol:?}");
    }
}
