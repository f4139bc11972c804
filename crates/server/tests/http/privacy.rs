//! `DELETE /account` and `DELETE /organization`: what goes, what stays, who may not go yet; and the
//! bytes of the database's file hold nothing of who has gone.

mod closing;

use std::sync::Arc;

use ampere_adapters::ai::scripted::Gate;
use ampere_adapters::mail::scripted::PostOffice;
use ampere_credits::OrgId;
use ampere_server::data;
use ampere_store::ports::Store;
use ampere_store::rows::{RunRow, SubscriptionStatus};
use serde_json::{Value, json};

use crate::browsing;
use crate::harness::{Answer, Client, PASSWORD, Server};
use crate::mail::{by_mail, token_in};
use crate::objects::{every_morning, one_question, upload};
use crate::spending::{balance, finish, hold};

const ACCOUNT: &str = "/api/v1/account";
const ORGANIZATION: &str = "/api/v1/organization";
/// In everything that Quentin writes.
const SECRET: &str = "quastenflosser";
const NAME: &str = "Quentin Quast";
const EMAIL: &str = "quentin@quasten.example";

async fn delete(client: &mut Client, path: &str, body: Value) -> Answer {
    client.send("DELETE".parse().unwrap(), path, Some(body.to_string())).await
}

async fn go(client: &mut Client) -> Answer {
    delete(client, ACCOUNT, json!({"password": PASSWORD})).await
}

async fn close(client: &mut Client, name: &str) -> Answer {
    let body = json!({"organization_name": name, "password": PASSWORD});
    delete(client, ORGANIZATION, body).await
}

async fn log_in(server: &Server, email: &str) -> (Client, Answer) {
    let mut client = server.nobody();
    let body = json!({"email": email, "password": PASSWORD});
    let answer = client.post("/api/v1/auth/login", body).await;
    (client, answer)
}

/// The bytes of the database's files, as text.
fn file(server: &Server) -> String {
    let path = data::database(server.folder());
    let mut bytes = std::fs::read(&path).unwrap();
    let mut log = path.into_os_string();
    log.push("-wal");
    bytes.extend(std::fs::read(log).unwrap_or_default());
    String::from_utf8_lossy(&bytes).to_lowercase()
}

/// The books themselves, read beside the server: also of an organization that is gone.
struct Books {
    store: Arc<dyn Store>,
    org: OrgId,
}

impl Books {
    async fn of(server: &Server, client: &mut Client) -> Books {
        let org = me(client).await["organization"]["id"].as_str().unwrap().parse().unwrap();
        let path = data::database(server.folder());
        let store = ampere_store::open_sqlite_shared(&path, server.clock.clone()).unwrap();
        Books { store, org }
    }

    /// Position and hash of the journal's last entry.
    async fn head(&self) -> (u64, String) {
        let pool = self.store.pool(self.org).await.unwrap();
        (pool.position, format!("{:?}", pool.head))
    }

    /// What was booked after a position.
    async fn kinds_after(&self, position: u64) -> Vec<&'static str> {
        let entries = self.store.journal(self.org, position, 100).await.unwrap();
        entries.iter().map(|entry| entry.fact.kind()).collect()
    }

    async fn run(&self, id: &str) -> RunRow {
        self.store.run(self.org, id.parse().unwrap()).await.unwrap().unwrap()
    }

    /// Whether every plan that there was has ended.
    async fn plans_ended(&self) -> bool {
        let rows = self.store.subscriptions(self.org).await.unwrap();
        assert!(!rows.is_empty(), "there was a plan");
        rows.iter().all(|row| row.status == SubscriptionStatus::Ended)
    }

    async fn recharges(&self) -> bool {
        self.store.recharge(self.org).await.unwrap().is_some_and(|row| row.enabled)
    }
}

