//! Things of an organization that paths speak of, made over the API.

use serde_json::json;

use crate::browsing;
use crate::harness::{Client, PASSWORD, Server};

/// What `{id}` in a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    None,
    Login,
    Member,
    Invitation,
    /// One that may be sent again.
    OlderInvitation,
    Organization,
    Session,
    Run,
    Browser,
    Checkout,
    /// Paid in the sandbox.
    Payment,
    Tool,
    SavedInputs,
    File,
    Workflow,
    Schedule,
}

impl Object {
    /// Whether every person makes such things; the others are made by owners.
    pub fn is_personal(self) -> bool {
        use Object::{Browser, File, Login, Run, SavedInputs, Schedule, Session, Workflow};
        matches!(self, Login | Session | Run | Browser | SavedInputs | File | Workflow | Schedule)
    }

    /// Whether an organization has such things of its own; tools are the installation's.
    pub fn belongs_to_somebody(self) -> bool {
        !matches!(self, Object::None | Object::Tool)
    }

    /// An id of this kind that nothing has.
    pub fn unknown_id(self) -> String {
        let prefix = match self {
            Object::None => "",
            Object::Login => "log",
            Object::Member => "usr",
            Object::Invitation | Object::OlderInvitation => "inv",
            Object::Organization => "org",
            Object::Session => "ses",
            Object::Run | Object::Browser => "run",
            Object::Checkout => "pay",
            Object::Payment => "sbxpay",
            Object::Tool => "tool",
            Object::SavedInputs => "sin",
            Object::File => "file",
            Object::Workflow => "wf",
            Object::Schedule => "sch",
        };
        format!("{prefix}_{}", "0".repeat(26))
    }

    /// A new one of this person.
    pub async fn make(self, server: &Server, client: &mut Client, number: usize) -> String {
        match self {
            Object::None => String::new(),
            Object::Login => another_login(server, client).await,
            Object::Member => {
                let mut made = server.member(client, &format!("Guest{number}")).await;
                let me = made.get("/api/v1/auth/me").await.expect(200);
                me["user"]["id"].as_str().unwrap().to_owned()
            }
            Object::Invitation => {
                id(client.post("/api/v1/invitations", json!({"role": "member"})).await)
            }
            Object::OlderInvitation => {
                let made = client.post("/api/v1/invitations", json!({"role": "member"})).await;
                server.clock.advance_seconds(300);
                id(made)
            }
            Object::Organization => {
                let me = client.get("/api/v1/auth/me").await.expect(200);
                me["organization"]["id"].as_str().unwrap().to_owned()
            }
            Object::Session => session(client).await,
            Object::Run => finished_run(client, number).await,
            Object::Browser => {
                browsing::site(server);
                let run = browsing::drive(client, &format!("drive-{number}")).await;
                browsing::stop(client, &run).await;
                run
            }
            Object::Checkout => {
                let mut client = client.keyed(&format!("buy-{number}"));
                id(client.post("/api/v1/billing/checkouts", json!({"pack_id": "pack_5000"})).await)
            }
            Object::Payment => {
                // Instants of payments are whole seconds.
                server.clock.advance_seconds(2);
                crate::spending::buy(client, &format!("paid-{number}")).await;
                let invoices = client.get("/api/v1/billing/invoices").await.expect(200);
                invoices["data"][0]["id"].as_str().unwrap().to_owned()
            }
            Object::Tool => "three-questions".to_owned(),
            Object::SavedInputs => {
                let body = json!({"name": "Sea", "inputs": {"topic": "sea"}});
                id(client.post("/api/v1/tools/three-questions/inputs", body).await)
            }
            Object::File => id(upload(client, "notes.txt", "Some notes.").await),
            Object::Workflow => id(client.post("/api/v1/workflows", one_question()).await),
            Object::Schedule => id(client.post("/api/v1/schedules", every_morning()).await),
        }
    }
}

#[track_caller]
fn id(answer: crate::harness::Answer) -> String {
    answer.expect(201)["id"].as_str().unwrap().to_owned()
}

/// Brings a file.
pub async fn upload(client: &mut Client, name: &str, text: &str) -> crate::harness::Answer {
    let path = format!("/api/v1/files?name={name}");
    let mut client = client.with("content-type", "application/octet-stream");
    client.send("POST".parse().unwrap(), &path, Some(text.to_owned())).await
}

/// The smallest workflow.
pub fn one_question() -> serde_json::Value {
    json!({
        "name": "One question",
        "definition": { "inputs": [], "steps": [
            { "id": "ask", "name": "Ask", "kind": "prompt", "prompt": "How deep is the sea?" },
        ] },
    })
}

/// A tool at nine every day.
pub fn every_morning() -> serde_json::Value {
    json!({
        "name": "Every morning", "tool": "three-questions", "inputs": {"topic": "sea"},
        "rule": {"every": "daily", "at": "09:00"}, "zone": "Europe/Berlin",
    })
}

async fn session(client: &mut Client) -> String {
    id(client.post("/api/v1/sessions", json!({})).await)
}

/// A message that was answered and charged.
pub async fn finished_run(client: &mut Client, number: usize) -> String {
    let session = session(client).await;
    let path = format!("/api/v1/sessions/{session}/messages");
    let mut asking = client.keyed(&format!("ask-{number}"));
    let sent = asking.post(&path, json!({"text": "Hello?"})).await.expect(202);
    let run = sent["run"]["id"].as_str().unwrap().to_owned();
    let events = client.stream(&format!("/api/v1/runs/{run}/events")).await.rest().await;
    assert_eq!(events.last().map(|event| event.name.as_str()), Some("finished"), "{events:?}");
    run
}

async fn another_login(server: &Server, client: &mut Client) -> String {
    let me = client.get("/api/v1/auth/me").await.expect(200);
    let mut again = server.nobody();
    let body = json!({"email": me["user"]["email"], "password": PASSWORD});
    let entered = again.post("/api/v1/auth/login", body).await.expect(200);
    entered["login_id"].as_str().unwrap().to_owned()
}
