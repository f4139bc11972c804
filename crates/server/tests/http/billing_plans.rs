//! `/billing/plans` and changes of the plan, over HTTP: what is said, to whom, and which errors.

use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::spending::{GOOD_CARD, balance, pay};

const PREVIEW: &str = "/api/v1/billing/changes/preview";
const CHANGES: &str = "/api/v1/billing/changes";

async fn preview(client: &mut Client, plan: &str, cadence: &str) -> Value {
    let wish = json!({"plan_id": plan, "cadence": cadence});
    client.post(PREVIEW, wish).await.expect(200).clone()
}

async fn confirm(client: &Client, key: &str, preview: &Value) -> crate::harness::Answer {
    client.keyed(key).post(CHANGES, json!({"preview_id": preview["id"]})).await
}

/// Starts a plan on the provider's page.
async fn start(client: &mut Client, plan: &str) {
    let shown = preview(client, plan, "monthly").await;
    let changed = confirm(client, "start", &shown).await.expect(200).clone();
    assert_eq!(changed["state"], "checkout");
    let id = changed["checkout"]["id"].as_str().unwrap().to_owned();
    let path = changed["checkout"]["url"].as_str().unwrap();
    assert!(path.ends_with(&format!("/sandbox/checkout/{id}")), "{path}");
    pay(client, &id, "start", GOOD_CARD).await.expect(200);
}

#[tokio::test]
async fn the_pricing_page_is_for_everybody() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut member = server.member(&mut owner, "Ben").await;
    let list = member.get("/api/v1/billing/plans").await.expect(200);
    assert_eq!(list["trial"], json!({"credits": "1000", "days": 30}));
    let without = json!({"people": 5, "schedules": 10, "parallel_runs": 5});
    assert_eq!(list["without_plan"], without);
    let team = &list["data"][1];
    let told = json!({
        "id": "team", "name": "Team", "text": team["text"], "version": 1,
        "credits": "40000", "people": 50, "schedules": 200, "parallel_runs": 20,
        "background_credits": "800", "overdraft": "200",
        "monthly": {"amount": 9_900, "currency": "usd"},
        "annual": {"amount": 99_000, "currency": "usd"},
        "annual_credits": "480000", "current": false,
        "scenarios": {"monthly": "start", "annual": "start"},
    });
    assert_eq!(*team, told);
}

#[tokio::test]
async fn a_plan_is_previewed_started_changed_cancelled_and_resumed() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let shown = preview(&mut owner, "starter", "annual").await;
    assert_eq!(shown["scenario"], "start");
    assert_eq!(shown["due_today"]["total"], json!({"amount": 29_000, "currency": "usd"}));
    let credits = json!({"now": "1000", "added": "120000", "after": "121000", "unlocked": [],
        "expired": []});
    assert_eq!(shown["credits"], credits);
    assert_eq!(shown["saving"]["amount"], 5_800);
    assert_eq!((&shown["when"], &shown["pays_with"]), (&json!("now"), &json!("checkout")));
    start(&mut owner, "starter").await;
    let billing = owner.get("/api/v1/billing").await.expect(200);
    assert_eq!((&billing["state"], &billing["plan_name"]), (&json!("active"), &json!("Starter")));
    assert_eq!(billing["plan"]["included_credits"], "10000");
    assert_eq!(billing["price"]["amount"], 2_900);
    assert_eq!(billing["card"]["last4"], "4242");
    assert_eq!(billing["banner"], Value::Null);
    assert_eq!(balance(&mut owner).await["included"], "11000", "the trial stays");

    let up = preview(&mut owner, "team", "monthly").await;
    assert_eq!((&up["scenario"], &up["pays_with"]), (&json!("upgrade"), &json!("saved_card")));
    assert_eq!(up["due_today"]["lines"].as_array().unwrap().len(), 2);
    let done = confirm(&owner, "up", &up).await;
    assert_eq!(done.expect(200)["state"], "done");
    assert_eq!(done.expect(200)["billing"]["plan"]["id"], "team");
    let again = confirm(&owner, "up", &up).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    let left = balance(&mut owner).await["included"].clone();

    let down = preview(&mut owner, "starter", "monthly").await;
    assert_eq!(down["when"], "at_period_end");
    assert_eq!(confirm(&owner, "down", &down).await.expect(200)["state"], "scheduled");
    let wish = json!({"plan_id": "scale", "cadence": "monthly"});
    owner.post(PREVIEW, wish.clone()).await.problem(409, "change_pending");
    let undone = owner.delete("/api/v1/billing/changes/pending").await.expect(200);
    assert_eq!((&undone["state"], &undone["pending"]), (&json!("active"), &Value::Null));

    let told = owner.get("/api/v1/billing").await.expect(200)["if_cancelled"].clone();
    assert_eq!(told["at"], told["kept_until"]);
    let ending = owner.post("/api/v1/billing/cancel", json!({"reason": "too dear"})).await;
    let ending = ending.expect(200);
    assert_eq!((&ending["state"], &ending["ends_at"]), (&json!("ending"), &told["at"]));
    assert_eq!(ending["banner"]["action"], "resume_plan");
    owner.post(PREVIEW, wish).await.problem(409, "state_conflict");
    let resumed = owner.post("/api/v1/billing/resume", json!({})).await.expect(200);
    assert_eq!(resumed["state"], "active");
    assert_eq!(balance(&mut owner).await["included"], left, "none of this moved a credit");
}

