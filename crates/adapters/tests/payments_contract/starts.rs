//! How subscriptions begin and end.

use ampere_adapters::payments::{
    Change, DeclineReason, PaymentError, PaymentStatus, SubscriptionStatus,
};

use crate::world::*;

crate::cases![
    a_saved_card_starts_a_plan,
    a_start_that_is_declined_begins_nothing_and_says_why,
    a_start_that_the_bank_asks_about_waits_for_the_person,
    a_start_that_nobody_confirms_is_given_up_within_a_day,
    one_living_subscription_at_a_time,
    one_reference_is_one_start,
    a_start_of_unknown_outcome_is_asked_again,
    ending_with_the_period_can_be_taken_back,
    what_ends_with_the_period_ends_at_its_last_instant,
    ending_now_is_now_and_a_new_one_can_be_started,
    what_is_not_theirs_is_not_found,
];

async fn a_saved_card_starts_a_plan(w: Given) {
    let customer = customer_with(&w, "org-1", Plastic::Good).await;
    let start = Change::Start { to: starter() };
    let answered = change(&w, "prv_1", &customer, start).await.unwrap();
    let of = living(&answered);
    assert_eq!((of.status, &of.key), (SubscriptionStatus::Active, &starter().key));
    assert_eq!((of.start, of.end), (w.now(), at("2026-02-28T10:00:00Z")));
    let invoice = payment(&answered, "prv_1");
    assert!(is_paid(invoice) && invoice.lines.len() == 1);
    assert_eq!(answered, truth(&w, &customer).await, "the answer is the truth");
}

async fn a_start_that_is_declined_begins_nothing_and_says_why(w: Given) {
    let customer = customer_with(&w, "org-1", Plastic::FailsLater).await;
    let declined = change(&w, "prv_1", &customer, Change::Start { to: starter() }).await.unwrap();
    assert!(all_living(&declined).is_empty());
    let failed = PaymentStatus::Failed { reason: DeclineReason::Declined };
    assert_eq!(payment(&declined, "prv_1").status, failed);
    w.save_card(&customer, Plastic::Good).await.unwrap();
    let started = change(&w, "prv_2", &customer, Change::Start { to: team() }).await.unwrap();
    assert_eq!(living(&started).key, team().key);
    assert_eq!(paid_of(&started).len(), 1);
    w.wait_until(w.now().plus_days(2)).await;
    assert_eq!(all_living(&truth(&w, &customer).await).len(), 1);
}

async fn a_start_that_the_bank_asks_about_waits_for_the_person(w: Given) {
    let customer = customer_with(&w, "org-1", Plastic::Asks).await;
    let waiting = change(&w, "prv_1", &customer, Change::Start { to: starter() }).await.unwrap();
    let [of] = waiting.subscriptions.as_slice() else { panic!("{waiting:#?}") };
    assert_eq!(of.status, SubscriptionStatus::Incomplete);
    let invoice = payment(&waiting, "prv_1").clone();
    assert!(wants_bank(&invoice));
    assert_eq!(of.open_payment.as_ref(), Some(&invoice.id));
    w.wait_until(w.now().plus_seconds(3_600)).await;
    w.answer_bank(&invoice, true).await;
    let truth = truth(&w, &customer).await;
    assert_eq!(living(&truth).status, SubscriptionStatus::Active);
    assert_eq!(living(&truth).open_payment, None);
    assert_eq!(payment(&truth, "prv_1").status, PaymentStatus::Paid { at: w.now() });
}

async fn a_start_that_nobody_confirms_is_given_up_within_a_day(w: Given) {
    let customer = customer_with(&w, "org-1", Plastic::Asks).await;
    change(&w, "prv_1", &customer, Change::Start { to: starter() }).await.unwrap();
    w.wait_until(w.now().plus_days(1)).await;
    let truth = truth(&w, &customer).await;
    assert_eq!(truth.subscriptions[0].status, SubscriptionStatus::Ended);
    assert_eq!(payment(&truth, "prv_1").status, PaymentStatus::Void);
}

async fn one_living_subscription_at_a_time(w: Given) {
    let (customer, _) = customer_on(&w, "org-1", starter()).await;
    let second = change(&w, "prv_1", &customer, Change::Start { to: team() }).await;
    assert!(matches!(second, Err(PaymentError::Conflict(_))), "{second:?}");
    let opened = w.payments().checkout(page("chk_1", "org-2", credits(1))).await.unwrap();
    let no_card = change(&w, "prv_2", &opened.customer, Change::Start { to: team() }).await;
    assert_eq!(no_card, Err(PaymentError::NoCard));
    assert_eq!(paid_of(&truth(&w, &customer).await).len(), 1);
}

