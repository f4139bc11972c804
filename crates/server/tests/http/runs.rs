//! `/runs`: all work of the organization, by pages and filters; stopping it.

use ampere_adapters::ai::scripted::{Gate, Script, Step};
use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::spending::{ask, finish, hold};

async fn ids(client: &mut Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/api/v1/runs?{query}")).await.expect(200);
    let rows = page["data"].as_array().unwrap().iter();
    rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_hold_every_run_once_newest_first() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut made = Vec::new();
    for number in 0..7 {
        made.push(ask(&mut owner, &number.to_string()).await);
        server.clock.advance_seconds(1);
    }
    made.reverse();
    for limit in [1, 3, 7, 200] {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        let mut pages = 0;
        loop {
            let path = format!("/api/v1/runs?limit={limit}{cursor}");
            let page = owner.get(&path).await.expect(200);
            pages += 1;
            let rows = page["data"].as_array().unwrap().iter();
            seen.extend(rows.map(|row| row["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, made, "limit {limit}");
        assert_eq!(pages, 7_usize.div_ceil(limit), "no empty page at the end");
    }
}

#[tokio::test]
async fn filters_choose_by_state_and_kind() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let good = ask(&mut owner, "good").await;
    server.provider.push(Script::steps(vec![Step::Cut]));
    let bad = ask(&mut owner, "bad").await;
    assert_eq!(ids(&mut owner, "state=succeeded").await, [good.as_str()]);
    assert_eq!(ids(&mut owner, "state=failed&kind=message").await, [bad.as_str()]);
    assert!(ids(&mut owner, "state=running").await.is_empty());
    assert_eq!(ids(&mut owner, "kind=message").await, [bad, good]);
}

#[tokio::test]
async fn a_run_has_its_quote_and_its_steps_with_what_each_cost() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    server.provider.push(Script::answer(&["Far."], 1_000, 500));
    let run = ask(&mut owner, "one").await;
    let read = owner.get(&format!("/api/v1/runs/{run}")).await.expect(200);
    assert_eq!((&read["state"], &read["reason"]), (&json!("succeeded"), &json!("completed")));
    assert_eq!((&read["credits"], &read["held"]), (&json!("1.5"), &json!("0")));
    let step = &read["steps"][0];
    assert_eq!((&step["n"], &step["credits"]), (&json!(1), &json!("1.5")));
    assert_eq!((&step["input_tokens"], &step["output_tokens"]), (&json!(1_000), &json!(500)));
    assert!(read["quote"]["hold"].as_str().is_some());
    assert_eq!(read["started_by"], "Mia Berg");
}

#[tokio::test]
async fn a_colleagues_conversation_is_a_private_session_with_its_credits_only() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut member = server.member(&mut owner, "Ben").await;
    let run = ask(&mut member, "bens").await;
    let list = owner.get("/api/v1/runs").await;
    let page = list.expect(200);
    assert!(!list.text.contains("moon"), "{}", list.text);
    let seen = &page["data"][0];
    assert_eq!((&seen["title"], &seen["session_id"]), (&json!("Private session"), &Value::Null));
    assert_eq!(seen["started_by"], "Ben");
    let own = member.get(&format!("/api/v1/runs/{run}")).await.expect(200);
    assert_eq!(seen["credits"], own["credits"]);
    assert!(own["title"].as_str().unwrap().contains("moon"));
}

#[tokio::test]
async fn stopping_charges_what_was_delivered_and_stopping_again_changes_nothing() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let gate = Gate::new();
    let run = hold(&server, &mut owner, &gate).await;
    let path = format!("/api/v1/runs/{run}/cancel");
    owner.post(&path, json!({})).await.expect(202);
    finish(&owner, &run).await;
    let stopped = owner.get(&format!("/api/v1/runs/{run}")).await.expect(200);
    assert_eq!((&stopped["state"], &stopped["reason"]), (&json!("cancelled"), &json!("stopped")));
    assert_eq!(stopped["held"], "0");
    let again = owner.post(&path, json!({})).await.expect(202);
    assert_eq!(again["state"], "cancelled");
    let after = owner.get(&format!("/api/v1/runs/{run}")).await.expect(200);
    assert_eq!(after, stopped);
}

#[tokio::test]
async fn a_member_cannot_stop_the_owners_run_but_the_owner_can_stop_a_members() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut member = server.member(&mut owner, "Ben").await;
    let gate = Gate::new();
    let mine = hold(&server, &mut owner, &gate).await;
    let path = format!("/api/v1/runs/{mine}/cancel");
    member.post(&path, json!({})).await.problem(403, "forbidden_role");
    gate.open();
    finish(&owner, &mine).await;
    let gate = Gate::new();
    let bens = hold(&server, &mut member, &gate).await;
    owner.post(&format!("/api/v1/runs/{bens}/cancel"), json!({})).await.expect(202);
    finish(&member, &bens).await;
    let ended = member.get(&format!("/api/v1/runs/{bens}")).await.expect(200);
    assert_eq!(ended["state"], "cancelled");
}
