//! Hosted pages: credits, a plan, a card.

use ampere_adapters::payments::{
    About, Cadence, CheckoutRequest, DeclineReason, LineKind, PaymentError, PaymentStatus,
    PortalFlow, Purchase, SubscriptionStatus,
};

use crate::world::*;

crate::cases![
    one_reference_opens_one_page_and_one_customer_is_made,
    a_reference_stands_for_one_request,
    a_paid_page_is_one_payment_and_saves_the_card,
    each_decline_says_why_and_the_page_takes_another_card,
    the_bank_asks_at_the_page,
    a_card_page_saves_the_card_and_takes_no_money,
    a_plan_page_begins_a_subscription,
    a_plan_page_that_is_declined_begins_nothing,
    requests_that_break_a_rule_are_refused_by_name,
    the_portal_has_an_address_for_who_is_known,
    a_lost_answer_to_a_checkout_is_asked_again,
];

async fn one_reference_opens_one_page_and_one_customer_is_made(w: Given) {
    let first = w.payments().checkout(page("chk_1", "org-1", credits(1_500))).await.unwrap();
    let again = w.payments().checkout(page("chk_1", "org-1", credits(1_500))).await.unwrap();
    assert_eq!(again, first);
    assert!(!first.url.is_empty() && !first.provider_ref.is_empty());
    let second = w.payments().checkout(page("chk_2", "org-1", Purchase::Card)).await.unwrap();
    assert_eq!(second.customer, first.customer);
    assert_ne!(second.provider_ref, first.provider_ref);
    let other = w.payments().checkout(page("chk_3", "org-2", credits(1_500))).await.unwrap();
    assert_ne!(other.customer, first.customer);
    let truth = w.payments().fetch(About::Organization("org-1".to_owned())).await.unwrap();
    assert_eq!((truth.customer, truth.organization), (first.customer, "org-1".to_owned()));
    assert_eq!((truth.card, truth.payments), (None, Vec::new()));
}

async fn a_reference_stands_for_one_request(w: Given) {
    w.payments().checkout(page("chk_1", "org-1", credits(1_500))).await.unwrap();
    let other = w.payments().checkout(page("chk_1", "org-1", credits(1_501))).await;
    assert_eq!(other, Err(PaymentError::InvalidRequest("reference")));
}

async fn a_paid_page_is_one_payment_and_saves_the_card(w: Given) {
    let opened = w.payments().checkout(page("chk_1", "org-1", credits(1_500))).await.unwrap();
    w.pay(&opened, Plastic::Good, true).await.unwrap();
    let truth = truth(&w, &opened.customer).await;
    let bought = payment(&truth, "chk_1");
    assert_eq!(bought.status, PaymentStatus::Paid { at: w.now() });
    assert_eq!((bought.amount_cents, bought.currency.as_str()), (1_500, "usd"));
    assert_eq!((&bought.subscription, bought.created), (&None, w.now()));
    assert!(bought.refunds.is_empty() && bought.disputes.is_empty());
    let card = truth.card.clone().unwrap();
    assert_eq!((card.brand.as_str(), card.last4.as_str()), ("visa", "4242"));
    assert!((1..=12).contains(&card.exp_month) && card.exp_year > 2026);
    assert_eq!(truth.payments.len(), 1);
}

async fn each_decline_says_why_and_the_page_takes_another_card(w: Given) {
    let opened = w.payments().checkout(page("chk_1", "org-1", credits(1_500))).await.unwrap();
    let reasons =
        [DeclineReason::Declined, DeclineReason::InsufficientFunds, DeclineReason::ExpiredCard];
    for reason in reasons {
        assert_eq!(w.pay(&opened, Plastic::Bad(reason), true).await, Err(reason));
        let truth = truth(&w, &opened.customer).await;
        assert_eq!(payment(&truth, "chk_1").status, PaymentStatus::Failed { reason });
        assert_eq!(truth.card, None);
    }
    let failed = payment(&truth(&w, &opened.customer).await, "chk_1").id.clone();
    w.pay(&opened, Plastic::Good, true).await.unwrap();
    let truth = truth(&w, &opened.customer).await;
    assert!(is_paid(payment(&truth, "chk_1")));
    assert_eq!(payment(&truth, "chk_1").id, failed, "it is the same payment");
}

async fn the_bank_asks_at_the_page(w: Given) {
    let opened = w.payments().checkout(page("chk_1", "org-1", credits(1_500))).await.unwrap();
    assert!(w.pay(&opened, Plastic::Asks, false).await.is_err());
    assert!(paid_of(&truth(&w, &opened.customer).await).is_empty());
    w.pay(&opened, Plastic::Asks, true).await.unwrap();
    assert!(is_paid(payment(&truth(&w, &opened.customer).await, "chk_1")));
}

async fn a_card_page_saves_the_card_and_takes_no_money(w: Given) {
    let opened = w.payments().checkout(page("chk_1", "org-1", Purchase::Card)).await.unwrap();
    let reason = DeclineReason::Declined;
    assert_eq!(w.pay(&opened, Plastic::Bad(reason), true).await, Err(reason));
    assert_eq!(truth(&w, &opened.customer).await.card, None);
    w.pay(&opened, Plastic::Good, true).await.unwrap();
    let first = truth(&w, &opened.customer).await;
    assert_eq!(first.payments, Vec::new());
    let first = first.card.unwrap();
    // The card of another such page takes its place, and is another card, same number or not.
    let opened = w.payments().checkout(page("chk_2", "org-1", Purchase::Card)).await.unwrap();
    w.pay(&opened, Plastic::Good, true).await.unwrap();
    let second = truth(&w, &opened.customer).await.card.unwrap();
    assert_eq!(second.last4, first.last4);
    assert_ne!(second.id, first.id);
}

