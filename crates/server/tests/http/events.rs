//! Event streams: following a run from any place, and the organization's news.

use ampere_adapters::ai::Finish;
use ampere_adapters::ai::scripted::{Gate, Script, Step};
use serde_json::{Value, json};

use crate::harness::{Events, Server};
use crate::messages::{finished, send};
use crate::sessions::new_session;

fn path(run: &Value) -> String {
    format!("/api/v1/runs/{}/events", run["id"].as_str().unwrap())
}

/// An answer of three pieces, the last two behind gates.
fn gated(first: &Gate, second: &Gate) -> Script {
    let text = |text: &str| Step::Text(text.to_owned());
    Script::steps(vec![
        text("Grüß "),
        Step::Wait(first.clone()),
        text("dich, "),
        Step::Wait(second.clone()),
        text("Mia."),
        Step::Finish(Finish::Stop),
        Step::Usage { input: 20, output: 6 },
        Step::Done,
    ])
}

async fn text_of(events: Events) -> String {
    let all = events.rest().await;
    assert_eq!(all.last().unwrap().name, "finished");
    let deltas = all.iter().filter(|event| event.name == "delta");
    deltas.map(|event| event.data["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_run_is_followed_from_its_start_from_the_middle_and_after_its_end() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let session = new_session(&mut owner).await;
    let (first, second) = (Gate::new(), Gate::new());
    server.provider.push(gated(&first, &second));
    let sent = send(&mut owner, &session, "one", "hi").await;
    let path = path(&sent["run"]);
    let mut early = owner.stream(&path).await;
    let delta = early.named("delta").await;
    assert_eq!((delta.data["text"].as_str(), delta.id.as_str()), (Some("Grüß "), "7"));
    first.open();
    let delta = early.named("delta").await;
    let place = delta.id.clone();
    // A reload: what is there already comes first; a resume: only what is new.
    let whole = owner.stream(&path).await;
    let resumed = owner.with("last-event-id", &place).stream(&path).await;
    second.open();
    assert_eq!(text_of(whole).await, "Grüß dich, Mia.");
    assert_eq!(text_of(resumed).await, "Mia.");
    assert_eq!(text_of(owner.stream(&format!("{path}?last_event_id={place}")).await).await, "Mia.");
    assert_eq!(text_of(owner.stream(&path).await).await, "Grüß dich, Mia.");
    let end = early.named("finished").await;
    assert_eq!(end.data["run"]["credits"], "0.022");
    assert_eq!(end.data["position"], 3);
}

#[tokio::test]
async fn the_place_holds_across_a_restart_of_the_server() {
    let mut server = Server::start().await;
    let mut owner = server.owner().await;
    let session = new_session(&mut owner).await;
    server.provider.push(Script::answer(&["one ", "two ", "three"], 10, 10));
    let sent = send(&mut owner, &session, "one", "count").await;
    finished(&owner, &sent["run"]).await;
    let cookie = owner.cookie.clone();
    server.restart().await;
    let mut owner = server.nobody();
    owner.cookie = cookie;
    let resumed = owner.with("last-event-id", "4").stream(&path(&sent["run"])).await;
    assert_eq!(text_of(resumed).await, "two three");
}

#[tokio::test]
async fn a_client_gone_at_any_event_changes_nothing() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    for events in 0..6_usize {
        let session = new_session(&mut owner).await;
        let (first, second) = (Gate::new(), Gate::new());
        server.provider.push(gated(&first, &second));
        let sent = send(&mut owner, &session, &format!("gone-{events}"), "hi").await;
        let mut stream = owner.stream(&path(&sent["run"])).await;
        for number in 0..events {
            if number == 2 {
                first.open();
            }
            if number == 3 {
                second.open();
            }
            stream.next().await;
        }
        drop(stream);
        first.open();
        second.open();
        let end = finished(&owner, &sent["run"]).await;
        assert_eq!(end["run"]["credits"], "0.022", "gone after {events} events");
    }
    let credits = owner.get("/api/v1/credits").await.expect(200);
    assert_eq!((&credits["available"], &credits["held"]), (&json!("999.868"), &json!("0")));
}

#[tokio::test]
async fn a_run_is_followed_by_its_starter_alone() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let session = new_session(&mut owner).await;
    let sent = send(&mut owner, &session, "one", "hi").await;
    ben.get(&path(&sent["run"])).await.problem(404, "not_found");
    let wrong = owner.with("last-event-id", "x").get(&path(&sent["run"])).await;
    assert_eq!(wrong.wrong_fields()[0].0, "?last_event_id");
    finished(&owner, &sent["run"]).await;
}

#[tokio::test]
async fn everybody_sees_the_balance_move_and_positions_only_grow() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let ben = server.member(&mut owner, "Ben").await;
    let mut news = ben.stream("/api/v1/events").await;
    let now = news.named("balance").await;
    assert_eq!((&now.data["available"], now.id.as_str()), (&json!("1000"), "1"));
    let session = new_session(&mut owner).await;
    server.provider.push(Script::answer(&["x"], 1_000, 250));
    let sent = send(&mut owner, &session, "one", "Something private").await;
    finished(&owner, &sent["run"]).await;
    let mut last = 1;
    loop {
        let event = news.next().await.unwrap();
        if event.name == "run" {
            assert_eq!(event.data["title"], "Private session");
            assert_eq!(event.data["session_id"], Value::Null);
        }
        assert_ne!(event.name, "session", "another person's conversation");
        if event.name != "balance" {
            continue;
        }
        let position = event.data["position"].as_u64().unwrap();
        assert!(position > last, "{position} after {last}");
        last = position;
        if event.data["available"] == "999" {
            break;
        }
    }
}

#[tokio::test]
async fn streams_are_bounded_per_person_and_end_with_the_server() {
    let server = Server::with(&[("AMPERE_MAX_STREAMS", "2")]).await;
    let mut owner = server.owner().await;
    let one = owner.stream("/api/v1/events").await;
    let two = owner.stream("/api/v1/events").await;
    let refused = owner.get("/api/v1/events").await;
    refused.problem(429, "concurrency_limited");
    server.end().await;
    assert!(one.rest().await.iter().all(|event| event.name == "balance"));
    assert!(two.rest().await.iter().all(|event| event.name == "balance"));
}
