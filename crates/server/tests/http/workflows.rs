//! `/workflows`: made, changed, versions kept; running one over HTTP, part by part.

use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::spending::buy;
use crate::tasks::{id, leave, one_credit, start, until};

const PATH: &str = "/api/v1/workflows";

/// Tool, question, condition, tool.
fn study() -> Value {
    json!({
        "inputs": [{ "name": "topic", "label": "Topic", "kind": "text", "required": true }],
        "steps": [
            { "id": "first", "name": "Find out", "kind": "tool", "tool": "three-questions",
              "inputs": { "topic": { "from": "inputs.topic" } } },
            { "id": "judge", "name": "Judge", "kind": "prompt", "prompt": "Is it deep?",
              "inputs": { "text": { "from": "first.result" } } },
            { "id": "deep", "name": "Only if deep", "kind": "condition",
              "left": { "from": "judge.result" }, "test": "contains",
              "right": { "value": "yes" } },
            { "id": "more", "name": "Find out more", "kind": "tool", "tool": "three-questions",
              "inputs": { "topic": { "from": "judge.result" },
                          "audience": { "value": "divers" } } },
        ],
    })
}

async fn made(client: &mut Client) -> String {
    let body = json!({"name": "Study", "definition": study()});
    id(&client.post(PATH, body).await.expect(201))
}

fn inputs(workflow: &str) -> Value {
    json!({"workflow": workflow, "inputs": {"topic": "sea"}})
}

