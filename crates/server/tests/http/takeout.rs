//! `/account/export` and `/organization/export`: everything is in them, nothing of others, no
//! secret; the journal in the file proves itself; one at a time, and not for who has gone.

mod books;
mod bounds;
mod opened;

use serde_json::{Value, json};

use crate::harness::{Client, PASSWORD, Server};
use crate::objects::{Object, upload};
use crate::spending::{Journal, ask, finish};
use crate::tasks::{id, start, three_questions, until};

pub use opened::Opened;

pub const MINE: &str = "/api/v1/account/export";
pub const OURS: &str = "/api/v1/organization/export";

/// Says something in a session of its own; the session's id.
async fn say(client: &mut Client, text: &str) -> String {
    let session = id(&client.post("/api/v1/sessions", json!({})).await.expect(201));
    let path = format!("/api/v1/sessions/{session}/messages");
    let body = json!({"text": text, "effort": "low"});
    let sent = client.keyed(text).post(&path, body).await.expect(202);
    finish(client, sent["run"]["id"].as_str().unwrap()).await;
    session
}

/// Runs a tool to its end; the run's id.
async fn task(client: &mut Client) -> String {
    let run = id(&start(client, "a task", three_questions()).await.expect(202));
    until(client, &run, "succeeded").await;
    run
}

async fn list(client: &mut Client, path: &str) -> Vec<Value> {
    client.get(path).await.expect(200)["data"].as_array().unwrap().clone()
}

/// Of each thing the text of one member.
fn of(things: &[Value], member: &str) -> Vec<String> {
    things.iter().map(|thing| thing[member].as_str().unwrap_or_default().to_owned()).collect()
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

#[tokio::test]
async fn a_person_takes_out_what_the_api_says() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    say(&mut owner, "A secret of Mia").await;
    say(&mut ben, "How deep is the sea?").await;
    say(&mut ben, "And how wide?").await;
    task(&mut ben).await;
    let kinds = [Object::Browser, Object::SavedInputs, Object::Workflow];
    for (number, object) in kinds.into_iter().enumerate() {
        object.make(&server, &mut ben, number).await;
    }
    Object::Schedule.make(&server, &mut ben, 0).await;
    upload(&mut ben, "K%C3%A4se.md", "# Cheese").await.expect(201);
    upload(&mut ben, "x.txt", "two").await.expect(201);
    upload(&mut owner, "mias.txt", "Mia's own file").await.expect(201);
    let journal = Journal::of(&server, &mut owner).await;
    let before = journal.head().await;
    let zip = Opened::of(&ben, MINE).await;
    assert_eq!(journal.head().await, before, "reading is free");
    assert_eq!(zip.file_name, "my-data-2026-11-22.zip");
    sessions_are_whole(&mut ben, &zip).await;
    runs_are_whole(&mut ben, &zip).await;
    files_are_whole(&mut ben, &zip).await;
    lists_are_whole(&mut ben, &zip).await;
    for secret in ["A secret of Mia", "Mia's own file", "mias.txt"] {
        assert!(!zip.holds(secret), "{secret} is not Ben's");
    }
    assert!(zip.text("about.txt").starts_with("Your data."));
}

async fn sessions_are_whole(ben: &mut Client, zip: &Opened) {
    let listed = list(ben, "/api/v1/sessions").await;
    let names = zip.names("sessions/");
    let told = of(&listed, "id").iter().map(|id| format!("sessions/{id}.json")).collect();
    assert_eq!(sorted(told), sorted(names));
    assert!(listed.len() >= 2);
    for session in &listed {
        let kept = zip.json(&format!("sessions/{}.json", id(session)));
        for member in ["id", "title", "created_at", "updated_at", "credits"] {
            assert_eq!(kept[member], session[member], "{member}");
        }
        let path = format!("/api/v1/sessions/{}/messages", id(session));
        let messages = list(ben, &path).await;
        let kept = kept["messages"].as_array().unwrap();
        assert_eq!(kept.len(), messages.len());
        for (kept, message) in kept.iter().zip(&messages) {
            for member in ["id", "role", "text", "created_at", "run_id"] {
                assert_eq!(kept[member], message[member], "{member}");
            }
            let answer = message["role"] == "assistant";
            assert_eq!(kept["credits"].is_string(), answer);
            assert!(!answer || kept["credits"] == message["run"]["credits"], "{kept}");
        }
    }
}

