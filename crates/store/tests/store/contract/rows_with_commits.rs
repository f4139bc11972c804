//! Rows that stand or fall with a command of a pool.

use ampere_credits::ledger::Answer;
use ampere_credits::{CheckoutId, Credits};
use ampere_store::ports::StoreError;
use ampere_store::rows::*;

use crate::asks::*;
use crate::people::*;
use crate::world::{START, World};

/// A message to Joule: its run, the question and the place of the answer.
fn a_message(number: u128, id: u128) -> Vec<RowWrite> {
    let mut run = run(number, id);
    run.session = Some(session_id(number));
    run.answer = Some(message_id(id + 1_000));
    let mut answer = message(number, number, id + 1_000, Author::Assistant);
    answer.run = Some(run_id(id));
    answer.text = String::new();
    vec![
        RowWrite::Run(Box::new(run)),
        RowWrite::Message(message(number, number, id, Author::User)),
        RowWrite::Message(answer),
    ]
}

/// What is written with its settle.
fn its_end(number: u128, id: u128, whole: u32) -> Vec<RowWrite> {
    let (session, message) = (session_id(number), message_id(id + 1_000));
    vec![
        RowWrite::RunChange(ended(id, RunState::Succeeded, Reason::Completed)),
        RowWrite::MessageText { session, message, text: "the answer".to_owned() },
        RowWrite::UsageLine(usage_line(number, id, 1, whole)),
        RowWrite::Step(step(run_id(id), 1, RunState::Succeeded, 10)),
    ]
}

pub async fn rows_follow_the_command(world: World) {
    let one = found(&world, 1).await;
    world.store.create_session(session(1, 1)).await.unwrap();
    world.done(one, top_up(1, 100)).await;
    world.clock.advance(1);
    let held = world.done(one, with(hold(1, 10), a_message(1, 1))).await;
    let stored = world.store.run(one, run_id(1)).await.unwrap().unwrap();
    assert_eq!((stored.held, stored.charged), (credits(10), Credits::ZERO));
    assert_eq!((stored.position, stored.state), (held.position, RunState::Queued));
    world.clock.advance(1);
    let settled = world.done(one, with(settle(1, 7), its_end(1, 1, 7))).await;
    let stored = world.store.run(one, run_id(1)).await.unwrap().unwrap();
    let mut expected = run(1, 1);
    expected.session = Some(session_id(1));
    expected.answer = Some(message_id(1_001));
    expected.state = RunState::Succeeded;
    expected.reason = Some(Reason::Completed);
    expected.charged = credits(7);
    expected.started_at = Some(START);
    expected.ended_at = Some(START.plus_seconds(5));
    expected.day = Some(day("2026-11-22"));
    expected.position = settled.position;
    assert_eq!(stored, expected);
    let messages = world.store.messages(one, session_id(1)).await.unwrap();
    let texts: Vec<_> = messages.iter().map(|row| (row.author, row.text.as_str())).collect();
    assert_eq!(texts, [(Author::User, "text of 1"), (Author::Assistant, "the answer")]);
    assert_eq!(world.store.usage_lines(one, run_id(1)).await, Ok(vec![usage_line(1, 1, 1, 7)]));
    let steps = world.store.steps(one, run_id(1)).await;
    assert_eq!(steps, Ok(vec![step(run_id(1), 1, RunState::Succeeded, 10)]));
    let session = world.store.session(one, session_id(1)).await.unwrap().unwrap();
    assert_eq!((session.credits, session.message_count, session.running), (credits(7), 2, None));
    assert_eq!(session.updated_at, world.clock_now(), "the answer is its latest activity");
}

pub async fn a_refused_or_replayed_command_writes_no_row(world: World) {
    let one = found(&world, 1).await;
    world.store.create_session(session(1, 1)).await.unwrap();
    let refused = world.ask(one, with(hold(1, 10), a_message(1, 1))).await;
    assert!(matches!(refused, Answer::Refused(_)));
    assert_eq!(world.store.run(one, run_id(1)).await, Ok(None));
    world.done(one, top_up(1, 100)).await;
    world.done(one, with(hold(1, 10), a_message(1, 1))).await;
    let replayed = world.ask(one, with(hold(1, 10), a_message(1, 2))).await;
    assert!(matches!(replayed, Answer::Replayed(_)));
    assert_eq!(world.store.run(one, run_id(2)).await, Ok(None));
    assert_eq!(world.store.messages(one, session_id(1)).await.unwrap().len(), 2);
}

