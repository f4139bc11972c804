//! Which of several plans stays: tables over truths.

use ampere_adapters::payments::port::{Cadence, Dispute, PlanKey, Refund};

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::default().plus_seconds(seconds)
}

fn subscription(id: &str, created: i64, ended: Option<i64>) -> Subscription {
    Subscription {
        id: id.to_owned(),
        status: match ended {
            Some(_) => SubscriptionStatus::Ended,
            None => SubscriptionStatus::Active,
        },
        key: PlanKey { plan: "team".to_owned(), version: 1, cadence: Cadence::Monthly },
        start: at(created),
        end: at(created + 2_592_000),
        ends_at_period_end: false,
        ended_at: ended.map(at),
        next: None,
        open_payment: None,
        created: at(created),
    }
}

fn paid(id: &str, subscription: &str, seconds: i64) -> Payment {
    Payment {
        id: id.to_owned(),
        reference: Some(format!("chk_{id}")),
        subscription: Some(subscription.to_owned()),
        amount_cents: 9_900,
        currency: "usd".to_owned(),
        status: PaymentStatus::Paid { at: at(seconds) },
        lines: Vec::new(),
        refunds: Vec::new(),
        disputes: Vec::new(),
        created: at(seconds),
        receipt_url: None,
    }
}

fn truth(subscriptions: Vec<Subscription>, payments: Vec<Payment>) -> Truth {
    Truth {
        customer: "cus_1".to_owned(),
        organization: "org_1".to_owned(),
        card: None,
        subscriptions,
        payments,
    }
}

fn found(subscriptions: Vec<Subscription>, payments: Vec<Payment>) -> Vec<String> {
    surplus(&truth(subscriptions, payments)).into_iter().collect()
}

#[test]
fn the_plan_that_was_paid_first_stays_whichever_was_made_first() {
    let both = || vec![subscription("a", 10, None), subscription("b", 20, None)];
    assert_eq!(found(both(), vec![paid("1", "a", 30), paid("2", "b", 40)]), ["b"]);
    assert_eq!(found(both(), vec![paid("1", "a", 50), paid("2", "b", 40)]), ["a"]);
    // Paid in the same second: the one that was made first.
    assert_eq!(found(both(), vec![paid("2", "b", 40), paid("1", "a", 40)]), ["b"]);
    // Its next payment makes it no younger.
    let renewed = vec![paid("1", "a", 30), paid("2", "b", 40), paid("3", "a", 900)];
    assert_eq!(found(both(), renewed), ["b"]);
}

#[test]
fn one_after_the_other_is_no_surplus_and_what_is_not_paid_is_none() {
    let after = vec![subscription("a", 10, Some(100)), subscription("b", 90, None)];
    assert!(found(after.clone(), vec![paid("1", "a", 10), paid("2", "b", 100)]).is_empty());
    assert_eq!(found(after, vec![paid("1", "a", 10), paid("2", "b", 99)]), ["b"]);
    let mut waits = subscription("b", 20, None);
    waits.status = SubscriptionStatus::Incomplete;
    let both = vec![subscription("a", 10, None), waits];
    assert!(found(both, vec![paid("1", "a", 10)]).is_empty());
}

#[test]
fn what_is_surplus_itself_makes_no_other_one_surplus() {
    // b came beside a and was ended late; c was begun after a was over.
    let all = vec![
        subscription("a", 10, Some(100)),
        subscription("b", 50, Some(200)),
        subscription("c", 110, None),
    ];
    let payments = vec![paid("1", "a", 10), paid("2", "b", 50), paid("3", "c", 110)];
    assert_eq!(found(all, payments), ["b"]);
    let three =
        vec![subscription("a", 10, None), subscription("b", 20, None), subscription("c", 30, None)];
    let payments = vec![paid("1", "a", 10), paid("2", "b", 20), paid("3", "c", 30)];
    assert_eq!(found(three, payments), ["b", "c"]);
}

#[test]
fn what_is_left_of_a_payment_goes_back_and_nothing_while_the_bank_has_it() {
    let request = due_back(&paid("1", "b", 40)).unwrap();
    assert_eq!((request.reference.as_str(), request.amount_cents), ("surplus-0-chk_1", 9_900));
    let refunds = |cents| {
        let refund = Refund { id: "re".to_owned(), amount_cents: cents, at: at(50) };
        Payment { refunds: vec![refund], ..paid("1", "b", 40) }
    };
    let request = due_back(&refunds(900)).unwrap();
    assert_eq!((request.reference.as_str(), request.amount_cents), ("surplus-900-chk_1", 9_000));
    assert_eq!(due_back(&refunds(9_900)), None);
    let disputed = |status| {
        let dispute = Dispute { id: "dp".to_owned(), amount_cents: 9_900, status, at: at(50) };
        Payment { disputes: vec![dispute], ..paid("1", "b", 40) }
    };
    assert_eq!(due_back(&disputed(DisputeStatus::Open)), None);
    assert!(due_back(&disputed(DisputeStatus::Won)).is_some());
    let open = Payment { status: PaymentStatus::Open, ..paid("1", "b", 40) };
    assert_eq!(due_back(&open), None);
}
