//! What a truth makes due: grants of periods and upgrades, and the pool's lock.

use ampere_adapters::payments::port::{Cadence, DeclineReason};

use super::*;
use crate::catalog::Catalog;

fn org() -> OrgId {
    OrgId::from_bits(1)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_default()
}

fn start() -> Timestamp {
    at("2026-11-01T00:00:00Z")
}

fn end() -> Timestamp {
    at("2026-12-01T00:00:00Z")
}

fn book() -> PlanBook {
    PlanBook::offering(Catalog::built_in().map(|catalog| catalog.plans).unwrap_or_default())
}

fn key(plan: &str, cadence: Cadence) -> PlanKey {
    PlanKey { plan: plan.to_owned(), version: 1, cadence }
}

fn line(id: &str, plan: &str, cents: i64) -> Line {
    Line {
        id: id.to_owned(),
        kind: LineKind::Period,
        key: Some(key(plan, Cadence::Monthly)),
        amount_cents: cents,
        start: start(),
        end: end(),
    }
}

fn switch(id: &str, plan: &str, cents: i64, from: Timestamp) -> Line {
    Line { kind: LineKind::Proration, start: from, ..line(id, plan, cents) }
}

fn invoice(id: &str, lines: Vec<Line>) -> Payment {
    Payment {
        id: id.to_owned(),
        reference: None,
        subscription: Some("sub_1".to_owned()),
        amount_cents: lines.iter().map(|line| line.amount_cents).sum(),
        currency: "usd".to_owned(),
        status: PaymentStatus::Paid { at: start() },
        lines,
        refunds: Vec::new(),
        disputes: Vec::new(),
        created: start(),
        receipt_url: None,
    }
}

fn subscription() -> Subscription {
    Subscription {
        id: "sub_1".to_owned(),
        status: Status::Active,
        key: key("starter", Cadence::Monthly),
        start: start(),
        end: end(),
        ends_at_period_end: false,
        ended_at: None,
        next: None,
        open_payment: None,
        created: start(),
    }
}

fn truth(payments: Vec<Payment>) -> Truth {
    Truth {
        customer: "cus_1".to_owned(),
        organization: org().to_string(),
        card: None,
        subscriptions: vec![subscription()],
        payments,
    }
}

fn grants(truth: &Truth, payment: usize) -> Result<Vec<PlanGrant>, String> {
    grants_of(org(), truth, &truth.payments[payment], &book())
}

#[test]
fn a_paid_period_is_one_grant_with_the_allowance_beside_it() {
    let truth = truth(vec![invoice("in_1", vec![line("li_1", "starter", 2_900)])]);
    let due = grants(&truth, 0).unwrap_or_default();
    let [base, beside] = due.as_slice() else { panic!("{due:?}") };
    let micros = start().micros();
    assert_eq!(base.key, format!("period:sub_1:{micros}:monthly"));
    assert_eq!((base.class, base.cause), (Class::Included, Cause::Plan));
    assert_eq!(base.amount, Credits::whole(10_000));
    assert_eq!((base.effective, base.expires), (start(), end()));
    let row = base.period.as_ref().map(|period| period.row(GrantId::from_bits(7)));
    let row = row.map(|row| (row.subscription, row.period_start, row.period_end, row.on.plan));
    assert_eq!(row, Some(("sub_1".to_owned(), start(), end(), "starter".to_owned())));
    assert_eq!(beside.key, format!("background:period:sub_1:{micros}:monthly"));
    assert_eq!((beside.class, beside.amount), (Class::Background, Credits::whole(200)));
    assert_eq!((beside.line.as_str(), &beside.period), ("li_1:background", &None));
}

#[test]
fn a_year_is_twelve_allowances_at_once() {
    let year = Line {
        key: Some(key("team", Cadence::Annual)),
        end: at("2027-11-01T00:00:00Z"),
        ..line("li_1", "team", 99_000)
    };
    let due = grants(&truth(vec![invoice("in_1", vec![year])]), 0).unwrap_or_default();
    let amounts: Vec<Credits> = due.iter().map(|grant| grant.amount).collect();
    assert_eq!(amounts, [Credits::whole(480_000), Credits::whole(9_600)]);
    assert!(due[0].key.ends_with(":annual"));
    assert_eq!(due[0].expires, at("2027-11-01T00:00:00Z"));
}

/// hackerai#957 a failed renewal minted an allowance.
#[test]
fn hackerai_957_what_is_not_paid_grants_nothing() {
    let url = "/bank".to_owned();
    for status in [
        PaymentStatus::Open,
        PaymentStatus::Failed { reason: DeclineReason::Declined },
        PaymentStatus::NeedsConfirmation { url },
        PaymentStatus::Void,
    ] {
        let renewal = invoice("in_2", vec![line("li_1", "starter", 2_900)]);
        let truth = truth(vec![Payment { status, ..renewal }]);
        assert_eq!(grants(&truth, 0), Ok(Vec::new()));
    }
}