#[tokio::test]
async fn a_workflow_is_made_changed_and_deleted_and_every_version_is_kept() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let body = json!({"name": " Study ", "definition": study()});
    let kept = ben.post(PATH, body).await.expect(201);
    assert_eq!((&kept["name"], &kept["version"]), (&json!("Study"), &json!(1)));
    assert_eq!((&kept["steps"], &kept["definition"]), (&json!(4), &study()));
    assert_eq!((&kept["owner"], &kept["last_run"]), (&json!("Ben"), &Value::Null));
    assert_eq!((&kept["can_edit"], &kept["usual"]["basis"]), (&json!(true), &json!("rate_card")));
    let path = format!("{PATH}/{}", id(&kept));
    let mut shorter = study();
    shorter["steps"].as_array_mut().unwrap().truncate(1);
    let change = json!({"name": "Study 2", "definition": shorter, "version": 1});
    let changed = owner.patch(&path, change.clone()).await.expect(200);
    assert_eq!((&changed["version"], &changed["steps"]), (&json!(2), &json!(1)));
    ben.patch(&path, change).await.problem(409, "state_conflict");
    let named = ben.patch(&path, json!({"name": "Three", "version": 2})).await.expect(200);
    assert_eq!((&named["version"], &named["definition"]), (&json!(3), &shorter));
    let versions = ben.get(&format!("{path}/versions")).await.expect(200);
    let told: Vec<_> = versions["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| (&v["version"], &v["saved_by"]))
        .collect();
    assert_eq!(json!(told), json!([[3, "Ben"], [2, "Mia Berg"], [1, "Ben"]]));
    let first = ben.get(&format!("{path}/versions/1")).await.expect(200);
    assert_eq!((&first["version"], &first["definition"]), (&json!(1), &study()));
    for unknown in ["4", "0", "x"] {
        ben.get(&format!("{path}/versions/{unknown}")).await.problem(404, "not_found");
    }
    ben.delete(&path).await.expect(204);
    ben.get(&path).await.problem(404, "not_found");
    ben.get(&format!("{path}/versions")).await.problem(404, "not_found");
    assert_eq!(ben.get(PATH).await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn everybody_runs_it_and_only_its_owner_and_owners_change_it() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let workflow = made(&mut owner).await;
    let path = format!("{PATH}/{workflow}");
    let seen = ben.get(&path).await.expect(200);
    assert_eq!((&seen["can_edit"], &seen["definition"]), (&json!(false), &study()));
    let change = json!({"name": "Mine", "version": 1});
    ben.patch(&path, change).await.problem(403, "forbidden_role");
    ben.delete(&path).await.problem(403, "forbidden_role");
    let started = start(&ben, "one", inputs(&workflow)).await.expect(202);
    until(&mut ben, &id(&started), "succeeded").await;
    let listed = owner.get(PATH).await.expect(200);
    assert_eq!(listed["data"][0]["last_run"]["started_by"], "Ben");
}

#[tokio::test]
async fn mistakes_are_named_by_their_place_and_nothing_is_kept() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let mut wrong = study();
    wrong["steps"][0]["inputs"] = json!({});
    wrong["steps"][1]["inputs"]["text"] = json!({"from": "more.result"});
    wrong["steps"][3]["tool"] = json!("no-such");
    let body = json!({"name": "", "definition": wrong});
    let mistakes = owner.post(PATH, body).await.wrong_fields();
    let pointers: Vec<&str> = mistakes.iter().map(|(pointer, _)| pointer.as_str()).collect();
    let step = |rest: &str| format!("/definition/steps/{rest}");
    let expected =
        ["/name".to_owned(), step("0/inputs/topic"), step("1/inputs/text"), step("3/tool")];
    assert_eq!(pointers, expected);
    let file = id(&crate::objects::upload(&mut owner, "mine.txt", "secret").await.expect(201));
    let reads = json!({"inputs": [], "steps": [
        { "id": "r", "name": "Read", "kind": "tool", "tool": "read-along",
          "inputs": { "question": { "value": "What?" }, "paper": { "value": file } } },
    ]});
    let body = json!({"name": "Peek", "definition": reads});
    let wrong = ben.post(PATH, body.clone()).await.wrong_fields();
    assert_eq!(wrong[0].0, "/definition/steps/0/inputs/paper", "another's file");
    owner.post(PATH, body).await.expect(201);
    assert_eq!(ben.get(PATH).await.expect(200)["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn its_parts_pass_on_what_they_made_under_one_hold() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let workflow = made(&mut owner).await;
    for text in ["salt", "waves", "ships", "yes, deep", "fish", "coral", "pearls"] {
        server.provider.push(one_credit(text));
    }
    let started = start(&owner, "one", inputs(&workflow)).await.expect(202);
    assert_eq!((&started["kind"], &started["subject"]), (&json!("workflow"), &json!(workflow)));
    let names = json!(["Find out", "Judge", "Only if deep", "Find out more"]);
    assert_eq!(started["definition"], json!({"step_names": names, "version": 1}));
    let done = until(&mut owner, &id(&started), "succeeded").await;
    assert_eq!((&done["credits"], &done["reason"]), (&json!("7"), &json!("completed")));
    assert_eq!(done["result"]["value"], "pearls");
    let steps = done["steps"].as_array().unwrap();
    let told: Vec<_> =
        steps.iter().map(|s| json!([s["part"], s["part_name"], s["kind"]])).collect();
    let of = |part: u32, kind: &str| json!([part, names[part as usize - 1], kind]);
    let expected = [
        of(1, "prompt"),
        of(1, "prompt"),
        of(1, "prompt"),
        of(2, "prompt"),
        of(3, "condition"),
        of(4, "prompt"),
        of(4, "prompt"),
        of(4, "prompt"),
    ];
    assert_eq!(told, expected);
    let calls = server.provider.calls();
    let text = |at: usize| calls[at].messages.last().unwrap().content.clone();
    assert!(text(3).contains("Is it deep?") && text(3).contains("ships"), "{}", text(3));
    assert_eq!(text(4), "Tell me about yes, deep.");
    let receipt = owner.get(&format!("/api/v1/runs/{}/receipt", id(&done))).await.expect(200);
    assert_eq!(receipt["holds"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&receipt["lines"][0]["part"], &receipt["lines"][0]["part_name"]),
        (&json!(1), &names[0])
    );
    let runs = owner.get(&format!("/api/v1/runs?subject={workflow}")).await.expect(200);
    assert_eq!(runs["data"].as_array().unwrap().len(), 1, "its tools are lines of it, not runs");
}

#[tokio::test]
async fn a_condition_that_does_not_hold_ends_it_early_as_wanted() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let workflow = made(&mut owner).await;
    for text in ["salt", "waves", "ships", "no"] {
        server.provider.push(one_credit(text));
    }
    let started = start(&owner, "one", inputs(&workflow)).await.expect(202);
    let done = until(&mut owner, &id(&started), "succeeded").await;
    assert_eq!((&done["credits"], &done["reason"]), (&json!("4"), &json!("condition_not_met")));
    assert_eq!(done["result"]["value"], "no");
}

#[tokio::test]
async fn it_pauses_between_parts_keeps_its_version_and_goes_on_after_a_purchase() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let workflow = made(&mut owner).await;
    leave(&server, &mut owner, 4).await;
    for text in ["salt", "waves", "ships", "yes", "fish", "coral", "pearls"] {
        server.provider.push(one_credit(text));
    }
    let run = id(&start(&owner, "one", inputs(&workflow)).await.expect(202));
    let paused = until(&mut owner, &run, "paused_no_credits").await;
    let done_so_far = paused["credits"].clone();
    let mut other = study();
    other["steps"].as_array_mut().unwrap().truncate(1);
    let change = json!({"definition": other, "version": 1});
    owner.patch(&format!("{PATH}/{workflow}"), change).await.expect(200);
    buy(&owner, "more").await;
    let done = until(&mut owner, &run, "succeeded").await;
    assert_eq!(done_so_far, "4");
    assert_eq!((&done["credits"], &done["result"]["value"]), (&json!("7"), &json!("pearls")));
    assert_eq!(done["definition"]["version"], 1, "a run keeps its own");
    assert_eq!(server.provider.calls().len(), 8);
    let report = server.app().verify().await.unwrap();
    assert!(report.clean(), "{report:?}");
}

#[tokio::test]
async fn estimates_tell_each_step_before_it_is_saved_too() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let ask = json!({"kind": "workflow", "definition": study(), "inputs": {"topic": "sea"}});
    let draft = owner.post("/api/v1/estimates", ask).await.expect(200);
    let names: Vec<_> = draft["steps"].as_array().unwrap().iter().map(|s| &s["name"]).collect();
    assert_eq!(json!(names), json!(["Find out", "Judge", "Find out more"]));
    let workflow = made(&mut owner).await;
    let ask = json!({"kind": "workflow", "workflow": workflow, "inputs": {"topic": "sea"}});
    let kept = owner.post("/api/v1/estimates", ask).await.expect(200);
    assert_eq!((&kept["hold"], &kept["steps"]), (&draft["hold"], &draft["steps"]));
    let mut wrong = study();
    wrong["steps"][3]["tool"] = json!("no-such");
    let ask = json!({"kind": "workflow", "definition": wrong});
    let wrong = owner.post("/api/v1/estimates", ask).await.wrong_fields();
    assert_eq!(wrong, [("/definition/steps/3/tool".to_owned(), "unknown".to_owned())]);
}
