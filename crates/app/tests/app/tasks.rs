//! Tasks: steps, results, pausing, waiting, going on, over restarts. Exact numbers: the scripted
//! model's usage is known, and the local model's card is 0.5 and 2 credits per 1,000 tokens.

use ampere_adapters::ai::scripted::{Gate, Script, Step};
use ampere_app::spend::{Started, WhenShort};
use ampere_app::tasks::{Occasion, TaskOrder, What};
use ampere_app::{AppError, Catalog};
use ampere_credits::RunId;
use ampere_store::rows::{Reason, RunRow, RunState};
use serde_json::json;

use crate::world::{World, credits, pieces};

/// An answer that costs exactly 1 credit: 1,000 tokens read, 250 written.
fn one_credit(text: &str) -> Script {
    let mut steps = pieces(&[text]);
    steps.extend([Step::Usage { input: 1_000, output: 250 }, Step::Done]);
    Script::steps(steps)
}

impl World {
    pub async fn start(&self, when_short: WhenShort) -> Result<Started, AppError> {
        let key = format!("task-{}", self.unique());
        self.start_with(when_short, &key).await
    }

    pub async fn start_with(&self, when_short: WhenShort, key: &str) -> Result<Started, AppError> {
        let order = TaskOrder {
            what: What::Tool("three-questions".to_owned()),
            inputs: json!({ "topic": "sea" }),
            cap: None,
            model: None,
            when_short,
            occasion: Occasion::Person,
        };
        self.app.start_task(&self.owner, order, self.intent(key)).await
    }

    /// Buys 5,000 credits.
    pub async fn buy(&self) {
        self.buy_pack("pack_5000").await;
    }

    pub async fn buy_pack(&self, pack: &str) {
        let row = self
            .app
            .create_checkout(&self.owner, ampere_app::billing::checkout::Wish::pack(pack))
            .await
            .unwrap();
        self.app.pay_in_sandbox(&self.owner, row.id, "4242424242424242").await.unwrap();
    }

    pub async fn run_row(&self, run: RunId) -> RunRow {
        self.store.run(self.owner.org, run).await.unwrap().unwrap()
    }

