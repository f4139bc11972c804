//! The queue of runs that wait for credits: joined, served, left.

use ampere_credits::ledger::{Answer, Queueing, Rejected, Turn};
use ampere_credits::{Credits, OrgId};
use ampere_store::rows::*;

use crate::asks::*;
use crate::people::*;
use crate::work::*;
use crate::world::{START, World};

pub async fn who_is_short_waits_and_is_served_when_credits_come(world: World) {
    let one = found(&world, 1).await;
    world.done(one, top_up(1, 5)).await;
    let committed = world.commit(one, vec![start_or_wait(1, 1, 10, 0)]).await;
    assert_eq!((committed.answers, committed.booked), (vec![Answer::Waits], 0));
    assert!(committed.served.is_empty() && !committed.more);
    let run = stored(&world, one, 1).await;
    let (state, reason) = (RunState::WaitingForCredits, Some(Reason::NoCredits));
    assert_eq!(run, RunRow { state, reason, ..tool_run(1, 1, "rewrite") });
    assert_eq!(world.store.task(one, run_id(1)).await, Ok(Some(task(1, 1, "{}"))));
    let waits = place(Turn::Waiting, 1, 10, 0);
    let row = WaitingRow { waiting: waits, title: run.title, started_by: user_id(1) };
    assert_eq!(world.store.queue(one).await, Ok(vec![row.clone()]));
    let world = world.reopened();
    assert_eq!(world.ask(one, start_or_wait(1, 1, 10, 9)).await, Answer::Waits, "asked again");
    assert_eq!(world.store.queue(one).await, Ok(vec![row]), "it keeps its place");

    world.clock.advance(10);
    let committed = world.commit(one, vec![top_up(2, 20)]).await;
    assert_eq!((committed.booked, committed.served.len(), committed.more), (2, 1, false));
    let served = &committed.served[0];
    assert_eq!((served.run, served.hold), (run_id(1), hold_id(1)));
    assert_eq!(served.deadline, world.clock_now().plus_seconds(600));
    let run = stored(&world, one, 1).await;
    assert_eq!((run.state, run.reason), (RunState::Queued, None));
    let position = served.answer.as_ref().unwrap().position;
    assert_eq!((run.held, run.charged, run.position), (credits(10), Credits::ZERO, position));
    assert_eq!(world.store.queue(one).await, Ok(Vec::new()));
    assert_eq!(committed.balance.available, credits(15));
    world.audit(one).await;
    let again = world.commit(one, vec![settle(1, 4)]).await;
    assert!(again.served.is_empty());
    world.audit(one).await;
}

fn paused(id: u128) -> RowWrite {
    RowWrite::RunChange(RunChange {
        run: run_id(id),
        state: RunState::PausedNoCredits,
        reason: Some(Reason::NoCredits),
        estimated: true,
        started_at: Some(START),
        ended_at: None,
        day: None,
    })
}

/// Ends the hold of a run that goes on with another one when there are credits.
fn pause(id: u128, charge: u32, next_hold: u128, whole: u32) -> LaneRequest {
    let mut place = place(Turn::Paused, id, whole, 500);
    place.hold = hold_id(next_hold);
    queueing(with(settle(id, charge), vec![paused(id)]), Queueing::Afterwards(place))
}

pub async fn paused_runs_go_before_waiting_ones(world: World) {
    let one = found(&world, 1).await;
    world.commit(one, vec![top_up(1, 10), start_or_wait(1, 1, 10, 0)]).await;
    assert_eq!(stored(&world, one, 1).await.state, RunState::Queued, "there was enough");
    world.commit(one, vec![start_or_wait(1, 2, 10, 100), start_or_wait(1, 3, 10, 50)]).await;
    assert_eq!(waiting(&world, one).await, [3, 2]);
    let outcome = world.done(one, pause(1, 10, 11, 20)).await;
    let run = stored(&world, one, 1).await;
    assert_eq!((run.state, run.charged), (RunState::PausedNoCredits, credits(10)));
    assert_eq!((run.held, run.position), (Credits::ZERO, outcome.position));
    assert_eq!(waiting(&world, one).await, [1, 3, 2], "whatever they wait since");
    let committed = world.commit(one, vec![top_up(2, 15)]).await;
    assert!(committed.served.is_empty(), "the first does not fit, so nobody is served");
    let committed = world.commit(one, vec![top_up(3, 15)]).await;
    let served: Vec<_> = committed.served.iter().map(|each| each.run.bits()).collect();
    assert_eq!(served, [1, 3]);
    let run = stored(&world, one, 1).await;
    assert_eq!((run.state, run.held, run.charged), (RunState::Queued, credits(20), credits(10)));
    assert!(run.estimated && run.started_at == Some(START), "what was known of it stays");
    assert_eq!(waiting(&world, one).await, [2]);
    world.audit(one).await;
}

