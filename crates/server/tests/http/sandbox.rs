//! `/sandbox`: the payment page of the built-in sandbox.

use serde_json::json;

use crate::harness::{Client, PASSWORD, Server};
use crate::spending::{GOOD_CARD, balance, open_checkout, pay};

#[tokio::test]
async fn every_card_does_what_its_outcome_says() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let cards = owner.get("/api/v1/sandbox/cards").await.expect(200);
    let cards = cards["data"].as_array().unwrap();
    assert_eq!(cards.len(), 8);
    let mut paid = 0;
    for (number, card) in cards.iter().enumerate() {
        let key = number.to_string();
        let id = open_checkout(&owner, &key).await;
        let answer = pay(&owner, &id, &key, card["number"].as_str().unwrap()).await;
        if card["outcome"] == "paid" {
            assert_eq!(answer.expect(200)["state"], "granted");
            paid += 1;
            continue;
        }
        if card["outcome"] == "confirmation_needed" {
            let waits = answer.expect(200);
            assert_eq!(waits["state"], "confirmation_needed");
            assert!(waits["url"].as_str().unwrap().starts_with("/sandbox/confirm/"), "{waits}");
            continue;
        }
        answer.problem(402, "payment_declined");
        let path = format!("/api/v1/billing/checkouts/{id}");
        let kept = owner.get(&path).await.expect(200);
        assert_eq!((&kept["state"], &kept["reason"]), (&json!("declined"), &card["outcome"]));
    }
    assert_eq!(paid, 2);
    let balance = balance(&mut owner).await;
    assert_eq!(balance["purchased"], "5000", "the other one was disputed: {balance}");
    assert_eq!(balance["frozen"], "5000");
}

#[tokio::test]
async fn a_checkout_that_was_opened_before_a_restart_can_be_paid_after_it() {
    let mut server = Server::start().await;
    let owner = server.owner().await;
    let id = open_checkout(&owner, "one").await;
    server.restart().await;
    let mut again = server.nobody();
    again.cookie = owner.cookie.clone();
    assert_eq!(pay(&again, &id, "one", GOOD_CARD).await.expect(200)["state"], "granted");
    assert_eq!(balance(&mut again).await["purchased"], "5000");
}

/// A payment of $15.00 for 5,000 credits; its id.
async fn paid(server: &Server, owner: &mut crate::harness::Client) -> String {
    crate::objects::Object::Payment.make(server, owner, 1).await
}

#[tokio::test]
async fn a_payment_is_refunded_in_parts_and_its_credits_go_with_it() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let id = paid(&server, &mut owner).await;
    let refund = format!("/api/v1/sandbox/payments/{id}/refund");
    let part = owner.post(&refund, json!({"amount": 500})).await.expect(200);
    assert_eq!((&part["refunded"], &part["status"]), (&json!(500), &json!("paid")));
    assert_eq!(balance(&mut owner).await["purchased"], "3333.333334");
    let all = owner.post(&refund, json!({})).await.expect(200);
    assert_eq!(all["refunded"], 1_500);
    assert_eq!(balance(&mut owner).await["purchased"], "0");
    owner.post(&refund, json!({})).await.problem(422, "validation_failed");
    let invoices = owner.get("/api/v1/billing/invoices").await.expect(200);
    assert_eq!(
        (&invoices["data"][0]["id"], &invoices["data"][0]["status"]),
        (&json!(id), &json!("refunded"))
    );
    let only = owner.get("/api/v1/billing/activity?kind=refund").await.expect(200);
    let told: Vec<_> =
        only["data"].as_array().unwrap().iter().map(|item| item["type"].clone()).collect();
    assert_eq!(told, ["refund", "refund"]);
}

#[tokio::test]
async fn a_disputed_payment_freezes_its_credits_until_it_is_decided() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let id = paid(&server, &mut owner).await;
    let path = format!("/api/v1/sandbox/payments/{id}/dispute");
    for (outcome, purchased, frozen) in [("open", "0", "5000"), ("won", "5000", "0")] {
        let said = owner.post(&path, json!({"outcome": outcome})).await.expect(200);
        assert_eq!(said["dispute"], outcome);
        let balance = balance(&mut owner).await;
        assert_eq!(
            (&balance["purchased"], &balance["frozen"]),
            (&json!(purchased), &json!(frozen))
        );
    }
    owner.post(&path, json!({"outcome": "lost"})).await.problem(409, "state_conflict");
}

