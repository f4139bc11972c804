//! Testing one step of a workflow with what an earlier run left for it: what it starts from, what
//! it costs, and whose results it may use.

use ampere_adapters::ai::scripted::{Script, Step};
use ampere_app::AppError;
use ampere_app::workflows::{ConditionTested, StepTest, StepTested};
use ampere_credits::{RunId, UserId, WorkflowId};
use ampere_store::rows::{Reason, Role, RunKind, RunRow, RunState};
use serde_json::json;

use crate::workflows::{definition, made, one_credit, start};
use crate::world::{World, credits};

const ANSWERS: [&str; 7] = ["one", "two", "three", "very good", "four", "five", "six"];

/// The step of the kept workflow, with what the newest run left.
fn of(workflow: WorkflowId, step: &str) -> StepTest {
    let step = step.to_owned();
    StepTest { workflow, step, draft: None, inputs: None, run: None, cap: None, model: None }
}

async fn test(world: &World, test: StepTest) -> Result<StepTested, AppError> {
    let intent = world.intent(&format!("test-{}", world.unique()));
    world.app.test_step(&world.owner, test, intent).await
}

/// A test that runs, once it has ended.
async fn tested(world: &World, asked: StepTest) -> RunRow {
    match test(world, asked).await.unwrap() {
        StepTested::Started(started) => world.ended(started.run.id).await,
        StepTested::Condition(condition) => panic!("{condition:?}"),
    }
}

async fn looked_at(world: &World, asked: StepTest) -> ConditionTested {
    match test(world, asked).await.unwrap() {
        StepTested::Condition(condition) => condition,
        StepTested::Started(started) => panic!("{:?}", started.run),
    }
}

async fn refused(world: &World, asked: StepTest) -> AppError {
    test(world, asked).await.unwrap_err()
}

/// A workflow that has run with these answers.
async fn run(world: &World, id: WorkflowId, answers: &[&str]) -> RunId {
    for text in answers {
        world.provider.push(one_credit(text));
    }
    let run = start(world, id).await;
    world.ended(run).await;
    run
}

/// What the model was asked last.
fn last_question(world: &World) -> String {
    world.provider.calls().last().unwrap().messages.last().unwrap().content.clone()
}

#[tokio::test]
async fn a_question_is_a_run_of_that_one_step_with_the_last_results() {
    let world = World::with("50").await;
    let id = made(&world, "good").await;
    let whole = run(&world, id, &ANSWERS).await;
    world.provider.push(one_credit("still good"));
    let row = tested(&world, of(id, "judge")).await;
    assert_eq!((row.state, row.charged), (RunState::Succeeded, credits("1")));
    assert_eq!(row.kind, RunKind::Workflow);
    assert_eq!(row.title, "Test of step 2 of Two rounds: Judge");
    assert_eq!(world.provider.calls().len(), 8, "one call, and nothing before it again");
    let asked = last_question(&world);
    assert!(asked.starts_with("Is it good?") && asked.contains("three"), "{asked}");
    let detail = world.app.get_run(&world.owner, row.id).await.unwrap();
    assert_eq!(detail.content.unwrap().outcome.unwrap().value, json!("still good"));
    // It is none of the workflow's own runs: neither its last one nor one to learn costs from.
    let view = world.app.workflow(&world.owner, id).await.unwrap();
    assert_eq!(view.last_run.unwrap().id, whole);
    world.assert_settled().await;
}

#[tokio::test]
async fn a_tools_step_is_an_ordinary_run_of_the_tool() {
    let world = World::with("50").await;
    let id = made(&world, "good").await;
    run(&world, id, &ANSWERS).await;
    for text in ["seven", "eight", "nine"] {
        world.provider.push(one_credit(text));
    }
    let row = tested(&world, of(id, "again")).await;
    assert_eq!((row.kind, row.subject.as_deref()), (RunKind::Tool, Some("three-questions")));
    assert_eq!((row.state, row.charged), (RunState::Succeeded, credits("3")));
    let content = world.app.get_run(&world.owner, row.id).await.unwrap().content.unwrap();
    assert_eq!(content.inputs["topic"], "very good", "what Joule had answered");
    assert_eq!(content.outcome.unwrap().value, json!("nine"));
    world.assert_settled().await;
}

#[tokio::test]
async fn a_condition_is_answered_at_once_for_nothing() {
    let world = World::with("50").await;
    let id = made(&world, "good").await;
    run(&world, id, &ANSWERS).await;
    let before = world.journal().await.len();
    let looked = looked_at(&world, of(id, "gate")).await;
    let of_kept =
        ConditionTested { held: true, left: "very good".to_owned(), right: "good".to_owned() };
    assert_eq!(looked, of_kept);
    let draft = StepTest { draft: Some(definition("great")), ..of(id, "gate") };
    let looked = looked_at(&world, draft).await;
    assert_eq!((looked.held, looked.right.as_str()), (false, "great"), "as it is being edited");
    assert_eq!(world.journal().await.len(), before);
    assert_eq!(world.provider.calls().len(), 7);
}