pub async fn who_joins_may_be_served_by_the_same_commit(world: World) {
    let one = found(&world, 1).await;
    let committed = world.commit(one, vec![start_or_wait(1, 1, 10, 0), top_up(1, 10)]).await;
    assert_eq!(committed.answers[0], Answer::Waits);
    assert_eq!((committed.served.len(), committed.booked), (1, 2));
    let run = stored(&world, one, 1).await;
    assert_eq!((run.state, run.reason, run.held), (RunState::Queued, None, credits(10)));
    // It pauses, and what it gives back is enough to go on.
    let committed = world.commit(one, vec![pause(1, 2, 11, 8)]).await;
    assert!(matches!(committed.answers[0], Answer::Done(_)));
    assert_eq!(committed.served[0].hold, hold_id(11));
    let run = stored(&world, one, 1).await;
    assert_eq!((run.state, run.held, run.charged), (RunState::Queued, credits(8), credits(2)));
    assert_eq!(waiting(&world, one).await, [0u128; 0]);
    world.audit(one).await;
}

pub async fn who_is_refused_for_another_reason_leaves_with_it(world: World) {
    let one = found(&world, 1).await;
    world.commit(one, vec![top_up(1, 5), hold(7, 5), settle(7, 5)]).await;
    let world = world.reopened();
    world.commit(one, vec![start_or_wait(1, 9, 10, 0)]).await;
    // Behind it, 1 asks for more than its cap; 2 was given the id of a hold that ended long ago.
    let mut capped = place(Turn::Waiting, 1, 10, 1);
    capped.cap = Some(credits(9));
    let mut taken = place(Turn::Waiting, 2, 10, 2);
    taken.hold = hold_id(7);
    for (id, place) in [(1, capped), (2, taken)] {
        let request = or_waiting(hold_or_wait(id, 10, 0), waiting_run(1, id));
        let answer = world.ask(one, queueing(request, Queueing::IfShort(place))).await;
        assert_eq!(answer, Answer::Waits);
    }
    world.commit(one, vec![start_or_wait(1, 3, 10, 3), start_or_wait(1, 4, 90, 4)]).await;
    world.clock.advance(5);
    assert_eq!(waiting(&world, one).await, [9, 1, 2, 3, 4]);
    let committed = world.commit(one, vec![top_up(2, 30)]).await;
    let refusals = [1, 2].map(|at| committed.served[at].answer.clone().unwrap_err());
    let (cap, used) = (credits(9), Credits::ZERO);
    assert_eq!(refusals, [Rejected::CapReached { cap, used }, Rejected::HoldExists]);
    let ended = Some(world.clock_now());
    for (id, reason) in [(1, Reason::StoppedAtCap), (2, Reason::InternalError)] {
        let run = stored(&world, one, id).await;
        assert_eq!((run.state, run.reason), (RunState::Failed, Some(reason)));
        assert_eq!((run.ended_at, run.held, run.charged), (ended, Credits::ZERO, Credits::ZERO));
    }
    assert_eq!(stored(&world, one, 3).await.state, RunState::Queued, "serving goes on");
    assert_eq!(waiting(&world, one).await, [4]);
    world.audit(one).await;
}

pub async fn who_got_a_hold_otherwise_leaves_and_works_on(world: World) {
    let one = found(&world, 1).await;
    world.commit(one, vec![start_or_wait(1, 1, 10, 0)]).await;
    let running = RunChange { ended_at: None, ..cancelled(1, START) };
    let running = RunChange { state: RunState::Running, reason: None, ..running };
    let request = with(hold_for(5, 1, 3, None), vec![RowWrite::RunChange(running)]);
    let committed = world.commit(one, vec![top_up(1, 3), request]).await;
    let refused = Rejected::RunHasOpenHold { hold: hold_id(5) };
    assert_eq!(committed.served[0].answer, Err(refused));
    let run = stored(&world, one, 1).await;
    assert_eq!((run.state, run.reason, run.held), (RunState::Running, None, credits(3)));
    assert_eq!(waiting(&world, one).await, [0u128; 0]);
    world.audit(one).await;
}

