//! Money that goes back, and the truth as a whole.

use ampere_adapters::payments::{About, Change, DisputeStatus, Payment, PaymentError};

use crate::world::*;

crate::cases![
    refunds_add_up_and_never_pass_the_payment,
    one_reference_is_one_refund,
    a_refund_of_unknown_outcome_is_asked_again,
    what_was_not_paid_is_not_refunded,
    an_invoice_of_a_plan_can_be_refunded,
    a_dispute_is_opened_and_won_or_lost,
    an_inquiry_may_become_a_dispute,
    a_card_that_disputes_does_so_after_it_has_paid,
    the_truth_is_found_by_each_name,
    the_truth_tells_the_oldest_first,
];

async fn bought(w: &Given, organization: &str, cents: i64) -> (String, Payment) {
    let customer = customer_with(w, organization, Plastic::Good).await;
    let charge = charge_of(&format!("rch-{organization}"), &customer, cents);
    (customer, w.payments().charge(charge).await.unwrap())
}

async fn refunds_add_up_and_never_pass_the_payment(w: Given) {
    let (customer, payment) = bought(&w, "org-1", 2_900).await;
    let first = w.payments().refund(refund_of("r1", &payment.id, 1_000)).await.unwrap();
    w.wait_until(w.now().plus_seconds(60)).await;
    // The same amount under another reference is another refund.
    let second = w.payments().refund(refund_of("r2", &payment.id, 1_000)).await.unwrap();
    assert_ne!(first.id, second.id);
    let more = w.payments().refund(refund_of("r3", &payment.id, 901)).await;
    assert!(matches!(more, Err(PaymentError::Conflict(_))), "{more:?}");
    let rest = w.payments().refund(refund_of("r4", &payment.id, 900)).await.unwrap();
    let more = w.payments().refund(refund_of("r5", &payment.id, 1)).await;
    assert!(matches!(more, Err(PaymentError::Conflict(_))), "{more:?}");
    let truth = truth(&w, &customer).await;
    assert_eq!(truth.payments[0].refunds, [first, second, rest]);
    assert!(is_paid(&truth.payments[0]), "it stays paid; refunds stand beside it");
}

async fn one_reference_is_one_refund(w: Given) {
    let (customer, payment) = bought(&w, "org-1", 2_900).await;
    let first = w.payments().refund(refund_of("r1", &payment.id, 1_000)).await.unwrap();
    let again = w.payments().refund(refund_of("r1", &payment.id, 1_000)).await.unwrap();
    assert_eq!(again, first);
    let other = w.payments().refund(refund_of("r1", &payment.id, 1_001)).await;
    assert_eq!(other, Err(PaymentError::InvalidRequest("reference")));
    assert_eq!(truth(&w, &customer).await.payments[0].refunds, [first]);
}

async fn a_refund_of_unknown_outcome_is_asked_again(w: Given) {
    let (customer, payment) = bought(&w, "org-1", 2_900).await;
    w.lose_next_answer();
    let lost = w.payments().refund(refund_of("r1", &payment.id, 2_900)).await;
    assert_eq!(lost, Err(PaymentError::Unknown));
    let again = w.payments().refund(refund_of("r1", &payment.id, 2_900)).await.unwrap();
    assert_eq!(truth(&w, &customer).await.payments[0].refunds, [again]);
}

async fn what_was_not_paid_is_not_refunded(w: Given) {
    let customer = customer_with(&w, "org-1", Plastic::FailsLater).await;
    let declined = w.payments().charge(charge_of("rch_1", &customer, 2_900)).await.unwrap();
    let refused = w.payments().refund(refund_of("r1", &declined.id, 1)).await;
    assert!(matches!(refused, Err(PaymentError::Conflict(_))), "{refused:?}");
    let nothing = w.payments().refund(refund_of("r2", "pi_nothing", 1)).await;
    assert_eq!(nothing, Err(PaymentError::NotFound));
}

async fn an_invoice_of_a_plan_can_be_refunded(w: Given) {
    let (customer, _) = customer_on(&w, "org-1", starter()).await;
    let invoice = truth(&w, &customer).await.payments[0].clone();
    let refund = w.payments().refund(refund_of("r1", &invoice.id, 2_900)).await.unwrap();
    let truth = truth(&w, &customer).await;
    assert_eq!(truth.payments[0].refunds, [refund]);
    living(&truth);
}