async fn a_plan_page_begins_a_subscription(w: Given) {
    let request = page("chk_1", "org-1", Purchase::Plan(starter()));
    let opened = w.payments().checkout(request).await.unwrap();
    assert!(truth(&w, &opened.customer).await.subscriptions.is_empty());
    w.pay(&opened, Plastic::Good, true).await.unwrap();
    let truth = truth(&w, &opened.customer).await;
    let of = living(&truth);
    assert_eq!((of.status, &of.key), (SubscriptionStatus::Active, &starter().key));
    assert_eq!((of.start, of.end), (at(START), at("2026-02-28T10:00:00Z")));
    assert_eq!((of.ends_at_period_end, of.ended_at), (false, None));
    assert_eq!((&of.next, &of.open_payment, of.created), (&None, &None, w.now()));
    let invoice = payment(&truth, "chk_1");
    assert_eq!(invoice.status, PaymentStatus::Paid { at: w.now() });
    assert_eq!((invoice.subscription.as_ref(), invoice.amount_cents), (Some(&of.id), 2_900));
    let [line] = invoice.lines.as_slice() else { panic!("{invoice:#?}") };
    assert_eq!((&line.kind, &line.key), (&LineKind::Period, &Some(starter().key)));
    assert_eq!((line.start, line.end, line.amount_cents), (of.start, of.end, 2_900));
    assert!(truth.card.is_some());
    let annual = page("chk_2", "org-2", Purchase::Plan(price("team", Cadence::Annual)));
    let opened = w.payments().checkout(annual).await.unwrap();
    w.pay(&opened, Plastic::Good, true).await.unwrap();
    let annual = crate::world::truth(&w, &opened.customer).await;
    assert_eq!(living(&annual).end, at("2027-01-31T10:00:00Z"));
    assert_eq!(payment(&annual, "chk_2").amount_cents, 99_000);
}

async fn a_plan_page_that_is_declined_begins_nothing(w: Given) {
    let request = page("chk_1", "org-1", Purchase::Plan(starter()));
    let opened = w.payments().checkout(request).await.unwrap();
    let reason = DeclineReason::InsufficientFunds;
    assert_eq!(w.pay(&opened, Plastic::Bad(reason), true).await, Err(reason));
    assert!(w.pay(&opened, Plastic::Asks, false).await.is_err());
    let none = truth(&w, &opened.customer).await;
    assert!(all_living(&none).is_empty() && paid_of(&none).is_empty(), "{none:#?}");
    w.pay(&opened, Plastic::Asks, true).await.unwrap();
    let truth = truth(&w, &opened.customer).await;
    assert_eq!(living(&truth).status, SubscriptionStatus::Active);
    assert!(is_paid(payment(&truth, "chk_1")));
}

async fn requests_that_break_a_rule_are_refused_by_name(w: Given) {
    let long = "x".repeat(65);
    let mut requests: Vec<(CheckoutRequest, &str)> = Vec::new();
    for reference in ["", "a b", "a.b", "a/../b", "ä", &long] {
        requests.push((page(reference, "org-1", credits(1)), "reference"));
    }
    for cents in [0, -1, i64::MIN] {
        requests.push((page("c", "org-1", credits(cents)), "amount"));
        let free = ampere_adapters::payments::PlanPrice { amount_cents: cents, ..starter() };
        requests.push((page("c", "org-1", Purchase::Plan(free)), "amount"));
    }
    for currency in ["", "us", "USD", "u.d"] {
        let (currency, description) = (currency.to_owned(), String::new());
        let what = Purchase::Credits { amount_cents: 1, currency, description };
        requests.push((page("c", "org-1", what), "currency"));
    }
    for (request, field) in requests {
        let answer = w.payments().checkout(request.clone()).await;
        assert_eq!(answer, Err(PaymentError::InvalidRequest(field)), "{request:?}");
    }
    let charge = w.payments().charge(charge_of("c", "nobody", 0)).await;
    assert_eq!(charge, Err(PaymentError::InvalidRequest("amount")));
    let refund = w.payments().refund(refund_of("c c", "nothing", 1)).await;
    assert_eq!(refund, Err(PaymentError::InvalidRequest("reference")));
    let nobody = w.payments().fetch(About::Organization("org-1".to_owned())).await;
    assert_eq!(nobody, Err(PaymentError::NotFound), "nothing was made");
}

async fn the_portal_has_an_address_for_who_is_known(w: Given) {
    let customer = customer_with(&w, "org-1", Plastic::Good).await;
    for flow in [PortalFlow::Overview, PortalFlow::Card] {
        let back = "http://localhost/billing";
        assert!(!w.payments().portal(&customer, flow, back).await.unwrap().is_empty());
        let nobody = w.payments().portal("cus_nobody", flow, back).await;
        assert_eq!(nobody, Err(PaymentError::NotFound));
    }
}

async fn a_lost_answer_to_a_checkout_is_asked_again(w: Given) {
    w.lose_next_answer();
    let lost = w.payments().checkout(page("chk_1", "org-1", credits(1_500))).await;
    assert_eq!(lost, Err(PaymentError::Unknown));
    let opened = w.payments().checkout(page("chk_1", "org-1", credits(1_500))).await.unwrap();
    w.pay(&opened, Plastic::Good, true).await.unwrap();
    assert_eq!(truth(&w, &opened.customer).await.payments.len(), 1);
}