async fn runs_are_whole(ben: &mut Client, zip: &Opened) {
    let me = ben.get("/api/v1/auth/me").await.expect(200)["user"]["id"].clone();
    let mut listed = list(ben, "/api/v1/runs?limit=200").await;
    listed.retain(|run| run["started_by_id"] == me);
    let rows = zip.table("runs.csv");
    assert_eq!(of(&rows, "run_id"), of(&listed, "id"), "newest first, as in the list");
    for (row, run) in rows.iter().zip(&listed) {
        for member in ["kind", "title", "state", "credits", "created_at"] {
            assert_eq!(row[member], run[member], "{member}");
        }
        assert_eq!(
            (&row["organization"], &row["started_by"]),
            (&json!("Berg & Sons"), &json!("Ben"))
        );
    }
    let mut tasks = 0;
    for run in listed.iter().filter(|run| run["kind"] != "message" && run["kind"] != "background") {
        let detail = ben.get(&format!("/api/v1/runs/{}", id(run))).await.expect(200);
        let kept = zip.json(&format!("tasks/{}.json", id(run)));
        assert_eq!(kept["inputs"], detail["inputs"]);
        assert_eq!(kept["result"], detail["result"]["value"], "{detail}");
        for still in kept["recording"].as_array().unwrap() {
            let number = &still["number"];
            let path = format!("/api/v1/runs/{}/browser/stills/{number}", id(run));
            let jpeg = opened::bytes(ben, &path).await;
            assert_eq!(zip.bytes(still["file"].as_str().unwrap()), jpeg);
        }
        tasks += 1;
    }
    assert_eq!(zip.names("tasks/").len(), tasks);
    assert!(tasks >= 2 && !zip.names("recordings/").is_empty());
}

async fn files_are_whole(ben: &mut Client, zip: &Opened) {
    let listed = list(ben, "/api/v1/files").await;
    assert_eq!(listed.len(), 2);
    assert_eq!(zip.names("files/").len(), 4);
    for file in &listed {
        let name = format!("files/{}-{}", id(file), file["name"].as_str().unwrap());
        let path = format!("/api/v1/files/{}/content", id(file));
        assert_eq!(zip.bytes(&name), opened::bytes(ben, &path).await);
        let about = zip.json(&format!("files/{}.about.json", id(file)));
        assert_eq!((&about["name"], &about["size"]), (&file["name"], &file["size"]));
    }
}

async fn lists_are_whole(ben: &mut Client, zip: &Opened) {
    for (name, path) in [
        ("workflows.json", "/api/v1/workflows"),
        ("schedules.json", "/api/v1/schedules"),
        ("notices.json", "/api/v1/notifications?limit=200"),
        ("saved-inputs.json", "/api/v1/tools/three-questions/inputs"),
    ] {
        let kept = zip.json(name).as_array().unwrap().clone();
        assert_eq!(of(&kept, "id"), of(&list(ben, path).await, "id"), "{name}");
    }
    assert_eq!(zip.json("saved-inputs.json")[0]["inputs"], json!({"topic": "sea"}));
    let schedule = zip.json("schedules.json")[0].clone();
    let told = (&schedule["inputs"]["topic"], &schedule["rule"]["at"]);
    assert_eq!(told, (&json!("sea"), &json!("09:00")));
    assert!(zip.json("workflows.json")[0]["definition"]["steps"].is_array());
    let account = zip.json("account.json");
    let me = ben.get("/api/v1/auth/me").await.expect(200);
    assert_eq!((&account["id"], &account["email"]), (&me["user"]["id"], &me["user"]["email"]));
    let home = &account["organizations"][0];
    assert_eq!((&home["name"], &home["role"]), (&json!("Berg & Sons"), &json!("member")));
    assert!(home["notifications"].as_array().unwrap().len() > 5);
    let logins = list(ben, "/api/v1/auth/logins").await;
    let kept = account["logins"].as_array().unwrap().clone();
    assert_eq!(of(&kept, "id"), of(&logins, "id"));
    let acts = zip.table("audit.csv");
    assert_eq!(of(&acts, "act"), ["invitation_accepted"], "his own acts alone");
}

