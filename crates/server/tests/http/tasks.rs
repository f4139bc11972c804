//! Runs of tools over HTTP: steps, results and receipts; files and pages; pausing, waiting, going
//! on by themselves. The local model's card is 0.5 and 2 credits per 1,000 tokens.

use ampere_adapters::ai::scripted::{Gate, Script, Step};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{Answer, Client, Server};
use crate::objects::upload;
use crate::spending::{Journal, ask, balance, buy, finish, run_dry};

/// An answer that costs exactly 1 credit.
pub fn one_credit(text: &str) -> Script {
    Script::answer(&[text], 1_000, 250)
}

/// Starts a run under a key.
pub async fn start(client: &Client, key: &str, body: Value) -> Answer {
    client.keyed(key).post("/api/v1/runs", body).await
}

/// The three questions about the sea.
pub fn three_questions() -> Value {
    json!({"tool": "three-questions", "inputs": {"topic": "sea"}})
}

pub fn id(body: &Value) -> String {
    body["id"].as_str().unwrap().to_owned()
}

pub async fn run(client: &mut Client, id: &str) -> Value {
    client.get(&format!("/api/v1/runs/{id}")).await.expect(200)
}

/// Waits until a run is in this state, over however many streams that takes.
pub async fn until(client: &mut Client, id: &str, state: &str) -> Value {
    loop {
        client.stream(&format!("/api/v1/runs/{id}/events")).await.rest().await;
        let now = run(client, id).await;
        if now["state"] == state {
            return now;
        }
        let ended = matches!(now["state"].as_str(), Some("succeeded" | "failed" | "cancelled"));
        assert!(!ended, "{now}");
    }
}

/// Uses all of the trial but so many credits.
pub async fn leave(server: &Server, client: &mut Client, credits: u32) {
    let output = 250_000 - credits * 500;
    server.provider.push(Script::answer(&["Nearly all of it."], 1_000_000, output));
    ask(client, "nearly dry").await;
    assert_eq!(balance(client).await["available"], credits.to_string());
}

#[tokio::test]
async fn a_tool_runs_its_steps_and_has_a_result_and_a_receipt() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    for text in ["salt", "waves", "ships"] {
        server.provider.push(one_credit(text));
    }
    let mut body = three_questions();
    body["inputs"]["audience"] = json!("sailors");
    let started = start(&owner, "one", body).await.expect(202);
    assert_eq!((&started["kind"], &started["trigger"]), (&json!("tool"), &json!("person")));
    assert_eq!(started["subject"], "three-questions");
    assert_eq!(started["subject_name"], "Three questions");
    assert_eq!(started["definition"]["step_names"], json!(["First", "Second", "Third"]));
    let run_id = id(&started);
    finish(&owner, &run_id).await;
    let answer = owner.get(&format!("/api/v1/runs/{run_id}")).await;
    let done = answer.expect(200);
    assert_eq!((&done["state"], &done["credits"]), (&json!("succeeded"), &json!("3")));
    let result = json!({"kind": "text", "value": "ships", "file_name": "answer.txt"});
    assert_eq!(done["result"], result);
    assert_eq!((&done["can_stop"], &done["can_resume"]), (&json!(false), &json!(false)));
    let place = |word: &str| answer.text.find(word).unwrap();
    assert!(place("\"topic\"") < place("\"audience\""), "in the form's order: {}", answer.text);
    let steps = done["steps"].as_array().unwrap();
    let told: Vec<_> = steps.iter().map(|s| [&s["name"], &s["kind"], &s["result"]]).collect();
    let expected = json!([
        ["First", "prompt", "salt"],
        ["Second", "prompt", "waves"],
        ["Third", "prompt", "ships"],
    ]);
    assert_eq!(json!(told), expected);
    assert!(steps.iter().all(|step| step["credits"] == "1" && step["attempt"] == 1));
    let receipt = owner.get(&format!("/api/v1/runs/{run_id}/receipt")).await.expect(200);
    assert_eq!((&receipt["used"], &receipt["run"]["id"]), (&json!("3"), &json!(run_id)));
    assert_eq!(receipt["lines"].as_array().unwrap().len(), 6);
    assert_eq!(receipt["lines"][0]["part"], 0);
    let report = server.app().verify().await.unwrap();
    assert!(report.clean(), "{report:?}");
}

