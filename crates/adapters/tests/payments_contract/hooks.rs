//! Webhooks: what proves them, and where they lead.

use std::collections::BTreeSet;

use ampere_adapters::payments::{About, Change, DisputeStatus, PaymentError, RefundRequest};
use ampere_credits::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::world::*;

crate::cases![
    each_change_is_told_and_leads_to_its_truth,
    a_dispute_leads_to_its_customer,
    a_signature_is_good_for_five_minutes_on_either_side,
    only_a_signature_over_these_very_bytes_counts,
    two_signatures_may_stand_side_by_side,
    another_secret_proves_nothing,
    the_other_mode_is_refused_and_other_kinds_are_let_go,
];

/// A webhook by the published description of the signature, not by the code under test.
fn signed(w: &Given, secret: &str, body: &str, now: Timestamp) -> Hook {
    let seconds = now.seconds_since(Timestamp::default());
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{seconds}.{body}").as_bytes());
    let bytes = mac.finalize().into_bytes();
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let (header, _) = w.signing();
    let headers = vec![(header.to_owned(), format!("t={seconds},v1={digits}"))];
    Hook { headers, body: body.as_bytes().to_vec() }
}

/// Where the webhooks that were just sent lead: organizations.
async fn told(w: &Given) -> BTreeSet<String> {
    let (mut found, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for hook in w.webhooks().await {
        let hint = parse(w, &hook, w.now()).unwrap();
        assert!(!hint.kind.is_empty() && ids.insert(hint.event_id.clone()), "{hint:?}");
        if let Some(about) = hint.about {
            found.insert(w.payments().fetch(about).await.unwrap().organization);
        }
    }
    found
}

async fn each_change_is_told_and_leads_to_its_truth(w: Given) {
    let first = BTreeSet::from(["org-1".to_owned()]);
    let (customer, of) = customer_on(&w, "org-1", starter()).await;
    assert_eq!(told(&w).await, first, "a start");
    let charged = w.payments().charge(charge_of("rch_1", &customer, 2_900)).await.unwrap();
    assert_eq!(told(&w).await, first, "a charge");
    let payment = charged.id;
    let refund = RefundRequest { reference: "r".to_owned(), payment, amount_cents: 1 };
    w.payments().refund(refund).await.unwrap();
    assert_eq!(told(&w).await, first, "a refund");
    w.save_card(&customer, Plastic::FailsLater).await.unwrap();
    assert_eq!(told(&w).await, first, "another card");
    w.payments().charge(charge_of("rch_2", &customer, 2_900)).await.unwrap();
    assert_eq!(told(&w).await, first, "a decline");
    let end = Change::EndAtPeriodEnd { subscription: of.clone() };
    change(&w, "a", &customer, end).await.unwrap();
    assert_eq!(told(&w).await, first, "an end that is arranged");
    change(&w, "b", &customer, Change::Resume { subscription: of }).await.unwrap();
    assert_eq!(told(&w).await, first, "and taken back");
    w.wait_until(at("2026-02-28T14:00:00Z")).await;
    assert_eq!(told(&w).await, first, "a renewal");
    assert_eq!(told(&w).await, BTreeSet::new(), "told once");
}

async fn a_dispute_leads_to_its_customer(w: Given) {
    let customer = customer_with(&w, "org-1", Plastic::Good).await;
    let charged = w.payments().charge(charge_of("rch_1", &customer, 2_900)).await.unwrap();
    w.webhooks().await;
    for status in [DisputeStatus::Open, DisputeStatus::Lost] {
        w.dispute(&charged.id, status).await;
        assert_eq!(told(&w).await, BTreeSet::from(["org-1".to_owned()]));
    }
}

/// A webhook that was really sent.
async fn sent(w: &Given) -> Hook {
    customer_with(w, "org-1", Plastic::Good).await;
    w.webhooks().await.pop().unwrap()
}

async fn a_signature_is_good_for_five_minutes_on_either_side(w: Given) {
    let hook = sent(&w).await;
    let now = w.now();
    for (seconds, good) in
        [(0, true), (300, true), (301, false), (-1, true), (-300, true), (-301, false)]
    {
        let answer = parse(&w, &hook, now.plus_seconds(seconds));
        assert_eq!(answer.is_ok(), good, "{seconds}: {answer:?}");
    }
    let never = parse(&w, &hook, Timestamp::from_micros(i64::MIN));
    assert!(matches!(never, Err(PaymentError::NotVerified(_))), "{never:?}");
}

fn refuse(w: &Given, what: &str, hook: &Hook) {
    let answer = parse(w, hook, w.now());
    assert!(matches!(answer, Err(PaymentError::NotVerified(_))), "{what}: {answer:?}");
}

fn signature(hook: &Hook, w: &Given) -> (usize, String) {
    let (name, _) = w.signing();
    let place = hook.headers.iter().position(|(header, _)| header.eq_ignore_ascii_case(name));
    let place = place.unwrap();
    (place, hook.headers[place].1.clone())
}

async fn only_a_signature_over_these_very_bytes_counts(w: Given) {
    let hook = sent(&w).await;
    for place in 0..hook.body.len() {
        let mut changed = hook.clone();
        changed.body[place] ^= 1;
        refuse(&w, "a changed body", &changed);
    }
    let (place, good) = signature(&hook, &w);
    let seconds = w.now().seconds_since(Timestamp::default());
    let moved = good.replace(&seconds.to_string(), &(seconds - 1).to_string());
    assert_ne!(moved, good);
    let short = &good[..good.len() - 2];
    let renamed = good.replace("v1=", "v0=");
    let empty = format!("t={seconds},v1=");
    for value in ["", "t=", "v1=", &moved, short, &renamed, "t=1,v1=zz", &empty] {
        let mut changed = hook.clone();
        changed.headers[place].1 = value.to_owned();
        refuse(&w, value, &changed);
    }
    refuse(&w, "no header", &Hook { headers: Vec::new(), ..hook });
}

async fn two_signatures_may_stand_side_by_side(w: Given) {
    let hook = sent(&w).await;
    let expected = parse(&w, &hook, w.now()).unwrap();
    let (place, good) = signature(&hook, &w);
    let other = "0".repeat(64);
    for both in [
        good.replace("v1=", &format!("v1={other},v1=")),
        format!("{good},v1={other}"),
        format!("{good},v0={other}"),
    ] {
        let mut hook = hook.clone();
        hook.headers[place].1 = both;
        hook.headers[place].0 = hook.headers[place].0.to_uppercase();
        assert_eq!(parse(&w, &hook, w.now()).as_ref(), Ok(&expected));
    }
}

async fn another_secret_proves_nothing(w: Given) {
    let hook = sent(&w).await;
    let body = String::from_utf8(hook.body).unwrap();
    refuse(&w, "another secret", &signed(&w, "another secret", &body, w.now()));
    let (_, secret) = w.signing();
    parse(&w, &signed(&w, &secret, &body, w.now()), w.now()).unwrap();
}

async fn the_other_mode_is_refused_and_other_kinds_are_let_go(w: Given) {
    let (_, secret) = w.signing();
    let read = |body: &str| parse(&w, &signed(&w, &secret, body, w.now()), w.now());
    assert_eq!(read(&w.body_of_no_concern(false)).unwrap().about, None::<About>);
    assert_eq!(read(&w.body_of_no_concern(true)), Err(PaymentError::WrongMode));
    for body in ["", "[]", "{", "null", &w.body_about_nobody()] {
        assert_eq!(read(body), Err(PaymentError::Unreadable), "{body}");
    }
}