#[tokio::test]
async fn the_saved_card_buys_any_amount_of_the_price_list_at_once() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let checkouts = "/api/v1/billing/checkouts";
    let at = |amount: i64| {
        let price = json!({"amount": amount, "currency": "usd"});
        json!({"credits": "7000", "pay_with": "saved_card", "expected_price": price})
    };
    let wish = at(2_100);
    let none = owner.keyed("none").post(checkouts, wish.clone()).await;
    none.problem(409, "state_conflict");
    let card = owner.post("/api/v1/sandbox/card", json!({"card": GOOD_CARD})).await.expect(200);
    assert_eq!(card["last4"], "4242");
    // Another price than the one that was shown is named, and nothing is paid; unsaid it is asked.
    let dearer = owner.keyed("old").post(checkouts, at(2_000)).await;
    let dearer = dearer.problem(409, "purchase_not_confirmed");
    assert_eq!(dearer["price"], json!({"amount": 2_100, "currency": "usd"}));
    assert_eq!(dearer["detail"], "This costs $21.00 now; look at it again.");
    let unsaid = json!({"credits": "7000", "pay_with": "saved_card"});
    let unsaid = owner.keyed("unsaid").post(checkouts, unsaid).await.wrong_fields();
    assert_eq!(unsaid[0].0, "/expected_price");
    assert_eq!(balance(&mut owner).await["purchased"], "0");
    let bought = owner.keyed("one").post(checkouts, wish.clone()).await.expect(201);
    assert_eq!((&bought["state"], &bought["kind"]), (&json!("granted"), &json!("credits")));
    assert_eq!(
        (&bought["price"]["amount"], &bought["text"]),
        (&json!(2_100), &json!("7,000 credits"))
    );
    assert_eq!(bought["credits_expire_at"].as_str().unwrap()[..10], *"2027-11-22");
    let again = owner.keyed("one").post(checkouts, wish).await;
    assert_eq!(again.expect(201), bought, "the same click");
    assert_eq!(balance(&mut owner).await["purchased"], "7000");
    let packs = owner.get("/api/v1/billing/packs").await.expect(200);
    assert_eq!(
        (&packs["custom"]["step"], &packs["custom"]["max"]),
        (&json!("1000"), &json!("500000"))
    );
    for (body, pointer) in [
        (json!({"credits": "1500"}), "/credits"),
        (json!({"credits": "5000", "pack_id": "pack_5000"}), "/credits"),
        (json!({}), "/pack_id"),
    ] {
        let wrong = owner.keyed(&body.to_string()).post(checkouts, body).await.wrong_fields();
        assert_eq!(wrong[0].0, pointer);
    }
}

#[tokio::test]
async fn the_bank_asks_and_nothing_is_added_before_it_is_answered() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let id = open_checkout(&owner, "asked").await;
    let waits = pay(&owner, &id, "asked", "4000002760003184").await.expect(200);
    assert_eq!(waits["state"], "confirmation_needed");
    let payment = waits["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let path = format!("/api/v1/sandbox/payments/{payment}");
    let asked = owner.get(&path).await.expect(200);
    assert_eq!(
        (&asked["status"], &asked["checkout_id"]),
        (&json!("needs_confirmation"), &json!(id))
    );
    assert_eq!(balance(&mut owner).await["purchased"], "0");
    let done = owner.post(&format!("{path}/confirm"), json!({"confirm": true})).await.expect(200);
    assert_eq!(done["status"], "paid");
    let read = owner.get(&format!("/api/v1/billing/checkouts/{id}")).await.expect(200);
    assert_eq!(read["state"], "granted");
    assert_eq!(balance(&mut owner).await["purchased"], "5000");
}

#[tokio::test]
async fn a_payment_has_a_receipt_to_be_read_and_printed() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let id = paid(&server, &mut owner).await;
    let shown = owner.get("/api/v1/billing/activity?kind=purchase").await.expect(200);
    assert_eq!(shown["data"][0]["receipt_url"], json!(format!("/sandbox/receipt/{id}")));
    let invoices = owner.get("/api/v1/billing/invoices").await.expect(200);
    assert_eq!(invoices["data"][0]["url"], json!(format!("/sandbox/receipt/{id}")));
    let receipt = owner.get(&format!("/api/v1/sandbox/payments/{id}")).await.expect(200);
    assert_eq!((&receipt["id"], &receipt["status"]), (&json!(id), &json!("paid")));
    assert_eq!(receipt["paid_at"].as_str().unwrap()[..10], *"2026-11-22");
    assert!(!receipt["payer"].as_str().unwrap().is_empty(), "{receipt}");
    let lines = json!([{"text": "5,000 credits", "amount": {"amount": 1_500, "currency": "usd"},
        "from": null, "until": null}]);
    assert_eq!(receipt["lines"], lines);
}

