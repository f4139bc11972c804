//! What befell others in public, as far as the core alone can show that it does not befall us.
//! Each test is named after the tracker and number where it was told.

mod money;
mod rating;
mod running_out;
mod time;

use ampere_credits::ledger::{
    Answer, Cause, Class, Command, Draw, Fact, GrantTerms, Overdraft, Pool, Rejected, Request,
    decide,
};
use ampere_credits::{Credits, GrantId, HoldId, RunId, Timestamp};

use crate::lane::{Lane, request};

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000).plus_seconds(minutes * 60)
}

fn whole(credits: u32) -> Credits {
    Credits::whole(credits)
}

fn terms(n: u128, class: Class, credits: u32, from: i64) -> GrantTerms {
    GrantTerms {
        id: GrantId::from_bits(n),
        class,
        cause: match class {
            Class::Included => Cause::Trial,
            Class::Purchased => Cause::TopUp,
            Class::Background => Cause::Background,
        },
        amount: whole(credits),
        effective: at(from),
        expires: Some(at(from).plus_days(30)),
    }
}

fn hold(n: u128, run: u128, credits: u32, from: i64) -> Command {
    Command::Hold {
        hold: HoldId::from_bits(n),
        run: RunId::from_bits(run),
        amount: whole(credits),
        deadline: at(from + 60),
        cap: None,
        draw: Draw::Pool,
    }
}

fn settle(n: u128, credits: u32) -> Command {
    Command::Settle { hold: HoldId::from_bits(n), charge: whole(credits), estimated: false }
}

/// A lane with one included grant, booked at minute 0.
fn lane_with(credits: u32) -> Lane {
    let mut lane = Lane::new();
    done(lane.ask("grant", Command::Grant(terms(1, Class::Included, credits, 0)), at(0)));
    lane
}

#[track_caller]
fn done(answer: Answer) {
    assert!(matches!(answer, Answer::Done(_)), "{answer:?}");
}

#[track_caller]
fn lacking(answer: &Answer) {
    let refused = matches!(answer, Answer::Refused(Rejected::InsufficientCredits { .. }));
    assert!(refused, "{answer:?}");
}

fn available(lane: &Lane, minute: i64) -> Credits {
    lane.balance(at(minute)).available
}

#[track_caller]
fn clean(lane: &Lane) {
    let report = lane.audit(whole(200));
    assert!(report.clean(), "{:#?}", report.findings);
}

#[test]
fn incident_open_saas_727_two_requests_one_credit() {
    let mut lane = lane_with(1);
    let both = [request("a", hold(1, 1, 1, 1)), request("b", hold(2, 2, 1, 1))];
    let answers = lane.commit(&both, at(1)).answers;
    assert!(matches!(answers[0], Answer::Done(_)));
    lacking(&answers[1]);
    clean(&lane);
}

#[test]
fn incident_eliza_10857_n_requests_pass_a_plain_read() {
    let mut lane = lane_with(7);
    let many: Vec<Request> = (0..50).map(|n| request(&format!("k{n}"), hold(n, n, 1, 1))).collect();
    let answers = lane.commit(&many, at(1)).answers;
    let served = answers.iter().filter(|answer| matches!(answer, Answer::Done(_))).count();
    assert_eq!(served, 7);
    answers[7..].iter().for_each(lacking);
    clean(&lane);
}

#[test]
fn incident_new_api_6609_and_one_api_2446_checked_then_updated_unguarded() {
    let mut pool = Pool::empty(ampere_credits::OrgId::from_bits(1));
    let grant = decide(&pool, &Command::Grant(terms(1, Class::Included, 1, 0)), at(0)).unwrap();
    pool.append(grant, at(0)).unwrap();
    // Two decisions on the same reading: both are allowed, but only one can be booked.
    let first = decide(&pool, &hold(1, 1, 1, 1), at(1)).unwrap();
    let second = decide(&pool, &hold(2, 2, 1, 1), at(1)).unwrap();
    pool.append(first, at(1)).unwrap();
    assert!(pool.append(second, at(1)).is_err());
}