#[tokio::test]
async fn a_preview_that_does_not_hold_any_more_is_answered_with_what_does() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    start(&mut owner, "starter").await;
    let old = preview(&mut owner, "scale", "monthly").await;
    let up = preview(&mut owner, "team", "monthly").await;
    confirm(&owner, "up", &up).await.expect(200);
    let problem = confirm(&owner, "old", &old).await.problem(409, "preview_expired").clone();
    let fresh = &problem["preview"];
    assert_eq!((&fresh["scenario"], &fresh["plan"]["id"]), (&json!("upgrade"), &json!("scale")));
    assert_ne!(fresh["due_today"], old["due_today"]);
    let changed = confirm(&owner, "fresh", fresh).await;
    assert_eq!(changed.expect(200)["state"], "done", "what was handed back can be confirmed");
    let gone = preview(&mut owner, "team", "annual").await;
    owner.post("/api/v1/billing/cancel", json!({})).await.expect(200);
    let problem = confirm(&owner, "gone", &gone).await.problem(409, "preview_expired").clone();
    assert_eq!(problem["preview"], Value::Null, "the change is not there any more");
    assert!(problem.as_object().unwrap().contains_key("preview"));
}

#[tokio::test]
async fn wishes_that_cannot_be_are_named() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let golden = json!({"plan_id": "golden", "cadence": "monthly"});
    let wrong = owner.post(PREVIEW, golden).await.problem(422, "validation_failed").clone();
    assert_eq!(wrong["errors"][0]["pointer"], "/plan_id");
    let weekly = json!({"plan_id": "team", "cadence": "weekly"});
    assert!(owner.post(PREVIEW, weekly).await.status.is_client_error());
    let nothing = json!({"preview_id": ampere_credits::PreviewId::from_bits(1)});
    owner.keyed("k").post(CHANGES, nothing.clone()).await.problem(404, "not_found");
    owner.post(CHANGES, nothing).await.problem(400, "idempotency_key_required");
    for path in ["/api/v1/billing/cancel", "/api/v1/billing/resume"] {
        owner.post(path, json!({})).await.problem(409, "state_conflict");
    }
    owner.delete("/api/v1/billing/changes/pending").await.problem(409, "state_conflict");
    let long = json!({"reason": "x".repeat(501)});
    owner.post("/api/v1/billing/cancel", long).await.problem(422, "validation_failed");
    let portal = json!({"flow": "card"});
    owner.post("/api/v1/billing/portal", portal.clone()).await.problem(409, "state_conflict");
    start(&mut owner, "team").await;
    let page = owner.post("/api/v1/billing/portal", portal).await.expect(200);
    assert!(page["url"].as_str().unwrap().contains("/sandbox/card"), "{page}");
}

#[tokio::test]
async fn whoever_may_not_see_prices_reads_state_and_names() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut member = server.member(&mut owner, "Ben").await;
    start(&mut owner, "team").await;
    owner.post("/api/v1/billing/cancel", json!({})).await.expect(200);
    let seen = member.get("/api/v1/billing").await.expect(200);
    assert_eq!((&seen["state"], &seen["plan_name"]), (&json!("ending"), &json!("Team")));
    assert_eq!((&seen["banner"]["action"], &seen["actions"]), (&Value::Null, &json!([])));
    for hidden in ["price", "card", "pending", "confirm_url", "if_cancelled"] {
        assert_eq!(seen[hidden], Value::Null, "{hidden}");
    }
    let wish = json!({"plan_id": "scale", "cadence": "monthly"});
    member.post(PREVIEW, wish).await.problem(403, "billing_access_required");
}
