//! How a run with hands ends early: a stop, a dead server; and trying an answer again.

use ampere_adapters::ai::scripted::{Gate, Script, Step};
use ampere_app::chat::{Ask, Effort};
use ampere_credits::ledger::Fact;
use ampere_store::rows::{Reason, RunState, StepKind};
use serde_json::json;

use super::stage::{BOTH, call, says, three};
use crate::world::{World, credits, pieces};

/// A prompt that says something and then waits for ever.
fn halfway(gate: &Gate) -> Script {
    let mut steps = pieces(&["some words of it "]);
    steps.extend([Step::Wait(gate.clone()), Step::Hang]);
    Script::steps(steps)
}

#[tokio::test]
async fn a_stop_in_the_middle_of_a_tool_charges_what_was_used_and_gives_the_rest_back() {
    for protocol in BOTH {
        let world = World::calling(protocol, "1000").await;
        let gate = Gate::new();
        world.provider.push(call(protocol, "run_tool", three()));
        world.provider.push(says("salt"));
        world.provider.push(halfway(&gate));
        let sent = world.want("Go", Effort::Medium).await.unwrap();
        gate.reached().await;
        world.app.cancel_run(&world.owner, sent.run.id).await.unwrap();
        let run = world.ended(sent.run.id).await;
        assert_eq!((run.state, run.reason), (RunState::Cancelled, Some(Reason::Stopped)));
        assert!(run.charged > credits("2") && run.charged < credits("3"), "{}", run.charged);
        let steps = world.steps_of(run.id).await;
        let states: Vec<_> = steps.iter().map(|step| (step.path.as_str(), step.state)).collect();
        assert_eq!(
            states,
            [
                ("turn.1", RunState::Succeeded),
                ("call.1", RunState::Cancelled),
                ("call.1.one", RunState::Succeeded),
                ("call.1.two", RunState::Cancelled),
            ]
        );
        assert_eq!(world.calls_of(run.id).await[0].1["status"], "stopped");
        assert_eq!(world.balance().await.held, credits("0"));
        world.assert_adds_up(run.id).await;
    }
}

#[tokio::test]
async fn a_server_that_dies_in_the_middle_is_settled_once_by_the_next() {
    for protocol in BOTH {
        let world = World::calling(protocol, "1000").await;
        let gate = Gate::new();
        world.provider.push(call(protocol, "run_tool", three()));
        world.provider.push(says("salt"));
        world.provider.push(halfway(&gate));
        let sent = world.want("Go", Effort::Medium).await.unwrap();
        gate.reached().await;
        loop {
            let steps = world.steps_of(sent.run.id).await;
            if steps.iter().any(|step| step.path == "call.1.two" && step.output_tokens > 0) {
                break;
            }
            tokio::task::yield_now().await;
        }
        let next = world.restarted().await;
        assert_eq!(next.app.recover().await.unwrap(), 1);
        let run = next.run_row(sent.run.id).await;
        assert_eq!((run.state, run.reason), (RunState::Failed, Some(Reason::ServerRestarted)));
        assert!(run.charged > credits("2") && run.charged < credits("3"), "{}", run.charged);
        assert!(next.steps_of(run.id).await.iter().all(|step| step.state.ended()));
        assert_eq!(next.app.recover().await.unwrap(), 0, "once");
        let ended =
            |entry: &&ampere_credits::ledger::Entry| matches!(entry.fact, Fact::Ended { .. });
        assert_eq!(next.journal().await.iter().filter(ended).count(), 1);
        next.assert_adds_up(run.id).await;
    }
}

#[tokio::test]
async fn a_dead_server_takes_its_question_along() {
    let mut catalog = ampere_app::Catalog::built_in().unwrap();
    catalog.agent.ask_above = credits("0.5");
    let world = World::under(catalog, "1000").await;
    world.provider.push(call(super::stage::Protocol::Native, "run_tool", three()));
    let sent = world.want("Go", Effort::Medium).await.unwrap();
    world.asked(sent.run.id).await;
    let next = world.restarted().await;
    assert_eq!(next.app.recover().await.unwrap(), 1);
    assert_eq!(next.app.question(&next.owner, sent.run.id).await.unwrap(), None);
    let run = next.run_row(sent.run.id).await;
    assert_eq!((run.state, run.charged), (RunState::Failed, credits("1")));
    next.assert_adds_up(run.id).await;
}

#[tokio::test]
async fn trying_again_is_a_run_of_its_own_with_the_same_files() {
    for protocol in BOTH {
        let world = World::calling(protocol, "1000").await;
        let file = world.file("plan.txt", "The plan is to sail.").await;
        world.provider.push(says("First."));
        let (text, attachments) = (Some("What is the plan?".to_owned()), vec![file]);
        let first = world.send(Ask { text, attachments, ..Ask::default() }).await.unwrap();
        world.ended(first.run.id).await;
        world.provider.push(call(protocol, "read_file", json!({ "file": "plan.txt" })));
        world.provider.push(says("To sail."));
        let again = Ask { retry_of: Some(first.answer.id), ..Ask::default() };
        let again = world.send(again).await.unwrap();
        let run = world.ended(again.run.id).await;
        assert_eq!((run.state, run.charged), (RunState::Succeeded, credits("2")));
        assert_eq!(again.question.id, first.question.id);
        assert_eq!(again.question.attachments, [file]);
        let steps = world.steps_of(run.id).await;
        let kinds: Vec<StepKind> = steps.iter().map(|step| step.kind).collect();
        use StepKind::{Answer, Call, Read};
        assert_eq!(kinds, [Read, Answer, Call, Answer]);
        assert!(world.told().contains("The plan is to sail."));
        let both =
            Ask { retry_of: Some(first.answer.id), attachments: vec![file], ..Ask::default() };
        assert!(world.send(both).await.is_err());
        world.assert_adds_up(run.id).await;
    }
}
