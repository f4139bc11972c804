//! `/usage/summary`: where the credits of the period went, summing to what was used.

use ampere_adapters::ai::scripted::Script;
use serde_json::{Value, json};

use crate::harness::{Client, PASSWORD, Server};
use crate::spending::{ask, buy};

async fn summary(client: &mut Client) -> Value {
    client.get("/api/v1/usage/summary").await.expect(200)
}

#[tokio::test]
async fn sources_models_members_and_days_all_sum_to_what_was_used() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut member = server.member(&mut owner, "Ben").await;
    server.provider.push(Script::answer(&["x"], 1_000, 1_000));
    ask(&mut owner, "one").await;
    server.clock.advance_seconds(20 * 3_600);
    server.provider.push(Script::answer(&["x"], 2_000, 2_000));
    ask(&mut member, "two").await;
    let seen = summary(&mut owner).await;
    assert_eq!((&seen["used"], &seen["zone"]), (&json!("7.5"), &json!("Europe/Berlin")));
    let source = json!({
        "source": "message", "label": "Agent chat", "credits": "7.5", "share_percent": "100",
        "count": 2,
    });
    assert_eq!(seen["sources"], json!([source]));
    assert_eq!(seen["models"], json!([{"model": "local", "credits": "7.5", "count": 2}]));
    let members: Vec<_> = seen["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["name"].clone(), row["credits"].clone(), row["count"].clone()))
        .collect();
    let row = |name: &str, credits: &str| (json!(name), json!(credits), json!(1));
    assert_eq!(members, [row("Ben", "5"), row("Mia Berg", "2.5")]);
    let days = json!([
        {"day": "2026-11-22", "credits": "2.5"},
        {"day": "2026-11-23", "credits": "5"},
    ]);
    assert_eq!(seen["days"], days, "by the organization's own days");
    let included = json!({"granted": "1000", "used": "7.5", "left": "992.5", "percent_used": "0"});
    assert_eq!(seen["included"], included);
    assert_eq!(seen["period"]["days_left"], 30);
    let pace = seen["pace"].as_str().unwrap();
    assert_eq!(pace, "At the last 7 days' pace, credits last until they expire on 22 Dec.");
}

#[tokio::test]
async fn who_used_what_is_for_billing_access() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut member = server.member(&mut owner, "Ben").await;
    ask(&mut owner, "one").await;
    let (mine, bens) = (summary(&mut owner).await, summary(&mut member).await);
    assert_eq!(bens["members"], Value::Null);
    assert_eq!(mine["members"].as_array().map(Vec::len), Some(1));
    assert_eq!(mine["sources"], bens["sources"]);
    assert_eq!(mine["used"], bens["used"]);
}

#[tokio::test]
async fn days_without_work_are_zero_and_fast_use_is_said_in_a_sentence() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    server.clock.advance_seconds(3 * 86_400);
    let body = json!({"email": "mia@example.com", "password": PASSWORD});
    owner.post("/api/v1/auth/login", body).await.expect(200);
    server.provider.push(Script::answer(&["x"], 200_000, 200_000));
    ask(&mut owner, "much").await;
    let seen = summary(&mut owner).await;
    let days: Vec<_> =
        seen["days"].as_array().unwrap().iter().map(|day| day["credits"].clone()).collect();
    assert_eq!(days, ["0", "0", "0", "500"]);
    assert_eq!(seen["included"]["percent_used"], "50");
    let pace = "At the last 7 days' pace, credits last until 2 Dec, 19 days before the trial ends.";
    assert_eq!(seen["pace"], pace);
    assert_eq!(seen["credits"]["state"], "normal", "500 of 1,000, for seven more days");
    server.provider.push(Script::answer(&["x"], 200_000, 200_000));
    ask(&mut owner, "nearly all").await;
    assert_eq!(summary(&mut owner).await["credits"]["state"], "paused");
}

#[tokio::test]
async fn after_the_trial_the_period_is_a_month_of_the_organization() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    ask(&mut owner, "in the trial").await;
    buy(&owner, "more").await;
    server.clock.advance_seconds(40 * 86_400);
    let body = json!({"email": "mia@example.com", "password": PASSWORD});
    owner.post("/api/v1/auth/login", body).await.expect(200);
    server.provider.push(Script::answer(&["x"], 1_000, 1_000));
    ask(&mut owner, "after it").await;
    let seen = summary(&mut owner).await;
    assert_eq!(seen["used"], "2.5", "the trial's usage belongs to the month before");
    let start = seen["period"]["starts_at"].as_str().unwrap();
    let end = seen["period"]["ends_at"].as_str().unwrap();
    assert!(start.starts_with("2026-12-22T09:00:00"), "{start}");
    assert!(end.starts_with("2027-01-22T09:00:00"), "{end}");
    let nothing = json!({"granted": "0", "used": "0", "left": "0", "percent_used": "0"});
    assert_eq!(seen["included"], nothing);
}