async fn a_dispute_is_opened_and_won_or_lost(w: Given) {
    for (organization, outcome) in [("org-1", DisputeStatus::Won), ("org-2", DisputeStatus::Lost)] {
        let (customer, payment) = bought(&w, organization, 2_900).await;
        w.dispute(&payment.id, DisputeStatus::Open).await;
        let opened = truth(&w, &customer).await.payments[0].disputes.clone();
        let [dispute] = opened.as_slice() else { panic!("{opened:#?}") };
        assert_eq!((dispute.status, dispute.amount_cents), (DisputeStatus::Open, 2_900));
        let refund = w.payments().refund(refund_of("r1", &payment.id, 1)).await;
        assert!(matches!(refund, Err(PaymentError::Conflict(_))), "{refund:?}");
        w.wait_until(w.now().plus_days(5)).await;
        w.dispute(&payment.id, outcome).await;
        let ended = truth(&w, &customer).await.payments[0].disputes.clone();
        assert_eq!((ended.len(), ended[0].status), (1, outcome));
        assert_eq!((&ended[0].id, ended[0].at), (&dispute.id, dispute.at));
    }
}

async fn an_inquiry_may_become_a_dispute(w: Given) {
    let (customer, payment) = bought(&w, "org-1", 2_900).await;
    w.dispute(&payment.id, DisputeStatus::Inquiry).await;
    let asked = truth(&w, &customer).await.payments[0].disputes.clone();
    assert_eq!((asked.len(), asked[0].status), (1, DisputeStatus::Inquiry));
    w.dispute(&payment.id, DisputeStatus::Open).await;
    let opened = truth(&w, &customer).await.payments[0].disputes.clone();
    assert_eq!((opened.len(), opened[0].status), (1, DisputeStatus::Open));
    assert_eq!(opened[0].id, asked[0].id);
}

async fn a_card_that_disputes_does_so_after_it_has_paid(w: Given) {
    let customer = customer_with(&w, "org-1", Plastic::Disputed).await;
    w.payments().charge(charge_of("rch_1", &customer, 2_900)).await.unwrap();
    let truth = truth(&w, &customer).await;
    let payment = payment(&truth, "rch_1");
    assert!(is_paid(payment));
    assert_eq!(payment.disputes.len(), 1);
    assert_eq!(payment.disputes[0].status, DisputeStatus::Open);
}

async fn the_truth_is_found_by_each_name(w: Given) {
    let (customer, payment) = bought(&w, "org-1", 2_900).await;
    let (other, _) = bought(&w, "org-2", 2_900).await;
    let own = truth(&w, &customer).await;
    assert_eq!((&own.customer, own.organization.as_str()), (&customer, "org-1"));
    for about in [About::Organization("org-1".to_owned()), About::Payment(payment.id)] {
        assert_eq!(w.payments().fetch(about.clone()).await.as_ref(), Ok(&own), "{about:?}");
    }
    assert_ne!(truth(&w, &other).await.payments, own.payments);
    for about in [
        About::Organization("org-3".to_owned()),
        About::Customer("cus_nobody".to_owned()),
        About::Payment("pi_nothing".to_owned()),
    ] {
        assert_eq!(w.payments().fetch(about.clone()).await, Err(PaymentError::NotFound));
    }
}

async fn the_truth_tells_the_oldest_first(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", starter()).await;
    for number in 0..12 {
        w.wait_until(w.now().plus_seconds(3_600)).await;
        let charge = charge_of(&format!("rch_{number}"), &customer, 100 + number);
        w.payments().charge(charge).await.unwrap();
    }
    change(&w, "end", &customer, Change::EndNow { subscription: of }).await.unwrap();
    w.wait_until(w.now().plus_seconds(3_600)).await;
    change(&w, "new", &customer, Change::Start { to: team() }).await.unwrap();
    let truth = truth(&w, &customer).await;
    let amounts: Vec<i64> = truth.payments.iter().map(|one| one.amount_cents).collect();
    let expected: Vec<i64> = [2_900].into_iter().chain(100..112).chain([9_900]).collect();
    assert_eq!(amounts, expected);
    let keys: Vec<&str> = truth.subscriptions.iter().map(|of| of.key.plan.as_str()).collect();
    assert_eq!(keys, ["starter", "team"]);
}
