//! Saved inputs.

use ampere_credits::SavedInputsId;
use ampere_store::ports::StoreError;
use ampere_store::rows::SavedInputsRow;

use crate::people::*;
use crate::work::*;
use crate::world::World;

pub async fn saved_inputs_are_a_persons_own(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    join(&world, 1, 5).await;
    let store = &world.store;
    for (id, tool) in [(1, "rewrite"), (2, "compare"), (3, "rewrite")] {
        store.add_saved_inputs(saved_inputs(1, id, tool)).await.unwrap();
    }
    let of_another = SavedInputsRow { user: user_id(5), ..saved_inputs(1, 4, "rewrite") };
    store.add_saved_inputs(of_another.clone()).await.unwrap();
    let taken = store.add_saved_inputs(saved_inputs(1, 1, "rewrite")).await;
    assert_eq!(taken, Err(StoreError::Exists("saved inputs with this id")));
    let list = |org, person, tool| store.saved_inputs(org, user_id(person), tool);
    let mine = vec![saved_inputs(1, 3, "rewrite"), saved_inputs(1, 1, "rewrite")];
    assert_eq!(list(one, 1, "rewrite").await, Ok(mine));
    assert_eq!(list(one, 5, "rewrite").await, Ok(vec![of_another]));
    assert_eq!(list(one, 5, "compare").await, Ok(Vec::new()));
    assert_eq!(list(two, 1, "rewrite").await, Ok(Vec::new()));
    let delete = |org, person, id| {
        store.delete_saved_inputs(org, user_id(person), SavedInputsId::from_bits(id))
    };
    assert_eq!(delete(one, 5, 1).await, Ok(false), "not theirs");
    assert_eq!(delete(two, 1, 1).await, Ok(false));
    assert_eq!(delete(one, 1, 1).await, Ok(true));
    assert_eq!(delete(one, 1, 1).await, Ok(false));
    assert_eq!(list(one, 1, "rewrite").await, Ok(vec![saved_inputs(1, 3, "rewrite")]));
}
