//! Every end of a run settles once, by what was really used.

use std::task::Poll;

use ampere_adapters::ai::scripted::{Gate, Script, Step};
use ampere_adapters::ai::{Finish, ModelError};
use ampere_app::AppError;
use ampere_app::chat::Ask;
use ampere_credits::ledger::Fact;
use ampere_store::rows::{Author, Reason, RunState};

use crate::world::{World, credits, script};

#[tokio::test]
async fn a_message_is_charged_by_what_it_really_used() {
    let world = World::with("1000").await;
    world.provider.push(Script::answer(&["Hello", ", Ada."], 1_000, 500));
    let sent = world.ask("Say hello").await.unwrap();
    let run = world.ended(sent.run.id).await;
    assert_eq!((run.state, run.reason), (RunState::Succeeded, Some(Reason::Completed)));
    assert_eq!(run.charged, credits("1.5"), "1,000 × 0.5 + 500 × 2 credits a thousand");
    assert!(!run.estimated);
    let messages = world.app.list_messages(&world.owner, world.session).await.unwrap();
    let said: Vec<_> = messages.iter().map(|m| (m.author, m.text.as_str())).collect();
    assert_eq!(said, [(Author::User, "Say hello"), (Author::Assistant, "Hello, Ada.")]);
    assert_eq!(world.balance().await.available, credits("998.5"));
    let session = world.app.get_session(&world.owner, world.session).await.unwrap().row;
    assert_eq!((session.credits, session.title.as_str()), (credits("1.5"), "Say hello"));
    world.assert_settled().await;
}

#[tokio::test]
async fn the_hold_is_durable_before_the_provider_hears_of_it() {
    let world = World::with("1000").await;
    let gate = Gate::new();
    world.provider.push(Script::answer(&["x"], 1, 1).held(&gate));
    let sent = world.ask("hi").await.unwrap();
    gate.reached().await;
    let held = world.balance().await.held;
    assert!(held >= sent.run.quote.hold && held.is_positive());
    let run = world.store.run(world.owner.org, sent.run.id).await.unwrap().unwrap();
    assert_eq!(run.state, RunState::Queued);
    gate.open();
    world.ended(sent.run.id).await;
    world.assert_settled().await;
}

#[tokio::test]
async fn a_failure_before_the_first_output_costs_nothing() {
    for refusal in [
        ModelError::NotReached { detail: "busy".to_owned(), retry_after: None },
        ModelError::Refused { detail: "bad key".to_owned() },
        ModelError::InputTooLong,
    ] {
        let world = World::with("1000").await;
        world.provider.push(Script::refuse(refusal));
        let sent = world.ask("hi").await.unwrap();
        let run = world.ended(sent.run.id).await;
        assert_eq!((run.state, run.charged), (RunState::Failed, credits("0")));
        assert_eq!(world.balance().await.available, credits("1000"));
        let ends = world.journal().await;
        assert_eq!(ends.iter().filter(|e| e.fact.kind() == "released").count(), 1);
        world.assert_settled().await;
    }
}

#[tokio::test]
async fn a_stream_cut_after_output_charges_what_was_delivered_and_says_so() {
    let world = World::with("1000").await;
    world.provider.push(script(&["One ", "two ", "three "], vec![Step::Cut]));
    let sent = world.ask("count").await.unwrap();
    let run = world.ended(sent.run.id).await;
    assert_eq!((run.state, run.reason), (RunState::Failed, Some(Reason::CutStream)));
    assert!(run.estimated && run.charged.is_positive());
    world.assert_settled().await;
}

#[tokio::test]
async fn a_missing_count_is_our_own_and_marked_estimated() {
    let world = World::with("1000").await;
    let end = vec![Step::Finish(Finish::Stop), Step::Done];
    world.provider.push(script(&["No ", "count."], end));
    let sent = world.ask("hi").await.unwrap();
    let run = world.ended(sent.run.id).await;
    assert_eq!(run.state, RunState::Succeeded);
    assert!(run.estimated && run.charged.is_positive());
    world.assert_settled().await;
}

