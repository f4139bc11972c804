//! Long lists page by page: each row once, in the order of its key, nothing of others.

use ampere_store::rows::{Author, RowWrite, SavedInputsRow, WorkflowSave};

use crate::asks::*;
use crate::contract::payments::payment;
use crate::people::*;
use crate::work::*;
use crate::world::World;

pub async fn the_books_come_in_pages(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let lines = |run: u128| {
        let line = |number| RowWrite::UsageLine(usage_line(1, run, number, 1));
        vec![RowWrite::Run(Box::new(tool_run(1, run, "rewrite"))), line(1), line(2)]
    };
    let mut requests = vec![top_up(1, 100), top_up(2, 50), top_up(3, 25)];
    for run in 1..=3 {
        requests.extend([hold(run, 10), with(settle(run, 2), lines(run))]);
    }
    world.commit(one, requests).await;
    let store = &world.store;
    let grants = |org, after| store.grants_after(org, after, 2);
    let first = grants(one, None).await.unwrap();
    assert_eq!(
        first.iter().map(|row| row.grant.terms.id).collect::<Vec<_>>(),
        [1, 2].map(grant_id)
    );
    let rest = grants(one, Some(grant_id(2))).await.unwrap();
    let mut listed = store.grants(one).await.unwrap();
    listed.sort_by_key(|row| row.grant.terms.id);
    assert_eq!([first, rest].concat(), listed);
    let holds = |org, after| store.holds_after(org, after, 2);
    let all = [holds(one, None).await.unwrap(), holds(one, Some(hold_id(2))).await.unwrap()];
    assert_eq!(all.concat(), store.holds(one).await.unwrap());
    let lines = |org, after| store.usage_lines_after(org, after, 4);
    let first = lines(one, None).await.unwrap();
    let places: Vec<_> = first.iter().map(|line| (line.run, line.number)).collect();
    assert_eq!(places, [(1, 1), (1, 2), (2, 1), (2, 2)].map(|(run, n)| (run_id(run), n)));
    let rest = lines(one, Some((run_id(2), 1))).await.unwrap();
    let places: Vec<_> = rest.iter().map(|line| (line.run, line.number)).collect();
    assert_eq!(places, [(2, 2), (3, 1), (3, 2)].map(|(run, n)| (run_id(run), n)));
    assert_eq!(first[..2], store.usage_lines(one, run_id(1)).await.unwrap());
    assert!(grants(two, None).await.unwrap().is_empty());
    assert!(holds(two, None).await.unwrap().is_empty());
    assert!(lines(two, None).await.unwrap().is_empty());
}

pub async fn payments_come_in_pages(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    let paid = ["in_1", "in_2", "pi_1"].map(|id| payment(one, id, 0));
    for row in paid.iter().rev() {
        store.put_payment(row.clone()).await.unwrap();
    }
    assert_eq!(store.payments_after(one, None, 2).await.unwrap(), paid[..2]);
    let rest = store.payments_after(one, Some("in_1".to_owned()), 2).await.unwrap();
    assert_eq!(rest, paid[1..]);
    assert!(store.payments_after(two, None, 2).await.unwrap().is_empty());
}

pub async fn messages_come_in_pages(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    for id in 1..=2 {
        store.create_session(session(1, id)).await.unwrap();
    }
    let said = |id| RowWrite::Message(message(1, 1, id, Author::User));
    world.commit(one, vec![with(top_up(1, 100), (1..=5).map(said).collect())]).await;
    let part = |org, session, after| store.messages_after(org, session_id(session), after, 2);
    let mut read = Vec::new();
    while let after = read.last().map_or(0, |(number, _): &(u32, _)| *number)
        && let rows = part(one, 1, after).await.unwrap()
        && !rows.is_empty()
    {
        read.extend(rows);
    }
    assert_eq!(read.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    let read: Vec<_> = read.into_iter().map(|(_, row)| row).collect();
    assert_eq!(read, store.messages(one, session_id(1)).await.unwrap());
    assert!(part(one, 2, 0).await.unwrap().is_empty());
    assert!(part(two, 1, 0).await.unwrap().is_empty());
}

pub async fn what_people_made_comes_in_pages(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    join(&world, 1, 5).await;
    let store = &world.store;
    for id in 1..=4 {
        store.create_workflow(workflow(1, id)).await.unwrap();
    }
    store.delete_workflow(one, workflow_id(2)).await.unwrap();
    let edit: WorkflowSave = save(3, 1, 1);
    assert_eq!(store.save_workflow(one, edit).await, Ok(Some(2)));
    let workflows = |org, after| store.workflows_after(org, after, 2);
    let first = workflows(one, None).await.unwrap();
    let seen: Vec<_> = first.iter().map(|row| (row.id, row.version)).collect();
    assert_eq!(seen, [(workflow_id(1), 1), (workflow_id(3), 2)]);
    let rest = workflows(one, Some(workflow_id(3))).await.unwrap();
    assert_eq!(rest, [workflow(1, 4)]);
    assert!(workflows(two, None).await.unwrap().is_empty());

    for (id, tool) in [(1, "rewrite"), (2, "compare"), (3, "rewrite")] {
        store.add_saved_inputs(saved_inputs(1, id, tool)).await.unwrap();
    }
    let of_another = SavedInputsRow { user: user_id(5), ..saved_inputs(1, 4, "compare") };
    store.add_saved_inputs(of_another.clone()).await.unwrap();
    let saved = |org, person, after| store.saved_inputs_after(org, user_id(person), after, 2);
    let first = saved(one, 1, None).await.unwrap();
    assert_eq!(first, [saved_inputs(1, 2, "compare"), saved_inputs(1, 1, "rewrite")]);
    let after = Some(("rewrite".to_owned(), first[1].id));
    assert_eq!(saved(one, 1, after).await.unwrap(), [saved_inputs(1, 3, "rewrite")]);
    assert_eq!(saved(one, 5, None).await.unwrap(), [of_another]);
    assert!(saved(two, 1, None).await.unwrap().is_empty());
}
