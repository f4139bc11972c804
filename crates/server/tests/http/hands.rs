//! Joule's hands over HTTP: effort, attachments, calls in a run, and asking before much is spent.

use ampere_adapters::ai::scripted::Script;
use ampere_credits::Credits;
use serde_json::{Value, json};

use crate::browsing::{HOME, ended, site, until};
use crate::harness::{Answer, Client, Server};
use crate::objects::upload;
use crate::sessions::new_session;
use crate::spending::finish;

async fn send(client: &Client, session: &str, key: &str, body: Value) -> Answer {
    client.keyed(key).post(&format!("/api/v1/sessions/{session}/messages"), body).await
}

/// Sends a question; the run's id.
async fn ask(client: &Client, session: &str, key: &str) -> String {
    let sent = send(client, session, key, json!({ "text": "Three questions, please." })).await;
    sent.expect(202)["run"]["id"].as_str().unwrap().to_owned()
}

async fn file(client: &mut Client, name: &str, text: &str) -> String {
    upload(client, name, text).await.expect(201)["id"].as_str().unwrap().to_owned()
}

async fn decide(client: &mut Client, run: &str, body: Value) -> Answer {
    client.post(&format!("/api/v1/runs/{run}/decision"), body).await
}

/// The model wants to run a tool, and says something afterwards.
fn wants_a_tool(server: &Server, then: &str, answers: usize) {
    let call = json!({ "tool": "three-questions", "inputs": { "topic": "sea" } });
    server.provider.push(Script::calls(&[("run_tool", call)], 100, 20));
    for number in 0..answers {
        server.provider.push(Script::answer(&[&format!("answer {number}")], 100, 20));
    }
    server.provider.push(Script::answer(&[then], 100, 20));
}

/// A server where every call asks first.
async fn asking() -> Server {
    Server::under(|catalog| catalog.agent.ask_above = Credits::ZERO).await
}

/// Reads the run until it asks something.
async fn asked(client: &mut Client, run: &str) -> Value {
    let asks = |run: &Value| run["state"] == "waiting_for_input" && !run["question"].is_null();
    until(client, run, asks).await
}

#[tokio::test]
async fn what_joule_does_with_its_hands_stands_in_the_run_and_its_receipt() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let session = new_session(&mut owner).await;
    wants_a_tool(&server, "It is deep.", 3);
    let run = ask(&owner, &session, "one").await;
    let end = ended(&mut owner, &run).await;
    assert_eq!((&end["state"], &end["question"]), (&json!("succeeded"), &Value::Null), "{end}");
    let steps = end["steps"].as_array().unwrap();
    let call = steps.iter().find(|step| step["kind"] == "call").unwrap();
    assert_eq!((&call["name"], &call["state"]), (&json!("Three questions"), &json!("succeeded")));
    let input = json!({ "tool": "three-questions", "inputs": { "topic": "sea" } });
    assert_eq!(call["input"], input, "{call}");
    assert_eq!((&call["result"]["status"], call["result"].get("input")), (&json!("done"), None));
    assert!(call["result"]["text"].as_str().unwrap().contains("answer 2"), "{call}");
    let parts =
        steps.iter().filter(|step| step["part"] == call["part"] && step["kind"] == "prompt");
    assert_eq!(parts.count(), 3, "{steps:?}");
    let receipt = owner.get(&format!("/api/v1/runs/{run}/receipt")).await.expect(200);
    assert_eq!(receipt["lines"].as_array().unwrap().len(), 10, "{receipt}");
    assert_eq!(receipt["used"], end["credits"]);
    // To colleagues it is a private session: credits only.
    let seen = ben.get(&format!("/api/v1/runs/{run}")).await;
    seen.expect(200);
    for private in ["answer 2", "topic", "Three questions"] {
        assert!(!seen.text.contains(private), "{private}: {}", seen.text);
    }
    let list = owner.get(&format!("/api/v1/sessions/{session}/messages")).await.expect(200);
    assert_eq!(list["data"][1]["text"], "It is deep.");
}