#[track_caller]
fn assert_nowhere(server: &Server, words: &[&str]) {
    let file = file(server);
    assert!(file.contains("create table"), "this is the file");
    for word in words {
        let at = file.find(&word.to_lowercase());
        let around = at.map(|at| {
            let near = file.get(at.saturating_sub(120)..at + 60).unwrap_or("(no text)");
            near.chars().map(|c| if c.is_control() { '.' } else { c }).collect::<String>()
        });
        assert_eq!(around, None, "{word}");
    }
}

async fn verified(server: &Server) {
    let report = server.app().verify().await.unwrap();
    assert!(report.clean(), "{:?}", report.differences);
}

async fn me(client: &mut Client) -> Value {
    client.get("/api/v1/auth/me").await.expect(200)
}

/// Every number of the pool; not when it was read.
async fn credits_of(client: &mut Client) -> Value {
    let mut credits = balance(client).await;
    credits["at"] = Value::Null;
    credits
}

/// Asks Joule in a conversation and waits for the end.
async fn say(client: &Client, session: &str, key: &str, text: &str) {
    let path = format!("/api/v1/sessions/{session}/messages");
    let body = json!({"text": text, "effort": "low"});
    let sent = client.keyed(key).post(&path, body).await.expect(202);
    finish(client, sent["run"]["id"].as_str().unwrap()).await;
}