#[tokio::test]
async fn the_draft_is_what_is_tested_and_given_inputs_go_before_the_last_ones() {
    let world = World::with("50").await;
    let id = made(&world, "good").await;
    run(&world, id, &ANSWERS).await;
    let mut draft = definition("good");
    draft["steps"][1]["prompt"] = json!("Is it short?");
    draft["steps"][1]["inputs"]["about"] = json!({ "from": "inputs.topic" });
    world.provider.push(one_credit("yes"));
    tested(&world, StepTest { draft: Some(draft.clone()), ..of(id, "judge") }).await;
    let asked = last_question(&world);
    assert!(asked.starts_with("Is it short?") && asked.contains("sea"), "{asked}");
    world.provider.push(one_credit("yes"));
    let inputs = Some(json!({ "topic": "moon" }));
    tested(&world, StepTest { draft: Some(draft), inputs, ..of(id, "judge") }).await;
    let asked = last_question(&world);
    assert!(asked.contains("moon") && asked.contains("three"), "{asked}");
}

#[tokio::test]
async fn without_a_run_that_got_there_it_says_so_and_nothing_happens() {
    let world = World::with("50").await;
    let id = made(&world, "good").await;
    let said = |error: AppError| match error {
        AppError::Conflict(text) => text,
        other => panic!("{other:?}"),
    };
    assert!(said(refused(&world, of(id, "judge")).await).starts_with("there is no finished run"));
    world.provider.push(one_credit("one"));
    world.provider.push(Script::steps(vec![Step::Cut]));
    let broken = start(&world, id).await;
    assert_eq!(world.ended(broken).await.state, RunState::Failed);
    assert!(said(refused(&world, of(id, "judge")).await).starts_with("no earlier run"));
    assert!(matches!(refused(&world, of(id, "none")).await, AppError::Invalid(_)));
    // What needs no results needs no run that has them.
    for text in ["a", "b", "c"] {
        world.provider.push(one_credit(text));
    }
    let row = tested(&world, of(id, "ask")).await;
    assert_eq!((row.kind, row.charged), (RunKind::Tool, credits("3")));
    world.assert_settled().await;
}

#[tokio::test]
async fn the_newest_run_that_got_far_enough_is_used_however_it_ended() {
    let world = World::with("90").await;
    let id = made(&world, "good").await;
    let first = run(&world, id, &ANSWERS).await;
    let ended = run(&world, id, &["one", "two", "III", "bad"]).await;
    let reason = world.ended(ended).await.reason;
    assert_eq!(reason, Some(Reason::ConditionNotMet));
    world.provider.push(Script::steps(vec![Step::Cut]));
    let failed = start(&world, id).await;
    assert_eq!(world.ended(failed).await.state, RunState::Failed);
    world.provider.push(one_credit("fine"));
    tested(&world, of(id, "judge")).await;
    assert!(last_question(&world).contains("III"));
    world.provider.push(one_credit("fine"));
    tested(&world, StepTest { run: Some(first), ..of(id, "judge") }).await;
    assert!(last_question(&world).contains("three"), "the run that was named");
}

#[tokio::test]
async fn results_of_others_are_not_used_by_members() {
    let world = World::with("50").await;
    let id = made(&world, "good").await;
    let owners = run(&world, id, &ANSWERS).await;
    let mut ben = world.owner.clone();
    (ben.user, ben.role) = (UserId::from_bits(77), Role::Member);
    let ask = |test: StepTest, key: &str| {
        let (app, ben, intent) = (world.app.clone(), ben.clone(), world.intent(key));
        async move { app.test_step(&ben, test, intent).await.unwrap_err() }
    };
    assert!(matches!(ask(of(id, "judge"), "a").await, AppError::Conflict(_)));
    let named = StepTest { run: Some(owners), ..of(id, "judge") };
    assert!(matches!(ask(named, "b").await, AppError::Invalid(_)), "as if it did not exist");
    assert_eq!(world.provider.calls().len(), 7);
}

#[tokio::test]
async fn it_spends_like_everything_and_the_same_wish_once() {
    let world = World::with("12").await;
    let id = made(&world, "good").await;
    run(&world, id, &ANSWERS).await;
    world.provider.push(one_credit("fine"));
    let intent = || world.intent("the same wish");
    let mut ids = Vec::new();
    for _ in 0..2 {
        let started = world.app.test_step(&world.owner, of(id, "judge"), intent()).await;
        let StepTested::Started(started) = started.unwrap() else { panic!("a run") };
        ids.push(started.run.id);
        world.ended(started.run.id).await;
    }
    assert_eq!(ids[0], ids[1]);
    assert_eq!(world.provider.calls().len(), 8);
    assert_eq!(world.balance().await.available, credits("4"));
    let short = refused(&world, of(id, "judge")).await;
    assert!(matches!(short, AppError::InsufficientCredits(_)), "{short:?}");
    assert!(looked_at(&world, of(id, "gate")).await.held, "looking stays free");
    world.assert_settled().await;
}