#[tokio::test]
async fn stop_charges_what_was_delivered_and_cancels_the_call() {
    let world = World::with("1000").await;
    world.provider.push(script(&["Once upon a time "], vec![Step::Hang]));
    let sent = world.ask("tell a story").await.unwrap();
    world.shown(sent.run.id, "Once upon").await;
    world.app.cancel_run(&world.owner, sent.run.id).await.unwrap();
    let run = world.ended(sent.run.id).await;
    assert_eq!((run.state, run.reason), (RunState::Cancelled, Some(Reason::Stopped)));
    assert!(run.charged.is_positive());
    world.provider.cancelled(&format!("{}:1", sent.run.id)).await;
    let messages = world.app.list_messages(&world.owner, world.session).await.unwrap();
    assert_eq!(messages[1].text, "Once upon a time ");
    world.assert_settled().await;
}

#[tokio::test]
async fn stop_before_the_first_output_costs_nothing() {
    let world = World::with("1000").await;
    world.provider.push(Script::steps(vec![Step::Queued(1), Step::Hang]));
    let sent = world.ask("hi").await.unwrap();
    world.provider.until(|calls| calls.iter().any(|call| call.steps >= 2)).await;
    world.app.cancel_run(&world.owner, sent.run.id).await.unwrap();
    let run = world.ended(sent.run.id).await;
    assert_eq!((run.state, run.charged), (RunState::Cancelled, credits("0")));
    world.assert_settled().await;
}

#[tokio::test]
async fn a_long_answer_extends_its_hold_before_it_passes_it() {
    let world = World::with("1000").await;
    let text = "word ".repeat(40);
    let texts: Vec<&str> = (0..40).map(|_| text.as_str()).collect();
    let end = [Step::Finish(Finish::Stop), Step::Usage { input: 50, output: 900 }, Step::Done];
    world.provider.push(script(&texts, end.to_vec()));
    let sent = world.ask("long").await.unwrap();
    let run = world.ended(sent.run.id).await;
    assert_eq!(run.charged, credits("1.825"));
    let journal = world.journal().await;
    assert!(journal.iter().any(|entry| entry.fact.kind() == "extended"));
    world.assert_settled().await;
}

#[tokio::test]
async fn usage_above_the_hold_is_covered_before_it_is_charged() {
    let world = World::with("1000").await;
    world.provider.push(Script::answer(&["short"], 10, 50_000));
    let sent = world.ask("think hard").await.unwrap();
    let run = world.ended(sent.run.id).await;
    assert_eq!(run.charged, credits("100.005"));
    world.assert_settled().await;
}

#[tokio::test]
async fn the_same_key_starts_one_run_and_another_body_is_refused() {
    let world = World::with("1000").await;
    let first = world.ask_with("hi", "key-1").await.unwrap();
    world.ended(first.run.id).await;
    let again = world.ask_with("hi", "key-1").await.unwrap();
    assert!(again.replayed && again.run.id == first.run.id);
    assert_eq!(again.answer.id, first.answer.id);
    let mut intent = world.intent("key-1");
    intent.hash = ampere_credits::ledger::Hash([1; 32]);
    let ask = Ask { text: Some("other".to_owned()), ..Ask::default() };
    let other = world.app.send_message(&world.owner, world.session, ask, intent).await;
    assert_eq!(other.err(), Some(AppError::IdempotencyMismatch));
    assert_eq!(world.provider.calls().len(), 1);
    world.assert_settled().await;
}

#[tokio::test]
async fn a_caller_who_goes_away_leaves_no_hold_without_its_run() {
    let world = World::with("1000").await;
    let warm = world.ask("hi").await.unwrap();
    world.ended(warm.run.id).await;
    let idle = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    // Dropped after its n-th poll for every n, until one completes untouched.
    for polls in 1_usize.. {
        let mut ask = Box::pin(world.ask("hi"));
        let mut count = 0;
        let untouched = std::future::poll_fn(|context| match ask.as_mut().poll(context) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => {
                count += 1;
                if count >= polls { Poll::Ready(None) } else { Poll::Pending }
            }
        })
        .await;
        drop(ask);
        // Whatever was started ends by itself.
        world.until_tasks(idle).await;
        if untouched.is_some() {
            println!("completed untouched after {polls} polls");
            break;
        }
    }
    let starts =
        world.journal().await.iter().filter(|e| matches!(e.fact, Fact::Held { .. })).count();
    assert_eq!(world.provider.calls().len(), starts, "every hold has had its one call");
    world.assert_settled().await;
}