#[tokio::test]
async fn what_is_in_several_organizations_comes_together() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut zoe = server.stranger(&mut owner).await;
    say(&mut zoe, "At home in Elsewhere").await;
    let made = owner.post("/api/v1/invitations", json!({"role": "member"})).await.expect(201);
    let token = made["url"].as_str().unwrap().split('#').nth(1).unwrap().to_owned();
    zoe.post("/api/v1/auth/invitations/accept", json!({"token": token})).await.expect(200);
    say(&mut zoe, "A guest of Berg").await;
    say(&mut owner, "Mia's alone").await;
    let zip = Opened::of(&zoe, MINE).await;
    assert_eq!(zip.names("sessions/").len(), 2);
    assert!(zip.holds("At home in Elsewhere") && zip.holds("A guest of Berg"));
    assert!(!zip.holds("Mia's alone"));
    let runs = zip.table("runs.csv");
    assert_eq!(sorted(of(&runs, "organization"))[..1], ["Berg & Sons"]);
    let organizations = zip.json("account.json")["organizations"].as_array().unwrap().clone();
    assert_eq!(of(&organizations, "name"), ["Elsewhere", "Berg & Sons"]);
    assert_eq!(of(&organizations, "role"), ["owner", "member"]);
}

#[tokio::test]
async fn what_others_shared_is_there_by_name() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let session = say(&mut owner, "Only for who may open it").await;
    let path = format!("/api/v1/sessions/{session}");
    owner.patch(&path, json!({"title": "Harbour"})).await.expect(200);
    let user = ben.get("/api/v1/auth/me").await.expect(200)["user"]["id"].clone();
    let shares = json!({"data": [{"user_id": user, "access": "edit"}]});
    owner.put(&format!("{path}/shares"), shares).await.expect(200);
    let own = say(&mut ben, "Ben's own").await;
    let zip = Opened::of(&ben, MINE).await;
    assert_eq!(zip.names("sessions/"), [format!("sessions/{own}.json")]);
    let shared = zip.json("shared-sessions.json");
    assert_eq!(of(shared.as_array().unwrap(), "title"), ["Harbour"]);
    assert_eq!(of(shared.as_array().unwrap(), "owner"), ["Mia Berg"]);
    assert!(zip.holds("Ben's own") && !zip.holds("Only for who may open it"));
    // And whoever shares it has it whole.
    let zip = Opened::of(&owner, MINE).await;
    assert!(zip.holds("Only for who may open it") && !zip.holds("Ben's own"));
}

/// Everything that lets somebody in, as it could stand in a file.
async fn secrets(server: &Server, people: &[&Client]) -> Vec<String> {
    let database = std::fs::read(ampere_server::data::database(server.folder())).unwrap();
    let mut all = vec!["$argon2".to_owned(), PASSWORD.to_owned(), "sk-very-secret".to_owned()];
    for person in people {
        let cookie = person.cookie.clone().unwrap();
        all.push(cookie.split('=').nth(1).unwrap().to_owned());
    }
    let wal = ampere_server::data::database(server.folder()).with_extension("db-wal");
    let wal = std::fs::read(wal).unwrap_or_default();
    let kept = |text: &str| {
        let found = |bytes: &[u8]| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        found(&database) || found(&wal)
    };
    assert!(kept("$argon2"), "what is looked for is what is kept");
    all
}

