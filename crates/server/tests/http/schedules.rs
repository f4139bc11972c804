//! `/schedules`: made, changed, paused and resumed; their runs and what they cost.

use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::objects::every_morning;
use crate::spending::{Journal, buy, run_dry};
use crate::tasks::{id, one_credit, until};

const PATH: &str = "/api/v1/schedules";

async fn made(client: &mut Client) -> Value {
    client.post(PATH, every_morning()).await.expect(201)
}

#[tokio::test]
async fn a_schedule_is_made_changed_and_deleted_and_says_what_is_to_come() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let kept = made(&mut owner).await;
    assert_eq!((&kept["kind"], &kept["subject_name"]), (&json!("tool"), &json!("Three questions")));
    assert_eq!(
        (&kept["state"], &kept["next_at"]),
        (&json!("active"), &json!("2026-11-23T08:00:00Z"))
    );
    assert_eq!(kept["rule_text"], "Every day at 09:00, Europe/Berlin");
    assert_eq!(kept["next_runs"][0]["text"], "Mon 23 Nov 2026, 09:00");
    assert_eq!(kept["next_runs"].as_array().unwrap().len(), 3);
    assert_eq!((&kept["runs"], &kept["failure_limit"]), (&json!(0), &json!(5)));
    assert_eq!(
        (&kept["inputs"], &kept["last_run"]["id"]),
        (&json!({"audience": "", "topic": "sea"}), &Value::Null)
    );
    assert!(kept["projected_month"].is_string() && kept["usual"]["hold"].is_string(), "{kept}");
    let path = format!("{PATH}/{}", id(&kept));
    let mut change = every_morning();
    change["rule"] = json!({"every": "monthly", "day": 31, "at": "23:45"});
    change["max_runs"] = json!(2);
    change["max_credits"] = json!("50");
    change["updated_at"] = kept["updated_at"].clone();
    let changed = owner.patch(&path, change.clone()).await.expect(200);
    assert_eq!(changed["next_at"], "2026-11-30T22:45:00Z", "day 31 of November is its last");
    assert_eq!(changed["next_runs"].as_array().unwrap().len(), 2);
    assert_eq!((&changed["max_runs"], &changed["max_credits"]), (&json!(2), &json!("50")));
    owner.patch(&path, change).await.problem(409, "state_conflict");
    assert_eq!(owner.get(&path).await.expect(200), changed);
    assert_eq!(owner.get(PATH).await.expect(200)["data"], json!([changed]));
    owner.delete(&path).await.expect(204);
    owner.get(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn mistakes_are_named_and_nothing_is_kept() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let set = |field: &str, value: Value| {
        let mut body = every_morning();
        body[field] = value;
        body
    };
    for (body, pointer) in [
        (set("name", json!(" ")), "/name"),
        (set("zone", json!("Mars/Olympus")), "/zone"),
        (set("rule", json!({"every": "daily", "at": "09:10"})), "/rule/at"),
        (set("rule", json!({"every": "second"})), "/rule/every"),
        (set("tool", json!("no-such")), "/tool"),
        (set("tool", json!("read-along")), "/tool"),
        (set("inputs", json!({})), "/inputs/topic"),
        (set("max_runs", json!(0)), "/max_runs"),
        (set("max_credits", json!("-1")), "/max_credits"),
        (set("failure_limit", json!(21)), "/failure_limit"),
    ] {
        let wrong = owner.post(PATH, body).await.wrong_fields();
        assert_eq!(wrong[0].0, pointer);
    }
    assert_eq!(owner.get(PATH).await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn a_preview_is_free_and_tells_what_a_month_costs() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let journal = Journal::of(&server, &mut owner).await;
    let before = journal.head().await;
    let path = format!("{PATH}/preview");
    let rule = json!({"every": "hourly", "minute": 15});
    let bare = json!({"rule": rule, "zone": "Europe/Berlin"});
    let preview = owner.post(&path, bare).await.expect(200);
    assert_eq!(preview["next_runs"][0]["at"], "2026-11-22T09:15:00Z");
    assert_eq!((&preview["usual"], &preview["projected_month"]), (&Value::Null, &Value::Null));
    assert!(preview["dst_note"].is_string(), "{preview}");
    let whole = json!({"rule": rule, "zone": "UTC", "tool": "three-questions"});
    let preview = owner.post(&path, whole).await.expect(200);
    assert!(preview["projected_month"].is_string(), "{preview}");
    assert_eq!(preview["dst_note"], Value::Null);
    let wrong = json!({"rule": {"every": "hourly", "minute": 7}, "zone": "UTC"});
    let wrong = owner.post(&path, wrong).await.wrong_fields();
    assert_eq!(wrong[0].0, "/rule/minute");
    assert_eq!(journal.head().await, before);
}

#[tokio::test]
async fn in_its_time_it_starts_a_run_that_is_found_by_its_schedule() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let kept = made(&mut owner).await;
    for text in ["salt", "waves", "ships"] {
        server.provider.push(one_credit(text));
    }
    server.clock.advance_seconds(23 * 3_600);
    server.app().tick_schedules().await.unwrap();
    let list = owner.get(&format!("/api/v1/runs?schedule_id={}", id(&kept))).await.expect(200);
    let runs = list["data"].as_array().unwrap();
    assert_eq!(runs.len(), 1, "{list}");
    assert_eq!(
        (&runs[0]["trigger"], &runs[0]["started_by"]),
        (&json!("schedule"), &json!("Mia Berg"))
    );
    let done = until(&mut owner, &id(&runs[0]), "succeeded").await;
    assert_eq!((&done["credits"], &done["schedule_id"]), (&json!("3"), &kept["id"]));
    let after = owner.get(&format!("{PATH}/{}", id(&kept))).await.expect(200);
    assert_eq!((&after["runs"], &after["next_at"]), (&json!(1), &json!("2026-11-24T08:00:00Z")));
    assert_eq!(after["last_run"]["id"], runs[0]["id"]);
    for (query, count) in [("trigger=schedule", 1), ("trigger=person", 0)] {
        let list = owner.get(&format!("/api/v1/runs?kind=tool&{query}")).await.expect(200);
        assert_eq!(list["data"].as_array().unwrap().len(), count, "{query}");
    }
}

