//! Another price: now with the money prorated, now with a new period, or from the end on.

use ampere_adapters::payments::{
    Cadence, Change, DeclineReason, LineKind, PaymentError, PaymentStatus, SubscriptionStatus,
    Truth,
};
use ampere_credits::Timestamp;

use crate::world::*;

crate::cases![
    an_upgrade_is_prorated_to_the_cent,
    an_upgrade_that_would_cost_something_else_changes_nothing,
    one_reference_is_one_switch,
    an_upgrade_of_unknown_outcome_is_asked_again,
    an_upgrade_that_is_declined_leaves_the_plan_as_it_was,
    an_upgrade_that_the_bank_asks_about_waits_for_the_person,
    an_upgrade_that_the_person_refuses_does_not_happen,
    a_new_cadence_begins_a_new_period,
    a_switch_at_the_end_waits_for_the_end,
    a_switch_at_the_end_can_be_taken_back,
    arrangements_that_contradict_each_other_are_refused,
];

fn upgrade(subscription: &str, at: Timestamp, due_cents: i64) -> Change {
    let subscription = subscription.to_owned();
    Change::SwitchNow { subscription, to: team(), at, fresh: false, due_cents }
}

/// Starts at 31 January, 10:00; February's end is 28 days = 2,419,200 seconds away.
async fn an_upgrade_is_prorated_to_the_cent(w: Given) {
    // (seconds into the period, what is credited of 2,900, what is due of 9,900)
    let figures = [
        (0, 2_900, 9_900),
        // 14 days, half of the period: no rounding.
        (1_209_600, 1_450, 4_950),
        // 1,209,599 seconds are left: 1,449.9988 and 4,949.9959.
        (1_209_601, 1_450, 4_950),
        // A third is left: 966.67 and 3,300 cents.
        (1_612_800, 967, 3_300),
        // 100,000 seconds are left: 119.8743 and 409.2262.
        (2_319_200, 120, 409),
        // One second is left: 0.0012 and 0.0041.
        (2_419_199, 0, 0),
    ];
    let mut started = Vec::new();
    for number in 0..figures.len() {
        started.push(customer_on(&w, &format!("org-{number}"), starter()).await);
    }
    for ((customer, of), (seconds, credit, debit)) in started.into_iter().zip(figures) {
        w.wait_until(at(START).plus_seconds(seconds)).await;
        let now = w.now();
        let reference = format!("up-{seconds}");
        let asked = upgrade(&of, now, debit - credit);
        let switched = change(&w, &reference, &customer, asked).await;
        let switched = switched.unwrap_or_else(|error| panic!("{seconds}: {error}"));
        let plan = living(&switched);
        assert_eq!(plan.key, team().key);
        let end = at("2026-02-28T10:00:00Z");
        assert_eq!((plan.start, plan.end), (at(START), end), "the period goes on");
        let invoice = payment(&switched, &reference);
        assert!(is_paid(invoice) && invoice.amount_cents == debit - credit, "{invoice:#?}");
        let mut lines: Vec<_> = invoice
            .lines
            .iter()
            .map(|line| (line.amount_cents, line.key.clone(), &line.kind, line.start, line.end))
            .collect();
        lines.sort_by_key(|line| line.1.clone());
        let kind = &LineKind::Proration;
        let expected = [
            (-credit, Some(starter().key), kind, now, end),
            (debit, Some(team().key), kind, now, end),
        ];
        assert_eq!(lines, expected, "{seconds}");
    }
}

/// Everything but what may still be in motion: the plan with its period.
fn plan(truth: &Truth) -> (SubscriptionStatus, String, Timestamp, Timestamp) {
    let of = living(truth);
    (of.status, of.key.plan.clone(), of.start, of.end)
}

