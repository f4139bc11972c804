//! Bounds on what anybody can ask for (security check S29), and the end of the server.

use std::time::Duration;

use ampere_adapters::ai::scripted::{Demands, Gate, Script, ScriptedProvider};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::Server;

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.base.strip_prefix("http://").unwrap()).await.unwrap()
}

/// Everything until the server closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let read = stream.read_to_string(&mut text);
    tokio::time::timeout(Duration::from_secs(30), read).await.expect("it is closed").unwrap();
    text
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let server = Server::tuned(|config| config.limits.head_time = Duration::from_millis(50)).await;
    let mut slow = connect(&server).await;
    slow.write_all(b"GET /api/v1/instance HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    let said = rest(&mut slow).await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
    server.nobody().get("/api/v1/instance").await.expect(200);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let server = Server::tuned(|config| config.limits.body_time = Duration::from_millis(50)).await;
    let mut slow = connect(&server).await;
    let head = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"email\":";
    slow.write_all(head.as_bytes()).await.unwrap();
    let said = rest(&mut slow).await;
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    assert!(said.contains("\"code\":\"timeout\""), "{said}");
}

#[tokio::test]
async fn bodies_of_unknown_length_are_cut_off_at_the_limit() {
    let server = Server::with(&[("AMPERE_MAX_BODY_BYTES", "1000")]).await;
    let mut stream = connect(&server).await;
    let head = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("400\r\n{}\r\n0\r\n\r\n", "x".repeat(0x400));
    stream.write_all(format!("{head}{chunk}").as_bytes()).await.unwrap();
    let said = rest(&mut stream).await;
    assert!(said.starts_with("HTTP/1.1 413"), "{said}");
    assert!(said.contains("\"code\":\"payload_too_large\""), "{said}");
}

#[tokio::test]
async fn huge_heads_are_refused() {
    let server = Server::start().await;
    let mut client = server.nobody().with("x-large", &"x".repeat(17_000));
    client.get("/api/v1/instance").await.problem(431, "request_head_too_large");
    let mut client = server.nobody().with("x-huge", &"x".repeat(300_000));
    assert_eq!(client.get("/api/v1/instance").await.status.as_u16(), 431);
    let mut client = server.nobody();
    for name in 0..100 {
        client = client.with(format!("x-{name}").leak(), "x");
    }
    assert_eq!(client.get("/api/v1/instance").await.status.as_u16(), 431);
}

#[tokio::test]
async fn a_person_has_so_many_streams_and_no_more() {
    let server = Server::with(&[("AMPERE_MAX_STREAMS", "2")]).await;
    let mut owner = server.owner().await;
    let ben = server.member(&mut owner, "Ben").await;
    let first = owner.stream("/api/v1/events").await;
    let _second = owner.stream("/api/v1/events").await;
    let third = owner.get("/api/v1/events").await;
    third.problem(429, "concurrency_limited");
    assert!(!third.header("retry-after").is_empty());
    let _others = ben.stream("/api/v1/events").await;
    drop(first);
    let free = async { while owner.clone().status_of_stream("/api/v1/events").await.0 != 200 {} };
    tokio::time::timeout(Duration::from_secs(30), free).await.expect("the pass came back");
}

#[tokio::test]
async fn more_requests_than_can_be_worked_on_wait_their_turn_and_are_refused_then() {
    let server = Server::tuned(|config| {
        config.limits.requests = 1;
        config.limits.turn_time = Duration::from_millis(50);
    })
    .await;
    let mut owner = server.owner().await;
    let provider = ScriptedProvider::new();
    let gate = Gate::new();
    provider.push(Script::answer(&["ready"], 9, 1).held(&gate));
    let model = provider.serve(Demands::default()).await.unwrap();
    let body = json!({"base_url": model.base_url(), "model": "moon-1"});
    let mut busy = owner.clone();
    let running =
        tokio::spawn(async move { busy.post("/operator/v1/model-provider/test", body).await });
    gate.reached().await;
    let refused = owner.get("/api/v1/auth/me").await;
    assert_eq!(refused.problem(429, "concurrency_limited")["retryable"], true);
    gate.open();
    running.await.unwrap().expect(200);
    owner.get("/api/v1/auth/me").await.expect(200);
}

#[tokio::test]
async fn more_connections_than_there_is_room_for_wait_until_one_ends() {
    let server = Server::with(&[("AMPERE_MAX_CONNECTIONS", "1")]).await;
    let mut first = connect(&server).await;
    first.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut byte = [0u8; 1];
    first.read_exact(&mut byte).await.unwrap();
    let mut visitor = server.nobody();
    let mut second = tokio::spawn(async move { visitor.get("/healthz").await });
    let too_soon = tokio::time::timeout(Duration::from_millis(100), &mut second).await;
    assert!(too_soon.is_err(), "there was no room");
    drop(first);
    assert_eq!(second.await.unwrap().text, "ok");
}

#[tokio::test]
async fn at_the_end_open_streams_are_told_and_requests_are_finished() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let mut stream = owner.stream("/api/v1/events").await;
    stream.next().await.expect("the balance comes at once");
    server.end().await;
    while stream.next().await.is_some() {}
    assert!(reqwest::get(format!("{}/healthz", owner.base())).await.is_err(), "it has ended");
}

#[tokio::test]
async fn every_answer_names_its_request() {
    let server = Server::start().await;
    let answer = server.nobody().get("/api/v1/instance").await;
    assert!(answer.header("x-request-id").starts_with("req_"));
    assert_eq!(answer.header("cache-control"), "no-store");
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let mut named = server.nobody().with("x-request-id", "my.id:1").with("traceparent", trace);
    let answer = named.get("/api/v1/credits").await;
    assert_eq!(answer.problem(401, "unauthenticated")["request_id"], "my.id:1");
    assert_eq!(answer.header("traceparent"), trace);
    let long = "x".repeat(129);
    for odd in ["", "has space", "<script>", long.as_str()] {
        let answer = server.nobody().with("x-request-id", odd).get("/api/v1/instance").await;
        assert!(answer.header("x-request-id").starts_with("req_"), "{odd}");
    }
}
