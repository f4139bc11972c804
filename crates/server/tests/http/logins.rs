//! `/auth/logins`, and how long a login lives.

use serde_json::{Value, json};

use crate::harness::{Client, PASSWORD, Server};

async fn log_in(server: &Server, email: &str, agent: &str) -> Client {
    let mut client = server.nobody().with("user-agent", agent);
    let body = json!({"email": email, "password": PASSWORD});
    client.post("/api/v1/auth/login", body).await.expect(200);
    client
}

async fn list(client: &mut Client) -> Vec<Value> {
    client.get("/api/v1/auth/logins").await.expect(200)["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_person_sees_their_own_logins_and_ends_one() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    server.member(&mut owner, "Ben").await;
    let mut phone = log_in(&server, "mia@example.com", "Phone").await;
    let logins = list(&mut owner).await;
    assert_eq!(logins.len(), 2, "{logins:?}");
    assert_eq!(logins[0]["user_agent"], "Phone", "newest first");
    assert_eq!(logins[0]["current"], false);
    assert_eq!(logins[1]["current"], true);
    let id = logins[0]["id"].as_str().unwrap();
    owner.delete(&format!("/api/v1/auth/logins/{id}")).await.expect(204);
    phone.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
    assert_eq!(list(&mut owner).await.len(), 1);
    let gone = owner.delete(&format!("/api/v1/auth/logins/{id}")).await;
    gone.problem(404, "not_found");
}

#[tokio::test]
async fn nobody_ends_the_login_of_somebody_else() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let id = list(&mut ben).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/auth/logins/{id}");
    owner.delete(&path).await.problem(404, "not_found");
    owner.delete("/api/v1/auth/logins/nonsense").await.problem(404, "not_found");
    ben.get("/api/v1/auth/me").await.expect(200);
}

#[tokio::test]
async fn a_login_ends_when_it_is_not_used_and_lives_on_when_it_is() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut phone = log_in(&server, "mia@example.com", "Phone").await;
    for _ in 0..3 {
        server.clock.advance_seconds(3 * 86_400);
        owner.get("/api/v1/auth/me").await.expect(200);
    }
    assert_eq!(list(&mut owner).await.len(), 1, "the unused one is not shown");
    phone.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_login_ends_at_the_latest_after_thirty_days() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    for _ in 0..29 {
        server.clock.advance_seconds(86_400);
        owner.get("/api/v1/auth/me").await.expect(200);
    }
    server.clock.advance_seconds(86_400);
    owner.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn the_times_are_configuration() {
    let hours = [("AMPERE_LOGIN_IDLE_HOURS", "1"), ("AMPERE_LOGIN_LONGEST_HOURS", "2")];
    let server = Server::with(&hours).await;
    let mut owner = server.owner().await;
    let mut phone = log_in(&server, "mia@example.com", "Phone").await;
    for _ in 0..2 {
        server.clock.advance_seconds(3_500);
        owner.get("/api/v1/auth/me").await.expect(200);
    }
    phone.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
    server.clock.advance_seconds(300);
    owner.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn its_use_is_noted_at_most_once_a_minute() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let seen = list(&mut owner).await[0]["last_seen_at"].clone();
    server.clock.advance_seconds(50);
    assert_eq!(list(&mut owner).await[0]["last_seen_at"], seen);
    server.clock.advance_seconds(20);
    assert_ne!(list(&mut owner).await[0]["last_seen_at"], seen);
}

#[tokio::test]
async fn resetting_a_password_ends_all_logins() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let app = server.app();
    assert!(app.reset_password("mia@example.com", "short").await.is_err());
    owner.get("/api/v1/auth/me").await.expect(200);
    app.reset_password("Mia@example.com", "acht blaue Pferde").await.unwrap();
    owner.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
    ben.get("/api/v1/auth/me").await.expect(200);
    let old = json!({"email": "mia@example.com", "password": PASSWORD});
    let mut mia = server.nobody();
    mia.post("/api/v1/auth/login", old).await.problem(401, "wrong_credentials");
    let new = json!({"email": "mia@example.com", "password": "acht blaue Pferde"});
    mia.post("/api/v1/auth/login", new).await.expect(200);
    assert!(app.reset_password("nobody@example.com", "acht blaue Pferde").await.is_err());
}
