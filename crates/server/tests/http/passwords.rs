//! `/auth/password`: a forgotten password, and a new one by a link.

use serde_json::{Value, json};

use crate::harness::{Answer, PASSWORD, Server};
use crate::mail::{by_mail, posted, token_in};

const FORGOT: &str = "/api/v1/auth/password/forgot";

async fn forgot(server: &Server, email: &str) -> Answer {
    server.nobody().post(FORGOT, json!({"email": email})).await
}

async fn reset(server: &Server, token: &str, password: &str) -> Answer {
    let body = json!({"token": token, "password": password});
    server.nobody().post("/api/v1/auth/password/reset", body).await
}

async fn log_in(server: &Server, password: &str) -> Answer {
    let body = json!({"email": "mia@example.com", "password": password});
    server.nobody().post("/api/v1/auth/login", body).await
}

#[tokio::test]
async fn a_link_by_mail_sets_a_new_password_once_and_ends_all_logins() {
    let (office, server) = by_mail().await;
    let mut owner = server.owner().await;
    forgot(&server, "Mia@Example.com").await.expect(202);
    let letter = office.letter("password", 0).await;
    assert_eq!(letter.to, "mia@example.com");
    assert!(posted(&letter).contains("Then open this link within one hour:"));
    let token = token_in(&letter, "reset");
    assert_eq!(token.len(), 64, "256 bits");
    let weak = reset(&server, &token, "password1").await;
    assert_eq!(weak.wrong_fields(), [("/password".to_owned(), "too_common".to_owned())]);
    owner.get("/api/v1/auth/me").await.expect(200);
    reset(&server, &token, "drei blaue Elche").await.expect(204);
    owner.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
    log_in(&server, PASSWORD).await.problem(401, "wrong_credentials");
    log_in(&server, "drei blaue Elche").await.expect(200);
    reset(&server, &token, "vier blaue Elche").await.problem(410, "gone");
    let told = office.letter("password", 1).await;
    assert!(posted(&told).contains("your password was changed just now"));
}

#[tokio::test]
async fn a_link_works_for_an_hour() {
    let (office, server) = by_mail().await;
    server.owner().await;
    forgot(&server, "mia@example.com").await.expect(202);
    let token = token_in(&office.letter("password", 0).await, "reset");
    server.clock.advance_seconds(3_600);
    reset(&server, &token, "drei blaue Elche").await.problem(410, "gone");
    reset(&server, "nonsense", "drei blaue Elche").await.problem(410, "gone");
    log_in(&server, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn unknown_addresses_get_the_same_answer_and_no_mail() {
    let (office, server) = by_mail().await;
    server.owner().await;
    let plain = |answer: Answer| {
        let mut body: Value = answer.expect(202);
        body["request_id"] = Value::Null;
        body
    };
    let unknown = plain(forgot(&server, "nobody@example.com").await);
    let known = plain(forgot(&server, "mia@example.com").await);
    assert_eq!(unknown, known);
    assert_eq!(known["mailed"], true);
    assert_eq!(office.letter("password", 0).await.to, "mia@example.com");
    assert_eq!(office.taken("password").len(), 1);
    for email in ["mia@example.com", "nobody@example.com"] {
        for _ in 0..2 {
            forgot(&server, email).await.expect(202);
        }
        forgot(&server, email).await.problem(429, "rate_limited");
    }
    let wrong = forgot(&server, "nobody").await.wrong_fields();
    assert_eq!(wrong, [("/email".to_owned(), "invalid_value".to_owned())]);
}

#[tokio::test]
async fn without_a_mail_server_it_says_whom_to_ask() {
    let server = Server::start().await;
    server.owner().await;
    let said = forgot(&server, "mia@example.com").await.expect(202);
    assert_eq!(said["mailed"], false);
    assert!(said["text"].as_str().unwrap().contains("Ask the person who runs it"), "{said}");
}
