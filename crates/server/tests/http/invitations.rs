//! `/invitations`: a link for one person, good for seven days, shown once.

use serde_json::{Value, json};

use crate::harness::{Client, PASSWORD, Server};

async fn invite(owner: &mut Client) -> (String, String) {
    let made = owner.post("/api/v1/invitations", json!({"role": "member"})).await.expect(201);
    let token = made["url"].as_str().unwrap().split("/join#").nth(1).unwrap().to_owned();
    (made["id"].as_str().unwrap().to_owned(), token)
}

async fn look(server: &Server, token: &str) -> crate::harness::Answer {
    let body = json!({"token": token});
    server.nobody().post("/api/v1/auth/invitations/look-up", body).await
}

fn joining(name: &str, token: &str) -> Value {
    json!({
        "name": name, "email": format!("{}@example.com", name.to_lowercase()),
        "password": PASSWORD, "invitation": token,
    })
}

async fn states(owner: &mut Client) -> Vec<String> {
    let list = owner.get("/api/v1/invitations").await.expect(200);
    let rows = list["data"].as_array().unwrap();
    rows.iter().map(|row| row["state"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_link_says_where_it_leads_and_lets_one_person_in() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let (_, token) = invite(&mut owner).await;
    assert_eq!(token.len(), 64, "256 bits");
    let preview = look(&server, &token).await.expect(200);
    assert_eq!(preview["organization_name"], "Berg & Sons");
    assert_eq!(preview["role"], "member");
    assert_eq!(preview["invited_by"], "Mia Berg");
    assert!(preview["expires_at"].as_str().unwrap().starts_with("2026-11-29T09:00:00"));
    assert_eq!(states(&mut owner).await, ["pending"]);
    let mut ben = server.nobody();
    ben.post("/api/v1/auth/sign-up", joining("Ben", &token)).await.expect(201);
    assert_eq!(states(&mut owner).await, ["accepted"]);
    look(&server, &token).await.problem(410, "gone");
    let again = server.nobody().post("/api/v1/auth/sign-up", joining("Ida", &token)).await;
    again.problem(410, "gone");
    let list = owner.get("/api/v1/invitations").await.expect(200).to_string();
    assert!(!list.contains(&token), "the link is shown once");
}

#[tokio::test]
async fn one_link_used_by_two_people_at_once_lets_one_in() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let (_, token) = invite(&mut owner).await;
    let (mut ben, mut ida) = (server.nobody(), server.nobody());
    let (a, b) = tokio::join!(
        ben.post("/api/v1/auth/sign-up", joining("Ben", &token)),
        ida.post("/api/v1/auth/sign-up", joining("Ida", &token)),
    );
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 410]);
    let members = owner.get("/api/v1/members").await.expect(200);
    assert_eq!(members["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn revoked_and_expired_links_let_nobody_in() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let (id, revoked) = invite(&mut owner).await;
    let (_, late) = invite(&mut owner).await;
    owner.delete(&format!("/api/v1/invitations/{id}")).await.expect(204);
    owner.delete(&format!("/api/v1/invitations/{id}")).await.problem(404, "not_found");
    server.clock.advance_seconds(6 * 86_400);
    owner.get("/api/v1/auth/me").await.expect(200);
    look(&server, &late).await.expect(200);
    server.clock.advance_seconds(86_400 + 1);
    assert_eq!(states(&mut owner).await, ["expired", "revoked"]);
    for (name, token) in [("Ben", &revoked), ("Ida", &late)] {
        look(&server, token).await.problem(410, "gone");
        let answer = server.nobody().post("/api/v1/auth/sign-up", joining(name, token)).await;
        answer.problem(410, "gone");
    }
}

#[tokio::test]
async fn an_unknown_link_is_not_found() {
    let server = Server::start().await;
    server.owner().await;
    let unknown = "f".repeat(64);
    look(&server, &unknown).await.problem(404, "not_found");
    let answer = server.nobody().post("/api/v1/auth/sign-up", joining("Ben", &unknown)).await;
    answer.problem(404, "not_found");
}

#[tokio::test]
async fn guessing_links_is_throttled() {
    let server = Server::start().await;
    for guess in 0..60 {
        look(&server, &format!("{guess:064}")).await.problem(404, "not_found");
    }
    look(&server, "one more").await.problem(429, "rate_limited");
}

#[tokio::test]
async fn nobody_is_invited_as_an_owner() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let answer = owner.post("/api/v1/invitations", json!({"role": "owner"})).await;
    assert_eq!(answer.wrong_fields(), [("/role".to_owned(), "invalid_value".to_owned())]);
    let answer = owner.post("/api/v1/invitations", json!({"role": "king"})).await;
    assert_eq!(answer.wrong_fields(), [("/role".to_owned(), "unknown_value".to_owned())]);
    assert!(states(&mut owner).await.is_empty());
}

#[tokio::test]
async fn an_address_that_has_an_account_does_not_use_up_the_link() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let (_, token) = invite(&mut owner).await;
    let mut taken = joining("Mia", &token);
    taken["email"] = "MIA@example.com".into();
    let answer = server.nobody().post("/api/v1/auth/sign-up", taken).await;
    assert_eq!(answer.wrong_fields(), [("/email".to_owned(), "taken".to_owned())]);
    server.nobody().post("/api/v1/auth/sign-up", joining("Ben", &token)).await.expect(201);
}
