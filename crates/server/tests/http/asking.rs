//! `/billing/ask` and `/billing/admins`: who has billing access, and asking them.

use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::mail::{by_mail, posted};

async fn id_of(client: &mut Client) -> String {
    let me = client.get("/api/v1/auth/me").await.expect(200);
    me["user"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn who_asks_is_heard_once_a_day_by_everybody_with_billing_access() {
    let (office, server) = by_mail().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let mut bo = server.member(&mut owner, "Bo").await;
    server.mark_billing(&mut owner, &mut bo).await;
    let first = ben.post("/api/v1/billing/ask", json!({})).await.expect(200);
    assert_eq!(first["names"], json!(["Mia Berg", "Bo"]));
    assert_eq!((&first["asked"], &first["mailed"]), (&json!(true), &json!(true)));
    let mut letters = [office.letter("asks you", 0).await, office.letter("asks you", 1).await];
    letters.sort_by(|one, other| one.to.cmp(&other.to));
    assert_eq!(
        letters.each_ref().map(|letter| letter.to.as_str()),
        ["bo@example.com", "mia@example.com"]
    );
    for letter in &letters {
        assert!(posted(letter).contains("Ben needs more credits to work in Berg & Sons."));
        assert!(posted(letter).contains("/billing?buy=1"));
    }
    server.clock.advance_seconds(86_000);
    let again = ben.post("/api/v1/billing/ask", json!({})).await.expect(200);
    assert_eq!((&again["asked_at"], &again["again_at"]), (&first["asked_at"], &first["again_at"]));
    let mut ida = server.member(&mut owner, "Ida").await;
    ida.post("/api/v1/billing/ask", json!({})).await.expect(200);
    office.letter("asks you", 3).await;
    assert_eq!(office.taken("asks you").len(), 4, "the second ask within a day told nobody");
    server.clock.advance_seconds(401);
    let next = ben.post("/api/v1/billing/ask", json!({})).await.expect(200);
    assert_ne!(next["asked_at"], first["asked_at"]);
    office.letter("asks you", 5).await;
}

#[tokio::test]
async fn who_can_add_credits_asks_nobody_and_without_mail_the_names_are_there() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut vic = server.member_as(&mut owner, "Vic", "viewer").await;
    owner.post("/api/v1/billing/ask", json!({})).await.problem(409, "state_conflict");
    let asked = vic.post("/api/v1/billing/ask", json!({})).await.expect(200);
    assert_eq!((&asked["mailed"], &asked["names"]), (&json!(false), &json!(["Mia Berg"])));
}

#[tokio::test]
async fn an_owner_gives_and_takes_the_billing_mark_and_it_holds_at_once() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let path = format!("/api/v1/billing/admins/{}", id_of(&mut ben).await);
    let refused = ben.get("/api/v1/billing/packs").await.problem(403, "billing_access_required");
    assert_eq!(refused["resolutions"][0]["people"], json!(["Mia Berg"]));
    let list = owner.put(&path, Value::Null).await.expect(200);
    assert_eq!(list["data"][1]["name"], "Ben");
    ben.get("/api/v1/billing/packs").await.expect(200);
    let me = ben.get("/api/v1/auth/me").await.expect(200);
    assert_eq!((&me["role"], &me["billing_admin"]), (&json!("member"), &json!(true)));
    assert_eq!(me["rights"], json!(["start_work", "billing"]));
    ben.put(&path, Value::Null).await.problem(403, "forbidden_role");
    owner.delete(&path).await.expect(204);
    ben.get("/api/v1/billing/packs").await.problem(403, "billing_access_required");
    let own = format!("/api/v1/billing/admins/{}", id_of(&mut owner).await);
    owner.delete(&own).await.problem(409, "state_conflict");
}