async fn session(client: &mut Client, title: &str) -> String {
    let made = client.post("/api/v1/sessions", json!({"title": title})).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

/// Something of everything, and the secret in all of it.
async fn lives(server: &Server, client: &mut Client) {
    let own = session(client, &format!("About the {SECRET}")).await;
    say(client, &own, "say", &format!("What is a {SECRET}?")).await;
    let path = format!("/api/v1/sessions/{own}");
    client.patch(&path, json!({"title": format!("{SECRET} again")})).await.expect(200);
    upload(client, &format!("{SECRET}.txt"), &format!("The {SECRET} is old.")).await.expect(201);
    let inputs = json!({"topic": SECRET});
    let body = json!({"name": SECRET, "inputs": inputs});
    client.post("/api/v1/tools/three-questions/inputs", body).await.expect(201);
    let run = json!({"tool": "three-questions", "inputs": inputs});
    let run = client.keyed("tool").post("/api/v1/runs", run).await.expect(202);
    finish(client, run["id"].as_str().unwrap()).await;
    browsing::site(server);
    let driven = browsing::drive(client, "drive").await;
    browsing::stop(client, &driven).await;
    client.post("/api/v1/workflows", one_question()).await.expect(201);
    client.post("/api/v1/schedules", every_morning()).await.expect(201);
    let wish = json!({"data": [{"kind": "team", "in_app": false, "email": false}]});
    client.put("/api/v1/notification-preferences", wish).await.expect(200);
}

/// Somebody who was invited by mail, asked for credits and forgot their password.
async fn quentin(office: &PostOffice, server: &Server, mia: &mut Client) -> Client {
    let invitation = json!({"role": "member", "email": EMAIL});
    mia.post("/api/v1/invitations", invitation).await.expect(201);
    let token = token_in(&office.letter("invites you", 0).await, "join");
    let account = json!({"name": NAME, "email": EMAIL, "password": PASSWORD, "invitation": token});
    let mut quentin = server.nobody();
    quentin.post("/api/v1/auth/sign-up", account).await.expect(201);
    lives(server, &mut quentin).await;
    quentin.post("/api/v1/billing/ask", json!({})).await.expect(200);
    office.letter("asks you for credits", 0).await;
    server.nobody().post("/api/v1/auth/password/forgot", json!({"email": EMAIL})).await.expect(202);
    office.letter("new password", 0).await;
    quentin
}

/// What is left of Quentin for the others.
async fn assert_only_ids(mia: &mut Client, shared: &str, id: &str) {
    let runs = mia.get("/api/v1/runs?limit=100").await.expect(200);
    let theirs = runs["data"].as_array().unwrap().iter();
    let theirs: Vec<_> = theirs.filter(|run| run["started_by"] == "Deleted person").collect();
    assert!(theirs.len() > 3 && theirs.iter().all(|run| run["title"] != SECRET), "{runs}");
    let messages = mia.get(&format!("/api/v1/sessions/{shared}/messages")).await.expect(200);
    let texts: Vec<&str> = messages["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts[0], "How many fish are there?");
    assert_eq!(texts[2..], ["Deleted with the account of who wrote it."; 2]);
    let workflows = mia.get("/api/v1/workflows").await.expect(200);
    assert_eq!(workflows["data"][0]["owner"], "Mia Berg", "{workflows}");
    let schedules = mia.get("/api/v1/schedules").await.expect(200);
    assert_eq!(schedules["data"][0]["state"], "paused", "{schedules}");
    let log = mia.get("/api/v1/audit-log").await.expect(200);
    assert_eq!(
        (&log["data"][0]["act"], &log["data"][0]["target"]),
        (&json!("account_deleted"), &json!(id))
    );
}

#[tokio::test]
async fn a_person_goes_and_the_file_holds_nothing_of_them() {
    let (office, server) = by_mail().await;
    let mut mia = server.owner().await;
    let mut quentin = quentin(&office, &server, &mut mia).await;
    // In a conversation of another, and in another organization.
    let shared = session(&mut mia, "Fish").await;
    let id = me(&mut quentin).await["user"]["id"].as_str().unwrap().to_owned();
    let with = json!({"data": [{"user_id": id, "access": "edit"}]});
    mia.put(&format!("/api/v1/sessions/{shared}/shares"), with).await.expect(200);
    say(&mia, &shared, "fish", "How many fish are there?").await;
    say(&quentin, &shared, "more", &format!("And the {SECRET}?")).await;
    let mut zoe = server.stranger(&mut mia).await;
    let made = zoe.post("/api/v1/invitations", json!({"role": "member"})).await.expect(201);
    let link = made["url"].as_str().unwrap().split('#').nth(1).unwrap().to_owned();
    quentin.post("/api/v1/auth/invitations/accept", json!({"token": link})).await.expect(200);
    let there = session(&mut quentin, SECRET).await;
    say(&quentin, &there, "there", &format!("{SECRET}?")).await;
    let (mut elsewhere, answer) = log_in(&server, EMAIL).await;
    answer.expect(200);
    assert!(file(&server).contains(SECRET) && file(&server).contains(EMAIL), "they live");

    server.app().follow_hooks().await.unwrap();
    let (berg, other) = (Books::of(&server, &mut mia).await, Books::of(&server, &mut zoe).await);
    let heads = (berg.head().await, other.head().await);
    let before = (credits_of(&mut mia).await, credits_of(&mut zoe).await);
    let gone = go(&mut quentin).await;
    gone.expect(204);
    assert!(gone.header("set-cookie").contains("Max-Age=0"), "{}", gone.header("set-cookie"));
    elsewhere.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
    log_in(&server, EMAIL).await.1.problem(401, "wrong_credentials");
    assert_eq!((berg.head().await, other.head().await), heads, "no entry was booked");
    assert_eq!((credits_of(&mut mia).await, credits_of(&mut zoe).await), before);
    verified(&server).await;
    drop((berg, other));
    assert_nowhere(&server, &[SECRET, EMAIL, NAME, "quentin", "welcome to the shop"]);
    assert_only_ids(&mut mia, &shared, &id).await;
    // The same address is a new person.
    let mut anew = server.nobody();
    let account = json!({
        "name": NAME, "email": EMAIL, "password": PASSWORD, "organization_name": "Anew",
        "zone": "UTC",
    });
    anew.post("/api/v1/auth/sign-up", account).await.expect(201);
    assert_ne!(me(&mut anew).await["user"]["id"], json!(id));
    assert_eq!(anew.get("/api/v1/sessions").await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn who_may_not_go_yet_is_told_why_and_stays() {
    let server = Server::start().await;
    let mut mia = server.owner().await;
    let mut ben = server.member(&mut mia, "Ben").await;
    let why = go(&mut mia).await.problem(409, "state_conflict");
    assert!(why["detail"].as_str().unwrap().contains("hand it over or delete it first"), "{why}");
    let wrong = delete(&mut ben, ACCOUNT, json!({"password": "a wrong guess"})).await;
    assert_eq!(wrong.wrong_fields(), [("/password".to_owned(), "wrong".to_owned())]);
    let other = json!({"password": PASSWORD, "email": "mia@example.com"});
    let wrong = delete(&mut ben, ACCOUNT, other).await.wrong_fields();
    assert_eq!(wrong, [("/email".to_owned(), "mismatch".to_owned())]);
    let gate = Gate::new();
    let run = hold(&server, &mut ben, &gate).await;
    let why = go(&mut ben).await.problem(409, "state_conflict");
    assert!(why["detail"].as_str().unwrap().contains("has not ended"), "{why}");
    gate.open();
    finish(&ben, &run).await;
    let to =
        json!({"user_id": me(&mut ben).await["user"]["id"], "organization_name": "Berg & Sons"});
    mia.post("/api/v1/organization/transfer", to).await.expect(200);
    let why = go(&mut mia).await.problem(409, "state_conflict");
    assert!(why["detail"].as_str().unwrap().contains("the only operator"), "{why}");
    assert_eq!(me(&mut mia).await["user"]["name"], "Mia Berg");
    verified(&server).await;
}

#[tokio::test]
async fn guesses_at_the_password_are_throttled_as_log_ins_are() {
    let server = Server::start().await;
    let mut mia = server.owner().await;
    let mut ben = server.member(&mut mia, "Ben").await;
    for _ in 0..10 {
        delete(&mut ben, ACCOUNT, json!({"password": "a wrong guess"})).await.wrong_fields();
    }
    go(&mut ben).await.problem(429, "rate_limited");
    log_in(&server, "ben@example.com").await.1.problem(429, "rate_limited");
    server.clock.advance_seconds(15 * 60 + 1);
    go(&mut ben).await.expect(204);
}

#[tokio::test]
async fn who_belongs_nowhere_any_more_goes_by_address_and_password() {
    let server = Server::start().await;
    let mut mia = server.owner().await;
    let mut ben = server.member(&mut mia, "Ben").await;
    let path = format!("/api/v1/members/{}", me(&mut ben).await["user"]["id"].as_str().unwrap());
    session(&mut ben, SECRET).await;
    hold(&server, &mut ben, &Gate::new()).await;
    mia.delete(&path).await.expect(204);
    log_in(&server, "ben@example.com").await.1.problem(410, "gone");
    let mut nobody = server.nobody();
    go(&mut nobody).await.problem(401, "unauthenticated");
    let proof = |password: &str| json!({"email": "Ben@Example.com", "password": password});
    delete(&mut nobody, ACCOUNT, proof("wrong")).await.problem(401, "wrong_credentials");
    delete(&mut nobody, ACCOUNT, proof(PASSWORD)).await.expect(204);
    delete(&mut nobody, ACCOUNT, proof(PASSWORD)).await.problem(401, "wrong_credentials");
    assert_nowhere(&server, &[SECRET, "ben@example.com"]);
    verified(&server).await;
}

#[tokio::test]
async fn the_last_account_goes_and_the_next_start_greets_a_new_first_one() {
    let mut server = Server::start().await;
    let mut mia = server.owner().await;
    close(&mut mia, "Berg & Sons").await.expect(204);
    log_in(&server, "mia@example.com").await.1.problem(410, "gone");
    let proof = json!({"email": "mia@example.com", "password": PASSWORD});
    delete(&mut server.nobody(), ACCOUNT, proof).await.expect(204);
    server.restart().await;
    let mut anew = server.owner().await;
    assert_eq!(me(&mut anew).await["user"]["operator"], true);
    verified(&server).await;
}
