//! The contract of the Payments port, executable for any provider: a test desk that can pay as a
//! person would stands beside the provider. Today the sandbox; a real provider joins the list.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod desk;

use std::collections::BTreeSet;

use ampere_adapters::payments::{
    CARDS, CheckoutRequest, DeclineReason, PaymentError, PaymentEvent, PaymentStatus, Payments,
    Sandbox, Webhook,
};
use ampere_adapters::secrets::SecretText;
use futures_util::future::BoxFuture;

use desk::*;

contract!(a_payment_comes_by_webhook_and_says_what_was_paid, |desk| {
    Box::pin(async move {
        let opened = desk.payments().checkout(request("chk_1")).await.unwrap();
        assert!(desk.payments().capabilities().hosted_checkout && !opened.url.is_empty());
        assert_eq!(desk.payments().fetch(&opened.provider_ref).await, Ok(PaymentStatus::Open));
        let hook = desk.pay(&opened.provider_ref, None, NOW);
        let events = parse(&*desk, &hook, NOW).unwrap();
        let (payment_ref, _) = payment_of(&events);
        let PaymentEvent::Paid { reference, amount_cents, currency, event_id, .. } = &events[0]
        else {
            unreachable!()
        };
        assert_eq!((reference.as_str(), *amount_cents, currency.as_str()), ("chk_1", 1_500, "usd"));
        assert!(!event_id.is_empty() && *event_id != payment_ref);
        let status = desk.payments().fetch(&opened.provider_ref).await.unwrap();
        let (amount_cents, currency) = (1_500, "usd".to_owned());
        assert_eq!(status, PaymentStatus::Paid { payment_ref, amount_cents, currency });
    })
});

contract!(each_decline_says_why_and_leaves_the_checkout_open, |desk| {
    Box::pin(async move {
        let reasons =
            [DeclineReason::Declined, DeclineReason::InsufficientFunds, DeclineReason::ExpiredCard];
        let provider_ref = open(&*desk, "chk_1").await;
        for reason in reasons {
            let events = parse(&*desk, &desk.pay(&provider_ref, Some(reason), NOW), NOW).unwrap();
            let reference = "chk_1".to_owned();
            assert_eq!(events, [PaymentEvent::Failed { reference, reason }]);
            assert_eq!(desk.payments().fetch(&provider_ref).await, Ok(PaymentStatus::Open));
        }
        let events = parse(&*desk, &desk.pay(&provider_ref, None, NOW), NOW).unwrap();
        payment_of(&events);
    })
});

contract!(one_reference_is_one_checkout_and_one_payment_for_ever, |desk| {
    Box::pin(async move {
        let provider_ref = open(&*desk, "chk_1").await;
        assert_eq!(open(&*desk, "chk_1").await, provider_ref);
        let first = payment_of(&parse(&*desk, &desk.pay(&provider_ref, None, NOW), NOW).unwrap());
        let again = desk.pay(&provider_ref, None, NOW + 9);
        assert_eq!(payment_of(&parse(&*desk, &again, NOW + 9).unwrap()), first);
        let declined = desk.pay(&provider_ref, Some(DeclineReason::Declined), NOW);
        assert_eq!(payment_of(&parse(&*desk, &declined, NOW).unwrap()), first, "paid stays paid");
        let other = open(&*desk, "chk_2").await;
        let other = payment_of(&parse(&*desk, &desk.pay(&other, None, NOW), NOW).unwrap());
        assert_ne!(other, first);
    })
});

contract!(a_checkout_opened_before_a_restart_is_paid_after_it, |desk| {
    Box::pin(async move {
        let provider_ref = open(&*desk, "chk_1").await;
        let before = payment_of(&parse(&*desk, &desk.pay(&provider_ref, None, NOW), NOW).unwrap());
        let desk = desk.restarted();
        let hook = desk.pay(&provider_ref, None, NOW + 60);
        assert_eq!(payment_of(&parse(&*desk, &hook, NOW + 60).unwrap()), before);
    })
});

contract!(a_webhook_is_good_for_five_minutes_and_never_early, |desk| {
    Box::pin(async move {
        let provider_ref = open(&*desk, "chk_1").await;
        let hook = desk.pay(&provider_ref, None, NOW);
        for (now, good) in [
            (NOW, true),
            (NOW + 300, true),
            (NOW + 301, false),
            (NOW - 1, false),
            (i64::MIN, false),
        ] {
            let events = parse(&*desk, &hook, now);
            assert_eq!(events.is_ok(), good, "{now}: {events:?}");
        }
    })
});

