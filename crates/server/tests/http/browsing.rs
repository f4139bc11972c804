//! What tests of browser sessions do over and over: a small site, starting, looking, driving.

use ampere_adapters::browser::scripted::Page;
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Pictures, Server};

/// Where the small site begins.
pub const HOME: &str = "http://site.test/";
/// The page that its link leads to.
pub const PRICES: &str = "http://site.test/prices";

/// A site of two pages: the first has a link (mark 1) to the second, and a field (mark 2).
pub fn site(server: &Server) {
    let home = Page::new("Home", "Welcome to the shop.").link("Prices", PRICES).field("Search");
    server.browser.page(HOME, home).page(PRICES, Page::new("Prices", "It costs 40."));
}

/// Asks for a browser session.
pub async fn ask(client: &Client, key: &str, browser: Value) -> Answer {
    client.keyed(key).post("/api/v1/runs", json!({ "browser": browser })).await
}

/// A browser session that its starter drives, on the first page; the run's id.
pub async fn drive(client: &mut Client, key: &str) -> String {
    let run = ask(client, key, json!({ "url": HOME })).await.expect(202);
    let run = run["id"].as_str().unwrap().to_owned();
    until(client, &run, |run| run["browser"]["title"] == "Home").await;
    run
}

/// Reads the run until it is as wanted.
pub async fn until(client: &mut Client, run: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let now = client.get(&format!("/api/v1/runs/{run}")).await.expect(200);
        if wanted(&now) {
            return now;
        }
    }
}

/// Reads the run until it has ended.
pub async fn ended(client: &mut Client, run: &str) -> Value {
    until(client, run, |run| !run["ended_at"].is_null()).await
}

/// What is done with a session: `control`, `release`, `pause`, `continue`.
pub async fn put(client: &mut Client, run: &str, what: &str) -> Answer {
    client.post(&format!("/api/v1/runs/{run}/browser/{what}"), json!({})).await
}

/// Hands on the page.
pub async fn input(client: &mut Client, run: &str, events: Value) -> Answer {
    let path = format!("/api/v1/runs/{run}/browser/input");
    client.post(&path, json!({ "events": events })).await
}

/// Stops it and waits for its end.
pub async fn stop(client: &mut Client, run: &str) -> Value {
    client.post(&format!("/api/v1/runs/{run}/cancel"), json!({})).await.expect(202);
    ended(client, run).await
}

/// The address of the live view, with a fresh token.
pub async fn live(client: &mut Client, run: &str) -> String {
    let path = format!("/api/v1/runs/{run}/browser/viewer-token");
    let given = client.post(&path, json!({})).await.expect(200);
    format!("/api/v1/runs/{run}/browser/live?token={}", given["token"].as_str().unwrap())
}

/// Opens the live view.
pub async fn watch(client: &mut Client, run: &str) -> Pictures {
    let address = live(client, run).await;
    client.pictures(&address).await
}
