//! Runs, their steps and their usage.

use ampere_credits::{Credits, RunId};
use ampere_store::rows::*;

use crate::asks::*;
use crate::people::*;
use crate::work::*;
use crate::world::{START, World};

/// Writes runs, each with a hold of one credit that stays open.
pub(super) async fn start(world: &World, number: u128, runs: Vec<RunRow>) {
    let grant = top_up(number * 1_000, 1_000);
    let holds = runs.into_iter().map(|row| {
        let id = row.id.bits();
        with(hold(id, 1), vec![RowWrite::Run(Box::new(row))])
    });
    let requests = std::iter::once(grant).chain(holds).collect();
    world.commit(org(number), requests).await;
}

async fn settle_with(world: &World, number: u128, id: u128, rows: Vec<RowWrite>) {
    world.done(org(number), with(settle(id, 1), rows)).await;
}

fn ids(runs: Vec<RunRow>) -> Vec<u128> {
    runs.into_iter().map(|run| run.id.bits()).collect()
}

pub async fn runs_are_listed_newest_first(world: World) {
    let one = found(&world, 1).await;
    let of = |id: u128| {
        let session = id.is_multiple_of(2).then(|| session_id(1));
        let state = if id > 4 { RunState::Running } else { RunState::Queued };
        RunRow { session, state, ..run(1, id) }
    };
    start(&world, 1, (1..=6).map(of).collect()).await;
    for id in [1, 2] {
        let end = ended(id, RunState::Succeeded, Reason::Completed);
        settle_with(&world, 1, id, vec![RowWrite::RunChange(end)]).await;
    }
    let list = |filter: RunFilter, page: Page| async {
        ids(world.store.runs(one, filter, page).await.unwrap())
    };
    let all = RunFilter::default;
    assert_eq!(list(all(), page(4)).await, [6, 5, 4, 3]);
    assert_eq!(list(all(), before(run_id(3), 4)).await, [2, 1]);
    let running = RunFilter { states: vec![RunState::Running], ..all() };
    assert_eq!(list(running, page(9)).await, [6, 5]);
    let messages = RunFilter { kind: Some(RunKind::Message), ..all() };
    assert_eq!(list(messages, page(2)).await, [6, 5]);
    let in_session = || RunFilter { session: Some(session_id(1)), ..all() };
    assert_eq!(list(in_session(), page(9)).await, [6, 4, 2]);
    let queued = RunFilter { states: vec![RunState::Queued], ..in_session() };
    assert_eq!(list(queued, before(run_id(6), 9)).await, [4]);
    let unended = || RunFilter { unended_only: true, ..all() };
    assert_eq!(list(unended(), page(9)).await, [6, 5, 4, 3]);
    let there = RunFilter { session: Some(session_id(1)), ..unended() };
    assert_eq!(list(there, page(9)).await, [6, 4]);
    let row = world.store.run(one, run_id(5)).await.unwrap().unwrap();
    assert_eq!(row.started_by_name, "Person 1");
}

