//! `/estimates` and `/models`: free, before anything starts.

use ampere_adapters::ai::scripted::Script;
use serde_json::json;

use crate::harness::Server;
use crate::messages::{finished, send};
use crate::sessions::new_session;

fn number(text: &serde_json::Value) -> ampere_credits::Credits {
    text.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn an_estimate_is_free_ordered_and_what_is_held() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let ask = json!({"kind": "message", "text": "hi"});
    let quote = owner.post("/api/v1/estimates", ask.clone()).await.expect(200);
    assert_eq!(quote["basis"], "rate_card");
    assert!(number(&quote["low"]) <= number(&quote["typical"]));
    assert!(number(&quote["typical"]) <= number(&quote["high"]));
    assert!(number(&quote["hold"]).is_positive());
    assert_eq!((&quote["position"], &quote["available"]), (&json!(1), &json!("1000")));
    let session = new_session(&mut owner).await;
    let sent = send(&mut owner, &session, "one", "hi").await;
    let run = format!("/api/v1/runs/{}", sent["run"]["id"].as_str().unwrap());
    let run = owner.get(&run).await.expect(200);
    assert_eq!(run["quote"]["hold"], quote["hold"], "what was shown is what is held");
    finished(&owner, &sent["run"]).await;
}

#[tokio::test]
async fn earlier_runs_make_it_better_and_it_says_so() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    for number in 0..5 {
        let session = new_session(&mut owner).await;
        server.provider.push(Script::answer(&["x"], 10, 100));
        let sent = send(&mut owner, &session, &format!("k{number}"), "hi").await;
        finished(&owner, &sent["run"]).await;
    }
    let ask = json!({"kind": "message", "text": "hi"});
    let quote = owner.post("/api/v1/estimates", ask).await.expect(200);
    assert_eq!(quote["basis"], "history");
    assert_eq!(quote["low"], quote["high"], "all five wrote 100 tokens");
}

#[tokio::test]
async fn wrong_estimates_are_named() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    for (body, pointer) in [
        (json!({"kind": "video", "text": "hi"}), "/kind"),
        (json!({"kind": "message"}), "/text"),
        (json!({"kind": "message", "text": "hi", "model": "gpt-9"}), "/model"),
    ] {
        let answer = owner.post("/api/v1/estimates", body).await;
        assert_eq!(answer.wrong_fields()[0].0, pointer);
    }
    let foreign = format!("ses_{}", "0".repeat(26));
    let ask = json!({"kind": "message", "text": "hi", "session_id": foreign});
    owner.post("/api/v1/estimates", ask).await.problem(404, "not_found");
}

#[tokio::test]
async fn models_say_what_they_are() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let list = owner.get("/api/v1/models").await.expect(200);
    let model = &list["data"][0];
    assert_eq!((&model["id"], &model["provider"]), (&json!("local"), &json!("local")));
    assert_eq!((&model["is_default"], &model["ready"]), (&json!(true), &json!(true)));
}