async fn an_upgrade_that_would_cost_something_else_changes_nothing(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", starter()).await;
    let before = truth(&w, &customer).await;
    w.wait_until(w.now().plus_days(14)).await;
    for shown in [0, 3_499, 3_501, -3_500] {
        let (reference, asked) = (format!("up{shown}"), upgrade(&of, w.now(), shown));
        let other = change(&w, &reference, &customer, asked).await;
        assert_eq!(other, Err(PaymentError::WouldCost { amount_cents: 3_500 }));
    }
    assert_eq!(truth(&w, &customer).await, before);
    // What a preview showed two minutes ago still holds, at its own instant.
    let shown_at = w.now();
    w.wait_until(w.now().plus_seconds(120)).await;
    let switched = change(&w, "up", &customer, upgrade(&of, shown_at, 3_500)).await.unwrap();
    assert_eq!(payment(&switched, "up").amount_cents, 3_500);
    assert_eq!(payment(&switched, "up").lines[0].start, shown_at);
}

async fn one_reference_is_one_switch(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", starter()).await;
    let asked = upgrade(&of, w.now(), 7_000);
    let first = change(&w, "up", &customer, asked.clone()).await.unwrap();
    assert_eq!(change(&w, "up", &customer, asked).await.unwrap(), first);
    assert_eq!(first.payments.len(), 2);
    let other = change(&w, "up", &customer, upgrade(&of, w.now(), 7_001)).await;
    assert_eq!(other, Err(PaymentError::InvalidRequest("reference")));
}

async fn an_upgrade_of_unknown_outcome_is_asked_again(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", starter()).await;
    let asked = upgrade(&of, w.now(), 7_000);
    w.lose_next_answer();
    let lost = change(&w, "up", &customer, asked.clone()).await;
    assert_eq!(lost, Err(PaymentError::Unknown));
    let again = change(&w, "up", &customer, asked).await.unwrap();
    assert!(is_paid(payment(&again, "up")));
    assert_eq!((living(&again).key.plan.as_str(), paid_of(&again).len()), ("team", 2));
}

async fn an_upgrade_that_is_declined_leaves_the_plan_as_it_was(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", starter()).await;
    let before = plan(&truth(&w, &customer).await);
    w.save_card(&customer, Plastic::FailsLater).await.unwrap();
    let declined = change(&w, "up", &customer, upgrade(&of, w.now(), 7_000)).await.unwrap();
    assert_eq!(plan(&declined), before);
    let failed = PaymentStatus::Failed { reason: DeclineReason::Declined };
    assert_eq!(payment(&declined, "up").status, failed);
    w.save_card(&customer, Plastic::Good).await.unwrap();
    w.wait_until(w.now().plus_days(2)).await;
    let later = truth(&w, &customer).await;
    assert_eq!((plan(&later), paid_of(&later).len()), (before, 1), "it is not tried again");
    let now = w.now();
    let due = 6_500;
    let switched = change(&w, "up2", &customer, upgrade(&of, now, due)).await.unwrap();
    assert_eq!(living(&switched).key, team().key);
}

async fn an_upgrade_that_the_bank_asks_about_waits_for_the_person(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", starter()).await;
    let before = plan(&truth(&w, &customer).await);
    w.save_card(&customer, Plastic::Asks).await.unwrap();
    let waiting = change(&w, "up", &customer, upgrade(&of, w.now(), 7_000)).await.unwrap();
    assert_eq!(plan(&waiting), before);
    let invoice = payment(&waiting, "up").clone();
    assert!(wants_bank(&invoice));
    assert_eq!(living(&waiting).open_payment.as_ref(), Some(&invoice.id));
    w.wait_until(w.now().plus_seconds(900)).await;
    w.answer_bank(&invoice, true).await;
    let truth = truth(&w, &customer).await;
    assert_eq!(living(&truth).key, team().key);
    assert_eq!(living(&truth).open_payment, None);
    assert!(is_paid(payment(&truth, "up")));
}

async fn an_upgrade_that_the_person_refuses_does_not_happen(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", starter()).await;
    let before = plan(&truth(&w, &customer).await);
    w.save_card(&customer, Plastic::Asks).await.unwrap();
    let waiting = change(&w, "up", &customer, upgrade(&of, w.now(), 7_000)).await.unwrap();
    w.answer_bank(payment(&waiting, "up"), false).await;
    w.wait_until(w.now().plus_days(2)).await;
    let truth = truth(&w, &customer).await;
    assert_eq!((plan(&truth), paid_of(&truth).len()), (before, 1));
    assert_eq!(living(&truth).open_payment, None);
}