#[test]
fn incident_litellm_40095_first_concurrent_requests_of_an_unknown_user() {
    let mut lane = Lane::new();
    let many: Vec<Request> = (0..9).map(|n| request(&format!("k{n}"), hold(n, n, 1, 1))).collect();
    lane.commit(&many, at(1)).answers.iter().for_each(lacking);
    assert!(lane.journal.is_empty());
}

#[test]
fn incident_autumn_630_purchase_while_spending_dropped_credits() {
    let mut lane = lane_with(10);
    let mixed = [
        request("h", hold(1, 1, 8, 1)),
        request("p1", Command::Grant(terms(2, Class::Purchased, 100, 1))),
        request("s", settle(1, 3)),
        request("p2", Command::Grant(terms(3, Class::Purchased, 50, 1))),
        request("h2", hold(2, 2, 20, 1)),
    ];
    lane.commit(&mixed, at(1)).answers.into_iter().for_each(done);
    let balance = lane.balance(at(1));
    assert_eq!(balance.total(), Ok(whole(10 + 100 + 50 - 3)));
    assert_eq!((balance.available, balance.held), (whole(137), whole(20)));
    clean(&lane);
}

#[test]
fn incident_litellm_27639_hold_never_released_on_some_exits() {
    let mut lane = lane_with(10);
    done(lane.ask("h", hold(1, 1, 10, 0), at(0)));
    assert_eq!(available(&lane, 59), Credits::ZERO);
    let lapse = Command::Lapse { hold: HoldId::from_bits(1), charge: Credits::ZERO };
    done(lane.ask("sweep", lapse, at(60)));
    assert_eq!(available(&lane, 60), whole(10));
    clean(&lane);
}

#[test]
fn incident_litellm_35569_settle_fails_midway_and_is_counted_twice() {
    let mut lane = lane_with(10);
    done(lane.ask("h", hold(1, 1, 6, 0), at(0)));
    done(lane.ask("settle:1", settle(1, 4), at(1)));
    for minute in 2..6 {
        let again = lane.ask("settle:1", settle(1, 4), at(minute));
        assert!(matches!(again, Answer::Replayed(outcome) if outcome.charged == whole(4)));
    }
    assert_eq!(lane.full.spent, whole(4));
    clean(&lane);
}

#[test]
fn incident_litellm_33923_admitted_although_the_hold_could_not_be_written() {
    let mut lane = lane_with(10);
    let commit = lane.commit(&[request("h", hold(1, 1, 6, 0))], at(0));
    // A yes is never given without the entry that has to be durable first.
    let Answer::Done(outcome) = commit.answers[0] else { panic!("{:?}", commit.answers) };
    let entry = commit.entries.iter().find(|entry| entry.position == outcome.position).unwrap();
    assert_eq!(entry.outcome(), Ok(outcome));
    assert!(matches!(entry.fact, Fact::Held { .. }));
}

#[test]
fn incident_eliza_11169_sweeper_races_a_late_settle_and_refunds_twice() {
    for sweeper_first in [true, false] {
        let mut lane = lane_with(10);
        done(lane.ask("h", hold(1, 1, 6, 0), at(0)));
        let lapse = Command::Lapse { hold: HoldId::from_bits(1), charge: whole(2) };
        let mut both = [request("lapse", lapse), request("settle", settle(1, 5))];
        if !sweeper_first {
            both.reverse();
        }
        let answers = lane.commit(&both, at(61)).answers;
        assert!(matches!(answers[0], Answer::Done(_)));
        assert!(matches!(answers[1], Answer::Refused(Rejected::HoldEnded { .. })));
        assert_eq!(available(&lane, 61), whole(if sweeper_first { 8 } else { 5 }));
        clean(&lane);
    }
}

