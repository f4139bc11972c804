//! Webhooks: whose signature, how old, which mode, and whose truth they name.

use ampere_adapters::payments::port::{About, Hint, PaymentError, Payments};
use ampere_adapters::payments::stripe::{API, Settings, Stripe};
use ampere_adapters::secrets::SecretText;
use ampere_credits::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{HOOKS, open, settings};

const NOW: i64 = 1_795_338_000;

fn signed(secret: &str, seconds: i64, body: &str) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{seconds}.{body}").as_bytes());
    let bytes = mac.finalize().into_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={hex}")
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(0).plus_seconds(seconds)
}

fn parse(stripe: &Stripe, body: &str) -> Result<Hint, PaymentError> {
    let signature = signed(HOOKS, NOW, body);
    stripe.parse(&[("Stripe-Signature", &signature)], body.as_bytes(), at(NOW))
}

fn event(kind: &str, object: &str) -> String {
    format!(
        r#"{{"id":"evt_1","object":"event","type":"{kind}","livemode":false,
            "data":{{"object":{object}}}}}"#
    )
}

fn about(kind: &str, object: &str) -> Option<About> {
    let hint = parse(&open(API), &event(kind, object)).unwrap();
    assert_eq!((hint.event_id.as_str(), hint.kind.as_str()), ("evt_1", kind));
    hint.about
}

#[test]
fn each_kind_names_the_customer_or_else_the_payment() {
    let customer = Some(About::Customer("cus_1".to_owned()));
    let payment = |id: &str| Some(About::Payment(id.to_owned()));
    assert_eq!(about("customer.updated", r#"{"id":"cus_1","object":"customer"}"#), customer);
    for kind in [
        "checkout.session.completed",
        "customer.subscription.updated",
        "customer.subscription.pending_update_expired",
        "subscription_schedule.released",
        "invoice.paid",
        "invoice.payment_failed",
        "payment_intent.succeeded",
        "charge.refunded",
        "payment_method.attached",
        "setup_intent.succeeded",
    ] {
        assert_eq!(about(kind, r#"{"id":"x_1","customer":"cus_1"}"#), customer, "{kind}");
        let whole = r#"{"id":"x_1","customer":{"id":"cus_1","object":"customer"}}"#;
        assert_eq!(about(kind, whole), customer, "{kind}");
    }
    let dispute = r#"{"id":"du_1","charge":"ch_1","payment_intent":"pi_1"}"#;
    assert_eq!(about("charge.dispute.created", dispute), payment("pi_1"));
    assert_eq!(about("refund.updated", r#"{"id":"re_1","charge":"ch_1"}"#), payment("ch_1"));
    assert_eq!(about("charge.refund.updated", r#"{"id":"re_1","charge":"ch_1"}"#), payment("ch_1"));
    // A guest of somebody else's page.
    assert_eq!(about("payment_intent.succeeded", r#"{"id":"pi_1","customer":null}"#), None);
}

#[test]
fn other_kinds_do_not_concern_us() {
    for kind in [
        "customer.created",
        "customer.source.updated",
        "customer.subscription.trial_will_end",
        "invoice.upcoming",
        "invoice.paid.twice",
        "product.created",
        "ping",
        "",
    ] {
        assert_eq!(about(kind, r#"{"id":"x_1","customer":"cus_1"}"#), None, "{kind}");
    }
}

#[test]
fn the_signature_is_good_for_five_minutes_on_either_side() {
    let stripe = open(API);
    let body = event("invoice.paid", r#"{"customer":"cus_1"}"#);
    let parse = |header: &str, body: &str, now: i64| {
        stripe.parse(&[("stripe-signature", header)], body.as_bytes(), at(now))
    };
    let good = signed(HOOKS, NOW, &body);
    let times = [(0, true), (300, true), (301, false), (-300, true), (-301, false)];
    for (now, taken) in times.map(|(later, taken)| (NOW + later, taken)) {
        assert_eq!(parse(&good, &body, now).is_ok(), taken, "{now}");
    }
    let old = good.replace("v1=", &format!("v1={},v1=", "0".repeat(64)));
    assert!(parse(&old, &body, NOW).is_ok(), "two stand side by side while a secret is changed");
    let v0 = good.replace("v1=", "v0=");
    let others = [signed("whsec_other", NOW, &body), v0, String::new(), "t=1,v1=zz".to_owned()];
    for header in &others {
        let answer = parse(header, &body, NOW);
        assert!(matches!(answer, Err(PaymentError::NotVerified(_))), "{header}: {answer:?}");
    }
    let changed = body.replace("cus_1", "cus_2");
    assert!(matches!(parse(&good, &changed, NOW), Err(PaymentError::NotVerified(_))));
    let unsigned = stripe.parse(&[], body.as_bytes(), at(NOW));
    assert_eq!(unsigned, Err(PaymentError::NotVerified("it is unsigned")));
}

#[test]
fn the_other_mode_is_refused_both_ways() {
    let live = Settings { secret_key: SecretText::new("sk_live_1"), ..settings(API) };
    let live = Stripe::new(live).unwrap();
    let test_event = event("invoice.paid", r#"{"customer":"cus_1"}"#);
    let live_event = test_event.replace(r#""livemode":false"#, r#""livemode":true"#);
    assert_eq!(parse(&live, &test_event), Err(PaymentError::WrongMode));
    assert_eq!(parse(&open(API), &live_event), Err(PaymentError::WrongMode));
    assert!(parse(&live, &live_event).is_ok());
}

#[test]
fn verified_and_not_understood_is_said_so() {
    let no_object = r#"{"id":"evt_1","type":"invoice.paid","livemode":false}"#;
    let no_id = r#"{"type":"invoice.paid","livemode":false,"data":{"object":{}}}"#;
    let no_mode = r#"{"id":"evt_1","type":"invoice.paid","data":{"object":{}}}"#;
    for body in ["", "[]", "{", no_object, no_id, no_mode] {
        assert_eq!(parse(&open(API), body), Err(PaymentError::Unreadable), "{body}");
    }
}
