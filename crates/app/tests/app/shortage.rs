//! Running out: one refusal that names everything, started work that finishes, and going on.

use ampere_adapters::ai::Finish;
use ampere_adapters::ai::scripted::{Script, Step};
use ampere_app::AppError;
use ampere_store::rows::{Reason, RunState};

use crate::world::{World, credits, script};

#[tokio::test]
async fn at_zero_nothing_starts_nothing_is_written_and_the_refusal_names_all() {
    let world = World::with("0").await;
    let before = world.journal().await;
    let Err(AppError::InsufficientCredits(shortage)) = world.ask("hi").await else {
        panic!("started without credits");
    };
    assert_eq!(shortage.available, credits("0"));
    assert_eq!(shortage.shortfall, shortage.required);
    assert!(shortage.billing_access);
    assert_eq!(shortage.can_add, ["Ada"]);
    assert_eq!(world.journal().await, before);
    let messages = world.app.list_messages(&world.owner, world.session).await.unwrap();
    assert!(messages.is_empty(), "the draft stays the caller's");
    assert!(world.provider.calls().is_empty());
}

#[tokio::test]
async fn after_credits_come_the_same_key_works() {
    let world = World::with("0").await;
    assert!(world.ask_with("hi", "same").await.is_err());
    world.grant("10").await;
    let sent = world.ask_with("hi", "same").await.unwrap();
    assert!(!sent.replayed);
    world.ended(sent.run.id).await;
    world.assert_settled().await;
}

#[tokio::test]
async fn started_work_finishes_in_the_overdraft_and_the_next_has_to_wait() {
    let world = World::with("1").await;
    world.provider.push(Script::answer(&["A long thought."], 100, 5_000));
    let sent = world.ask("think").await.unwrap();
    let run = world.ended(sent.run.id).await;
    assert_eq!(run.state, RunState::Succeeded);
    assert_eq!(run.charged, credits("10.05"));
    let balance = world.balance().await;
    assert_eq!(balance.available, credits("0"));
    assert_eq!(balance.outstanding, credits("9.05"));
    let Err(AppError::InsufficientCredits(shortage)) = world.ask("again").await else {
        panic!("started while in debt");
    };
    assert_eq!(shortage.outstanding, credits("9.05"));
    world.grant("20").await;
    assert_eq!(world.balance().await.available, credits("10.95"), "debt is paid first");
    let next = world.ask("again").await.unwrap();
    world.ended(next.run.id).await;
    world.assert_settled().await;
}

#[tokio::test]
async fn at_the_overdraft_limit_the_answer_stops_like_a_cut_stream() {
    let world = World::with("1").await;
    let long = "word ".repeat(2_000);
    let steps = script(&[long.as_str(); 60], vec![Step::Finish(Finish::Stop), Step::Done]);
    world.provider.push(steps);
    let sent = world.ask("write a book").await.unwrap();
    let run = world.ended(sent.run.id).await;
    // The model's own limit on an answer may come first; then the run has simply ended.
    assert!(run.charged <= credits("201"), "never beyond pool and overdraft: {:?}", run.charged);
    if run.state == RunState::Failed {
        assert_eq!(run.reason, Some(Reason::StoppedAtCredits));
    }
    let balance = world.balance().await;
    assert!(balance.outstanding <= credits("200"));
    world.assert_settled().await;
}

#[tokio::test]
async fn usage_beyond_pool_and_overdraft_is_our_cost() {
    let world = World::with("1").await;
    world.provider.push(Script::answer(&["x"], 10, 1_000_000));
    let sent = world.ask("think for ever").await.unwrap();
    let run = world.ended(sent.run.id).await;
    assert_eq!(run.charged, credits("201"), "1 in the pool and an overdraft of 200");
    let lines = world.store.usage_lines(world.owner.org, run.id).await.unwrap();
    let sum = ampere_credits::Credits::sum(lines.iter().map(|line| line.credits)).unwrap();
    assert_eq!(sum, run.charged, "the lines add up to what was charged");
    world.assert_settled().await;
}
