//! The table of transitions, and every limit at its exact instant.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

const LIMITS: Limits = Limits { seconds: 900, idle_seconds: 180, pause_seconds: 300 };

fn at(seconds: i64) -> Timestamp {
    Timestamp::default().plus_seconds(1_000_000 + seconds)
}

fn person(number: u128) -> Person {
    Person { id: UserId::from_bits(number), name: format!("Person {number}") }
}

/// What can happen to a session; Ada is 1, Bob is 2.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Wish {
    Take(u128),
    Release(u128),
    Rest(u128),
    GoOn(u128),
    Use(u128),
    End,
}

fn put(live: &mut Live, wish: Wish, now: Timestamp) -> Result<(), Refusal> {
    match wish {
        Wish::Take(who) => live.take(person(who), now),
        Wish::Release(who) => live.release(UserId::from_bits(who), now),
        Wish::Rest(who) => live.rest(UserId::from_bits(who), now),
        Wish::GoOn(who) => live.go_on(UserId::from_bits(who), now),
        Wish::Use(who) => live.driven_by(UserId::from_bits(who)),
        Wish::End => {
            live.end(Reason::Stopped, now);
            Ok(())
        }
    }
}

/// A session in each state, and who drives there.
fn states() -> Vec<(&'static str, Live)> {
    let mut running = Live::new(LIMITS);
    running.open(at(0), None);
    let mut controlled = running.clone();
    controlled.take(person(1), at(1)).unwrap();
    let mut paused = running.clone();
    paused.rest(UserId::from_bits(1), at(1)).unwrap();
    let mut paused_in_control = controlled.clone();
    paused_in_control.rest(UserId::from_bits(1), at(2)).unwrap();
    let mut finished = controlled.clone();
    finished.end(Reason::Stopped, at(2));
    vec![
        ("starting", Live::new(LIMITS)),
        ("running", running),
        ("controlled", controlled),
        ("paused", paused),
        ("paused in control", paused_in_control),
        ("finished", finished),
    ]
}