#[tokio::test]
async fn effort_says_whether_it_has_hands_and_how_much_it_may_use() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let caps = [("low", Value::Null), ("medium", json!("300")), ("high", json!("1000"))];
    for (effort, cap) in caps {
        let session = new_session(&mut owner).await;
        let before = server.provider.calls().len();
        let body = json!({ "text": "Hello?", "effort": effort });
        let sent = send(&owner, &session, effort, body).await.expect(202);
        assert_eq!(sent["run"]["cap"], cap, "{effort}");
        finish(&owner, sent["run"]["id"].as_str().unwrap()).await;
        let call = server.provider.calls()[before].clone();
        assert_eq!(call.tools.is_empty(), effort == "low", "{effort}");
    }
    let session = new_session(&mut owner).await;
    let body = json!({ "text": "Hello?", "effort": "high", "max_credits": "20" });
    let sent = send(&owner, &session, "capped", body).await.expect(202);
    assert_eq!(sent["run"]["cap"], "20", "a person may lower it");
    finish(&owner, sent["run"]["id"].as_str().unwrap()).await;
    let session = new_session(&mut owner).await;
    let wrong = [
        (json!({ "text": "Hi", "effort": "heroic" }), "/effort"),
        (json!({ "text": "Hi", "effort": null, "max_credits": "-1" }), "/max_credits"),
        (json!({ "text": "Hi", "max_credits": "0" }), "/max_credits"),
    ];
    for (number, (body, pointer)) in wrong.into_iter().enumerate() {
        let answer = send(&owner, &session, &format!("wrong-{number}"), body).await;
        assert_eq!(answer.wrong_fields()[0].0, pointer);
    }
    let models = owner.get("/api/v1/models").await.expect(200);
    let card = &models["data"][0];
    assert_eq!((&card["hands"], &card["hands_note"]), (&json!(true), &Value::Null), "{card}");
}

