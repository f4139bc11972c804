//! `/sessions/{id}/messages`: asking the agent, the one thing here that spends.

use ampere_adapters::ai::scripted::{Gate, Script, Step};
use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::sessions::new_session;

/// Sends a message under a key; answers the result.
pub async fn send(client: &mut Client, session: &str, key: &str, text: &str) -> Value {
    let path = format!("/api/v1/sessions/{session}/messages");
    client.keyed(key).post(&path, json!({"text": text})).await.expect(202)
}

/// Waits for the end of a run; answers its `finished` event.
pub async fn finished(client: &Client, run: &Value) -> Value {
    let path = format!("/api/v1/runs/{}/events", run["id"].as_str().unwrap());
    client.stream(&path).await.named("finished").await.data
}

#[tokio::test]
async fn a_message_is_answered_charged_and_listed() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let session = new_session(&mut owner).await;
    server.provider.push(Script::answer(&["Good ", "day."], 1_000, 250));
    let sent = send(&mut owner, &session, "key-1", "Greet me").await;
    assert_eq!(sent["user_message"]["text"], "Greet me");
    assert_eq!(sent["answer"]["run_id"], sent["run"]["id"]);
    let end = finished(&owner, &sent["run"]).await;
    assert_eq!((&end["run"]["state"], &end["run"]["credits"]), (&json!("succeeded"), &json!("1")));
    let list = owner.get(&format!("/api/v1/sessions/{session}/messages")).await.expect(200);
    let said: Vec<_> = list["data"].as_array().unwrap().iter().map(|m| &m["text"]).collect();
    assert_eq!(said, ["Greet me", "Good day."]);
    assert_eq!(list["data"][1]["run"]["credits"], "1");
    let row = owner.get(&format!("/api/v1/sessions/{session}")).await.expect(200);
    assert_eq!(row["title"], "Greet me");
    assert_eq!((&row["credits"], &row["running_run_id"]), (&json!("1"), &Value::Null));
    let credits = owner.get("/api/v1/credits").await.expect(200);
    assert_eq!((&credits["available"], &credits["held"]), (&json!("999"), &json!("0")));
    assert_eq!(credits["position"], end["position"]);
}

#[tokio::test]
async fn a_key_is_required_and_replays_the_same_answer() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let session = new_session(&mut owner).await;
    let path = format!("/api/v1/sessions/{session}/messages");
    owner.post(&path, json!({"text": "hi"})).await.problem(400, "idempotency_key_required");
    let body = json!({"text": "hi"});
    let first = owner.keyed("same").post(&path, body.clone()).await;
    let run = first.expect(202)["run"].clone();
    finished(&owner, &run).await;
    let again = owner.keyed("same").post(&path, body).await;
    assert_eq!(again.expect(202), first.expect(202), "the identical body");
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = owner.keyed("same").post(&path, json!({"text": "other"})).await;
    other.problem(422, "idempotency_mismatch");
    assert_eq!(server.provider.calls().len(), 1);
}

#[tokio::test]
async fn one_answer_at_a_time_in_a_session() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let session = new_session(&mut owner).await;
    let gate = Gate::new();
    server.provider.push(Script::answer(&["first"], 10, 10).held(&gate));
    let sent = send(&mut owner, &session, "one", "hi").await;
    let path = format!("/api/v1/sessions/{session}/messages");
    let busy = owner.keyed("two").post(&path, json!({"text": "and?"})).await;
    busy.problem(409, "state_conflict");
    owner.delete(&format!("/api/v1/sessions/{session}")).await.problem(409, "state_conflict");
    gate.open();
    finished(&owner, &sent["run"]).await;
    let next = send(&mut owner, &session, "three", "and?").await;
    finished(&owner, &next["run"]).await;
}