#[test]
fn every_wish_in_every_state_leads_where_the_table_says() {
    use Phase::{Controlled, Finished, Paused, Running, Starting};
    use Refusal::{NotInControl, Over, Starting as Early, Taken};
    use Wish::{End, GoOn, Release, Rest, Take, Use};
    type Row = (&'static str, [(Wish, Result<Phase, Refusal>); 11]);
    let wishes = |ends: [Result<Phase, Refusal>; 11]| {
        let all = [
            Take(1),
            Take(2),
            Release(1),
            Release(2),
            Rest(1),
            Rest(2),
            GoOn(1),
            GoOn(2),
            Use(1),
            Use(2),
            End,
        ];
        let mut rows = [(End, Ok(Finished)); 11];
        for (row, pair) in rows.iter_mut().zip(all.into_iter().zip(ends)) {
            *row = pair;
        }
        rows
    };
    let none = |refusal| {
        let mut ends = [Err(refusal); 11];
        ends[10] = Ok(Finished);
        wishes(ends)
    };
    let (t, n) = (Err(Taken), Err(NotInControl));
    let (c, r, p, f) = (Ok(Controlled), Ok(Running), Ok(Paused), Ok(Finished));
    //                         take 1, 2, release 1, 2, rest 1, 2, go on 1, 2, use 1, 2, end
    let table: [Row; 6] = [
        ("starting", none(Early)),
        ("running", wishes([c, c, n, n, p, p, r, r, n, n, f])),
        ("controlled", wishes([c, t, r, t, p, t, c, t, c, t, f])),
        ("paused", wishes([c, c, n, n, p, p, r, r, n, n, f])),
        ("paused in control", wishes([c, t, r, t, p, t, c, t, n, t, f])),
        ("finished", none(Over)),
    ];
    let before = [Starting, Running, Controlled, Paused, Paused, Finished];
    for (((name, state), (named, row)), phase) in states().into_iter().zip(table).zip(before) {
        assert_eq!((name, state.phase()), (named, phase));
        for (wish, expected) in row {
            let mut live = state.clone();
            let ended = put(&mut live, wish, at(3)).map(|()| live.phase());
            assert_eq!(ended, expected, "{name}: {wish:?}");
            if ended.is_err() {
                assert_eq!(live, state, "{name}: a refused wish changes nothing: {wish:?}");
            }
        }
    }
}

#[test]
fn without_an_agent_somebody_is_in_control_from_the_start() {
    let mut live = Live::new(LIMITS);
    live.open(at(0), Some(person(1)));
    assert_eq!((live.phase(), live.person()), (Phase::Controlled, Some(&person(1))));
    live.open(at(5), None);
    assert_eq!(live.phase(), Phase::Controlled, "it opens once");
}

#[test]
fn use_is_counted_from_the_opening_and_not_while_it_is_paused() {
    let mut live = Live::new(LIMITS);
    assert_eq!((live.used(at(50)), live.ends_at(at(50))), (0, None), "starting");
    live.open(at(100), None);
    assert_eq!(live.used(at(130)), 30 * SECOND);
    live.rest(UserId::from_bits(1), at(130)).unwrap();
    live.rest(UserId::from_bits(1), at(150)).unwrap();
    assert_eq!(live.paused_until(), Some(at(430)), "a second Pause is the same pause");
    assert_eq!(live.used(at(400)), 30 * SECOND);
    live.take(person(1), at(400)).unwrap();
    assert_eq!(live.used(at(410)), 40 * SECOND);
    assert_eq!(live.ends_at(at(410)), Some(at(410 + 860)));
}

#[test]
fn each_limit_ends_it_at_its_instant_and_no_earlier() {
    let mut idle = Live::new(LIMITS);
    assert_eq!(idle.due(at(99_999)), None, "starting has no limit of its own");
    idle.open(at(0), None);
    assert_eq!(idle.due(at(179)), None);
    assert_eq!(idle.due(at(180)), Some(Reason::IdleTooLong));
    idle.acted(at(100));
    assert_eq!((idle.due(at(279)), idle.due(at(280))), (None, Some(Reason::IdleTooLong)));
    let mut busy = idle.clone();
    busy.acted(at(899));
    assert_eq!((busy.due(at(899)), busy.due(at(900))), (None, Some(Reason::TookTooLong)));
    let nearly = Timestamp::from_micros(at(900).micros() - EARLY);
    assert_eq!(busy.due(nearly), Some(Reason::TookTooLong), "no second more than it may have");
    let mut paused = idle.clone();
    paused.rest(UserId::from_bits(1), at(100)).unwrap();
    assert_eq!((paused.due(at(399)), paused.due(at(400))), (None, Some(Reason::PausedTooLong)));
    paused.go_on(UserId::from_bits(1), at(399)).unwrap();
    assert_eq!(paused.due(at(399 + 179)), None, "a pause is no idleness");
    paused.end(Reason::IdleTooLong, at(600));
    paused.end(Reason::Stopped, at(601));
    assert_eq!(paused.over(), Some(Reason::IdleTooLong), "the first reason stands");
    assert_eq!(paused.due(at(9_999)), None, "it ends once");
}

#[test]
fn all_pauses_together_are_bounded_by_its_time() {
    let (ada, mut live) = (UserId::from_bits(1), Live::new(LIMITS));
    live.open(at(0), None);
    let mut now = 0;
    for _ in 0..3 {
        live.rest(ada, at(now)).unwrap();
        live.go_on(ada, at(now + 299)).unwrap();
        now += 300;
    }
    live.rest(ada, at(now)).unwrap();
    assert_eq!(live.paused_until(), Some(at(now + 3)), "3 of 900 seconds are left");
    live.go_on(ada, at(now + 3)).unwrap();
    assert_eq!(live.rest(ada, at(now + 4)), Err(Refusal::NoMorePauses));
}