    /// Waits until the run rests in this state, over however many feeds that takes.
    pub async fn until_state(&self, run: RunId, state: RunState) -> RunRow {
        let mut looks = 0;
        loop {
            let row = self.run_row(run).await;
            if row.state == state && self.app.feed(run).is_none() {
                return row;
            }
            assert!(!row.state.ended(), "{row:?}");
            match self.app.feed(run) {
                Some(feed) => {
                    let mut watcher = feed.watch(0);
                    while watcher.next().await.is_some() {}
                }
                None => {
                    looks += 1;
                    assert!(looks < 20_000, "{row:?} is not {state:?}");
                    tokio::task::yield_now().await;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_tool_runs_its_steps_and_keeps_what_came_out() {
    let world = World::with("50").await;
    for text in ["salt", "waves", "ships"] {
        world.provider.push(one_credit(text));
    }
    let run = world.start(WhenShort::Refuse).await.unwrap().run;
    let row = world.until_state(run.id, RunState::Succeeded).await;
    assert_eq!((row.charged, row.reason), (credits("3"), Some(Reason::Completed)));
    let detail = world.app.get_run(&world.owner, run.id).await.unwrap();
    let names: Vec<&str> = detail.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names, ["First", "Second", "Third"]);
    assert_eq!(detail.step_credits, [credits("1"), credits("1"), credits("1")]);
    let content = detail.content.unwrap();
    assert_eq!(content.inputs, json!({ "topic": "sea" }));
    assert_eq!(content.outcome.unwrap().value, json!("ships"));
    let prompts: Vec<String> =
        world.provider.calls().iter().map(|call| call.messages[0].content.clone()).collect();
    assert_eq!(prompts, ["Tell me about sea.", "More about: salt", "And about: waves"]);
    world.assert_settled().await;
}

#[tokio::test]
async fn a_run_that_runs_dry_between_steps_pauses_and_finishes_by_itself_after_a_purchase() {
    let world = World::with("2").await;
    for text in ["salt", "waves", "ships"] {
        world.provider.push(one_credit(text));
    }
    let run = world.start(WhenShort::Refuse).await.unwrap().run;
    let paused = world.until_state(run.id, RunState::PausedNoCredits).await;
    assert_eq!(paused.reason, Some(Reason::NoCredits));
    assert_eq!((paused.charged, paused.held), (credits("2"), credits("0")), "holds nothing");
    assert_eq!(world.provider.calls().len(), 2);
    world.assert_settled().await;
    let short = world.app.resume_run(&world.owner, run.id).await.unwrap_err();
    assert!(matches!(short, AppError::InsufficientCredits(_)), "{short:?}");
    world.buy().await;
    let done = world.until_state(run.id, RunState::Succeeded).await;
    assert_eq!(done.charged, credits("3"), "finished steps are not charged again");
    assert_eq!(world.provider.calls().len(), 3, "nor done again");
    let receipt = world.app.receipt(&world.owner, run.id).await.unwrap();
    assert_eq!((receipt.used, receipt.holds.len()), (credits("3"), 2));
    assert_eq!(receipt.lines.len(), 6);
    world.assert_settled().await;
}

#[tokio::test]
async fn started_steps_finish_in_the_overdraft_and_the_run_pauses_before_the_next() {
    let world = World::with("1.2").await;
    for text in ["salt", "waves", "ships"] {
        world.provider.push(one_credit(text));
    }
    let run = world.start(WhenShort::Refuse).await.unwrap().run;
    let paused = world.until_state(run.id, RunState::PausedNoCredits).await;
    assert_eq!(paused.charged, credits("2"), "the second step was finished");
    assert_eq!(world.balance().await.outstanding, credits("0.8"));
    world.grant("0.8").await;
    assert_eq!(world.run_row(run.id).await.state, RunState::PausedNoCredits, "debt is paid first");
    world.buy().await;
    let done = world.until_state(run.id, RunState::Succeeded).await;
    assert_eq!(done.charged, credits("3"));
    world.assert_settled().await;
}

#[tokio::test]
async fn a_step_cut_at_the_overdraft_limit_is_charged_and_done_again() {
    let mut catalog = Catalog::built_in().unwrap();
    catalog.overdraft.limit = credits("0.1");
    let world = World::under(catalog, "1.15").await;
    world.provider.push(one_credit("salt"));
    world.provider.push(Script::steps(vec![Step::Forever("sea ".to_owned())]));
    let run = world.start(WhenShort::Refuse).await.unwrap().run;
    let paused = world.until_state(run.id, RunState::PausedNoCredits).await;
    assert!(paused.charged > credits("1") && paused.charged <= credits("1.25"), "{paused:?}");
    world.assert_settled().await;
    for text in ["waves", "ships"] {
        world.provider.push(one_credit(text));
    }
    world.buy().await;
    let done = world.until_state(run.id, RunState::Succeeded).await;
    assert_eq!(done.charged, paused.charged.plus(credits("2")).unwrap(), "what was cut stays paid");
    let steps = world.store.steps(world.owner.org, run.id).await.unwrap();
    let told: Vec<_> = steps.iter().map(|step| (step.name.as_str(), step.attempt)).collect();
    assert_eq!(told, [("First", 1), ("Second", 1), ("Second", 2), ("Third", 1)]);
    world.assert_settled().await;
}

#[tokio::test]
async fn waiting_runs_are_served_in_order_and_a_smaller_one_behind_does_not_overtake() {
    let world = World::with("0").await;
    let refused = world.start(WhenShort::Refuse).await.unwrap_err();
    assert!(matches!(refused, AppError::InsufficientCredits(_)), "{refused:?}");
    let mut waiting = Vec::new();
    for _ in 0..5 {
        let started = world.start(WhenShort::Wait).await.unwrap();
        assert_eq!(started.run.state, RunState::WaitingForCredits);
        waiting.push(started.run.id);
    }
    let second = world.app.place_of(world.owner.org, waiting[1]).await.unwrap().unwrap();
    assert_eq!(second.ahead, 1);
    for _ in 0..15 {
        world.provider.push(one_credit("word"));
    }
    world.clock.advance_seconds(60);
    world.buy().await;
    for run in &waiting {
        let row = world.until_state(*run, RunState::Succeeded).await;
        assert_eq!(row.charged, credits("3"));
    }
    let held: Vec<RunId> = world
        .journal()
        .await
        .iter()
        .filter_map(|entry| match entry.fact {
            ampere_credits::ledger::Fact::Held { run, .. } => Some(run),
            _ => None,
        })
        .collect();
    assert_eq!(held, waiting, "in the order in which they came");
    world.assert_settled().await;
}

#[tokio::test]
async fn the_same_key_waits_once_whatever_became_of_the_first_reply() {
    let world = World::with("0").await;
    let first = world.start_with(WhenShort::Wait, "once").await.unwrap();
    let again = world.start_with(WhenShort::Wait, "once").await.unwrap();
    assert_eq!((again.run.id, again.replayed), (first.run.id, true));
    assert_eq!(world.store.queue(world.owner.org).await.unwrap().len(), 1);
    for _ in 0..3 {
        world.provider.push(one_credit("word"));
    }
    world.buy().await;
    world.until_state(first.run.id, RunState::Succeeded).await;
    let late = world.start_with(WhenShort::Wait, "once").await.unwrap();
    assert_eq!((late.run.id, late.replayed), (first.run.id, true));
    assert_eq!(world.provider.calls().len(), 3);
}

#[tokio::test]
async fn a_waiting_run_can_be_cancelled_and_waiting_ends_after_seven_days() {
    let world = World::with("0").await;
    let first = world.start(WhenShort::Wait).await.unwrap().run.id;
    let second = world.start(WhenShort::Wait).await.unwrap().run.id;
    world.app.cancel_run(&world.owner, first).await.unwrap();
    let row = world.run_row(first).await;
    assert_eq!((row.state, row.reason), (RunState::Cancelled, Some(Reason::Stopped)));
    world.clock.advance_seconds(6 * 86_400);
    world.app.sweep().await.unwrap();
    assert_eq!(world.run_row(second).await.state, RunState::WaitingForCredits);
    world.clock.advance_seconds(86_400 + 60);
    world.app.sweep().await.unwrap();
    let row = world.run_row(second).await;
    assert_eq!((row.state, row.reason), (RunState::Cancelled, Some(Reason::WaitedTooLong)));
    assert!(world.journal().await.is_empty(), "lack of credits costs nothing");
}

#[tokio::test]
async fn a_cap_is_never_passed_and_ends_the_run_with_its_reason() {
    let world = World::with("50").await;
    for text in ["salt", "waves", "ships"] {
        world.provider.push(one_credit(text));
    }
    let order = TaskOrder {
        what: What::Tool("three-questions".to_owned()),
        inputs: json!({ "topic": "sea" }),
        cap: Some(credits("2.1")),
        model: None,
        when_short: WhenShort::Refuse,
        occasion: Occasion::Person,
    };
    let run = world.app.start_task(&world.owner, order, world.intent("capped")).await.unwrap().run;
    let row = world.until_state(run.id, RunState::Failed).await;
    assert_eq!(row.reason, Some(Reason::StoppedAtCap));
    assert_eq!(row.charged, credits("2"), "what was done is charged");
    world.assert_settled().await;
}

#[tokio::test]
async fn a_restart_at_every_step_boundary_goes_on_where_it_was() {
    for finished in 0..3 {
        let world = World::with("50").await;
        for _ in 0..finished {
            world.provider.push(one_credit("done"));
        }
        let gate = Gate::new();
        let mut held = pieces(&["half an answer"]);
        held.push(Step::Wait(gate.clone()));
        world.provider.push(Script::steps(held));
        let run = world.start(WhenShort::Refuse).await.unwrap().run.id;
        gate.reached().await;
        // The server is gone; the next one finds the run with its hold.
        let next = world.restarted().await;
        for _ in finished..3 {
            next.provider.push(one_credit("done"));
        }
        next.app.recover().await.unwrap();
        let row = next.until_state(run, RunState::Succeeded).await;
        assert_eq!(row.charged, credits("3"), "nothing is charged twice");
        assert_eq!(next.provider.calls().len(), 3 - finished, "finished steps are not done again");
        let steps = next.store.steps(next.owner.org, run).await.unwrap();
        assert_eq!(steps.len(), 4);
        assert_eq!(steps[finished].state, RunState::Failed);
        assert_eq!(steps[finished].output_tokens, 0, "the interrupted one is not charged");
        assert_eq!(steps[finished + 1].attempt, 2);
        let mut ids: Vec<String> =
            world.provider.calls().iter().map(|call| call.call_id.clone()).collect();
        ids.extend(next.provider.calls().iter().map(|call| call.call_id.clone()));
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "the provider's log shows each call once");
        next.assert_settled().await;
    }
}

#[tokio::test]
async fn an_orderly_shut_down_leaves_a_task_to_the_next_start() {
    let world = World::with("50").await;
    world.provider.push(one_credit("done"));
    let gate = Gate::new();
    let mut held = pieces(&["half"]);
    held.push(Step::Wait(gate.clone()));
    world.provider.push(Script::steps(held));
    let run = world.start(WhenShort::Refuse).await.unwrap().run.id;
    gate.reached().await;
    world.app.shut_down(std::time::Duration::from_secs(10)).await;
    let next = world.restarted().await;
    next.provider.push(one_credit("done"));
    next.provider.push(one_credit("done"));
    next.app.recover().await.unwrap();
    let row = next.until_state(run, RunState::Succeeded).await;
    assert_eq!(row.charged, credits("3"));
    next.assert_settled().await;
}

#[tokio::test]
async fn the_same_key_starts_one_run_and_a_missing_input_is_named() {
    let world = World::with("50").await;
    for _ in 0..3 {
        world.provider.push(one_credit("word"));
    }
    let first = world.start_with(WhenShort::Wait, "once").await.unwrap();
    let again = world.start_with(WhenShort::Wait, "once").await.unwrap();
    assert_eq!((again.run.id, again.replayed), (first.run.id, true));
    world.until_state(first.run.id, RunState::Succeeded).await;
    let order = TaskOrder {
        what: What::Tool("three-questions".to_owned()),
        inputs: json!({}),
        cap: None,
        model: None,
        when_short: WhenShort::Wait,
        occasion: Occasion::Person,
    };
    let refused = world.app.start_task(&world.owner, order, world.intent("bad")).await;
    let Err(AppError::Invalid(mistakes)) = refused else { panic!("{refused:?}") };
    assert_eq!(mistakes[0].pointer, "/inputs/topic");
    world.assert_settled().await;
}