#[tokio::test]
async fn its_stream_tells_the_step_in_work() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let gate = Gate::new();
    server.provider.push(one_credit("salt"));
    let held = vec![Step::Text("wav".to_owned()), Step::Wait(gate.clone()), Step::Done];
    server.provider.push(Script::steps(held));
    let started = start(&owner, "one", three_questions()).await.expect(202);
    let mut events = owner.stream(&format!("/api/v1/runs/{}/events", id(&started))).await;
    let mut revisions = Vec::new();
    let last = loop {
        let state = events.named("state").await.data;
        revisions.push(state["revision"].as_u64().unwrap());
        if state["step"] == 2 && state["state"] == "running" {
            break state;
        }
    };
    gate.reached().await;
    assert!(revisions.is_sorted() && last["revision"].as_u64().unwrap() >= 2, "{revisions:?}");
    gate.open();
    let rest = events.rest().await;
    assert_eq!(rest.last().unwrap().name, "finished");
}

#[tokio::test]
async fn the_same_key_starts_one_run() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let first = start(&owner, "once", three_questions()).await;
    let again = start(&owner, "once", three_questions()).await;
    assert_eq!(again.expect(202), first.expect(202));
    assert_eq!(again.header("idempotency-replayed"), "true");
    finish(&owner, &id(&first.expect(202))).await;
    let other = json!({"tool": "three-questions", "inputs": {"topic": "land"}});
    start(&owner, "once", other).await.problem(422, "idempotency_mismatch");
    owner.post("/api/v1/runs", three_questions()).await.problem(400, "idempotency_key_required");
    let all = owner.get("/api/v1/runs?kind=tool").await.expect(200);
    assert_eq!(all["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_run_is_named_and_books_nothing() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let journal = Journal::of(&server, &mut owner).await;
    let before = journal.head().await;
    let tool = "three-questions";
    let cases = [
        (json!({"inputs": {}}), "/tool"),
        (json!({"tool": tool, "workflow": "wf_1", "inputs": {}}), "/workflow"),
        (json!({"tool": "no-such", "inputs": {}}), "/tool"),
        (json!({"workflow": "wf_00000000000000000000000000", "inputs": {}}), "/workflow"),
        (json!({"workflow": "nonsense", "inputs": {}}), "/workflow"),
        (json!({"tool": tool, "inputs": {}}), "/inputs/topic"),
        (json!({"tool": tool, "inputs": {"topic": 1}}), "/inputs/topic"),
        (json!({"tool": tool, "inputs": {"topic": "sea", "more": 1}}), "/inputs/more"),
        (json!({"tool": tool, "inputs": {"topic": "sea"}, "model": "moon"}), "/model"),
        (json!({"tool": tool, "inputs": {"topic": "sea"}, "max_credits": "0"}), "/max_credits"),
        (json!({"tool": tool, "inputs": {"topic": "sea"}, "max_credits": "0.01"}), "/max_credits"),
        (json!({"tool": tool, "inputs": {"topic": "sea"}, "when_short": "beg"}), "/when_short"),
    ];
    for (number, (body, pointer)) in cases.into_iter().enumerate() {
        let wrong = start(&owner, &number.to_string(), body.clone()).await.wrong_fields();
        assert_eq!(wrong[0].0, pointer, "{body}");
    }
    assert_eq!(journal.head().await, before);
    assert!(server.provider.calls().is_empty());
}

#[tokio::test]
async fn others_see_what_it_cost_and_owners_what_came_out() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let mut ida = server.member(&mut owner, "Ida").await;
    for text in ["salt", "waves", "ships"] {
        server.provider.push(one_credit(text));
    }
    let run_id = id(&start(&ben, "one", three_questions()).await.expect(202));
    finish(&ben, &run_id).await;
    let path = format!("/api/v1/runs/{run_id}");
    for client in [&mut ben, &mut owner] {
        let seen = client.get(&path).await.expect(200);
        assert_eq!(
            (&seen["has_content"], &seen["result"]["value"]),
            (&json!(true), &json!("ships"))
        );
    }
    let answer = ida.get(&path).await;
    let seen = answer.expect(200);
    assert_eq!((&seen["has_content"], &seen["can_stop"]), (&json!(false), &json!(false)));
    assert_eq!((&seen["inputs"], &seen["result"]), (&Value::Null, &Value::Null));
    assert_eq!((&seen["title"], &seen["credits"]), (&json!("Three questions"), &json!("3")));
    assert_eq!(seen["steps"][2]["name"], "Third");
    for word in ["salt", "waves", "ships", "sea"] {
        assert!(!answer.text.contains(word), "{word}: {}", answer.text);
    }
    ida.get(&format!("{path}/events")).await.problem(404, "not_found");
    finish(&owner, &run_id).await;
    let list = ida.get("/api/v1/runs").await;
    assert!(!list.text.contains("sea"), "{}", list.text);
}

