//! `Idempotency-Key`: a repeated request gets the same answer and is done once.

use std::time::Duration;

use ampere_adapters::ai::scripted::{Demands, Gate, Script, ScriptedProvider};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::harness::{Client, Server};

const INVITE: &str = "/api/v1/invitations";

async fn invited(owner: &mut Client) -> usize {
    owner.get(INVITE).await.expect(200)["data"].as_array().unwrap().len()
}

#[tokio::test]
async fn the_same_request_again_gets_the_same_reply_and_is_done_once() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut keyed = owner.keyed("invite-ben");
    let first = keyed.post(INVITE, json!({"role": "member"})).await;
    let made = first.expect(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    for _ in 0..3 {
        let again = keyed.post(INVITE, json!({"role": "member"})).await;
        assert_eq!(again.expect(201), made);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.header("content-type"), "application/json");
    }
    assert_eq!(invited(&mut owner).await, 1);
    owner.post(INVITE, json!({"role": "member"})).await.expect(201);
    assert_eq!(invited(&mut owner).await, 2, "without a key it is another request");
}

#[tokio::test]
async fn another_body_under_the_same_key_is_refused() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut keyed = owner.keyed("invite-ben");
    keyed.post(INVITE, json!({"role": "member"})).await.expect(201);
    let other = keyed.post(INVITE, json!({"role": "owner"})).await;
    assert_eq!(other.problem(422, "idempotency_mismatch")["retryable"], false);
    assert_eq!(invited(&mut owner).await, 1);
}

#[tokio::test]
async fn only_what_was_done_is_remembered() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let mut keyed = owner.keyed("invite-ben");
    keyed.post(INVITE, json!({"role": "owner"})).await.problem(422, "validation_failed");
    let now = keyed.post(INVITE, json!({"role": "member"})).await;
    now.expect(201);
    assert_eq!(now.header("idempotency-replayed"), "");
}

#[tokio::test]
async fn a_key_belongs_to_one_person_and_one_path() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut zoe = server.stranger(&mut owner).await;
    let mine = owner.keyed("k").post(INVITE, json!({"role": "member"})).await.expect(201);
    let hers = zoe.keyed("k").post(INVITE, json!({"role": "member"})).await.expect(201);
    assert_ne!(mine["id"], hers["id"]);
    let session = owner.keyed("k").post("/api/v1/sessions", json!({})).await;
    session.expect(201);
    assert_eq!(invited(&mut zoe).await, 1);
}

#[tokio::test]
async fn keys_that_are_none_are_refused_and_paid_work_needs_one() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    for key in ["", "k".repeat(256).as_str()] {
        let answer = owner.keyed(key).post(INVITE, json!({"role": "member"})).await;
        answer.problem(400, "invalid_request");
    }
    owner.keyed(&"k".repeat(255)).post(INVITE, json!({"role": "member"})).await.expect(201);
    let session = owner.post("/api/v1/sessions", json!({})).await.expect(201);
    let path = format!("/api/v1/sessions/{}/messages", session["id"].as_str().unwrap());
    let buy = ("/api/v1/billing/checkouts", json!({"pack_id": "pack_5000"}));
    for (path, body) in [(path.as_str(), json!({"text": "Hello?"})), (buy.0, buy.1)] {
        owner.post(path, body).await.problem(400, "idempotency_key_required");
    }
}

/// A request that stays open until the test lets it go on: trying a provider that waits.
struct Held {
    gate: Gate,
    body: Value,
    _provider: ampere_adapters::ai::scripted::ScriptedServer,
}

const TEST: &str = "/operator/v1/model-provider/test";

async fn held() -> Held {
    let provider = ScriptedProvider::new();
    let gate = Gate::new();
    provider.push(Script::answer(&["ready"], 9, 1).held(&gate));
    let server = provider.serve(Demands::default()).await.unwrap();
    let body = json!({"base_url": server.base_url(), "model": "moon-1"});
    Held { gate, body, _provider: server }
}