#[test]
fn incident_eliza_10034_provider_error_at_connect_fires_neither_finish_nor_abort() {
    let mut lane = lane_with(10);
    done(lane.ask("h", hold(1, 1, 6, 0), at(0)));
    done(lane.ask("r", Command::Release { hold: HoldId::from_bits(1) }, at(1)));
    assert_eq!((available(&lane, 1), lane.full.spent), (whole(10), Credits::ZERO));
    clean(&lane);
}

#[test]
fn incident_sexyvoice_503_the_balance_dips_during_a_run_and_looks_charged() {
    let mut lane = lane_with(10);
    let before = lane.balance(at(0));
    done(lane.ask("h", hold(1, 1, 6, 0), at(0)));
    let during = lane.balance(at(1));
    assert_eq!(during.total(), before.total());
    assert_eq!((during.included, during.held), (before.included, whole(6)));
    assert_eq!(during.shown().unwrap().total, before.shown().unwrap().total);
    assert_eq!(lane.full.spent, Credits::ZERO);
}

#[test]
fn incident_os_clovy_751_every_retry_strands_another_hold() {
    let mut lane = lane_with(100);
    done(lane.ask("try 0", hold(1, 1, 10, 0), at(0)));
    for n in 2..20 {
        let retry = lane.ask(&format!("try {n}"), hold(n, 1, 10, 1), at(1));
        let stranded = HoldId::from_bits(1);
        assert_eq!(retry, Answer::Refused(Rejected::RunHasOpenHold { hold: stranded }));
    }
    assert_eq!(lane.balance(at(1)).held, whole(10));
    let lapse = Command::Lapse { hold: HoldId::from_bits(1), charge: Credits::ZERO };
    done(lane.ask("lapse", lapse, at(60)));
    done(lane.ask("try 20", hold(20, 1, 10, 60), at(60)));
    clean(&lane);
}

#[test]
fn incident_new_api_5235_and_eliza_11561_a_disconnect_refunds_everything() {
    let mut lane = lane_with(10);
    done(lane.ask("h", hold(1, 1, 6, 0), at(0)));
    let lapse = Command::Lapse { hold: HoldId::from_bits(1), charge: whole(4) };
    done(lane.ask("gone", lapse, at(60)));
    assert_eq!((lane.full.spent, available(&lane, 60)), (whole(4), whole(6)));
    clean(&lane);
}

#[test]
fn incident_aisix_383_billed_with_zero_chunks_delivered() {
    let mut lane = lane_with(10);
    done(lane.ask("h", hold(1, 1, 6, 0), at(0)));
    done(lane.ask("s", settle(1, 0), at(1)));
    assert_eq!((lane.full.spent, available(&lane, 1)), (Credits::ZERO, whole(10)));
    clean(&lane);
}

#[test]
fn incident_vm0_31669_killing_live_runs_at_zero() {
    let mut lane = lane_with(10);
    done(lane.ask("h", hold(1, 1, 10, 0), at(0)));
    let more = |overdraft| Command::Extend {
        hold: HoldId::from_bits(1),
        amount: whole(3),
        deadline: at(60),
        overdraft,
        draw: Draw::Pool,
    };
    lacking(&lane.ask("more", more(Overdraft::Never), at(1)));
    done(lane.ask("finish", more(Overdraft::UpTo(whole(200))), at(1)));
    done(lane.ask("s", settle(1, 13), at(2)));
    let balance = lane.balance(at(2));
    assert_eq!((balance.available, balance.outstanding), (Credits::ZERO, whole(3)));
    clean(&lane);
}

#[test]
fn incident_codex_39260_credits_drain_with_no_ledger_rows() {
    let mut lane = lane_with(10);
    done(lane.ask("h", hold(1, 1, 6, 0), at(0)));
    done(lane.ask("s", settle(1, 4), at(1)));
    lane.commit(&[], at(60 * 24 * 31));
    // The journal alone, read by somebody else, gives every number there is.
    let mut again = Pool::empty(lane.full.org);
    lane.journal.iter().for_each(|entry| again.apply(entry).unwrap());
    assert_eq!(again, lane.full);
    clean(&lane);
}
