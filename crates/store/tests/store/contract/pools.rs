//! The pool's commits, and the pool as it is read.

use ampere_credits::ledger::{Answer, EndKind, Fact, Rejected};
use ampere_credits::{Credits, Timestamp};

use crate::asks::*;
use crate::people::{before, page};
use crate::world::{START, World};

pub async fn every_command_leaves_books_that_add_up(world: World) {
    let one = org(1);
    world.done(one, trial(1, 100, 600)).await;
    world.done(one, top_up(2, 50)).await;
    world.done(one, hold(1, 120)).await;
    let finished = world.done(one, extend(1, 1, 80, Some(200))).await;
    assert_eq!((finished.added, finished.overdraft), (credits(80), credits(50)));
    world.audit(one).await;
    let settled = world.done(one, settle(1, 170)).await;
    assert_eq!((settled.charged, settled.returned), (credits(170), credits(30)));
    let balance = world.commit(one, vec![top_up(3, 60)]).await.balance;
    assert_eq!((balance.outstanding, balance.available), (Credits::ZERO, credits(40)));
    world.done(one, hold(2, 10)).await;
    world.done(one, release(2)).await;
    world.done(one, hold(3, 10)).await;
    world.done(one, take_back(3, 5)).await;
    world.clock.advance(3_600);
    let lapsed = world.done(one, lapse(3, 10)).await;
    assert_eq!(lapsed.charged, credits(10));
    let pool = world.audit(one).await;
    assert_eq!(pool.available(world.clock_now()), Ok(credits(25)));
    let world = world.reopened();
    assert_eq!(world.audit(one).await, pool);
}

pub async fn a_key_answers_the_same_for_ever(world: World) {
    let one = org(1);
    let first = world.done(one, top_up(1, 100)).await;
    let taken = world.done(one, hold(1, 30)).await;
    let ended = world.done(one, settle(1, 10)).await;
    let head = world.store.pool(one).await.unwrap().head;
    let world = world.reopened();
    let again = world.commit(one, vec![top_up(1, 100), hold(1, 30), settle(1, 10)]).await;
    assert_eq!(again.answers, [first, taken, ended].map(Answer::Replayed));
    assert_eq!(again.booked, 0);
    let other = world.refused(one, ask("grant:1", top_up(1, 200).request.command)).await;
    assert_eq!(other, Rejected::KeyReused);
    assert_eq!(world.audit(one).await.head, head, "replays book nothing");
    let twice = world.commit(one, vec![top_up(2, 1), top_up(2, 1), top_up(2, 2)]).await;
    let Answer::Done(outcome) = twice.answers[0] else { panic!("{twice:?}") };
    assert_eq!(twice.answers[1], Answer::Replayed(outcome));
    assert_eq!(twice.answers[2], Answer::Refused(Rejected::KeyReused));
    assert_eq!(twice.booked, 1);
}

pub async fn a_refusal_is_not_remembered(world: World) {
    let one = org(1);
    world.done(one, top_up(1, 10)).await;
    let refused = world.refused(one, hold(1, 11)).await;
    let (needed, available, shortfall) = (credits(11), credits(10), credits(1));
    assert_eq!(refused, Rejected::InsufficientCredits { needed, available, shortfall });
    world.done(one, top_up(2, 1)).await;
    world.done(one, hold(1, 11)).await;
    world.audit(one).await;
}