#[tokio::test]
async fn running_now_is_a_run_of_ones_own_once_for_each_key() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let kept = made(&mut ben).await;
    let path = format!("{PATH}/{}/run-now", id(&kept));
    ben.post(&path, json!({})).await.problem(400, "idempotency_key_required");
    let run = ben.keyed("now").post(&path, json!({})).await.expect(202);
    assert_eq!((&run["trigger"], &run["schedule_id"]), (&json!("person"), &kept["id"]));
    until(&mut ben, &id(&run), "succeeded").await;
    let again = ben.keyed("now").post(&path, json!({})).await;
    assert_eq!(again.expect(202)["id"], run["id"]);
    let owners = owner.keyed("now").post(&path, json!({})).await.expect(202);
    assert_eq!(owners["started_by"], "Mia Berg", "whoever presses it starts it");
    until(&mut owner, &id(&owners), "succeeded").await;
    let all = owner.get("/api/v1/runs?kind=tool").await.expect(200);
    assert_eq!(all["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn it_is_paused_and_resumed_by_who_may_change_it() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let kept = made(&mut owner).await;
    let path = format!("{PATH}/{}", id(&kept));
    ben.post(&format!("{path}/pause"), json!({})).await.problem(403, "forbidden_role");
    let seen = ben.get(&path).await.expect(200);
    assert_eq!((&seen["can_edit"], &seen["inputs"]), (&json!(false), &Value::Null));
    let paused = owner.post(&format!("{path}/pause"), json!({})).await.expect(200);
    assert_eq!((&paused["state"], &paused["next_at"]), (&json!("paused"), &Value::Null));
    assert_eq!(paused["note"], "Paused by Mia Berg.");
    server.clock.advance_seconds(3 * 86_400);
    server.app().tick_schedules().await.unwrap();
    let resumed = owner.post(&format!("{path}/resume"), json!({})).await.expect(200);
    assert_eq!((&resumed["state"], &resumed["runs"]), (&json!("active"), &json!(0)));
    assert_eq!(resumed["next_at"], "2026-11-26T08:00:00Z", "what was missed is not made up");
}

#[tokio::test]
async fn without_credits_it_pauses_and_goes_on_when_they_come() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let kept = made(&mut owner).await;
    let path = format!("{PATH}/{}", id(&kept));
    run_dry(&server, &mut owner, 0).await;
    server.clock.advance_seconds(23 * 3_600);
    server.app().tick_schedules().await.unwrap();
    let paused = owner.get(&path).await.expect(200);
    assert_eq!((&paused["state"], &paused["failures"]), (&json!("paused_no_credits"), &json!(0)));
    let resume = owner.post(&format!("{path}/resume"), json!({})).await;
    assert_eq!(resume.problem(402, "insufficient_credits")["required"], paused["needed"]);
    let now = owner.keyed("now").post(&format!("{path}/run-now"), json!({})).await;
    assert_eq!(now.problem(402, "insufficient_credits")["can_wait"], true);
    buy(&owner, "more").await;
    server.app().tick_schedules().await.unwrap();
    let active = owner.get(&path).await.expect(200);
    assert_eq!((&active["state"], &active["runs"]), (&json!("active"), &json!(0)));
}
