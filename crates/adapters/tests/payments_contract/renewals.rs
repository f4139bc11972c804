//! What time brings to a subscription.

use ampere_adapters::payments::{
    Cadence, Change, DeclineReason, PaymentStatus, SubscriptionStatus,
};

use crate::world::*;

crate::cases![
    months_are_counted_from_the_anchor_and_clamped,
    a_year_from_a_leap_day_ends_on_the_last_of_february,
    a_renewal_that_is_declined_is_past_due_and_a_new_card_pays_it,
    a_renewal_that_stays_unpaid_stops_being_tried,
    a_renewal_that_the_bank_asks_about_waits_for_the_person,
    a_subscription_that_is_past_due_can_be_ended,
];

async fn months_are_counted_from_the_anchor_and_clamped(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", starter()).await;
    let ends = ["02-28", "03-31", "04-30", "05-31", "06-30", "07-31"];
    let ends = ends.map(|day| at(&format!("2026-{day}T10:00:00Z")));
    let mut start = at(START);
    for (number, end) in ends.into_iter().enumerate() {
        let truth = truth(&w, &customer).await;
        let plan = living(&truth);
        assert_eq!((&plan.id, plan.start, plan.end), (&of, start, end));
        assert_eq!(paid_of(&truth).len(), number + 1);
        let invoice = truth.payments.last().unwrap();
        assert_eq!((invoice.subscription.as_ref(), invoice.amount_cents), (Some(&of), 2_900));
        let [line] = invoice.lines.as_slice() else { panic!("{invoice:#?}") };
        assert_eq!((line.start, line.end, &line.key), (start, end, &Some(starter().key)));
        // A provider may take some hours until a renewal's invoice is paid.
        w.wait_until(end.plus_seconds(4 * 3_600)).await;
        start = end;
    }
}

async fn a_year_from_a_leap_day_ends_on_the_last_of_february(w: Given) {
    w.wait_until(at("2028-02-29T10:00:00Z")).await;
    let (customer, _) = customer_on(&w, "org-1", price("team", Cadence::Annual)).await;
    let end = at("2029-02-28T10:00:00Z");
    assert_eq!(living(&truth(&w, &customer).await).end, end);
    w.wait_until(end.plus_seconds(4 * 3_600)).await;
    let truth = truth(&w, &customer).await;
    assert_eq!((living(&truth).start, living(&truth).end), (end, at("2030-02-28T10:00:00Z")));
    assert_eq!(paid_of(&truth).len(), 2);
}

async fn a_renewal_that_is_declined_is_past_due_and_a_new_card_pays_it(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", starter()).await;
    w.save_card(&customer, Plastic::FailsLater).await.unwrap();
    let end = at("2026-02-28T10:00:00Z");
    w.wait_until(end.plus_seconds(4 * 3_600)).await;
    let late = truth(&w, &customer).await;
    let plan = living(&late);
    assert_eq!((plan.status, plan.start), (SubscriptionStatus::PastDue, end));
    let open = plan.open_payment.clone().unwrap();
    let invoice = late.payments.iter().find(|one| one.id == open).unwrap();
    let failed = PaymentStatus::Failed { reason: DeclineReason::Declined };
    assert_eq!((&invoice.status, invoice.lines[0].start), (&failed, end));
    let refused = change(&w, "up", &customer, Change::SwitchAtEnd { subscription: of, to: team() });
    assert!(refused.await.is_err(), "first the money");
    w.wait_until(end.plus_days(2)).await;
    assert_eq!(living(&truth(&w, &customer).await).status, SubscriptionStatus::PastDue);
    w.save_card(&customer, Plastic::Good).await.unwrap();
    let truth = truth(&w, &customer).await;
    let plan = living(&truth);
    assert_eq!((plan.status, plan.start), (SubscriptionStatus::Active, end));
    assert_eq!(plan.open_payment, None);
    let invoice = truth.payments.iter().find(|one| one.id == open).unwrap();
    assert_eq!(invoice.status, PaymentStatus::Paid { at: w.now() });
    assert_eq!(truth.payments.len(), 2, "it is the same invoice, tried again");
}

async fn a_renewal_that_stays_unpaid_stops_being_tried(w: Given) {
    let (customer, _) = customer_on(&w, "org-1", starter()).await;
    w.save_card(&customer, Plastic::FailsLater).await.unwrap();
    let end = at("2026-02-28T10:00:00Z");
    w.wait_until(end.plus_days(25)).await;
    let stopped = truth(&w, &customer).await;
    assert_eq!(living(&stopped).status, SubscriptionStatus::Unpaid);
    assert_eq!(paid_of(&stopped).len(), 1);
    w.save_card(&customer, Plastic::Good).await.unwrap();
    let truth = truth(&w, &customer).await;
    assert_eq!(living(&truth).status, SubscriptionStatus::Active);
    assert_eq!((living(&truth).start, paid_of(&truth).len()), (end, 2));
}

async fn a_renewal_that_the_bank_asks_about_waits_for_the_person(w: Given) {
    let (customer, _) = customer_on(&w, "org-1", starter()).await;
    w.save_card(&customer, Plastic::Asks).await.unwrap();
    let end = at("2026-02-28T10:00:00Z");
    w.wait_until(end.plus_days(1)).await;
    let late = truth(&w, &customer).await;
    assert_eq!(living(&late).status, SubscriptionStatus::PastDue);
    let open = living(&late).open_payment.clone().unwrap();
    let invoice = late.payments.iter().find(|one| one.id == open).unwrap();
    assert!(wants_bank(invoice), "{invoice:#?}");
    w.answer_bank(invoice, true).await;
    let truth = truth(&w, &customer).await;
    assert_eq!(living(&truth).status, SubscriptionStatus::Active);
    assert_eq!(paid_of(&truth).len(), 2);
}

async fn a_subscription_that_is_past_due_can_be_ended(w: Given) {
    let (customer, of) = customer_on(&w, "org-1", starter()).await;
    w.save_card(&customer, Plastic::FailsLater).await.unwrap();
    w.wait_until(at("2026-03-01T10:00:00Z")).await;
    let over = change(&w, "end", &customer, Change::EndNow { subscription: of }).await.unwrap();
    assert_eq!(over.subscriptions[0].status, SubscriptionStatus::Ended);
    w.save_card(&customer, Plastic::Good).await.unwrap();
    w.wait_until(w.now().plus_days(3)).await;
    assert_eq!(paid_of(&truth(&w, &customer).await).len(), 1, "what is over is not paid");
}