pub async fn runs_are_found_by_what_they_do_and_what_started_them(world: World) {
    let one = found(&world, 1).await;
    let tool = |id, subject| tool_run(1, id, subject);
    let by = |run: RunRow, trigger, schedule: Option<u128>| RunRow {
        trigger,
        schedule: schedule.map(schedule_id),
        ..run
    };
    let workflow = RunRow { kind: RunKind::Workflow, ..tool(4, "wf") };
    let title = RunRow { kind: RunKind::Background, ..tool(6, "title") };
    let cap = Some(credits(50));
    let runs = vec![
        run(1, 1),
        tool(2, "rewrite"),
        by(tool(3, "rewrite"), Trigger::Schedule, Some(1)),
        by(workflow, Trigger::Schedule, Some(2)),
        RunRow { state: RunState::Running, cap, ..tool(5, "compare") },
        by(title, Trigger::Background, None),
    ];
    start(&world, 1, runs).await;
    let list = |filter: RunFilter, page: Page| async {
        ids(world.store.runs(one, filter, page).await.unwrap())
    };
    let all = RunFilter::default;
    let kind = |kind| RunFilter { kind: Some(kind), ..all() };
    let subject = |subject: &str| RunFilter { subject: Some(subject.to_owned()), ..all() };
    assert_eq!(list(kind(RunKind::Tool), page(9)).await, [5, 3, 2]);
    assert_eq!(list(kind(RunKind::Tool), before(run_id(5), 1)).await, [3]);
    assert_eq!(list(subject("rewrite"), page(9)).await, [3, 2]);
    let schedule = |id| RunFilter { schedule: Some(schedule_id(id)), ..all() };
    assert_eq!(list(schedule(1), page(9)).await, [3]);
    assert_eq!(list(RunFilter { kind: Some(RunKind::Tool), ..schedule(2) }, page(9)).await, [0; 0]);
    let trigger = |trigger| RunFilter { trigger: Some(trigger), ..all() };
    assert_eq!(list(trigger(Trigger::Schedule), page(9)).await, [4, 3]);
    assert_eq!(list(trigger(Trigger::Background), page(9)).await, [6]);
    let by_hand = RunFilter { trigger: Some(Trigger::Person), ..subject("rewrite") };
    assert_eq!(list(by_hand, page(9)).await, [2]);
    let working = RunFilter { states: vec![RunState::Running, RunState::Succeeded], ..all() };
    assert_eq!(list(working, page(9)).await, [5]);
    let either = RunFilter { states: vec![RunState::Running, RunState::Queued], ..all() };
    assert_eq!(list(either, page(9)).await, [6, 5, 4, 3, 2, 1]);
    let row = world.store.run(one, run_id(5)).await.unwrap().unwrap();
    assert_eq!((row.subject.as_deref(), row.cap), (Some("compare"), cap));
}

pub async fn a_run_that_waits_follows_no_step(world: World) {
    let one = found(&world, 1).await;
    start(&world, 1, vec![tool_run(1, 1, "rewrite")]).await;
    let state = || async { stored(&world, one, 1).await.state };
    let record =
        |number| world.store.record(one, step(run_id(1), number, RunState::Running, 1), None);
    for waits in [RunState::PausedNoCredits, RunState::WaitingForCredits] {
        let change = RunChange { ended_at: None, ..ended(1, waits, Reason::NoCredits) };
        let number = if waits == RunState::PausedNoCredits { 901 } else { 902 };
        world.commit(one, vec![with(top_up(number, 1), vec![RowWrite::RunChange(change)])]).await;
        record(1).await.unwrap();
        assert_eq!(state().await, waits, "a late word of its work does not start it");
    }
    assert_eq!(world.store.steps(one, run_id(1)).await.unwrap().len(), 1, "but it is kept");
}

pub async fn a_step_is_done_again_by_a_later_attempt(world: World) {
    let one = found(&world, 1).await;
    start(&world, 1, vec![tool_run(1, 1, "rewrite")]).await;
    let part = |attempt, state, result: Option<&str>| StepRow {
        part: 3,
        kind: StepKind::Prompt,
        attempt,
        note: Some(format!("attempt {attempt}")),
        result: result.map(str::to_owned),
        ..step(run_id(1), 1, state, u64::from(attempt))
    };
    let record = |step: StepRow| world.store.record(one, step, None);
    let steps = || async { world.store.steps(one, run_id(1)).await.unwrap() };
    record(part(1, RunState::Running, None)).await.unwrap();
    record(part(1, RunState::Failed, None)).await.unwrap();
    record(part(1, RunState::Running, None)).await.unwrap();
    assert_eq!(steps().await, [part(1, RunState::Failed, None)], "it has ended");
    record(part(2, RunState::Running, None)).await.unwrap();
    assert_eq!(steps().await, [part(2, RunState::Running, None)]);
    record(part(2, RunState::Succeeded, Some("[1]"))).await.unwrap();
    assert_eq!(steps().await, [part(2, RunState::Succeeded, Some("[1]"))]);
    let last = RowWrite::Step(part(2, RunState::Succeeded, None));
    settle_with(&world, 1, 1, vec![last]).await;
    assert_eq!(steps().await, [part(2, RunState::Succeeded, Some("[1]"))], "its result stays");
}

