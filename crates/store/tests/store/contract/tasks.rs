//! What runs do, what they cost, and what they gave.

use ampere_store::rows::*;

use crate::asks::*;
use crate::people::*;
use crate::work::*;
use crate::world::World;

/// Runs a tool to its end: its row, what it does, what it was charged, what it gave.
async fn run_tool(world: &World, run: RunRow, inputs: &str, end: (u32, RunState)) {
    let (one, id, (charge, state)) = (run.org, run.id.bits(), end);
    let new = vec![
        RowWrite::Run(Box::new(run.clone())),
        RowWrite::Task(Box::new(TaskRow { org: one, ..task(1, id, inputs) })),
    ];
    world.done(one, with(hold(id, 10), new)).await;
    let over = vec![
        RowWrite::RunChange(ended(id, state, Reason::Completed)),
        RowWrite::TaskResult { run: run.id, result: format!("\"result of {id}\"") },
    ];
    world.done(one, with(settle(id, charge), over)).await;
}

pub async fn a_task_is_kept_as_it_was_when_it_started(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let new = vec![
        RowWrite::Run(Box::new(tool_run(1, 1, "rewrite"))),
        RowWrite::Task(Box::new(task(1, 1, "{\"a\":1}"))),
    ];
    world.commit(one, vec![top_up(1, 10), with(hold(1, 5), new)]).await;
    let store = &world.store;
    assert_eq!(store.task(one, run_id(1)).await, Ok(Some(task(1, 1, "{\"a\":1}"))));
    assert_eq!(store.task(two, run_id(1)).await, Ok(None));
    assert_eq!(store.started_under(one, "start:1").await, Ok(Some(run_id(1))));
    assert_eq!(store.started_under(two, "start:1").await, Ok(None));
    let result = || RowWrite::TaskResult { run: run_id(1), result: "[1]".to_owned() };
    // A command of another pool does not write it.
    world.commit(two, vec![with(top_up(1, 1), vec![result()])]).await;
    assert_eq!(store.task(one, run_id(1)).await.unwrap().unwrap().result, None);
    world.done(one, with(settle(1, 5), vec![result()])).await;
    let expected = TaskRow { result: Some("[1]".to_owned()), ..task(1, 1, "{\"a\":1}") };
    assert_eq!(store.task(one, run_id(1)).await, Ok(Some(expected)));
}

pub async fn charges_of_runs_alike_are_known(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    world.done(one, top_up(1, 1_000)).await;
    let rewrite = |id| tool_run(1, id, "rewrite");
    let other_model = RunRow { model: "big".to_owned(), ..rewrite(4) };
    let workflow = RunRow { kind: RunKind::Workflow, ..rewrite(5) };
    run_tool(&world, rewrite(1), "{}", (1, RunState::Succeeded)).await;
    run_tool(&world, rewrite(2), "{}", (2, RunState::Failed)).await;
    run_tool(&world, tool_run(1, 3, "compare"), "{}", (3, RunState::Succeeded)).await;
    run_tool(&world, other_model, "{}", (4, RunState::Succeeded)).await;
    run_tool(&world, workflow, "{}", (5, RunState::Succeeded)).await;
    run_tool(&world, rewrite(6), "{}", (6, RunState::Succeeded)).await;
    run_tool(&world, rewrite(7), "{}", (7, RunState::Succeeded)).await;
    let alike = |subject: &str, model: &str| Alike {
        kind: RunKind::Tool,
        subject: subject.to_owned(),
        model: model.to_owned(),
    };
    let charges = |of, limit| world.store.charges(one, of, limit);
    let expected = [7, 6, 1].map(credits).to_vec();
    assert_eq!(charges(alike("rewrite", "local"), 50).await, Ok(expected));
    assert_eq!(charges(alike("rewrite", "local"), 2).await, Ok([7, 6].map(credits).to_vec()));
    assert_eq!(charges(alike("rewrite", "big"), 50).await, Ok(vec![credits(4)]));
    assert_eq!(charges(alike("compare", "local"), 50).await, Ok(vec![credits(3)]));
    let of_workflow = Alike { kind: RunKind::Workflow, ..alike("rewrite", "local") };
    assert_eq!(charges(of_workflow, 50).await, Ok(vec![credits(5)]));
    let none = world.store.charges(two, alike("rewrite", "local"), 50).await;
    assert_eq!(none, Ok(Vec::new()));
}

pub async fn the_last_result_of_the_same_is_found(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    world.done(one, top_up(1, 1_000)).await;
    let watch = |id| tool_run(1, id, "watch");
    run_tool(&world, watch(1), "{\"url\":1}", (1, RunState::Succeeded)).await;
    run_tool(&world, watch(2), "{\"url\":1}", (1, RunState::Succeeded)).await;
    run_tool(&world, watch(3), "{\"url\":1}", (1, RunState::Failed)).await;
    run_tool(&world, watch(4), "{\"url\":2}", (1, RunState::Succeeded)).await;
    run_tool(&world, tool_run(1, 5, "compare"), "{\"url\":1}", (1, RunState::Succeeded)).await;
    let work = |before, inputs: &str| SameWork {
        kind: RunKind::Tool,
        subject: "watch".to_owned(),
        inputs: inputs.to_owned(),
        before: run_id(before),
    };
    let last = |org, work| world.store.last_result(org, work);
    let result = |id: u128| Ok(Some(format!("\"result of {id}\"")));
    assert_eq!(last(one, work(9, "{\"url\":1}")).await, result(2));
    assert_eq!(last(one, work(2, "{\"url\":1}")).await, result(1), "before, not at");
    assert_eq!(last(one, work(1, "{\"url\":1}")).await, Ok(None));
    assert_eq!(last(one, work(9, "{\"url\":2}")).await, result(4));
    assert_eq!(last(one, work(9, "{\"url\": 1}")).await, Ok(None), "compared as text");
    assert_eq!(last(two, work(9, "{\"url\":1}")).await, Ok(None));
}

pub async fn a_run_is_adopted_while_it_has_not_ended(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let new = vec![RowWrite::Run(Box::new(run(1, 1)))];
    world.commit(one, vec![top_up(1, 10), with(hold(1, 5), new)]).await;
    let server = || async { stored(&world, one, 1).await.server };
    world.store.adopt(two, run_id(1), "other").await.unwrap();
    assert_eq!(server().await, "server-1");
    world.store.adopt(one, run_id(1), "server-2").await.unwrap();
    assert_eq!(server().await, "server-2");
    assert_eq!(world.store.orphans("server-2").await, Ok(Vec::new()));
    let end = RowWrite::RunChange(ended(1, RunState::Succeeded, Reason::Completed));
    world.done(one, with(settle(1, 1), vec![end])).await;
    world.store.adopt(one, run_id(1), "server-3").await.unwrap();
    assert_eq!(server().await, "server-2");
}