pub async fn what_has_ended_is_named_after_reopening_too(world: World) {
    let one = org(1);
    world.commit(one, vec![top_up(1, 10), top_up(2, 10), hold(1, 10)]).await;
    world.done(one, settle(1, 10)).await;
    let world = world.reopened();
    let pool = world.store.pool(one).await.unwrap();
    assert!(pool.holds.is_empty() && pool.grants.len() == 1, "only what is open is loaded");
    let named =
        |key: &str, request: ampere_store::rows::LaneRequest| ask(key, request.request.command);
    let ended = Rejected::HoldEnded { how: EndKind::Settled };
    assert_eq!(world.refused(one, named("a", settle(1, 1))).await, ended);
    assert_eq!(world.refused(one, named("b", release(1))).await, ended);
    assert_eq!(world.refused(one, named("c", hold(1, 1))).await, Rejected::HoldExists);
    assert_eq!(world.refused(one, named("d", top_up(1, 5))).await, Rejected::GrantExists);
    assert_eq!(world.refused(one, named("e", settle(7, 1))).await, Rejected::HoldUnknown);
    assert_eq!(world.refused(one, named("f", take_back(1, 1))).await, Rejected::GrantUnknown);
    world.audit(one).await;
}

pub async fn a_cap_counts_earlier_holds_of_other_commits(world: World) {
    let one = org(1);
    world.done(one, top_up(1, 1_000)).await;
    world.done(one, hold_for(1, 9, 40, Some(100))).await;
    world.done(one, settle(1, 40)).await;
    let world = world.reopened();
    let refused = world.refused(one, hold_for(2, 9, 61, Some(100))).await;
    assert_eq!(refused, Rejected::CapReached { cap: credits(100), used: credits(40) });
    world.done(one, hold_for(2, 9, 60, Some(100))).await;
    let again = world.refused(one, hold_for(3, 9, 1, None)).await;
    assert_eq!(again, Rejected::RunHasOpenHold { hold: hold_id(2) });
    world.audit(one).await;
}

pub async fn time_is_booked_without_requests(world: World) {
    let one = org(1);
    world.done(one, trial(1, 100, 60)).await;
    let before = world.commit(one, Vec::new()).await;
    assert_eq!((before.booked, before.balance.available), (0, credits(100)));
    world.clock.advance(60);
    let after = world.commit(one, Vec::new()).await;
    assert_eq!((after.booked, after.balance.available), (1, Credits::ZERO));
    assert_eq!(world.commit(one, Vec::new()).await.booked, 0, "expiry is booked once");
    assert_eq!(world.audit(one).await.expired, credits(100));
}

pub async fn what_is_due_is_found_in_all_pools(world: World) {
    world.commit(org(1), vec![trial(1, 100, 60), hold(1, 100)]).await;
    world.commit(org(2), vec![trial(2, 100, 60), hold(2, 1)]).await;
    world.commit(org(3), vec![top_up(3, 100)]).await;
    let due = |at: Timestamp| world.store.due(at);
    let none = due(START.plus_seconds(59)).await.unwrap();
    assert_eq!((none.expiries.len(), none.holds.len()), (0, 0));
    let expiries = due(START.plus_seconds(60)).await.unwrap().expiries;
    assert_eq!(expiries, [org(2)], "of the first nothing is unheld");
    let holds = due(START.plus_seconds(3_600)).await.unwrap().holds;
    let each = |number| (org(number), hold_id(number), run_id(number));
    assert_eq!(holds, [each(1), each(2)]);
    world.clock.advance(3_600);
    world.commit(org(1), vec![lapse(1, 0)]).await;
    world.commit(org(2), vec![lapse(2, 0)]).await;
    let done = due(world.clock_now()).await.unwrap();
    assert_eq!((done.expiries.len(), done.holds.len()), (0, 0));
}

pub async fn entries_come_in_pages(world: World) {
    let one = org(1);
    let grants = (1..=7).map(|number| top_up(number, 1)).collect();
    world.commit(one, grants).await;
    let positions = |page| async {
        let entries = world.store.entries(one, page).await.unwrap();
        entries.iter().map(|entry| entry.position).collect::<Vec<_>>()
    };
    assert_eq!(positions(page(3)).await, [7, 6, 5]);
    assert_eq!(positions(before(5, 3)).await, [4, 3, 2]);
    assert_eq!(positions(before(2, 3)).await, [1]);
    assert_eq!(positions(before(1, 3)).await, []);
    assert_eq!(positions(before("no position", 3)).await, []);
    assert_eq!(positions(page(0)).await, [7], "at least one");
    let grants = world.store.grants(one).await.unwrap();
    assert_eq!(grants.iter().map(|row| row.position).collect::<Vec<_>>(), [7, 6, 5, 4, 3, 2, 1]);
    assert_eq!((grants[6].grant.terms, grants[6].granted_at), (terms(1, 1), START));
}