/// A plan's receipt has its lines, and where buying is not offered the way there is named.
#[tokio::test]
async fn a_plan_that_has_ended_is_restarted_before_credits_are_bought() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    owner.post("/api/v1/sandbox/card", json!({"card": GOOD_CARD})).await.expect(200);
    let choice = json!({"plan_id": "starter", "cadence": "monthly"});
    let shown = owner.post("/api/v1/billing/changes/preview", choice).await.expect(200);
    let body = json!({"preview_id": shown["id"]});
    owner.keyed("start").post("/api/v1/billing/changes", body).await.expect(200);
    let invoices = owner.get("/api/v1/billing/invoices").await.expect(200);
    let id = invoices["data"][0]["id"].as_str().unwrap().to_owned();
    let receipt = owner.get(&format!("/api/v1/sandbox/payments/{id}")).await.expect(200);
    assert_eq!(receipt["lines"][0]["text"], "Starter, monthly");
    assert!(receipt["lines"][0]["until"].is_string());
    owner.post("/api/v1/billing/cancel", json!({})).await.expect(200);
    owner.post("/api/v1/sandbox/clock", json!({"days": 32})).await.expect(200);
    // A login that nobody used for so long has ended.
    let mut owner = server.nobody();
    let mia = json!({"email": "mia@example.com", "password": PASSWORD});
    owner.post("/api/v1/auth/login", mia).await.expect(200);
    let billing = owner.get("/api/v1/billing").await.expect(200);
    assert_eq!(billing["state"], "ended", "{billing}");
    let wish = json!({"pack_id": "pack_5000"});
    let refused = owner.keyed("late").post("/api/v1/billing/checkouts", wish).await;
    let refused = refused.problem(409, "state_conflict");
    assert_eq!(refused["resolutions"][0]["action"], "restart_plan");
    assert_eq!(refused["resolutions"][0]["requires"], "billing_access");
    let choice = json!({"plan_id": "starter", "cadence": "monthly"});
    let shown = owner.post("/api/v1/billing/changes/preview", choice).await.expect(200);
    assert_eq!(shown["scenario"], "restart");
    assert!(shown["credits"]["unlocked"].is_array() && shown["credits"]["expired"].is_array());
}

/// Payments that were declined.
async fn declined(owner: &mut Client) -> usize {
    let told = owner.get("/api/v1/billing/activity?kind=declined").await.expect(200);
    told["data"].as_array().unwrap().len()
}

/// The hours that the clock was moved by have passed: what is looked at hourly is looked at.
#[tokio::test]
async fn moving_the_clock_lets_auto_recharge_try_again_at_once() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    owner.post("/api/v1/sandbox/card", json!({"card": GOOD_CARD})).await.expect(200);
    let choice = json!({"plan_id": "starter", "cadence": "monthly"});
    let shown = owner.post("/api/v1/billing/changes/preview", choice).await.expect(200);
    let body = json!({"preview_id": shown["id"]});
    owner.keyed("start").post("/api/v1/billing/changes", body).await.expect(200);
    let declines = json!({"card": "4000000000000341"});
    owner.post("/api/v1/sandbox/card", declines).await.expect(200);
    let wish = json!({"enabled": true, "threshold": "50000", "amount": "10000",
        "monthly_limit": "50000", "confirm_purchase": true});
    owner.put("/api/v1/billing/auto-recharge", wish).await.expect(200);
    owner.post("/api/v1/sandbox/clock", json!({"days": 1})).await.expect(200);
    let once = declined(&mut owner).await;
    assert!(once > 0, "it has tried");
    owner.post("/api/v1/sandbox/clock", json!({"days": 1})).await.expect(200);
    assert_eq!(declined(&mut owner).await, once + 1);
}

#[tokio::test]
async fn a_webhook_of_stripe_is_not_taken_where_the_sandbox_is_in_use() {
    let server = Server::start().await;
    let mut nobody = server.nobody();
    let sent = nobody.post("/hooks/stripe", json!({"id": "evt_1"})).await;
    sent.problem(404, "not_found");
    let large = nobody.post("/hooks/stripe", json!({"id": "x".repeat(256 * 1024)})).await;
    large.problem(413, "payload_too_large");
}
