//! `/sessions`: conversations of one person.

use serde_json::{Value, json};

use crate::harness::{Client, Server};

pub async fn new_session(client: &mut Client) -> String {
    let made = client.post("/api/v1/sessions", json!({})).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

async fn titles(client: &mut Client) -> Vec<Value> {
    let list = client.get("/api/v1/sessions").await.expect(200);
    list["data"].as_array().unwrap().iter().map(|row| row["title"].clone()).collect()
}

#[tokio::test]
async fn made_listed_renamed_and_deleted_without_a_credit() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let made = owner.post("/api/v1/sessions", json!({"title": "Plans"})).await.expect(201);
    assert_eq!((&made["credits"], &made["message_count"]), (&json!("0"), &json!(0)));
    let path = format!("/api/v1/sessions/{}", made["id"].as_str().unwrap());
    new_session(&mut owner).await;
    assert_eq!(titles(&mut owner).await, ["New session", "Plans"]);
    let renamed = owner.patch(&path, json!({"title": " Better plans "})).await.expect(200);
    assert_eq!(renamed["title"], "Better plans");
    assert_eq!(titles(&mut owner).await, ["Better plans", "New session"], "latest activity first");
    owner.delete(&path).await.expect(204);
    owner.get(&path).await.problem(404, "not_found");
    owner.delete(&path).await.problem(404, "not_found");
    assert_eq!(titles(&mut owner).await, ["New session"]);
    let credits = owner.get("/api/v1/credits").await.expect(200);
    assert_eq!((&credits["position"], &credits["available"]), (&json!(1), &json!("1000")));
}

#[tokio::test]
async fn a_session_is_its_owners_alone() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let mut zoe = server.stranger(&mut owner).await;
    let id = new_session(&mut owner).await;
    for other in [&mut ben, &mut zoe] {
        let path = format!("/api/v1/sessions/{id}");
        other.get(&path).await.problem(404, "not_found");
        other.get(&format!("{path}/messages")).await.problem(404, "not_found");
        other.patch(&path, json!({"title": "mine"})).await.problem(404, "not_found");
        other.delete(&path).await.problem(404, "not_found");
        let send = format!("{path}/messages");
        other.keyed("k").post(&send, json!({"text": "hi"})).await.problem(404, "not_found");
        assert!(titles(other).await.is_empty());
    }
    assert_eq!(titles(&mut owner).await, ["New session"]);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    for number in 1..=5 {
        let title = format!("Session {number}");
        owner.post("/api/v1/sessions", json!({"title": title})).await.expect(201);
    }
    let mut seen = Vec::new();
    let mut path = "/api/v1/sessions?limit=2".to_owned();
    loop {
        let page = owner.get(&path).await.expect(200);
        seen.extend(page["data"].as_array().unwrap().iter().map(|row| row["title"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/sessions?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, ["Session 5", "Session 4", "Session 3", "Session 2", "Session 1"]);
    let wrong = owner.get("/api/v1/sessions?limit=0").await;
    assert_eq!(wrong.wrong_fields()[0].0, "?limit");
}

#[tokio::test]
async fn titles_are_checked() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let path = format!("/api/v1/sessions/{}", new_session(&mut owner).await);
    for (title, code) in [("  ".to_owned(), "required"), ("x".repeat(121), "too_long")] {
        let answer = owner.patch(&path, json!({"title": title})).await;
        assert_eq!(answer.wrong_fields(), [("/title".to_owned(), code.to_owned())]);
    }
    let extra = owner.post("/api/v1/sessions", json!({"owner": "usr_1"})).await;
    assert_eq!(extra.wrong_fields()[0].1, "unknown_field");
}
