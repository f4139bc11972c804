//! `/sandbox`: the payment page of the built-in sandbox.

use serde_json::json;

use crate::harness::Server;
use crate::spending::{GOOD_CARD, balance, open_checkout, pay};

#[tokio::test]
async fn every_card_does_what_its_outcome_says() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let cards = owner.get("/api/v1/sandbox/cards").await.expect(200);
    let cards = cards["data"].as_array().unwrap();
    assert_eq!(cards.len(), 4);
    for (number, card) in cards.iter().enumerate() {
        let key = number.to_string();
        let id = open_checkout(&owner, &key).await;
        let answer = pay(&owner, &id, &key, card["number"].as_str().unwrap()).await;
        if card["outcome"] == "paid" {
            assert_eq!(answer.expect(200)["state"], "granted");
            continue;
        }
        answer.problem(402, "payment_declined");
        let path = format!("/api/v1/billing/checkouts/{id}");
        let kept = owner.get(&path).await.expect(200);
        assert_eq!((&kept["state"], &kept["reason"]), (&json!("declined"), &card["outcome"]));
    }
    assert_eq!(balance(&mut owner).await["purchased"], "5000", "one of four cards pays");
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
