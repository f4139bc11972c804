//! What each kind of answer means, and who is asked again.

use std::time::Duration;

use ampere_adapters::payments::port::{
    About, PaymentError, Payments, PlanKey, PlanPrice, PortalFlow, Purchase, RefundRequest,
};
use ampere_adapters::payments::port::{Cadence, Change, ChangeRequest};
use ampere_adapters::payments::stripe::{Settings, Stripe, Timing};

use crate::road::{Answer, Road};
use crate::{charge, open, page, settings, tells_nothing};

const EMPTY: &str = r#"{"object":"list","data":[],"has_more":false}"#;
const CUSTOMER: &str = r#"{"id":"cus_1","metadata":{"organization":"org_1"}}"#;
const SESSION: &str = r#"{"id":"cs_test_1","url":"https://checkout.stripe.com/c/1"}"#;

fn pack() -> Purchase {
    let (amount_cents, currency) = (1_500, "usd".to_owned());
    Purchase::Credits { amount_cents, currency, description: "10,000 credits & more".to_owned() }
}

/// What a write says whose first call is answered so.
async fn written(answers: Vec<Answer>) -> (PaymentError, usize) {
    let road = Road::of(answers).await;
    let stripe = open(&road.url());
    let error = stripe.checkout(page("chk_1", Some("cus_1"), pack())).await.unwrap_err();
    tells_nothing(&format!("{error} {error:?}"));
    (error, road.asked().len())
}

/// What a read says that is answered so.
async fn read(answers: Vec<Answer>) -> (PaymentError, usize) {
    let road = Road::of(answers).await;
    let error = open(&road.url()).fetch(About::Customer("cus_1".into())).await.unwrap_err();
    tells_nothing(&format!("{error} {error:?}"));
    (error, road.asked().len())
}

