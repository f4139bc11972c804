//! Things of an organization that paths speak of, made over the API.

use serde_json::json;

use crate::harness::{Client, PASSWORD, Server};

/// What `{id}` in a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    None,
    Login,
    Member,
    Invitation,
    Session,
    Run,
    Checkout,
}

impl Object {
    /// Whether every person makes such things; the others are made by owners.
    pub fn is_personal(self) -> bool {
        matches!(self, Object::Login | Object::Session | Object::Run)
    }

    /// An id of this kind that nothing has.
    pub fn unknown_id(self) -> String {
        let prefix = match self {
            Object::None => "",
            Object::Login => "log",
            Object::Member => "usr",
            Object::Invitation => "inv",
            Object::Session => "ses",
            Object::Run => "run",
            Object::Checkout => "pay",
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
            Object::Session => session(client).await,
            Object::Run => finished_run(client, number).await,
            Object::Checkout => {
                let mut client = client.keyed(&format!("buy-{number}"));
                id(client.post("/api/v1/billing/checkouts", json!({"pack_id": "pack_5000"})).await)
            }
        }
    }
}

#[track_caller]
fn id(answer: crate::harness::Answer) -> String {
    answer.expect(201)["id"].as_str().unwrap().to_owned()
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