async fn one_reference_is_one_start(w: Given) {
    let customer = customer_with(&w, "org-1", Plastic::Good).await;
    let start = Change::Start { to: starter() };
    let first = change(&w, "prv_1", &customer, start.clone()).await.unwrap();
    assert_eq!(change(&w, "prv_1", &customer, start).await.unwrap(), first);
    let other = change(&w, "prv_1", &customer, Change::Start { to: team() }).await;
    assert_eq!(other, Err(PaymentError::InvalidRequest("reference")));
}

async fn a_start_of_unknown_outcome_is_asked_again(w: Given) {
    let customer = customer_with(&w, "org-1", Plastic::Good).await;
    w.lose_next_answer();
    let start = Change::Start { to: starter() };
    let lost = change(&w, "prv_1", &customer, start.clone()).await;
    assert_eq!(lost, Err(PaymentError::Unknown));
    let again = change(&w, "prv_1", &customer, start).await.unwrap();
    assert!(is_paid(payment(&again, "prv_1")));
    assert_eq!((again.subscriptions.len(), again.payments.len()), (1, 1));
}

async fn ending_with_the_period_can_be_taken_back(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", starter()).await;
    let end = || Change::EndAtPeriodEnd { subscription: of.clone() };
    let resume = || Change::Resume { subscription: of.clone() };
    let ending = change(&w, "a", &customer, end()).await.unwrap();
    assert!(living(&ending).ends_at_period_end);
    assert_eq!(living(&ending).status, SubscriptionStatus::Active);
    // What is so already may be asked for again.
    change(&w, "b", &customer, end()).await.unwrap();
    assert!(!living(&change(&w, "c", &customer, resume()).await.unwrap()).ends_at_period_end);
    change(&w, "d", &customer, resume()).await.unwrap();
    w.wait_until(at("2026-02-28T14:00:00Z")).await;
    assert_eq!(living(&truth(&w, &customer).await).end, at("2026-03-31T10:00:00Z"));
}

async fn what_ends_with_the_period_ends_at_its_last_instant(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", starter()).await;
    let end = Change::EndAtPeriodEnd { subscription: of };
    change(&w, "a", &customer, end).await.unwrap();
    w.wait_until(at("2026-02-28T09:59:59Z")).await;
    living(&truth(&w, &customer).await);
    w.wait_until(at("2026-02-28T10:00:00Z")).await;
    let truth = truth(&w, &customer).await;
    let [over] = truth.subscriptions.as_slice() else { panic!("{truth:#?}") };
    let end = at("2026-02-28T10:00:00Z");
    assert_eq!((over.status, over.ended_at), (SubscriptionStatus::Ended, Some(end)));
    assert_eq!(truth.payments.len(), 1, "nothing more is paid");
}

async fn ending_now_is_now_and_a_new_one_can_be_started(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", starter()).await;
    w.wait_until(w.now().plus_days(3)).await;
    let end = Change::EndNow { subscription: of.clone() };
    let over = change(&w, "a", &customer, end.clone()).await.unwrap();
    assert_eq!(over.subscriptions[0].status, SubscriptionStatus::Ended);
    assert_eq!(over.subscriptions[0].ended_at, Some(w.now()));
    assert_eq!(over.payments.len(), 1, "nothing is paid back");
    change(&w, "b", &customer, end).await.unwrap();
    for (reference, late) in [
        ("c", Change::Resume { subscription: of.clone() }),
        ("d", Change::EndAtPeriodEnd { subscription: of.clone() }),
        ("e", Change::SwitchAtEnd { subscription: of, to: team() }),
    ] {
        let refused = change(&w, reference, &customer, late).await;
        assert!(matches!(refused, Err(PaymentError::Conflict(_))), "{reference}: {refused:?}");
    }
    let again = change(&w, "f", &customer, Change::Start { to: starter() }).await.unwrap();
    assert_eq!(living(&again).start, w.now());
    assert_eq!(again.subscriptions.len(), 2);
}

async fn what_is_not_theirs_is_not_found(w: Given) {
    let (_, of) = customer_on(&w, "org-1", starter()).await;
    let other = customer_with(&w, "org-2", Plastic::Good).await;
    let theirs = change(&w, "a", &other, Change::EndNow { subscription: of }).await;
    assert_eq!(theirs, Err(PaymentError::NotFound));
    let nothing = Change::Resume { subscription: "sub_nothing".to_owned() };
    assert_eq!(change(&w, "b", &other, nothing).await, Err(PaymentError::NotFound));
    let nobody = change(&w, "c", "cus_nobody", Change::Start { to: starter() }).await;
    assert_eq!(nobody, Err(PaymentError::NotFound));
}
