//! `/credits`: the same exact numbers everywhere at the same position, whatever goes on.

use ampere_adapters::ai::scripted::{Gate, Script};
use ampere_credits::Credits;
use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::spending::{ask, balance, buy, finish, hold, run_dry};

fn amount(value: &Value) -> Credits {
    value.as_str().unwrap_or_else(|| panic!("{value}")).parse().unwrap()
}

fn sum(rows: &Value, part: &str) -> Credits {
    let rows = rows.as_array().unwrap();
    Credits::sum(rows.iter().map(|row| amount(&row[part]))).unwrap()
}

/// A balance without the instant it was read at.
fn timeless(mut balance: Value) -> Value {
    assert!(balance["at"].as_str().is_some(), "{balance}");
    balance["at"] = Value::Null;
    balance
}

/// Looks at every place where the balance is shown; they must agree to the last digit.
async fn seen_everywhere(client: &mut Client) -> Value {
    let credits = timeless(balance(client).await);
    let billing = client.get("/api/v1/billing").await.expect(200);
    let usage = client.get("/api/v1/usage/summary").await.expect(200);
    let grants = client.get("/api/v1/credits/grants").await.expect(200);
    let event = client.stream("/api/v1/events").await.named("balance").await;
    assert_eq!(timeless(billing["credits"].clone()), credits, "Billing");
    assert_eq!(timeless(usage["credits"].clone()), credits, "Usage");
    assert_eq!(timeless(event.data), credits, "the stream");
    assert_eq!(event.id, credits["position"].to_string());
    for of in [&usage, &grants] {
        assert_eq!(of["position"], credits["position"]);
    }
    adds_up(&credits);
    of_usage(&usage, &credits);
    let grants = grants["data"].as_array().unwrap().iter();
    let active: Value = grants.filter(|grant| grant["state"] == "active").cloned().collect();
    assert_eq!(sum(&active, "left"), amount(&credits["total"]));
    assert_eq!(sum(&active, "held"), amount(&credits["held"]));
    credits
}

/// The law: available + held = included + purchased, exactly and in whole credits.
fn adds_up(credits: &Value) {
    let exact = |part: &str| amount(&credits[part]);
    let total = exact("included").plus(exact("purchased")).unwrap();
    assert_eq!(exact("total"), total);
    assert_eq!(exact("available").plus(exact("held")).unwrap(), total);
    let shown = |part: &str| credits["display"][part].as_str().unwrap().parse::<i64>().unwrap();
    assert_eq!(shown("total"), shown("included") + shown("purchased"));
    assert_eq!(shown("total"), shown("available") + shown("held"));
    assert_eq!(shown("total"), total.floor());
    for part in ["total", "available", "included", "purchased", "held", "locked", "outstanding"] {
        assert!(!credits[part].as_str().unwrap().starts_with('-'), "{part}: {credits}");
    }
}

fn of_usage(usage: &Value, credits: &Value) {
    let included = &usage["included"];
    assert_eq!(included["granted"], credits["included_granted"]);
    assert_eq!(included["used"], credits["included_used"]);
    assert_eq!(included["left"], credits["included"]);
    let parts = amount(&included["used"]).plus(amount(&included["left"])).unwrap();
    assert_eq!(amount(&included["granted"]), parts);
    let used = amount(&usage["used"]);
    for list in ["sources", "models", "members", "days"] {
        assert_eq!(sum(&usage[list], "credits"), used, "{list}");
    }
}

