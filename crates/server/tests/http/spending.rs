//! What money tests do over and over: ask, run a pool dry, buy; and look at the journal itself.

use std::sync::Arc;

use ampere_adapters::ai::scripted::{Gate, Script, Step};
use ampere_credits::ledger::Hash;
use ampere_credits::{Credits, OrgId};
use ampere_server::data;
use ampere_store::ports::Store;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Server};

pub const GOOD_CARD: &str = "4242424242424242";
pub const POOR_CARD: &str = "4000000000009995";

/// A new conversation of this person.
pub async fn session(client: &mut Client) -> String {
    let made = client.post("/api/v1/sessions", json!({})).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

/// Sends a message under a key.
pub async fn send(client: &Client, session: &str, key: &str) -> Answer {
    let path = format!("/api/v1/sessions/{session}/messages");
    let body = json!({"text": "How far is the moon?", "effort": "low"});
    client.keyed(key).post(&path, body).await
}

/// Sends a message and waits until it is answered and settled; the run's id.
pub async fn ask(client: &mut Client, key: &str) -> String {
    let session = session(client).await;
    let sent = send(client, &session, key).await.expect(202);
    let run = sent["run"]["id"].as_str().unwrap().to_owned();
    finish(client, &run).await;
    run
}

/// Waits for the committed end of a run.
pub async fn finish(client: &Client, run: &str) {
    let events = client.stream(&format!("/api/v1/runs/{run}/events")).await.rest().await;
    assert_eq!(events.last().map(|event| event.name.as_str()), Some("finished"), "{events:?}");
}

/// Starts a message that holds credits until the gate is opened; the run's id.
pub async fn hold(server: &Server, client: &mut Client, gate: &Gate) -> String {
    let steps = vec![
        Step::Text("half ".to_owned()),
        Step::Wait(gate.clone()),
        Step::Usage { input: 1_000, output: 1_000 },
        Step::Done,
    ];
    server.provider.push(Script::steps(steps));
    let session = session(client).await;
    let sent = send(client, &session, &format!("hold-{session}")).await.expect(202);
    gate.reached().await;
    sent["run"]["id"].as_str().unwrap().to_owned()
}

/// Uses all credits of the trial that are left, and `beyond` tokens' worth at 2 credits a thousand
/// more: those are debt.
pub async fn run_dry(server: &Server, client: &mut Client, beyond: u32) -> String {
    let left: Credits = balance(client).await["available"].as_str().unwrap().parse().unwrap();
    assert!(left > Credits::whole(900), "the trial is nearly whole: {left}");
    // 0.5 credits a thousand.
    let input = u32::try_from((left.micros() - 500_000_000) / 500).unwrap();
    server.provider.push(Script::answer(&["All of it."], input, 250_000 + beyond));
    let run = ask(client, "run dry").await;
    let left = balance(client).await;
    assert_eq!(left["available"], "0", "{left}");
    run
}

/// Buys a pack with a card that pays; the checkout.
pub async fn buy(client: &Client, key: &str) -> Value {
    let checkout = open_checkout(client, key).await;
    pay(client, &checkout, key, GOOD_CARD).await.expect(200)
}

/// Opens a purchase of 5,000 credits; its id.
pub async fn open_checkout(client: &Client, key: &str) -> String {
    let mut keyed = client.keyed(&format!("open-{key}"));
    let made = keyed.post("/api/v1/billing/checkouts", json!({"pack_id": "pack_5000"})).await;
    made.expect(201)["id"].as_str().unwrap().to_owned()
}

/// Pays a purchase.
pub async fn pay(client: &Client, checkout: &str, key: &str, card: &str) -> Answer {
    let path = format!("/api/v1/sandbox/checkouts/{checkout}/pay");
    client.keyed(&format!("pay-{key}")).post(&path, json!({"card": card})).await
}

pub async fn balance(client: &mut Client) -> Value {
    client.get("/api/v1/credits").await.expect(200)
}

/// The journal itself, read beside the server.
pub struct Journal {
    store: Arc<dyn Store>,
    org: OrgId,
}

impl Journal {
    /// Of the organization of this person.
    pub async fn of(server: &Server, client: &mut Client) -> Journal {
        let me = client.get("/api/v1/auth/me").await.expect(200);
        let org = me["organization"]["id"].as_str().unwrap().parse().unwrap();
        let path = data::database(server.folder());
        let store = ampere_store::open_sqlite_shared(&path, server.clock.clone()).unwrap();
        Journal { store, org }
    }

    /// Position and hash of its last entry.
    pub async fn head(&self) -> (u64, Hash) {
        let pool = self.store.pool(self.org).await.unwrap();
        (pool.position, pool.head)
    }
}
