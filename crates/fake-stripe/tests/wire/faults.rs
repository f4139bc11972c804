//! Keys, lost answers, and requests that are refused whole.

use fake_stripe::{Fault, Kind};
use reqwest::Method;

use crate::client::{DAY, JAN_1, Stripe, id, text};

#[tokio::test]
async fn the_same_key_gives_the_same_answer_for_a_day() {
    let stripe = Stripe::start().await;
    let (_, first) = stripe.post_under("customer:org_1", "/v1/customers", "name=A").await;
    let headers =
        [("Authorization", "Basic c2tfdGVzdF9mYWtlOg=="), ("Idempotency-Key", "customer:org_1")];
    let again = stripe.send(Method::POST, "/v1/customers", "name=A", &headers).await.unwrap();
    assert_eq!(again.headers()["Idempotent-Replayed"], "true");
    let original = again.headers()["Original-Request"].to_str().unwrap().to_owned();
    assert!(original.starts_with("req_"));
    assert_eq!(again.json::<serde_json::Value>().await.unwrap(), first);
    let (status, error) = stripe.post_under("customer:org_1", "/v1/customers", "name=B").await;
    assert_eq!((status, text(&error, "/error/type").as_str()), (400, "idempotency_error"));
    let (status, _) = stripe.post_under("customer:org_1", "/v1/products", "name=A").await;
    assert_eq!(status, 400);
    assert_eq!(stripe.fake.objects("customer").len(), 1);
    stripe.fake.advance_to(JAN_1 + DAY).unwrap();
    let (_, other) = stripe.post_under("customer:org_1", "/v1/customers", "name=A").await;
    assert_ne!(id(&other), id(&first), "a key is forgotten after a day");
}

#[tokio::test]
async fn a_decline_is_remembered_and_a_mistake_is_not() {
    let stripe = Stripe::start().await;
    let customer = stripe.customer("pm_card_chargeCustomerFail").await;
    let card = text(&stripe.object(&customer), "/invoice_settings/default_payment_method");
    let form = format!(
        "amount=500&currency=usd&customer={customer}&payment_method={card}&confirm=true\
         &off_session=true"
    );
    let (status, declined) = stripe.post_under("at_1", "/v1/payment_intents", &form).await;
    assert_eq!(status, 402);
    stripe.fake.card_becomes(&card, "pm_card_visa").unwrap();
    let again = stripe.post_under("at_1", "/v1/payment_intents", &form).await;
    assert_eq!(again, (402, declined));
    assert_eq!(stripe.fake.objects("charge").len(), 1);
    let path = "/v1/customers";
    assert_eq!(stripe.post_under("c_1", path, "nmae=A").await.0, 400);
    assert_eq!(stripe.post_under("c_1", path, "name=A").await.0, 200);
}

#[tokio::test]
async fn a_lost_answer_was_done_once() {
    for kind in [Kind::CutReply, Kind::CutHalf, Kind::ServerErrorAfter] {
        let stripe = Stripe::start().await;
        stripe.fake.fail_next(Fault::new(kind).on("/v1/customers"));
        let headers = [("Authorization", "Bearer sk_test_fake"), ("Idempotency-Key", "c_1")];
        let lost = stripe.send(Method::POST, "/v1/customers", "name=A", &headers).await;
        let whole = match lost {
            Ok(answer) if answer.status() == 200 => answer.bytes().await.is_ok(),
            Ok(answer) => {
                assert_eq!(answer.status(), 500);
                false
            }
            Err(_) => false,
        };
        assert!(!whole, "{kind:?} gave a whole answer");
        let made = stripe.fake.objects("customer");
        assert_eq!(made.len(), 1, "{kind:?}");
        let (status, found) = stripe.post_under("c_1", "/v1/customers", "name=A").await;
        assert_eq!((status, id(&found)), (200, id(&made[0])), "{kind:?}");
        assert_eq!(stripe.fake.objects("customer").len(), 1, "{kind:?}");
        let asked = "POST /v1/customers [c_1]".to_owned();
        assert_eq!(stripe.fake.requests(), [asked.clone(), asked]);
    }
}