#[tokio::test]
async fn every_place_shows_the_same_exact_numbers_at_the_same_position() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let fresh = seen_everywhere(&mut owner).await;
    assert_eq!((&fresh["available"], &fresh["state"]), (&json!("1000"), &json!("normal")));

    let gate = Gate::new();
    let run = hold(&server, &mut owner, &gate).await;
    let held = seen_everywhere(&mut owner).await;
    assert_eq!(held["total"], "1000", "a hold is not a charge");
    assert!(amount(&held["held"]).is_positive());
    gate.open();
    finish(&owner, &run).await;
    let settled = seen_everywhere(&mut owner).await;
    assert_eq!((&settled["held"], &settled["available"]), (&json!("0"), &json!("997.5")));

    server.provider.push(Script::answer(&["x"], 333, 333));
    ask(&mut owner, "odd").await;
    let odd = seen_everywhere(&mut owner).await;
    assert_eq!(odd["available"], "996.6675");
    assert_eq!(odd["display"]["available"], "996");

    buy(&owner, "more").await;
    let bought = seen_everywhere(&mut owner).await;
    assert_eq!((&bought["purchased"], &bought["total"]), (&json!("5000"), &json!("5996.6675")));

    let gate = Gate::new();
    let run = hold(&server, &mut owner, &gate).await;
    server.clock.advance_seconds(31 * 60);
    seen_everywhere(&mut owner).await;
    gate.open();
    finish(&owner, &run).await;
    seen_everywhere(&mut owner).await;
}

#[tokio::test]
async fn with_debt_every_place_says_nothing_is_available_and_how_much_is_outstanding() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    run_dry(&server, &mut owner, 12_345).await;
    let indebted = seen_everywhere(&mut owner).await;
    assert_eq!(indebted["outstanding"], "24.69");
    assert_eq!((&indebted["total"], &indebted["state"]), (&json!("0"), &json!("paused")));
    assert_eq!(indebted["included_used"], "1000");
    buy(&owner, "out of it").await;
    let after = seen_everywhere(&mut owner).await;
    assert_eq!((&after["outstanding"], &after["purchased"]), (&json!("0"), &json!("4975.31")));
    assert_eq!(after["state"], "purchased_only");
}

#[tokio::test]
async fn after_the_trial_every_place_agrees_that_it_is_over() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    ask(&mut owner, "one").await;
    buy(&owner, "more").await;
    server.clock.advance_seconds(31 * 86_400);
    let body = json!({"email": "mia@example.com", "password": crate::harness::PASSWORD});
    owner.post("/api/v1/auth/login", body).await.expect(200);
    let over = seen_everywhere(&mut owner).await;
    assert_eq!((&over["included"], &over["purchased"]), (&json!("0"), &json!("5000")));
    assert_eq!(over["included_granted"], "0");
    assert_eq!((&over["period"], &over["state"]), (&Value::Null, &json!("purchased_only")));
    assert_eq!(over["next_expiry"]["class"], "purchased");
}

#[tokio::test]
async fn houston_929_what_is_not_there_is_null_and_never_zero() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let fresh = balance(&mut owner).await;
    assert_eq!(fresh["next_refresh_at"], Value::Null, "no plan refreshes it");
    let usage = owner.get("/api/v1/usage/summary").await.expect(200);
    assert_eq!(usage["pace"], Value::Null, "nothing used: no pace");
    assert_eq!(usage["sources"], json!([]));
    run_dry(&server, &mut owner, 0).await;
    assert_eq!(balance(&mut owner).await["next_expiry"], Value::Null, "nothing left to expire");
    let unknown = format!("/api/v1/runs/run_{}/receipt", "0".repeat(26));
    owner.get(&unknown).await.problem(404, "not_found");
}

#[tokio::test]
async fn cocalc_8109_the_badge_moves_with_every_commit_without_asking_again() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut member = server.member(&mut owner, "Ben").await;
    let mut badge = member.stream("/api/v1/events").await;
    let first = badge.named("balance").await;
    assert_eq!(first.data["available"], "1000", "at once on connecting");
    buy(&owner, "more").await;
    let bought = badge.named("balance").await;
    assert_eq!(bought.data["available"], "6000");
    let gate = Gate::new();
    let run = hold(&server, &mut owner, &gate).await;
    let held = badge.named("balance").await;
    assert!(amount(&held.data["held"]).is_positive(), "{held:?}");
    gate.open();
    finish(&owner, &run).await;
    let mut last = held;
    while last.data["held"] != "0" {
        let next = badge.named("balance").await;
        let (before, after): (u64, u64) = (last.id.parse().unwrap(), next.id.parse().unwrap());
        assert!(after > before, "positions only go forward");
        last = next;
    }
    assert_eq!(timeless(last.data), timeless(balance(&mut member).await));
}

