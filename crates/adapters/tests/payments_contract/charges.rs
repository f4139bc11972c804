//! Payments with the saved card.

use ampere_adapters::payments::{About, DeclineReason, PaymentError, PaymentStatus};

use crate::world::*;

crate::cases![
    a_good_card_pays_and_the_payment_carries_the_attempt,
    a_declined_charge_is_an_answer_and_final,
    a_bank_that_wants_the_person_gives_an_address,
    a_person_who_refuses_at_the_bank_pays_nothing,
    one_reference_is_one_charge,
    a_charge_of_unknown_outcome_is_found_and_never_made_twice,
    without_a_card_or_a_customer_nothing_is_charged,
];

async fn a_good_card_pays_and_the_payment_carries_the_attempt(w: Given) {
    let customer = customer_with(&w, "org-1", Plastic::Good).await;
    let charged = w.payments().charge(charge_of("rch_1", &customer, 2_900)).await.unwrap();
    assert_eq!(charged.status, PaymentStatus::Paid { at: w.now() });
    assert_eq!((charged.reference.as_deref(), charged.amount_cents), (Some("rch_1"), 2_900));
    assert_eq!(*payment(&truth(&w, &customer).await, "rch_1"), charged);
    assert_eq!(charged.subscription, None);
}

async fn a_declined_charge_is_an_answer_and_final(w: Given) {
    let customer = customer_with(&w, "org-1", Plastic::FailsLater).await;
    let declined = w.payments().charge(charge_of("rch_1", &customer, 2_900)).await.unwrap();
    let failed = PaymentStatus::Failed { reason: DeclineReason::Declined };
    assert_eq!(declined.status, failed);
    w.save_card(&customer, Plastic::Good).await.unwrap();
    w.wait_until(w.now().plus_days(10)).await;
    let again = w.payments().charge(charge_of("rch_1", &customer, 2_900)).await.unwrap();
    assert_eq!((again.id, again.status), (declined.id, failed), "a new attempt has its own name");
    assert!(paid_of(&truth(&w, &customer).await).is_empty());
    let second = w.payments().charge(charge_of("rch_2", &customer, 2_900)).await.unwrap();
    assert!(is_paid(&second));
}

async fn a_bank_that_wants_the_person_gives_an_address(w: Given) {
    let customer = customer_with(&w, "org-1", Plastic::Asks).await;
    let waiting = w.payments().charge(charge_of("rch_1", &customer, 2_900)).await.unwrap();
    assert!(wants_bank(&waiting), "{waiting:?}");
    assert!(paid_of(&truth(&w, &customer).await).is_empty());
    w.wait_until(w.now().plus_seconds(600)).await;
    w.answer_bank(&waiting, true).await;
    let truth = truth(&w, &customer).await;
    assert_eq!(payment(&truth, "rch_1").status, PaymentStatus::Paid { at: w.now() });
    assert_eq!(payment(&truth, "rch_1").id, waiting.id);
}

async fn a_person_who_refuses_at_the_bank_pays_nothing(w: Given) {
    let customer = customer_with(&w, "org-1", Plastic::Asks).await;
    let waiting = w.payments().charge(charge_of("rch_1", &customer, 2_900)).await.unwrap();
    w.answer_bank(&waiting, false).await;
    assert!(paid_of(&truth(&w, &customer).await).is_empty());
}

async fn one_reference_is_one_charge(w: Given) {
    let customer = customer_with(&w, "org-1", Plastic::Good).await;
    let first = w.payments().charge(charge_of("rch_1", &customer, 2_900)).await.unwrap();
    let again = w.payments().charge(charge_of("rch_1", &customer, 2_900)).await.unwrap();
    assert_eq!(again, first);
    let other = w.payments().charge(charge_of("rch_1", &customer, 2_901)).await;
    assert_eq!(other, Err(PaymentError::InvalidRequest("reference")));
    let second = w.payments().charge(charge_of("rch_2", &customer, 2_900)).await.unwrap();
    assert_ne!(second.id, first.id);
    assert_eq!(paid_of(&truth(&w, &customer).await).len(), 2);
}

async fn a_charge_of_unknown_outcome_is_found_and_never_made_twice(w: Given) {
    let customer = customer_with(&w, "org-1", Plastic::Good).await;
    w.lose_next_answer();
    let lost = w.payments().charge(charge_of("rch_1", &customer, 2_900)).await;
    assert_eq!(lost, Err(PaymentError::Unknown));
    let found = w.payments().fetch(About::Organization("org-1".to_owned())).await.unwrap();
    assert!(found.payments.len() <= 1);
    let again = w.payments().charge(charge_of("rch_1", &customer, 2_900)).await.unwrap();
    assert!(is_paid(&again));
    assert_eq!(truth(&w, &customer).await.payments, [again]);
}

async fn without_a_card_or_a_customer_nothing_is_charged(w: Given) {
    let opened = w.payments().checkout(page("chk_1", "org-1", credits(1_500))).await.unwrap();
    let charge = charge_of("rch_1", &opened.customer, 2_900);
    assert_eq!(w.payments().charge(charge.clone()).await, Err(PaymentError::NoCard));
    let nobody = w.payments().charge(charge_of("rch_2", "cus_nobody", 2_900)).await;
    assert_eq!(nobody, Err(PaymentError::NotFound));
    // A refusal is not remembered: with a card the same attempt goes through.
    w.save_card(&opened.customer, Plastic::Good).await.unwrap();
    assert!(is_paid(&w.payments().charge(charge).await.unwrap()));
}