pub async fn a_step_is_recorded_until_it_or_its_run_has_ended(world: World) {
    let one = found(&world, 1).await;
    world.store.create_session(session(1, 1)).await.unwrap();
    let text = || async { world.store.messages(one, session_id(1)).await.unwrap().remove(0).text };
    let record = |step: StepRow, text: &str| {
        let answer = (session_id(1), message_id(1), text.to_owned());
        world.store.record(one, step, Some(answer))
    };
    let answer = RowWrite::Message(message(1, 1, 1, Author::Assistant));
    let new = vec![RowWrite::Run(Box::new(run(1, 1))), answer];
    world.commit(one, vec![top_up(1, 10), with(hold(1, 1), new)]).await;

    record(step(run_id(1), 1, RunState::Running, 5), "Hel").await.unwrap();
    let row = world.store.run(one, run_id(1)).await.unwrap().unwrap();
    assert_eq!((row.state, row.started_at), (RunState::Running, Some(START)));
    assert_eq!(text().await, "Hel");
    record(step(run_id(1), 1, RunState::Succeeded, 9), "Hello").await.unwrap();
    let row = world.store.run(one, run_id(1)).await.unwrap().unwrap();
    assert_eq!(row.state, RunState::Running, "a run ends by its settle, not by a step");
    record(step(run_id(1), 1, RunState::Running, 1), "late").await.unwrap();
    record(step(run_id(1), 2, RunState::Running, 2), "Hello w").await.unwrap();
    let steps = world.store.steps(one, run_id(1)).await.unwrap();
    let first = step(run_id(1), 1, RunState::Succeeded, 9);
    assert_eq!(steps, [first, step(run_id(1), 2, RunState::Running, 2)]);
    assert_eq!(text().await, "Hello w");

    let end = ended(1, RunState::Cancelled, Reason::Stopped);
    settle_with(&world, 1, 1, vec![RowWrite::RunChange(end)]).await;
    record(step(run_id(1), 2, RunState::Running, 99), "too late").await.unwrap();
    record(step(run_id(7), 1, RunState::Running, 1), "no such run").await.unwrap();
    assert_eq!(world.store.steps(one, run_id(1)).await.unwrap(), steps);
    assert_eq!(world.store.steps(one, run_id(7)).await, Ok(Vec::new()));
    assert_eq!(text().await, "Hello w");
    let row = world.store.run(one, run_id(1)).await.unwrap().unwrap();
    assert_eq!(row.state, RunState::Cancelled);
    world.store.record(one, step(run_id(1), 3, RunState::Running, 1), None).await.unwrap();
    assert_eq!(world.store.steps(one, run_id(1)).await.unwrap().len(), 2);
}

pub async fn orphans_are_the_unended_runs_of_other_processes(world: World) {
    found(&world, 1).await;
    found(&world, 2).await;
    let on = |number, id, server: &str| RunRow { server: server.to_owned(), ..run(number, id) };
    start(&world, 1, vec![on(1, 1, "old"), on(1, 2, "new"), on(1, 3, "old")]).await;
    start(&world, 2, vec![on(2, 4, "older")]).await;
    let end = ended(3, RunState::Failed, Reason::ProviderError);
    settle_with(&world, 1, 3, vec![RowWrite::RunChange(end)]).await;
    let orphans = world.store.orphans("new").await.unwrap();
    let found: Vec<_> = orphans.iter().map(|run| (run.org, run.id)).collect();
    assert_eq!(found, [(org(1), run_id(1)), (org(2), run_id(4))]);
}

pub async fn history_knows_what_succeeded(world: World) {
    let one = found(&world, 1).await;
    let other = RunRow { model: "other".to_owned(), ..run(1, 5) };
    let runs = (1..=4).map(|id| run(1, id)).chain([other]).collect();
    start(&world, 1, runs).await;
    for (id, state) in [
        (1, RunState::Succeeded),
        (2, RunState::Failed),
        (3, RunState::Succeeded),
        (4, RunState::Succeeded),
        (5, RunState::Succeeded),
    ] {
        let tokens = u64::try_from(id).unwrap() * 100;
        let rows = vec![
            RowWrite::RunChange(ended(id, state, Reason::Completed)),
            RowWrite::Step(step(run_id(id), 1, state, tokens)),
            RowWrite::Step(step(run_id(id), 2, state, 1)),
        ];
        settle_with(&world, 1, id, rows).await;
    }
    let store = &world.store;
    let history = |model: &'static str, limit| async move {
        store.history(one, RunKind::Message, model, limit).await.unwrap()
    };
    assert_eq!(history("local", 9).await, [401, 301, 101]);
    assert_eq!(history("local", 2).await, [401, 301]);
    assert_eq!(history("other", 2).await, [501]);
    assert_eq!(history("none", 2).await, [0u64; 0]);
}