#[tokio::test]
async fn a_run_out_of_credits_pauses_and_finishes_by_itself_after_a_purchase() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    leave(&server, &mut owner, 2).await;
    for text in ["salt", "waves", "ships"] {
        server.provider.push(one_credit(text));
    }
    let run_id = id(&start(&owner, "one", three_questions()).await.expect(202));
    let paused = until(&mut owner, &run_id, "paused_no_credits").await;
    assert_eq!((&paused["reason"], &paused["held"]), (&json!("no_credits"), &json!("0")));
    assert_eq!((&paused["credits"], &paused["queue"]["ahead"]), (&json!("2"), &json!(0)));
    assert_eq!((&paused["can_stop"], &paused["can_resume"]), (&json!(true), &json!(true)));
    let told = owner.stream(&format!("/api/v1/runs/{run_id}/events")).await.rest().await;
    assert_eq!(told.len(), 1, "a stream of a run that waits tells that and ends: {told:?}");
    assert_eq!((told[0].name.as_str(), &told[0].data["state"]), ("state", &paused["state"]));
    let resume = format!("/api/v1/runs/{run_id}/resume");
    let short = owner.keyed("go on").post(&resume, json!({})).await;
    let problem = short.problem(402, "insufficient_credits");
    assert_eq!(problem["required"], paused["queue"]["needed"]);
    owner.post(&resume, json!({})).await.problem(400, "idempotency_key_required");
    buy(&owner, "more").await;
    let done = until(&mut owner, &run_id, "succeeded").await;
    assert_eq!((&done["credits"], &done["result"]["value"]), (&json!("3"), &json!("ships")));
    assert_eq!(server.provider.calls().len(), 4, "nothing was done twice");
    owner.keyed("again").post(&resume, json!({})).await.problem(409, "state_conflict");
    let receipt = owner.get(&format!("/api/v1/runs/{run_id}/receipt")).await.expect(200);
    assert_eq!((&receipt["used"], receipt["holds"].as_array().unwrap().len()), (&json!("3"), 2));
    let report = server.app().verify().await.unwrap();
    assert!(report.clean(), "{report:?}");
}

#[tokio::test]
async fn at_zero_a_run_can_wait_and_others_wait_behind_it() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    run_dry(&server, &mut owner, 0).await;
    let journal = Journal::of(&server, &mut owner).await;
    let before = journal.head().await;
    let problem = start(&owner, "no", three_questions()).await.problem(402, "insufficient_credits");
    assert_eq!((&problem["can_wait"], &problem["waiting"]), (&json!(true), &json!(0)));
    let mut body = three_questions();
    body["when_short"] = json!("wait");
    let first = start(&owner, "first", body.clone()).await.expect(202);
    assert_eq!(first["state"], "waiting_for_credits");
    assert_eq!((&first["reason"], &first["queue"]["ahead"]), (&json!("no_credits"), &json!(0)));
    let second = start(&owner, "second", body.clone()).await.expect(202);
    assert_eq!(second["queue"]["ahead"], 1);
    assert_eq!(journal.head().await, before, "waiting books nothing");
    let waiting = owner.get("/api/v1/runs?state=waiting_for_credits").await.expect(200);
    assert_eq!(waiting["data"].as_array().unwrap().len(), 2);
    let behind = start(&owner, "no", three_questions()).await;
    let problem = behind.problem(402, "insufficient_credits");
    assert_eq!((&problem["can_wait"], &problem["waiting"]), (&json!(true), &json!(2)));
    assert_eq!(problem["detail"], "2 runs wait for credits before this one.");
    let cancel = format!("/api/v1/runs/{}/cancel", id(&first));
    owner.post(&cancel, json!({})).await.expect(202);
    let gone = run(&mut owner, &id(&first)).await;
    assert_eq!((&gone["state"], &gone["reason"]), (&json!("cancelled"), &json!("stopped")));
    assert_eq!(gone["queue"], Value::Null);
    let moved = run(&mut owner, &id(&second)).await;
    assert_eq!(moved["queue"]["ahead"], 0, "the next one moves up");
    for text in ["salt", "waves", "ships"] {
        server.provider.push(one_credit(text));
    }
    buy(&owner, "more").await;
    let done = until(&mut owner, &id(&second), "succeeded").await;
    assert_eq!(done["credits"], "3");
}