#[tokio::test]
async fn what_fails_before_it_began_is_not_remembered() {
    for (kind, expected) in
        [(Kind::ServerError, 500), (Kind::TooMany, 429), (Kind::InProgress, 409)]
    {
        let stripe = Stripe::start().await;
        // Of another address, and of a read: neither takes it.
        stripe.fake.fail_next(Fault::new(kind).on("/v1/customers"));
        stripe.post("/v1/products", "name=P").await;
        stripe.get("/v1/customers").await;
        let (status, _) = stripe.post_under("c_1", "/v1/customers", "name=A").await;
        assert_eq!((status, stripe.fake.objects("customer").len()), (expected, 0));
        assert_eq!(stripe.post_under("c_1", "/v1/customers", "name=A").await.0, 200);
    }
    let stripe = Stripe::start().await;
    stripe.fake.fail_next(Fault::new(Kind::CutBefore).any_method());
    let headers = [("Authorization", "Bearer sk_test_fake")];
    assert!(stripe.send(Method::GET, "/v1/customers", "", &headers).await.is_err());
    stripe.get("/v1/customers").await;
}

#[tokio::test]
async fn a_held_answer_comes_when_it_is_let_go() {
    let stripe = Stripe::start().await;
    stripe.fake.fail_next(Fault::new(Kind::Hold));
    let made = async {
        // Done already, although nobody has been told.
        while stripe.fake.objects("customer").is_empty() {
            tokio::task::yield_now().await;
        }
        stripe.fake.release();
    };
    let (customer, ()) = tokio::join!(stripe.post("/v1/customers", "name=A"), made);
    assert_eq!(text(&customer, "/name"), "A");
    stripe.fake.fail_next(Fault::new(Kind::Delay(1)));
    stripe.post("/v1/customers", "name=B").await;
}

#[tokio::test]
async fn a_refused_request_leaves_nothing_behind() {
    let stripe = Stripe::start().await;
    let customer = stripe.customer("pm_card_visa").await;
    let price = stripe.price(2_900, "month").await;
    let before = stripe.fake.dump();
    // Known to nobody: said after the whole subscription was made, and paid.
    let form = format!("customer={customer}&items[0][price]={price}&colour=red");
    let (status, error) = stripe.try_post("/v1/subscriptions", &form).await;
    assert_eq!((status, text(&error, "/error/code").as_str()), (400, "parameter_unknown"));
    assert_eq!(text(&error, "/error/param"), "colour");
    assert_eq!(stripe.fake.dump(), before);
    let lists = stripe.fake.take_events().len();
    assert_eq!(lists, stripe.fake.events().len());
}

#[tokio::test]
async fn strangers_old_versions_and_unknown_addresses_are_refused() {
    let stripe = Stripe::start().await;
    let headers = [("Authorization", "Bearer sk_live_x")];
    let answer = stripe.send(Method::GET, "/v1/customers", "", &headers).await.unwrap();
    assert_eq!(answer.status(), 401);
    for (version, status) in [("2026-10-28.endive", 200), ("2024-06-20", 400), ("latest", 400)] {
        let headers = [("Authorization", "Bearer sk_test_fake"), ("Stripe-Version", version)];
        let answer = stripe.send(Method::GET, "/v1/customers", "", &headers).await.unwrap();
        assert_eq!(answer.status(), status, "{version}");
    }
    for path in ["/v1/customers/cus_none", "/v1/payouts", "/v2/customers"] {
        assert_eq!(stripe.try_get(path).await.0, 404, "{path}");
    }
    assert_eq!(
        text(&stripe.try_get("/v1/invoices/in_x").await.1, "/error/code"),
        "resource_missing"
    );
}
