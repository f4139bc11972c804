//! `/runs/{id}/receipt`: adds up on paper, tells every quantity, keeps other people's words.

use ampere_adapters::ai::scripted::{Gate, Script, Step};
use ampere_credits::Credits;
use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::spending::{ask, finish, hold, run_dry};

async fn receipt(client: &mut Client, run: &str) -> Value {
    client.get(&format!("/api/v1/runs/{run}/receipt")).await.expect(200)
}

fn amount(value: &Value) -> Credits {
    value.as_str().unwrap().parse().unwrap()
}

fn sum(rows: &Value) -> Credits {
    let rows = rows.as_array().unwrap().iter();
    Credits::sum(rows.map(|row| amount(&row["credits"]))).unwrap()
}

fn adds_up(receipt: &Value) {
    let used = amount(&receipt["used"]);
    assert_eq!(sum(&receipt["lines"]), used, "{receipt}");
    assert_eq!(sum(&receipt["paid_from"]), used, "{receipt}");
    let ends = used.plus(amount(&receipt["given_back"])).unwrap();
    assert_eq!(amount(&receipt["held"]), ends, "{receipt}");
    assert_eq!(receipt["run"]["credits"], receipt["used"]);
    assert_eq!(receipt["entries"].as_array().unwrap().last(), Some(&receipt["position"]));
}

#[tokio::test]
async fn it_tells_each_quantity_its_rate_and_who_paid() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    server.provider.push(Script::answer(&["Far."], 1_001, 333));
    let run = ask(&mut owner, "one").await;
    let receipt = receipt(&mut owner, &run).await;
    adds_up(&receipt);
    assert_eq!(receipt["used"], "1.1665");
    let line = |at: usize, part: &str| receipt["lines"][at][part].clone();
    let measured =
        |at| (line(at, "measure"), line(at, "quantity"), line(at, "credits_per_thousand"));
    assert_eq!(measured(0), (json!("input_tokens"), json!(1_001), json!("0.5")));
    assert_eq!(measured(1), (json!("output_tokens"), json!(333), json!("2")));
    assert_eq!((line(0, "credits"), line(1, "credits")), (json!("0.5005"), json!("0.666")));
    let payer = &receipt["paid_from"][0];
    assert_eq!((&payer["class"], &payer["cause"]), (&json!("included"), &json!("trial")));
    assert_eq!(payer["label"], "Included credits (trial)");
    assert_eq!(receipt["balance_after"], "998.8335");
    assert_eq!((&receipt["estimated"], &receipt["overdraft"]), (&json!(false), &json!("0")));
    assert_eq!(receipt["rate_card_version"], 1);
    let (first, all) = (amount(&receipt["quote"]["hold"]), amount(&receipt["held"]));
    assert!(first.is_positive() && first <= all, "taken small and extended: {receipt}");
}

#[tokio::test]
async fn what_no_credits_covered_is_a_payer_of_its_own() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let run = run_dry(&server, &mut owner, 10_000).await;
    let receipt = receipt(&mut owner, &run).await;
    adds_up(&receipt);
    assert_eq!((&receipt["used"], &receipt["overdraft"]), (&json!("1020"), &json!("20")));
    let last = receipt["paid_from"].as_array().unwrap().last().unwrap();
    let overdraft = json!({
        "grant_id": null, "class": null, "cause": null, "label": "Overdraft", "credits": "20",
    });
    assert_eq!(*last, overdraft);
    assert_eq!(receipt["balance_after"], "0");
}

#[tokio::test]
async fn a_failure_of_the_provider_before_its_first_word_costs_nothing_and_says_so() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    server.provider.push(Script::steps(vec![Step::Cut]));
    let run = ask(&mut owner, "one").await;
    let receipt = receipt(&mut owner, &run).await;
    adds_up(&receipt);
    assert_eq!((&receipt["used"], &receipt["lines"]), (&json!("0"), &json!([])));
    assert_eq!(receipt["held"], receipt["given_back"]);
    assert_eq!(
        (&receipt["run"]["state"], &receipt["balance_after"]),
        (&json!("failed"), &json!("1000"))
    );
}

#[tokio::test]
async fn while_it_runs_the_receipt_is_there_and_open() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let gate = Gate::new();
    let run = hold(&server, &mut owner, &gate).await;
    let open = receipt(&mut owner, &run).await;
    assert_eq!((&open["used"], &open["given_back"]), (&json!("0"), &json!("0")));
    assert!(amount(&open["held"]).is_positive());
    assert_eq!(open["holds"][0]["ended_at"], Value::Null);
    gate.open();
    finish(&owner, &run).await;
    adds_up(&receipt(&mut owner, &run).await);
}

#[tokio::test]
async fn a_deleted_conversation_keeps_its_receipts() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let run = ask(&mut owner, "one").await;
    let before = receipt(&mut owner, &run).await;
    let session = before["run"]["session_id"].as_str().unwrap();
    owner.delete(&format!("/api/v1/sessions/{session}")).await.expect(204);
    let after = receipt(&mut owner, &run).await;
    for part in ["held", "used", "given_back", "lines", "paid_from", "entries", "balance_after"] {
        assert_eq!(after[part], before[part], "{part}");
    }
}

#[tokio::test]
async fn colleagues_see_what_it_cost_and_not_what_it_was_about() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut member = server.member(&mut owner, "Ben").await;
    let run = ask(&mut owner, "one").await;
    let (mine, bens) = (receipt(&mut owner, &run).await, receipt(&mut member, &run).await);
    assert_eq!(mine["used"], bens["used"]);
    assert_eq!(bens["run"]["title"], "Private session");
    assert_eq!(bens["run"]["session_id"], Value::Null);
    assert!(!bens.to_string().contains("moon"), "{bens}");
    assert!(mine["run"]["title"].as_str().unwrap().contains("moon"), "{mine}");
}