#[tokio::test]
async fn a_file_is_read_and_what_is_in_it_goes_to_the_model() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let file = id(&upload(&mut owner, "sea.txt", "The sea is deep.").await.expect(201));
    server.provider.push(one_credit("very deep"));
    let inputs = json!({"question": "How deep?", "paper": file});
    let body = json!({"tool": "read-along", "inputs": inputs});
    let foreign = start(&ben, "bens", body.clone()).await.wrong_fields();
    assert_eq!(foreign, [("/inputs/paper".to_owned(), "unknown".to_owned())]);
    let run_id = id(&start(&owner, "one", body).await.expect(202));
    let done = until(&mut owner, &run_id, "succeeded").await;
    assert_eq!(done["result"]["value"], "VERY DEEP");
    let calls = server.provider.calls();
    let asked = &calls[0].messages[0].content;
    assert!(asked.contains("The sea is deep.") && asked.contains("How deep?"), "{asked}");
    let read = &done["steps"][0];
    assert_eq!((&read["kind"], &read["credits"]), (&json!("read"), &json!("0")));
    assert_eq!(read["result"]["name"], "sea.txt");
    ben.get(&format!("/api/v1/files/{file}")).await.problem(404, "not_found");
}

/// A server with one page, for as long as the test runs.
async fn page_server(html: &'static str) -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 4_096];
            let _ = stream.read(&mut head).await;
            let length = html.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\
                 Content-Length: {length}\r\nConnection: close\r\n\r\n{html}"
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

const PAGE: &str = "<!doctype html><title>The sea</title><article><h1>The sea</h1><p>It is eleven \
                    thousand metres deep at its deepest, in the west of the Pacific.</p></article>";

#[tokio::test]
async fn a_page_is_fetched_where_the_operator_allows_it() {
    let address = page_server(PAGE).await;
    let server = Server::with(&[("AMPERE_EGRESS_ALLOW", &address.to_string())]).await;
    let mut owner = server.owner().await;
    server.provider.push(one_credit("eleven thousand metres"));
    let inputs = json!({"question": "How deep?", "page": format!("http://{address}/sea")});
    let body = json!({"tool": "read-along", "inputs": inputs});
    let run_id = id(&start(&owner, "one", body).await.expect(202));
    let done = until(&mut owner, &run_id, "succeeded").await;
    assert_eq!(done["result"]["value"], "ELEVEN THOUSAND METRES");
    let calls = server.provider.calls();
    let asked = &calls[0].messages[0].content;
    assert!(asked.contains("in the west of the Pacific") && !asked.contains("<p>"), "{asked}");
}

#[tokio::test]
async fn a_page_of_the_own_network_is_refused_and_costs_nothing() {
    let address = page_server(PAGE).await;
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let inputs = json!({"question": "How deep?", "page": format!("http://{address}/sea")});
    let body = json!({"tool": "read-along", "inputs": inputs});
    let run_id = id(&start(&owner, "one", body).await.expect(202));
    let failed = until(&mut owner, &run_id, "failed").await;
    assert_eq!((&failed["reason"], &failed["credits"]), (&json!("page_failed"), &json!("0")));
    let noted = failed["steps"].as_array().unwrap().iter().any(|step| step["note"].is_string());
    assert!(noted, "{failed}");
    assert!(server.provider.calls().is_empty());
    assert_eq!(balance(&mut owner).await["available"], "1000");
}