#[tokio::test]
async fn a_broken_answer_to_a_write_is_unknown_and_to_a_read_is_not() {
    let broken = [
        Answer::Cut,
        Answer::Half(200, SESSION.to_owned()),
        Answer::json(200, "{\"id\":"),
        Answer::json(200, ""),
        Answer::json(200, "[]"),
        Answer::json(200, r#"{"url":"https://checkout.stripe.com/c/1"}"#),
    ];
    for answer in broken {
        let what = format!("{answer:?}");
        assert_eq!(written(vec![answer.clone()]).await, (PaymentError::Unknown, 1), "{what}");
        assert_eq!(read(vec![answer]).await, (PaymentError::Unavailable, 1), "{what}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_unknown_to_a_write() {
    let road = Road::of([Answer::Silence]).await;
    let answer = Duration::from_millis(60);
    let timing = Timing { answer, ..settings("").timing };
    let stripe = Stripe::new(Settings { timing, ..settings(&road.url()) }).unwrap();
    let written = stripe.checkout(page("chk_1", Some("cus_1"), pack())).await;
    assert_eq!(written, Err(PaymentError::Unknown));
    let read = stripe.fetch(About::Customer("cus_1".into())).await;
    assert_eq!(read, Err(PaymentError::Unavailable));
    let portal = stripe.portal("cus_1", PortalFlow::Card, "https://ampere.example").await;
    assert_eq!(portal, Err(PaymentError::Unavailable), "opening a page changes nothing");
    assert_eq!(road.asked().len(), 3, "nobody was asked twice");
}

#[tokio::test]
async fn nobody_there_is_unavailable_because_nothing_was_sent() {
    let stripe = {
        let road = Road::of([Answer::Cut]).await;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop((road, listener));
        open(&format!("http://127.0.0.1:{port}"))
    };
    let written = stripe.checkout(page("chk_1", Some("cus_1"), pack())).await;
    assert_eq!(written, Err(PaymentError::Unavailable));
}

#[tokio::test]
async fn a_busy_or_failing_stripe_is_asked_again_under_the_same_key_and_the_same_words() {
    for first in [
        Answer::error(429, "invalid_request_error", "rate_limit"),
        Answer::error(429, "invalid_request_error", "lock_timeout"),
        Answer::error(500, "api_error", ""),
        Answer::json(503, "<html>"),
        Answer::error(409, "idempotency_error", "idempotency_key_in_use"),
    ] {
        let road = Road::of([first.clone(), first, Answer::json(200, SESSION)]).await;
        let opened = open(&road.url()).checkout(page("chk_1", Some("cus_1"), pack())).await;
        let opened = opened.unwrap();
        assert_eq!(
            (opened.provider_ref.as_str(), opened.customer.as_str()),
            ("cs_test_1", "cus_1")
        );
        let asked = road.asked();
        assert_eq!(asked.len(), 3);
        assert!(asked.iter().all(|one| one.header("idempotency-key") == Some("chk_1:checkout")));
        assert!(asked.iter().all(|one| one.line == asked[0].line && one.body == asked[0].body));
    }
}

#[tokio::test]
async fn one_that_stays_so_is_given_up_after_three_attempts() {
    let busy = Answer::error(429, "invalid_request_error", "rate_limit");
    assert_eq!(written(vec![busy.clone()]).await, (PaymentError::Unavailable, 3));
    assert_eq!(read(vec![busy]).await, (PaymentError::Unavailable, 3));
    let failing = Answer::error(500, "api_error", "");
    assert_eq!(written(vec![failing.clone()]).await, (PaymentError::Unknown, 3));
    assert_eq!(read(vec![failing]).await, (PaymentError::Unavailable, 3));
    let under_way = Answer::error(409, "idempotency_error", "idempotency_key_in_use");
    assert_eq!(written(vec![under_way]).await, (PaymentError::Unknown, 3));
}

#[tokio::test]
async fn what_stripe_says_about_asking_again_is_followed() {
    let never = Answer::Say(500, "stripe-should-retry: false\r\n", "{}".to_owned());
    assert_eq!(written(vec![never]).await, (PaymentError::Unknown, 1));
    let later = Answer::Say(429, "retry-after: 3600\r\n", "{}".to_owned());
    assert_eq!(written(vec![later]).await, (PaymentError::Unavailable, 1), "too long a wait");
}

#[tokio::test]
async fn each_refusal_is_said_in_our_words_and_none_is_tried_again() {
    let conflict = |word: &str| PaymentError::Conflict(word.to_owned());
    let kind = "invalid_request_error";
    for (answer, error) in [
        (Answer::error(401, kind, ""), PaymentError::Unauthorized),
        (Answer::error(403, kind, "more_permissions_required"), PaymentError::Unauthorized),
        (Answer::error(404, kind, "resource_missing"), PaymentError::NotFound),
        (Answer::error(400, kind, "resource_missing"), PaymentError::NotFound),
        (Answer::error(400, "idempotency_error", ""), PaymentError::InvalidRequest("reference")),
        (Answer::error(400, kind, "url_invalid"), conflict("url_invalid (status 400)")),
        (Answer::error(400, kind, ""), conflict("invalid_request_error (status 400)")),
        (Answer::error(402, "card_error", "card_declined"), conflict("card_declined (status 402)")),
        (Answer::json(400, "<html>"), conflict("status 400")),
        (
            Answer::error(409, kind, "Your key is secret"),
            conflict("invalid_request_error (status 409)"),
        ),
        (
            Answer::Say(302, "location: https://elsewhere\r\n", String::new()),
            PaymentError::Unavailable,
        ),
    ] {
        let what = format!("{answer:?}");
        assert_eq!(written(vec![answer]).await, (error, 1), "{what}");
    }
}

#[tokio::test]
async fn once_a_part_is_done_a_busy_stripe_leaves_the_outcome_unknown() {
    let busy = Answer::error(429, "invalid_request_error", "rate_limit");
    let answers = [Answer::json(200, EMPTY), Answer::json(200, CUSTOMER), busy];
    let road = Road::of(answers).await;
    let opened = open(&road.url()).checkout(page("chk_1", None, pack())).await;
    assert_eq!(opened, Err(PaymentError::Unknown), "the customer is there already");
    let asked = road.asked();
    assert!(asked[0].line.starts_with("GET /v1/customers/search?query=metadata%5B%27organization"));
    assert_eq!(asked[1].line, "POST /v1/customers");
    assert_eq!(asked[1].header("idempotency-key"), Some("customer:org_1"));
    assert_eq!(asked[1].body, "metadata%5Borganization%5D=org_1");
}

#[tokio::test]
async fn every_request_names_the_version_and_the_key_and_forms_are_bracketed() {
    let road = Road::of([Answer::json(200, SESSION)]).await;
    open(&road.url()).checkout(page("chk_1", Some("cus_1"), pack())).await.unwrap();
    let asked = &road.asked()[0];
    assert_eq!(asked.line, "POST /v1/checkout/sessions");
    assert_eq!(asked.header("stripe-version"), Some("2026-10-28.endive"));
    assert_eq!(asked.header("authorization"), Some(format!("Bearer {}", crate::KEY).as_str()));
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
    for part in [
        "customer=cus_1",
        "mode=payment",
        "client_reference_id=chk_1",
        "success_url=https%3A%2F%2Fampere.example%2Fback",
        "line_items%5B0%5D%5Bprice_data%5D%5Bunit_amount%5D=1500",
        "product_data%5D%5Bname%5D=10%2C000+credits+%26+more",
        "payment_intent_data%5Bsetup_future_usage%5D=off_session",
        "payment_intent_data%5Bmetadata%5D%5Breference%5D=chk_1",
    ] {
        assert!(asked.body.contains(part), "{part} in {}", asked.body);
    }
}

#[tokio::test]
async fn an_id_that_would_change_the_path_is_nobodys() {
    let road = Road::of([Answer::json(200, CUSTOMER)]).await;
    let stripe = open(&road.url());
    for id in ["", ".", "..", "cus_1/sources", "cus_1?x=1", "cus 1", "cus_1#", "%2e%2e"] {
        let fetched = stripe.fetch(About::Customer(id.to_owned())).await;
        assert_eq!(fetched, Err(PaymentError::NotFound), "{id:?}");
        let paid = stripe.fetch(About::Payment(id.to_owned())).await;
        assert_eq!(paid, Err(PaymentError::NotFound), "{id:?}");
    }
    let organization = About::Organization("o' OR 1".to_owned());
    let fetched = stripe.fetch(organization).await;
    assert_eq!(fetched, Err(PaymentError::InvalidRequest("organization")));
    assert_eq!(road.asked().len(), 0, "nothing was asked");
}

#[tokio::test]
async fn requests_that_break_a_rule_are_refused_before_anything_is_sent() {
    let road = Road::of([Answer::json(200, SESSION)]).await;
    let stripe = open(&road.url());
    let bad = |field| PaymentError::InvalidRequest(field);
    let opened = stripe.checkout(page("a b", Some("cus_1"), pack())).await;
    assert_eq!(opened, Err(bad("reference")));
    let mut nothing = charge("att_1", "cus_1");
    nothing.amount_cents = 0;
    assert_eq!(stripe.charge(nothing).await, Err(bad("amount")));
    let key = PlanKey { plan: "team".into(), version: 1, cadence: Cadence::Monthly };
    let (name, currency) = ("Team".to_owned(), "USD".to_owned());
    let to = PlanPrice { key, name, amount_cents: 100, currency };
    let (reference, customer) = ("pre_1".to_owned(), "cus_1".to_owned());
    let change = ChangeRequest { reference, customer, change: Change::Start { to } };
    assert_eq!(stripe.change(change).await, Err(bad("currency")));
    let (reference, payment) = (String::new(), "in_1".to_owned());
    let refund = RefundRequest { reference, payment, amount_cents: 1 };
    assert_eq!(stripe.refund(refund).await, Err(bad("reference")));
    assert_eq!(road.asked().len(), 0);
}
