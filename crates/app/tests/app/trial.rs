//! The trial: once for each organization, whatever happens around it.

use std::sync::Arc;

use ampere_credits::ledger::{Cause, Fact};
use futures_util::future::join_all;

use crate::world::{World, credits};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_and_again_later_give_one_trial() {
    let world = World::with("0").await;
    let org = world.owner.org;
    let asked = (0..32).map(|_| {
        let app = Arc::clone(&world.app);
        tokio::spawn(async move { app.ensure_trial(org).await })
    });
    for done in join_all(asked).await {
        done.unwrap().unwrap();
    }
    world.clock.advance_seconds(3_600);
    world.app.ensure_trial(org).await.unwrap();
    let journal = world.journal().await;
    assert_eq!(journal.len(), 2, "with its allowance for background work: {journal:?}");
    let Fact::Granted(terms) = journal[0].fact else { panic!("{journal:?}") };
    assert_eq!((terms.cause, terms.amount), (Cause::Trial, credits("1000")));
    assert_eq!(terms.expires, Some(terms.effective.plus_days(30)));
    let view = world.app.credits(&world.owner).await.unwrap();
    assert_eq!(
        view.period.map(|period| (period.start, Some(period.end))),
        Some((terms.effective, terms.expires))
    );
}

#[tokio::test]
async fn a_start_heals_a_founding_that_broke_off_and_touches_nobody_else() {
    let world = World::with("0").await;
    world.app.ensure_trials().await.unwrap();
    let healed = world.journal().await;
    assert_eq!(healed.len(), 2);
    let next = world.restarted().await;
    next.app.ensure_trials().await.unwrap();
    assert_eq!(next.journal().await, healed, "a second start reads only");
}

#[tokio::test]
async fn a_trial_that_expired_is_not_given_again() {
    let world = World::with("0").await;
    world.app.ensure_trials().await.unwrap();
    world.clock.advance_seconds(31 * 86_400);
    world.app.sweep().await.unwrap();
    world.app.ensure_trials().await.unwrap();
    world.app.ensure_trial(world.owner.org).await.unwrap();
    let view = world.app.credits(&world.owner).await.unwrap();
    assert_eq!((view.total, view.period), (credits("0"), None));
    let kinds: Vec<_> = world.journal().await.iter().map(|entry| entry.fact.kind()).collect();
    assert_eq!(kinds, ["granted", "granted", "expired"]);
}