#[tokio::test]
async fn no_secret_is_in_them_and_no_formula() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let provider = json!({
        "base_url": "http://127.0.0.1:9/v1", "model": "moon-1", "api_key": "sk-very-secret",
    });
    owner.put("/operator/v1/model-provider", provider).await.expect(200);
    let url = owner.post("/api/v1/invitations", json!({"role": "member"})).await.expect(201);
    let token = url["url"].as_str().unwrap().split('#').nth(1).unwrap().to_owned();
    let ben = server.member(&mut owner, "=cmd()|Ben").await;
    let mut secrets = secrets(&server, &[&owner, &ben]).await;
    secrets.push(token);
    let ours = Opened::of(&owner, OURS).await;
    for zip in [Opened::of(&ben, MINE).await, Opened::of(&owner, MINE).await, ours] {
        for secret in &secrets {
            assert!(!zip.holds(secret), "{secret} is in {}", zip.file_name);
        }
        for word in ["password_hash", "token_hash", "api_key"] {
            assert!(!zip.holds(word), "{word} is in {}", zip.file_name);
        }
    }
    let zip = Opened::of(&owner, OURS).await;
    let audit = zip.text("audit.csv");
    assert!(audit.contains(",'=cmd()|Ben,") && !audit.contains(",=cmd"), "{audit}");
}

#[tokio::test]
async fn names_of_files_lead_nowhere() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    for name in ["..%2F..%2Fetc%2Fpasswd.txt", "..%5C..%5Cwin.txt", "a%3Ab%7C.txt", "...txt"] {
        upload(&mut owner, name, "text").await.expect(201);
    }
    for path in [MINE, OURS] {
        let zip = Opened::of(&owner, path).await;
        let names = zip.names("");
        assert!(names.iter().filter(|name| name.starts_with("files/")).count() == 8);
        for name in &names {
            let parts: Vec<_> = name.split('/').collect();
            let plain = |part: &&str| !part.is_empty() && !part.chars().all(|c| c == '.');
            assert!(parts.iter().all(plain), "{name}");
            assert!(!name.contains(['\\', ':', '|', '\0']), "{name}");
        }
    }
}

#[tokio::test]
async fn an_organization_takes_out_everything_but_what_others_said() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let mut zoe = server.stranger(&mut owner).await;
    let private = say(&mut ben, "Nobody is to read this").await;
    say(&mut owner, "Nor this").await;
    say(&mut zoe, "Of another house").await;
    let task = task(&mut ben).await;
    Object::Workflow.make(&server, &mut ben, 1).await;
    Object::Schedule.make(&server, &mut ben, 1).await;
    upload(&mut ben, "bens.txt", "Ben's file").await.expect(201);
    let zip = Opened::of(&owner, OURS).await;
    assert_eq!(zip.file_name, "organization-2026-11-22.zip");
    assert!(zip.names("sessions/").is_empty());
    for text in ["Nobody is to read this", "Of another house", "Elsewhere", &private] {
        assert!(!zip.holds(text), "{text}");
    }
    let runs = zip.table("runs.csv");
    let listed = list(&mut owner, "/api/v1/runs?limit=200").await;
    assert_eq!(of(&runs, "run_id"), of(&listed, "id"));
    assert_eq!(of(&runs, "title"), of(&listed, "title"), "as the owner sees them");
    assert_eq!(of(&runs, "credits"), of(&listed, "credits"));
    assert!(of(&runs, "title").contains(&"Private session".to_owned()));
    let detail = owner.get(&format!("/api/v1/runs/{task}")).await.expect(200);
    let kept = zip.json(&format!("tasks/{task}.json"));
    assert_eq!((&kept["inputs"], &kept["result"]), (&detail["inputs"], &detail["result"]["value"]));
    assert!(zip.holds("Ben's file"));
    for (name, path) in
        [("workflows.json", "/api/v1/workflows"), ("schedules.json", "/api/v1/schedules")]
    {
        let kept = zip.json(name).as_array().unwrap().clone();
        assert_eq!(of(&kept, "id"), of(&list(&mut owner, path).await, "id"), "{name}");
    }
    let profile = zip.json("organization.json");
    let members = profile["members"].as_array().unwrap().clone();
    assert_eq!(of(&members, "user_id"), of(&list(&mut owner, "/api/v1/members").await, "user_id"));
    let invitations = profile["invitations"].as_array().unwrap().clone();
    assert_eq!(of(&invitations, "state"), ["accepted"]);
    ask(&mut ben, "afterwards").await;
}