pub async fn usage_is_summed_by_its_settle(world: World) {
    let one = found(&world, 1).await;
    join(&world, 1, 5).await;
    start(&world, 1, (1..=3).map(|id| run(1, id)).collect()).await;
    let later = |line: UsageLineRow, seconds, on: &str, model: &str| UsageLineRow {
        at: START.plus_seconds(seconds),
        day: day(on),
        model: model.to_owned(),
        ..line
    };
    let first = [usage_line(1, 1, 1, 3), usage_line(1, 1, 2, 4)];
    settle_with(&world, 1, 1, first.map(RowWrite::UsageLine).to_vec()).await;
    let second = later(usage_line(5, 2, 1, 2), 60, "2026-11-23", "big");
    settle_with(&world, 1, 2, vec![RowWrite::UsageLine(second)]).await;
    let third = later(usage_line(5, 3, 1, 8), 120, "2026-11-23", "big");
    settle_with(&world, 1, 3, vec![RowWrite::UsageLine(third)]).await;

    let until = START.plus_seconds(120);
    let sums = world.store.usage(one, START, until).await.unwrap();
    let expected = UsageSums {
        kinds: vec![("message".to_owned(), credits(9), 2)],
        models: vec![("local".to_owned(), credits(7), 1), ("big".to_owned(), credits(2), 1)],
        people: vec![
            (user_id(1), "Person 1".to_owned(), credits(7), 1),
            (user_id(5), "Person 5".to_owned(), credits(2), 1),
        ],
        days: vec![(day("2026-11-22"), credits(7)), (day("2026-11-23"), credits(2))],
    };
    assert_eq!(sums, expected, "half-open: what settles at the end is of the next span");
    let none = world.store.usage(one, until.plus_seconds(1), until.plus_days(1)).await;
    assert_eq!(none, Ok(UsageSums::default()));
}

pub async fn runs_of_others_are_not_seen(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    start(&world, 1, vec![RunRow { session: Some(session_id(1)), ..run(1, 1) }]).await;
    let rows = vec![
        RowWrite::RunChange(ended(1, RunState::Succeeded, Reason::Completed)),
        RowWrite::UsageLine(usage_line(1, 1, 1, 1)),
        RowWrite::Step(step(run_id(1), 1, RunState::Succeeded, 1)),
    ];
    settle_with(&world, 1, 1, rows).await;
    let store = &world.store;
    let run: RunId = run_id(1);
    assert_eq!(store.run(two, run).await, Ok(None));
    assert_eq!(store.steps(two, run).await, Ok(Vec::new()));
    assert_eq!(store.usage_lines(two, run).await, Ok(Vec::new()));
    assert_eq!(store.history(two, RunKind::Message, "local", 9).await, Ok(Vec::new()));
    let usage = store.usage(two, START, START.plus_days(1)).await;
    assert_eq!(usage, Ok(UsageSums::default()));
    for session in [None, Some(session_id(1))] {
        for unended_only in [false, true] {
            let filter = RunFilter { session, unended_only, ..RunFilter::default() };
            assert_eq!(store.runs(two, filter, page(9)).await, Ok(Vec::new()));
        }
    }
    let running = step(run, 1, RunState::Running, 7);
    store.record(two, running, None).await.unwrap();
    // A command of another pool cannot change the run either.
    let change = RowWrite::RunChange(ended(1, RunState::Failed, Reason::Stopped));
    world.commit(two, vec![with(top_up(1, 1), vec![change])]).await;
    let kept = store.run(one, run).await.unwrap().unwrap();
    assert_eq!((kept.state, kept.charged), (RunState::Succeeded, credits(1)));
    assert_ne!(kept.charged, Credits::ZERO);
}
