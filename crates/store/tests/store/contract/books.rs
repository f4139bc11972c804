//! The whole books of a pool.

use ampere_credits::ledger::{Answer, Command, Fact};
use ampere_store::rows::RowWrite;

use crate::asks::*;
use crate::people::{found, run, usage_line};
use crate::world::World;

pub async fn the_whole_books_are_there(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let lines = vec![
        RowWrite::Run(Box::new(run(1, 1))),
        RowWrite::UsageLine(usage_line(1, 1, 1, 3)),
        RowWrite::UsageLine(usage_line(1, 1, 2, 4)),
    ];
    let requests = vec![top_up(1, 100), hold(1, 10), with(settle(1, 7), lines), hold(2, 5)];
    let answers = world.commit(one, requests).await.answers;
    let store = &world.store;
    let names: Vec<_> = store.organizations().await.unwrap();
    let names: Vec<_> = names.into_iter().map(|row| (row.id, row.name)).collect();
    assert_eq!(names, [(one, "Organization 1".to_owned()), (two, "Organization 2".to_owned())]);

    let journal = store.journal(one, 1, 2).await.unwrap();
    assert_eq!(journal.iter().map(|entry| entry.position).collect::<Vec<_>>(), [2, 3]);
    let holds = store.holds(one).await.unwrap();
    assert_eq!(holds.iter().map(|row| row.hold.id).collect::<Vec<_>>(), [hold_id(1), hold_id(2)]);
    let keys = store.keys(one).await.unwrap();
    let told: Vec<_> = keys.iter().map(|(key, known)| (key.as_str(), known.outcome)).collect();
    let done: Vec<_> = answers
        .into_iter()
        .map(|answer| match answer {
            Answer::Done(outcome) => outcome,
            other => panic!("{other:?}"),
        })
        .collect();
    let names = ["grant:1", "hold:1", "settle:1", "hold:2"];
    assert_eq!(told, names.into_iter().zip(done).collect::<Vec<_>>());
    let rated = store.rated(one).await.unwrap();
    assert_eq!(rated.into_iter().collect::<Vec<_>>(), [(run_id(1), credits(7))]);
    let charged = store.charged(one).await.unwrap();
    let each = [(run_id(1), credits(7)), (run_id(2), credits(0))];
    assert_eq!(charged.into_iter().collect::<Vec<_>>(), each);

    assert!(store.journal(two, 0, 9).await.unwrap().is_empty());
    assert!(store.holds(two).await.unwrap().is_empty());
    assert!(store.keys(two).await.unwrap().is_empty());
    assert!(store.rated(two).await.unwrap().is_empty());
    assert!(store.charged(two).await.unwrap().is_empty());
}

pub async fn what_money_did_beside_granting_is_found_apart(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let grant = grant_id(1);
    world.done(one, top_up(1, 100)).await;
    world.done(one, ask("freeze", Command::Freeze { grant })).await;
    world.done(one, ask("lock", Command::Lock)).await;
    world.done(one, ask("thaw", Command::Thaw { grant })).await;
    world.done(one, ask("claim", Command::Claim { grant, total: credits(40) })).await;
    world.done(one, ask("unlock", Command::Unlock)).await;
    let entries = world.store.money_entries(one).await.unwrap();
    let kinds: Vec<_> = entries.iter().map(|entry| entry.fact.kind()).collect();
    assert_eq!(kinds, ["frozen", "locked", "thawed", "claimed", "unlocked"]);
    assert_eq!(entries[3].fact, Fact::Claimed { grant, total: credits(40) });
    assert!(world.store.money_entries(two).await.unwrap().is_empty());
}
