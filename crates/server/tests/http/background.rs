//! `/usage/background`: what owners choose, and what it makes of a conversation.

use ampere_adapters::ai::scripted::Script;
use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::messages::{finished, send};
use crate::sessions::new_session;

const PATH: &str = "/api/v1/usage/background";

/// Waits until no job waits; answers the view.
async fn done(client: &mut Client) -> Value {
    loop {
        let seen = client.get(PATH).await.expect(200);
        if seen["waiting"] == 0 {
            return seen;
        }
    }
}

#[tokio::test]
async fn owners_choose_and_everybody_sees_what_it_made_and_cost() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let off = json!({
        "titles": false, "summaries": false, "follow_ups": false, "when_used_up": "wait",
    });
    let nothing = json!({
        "allowance": "0", "used": "0", "left": "0", "period_ends_at": null, "settings": off,
        "waiting": 0, "runs": 0, "credits_from_pool": "0", "can_edit": true,
    });
    assert_eq!(owner.get(PATH).await.expect(200), nothing);
    let on = json!({
        "titles": true, "summaries": false, "follow_ups": true, "when_used_up": "draw",
    });
    let mut member = server.member(&mut owner, "Ben").await;
    member.put(PATH, on.clone()).await.problem(403, "forbidden_role");
    let set = owner.put(PATH, on.clone()).await.expect(200);
    assert_eq!(set["settings"], on);

    server.provider.otherwise(|request| match request.max_output_tokens {
        120 => Script::answer(&[r#"{"questions": ["How far?", "Why?"]}"#], 100, 25),
        _ => Script::answer(&["The Moon"], 100, 10),
    });
    let session = new_session(&mut owner).await;
    let sent = send(&mut owner, &session, "key", "What is that?").await;
    assert_eq!(sent["answer"]["follow_ups"], json!([]));
    finished(&owner, &sent["run"]).await;
    let seen = done(&mut owner).await;
    assert_eq!((&seen["runs"], &seen["credits_from_pool"]), (&json!(2), &json!("0.17")));
    let list = owner.get(&format!("/api/v1/sessions/{session}/messages")).await.expect(200);
    assert_eq!(list["data"][0]["follow_ups"], json!([]));
    assert_eq!(list["data"][1]["follow_ups"], json!(["How far?", "Why?"]));
    let row = owner.get(&format!("/api/v1/sessions/{session}")).await.expect(200);
    assert_eq!((&row["title"], &row["summary"]), (&json!("The Moon"), &Value::Null));
    assert_eq!(row["credits"], sent_credits(&mut owner, &sent["run"]).await);

    let runs = owner.get("/api/v1/runs?kind=background").await.expect(200);
    let subjects: Vec<_> =
        runs["data"].as_array().unwrap().iter().map(|run| run["subject"].clone()).collect();
    assert_eq!(subjects, ["follow_ups", "title"]);
    let id = runs["data"][0]["id"].as_str().unwrap();
    let receipt = owner.get(&format!("/api/v1/runs/{id}/receipt")).await.expect(200);
    assert_eq!(receipt["used"], "0.1");
    let theirs = member.get("/api/v1/runs?kind=background").await.expect(200);
    assert_eq!(theirs["data"][0]["title"], "Private session");
    let view = member.get(PATH).await.expect(200);
    assert_eq!((&view["runs"], &view["can_edit"]), (&json!(2), &json!(false)));
}

async fn sent_credits(client: &mut Client, run: &Value) -> Value {
    let path = format!("/api/v1/runs/{}", run["id"].as_str().unwrap());
    client.get(&path).await.expect(200)["credits"].clone()
}

#[tokio::test]
async fn a_choice_must_be_whole_and_known() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let unknown = json!({
        "titles": true, "summaries": true, "follow_ups": true, "when_used_up": "ask",
    });
    for bad in [json!({}), json!({"titles": true}), unknown] {
        let answer = owner.put(PATH, bad.clone()).await;
        assert!(answer.status.is_client_error(), "{bad}");
    }
    assert_eq!(owner.get(PATH).await.expect(200)["settings"]["titles"], false);
}
