//! What people do together in a conversation that is shared: live answers, writing, files,
//! questions, lists of runs; and what is left of it when it is taken away.

use ampere_adapters::ai::scripted::{Gate, Script};
use ampere_credits::Credits;
use serde_json::{Value, json};

use super::{id_of, put};
use crate::browsing::{ended, until};
use crate::harness::{Client, Events, Server};
use crate::messages::{finished, send};
use crate::objects::upload;
use crate::sessions::new_session;
use crate::spending::{Journal, finish};

fn events(run: &Value) -> String {
    format!("/api/v1/runs/{}/events", run["id"].as_str().unwrap())
}

/// Two people, and a conversation of the first.
async fn two(server: &Server) -> (Client, Client, String, String) {
    let mut mia = server.owner().await;
    let mut ben = server.member(&mut mia, "Ben").await;
    let (session, ben_id) = (new_session(&mut mia).await, id_of(&mut ben).await);
    (mia, ben, session, ben_id)
}

/// Begins an answer that has said "first " and goes on when the gate opens.
async fn begins(server: &Server, client: &mut Client, session: &str, gate: &Gate) -> Value {
    use ampere_adapters::ai::scripted::Step;
    let text = |text: &str| Step::Text(text.to_owned());
    let usage = Step::Usage { input: 100, output: 20 };
    let steps = vec![text("first "), Step::Wait(gate.clone()), text("second"), usage, Step::Done];
    server.provider.push(Script::steps(steps));
    let sent = send(client, session, "begun", "A secret question?").await;
    gate.reached().await;
    sent
}