async fn a_new_cadence_begins_a_new_period(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", starter()).await;
    w.wait_until(at("2026-02-10T12:00:00Z")).await;
    let to = price("starter", Cadence::Annual);
    let (at_once, due_cents) = (w.now(), 29_000);
    let fresh = |due_cents| Change::SwitchNow {
        subscription: of.clone(),
        to: to.clone(),
        at: at_once,
        fresh: true,
        due_cents,
    };
    let other = change(&w, "x", &customer, fresh(28_999)).await;
    assert_eq!(other, Err(PaymentError::WouldCost { amount_cents: due_cents }));
    let switched = change(&w, "y", &customer, fresh(due_cents)).await.unwrap();
    let plan = living(&switched);
    assert_eq!((&plan.id, &plan.key), (&of, &to.key));
    assert_eq!((plan.start, plan.end), (w.now(), at("2027-02-10T12:00:00Z")));
    let invoice = payment(&switched, "y");
    assert_eq!(invoice.amount_cents, due_cents, "no money is credited for the old period");
    let [line] = invoice.lines.as_slice() else { panic!("{invoice:#?}") };
    assert_eq!((&line.kind, line.start, line.end), (&LineKind::Period, plan.start, plan.end));
}

async fn a_switch_at_the_end_waits_for_the_end(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", team()).await;
    let down = Change::SwitchAtEnd { subscription: of, to: starter() };
    let arranged = change(&w, "down", &customer, down).await.unwrap();
    let plan = living(&arranged);
    assert_eq!((&plan.key, &plan.next), (&team().key, &Some(starter().key)));
    assert_eq!(arranged.payments.len(), 1, "nothing is paid now");
    w.wait_until(at("2026-02-28T14:00:00Z")).await;
    let truth = truth(&w, &customer).await;
    let plan = living(&truth);
    assert_eq!((&plan.key, &plan.next), (&starter().key, &None));
    assert_eq!((plan.start, plan.end), (at("2026-02-28T10:00:00Z"), at("2026-03-31T10:00:00Z")));
    let amounts: Vec<i64> = paid_of(&truth).iter().map(|one| one.amount_cents).collect();
    assert_eq!(amounts, [9_900, 2_900]);
    let line = &truth.payments[1].lines[0];
    assert_eq!((&line.key, line.start, line.end), (&Some(starter().key), plan.start, plan.end));
}

async fn a_switch_at_the_end_can_be_taken_back(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", team()).await;
    let down = Change::SwitchAtEnd { subscription: of.clone(), to: starter() };
    change(&w, "down", &customer, down).await.unwrap();
    let undo = || Change::UndoSwitch { subscription: of.clone() };
    let undone = change(&w, "undo", &customer, undo()).await.unwrap();
    assert_eq!(living(&undone).next, None);
    change(&w, "again", &customer, undo()).await.unwrap();
    w.wait_until(at("2026-02-28T14:00:00Z")).await;
    assert_eq!(living(&truth(&w, &customer).await).key, team().key);
}

async fn arrangements_that_contradict_each_other_are_refused(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", starter()).await;
    let at_end = || Change::SwitchAtEnd { subscription: of.clone(), to: team() };
    let end = || Change::EndAtPeriodEnd { subscription: of.clone() };
    let refused = |answer: Result<Truth, PaymentError>| {
        assert!(matches!(answer, Err(PaymentError::Conflict(_))), "{answer:?}");
    };
    change(&w, "a", &customer, end()).await.unwrap();
    refused(change(&w, "b", &customer, at_end()).await);
    refused(change(&w, "c", &customer, upgrade(&of, w.now(), 7_000)).await);
    change(&w, "d", &customer, Change::Resume { subscription: of.clone() }).await.unwrap();
    change(&w, "e", &customer, at_end()).await.unwrap();
    refused(change(&w, "f", &customer, end()).await);
    refused(change(&w, "g", &customer, upgrade(&of, w.now(), 7_000)).await);
    let truth = truth(&w, &customer).await;
    assert_eq!((living(&truth).key.clone(), paid_of(&truth).len()), (starter().key, 1));
}