#[tokio::test]
async fn estimates_tell_efforts_apart() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let high = async |owner: &mut Client, more: Value| {
        let mut body = json!({ "kind": "message", "text": "Hello?" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let quote = owner.post("/api/v1/estimates", body).await.expect(200);
        quote["high"].as_str().unwrap().parse::<Credits>().unwrap()
    };
    let low = high(&mut owner, json!({ "effort": "low" })).await;
    let medium = high(&mut owner, json!({})).await;
    assert!(low < medium, "{low} {medium}");
    assert!(medium <= Credits::whole(300), "never more than its cap");
    let capped = high(&mut owner, json!({ "effort": "high", "max_credits": "10" })).await;
    assert!(capped <= Credits::whole(10), "{capped}");
    let nobodys = format!("file_{}", "0".repeat(26));
    let unknown = json!({ "kind": "message", "text": "Hi", "attachments": [nobodys] });
    let answer = owner.post("/api/v1/estimates", unknown).await;
    assert_eq!(answer.wrong_fields()[0].0, "/attachments/0");
}

#[tokio::test]
async fn attachments_are_ones_own_at_most_five_and_read_by_the_model() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let session = new_session(&mut owner).await;
    let notes = file(&mut owner, "notes.md", "# Depth\nThe sea is 10,935 m deep.").await;
    let table = file(&mut owner, "depths.csv", "place,depth\nMariana,10935\n").await;
    let bens = file(&mut ben, "bens.txt", "A secret of Ben.").await;
    let foreign = json!({ "text": "Read it.", "attachments": [notes, bens] });
    let refused = send(&owner, &session, "foreign", foreign).await;
    assert_eq!(refused.wrong_fields(), [("/attachments/1".to_owned(), "unknown".to_owned())]);
    let mut six = Vec::new();
    for number in 0..6 {
        six.push(file(&mut owner, &format!("{number}.txt"), "Text.").await);
    }
    let many = send(&owner, &session, "many", json!({ "text": "Hi", "attachments": six })).await;
    assert_eq!(many.wrong_fields()[0].0, "/attachments");
    let nonsense = json!({ "text": "Hi", "attachments": ["notes.md"] });
    let wrong = send(&owner, &session, "nonsense", nonsense).await;
    assert_eq!(wrong.wrong_fields()[0].0, "/attachments/0");
    assert!(server.provider.calls().is_empty());
    let body = json!({ "text": "How deep?", "effort": "low", "attachments": [notes, table] });
    let sent = send(&owner, &session, "one", body).await.expect(202);
    let names = |list: &Value| {
        let all = list.as_array().unwrap().iter();
        all.map(|file| file["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&sent["user_message"]["attachments"]), ["notes.md", "depths.csv"]);
    assert_eq!(names(&sent["answer"]["attachments"]), Vec::<String>::new());
    finish(&owner, sent["run"]["id"].as_str().unwrap()).await;
    let heard = &server.provider.calls()[0].messages;
    assert!(heard.iter().any(|message| message.content.contains("10,935 m deep")), "{heard:?}");
    let kept = owner.get(&format!("/api/v1/sessions/{session}")).await.expect(200);
    assert_eq!(names(&kept["files"]), ["notes.md", "depths.csv"]);
    let first = &kept["files"][0];
    assert_eq!((&first["id"], &first["media_type"]), (&json!(notes), &json!("text/markdown")));
    owner.delete(&format!("/api/v1/files/{notes}")).await.expect(204);
    let list = owner.get(&format!("/api/v1/sessions/{session}/messages")).await.expect(200);
    assert_eq!(names(&list["data"][0]["attachments"]), ["depths.csv"]);
}

#[tokio::test]
async fn a_dear_call_asks_first_and_only_its_person_answers() {
    let server = asking().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let session = new_session(&mut ben).await;
    wants_a_tool(&server, "Done.", 3);
    let run = ask(&ben, &session, "one").await;
    let waiting = asked(&mut ben, &run).await;
    let question = &waiting["question"];
    assert_eq!((&question["name"], &question["opens"]), (&json!("Three questions"), &Value::Null));
    assert_eq!(question["inputs"]["inputs"], json!({ "topic": "sea" }));
    let amount = |name: &str| question[name].as_str().unwrap().parse::<Credits>().unwrap();
    assert!(amount("low") <= amount("typical") && amount("typical") <= amount("high"));
    assert!(question["until"].as_str().unwrap() > "2026-11-22T09:0", "{question}");
    let call = question["call"].clone();
    // The owner sees what it costs, not what is asked, and does not answer for Ben.
    let seen = owner.get(&format!("/api/v1/runs/{run}")).await.expect(200);
    assert_eq!(seen["question"], Value::Null);
    let yes = json!({ "call": call, "decision": "run" });
    decide(&mut owner, &run, yes.clone()).await.problem(404, "not_found");
    let other = json!({ "call": "call.7", "decision": "run" });
    decide(&mut ben, &run, other).await.problem(409, "state_conflict");
    let wrong = [
        (json!({ "call": call, "decision": "always" }), "/up_to"),
        (json!({ "call": call, "decision": "always", "up_to": "0" }), "/up_to"),
        (json!({ "call": call, "decision": "always", "up_to": "0.000001" }), "/up_to"),
        (json!({ "call": call, "decision": "run", "up_to": "5" }), "/up_to"),
        (json!({ "call": call, "decision": "perhaps" }), "/decision"),
    ];
    for (body, pointer) in wrong {
        assert_eq!(decide(&mut ben, &run, body).await.wrong_fields()[0].0, pointer);
    }
    assert_eq!(server.provider.calls().len(), 1, "nothing was begun so far");
    let going = decide(&mut ben, &run, yes.clone()).await.expect(200);
    assert_eq!((&going["id"], &going["question"]), (&json!(run), &Value::Null));
    let end = ended(&mut ben, &run).await;
    assert_eq!(end["state"], "succeeded");
    assert_eq!(server.provider.calls().len(), 5);
    decide(&mut ben, &run, yes).await.problem(409, "state_conflict");
}

#[tokio::test]
async fn not_now_leaves_it_and_always_does_not_ask_again() {
    let server = asking().await;
    let mut owner = server.owner().await;
    let session = new_session(&mut owner).await;
    wants_a_tool(&server, "Then without it.", 0);
    let run = ask(&owner, &session, "one").await;
    let call = asked(&mut owner, &run).await["question"]["call"].clone();
    decide(&mut owner, &run, json!({ "call": call, "decision": "not_now" })).await.expect(200);
    let end = ended(&mut owner, &run).await;
    assert_eq!(end["state"], "succeeded");
    let steps = end["steps"].as_array().unwrap();
    let left = steps.iter().find(|step| step["kind"] == "call").unwrap();
    assert_eq!(
        (&left["state"], &left["result"]["status"]),
        (&json!("cancelled"), &json!("declined"))
    );
    assert_eq!(server.provider.calls().len(), 2, "nothing of the tool was done");
    wants_a_tool(&server, "Done.", 3);
    let run = ask(&owner, &session, "two").await;
    let call = asked(&mut owner, &run).await["question"]["call"].clone();
    let always = json!({ "call": call, "decision": "always", "up_to": "50" });
    decide(&mut owner, &run, always).await.expect(200);
    ended(&mut owner, &run).await;
    let kept = owner.get(&format!("/api/v1/sessions/{session}")).await.expect(200);
    assert_eq!(kept["allow_up_to"], "50");
    wants_a_tool(&server, "Done again.", 3);
    let run = ask(&owner, &session, "three").await;
    let end = ended(&mut owner, &run).await;
    assert_eq!(end["state"], "succeeded", "it did not wait: {end}");
    assert_eq!(server.provider.calls().len(), 12);
}

#[tokio::test]
async fn nobody_answers_and_it_goes_on_without() {
    let server = asking().await;
    let mut owner = server.owner().await;
    let session = new_session(&mut owner).await;
    wants_a_tool(&server, "Then without it.", 0);
    let run = ask(&owner, &session, "one").await;
    asked(&mut owner, &run).await;
    server.clock.advance_seconds(601);
    let end = ended(&mut owner, &run).await;
    assert_eq!((&end["state"], &end["question"]), (&json!("succeeded"), &Value::Null));
}

#[tokio::test]
async fn joules_own_browser_is_watched_by_its_person_alone() {
    let server = Server::start().await;
    site(&server);
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let session = new_session(&mut ben).await;
    let browse = json!({ "task": "What does it cost?", "url": HOME });
    server.provider.push(Script::calls(&[("browse", browse)], 100, 20));
    let thinks = ampere_adapters::ai::scripted::Gate::new();
    let done = json!({ "answer": "It is 40." });
    server.provider.push(Script::calls(&[("done", done)], 100, 20).held(&thinks));
    server.provider.push(Script::answer(&["40, says the shop."], 100, 20));
    let text = format!("What does it cost at {HOME}?");
    let sent = send(&ben, &session, "one", json!({ "text": text })).await.expect(202);
    let run = sent["run"]["id"].as_str().unwrap();
    thinks.reached().await;
    let seen = ben.get(&format!("/api/v1/runs/{run}")).await.expect(200);
    assert_eq!((&seen["kind"], &seen["browser"]["title"]), (&json!("message"), &json!("Home")));
    let stills = format!("/api/v1/runs/{run}/browser/stills");
    let colleague = owner.get(&format!("/api/v1/runs/{run}")).await.expect(200);
    assert_eq!(colleague["browser"], Value::Null, "a private session");
    owner.get(&stills).await.problem(404, "not_found");
    let token = format!("/api/v1/runs/{run}/browser/viewer-token");
    owner.post(&token, json!({})).await.problem(404, "not_found");
    ben.post(&token, json!({})).await.expect(200);
    thinks.open();
    let end = ended(&mut ben, run).await;
    assert_eq!(end["state"], "succeeded", "{end}");
    assert_eq!(ben.get(&stills).await.expect(200)["data"][0]["title"], "Home");
    assert!(end["steps"].as_array().unwrap().iter().any(|step| step["kind"] == "time"));
}