async fn a_hundred_wait(world: &World, one: OrgId) {
    for id in 1..=100 {
        // All places differ, and none is that of its number.
        let seconds = i64::try_from(id * 37 % 101).unwrap();
        assert_eq!(world.ask(one, start_or_wait(1, id, 1, seconds)).await, Answer::Waits);
    }
}

pub async fn a_hundred_are_served_in_order_over_several_commits(world: World) {
    let one = found(&world, 1).await;
    a_hundred_wait(&world, one).await;
    let order = waiting(&world, one).await;
    assert_eq!(order.len(), 100);
    assert!(order.iter().map(|id| id * 37 % 101).is_sorted(), "{order:?}");
    let in_turn = queueing(hold(500, 1), Queueing::InTurn);
    let first = world.commit(one, vec![top_up(1, 7), in_turn]).await;
    assert!(matches!(first.answers[1], Answer::Refused(Rejected::WaitsBehind { .. })));
    let mut served = first.served;
    assert_eq!((served.len(), first.more), (7, false));
    // The last of them asks again: it waits behind what one commit looks at.
    let last = order[99];
    assert_eq!(world.ask(one, start_or_wait(1, last, 1, 0)).await, Answer::Waits);
    assert_eq!(waiting(&world, one).await, order[7..]);
    let second = world.commit(one, vec![top_up(2, 90)]).await;
    assert_eq!((second.served.len(), second.more), (64, true));
    served.extend(second.served);
    let world = world.reopened();
    let third = world.commit(one, Vec::new()).await;
    assert_eq!((third.served.len(), third.more, third.booked), (26, false, 26));
    served.extend(third.served);
    let runs: Vec<_> = served.iter().map(|each| each.run.bits()).collect();
    assert_eq!(runs, order[..97]);
    assert_eq!(waiting(&world, one).await, order[97..]);
    assert_eq!(third.balance.available, Credits::ZERO);
    world.audit(one).await;
}

pub async fn a_run_leaves_the_queue_once(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    world.commit(one, vec![top_up(1, 10), start_or_wait(1, 1, 10, 0)]).await;
    let position = world.done(one, pause(1, 10, 11, 5)).await.position;
    world.commit(one, vec![start_or_wait(1, 2, 5, 0)]).await;
    let leave = |org, id| world.store.leave_queue(org, run_id(id), cancelled(id, START));
    assert_eq!(leave(two, 1).await, Ok(false), "of another organization");
    assert_eq!(leave(one, 9).await, Ok(false));
    assert_eq!(waiting(&world, one).await, [1, 2]);
    assert_eq!(leave(one, 1).await, Ok(true));
    assert_eq!(leave(one, 1).await, Ok(false));
    let run = stored(&world, one, 1).await;
    assert_eq!((run.state, run.reason), (RunState::Cancelled, Some(Reason::Stopped)));
    assert_eq!((run.charged, run.position), (credits(10), position), "the journal's stay");
    assert_eq!((run.started_at, run.ended_at), (Some(START), Some(START)));
    let served = world.commit(one, vec![top_up(2, 20)]).await.served;
    assert_eq!(served.iter().map(|each| each.run).collect::<Vec<_>>(), [run_id(2)]);
    let again = world.store.leave_queue(one, run_id(2), cancelled(2, START)).await;
    assert_eq!((again, stored(&world, one, 2).await.state), (Ok(false), RunState::Queued));
    world.audit(one).await;
}

pub async fn who_waits_is_found_in_all_pools(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    assert_eq!(store.waiting_orgs().await, Ok(Vec::new()));
    world.commit(two, vec![start_or_wait(2, 21, 5, 10)]).await;
    world.commit(one, vec![start_or_wait(1, 11, 5, 30), start_or_wait(1, 12, 5, 20)]).await;
    assert_eq!(store.waiting_orgs().await, Ok(vec![one, two]));
    let overdue = |seconds| store.overdue_waiting(START.plus_seconds(seconds));
    assert_eq!(overdue(10).await, Ok(Vec::new()), "before, not at");
    let all = [(two, run_id(21)), (one, run_id(12)), (one, run_id(11))];
    assert_eq!(overdue(30).await.unwrap(), all[..2]);
    assert_eq!(overdue(31).await.unwrap(), all);
    assert_eq!(waiting(&world, two).await, [21], "only its own");
    world.commit(one, vec![top_up(1, 10)]).await;
    assert_eq!(store.waiting_orgs().await, Ok(vec![two]));
}
