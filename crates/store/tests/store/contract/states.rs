//! Locks, frozen grants and claims in the rows of pools and grants: another process decides the
//! same, and finds what they name though nothing of it is left.

use ampere_credits::ledger::{Command, Pool, Rejected};
use ampere_credits::{Credits, Timestamp};
use ampere_store::rows::LaneRequest;

use crate::asks::*;
use crate::world::{START, World};

const DAY: i64 = 86_400;

fn freeze(number: u128) -> LaneRequest {
    ask(&format!("freeze:{number}"), Command::Freeze { grant: grant_id(number) })
}

fn thaw(number: u128) -> LaneRequest {
    ask(&format!("thaw:{number}"), Command::Thaw { grant: grant_id(number) })
}

fn claim(number: u128, total: u32) -> LaneRequest {
    let grant = grant_id(number);
    let command = Command::Claim { grant, total: credits(total) };
    ask(&format!("claim:{number}:{total}"), command)
}

fn lock(number: u128) -> LaneRequest {
    ask(&format!("lock:{number}"), Command::Lock)
}

fn unlock(number: u128) -> LaneRequest {
    ask(&format!("unlock:{number}"), Command::Unlock)
}

/// Commits, each after so many seconds.
fn story() -> Vec<(i64, Vec<LaneRequest>)> {
    vec![
        (0, vec![top_up(1, 100), trial(2, 50, 10 * DAY), top_up(3, 30), hold(1, 60)]),
        (60, vec![freeze(2), claim(1, 80)]),
        (60, vec![lock(1)]),
        // Of the hold 50 are of the trial, which is frozen, and 10 of the first grant.
        (60, vec![settle(1, 55)]),
        (60, vec![claim(1, 100), claim(3, 10)]),
        (20 * DAY, vec![unlock(1)]),
        (60, vec![thaw(2), hold_later(2, 30)]),
        (60, vec![lock(2), release(2)]),
        (60, vec![claim(2, 50), freeze(1)]),
        (60, vec![unlock(2), thaw(1)]),
    ]
}

/// A hold that begins after the frozen days.
fn hold_later(number: u128, whole: u32) -> LaneRequest {
    let mut request = hold(number, whole);
    if let Command::Hold { deadline, .. } = &mut request.request.command {
        *deadline = deadline.plus_days(20);
    }
    request
}

pub async fn they_are_decided_alike_by_another_process(world: World) {
    let one = org(1);
    let other = World::new(world.engine);
    let mut reopened = world;
    for (number, (seconds, requests)) in story().into_iter().enumerate() {
        other.clock.advance(seconds);
        reopened.clock.advance(seconds);
        let stays = other.commit(one, requests.clone()).await;
        let comes = reopened.commit(one, requests).await;
        assert!(stays.booked > 0, "commit {number}: {:?}", stays.answers);
        assert_eq!((stays.answers, stays.balance), (comes.answers, comes.balance));
        reopened = reopened.reopened();
        let pool: Pool = reopened.audit(one).await;
        assert_eq!(pool, other.audit(one).await, "commit {number}");
    }
    let pool = reopened.audit(one).await;
    assert!(!pool.locked);
    // All of the first and second are claimed, and 10 of the third.
    assert_eq!(pool.clawed, credits(100 + 50 + 10));
}

pub async fn what_is_used_up_is_found_by_its_name(world: World) {
    let one = org(1);
    world.commit(one, vec![top_up(1, 10), top_up(2, 20), hold(1, 10)]).await;
    world.done(one, settle(1, 10)).await;
    let world = world.reopened();
    assert_eq!(world.store.pool(one).await.unwrap().grants.len(), 1, "what is open is loaded");
    world.done(one, freeze(1)).await;
    let world = world.reopened();
    let again = ask("again", Command::Freeze { grant: grant_id(1) });
    assert_eq!(world.refused(one, again).await, Rejected::AlreadyFrozen);
    world.done(one, thaw(1)).await;
    let world = world.reopened();
    world.done(one, claim(1, 4)).await;
    let world = world.reopened();
    let lower = ask("lower", Command::Claim { grant: grant_id(1), total: credits(3) });
    let claimed = credits(4);
    assert_eq!(world.refused(one, lower).await, Rejected::ClaimNotHigher { claimed });
    assert_eq!(world.refused(one, claim(9, 1)).await, Rejected::GrantUnknown);
    // What was spent and is claimed was paid by the other grant.
    let balance = world.commit(one, Vec::new()).await.balance;
    assert_eq!((balance.available, balance.outstanding), (credits(16), Credits::ZERO));
    world.audit(one).await;
}

pub async fn the_sweep_passes_over_what_is_frozen(world: World) {
    let one = org(1);
    world.commit(one, vec![trial(1, 10, DAY), trial(2, 20, DAY)]).await;
    world.done(one, freeze(1)).await;
    let due = |at: Timestamp| world.store.due(at);
    assert_eq!(due(START.plus_days(2)).await.unwrap().expiries, [one]);
    world.clock.advance(2 * DAY);
    assert_eq!(world.commit(one, Vec::new()).await.booked, 1);
    assert!(due(START.plus_days(9)).await.unwrap().expiries.is_empty());
    // As much time is left as was left then: a day.
    world.done(one, thaw(1)).await;
    let world = world.reopened();
    let due = |at: Timestamp| world.store.due(at);
    assert!(due(START.plus_seconds(3 * DAY - 1)).await.unwrap().expiries.is_empty());
    assert_eq!(due(START.plus_days(3)).await.unwrap().expiries, [one]);
    let row = world.store.grants(one).await.unwrap().remove(1);
    assert_eq!(row.grant.terms.expires, Some(START.plus_days(3)));
    world.audit(one).await;
}