#[tokio::test]
async fn while_it_runs_the_same_key_is_told_to_wait() {
    let server = Server::start().await;
    let owner = server.owner().await.keyed("try");
    let held = held().await;
    let (mut first, body) = (owner.clone(), held.body.clone());
    let running = tokio::spawn(async move { first.post(TEST, body).await });
    held.gate.reached().await;
    let answer = owner.clone().post(TEST, held.body.clone()).await;
    assert_eq!(answer.problem(409, "idempotency_in_progress")["retryable"], true);
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(answer.header("x-should-retry"), "", "an SDK tries again by itself, rightly");
    held.gate.open();
    let done = running.await.unwrap().expect(200);
    assert_eq!(done["ok"], true, "{done}");
    let again = owner.clone().post(TEST, held.body).await;
    assert_eq!(again.expect(200), done);
    assert_eq!(again.header("idempotency-replayed"), "true");
}

#[tokio::test]
async fn what_began_is_done_and_remembered_though_the_client_has_gone() {
    let server = Server::start().await;
    let owner = server.owner().await.keyed("try");
    let held = held().await;
    let (mut first, body) = (owner.clone(), held.body.clone());
    let running = tokio::spawn(async move { first.post(TEST, body).await });
    held.gate.reached().await;
    running.abort();
    assert!(running.await.is_err_and(|error| error.is_cancelled()));
    held.gate.open();
    let remembered = async {
        loop {
            let answer = owner.clone().post(TEST, held.body.clone()).await;
            if answer.status.as_u16() != 409 {
                return answer;
            }
        }
    };
    let answer = tokio::time::timeout(Duration::from_secs(30), remembered).await.unwrap();
    assert_eq!(answer.expect(200)["ok"], true);
    assert_eq!(answer.header("idempotency-replayed"), "true", "it was not tried twice");
}

#[tokio::test]
async fn replies_are_forgotten_after_two_days() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut keyed = owner.keyed("invite-ben");
    keyed.post(INVITE, json!({"role": "member"})).await.expect(201);
    server.clock.advance_seconds(47 * 3_600);
    server.app().forget_replies().await.unwrap();
    keyed.post(INVITE, json!({"role": "member"})).await.expect(201);
    assert_eq!(invited(&mut owner).await, 1);
    server.clock.advance_seconds(2 * 3_600);
    server.app().forget_replies().await.unwrap();
    keyed.post(INVITE, json!({"role": "member"})).await.expect(201);
    assert_eq!(invited(&mut owner).await, 2);
}

#[tokio::test]
async fn a_restart_remembers_replies() {
    let mut server = Server::start().await;
    let owner = server.owner().await;
    let made = owner.keyed("k").post(INVITE, json!({"role": "member"})).await.expect(201);
    server.restart().await;
    let mut again = server.nobody().keyed("k");
    again.cookie = owner.cookie.clone();
    assert_eq!(again.post(INVITE, json!({"role": "member"})).await.expect(201), made);
}

#[tokio::test]
async fn clients_that_hang_up_at_once_leave_no_key_taken() {
    let server = Server::under(|catalog| catalog.limits.people = 100).await;
    let mut owner = server.owner().await;
    let address = server.base.strip_prefix("http://").unwrap();
    let cookie = owner.cookie.clone().unwrap();
    let body = "{\"role\":\"member\"}";
    for number in 0..40 {
        let request = format!(
            "POST {INVITE} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nIdempotency-Key: {number}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
    }
    for number in 0..40 {
        let mut again = owner.keyed(&number.to_string());
        let answered = async {
            loop {
                let method = "POST".parse().unwrap();
                let answer = again.send(method, INVITE, Some(body.to_owned())).await;
                if answer.status.as_u16() != 409 {
                    return answer;
                }
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(30), answered).await;
        waited.expect("the key is not taken for ever").expect(201);
    }
    assert_eq!(invited(&mut owner).await, 40, "each was done once");
}

#[tokio::test]
async fn a_login_is_never_replayed_without_its_cookie() {
    let server = Server::start().await;
    let owner = server.owner().await.keyed("again");
    let body = json!({"email": "mia@example.com", "password": crate::harness::PASSWORD});
    for _ in 0..2 {
        let answer = owner.clone().post("/api/v1/auth/login", body.clone()).await;
        answer.expect(200);
        assert!(answer.header("set-cookie").starts_with("ampere_login="), "{answer:?}");
    }
}
