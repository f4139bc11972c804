//! `/tools`: what there is to choose from, forms, saved inputs, estimates.

use serde_json::{Value, json};

use crate::harness::Server;
use crate::spending::finish;
use crate::tasks::{id, one_credit, start, three_questions};

#[tokio::test]
async fn the_list_has_every_tool_and_tells_the_operator_what_was_refused() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let list = owner.get("/api/v1/tools").await.expect(200);
    let tools = list["data"].as_array().unwrap();
    assert!(tools.len() >= 12, "the built-in ones and the test's: {}", tools.len());
    let names: Vec<String> =
        tools.iter().map(|tool| tool["name"].as_str().unwrap().to_lowercase()).collect();
    assert!(names.is_sorted(), "{names:?}");
    let three = tools.iter().find(|tool| tool["id"] == "three-questions").unwrap();
    assert_eq!((&three["steps"], &three["category"]), (&json!(3), &json!("research")));
    assert_eq!((&three["schedulable"], &three["last_used_at"]), (&json!(true), &Value::Null));
    assert_eq!(three["usual"]["basis"], "rate_card");
    let refused = list["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 1, "{list}");
    assert_eq!(refused[0]["file"], "not-a-tool.toml");
    assert!(refused[0]["reason"].as_str().unwrap().contains("inputs"), "{refused:?}");
    assert_eq!(ben.get("/api/v1/tools").await.expect(200)["refused"], json!([]));
}

#[tokio::test]
async fn a_tool_has_its_form_in_the_order_of_its_file() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let answer = owner.get("/api/v1/tools/three-questions").await;
    let tool = answer.expect(200);
    assert_eq!(tool["step_names"], json!(["First", "Second", "Third"]));
    assert_eq!((&tool["result_kind"], &tool["limits"]["each"]), (&json!("text"), &json!(12)));
    assert_eq!(tool["inputs"]["required"], json!(["topic"]));
    let place = |word: &str| answer.text.find(word).unwrap();
    assert!(place("\"topic\":{") < place("\"audience\":{"), "{}", answer.text);
    owner.get("/api/v1/tools/no-such").await.problem(404, "not_found");
}

#[tokio::test]
async fn saved_inputs_are_ones_own() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let path = "/api/v1/tools/three-questions/inputs";
    let half = json!({"name": " Sailors ", "inputs": {"audience": "sailors"}});
    let kept = ben.post(path, half).await.expect(201);
    assert_eq!(
        (&kept["name"], &kept["inputs"]),
        (&json!("Sailors"), &json!({"audience": "sailors"}))
    );
    let mine = ben.get(path).await.expect(200);
    assert_eq!(mine["data"], json!([kept]));
    assert_eq!(owner.get(path).await.expect(200)["data"], json!([]));
    let wrong = json!({"name": "", "inputs": {"topic": 7, "more": 1}});
    let mistakes = ben.post(path, wrong).await.wrong_fields();
    let pointers: Vec<&str> = mistakes.iter().map(|(pointer, _)| pointer.as_str()).collect();
    assert_eq!(pointers, ["/name", "/inputs/topic", "/inputs/more"]);
    let one = format!("/api/v1/saved-inputs/{}", id(&kept));
    owner.delete(&one).await.problem(404, "not_found");
    ben.delete(&one).await.expect(204);
    ben.delete(&one).await.problem(404, "not_found");
    ben.get("/api/v1/tools/no-such/inputs").await.problem(404, "not_found");
}

#[tokio::test]
async fn estimates_learn_from_runs_of_the_same_tool() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let ask = json!({"kind": "tool", "tool": "three-questions", "inputs": {"topic": "sea"}});
    let before = owner.post("/api/v1/estimates", ask.clone()).await.expect(200);
    assert_eq!(before["basis"], "rate_card");
    assert!(before.get("steps").is_none(), "{before}");
    for number in 0..5 {
        for text in ["salt", "waves", "ships"] {
            server.provider.push(one_credit(text));
        }
        let started = start(&owner, &number.to_string(), three_questions()).await.expect(202);
        finish(&owner, &id(&started)).await;
    }
    let after = owner.post("/api/v1/estimates", ask).await.expect(200);
    assert_eq!((&after["basis"], &after["typical"]), (&json!("history"), &json!("3")));
    assert!(after["basis_text"].as_str().unwrap().contains("this tool"), "{after}");
    let tool = owner.get("/api/v1/tools/three-questions").await.expect(200);
    assert_eq!(tool["usual"]["typical"], "3");
    assert!(tool["last_used_at"].is_string());
    for (body, pointer) in [
        (json!({"kind": "tool"}), "/tool"),
        (json!({"kind": "tool", "tool": "no-such"}), "/tool"),
        (json!({"kind": "workflow"}), "/workflow"),
        (json!({"kind": "message"}), "/text"),
        (json!({"kind": "workflow", "definition": {"steps": 1}}), "/definition/steps"),
    ] {
        let wrong = owner.post("/api/v1/estimates", body).await.wrong_fields();
        assert_eq!(wrong[0].0, pointer);
    }
}