#[test]
fn an_upgrade_adds_the_difference_for_the_rest_of_the_period() {
    let half = at("2026-11-16T00:00:00Z");
    let lines = vec![switch("li_2", "starter", -1_450, half), switch("li_3", "team", 4_950, half)];
    let paid = vec![invoice("in_1", vec![line("li_1", "starter", 2_900)]), invoice("in_2", lines)];
    let due = grants(&truth(paid.clone()), 1).unwrap_or_default();
    let [extra] = due.as_slice() else { panic!("{due:?}") };
    assert_eq!((extra.key.as_str(), extra.amount), ("payment:in_2:li_3", Credits::whole(15_000)));
    assert_eq!((extra.effective, extra.expires), (half, end()));
    assert_eq!(extra.period, None, "the period has its one base grant already");
    // Long afterwards, when the subscription is in another period, it is the same.
    let mut later = truth(paid);
    later.subscriptions[0].start = end();
    later.subscriptions[0].end = at("2027-01-01T00:00:00Z");
    assert_eq!(grants(&later, 1), Ok(due));
}

#[test]
fn at_the_last_second_an_upgrade_is_told_by_its_order_alone() {
    let last = at("2026-11-30T23:59:59Z");
    let lines = vec![switch("li_2", "starter", 0, last), switch("li_3", "team", 0, last)];
    let paid = vec![invoice("in_1", vec![line("li_1", "starter", 2_900)]), invoice("in_2", lines)];
    let due = grants(&truth(paid), 1).unwrap_or_default();
    let amounts: Vec<i64> = due.iter().map(|grant| grant.amount.micros()).collect();
    assert_eq!(amounts, [30_000_000_000 / (30 * 86_400)]);
}

#[test]
fn what_was_not_agreed_grants_nothing_and_says_why() {
    let due = |lines| grants(&truth(vec![invoice("in_1", lines)]), 0);
    let wrong = |lines, said: &str| {
        let why = due(lines).err().unwrap_or_default();
        assert!(why.contains(said), "{why}");
    };
    wrong(vec![line("li_1", "starter", 100)], "costs 100, the plan 2900");
    wrong(vec![line("li_1", "golden", 2_900)], "golden version 1 is unknown");
    wrong(vec![Line { key: None, ..line("li_1", "starter", 2_900) }], "has no price");
    let half = at("2026-11-16T00:00:00Z");
    let other = Line { end: at("2027-05-01T00:00:00Z"), ..switch("li_3", "team", 4_950, half) };
    let old = Line { end: other.end, ..switch("li_2", "starter", -1_450, half) };
    wrong(vec![old, other], "of no period that is known");
    let other = Payment {
        currency: "eur".to_owned(),
        ..invoice("in_1", vec![line("li_1", "starter", 2_900)])
    };
    assert!(grants(&truth(vec![other]), 0).is_err());
    // Lines of anything else are nothing to us.
    let tax = Line { kind: LineKind::Other, key: None, ..line("li_2", "starter", 551) };
    assert_eq!(due(vec![line("li_1", "starter", 2_900), tax]).map(|due| due.len()), Ok(2));
}

#[test]
fn the_pool_is_locked_by_the_end_of_a_plan_and_by_nothing_else() {
    let rows = |change: &dyn Fn(&mut Subscription)| {
        let mut truth = truth(vec![invoice("in_1", vec![line("li_1", "starter", 2_900)])]);
        change(&mut truth.subscriptions[0]);
        rows_of(org(), "sandbox", &truth)
    };
    let due = |rows: &[SubscriptionRow], locked, now| lock_due(rows, locked, (7, now));
    let active = rows(&|_| {});
    assert_eq!(due(&active, false, start()), None);
    let unlock = format!("unlock:sub_1:{}", start().micros());
    assert_eq!(due(&active, true, start()), Some(LockDue::Unlock { key: unlock }));
    let ended = rows(&|row| {
        row.status = Status::Ended;
        row.ended_at = Some(end());
    });
    let lock = format!("lock:sub_1:{}", end().micros());
    assert_eq!(due(&ended, false, end()), Some(LockDue::Lock { key: lock }));
    assert_eq!(due(&ended, true, end()), None);
    // Behind with a renewal: open while the grace lasts, then locked under a key of its own.
    let behind = rows(&|row| row.status = Status::PastDue);
    let over = start().plus_days(7);
    assert_eq!(due(&behind, false, Timestamp::from_micros(over.micros() - 1)), None);
    let lock = format!("lock:sub_1:{}", over.micros());
    assert_eq!(due(&behind, false, over), Some(LockDue::Lock { key: lock }));
    // Who never paid for a plan has the trial and packs: never locked.
    let mut never = truth(Vec::new());
    never.subscriptions[0].status = Status::Ended;
    let rows = rows_of(org(), "sandbox", &never);
    assert_eq!((due(&rows, false, end()), due(&[], false, end())), (None, None));
}