#[tokio::test]
async fn codex_39260_every_credit_that_went_is_in_the_ledger_and_on_a_receipt() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut runs = Vec::new();
    for number in 0..7 {
        server.provider.push(Script::answer(&["x"], 100 * number, 3_000 * number));
        runs.push(ask(&mut owner, &format!("ask-{number}")).await);
    }
    buy(&owner, "more").await;
    let mut lines = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/credits/ledger?limit=4{cursor}");
        let page = owner.get(&path).await.expect(200);
        lines.extend(page["data"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let now = balance(&mut owner).await;
    let positions: Vec<u64> = lines.iter().map(|l| l["position"].as_u64().unwrap()).collect();
    let last = now["position"].as_u64().unwrap();
    assert_eq!(positions, (1..=last).rev().collect::<Vec<_>>(), "newest first, without gaps");
    let signed = |line: &Value| {
        let text = line["available_change"].as_str().unwrap();
        let size = text.trim_start_matches('-').parse::<Credits>().unwrap().micros();
        if text.starts_with('-') { -size } else { size }
    };
    let sum: i64 = lines.iter().map(signed).sum();
    assert_eq!(sum, amount(&now["available"]).micros());
    let mut used = Credits::ZERO;
    for run in &runs {
        let receipt = owner.get(&format!("/api/v1/runs/{run}/receipt")).await.expect(200);
        used = used.plus(amount(&receipt["used"])).unwrap();
        for position in receipt["entries"].as_array().unwrap() {
            let line = lines.iter().find(|line| line["position"] == *position).unwrap();
            assert_eq!(line["run_id"], json!(run), "{line}");
        }
    }
    assert_eq!(amount(&now["total"]).plus(used).unwrap(), Credits::whole(6_000));
}

#[tokio::test]
async fn grants_are_listed_in_their_order_of_use() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    buy(&owner, "first").await;
    server.clock.advance_seconds(60);
    buy(&owner, "second").await;
    let list = owner.get("/api/v1/credits/grants").await.expect(200);
    let told: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|grant| (grant["order"].as_u64(), grant["class"].clone(), grant["cause"].clone()))
        .collect();
    let bought = |order| (Some(order), json!("purchased"), json!("top_up"));
    let wanted = [(Some(1), json!("included"), json!("trial")), bought(2), bought(3)];
    assert_eq!(told, wanted);
    let trial = &list["data"][0];
    assert_eq!((&trial["amount"], &trial["left"]), (&json!("1000"), &json!("1000")));
    assert_eq!(trial["taken_back"], "0");
}

#[tokio::test]
async fn the_rate_card_has_the_default_prices_of_local_model_and_browser() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let card = owner.get("/api/v1/rate-card").await.expect(200);
    let line = |model: &str, measure: &str, thousand: &str, minute: Value| {
        json!({
            "model": model, "measure": measure, "credits_per_thousand": thousand,
            "credits_per_minute": minute,
        })
    };
    let lines = json!([
        line("local", "input_tokens", "0.5", Value::Null),
        line("local", "output_tokens", "2", Value::Null),
        line("browser", "seconds", "50", json!("3")),
    ]);
    assert_eq!((&card["version"], &card["lines"]), (&json!(1), &lines));
}

#[tokio::test]
async fn queries_that_cannot_be_meant_are_refused() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let lists = ["/api/v1/credits/ledger", "/api/v1/runs", "/api/v1/billing/activity"];
    for list in lists {
        for query in ["limit=0", "limit=201", "limit=-1", "limit=1e3", "limit=NaN", "limit=1.5"] {
            let answer = owner.get(&format!("{list}?{query}")).await;
            assert_eq!(answer.wrong_fields()[0].0, "?limit", "{list}?{query}");
        }
        let odd = owner.get(&format!("{list}?cursor=%27%20OR%201%3D1")).await;
        assert_eq!(odd.wrong_fields()[0].0, "?cursor");
        let unknown = owner.get(&format!("{list}?organization_id=org_1")).await;
        assert_eq!(unknown.wrong_fields()[0].1, "invalid_value");
    }
    let odd = owner.get("/api/v1/runs?state=exploded").await;
    assert_eq!(odd.wrong_fields()[0].0, "?state");
}