pub async fn a_run_shows_the_pools_numbers(world: World) {
    let one = found(&world, 1).await;
    let change = |state| {
        RowWrite::RunChange(RunChange {
            run: run_id(9),
            state,
            reason: None,
            estimated: true,
            started_at: None,
            ended_at: None,
            day: None,
        })
    };
    let numbers = || async {
        let run = world.store.run(one, run_id(9)).await.unwrap().unwrap();
        (run.state, run.held, run.charged)
    };
    world.done(one, top_up(1, 30)).await;
    let first = vec![RowWrite::Run(Box::new(run(1, 9)))];
    world.done(one, with(hold_for(1, 9, 20, None), first)).await;
    let running = vec![change(RunState::Running)];
    world.done(one, with(extend(1, 1, 30, Some(200)), running.clone())).await;
    assert_eq!(numbers().await, (RunState::Running, credits(30), Credits::ZERO), "no overdraft");
    let paused = vec![change(RunState::PausedNoCredits)];
    world.done(one, with(settle(1, 25), paused)).await;
    assert_eq!(numbers().await, (RunState::PausedNoCredits, Credits::ZERO, credits(25)));
    let world_again = with(hold_for(2, 9, 5, None), running);
    world.done(one, world_again).await;
    assert_eq!(numbers().await, (RunState::Running, credits(5), credits(25)), "a new hold");
    world.done(one, with(settle(2, 4), vec![change(RunState::Failed)])).await;
    assert_eq!(numbers().await, (RunState::Failed, Credits::ZERO, credits(29)));
    let run = world.store.run(one, run_id(9)).await.unwrap().unwrap();
    assert_eq!((run.estimated, run.position), (true, 6));
    // Begin and end in one commit: the numbers are those of its end.
    let both = vec![
        with(hold_for(3, 8, 1, None), vec![RowWrite::Run(Box::new(self::run(1, 8)))]),
        settle(3, 1),
    ];
    world.commit(one, both).await;
    let run = world.store.run(one, run_id(8)).await.unwrap().unwrap();
    assert_eq!((run.held, run.charged), (Credits::ZERO, credits(1)));
}

pub async fn a_row_that_cannot_be_written_undoes_the_whole_commit(world: World) {
    let one = found(&world, 1).await;
    let new = || vec![RowWrite::Run(Box::new(run(1, 1)))];
    world.commit(one, vec![top_up(1, 100), with(hold(1, 1), new())]).await;
    let before = world.audit(one).await;
    // The same run again, under another command: a fault of ours.
    let failed = world.store.commit(one, vec![top_up(2, 5), with(hold(2, 1), new())]).await;
    assert!(matches!(failed, Err(StoreError::Exists(_))), "{failed:?}");
    assert_eq!(world.audit(one).await, before, "nothing of it remains");
    world.commit(one, vec![top_up(2, 5), hold(2, 1)]).await;
    assert_eq!(world.audit(one).await.issued, credits(105), "what was cached is not used");
}

pub async fn texts_for_a_deleted_conversation_are_not_kept(world: World) {
    let one = found(&world, 1).await;
    world.store.create_session(session(1, 1)).await.unwrap();
    world.commit(one, vec![top_up(1, 100), with(hold(1, 10), a_message(1, 1))]).await;
    assert_eq!(world.store.delete_session(one, session_id(1), START).await, Ok(true));
    world.done(one, with(hold(2, 10), a_message(1, 2))).await;
    world.done(one, with(settle(1, 7), its_end(1, 1, 7))).await;
    assert_eq!(world.store.messages(one, session_id(1)).await, Ok(Vec::new()));
    let run = world.store.run(one, run_id(1)).await.unwrap().unwrap();
    assert_eq!((run.charged, run.title.as_str()), (credits(7), "Deleted session"));
}

pub async fn a_purchase_is_granted_in_the_same_commit(world: World) {
    let one = found(&world, 1).await;
    let id = CheckoutId::from_bits(1);
    world.store.create_checkout(checkout(1, 1), None).await.unwrap();
    world.store.set_checkout(one, id, declined("declined", START)).await.unwrap();
    world.clock.advance(9);
    let payment = "pay 1".to_owned();
    let granted = RowWrite::CheckoutGranted { checkout: id, grant: grant_id(1), payment };
    let outcome = world.done(one, with(top_up(1, 5_000), vec![granted])).await;
    let mut expected = checkout(1, 1);
    expected.state = CheckoutState::Granted;
    expected.payment = Some("pay 1".to_owned());
    expected.grant = Some(grant_id(1));
    expected.position = Some(outcome.position);
    expected.updated_at = world.clock_now();
    assert_eq!(world.store.checkout(one, id).await, Ok(Some(expected)));
}