#[tokio::test]
async fn an_answer_is_tried_again_as_a_new_run() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let session = new_session(&mut owner).await;
    server.provider.push(Script::steps(vec![Step::Cut]));
    let sent = send(&mut owner, &session, "one", "What is up?").await;
    let end = finished(&owner, &sent["run"]).await;
    assert_eq!((&end["run"]["state"], &end["run"]["credits"]), (&json!("failed"), &json!("0")));
    let path = format!("/api/v1/sessions/{session}/messages");
    let retry = json!({"retry_of": sent["answer"]["id"]});
    let again = owner.keyed("two").post(&path, retry).await.expect(202);
    assert_eq!(again["user_message"]["id"], sent["user_message"]["id"], "asked once");
    let end = finished(&owner, &again["run"]).await;
    assert_eq!(end["run"]["state"], "succeeded");
    let calls = server.provider.calls();
    let asked = |index: usize| calls[index].messages.last().unwrap().content.clone();
    assert_eq!(asked(0), asked(1));
    for wrong in [json!({}), json!({"text": "a", "retry_of": sent["answer"]["id"]})] {
        let answer = owner.keyed("three").post(&path, wrong).await;
        assert_eq!(answer.wrong_fields()[0].0, "/text");
    }
    let unknown = json!({"retry_of": format!("msg_{}", "0".repeat(26))});
    let answer = owner.keyed("four").post(&path, unknown).await;
    assert_eq!(answer.wrong_fields()[0].0, "/retry_of");
}

#[tokio::test]
async fn the_model_hears_the_conversation_so_far() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let session = new_session(&mut owner).await;
    for (key, text) in [("1", "My name is Mia."), ("2", "What is my name?")] {
        let sent = send(&mut owner, &session, key, text).await;
        finished(&owner, &sent["run"]).await;
    }
    let calls = server.provider.calls();
    let said: Vec<&str> = calls[1].messages.iter().skip(1).map(|m| m.content.as_str()).collect();
    assert_eq!(said, ["My name is Mia.", "Hello.", "What is my name?"]);
}

#[tokio::test]
async fn bad_messages_change_nothing() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let session = new_session(&mut owner).await;
    let path = format!("/api/v1/sessions/{session}/messages");
    let cases = [
        (json!({"text": " "}), "/text"),
        (json!({"text": "x".repeat(200_001)}), "/text"),
        (json!({"text": 7}), "/text"),
        (json!({"text": "hi", "model": "gpt-9"}), "/model"),
        (json!({"text": "hi", "credits": "-5"}), "/credits"),
        (json!({"retry_of": "run_1"}), "/retry_of"),
    ];
    for (index, (body, pointer)) in cases.into_iter().enumerate() {
        let answer = owner.keyed(&format!("bad-{index}")).post(&path, body).await;
        assert_eq!(answer.wrong_fields()[0].0, pointer);
    }
    // Too long for the model's context: said before anything is held.
    let long = json!({"text": "word ".repeat(39_000)});
    owner.keyed("long").post(&path, long).await.problem(422, "input_too_long");
    let credits = owner.get("/api/v1/credits").await.expect(200);
    assert_eq!((&credits["position"], &credits["held"]), (&json!(1), &json!("0")));
    let list = owner.get(&path).await.expect(200);
    assert_eq!(list["data"], json!([]));
    assert!(server.provider.calls().is_empty());
}

#[tokio::test]
async fn deleting_a_session_keeps_its_receipts() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let session = new_session(&mut owner).await;
    let sent = send(&mut owner, &session, "one", "A private question").await;
    finished(&owner, &sent["run"]).await;
    owner.delete(&format!("/api/v1/sessions/{session}")).await.expect(204);
    let id = sent["run"]["id"].as_str().unwrap();
    let receipt = owner.get(&format!("/api/v1/runs/{id}/receipt")).await.expect(200);
    assert_ne!(receipt["used"], "0");
    let run = owner.get(&format!("/api/v1/runs/{id}")).await.expect(200);
    assert!(!run["title"].as_str().unwrap().contains("private"), "{run}");
}
