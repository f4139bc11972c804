//! `/audit-log` and its file: what stands in it, and who reads it.

use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::spending::{GOOD_CARD, pay};

const LOG: &str = "/api/v1/audit-log";
const FILE: &str = "/api/v1/audit-log.csv";

async fn id_of(client: &mut Client) -> String {
    let me = client.get("/api/v1/auth/me").await.expect(200);
    me["user"]["id"].as_str().unwrap().to_owned()
}

async fn log(client: &mut Client) -> Vec<Value> {
    client.get(LOG).await.expect(200)["data"].as_array().unwrap().clone()
}

fn acts(log: &[Value]) -> Vec<&str> {
    log.iter().map(|entry| entry["act"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn roles_and_plans_stand_in_it_with_what_they_were() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let (mia, member) = (id_of(&mut owner).await, id_of(&mut ben).await);
    assert_eq!(acts(&log(&mut owner).await), ["invitation_accepted", "invitation_made"]);
    let path = format!("/api/v1/members/{member}");
    owner.patch(&path, json!({"role": "viewer"})).await.expect(200);
    owner.patch(&path, json!({"role": "viewer"})).await.expect(200);
    let entries = log(&mut owner).await;
    assert_eq!(entries.len(), 3, "what changed nothing is not in it");
    let entry = &entries[0];
    assert_eq!(entry["actor"], json!({"id": mia, "name": "Mia Berg"}));
    assert_eq!((&entry["act"], &entry["text"]), (&json!("role_changed"), &json!("Role changed")));
    assert_eq!((&entry["target"], &entry["target_name"]), (&json!(member), &json!("Ben")));
    assert_eq!(entry["before"], json!({"role": "member"}));
    assert_eq!(entry["after"], json!({"role": "viewer"}));
    assert_eq!(entry["position"], 3);

    let wish = json!({"plan_id": "team", "cadence": "monthly"});
    let shown = owner.post("/api/v1/billing/changes/preview", wish).await.expect(200).clone();
    let body = json!({"preview_id": shown["id"]});
    let changed = owner.keyed("start").post("/api/v1/billing/changes", body).await;
    let id = changed.expect(200)["checkout"]["id"].as_str().unwrap().to_owned();
    pay(&owner, &id, "start", GOOD_CARD).await.expect(200);
    owner.post("/api/v1/billing/cancel", json!({})).await.expect(200);
    owner.post("/api/v1/billing/resume", json!({})).await.expect(200);
    let entries = log(&mut owner).await;
    assert_eq!(acts(&entries)[..3], ["plan_resumed", "plan_cancelled", "plan_started"]);
    let team = json!({"plan": "team", "cadence": "monthly"});
    assert_eq!((&entries[1]["before"], &entries[0]["after"]), (&team, &team));
    assert_eq!(entries[2]["before"], Value::Null);
    assert_eq!(entries[2]["after"]["outcome"], "checkout");
    let report = server.app().verify().await.unwrap();
    assert!(report.clean(), "{:?}", report.differences);
    assert_eq!(report.audit_entries, 6);
}

#[tokio::test]
async fn the_owner_reads_it_and_nobody_else() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let path = format!("/api/v1/members/{}", id_of(&mut ben).await);
    owner.patch(&path, json!({"role": "admin", "billing_admin": true})).await.expect(200);
    for path in [LOG, FILE] {
        ben.get(path).await.problem(403, "forbidden_role");
    }
    let mut zoe = server.stranger(&mut owner).await;
    assert_eq!(acts(&log(&mut zoe).await), Vec::<&str>::new(), "another organization's");
    let page = owner.get(&format!("{LOG}?limit=1")).await.expect(200).clone();
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = owner.get(&format!("{LOG}?limit=1&cursor={cursor}")).await.expect(200).clone();
    assert_ne!(page["data"][0]["position"], next["data"][0]["position"]);
    let at = |page: &Value| page["data"][0]["position"].as_u64().unwrap();
    assert_eq!(at(&page), at(&next) + 1);
}

#[tokio::test]
async fn the_file_holds_all_of_it_and_no_formula() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    server.member(&mut owner, "=Ben").await;
    let answer = owner.get(FILE).await;
    answer.expect_status(200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let name = "attachment; filename=\"audit-log-2026-11-22.csv\"";
    assert_eq!(answer.header("content-disposition"), name);
    let lines: Vec<&str> = answer.text.trim_end().split("\r\n").collect();
    assert!(lines[0].contains("When (Europe/Berlin),Who,Who (id),What,To"), "{}", lines[0]);
    assert_eq!(lines.len(), 3);
    assert!(lines[1].contains(",'=Ben,") && lines[1].contains(",invitation_accepted,"));
    assert!(lines[2].contains(",Mia Berg,") && lines[2].contains(",invitation_made,"));
}
