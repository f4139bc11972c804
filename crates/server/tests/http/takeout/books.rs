//! The books in an organization's file, checked by the file alone: the chain by its bytes, the
//! balance by its moves.

use std::collections::BTreeMap;

use ampere_adapters::ai::scripted::Gate;
use ampere_credits::Credits;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{OURS, Opened};
use crate::harness::{Client, Server};
use crate::spending::{Journal, ask, balance, buy, hold};

fn bytes_of(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("{member} of {value}"))
}

/// Each entry's bytes hash to what it says, and hold place and hash of the one before.
fn chain_holds(lines: &[Value]) {
    let mut previous = "0".repeat(64);
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(line["position"], number + 1);
        assert_eq!(text(line, "previous"), previous);
        let canonical = bytes_of(text(line, "canonical"));
        let hash: String =
            Sha256::digest(&canonical).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(text(line, "hash"), hash);
        // Version, organization, position, instant, then the hash before.
        let position = u64::from_be_bytes(canonical[17..25].try_into().unwrap());
        assert_eq!(position, number as u64 + 1);
        assert_eq!(canonical[33..65], bytes_of(&previous));
        previous = hash;
    }
}

/// What each account has, in micro-credits, by the moves alone.
fn accounts(lines: &[Value]) -> BTreeMap<String, i64> {
    let mut accounts = BTreeMap::new();
    for each in lines.iter().flat_map(|line| line["moves"].as_array().unwrap()) {
        let amount: Credits = text(each, "amount").parse().unwrap();
        *accounts.entry(text(each, "from").to_owned()).or_insert(0) -= amount.micros();
        *accounts.entry(text(each, "to").to_owned()).or_insert(0) += amount.micros();
    }
    accounts
}

fn sum(accounts: &BTreeMap<String, i64>, wanted: impl Fn(&str) -> bool) -> String {
    let sum = accounts.iter().filter(|(name, _)| wanted(name)).map(|(_, amount)| amount).sum();
    Credits::from_micros(sum).to_string()
}

fn balance_is_that_of_the_api(lines: &[Value], seen: &Value) {
    let accounts = accounts(lines);
    assert_eq!(accounts.values().sum::<i64>(), 0, "the moves sum to zero");
    let apart = |line: &&Value| line["terms"]["class"] == "background";
    let apart: Vec<_> =
        lines.iter().filter(apart).map(|line| format!("left:{}", text(line, "grant_id"))).collect();
    let left = |name: &str| name.starts_with("left:") && !apart.contains(&name.to_owned());
    assert_eq!(sum(&accounts, left), text(seen, "available"));
    let held = |name: &str| name.starts_with("hold:") && !name.ends_with(":od");
    assert_eq!(sum(&accounts, held), text(seen, "held"));
    assert_eq!(text(seen, "outstanding"), "0");
    assert_eq!(lines.last().unwrap()["position"], seen["position"]);
}

/// Every list of the file says what the journal says.
async fn lists_agree(owner: &mut Client, zip: &Opened, lines: &[Value]) {
    let granted = lines.iter().filter(|line| line["kind"] == "granted");
    let grants = zip.by("grants.csv", "id");
    for line in granted.clone() {
        let row = &grants[text(line, "grant_id")];
        assert_eq!(
            (&row["amount"], &row["class"]),
            (&line["terms"]["amount"], &line["terms"]["class"])
        );
    }
    assert_eq!(grants.len(), granted.count());
    let holds = zip.by("holds.csv", "id");
    assert_eq!(holds.len(), lines.iter().filter(|line| line["kind"] == "held").count());
    let ended = |row: &&Value| !text(row, "ended_at").is_empty();
    assert_eq!(holds.values().filter(ended).count(), holds.len() - 1, "one is open");
    let credits = |row: &Value, column| text(row, column).parse::<Credits>().unwrap().micros();
    let rated: i64 = zip.table("usage_lines.csv").iter().map(|row| credits(row, "credits")).sum();
    let charged: i64 = holds.values().filter(ended).map(|row| credits(row, "charged")).sum();
    let spent = accounts(lines)["spent"];
    assert_eq!((rated, charged), (spent, spent));
    assert!(spent > 0);
    let invoices = owner.get("/api/v1/billing/invoices").await.expect(200)["data"].clone();
    let kept = zip.table("invoices.csv");
    assert_eq!(kept.len(), invoices.as_array().unwrap().len());
    assert_eq!(kept.len(), 1);
    for member in ["id", "status", "at"] {
        assert_eq!(kept[0][member], invoices[0][member], "{member}");
    }
    let payments = zip.table("payments.csv");
    assert_eq!((&payments[0]["status"], &payments[0]["id"]), (&json!("paid"), &kept[0]["id"]));
    let log = owner.get("/api/v1/audit-log?limit=200").await.expect(200)["data"].clone();
    let audit = zip.table("audit.csv");
    assert_eq!(audit.len(), log.as_array().unwrap().len());
    for (row, entry) in audit.iter().zip(log.as_array().unwrap()) {
        assert_eq!((&row["hash"], &row["act"]), (&entry["hash"], &entry["act"]));
        assert_eq!(row["position"], entry["position"].to_string());
    }
}

#[tokio::test]
async fn the_journal_in_the_file_proves_itself_and_the_balance() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    for key in ["one", "two", "three"] {
        ask(&mut owner, key).await;
    }
    buy(&owner, "pack").await;
    let gate = Gate::default();
    let run = hold(&server, &mut owner, &gate).await;
    let seen = balance(&mut owner).await;
    let journal = Journal::of(&server, &mut owner).await;
    let head = journal.head().await;
    let zip = Opened::of(&owner, OURS).await;
    assert_eq!(journal.head().await, head, "reading is free");
    let lines = zip.lines("journal.jsonl");
    chain_holds(&lines);
    assert_eq!(text(lines.last().unwrap(), "hash"), head.1.to_string());
    balance_is_that_of_the_api(&lines, &seen);
    lists_agree(&mut owner, &zip, &lines).await;
    gate.open();
    crate::spending::finish(&owner, &run).await;
}