contract!(only_the_providers_own_signature_over_these_very_bytes_counts, |desk| {
    Box::pin(async move {
        let provider_ref = open(&*desk, "chk_1").await;
        let good = desk.pay(&provider_ref, None, NOW);
        let refuse = |what: &str, hook: &Webhook| {
            let answer = parse(&*desk, hook, NOW);
            assert!(matches!(answer, Err(PaymentError::NotVerified(_))), "{what}: {answer:?}");
        };
        for at in 0..good.body.len() {
            let mut changed = good.clone();
            changed.body[at] ^= 1;
            refuse("a changed body", &changed);
        }
        let with = |value: &str| {
            let mut hook = good.clone();
            hook.headers[0].1 = value.to_owned();
            hook
        };
        let signature = good.headers[0].1.clone();
        let moved = signature.replace(&NOW.to_string(), &(NOW - 1).to_string());
        assert_ne!(moved, signature);
        let short = &signature[..signature.len() - 2];
        let named = signature.replace("v1=", "v0=");
        let cases = ["", "t=", "v1=", &moved, short, &named, "t=1,v1=zz", &format!("t={NOW},v1=")];
        for value in cases {
            refuse(value, &with(value));
        }
        refuse("no header", &Webhook { headers: Vec::new(), ..good.clone() });
        let other = desk.other_account();
        let theirs = other.pay(&open(&*other, "chk_1").await, None, NOW);
        refuse("another account's webhook", &theirs);
        // While a secret is changed, two signatures stand side by side; header names know no case.
        let both = signature.replace("v1=", &format!("v1={},v1=", "0".repeat(64)));
        let mut both = with(&both);
        both.headers[0].0 = both.headers[0].0.to_uppercase();
        payment_of(&parse(&*desk, &both, NOW).unwrap());
    })
});

contract!(unknown_kinds_are_ignored_and_bad_bodies_are_refused, |desk| {
    Box::pin(async move {
        let unknown = r#"{"id":"e","mode":"test","type":"customer.updated"}"#;
        assert_eq!(parse(&*desk, &desk.signed(unknown, NOW), NOW), Ok(Vec::new()));
        let checkout = r#""checkout":{"reference":"c","amount_cents":1,"currency":"usd"}"#;
        let live = format!(r#"{{"id":"e","mode":"live","type":"payment.paid",{checkout}}}"#);
        assert_eq!(parse(&*desk, &desk.signed(&live, NOW), NOW), Err(PaymentError::WrongMode));
        let no_payment = format!(r#"{{"id":"e","mode":"test","type":"payment.paid",{checkout}}}"#);
        let no_checkout = r#"{"id":"e","mode":"test","type":"payment.paid","payment":"p"}"#;
        for body in ["", "[]", "{", &no_payment, no_checkout] {
            let answer = parse(&*desk, &desk.signed(body, NOW), NOW);
            assert_eq!(answer, Err(PaymentError::Unreadable), "{body}");
        }
    })
});

contract!(requests_that_break_a_rule_are_refused_by_name, |desk| {
    Box::pin(async move {
        let long = "x".repeat(65);
        let mut cases: Vec<(CheckoutRequest, &str)> = Vec::new();
        for reference in ["", "a b", "a.b", "a/../b", "ä", &long] {
            cases.push((request(reference), "reference"));
        }
        for amount_cents in [0, -1, i64::MIN] {
            cases.push((CheckoutRequest { amount_cents, ..request("c") }, "amount"));
        }
        for currency in ["", "us", "USD", "u.d"] {
            let currency = currency.to_owned();
            cases.push((CheckoutRequest { currency, ..request("c") }, "currency"));
        }
        for (request, field) in cases {
            let answer = desk.payments().checkout(request.clone()).await;
            assert_eq!(answer, Err(PaymentError::InvalidRequest(field)), "{request:?}");
        }
    })
});

contract!(a_checkout_of_somebody_else_is_unknown, |desk| {
    Box::pin(async move {
        let mine = open(&*desk, "chk_1").await;
        let theirs = open(&*desk.other_account(), "chk_1").await;
        assert_ne!(mine, theirs);
        for reference in [theirs.as_str(), "", "sbx1", "sbx1.a.1.usd.00", &mine[..mine.len() - 1]] {
            let answer = desk.payments().fetch(reference).await;
            assert_eq!(answer, Err(PaymentError::UnknownCheckout), "{reference}");
        }
    })
});

#[tokio::test]
async fn a_sandbox_checkout_cannot_be_made_cheaper() {
    let sandbox = Sandbox::new(SecretText::new(SECRET));
    let honest = sandbox.checkout(request("chk_1")).await.unwrap().provider_ref;
    assert!(honest.contains("1500"));
    for changed in [
        honest.replace("1500", "1"),
        honest.replace("1500", "01500"),
        honest.replace("1500", "+1500"),
        honest.replace("chk_1", "chk_2"),
        honest.replace("usd", "idr"),
    ] {
        let answer = sandbox.pay(&changed, "4242424242424242", NOW);
        assert_eq!(answer, Err(PaymentError::UnknownCheckout), "{changed}");
    }
    let answer = sandbox.pay(&honest, "4242", NOW);
    assert_eq!(answer, Err(PaymentError::UnknownCard));
}

#[test]
fn the_sandbox_says_that_no_money_moves_and_its_cards_differ() {
    let sandbox = Sandbox::new(SecretText::new(SECRET));
    assert!(sandbox.capabilities().test_only);
    assert_eq!(sandbox.name(), "sandbox");
    let numbers: BTreeSet<&str> = CARDS.iter().map(|card| card.number).collect();
    assert_eq!(numbers.len(), CARDS.len());
    assert!(CARDS.iter().any(|card| card.declined.is_none()));
}