pub async fn a_clock_behind_the_journal_does_not_spend(world: World) {
    let one = org(1);
    world.done(one, top_up(1, 100)).await;
    world.clock.set(START.plus_seconds(-3));
    let refused = world.refused(one, hold(1, 1)).await;
    assert_eq!(refused, Rejected::ClockBehind { behind_micros: 3_000_000 });
    world.clock.set(START.plus_seconds(-2));
    assert_eq!(world.done(one, hold(1, 1)).await.at, START, "never before the last entry");
    world.clock.set(START);
    world.audit(one).await;
}

pub async fn slices_survive_reopening(world: World) {
    let one = org(1);
    world.commit(one, vec![top_up(1, 10), trial(2, 10, 600), top_up(3, 10)]).await;
    world.commit(one, vec![hold_for(1, 9, 25, None), extend(1, 1, 15, Some(200))]).await;
    let known = world.store.pool(one).await.unwrap();
    let world = world.reopened();
    assert_eq!(world.store.pool(one).await.unwrap(), known);
    let hold = &world.store.holds_of(one, run_id(9)).await.unwrap()[0];
    assert_eq!(hold.hold, known.holds[&hold_id(1)]);
    let order: Vec<_> = hold.hold.slices.iter().map(|slice| (slice.grant, slice.amount)).collect();
    let each = |number| (grant_id(number), credits(10));
    assert_eq!(order, [each(2), each(1), each(3)], "in the order of use");
    assert_eq!((hold.hold.overdraft, hold.ended_at), (credits(10), None));
    world.done(one, settle(1, 12)).await;
    let ended = &world.store.holds_of(one, run_id(9)).await.unwrap()[0];
    assert_eq!(
        ended.hold.ended.map(|end| (end.kind, end.charged)),
        Some((EndKind::Settled, credits(12)))
    );
    assert_eq!(ended.ended_at, Some(START));
    let kinds: Vec<_> = world.store.entries_of(one, run_id(9)).await.unwrap();
    let kinds: Vec<_> = kinds.iter().map(|entry| entry.fact.kind()).collect();
    assert_eq!(kinds, ["held", "extended", "settled"], "the extension names only the hold");
    world.audit(one).await;
}

pub async fn pools_of_others_are_not_seen(world: World) {
    let (one, two) = (org(1), org(2));
    world.commit(one, vec![top_up(1, 100), hold(1, 10)]).await;
    assert_eq!(world.refused(two, settle(1, 1)).await, Rejected::HoldUnknown);
    assert_eq!(world.refused(two, take_back(1, 1)).await, Rejected::GrantUnknown);
    assert!(matches!(world.ask(two, hold(1, 1)).await, Answer::Refused(_)), "no credits there");
    assert_eq!(world.store.pool(two).await.unwrap().position, 0);
    assert!(world.store.entries(two, page(9)).await.unwrap().is_empty());
    assert!(world.store.grants(two).await.unwrap().is_empty());
    assert!(world.store.holds_of(two, run_id(1)).await.unwrap().is_empty());
    assert!(world.store.entries_of(two, run_id(1)).await.unwrap().is_empty());
    // The same key and ids in another pool are other things.
    let entry = world.done(two, top_up(1, 7)).await;
    assert!(matches!(entry.fact, Fact::Granted(terms) if terms.amount == credits(7)));
    assert_eq!(world.audit(one).await.issued, credits(100));
    assert_eq!(world.audit(two).await.issued, credits(7));
}
