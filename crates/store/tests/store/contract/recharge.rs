//! Auto-recharge: what organizations want of it, and its attempts.

use ampere_credits::{OrgId, RechargeId, Timestamp};
use ampere_store::ports::month_of;
use ampere_store::rows::*;

use crate::asks::*;
use crate::people::*;
use crate::world::{START, World};

fn wanted(org: OrgId) -> RechargeRow {
    RechargeRow {
        org,
        enabled: true,
        threshold: credits(10),
        amount: credits(10),
        monthly_limit: credits(30),
        broken_card: None,
        since: START,
        changed_by: user_id(1),
    }
}

fn attempt(org: OrgId, id: u128, at: Timestamp) -> AttemptRow {
    AttemptRow {
        id: RechargeId::from_bits(id),
        org,
        month: month_of(at),
        credits: credits(10),
        lifetime_months: 12,
        amount_cents: 290,
        currency: "usd".to_owned(),
        state: AttemptState::Sent,
        reason: None,
        card: "card_1".to_owned(),
        url: None,
        payment: None,
        grant: None,
        created_at: at,
        updated_at: at,
    }
}

pub async fn what_is_wanted_of_recharging_is_kept(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    assert_eq!(store.recharge(one).await, Ok(None));
    store.set_recharge(wanted(one), None).await.unwrap();
    assert_eq!(store.recharge(one).await, Ok(Some(wanted(one))));
    let off = RechargeRow {
        enabled: false,
        threshold: credits(5),
        amount: credits(6),
        monthly_limit: credits(7),
        broken_card: Some("card_1".to_owned()),
        since: START.plus_seconds(5),
        changed_by: user_id(2),
        ..wanted(two)
    };
    store.set_recharge(wanted(two), None).await.unwrap();
    store.set_recharge(off.clone(), None).await.unwrap();
    assert_eq!(store.recharge(two).await, Ok(Some(off)));
    assert_eq!(store.recharging().await, Ok(vec![one]));
    // Switched off with an attempt in flight: that is still looked after.
    assert!(store.begin_attempt(attempt(two, 1, START), credits(30)).await.unwrap());
    assert_eq!(store.recharging().await, Ok(vec![one, two]));
}

pub async fn one_attempt_is_in_flight_and_the_month_is_never_passed(world: World) {
    let (one, two) = (found(&world, 1).await, found(&world, 2).await);
    let store = &world.store;
    let begin = |id, at, limit| store.begin_attempt(attempt(one, id, at), credits(limit));
    assert_eq!(begin(1, START, 25).await, Ok(true));
    assert_eq!(begin(2, START, 25).await, Ok(false), "one is in flight");
    assert_eq!(store.attempt(two, RechargeId::from_bits(1)).await, Ok(None));
    assert_eq!(store.recharged(one, &month_of(START)).await, Ok(credits(10)));

    // Its credits are granted: the next may begin, up to the limit exactly.
    let id = RechargeId::from_bits(1);
    let payment = "in_1:0".to_owned();
    let paid = RowWrite::RechargeGranted { attempt: id, grant: grant_id(1), payment };
    world.commit(one, vec![with(top_up(1, 10), vec![paid])]).await;
    let row = store.attempt(one, id).await.unwrap().unwrap();
    assert_eq!((row.state, row.grant), (AttemptState::Paid, Some(grant_id(1))));
    assert_eq!(row.payment.as_deref(), Some("in_1:0"));
    let late = AttemptRow { state: AttemptState::Declined, ..row.clone() };
    store.set_attempt(late).await.unwrap();
    assert_eq!(store.attempt(one, id).await, Ok(Some(row)), "what has ended stays");
    assert_eq!(begin(2, START, 19).await, Ok(false), "the month would be passed");
    assert_eq!(begin(2, START, 20).await, Ok(true));

    // A decline gives the month its room back; a question of the bank does not.
    let asked = AttemptRow {
        state: AttemptState::NeedsConfirmation,
        url: Some("https://bank.test".to_owned()),
        ..attempt(one, 2, START)
    };
    store.set_attempt(asked.clone()).await.unwrap();
    assert_eq!(store.attempt(one, asked.id).await, Ok(Some(asked.clone())));
    assert_eq!(begin(3, START, 30).await, Ok(false), "still in flight");
    let declined = AttemptRow {
        state: AttemptState::Declined,
        reason: Some("declined".to_owned()),
        updated_at: START.plus_seconds(1),
        ..asked
    };
    store.set_attempt(declined.clone()).await.unwrap();
    assert_eq!(begin(3, START, 20).await, Ok(true));
    let next = START.plus_days(40);
    assert_eq!(store.recharged(one, &month_of(next)).await, Ok(credits(0)), "another month");
    let list = store.attempts(one, 2).await.unwrap();
    assert_eq!(list, [attempt(one, 3, START), declined]);
}
