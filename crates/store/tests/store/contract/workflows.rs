//! Workflows and their versions.

use ampere_store::ports::StoreError;
use ampere_store::rows::*;

use crate::people::*;
use crate::work::*;
use crate::world::{START, World};

pub async fn each_save_is_a_version_that_stays(world: World) {
    let one = found(&world, 1).await;
    join(&world, 1, 5).await;
    let store = &world.store;
    for id in 1..=2 {
        store.create_workflow(workflow(1, id)).await.unwrap();
    }
    let taken = store.create_workflow(workflow(1, 1)).await;
    assert_eq!(taken, Err(StoreError::Exists("a workflow with this id")));
    assert_eq!(store.workflow(one, workflow_id(1)).await, Ok(Some(workflow(1, 1))));
    assert_eq!(store.save_workflow(one, save(1, 1, 5)).await, Ok(Some(2)));
    assert_eq!(store.save_workflow(one, save(1, 1, 1)).await, Ok(None), "edited meanwhile");
    assert_eq!(store.save_workflow(one, save(1, 2, 1)).await, Ok(Some(3)));
    assert_eq!(store.save_workflow(one, save(9, 1, 1)).await, Ok(None));
    let expected = WorkflowRow {
        version: 3,
        name: "Save after 2".to_owned(),
        definition: "{\"after\":2}".to_owned(),
        updated_at: START.plus_seconds(2),
        ..workflow(1, 1)
    };
    assert_eq!(store.workflow(one, workflow_id(1)).await, Ok(Some(expected.clone())));
    assert_eq!(store.workflows(one).await, Ok(vec![expected, workflow(1, 2)]));
    let version = |version: u32, definition: &str, person: u128, seconds| WorkflowVersionRow {
        version,
        definition: definition.to_owned(),
        saved_by_name: format!("Person {person}"),
        saved_at: START.plus_seconds(seconds),
    };
    let first = version(1, "{\"steps\":[1]}", 1, 0);
    let second = version(2, "{\"after\":1}", 5, 1);
    let third = version(3, "{\"after\":2}", 1, 2);
    let all = vec![third, second.clone(), first.clone()];
    assert_eq!(store.workflow_versions(one, workflow_id(1)).await, Ok(all));
    assert_eq!(store.workflow_versions(one, workflow_id(2)).await, Ok(vec![first]));
    assert_eq!(store.workflow_version(one, workflow_id(1), 2).await, Ok(Some(second)));
    assert_eq!(store.workflow_version(one, workflow_id(1), 4).await, Ok(None));
}

pub async fn a_deleted_workflow_is_hidden_with_its_versions(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let (store, id) = (&world.store, workflow_id(1));
    store.create_workflow(workflow(1, 1)).await.unwrap();
    assert_eq!(store.workflow(two, id).await, Ok(None));
    assert_eq!(store.workflows(two).await, Ok(Vec::new()));
    assert_eq!(store.workflow_versions(two, id).await, Ok(Vec::new()));
    assert_eq!(store.workflow_version(two, id, 1).await, Ok(None));
    assert_eq!(store.save_workflow(two, save(1, 1, 2)).await, Ok(None));
    assert_eq!(store.delete_workflow(two, id).await, Ok(false));
    assert_eq!(store.delete_workflow(one, id).await, Ok(true));
    assert_eq!(store.delete_workflow(one, id).await, Ok(false));
    assert_eq!(store.workflow(one, id).await, Ok(None));
    assert_eq!(store.workflows(one).await, Ok(Vec::new()));
    assert_eq!(store.workflow_versions(one, id).await, Ok(Vec::new()));
    assert_eq!(store.workflow_version(one, id, 1).await, Ok(None));
    assert_eq!(store.save_workflow(one, save(1, 1, 1)).await, Ok(None));
}