async fn text_of(events: Events) -> String {
    let all = events.rest().await;
    assert_eq!(all.last().unwrap().name, "finished");
    let deltas = all.iter().filter(|event| event.name == "delta");
    deltas.map(|event| event.data["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_reader_follows_the_running_answer_and_opens_its_run() {
    let server = Server::start().await;
    let (mut mia, mut ben, session, ben_id) = two(&server).await;
    let gate = Gate::new();
    let sent = begins(&server, &mut mia, &session, &gate).await;
    let run = format!("/api/v1/runs/{}", sent["run"]["id"].as_str().unwrap());
    let receipt = format!("{run}/receipt");
    let seen = async |ben: &mut Client| {
        let seen = [ben.get(&run).await.expect(200), ben.get(&receipt).await.expect(200)];
        let list = ben.get("/api/v1/runs").await.expect(200)["data"][0].clone();
        let titles = [&seen[0], &seen[1]["run"], &list].map(|run| run["title"].clone());
        (titles, list["session_id"].clone())
    };
    let private = [(); 3].map(|()| json!("Private session"));
    assert_eq!(seen(&mut ben).await, (private.clone(), Value::Null));
    ben.get(&events(&sent["run"])).await.problem(404, "not_found");
    put(&mut mia, &session, &[(&ben_id, "view")]).await.expect(200);
    let open = [(); 3].map(|()| json!("A secret question?"));
    assert_eq!(seen(&mut ben).await, (open, json!(session)));
    let follows = ben.stream(&events(&sent["run"])).await;
    let messages = ben.get(&format!("/api/v1/sessions/{session}/messages")).await.expect(200);
    assert_eq!(messages["data"][1]["text"], "first ", "what there is now");
    gate.open();
    assert_eq!(text_of(follows).await, "first second");
    finished(&mia, &sent["run"]).await;
    put(&mut mia, &session, &[]).await.expect(200);
    assert_eq!(seen(&mut ben).await, (private, Value::Null));
}

#[tokio::test]
async fn what_is_taken_away_ends_an_open_stream() {
    let server = Server::start().await;
    let (mut mia, mut ben, session, ben_id) = two(&server).await;
    let mut ida = server.member(&mut mia, "Ida").await;
    let ida_id = id_of(&mut ida).await;
    put(&mut mia, &session, &[(&ben_id, "edit"), (&ida_id, "view")]).await.expect(200);
    let gate = Gate::new();
    let sent = begins(&server, &mut mia, &session, &gate).await;
    let mut bens = ben.stream(&events(&sent["run"])).await;
    let mut idas = ida.stream(&events(&sent["run"])).await;
    let mut news = ben.stream("/api/v1/events").await;
    for stream in [&mut bens, &mut idas] {
        assert_eq!(stream.named("delta").await.data["text"], "first ");
    }
    news.named("balance").await;
    put(&mut mia, &session, &[(&ida_id, "view")]).await.expect(200);
    assert_eq!(news.named("session").await.data["id"], json!(session), "their list changed");
    assert!(bens.rest().await.iter().all(|event| event.name != "delta"), "nothing more");
    mia.delete(&format!("/api/v1/members/{ida_id}")).await.expect(204);
    assert!(idas.rest().await.iter().all(|event| event.name != "delta"), "nothing more");
    gate.open();
    finished(&mia, &sent["run"]).await;
    ben.get(&events(&sent["run"])).await.problem(404, "not_found");
}

#[tokio::test]
async fn everybody_with_access_hears_of_it_and_nobody_else() {
    let server = Server::start().await;
    let (mut mia, ben, session, ben_id) = two(&server).await;
    let ida = server.member(&mut mia, "Ida").await;
    put(&mut mia, &session, &[(&ben_id, "view")]).await.expect(200);
    let mut told = ben.stream("/api/v1/events").await;
    let mut untold = ida.stream("/api/v1/events").await;
    for stream in [&mut told, &mut untold] {
        stream.named("balance").await;
    }
    mia.patch(&format!("/api/v1/sessions/{session}"), json!({"title": "New"})).await.expect(200);
    assert_eq!(told.named("session").await.data["id"], json!(session));
    // What Ida hears next is of her own.
    let mut ida = ida;
    let own = new_session(&mut ida).await;
    assert_eq!(untold.named("session").await.data["id"], json!(own));
}

#[tokio::test]
async fn what_an_editor_sends_is_theirs_and_charged_to_the_pool() {
    let server = Server::start().await;
    let (mut mia, mut ben, session, ben_id) = two(&server).await;
    put(&mut mia, &session, &[(&ben_id, "edit")]).await.expect(200);
    server.provider.push(Script::answer(&["Deep."], 1_000, 250));
    let sent = send(&mut ben, &session, "one", "How deep?").await;
    finished(&ben, &sent["run"]).await;
    let run = mia.get("/api/v1/runs").await.expect(200)["data"][0].clone();
    assert_eq!((&run["started_by"], &run["credits"]), (&json!("Ben"), &json!("1")));
    assert_eq!((&run["title"], &run["session_id"]), (&json!("How deep?"), &json!(session)));
    let path = format!("/api/v1/sessions/{session}/messages");
    let retry = json!({ "retry_of": sent["answer"]["id"] });
    let again = mia.keyed("two").post(&path, retry).await.expect(202);
    assert_eq!(again["user_message"]["id"], sent["user_message"]["id"]);
    finished(&mia, &again["run"]).await;
    let credits = mia.get("/api/v1/credits").await.expect(200);
    let session_row = ben.get(&format!("/api/v1/sessions/{session}")).await.expect(200);
    assert_eq!((&credits["held"], &session_row["message_count"]), (&json!("0"), &json!(3)));
    // A viewer of the organization writes nowhere, whatever is shared with them.
    let change = json!({ "role": "viewer" });
    mia.patch(&format!("/api/v1/members/{ben_id}"), change).await.expect(200);
    let refused = ben.keyed("three").post(&path, json!({ "text": "And?" })).await;
    refused.problem(403, "forbidden_role");
    ben.get(&path).await.expect(200);
    // What they started stays no way in when the session is taken away.
    put(&mut mia, &session, &[]).await.expect(200);
    let run = ben.get(&format!("/api/v1/runs?member_id={ben_id}")).await.expect(200);
    assert_eq!(run["data"][0]["title"], "Private session");
    ben.get(&events(&sent["run"])).await.problem(404, "not_found");
}

#[tokio::test]
async fn of_two_editors_at_once_one_is_answered() {
    let server = Server::start().await;
    let (mut mia, ben, session, ben_id) = two(&server).await;
    put(&mut mia, &session, &[(&ben_id, "edit")]).await.expect(200);
    let path = format!("/api/v1/sessions/{session}/messages");
    for round in 0..8 {
        let gate = Gate::new();
        server.provider.push(Script::answer(&["Yes."], 10, 10).held(&gate));
        let (mut one, mut two) =
            (mia.keyed(&format!("mia-{round}")), ben.keyed(&format!("ben-{round}")));
        let body = json!({ "text": "Now?", "effort": "low" });
        let both = tokio::join!(one.post(&path, body.clone()), two.post(&path, body));
        let mut statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [202, 409], "round {round}: {both:?}");
        let (sent, busy) = if both.0.status == 202 { both } else { (both.1, both.0) };
        busy.problem(409, "state_conflict");
        gate.open();
        finished(&mia, &sent.expect(202)["run"]).await;
    }
    let row = mia.get(&format!("/api/v1/sessions/{session}")).await.expect(200);
    assert_eq!(row["message_count"], 16);
}

#[tokio::test]
async fn files_of_a_shared_session_are_open_to_its_readers_and_stay_their_owners() {
    let server = Server::start().await;
    let (mut mia, mut ben, session, ben_id) = two(&server).await;
    let mut ida = server.member(&mut mia, "Ida").await;
    let id = |file: Value| file["id"].as_str().unwrap().to_owned();
    let file = id(upload(&mut ben, "notes.txt", "Ten metres.").await.expect(201));
    put(&mut mia, &session, &[(&ben_id, "edit")]).await.expect(200);
    let path = format!("/api/v1/sessions/{session}/messages");
    let ask = json!({ "text": "How deep?", "effort": "low", "attachments": [file] });
    let sent = ben.keyed("one").post(&path, ask).await.expect(202);
    finished(&ben, &sent["run"]).await;
    let content = format!("/api/v1/files/{file}/content");
    let seen = ida.get(&content).await;
    seen.problem(404, "not_found");
    let ida_id = id_of(&mut ida).await;
    put(&mut mia, &session, &[(&ben_id, "edit"), (&ida_id, "view")]).await.expect(200);
    assert_eq!(ida.get(&content).await.text, "Ten metres.");
    let row = ida.get(&format!("/api/v1/sessions/{session}")).await.expect(200);
    assert_eq!(row["files"][0]["name"], "notes.txt");
    ida.delete(&format!("/api/v1/files/{file}")).await.problem(404, "not_found");
    let own = ida.get("/api/v1/files").await.expect(200);
    assert_eq!(own["data"], json!([]), "her own list is her own");
    // The author tries it again, with what Ben had sent.
    let before = server.provider.calls().len();
    let retry = json!({ "retry_of": sent["answer"]["id"], "effort": "low" });
    let again = mia.keyed("two").post(&path, retry).await.expect(202);
    finished(&mia, &again["run"]).await;
    let heard = server.provider.calls()[before].messages.clone();
    assert!(heard.iter().any(|message| message.content.contains("Ten metres.")), "{heard:?}");
    put(&mut mia, &session, &[]).await.expect(200);
    ida.get(&content).await.problem(404, "not_found");
    ben.get(&content).await.expect_status(200);
}

/// The model wants to run a tool, and then says something.
fn wants_a_tool(server: &Server) {
    let call = json!({ "tool": "three-questions", "inputs": { "topic": "the secret sea" } });
    server.provider.push(Script::calls(&[("run_tool", call)], 100, 20));
    for answer in ["one", "two", "three", "Done."] {
        server.provider.push(Script::answer(&[answer], 100, 20));
    }
}

async fn asked(client: &mut Client, run: &str) -> Value {
    let asks = |run: &Value| run["state"] == "waiting_for_input" && !run["question"].is_null();
    until(client, run, asks).await["question"].clone()
}

#[tokio::test]
async fn the_authors_word_holds_for_the_author_alone() {
    let server = Server::under(|catalog| catalog.agent.ask_above = Credits::ZERO).await;
    let (mut mia, mut ben, session, ben_id) = two(&server).await;
    put(&mut mia, &session, &[(&ben_id, "edit")]).await.expect(200);
    wants_a_tool(&server);
    let sent = send(&mut mia, &session, "one", "Three questions.").await;
    let run = sent["run"]["id"].as_str().unwrap();
    let question = asked(&mut mia, run).await;
    assert_eq!(question["may_allow"], true);
    let decision = |run: &str| format!("/api/v1/runs/{run}/decision");
    let always = json!({ "call": question["call"], "decision": "always", "up_to": "50" });
    let seen = ben.get(&format!("/api/v1/runs/{run}")).await.expect(200);
    assert_eq!(seen["question"], Value::Null, "asked of who sent it");
    ben.post(&decision(run), always.clone()).await.problem(403, "forbidden_role");
    mia.post(&decision(run), always).await.expect(200);
    let end = ended(&mut mia, run).await;
    let path = format!("/api/v1/sessions/{session}");
    assert_eq!(mia.get(&path).await.expect(200)["allow_up_to"], "50");
    assert_eq!(ben.get(&path).await.expect(200)["allow_up_to"], Value::Null);
    // Readers open what its hands did; who has no access sees credits only.
    let mut ida = server.member(&mut mia, "Ida").await;
    let at = format!("/api/v1/runs/{}", end["id"].as_str().unwrap());
    assert!(ben.get(&at).await.text.contains("the secret sea"));
    for path in [at.clone(), format!("{at}/receipt")] {
        let text = ida.get(&path).await.text;
        assert!(!text.contains("secret") && !text.contains("Three questions"), "{text}");
    }
    // Ben's own message asks, and he may not say what goes unasked.
    wants_a_tool(&server);
    let sent = send(&mut ben, &session, "two", "Three more.").await;
    let run = sent["run"]["id"].as_str().unwrap();
    let question = asked(&mut ben, run).await;
    assert_eq!(question["may_allow"], false);
    let always = json!({ "call": question["call"], "decision": "always", "up_to": "50" });
    ben.post(&decision(run), always).await.problem(403, "forbidden_role");
    put(&mut mia, &session, &[(&ben_id, "view")]).await.expect(200);
    let yes = json!({ "call": question["call"], "decision": "run" });
    ben.post(&decision(run), yes.clone()).await.problem(403, "forbidden_role");
    put(&mut mia, &session, &[(&ben_id, "edit")]).await.expect(200);
    ben.post(&decision(run), yes).await.expect(200);
    assert_eq!(ended(&mut ben, run).await["state"], "succeeded");
}

#[tokio::test]
async fn the_author_stops_what_others_started_and_readers_stop_nothing() {
    let server = Server::start().await;
    let mut mia = server.owner().await;
    let mut ben = server.member(&mut mia, "Ben").await;
    let mut ida = server.member(&mut mia, "Ida").await;
    let (ida_id, mia_id) = (id_of(&mut ida).await, id_of(&mut mia).await);
    let session = new_session(&mut ben).await;
    put(&mut ben, &session, &[(&ida_id, "edit"), (&mia_id, "view")]).await.expect(200);
    let gate = Gate::new();
    let sent = begins(&server, &mut ida, &session, &gate).await;
    let run = format!("/api/v1/runs/{}", sent["run"]["id"].as_str().unwrap());
    for (client, may) in [(&mut ben, true), (&mut ida, true)] {
        assert_eq!(client.get(&run).await.expect(200)["can_stop"], may);
    }
    put(&mut ben, &session, &[(&ida_id, "edit")]).await.expect(200);
    let mut vic = server.member(&mut mia, "Vic").await;
    let vic_id = id_of(&mut vic).await;
    put(&mut ben, &session, &[(&ida_id, "edit"), (&vic_id, "view")]).await.expect(200);
    assert_eq!(vic.get(&run).await.expect(200)["can_stop"], false);
    vic.post(&format!("{run}/cancel"), json!({})).await.problem(403, "forbidden_role");
    ben.post(&format!("{run}/cancel"), json!({})).await.expect(202);
    gate.open();
    finish(&ben, sent["run"]["id"].as_str().unwrap()).await;
    let end = ben.get(&run).await.expect(200);
    assert_eq!((&end["state"], &end["reason"]), (&json!("cancelled"), &json!("stopped")));
}

#[tokio::test]
async fn the_list_taken_out_hides_what_is_private_and_names_what_is_shared() {
    let server = Server::start().await;
    let mut mia = server.owner().await;
    let mut ben = server.member(&mut mia, "Ben").await;
    let mia_id = id_of(&mut mia).await;
    for (key, text, shared) in [("1", "Hidden words", false), ("2", "Open words", true)] {
        let session = new_session(&mut ben).await;
        let sent = send(&mut ben, &session, key, text).await;
        finished(&ben, &sent["run"]).await;
        if shared {
            put(&mut ben, &session, &[(&mia_id, "view")]).await.expect(200);
        }
    }
    let journal = Journal::of(&server, &mut mia).await;
    let head = journal.head().await;
    let file = mia.get("/api/v1/runs.csv").await.text;
    let whats: Vec<&str> =
        file.lines().skip(1).map(|line| line.split(',').nth(2).unwrap()).collect();
    assert_eq!(whats, ["Open words", "Private session"], "{file}");
    assert_eq!(journal.head().await, head, "reading books nothing");
}
