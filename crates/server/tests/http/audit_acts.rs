//! Every act of billing, roles, caps and settings writes what was done into the audit log: one
//! table, and the log holds exactly what the table says. What changes nothing is not in it.

use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::spending::{GOOD_CARD, open_checkout, pay};

const LOG: &str = "/api/v1/audit-log";
const CHANGES: &str = "/api/v1/billing/changes";
const RECHARGE: &str = "/api/v1/billing/auto-recharge";

async fn id_of(client: &mut Client) -> String {
    let me = client.get("/api/v1/auth/me").await.expect(200);
    me["user"]["id"].as_str().unwrap().to_owned()
}

/// Everything in the log that is newer than a position, oldest first, and its newest position.
async fn since(owner: &mut Client, position: u64) -> (Vec<Value>, u64) {
    let log = owner.get(LOG).await.expect(200)["data"].as_array().unwrap().clone();
    let newer = log.into_iter().filter(|entry| entry["position"].as_u64().unwrap() > position);
    let mut newer: Vec<Value> = newer.collect();
    newer.reverse();
    let last = newer.last().map_or(position, |entry| entry["position"].as_u64().unwrap());
    (newer, last)
}

/// Checks that an act wrote just these, and gives them.
struct Log {
    position: u64,
}

impl Log {
    async fn has(&mut self, owner: &mut Client, acts: &[&str]) -> Vec<Value> {
        let (newer, last) = since(owner, self.position).await;
        let written: Vec<&str> = newer.iter().map(|entry| entry["act"].as_str().unwrap()).collect();
        assert_eq!(written, acts);
        self.position = last;
        newer
    }
}

/// Previews a change of the plan and confirms it.
async fn change(owner: &mut Client, plan: &str, key: &str) -> Value {
    let wish = json!({"plan_id": plan, "cadence": "monthly"});
    let shown = owner.post(&format!("{CHANGES}/preview"), wish).await.expect(200);
    let body = json!({"preview_id": shown["id"]});
    owner.keyed(key).post(CHANGES, body).await.expect(200)
}

fn recharge(amount: &str) -> Value {
    json!({"enabled": false, "threshold": "10000", "amount": amount, "monthly_limit": null})
}

#[tokio::test]
async fn every_act_of_money_is_in_the_log() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut log = Log { position: 0 };
    let begun = change(&mut owner, "team", "start").await;
    let id = begun["checkout"]["id"].as_str().unwrap().to_owned();
    pay(&owner, &id, "start", GOOD_CARD).await.expect(200);
    log.has(&mut owner, &["plan_started"]).await;

    change(&mut owner, "scale", "up").await;
    let up = log.has(&mut owner, &["plan_changed"]).await;
    assert_eq!(up[0]["before"], json!({"plan": "team", "cadence": "monthly"}));
    assert_eq!(
        (&up[0]["after"]["plan"], &up[0]["after"]["outcome"]),
        (&json!("scale"), &json!("done"))
    );
    change(&mut owner, "starter", "down").await;
    log.has(&mut owner, &["plan_changed"]).await;
    owner.delete(&format!("{CHANGES}/pending")).await.expect(200);
    let undone = log.has(&mut owner, &["plan_change_undone"]).await;
    assert_eq!(undone[0]["after"], json!({"plan": "scale", "cadence": "monthly"}));

    let reason = json!({"reason": "  too dear for us  "});
    owner.post("/api/v1/billing/cancel", reason).await.expect(200);
    let cancelled = log.has(&mut owner, &["plan_cancelled"]).await;
    let after = json!({"ends": "at_period_end", "reason": "too dear for us"});
    assert_eq!(cancelled[0]["after"], after);
    owner.post("/api/v1/billing/resume", json!({})).await.expect(200);
    log.has(&mut owner, &["plan_resumed"]).await;
    for (reason, kept) in [(json!({"reason": "   "}), Value::Null), (json!({}), Value::Null)] {
        owner.post("/api/v1/billing/cancel", reason).await.expect(200);
        let cancelled = log.has(&mut owner, &["plan_cancelled"]).await;
        assert_eq!(cancelled[0]["after"]["reason"], kept);
        owner.post("/api/v1/billing/resume", json!({})).await.expect(200);
        log.has(&mut owner, &["plan_resumed"]).await;
    }

    let order = open_checkout(&owner, "buy").await;
    let ordered = log.has(&mut owner, &["purchase_asked"]).await;
    assert_eq!(ordered[0]["target"], json!(order));
    assert_eq!(ordered[0]["after"]["amount_cents"], 1_500);
    let price = json!({"amount": 1_500, "currency": "usd"});
    let body = json!({"pack_id": "pack_5000", "pay_with": "saved_card", "expected_price": price});
    owner.keyed("card").post("/api/v1/billing/checkouts", body).await.expect(201);
    log.has(&mut owner, &["purchase_asked"]).await;
    owner.put(RECHARGE, recharge("10000")).await.expect(200);
    log.has(&mut owner, &["auto_recharge_changed"]).await;
    owner.put(RECHARGE, recharge("10000")).await.expect(200);
    log.has(&mut owner, &[]).await;
    owner.put(RECHARGE, recharge("5000")).await.expect(200);
    log.has(&mut owner, &["auto_recharge_changed"]).await;
    owner.post("/api/v1/billing/portal", json!({"flow": "card"})).await.expect(200);
    let page = log.has(&mut owner, &["payment_page_opened"]).await;
    assert_eq!(page[0]["target"], "card");
    owner.post("/api/v1/sandbox/card", json!({"card": GOOD_CARD})).await.expect(200);
    let card = log.has(&mut owner, &["card_saved"]).await;
    assert_eq!(card[0]["after"]["last4"], "4242");
    assert!(!card[0].to_string().contains(GOOD_CARD), "the number is nowhere");
    owner.post("/api/v1/sandbox/clock", json!({"days": 1})).await.expect(200);
    log.has(&mut owner, &["sandbox_clock_moved"]).await;
    clean(&server, log.position).await;
}

#[tokio::test]
async fn every_act_about_people_is_in_the_log() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut log = Log { position: 0 };
    let mut ben = server.member(&mut owner, "Ben").await;
    log.has(&mut owner, &["invitation_made", "invitation_accepted"]).await;
    let member = format!("/api/v1/members/{}", id_of(&mut ben).await);
    let mark = format!("/api/v1/billing/admins/{}", id_of(&mut ben).await);
    type Act = (&'static str, String, Value, &'static [&'static str]);
    let ben_id = id_of(&mut ben).await;
    let table: [Act; 7] = [
        ("PATCH", member.clone(), json!({"role": "viewer"}), &["role_changed"]),
        ("PATCH", member.clone(), json!({"role": "viewer"}), &[]),
        ("PATCH", member.clone(), json!({"billing_admin": true}), &["billing_access_changed"]),
        (
            "PATCH",
            member.clone(),
            json!({"role": "admin", "billing_admin": false}),
            &["role_changed", "billing_access_changed"],
        ),
        ("PUT", mark.clone(), Value::Null, &["billing_access_changed"]),
        ("DELETE", mark, Value::Null, &["billing_access_changed"]),
        ("DELETE", member, Value::Null, &["member_removed"]),
    ];
    for (method, path, body, acts) in table {
        let method = method.parse().unwrap();
        let body = (!body.is_null()).then(|| body.to_string());
        let answer = owner.send(method, &path, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.status);
        let written = log.has(&mut owner, acts).await;
        assert!(written.iter().all(|entry| entry["target"] == json!(ben_id)), "{path}");
    }
    let mut ida = server.member(&mut owner, "Ida").await;
    log.has(&mut owner, &["invitation_made", "invitation_accepted"]).await;
    let ida_id = id_of(&mut ida).await;
    ida.delete(&format!("/api/v1/members/{ida_id}")).await.expect(204);
    log.has(&mut owner, &["member_left"]).await;
    let made = owner.post("/api/v1/invitations", json!({"role": "member"})).await.expect(201);
    let invitation = format!("/api/v1/invitations/{}", made["id"].as_str().unwrap());
    server.clock.advance_seconds(301);
    owner.post(&format!("{invitation}/resend"), json!({})).await.expect(200);
    owner.delete(&invitation).await.expect(204);
    let acts = ["invitation_made", "invitation_resent", "invitation_revoked"];
    log.has(&mut owner, &acts).await;
    let mut zoe = server.member(&mut owner, "Zoe").await;
    log.has(&mut owner, &["invitation_made", "invitation_accepted"]).await;
    let heir = id_of(&mut zoe).await;
    let wish = json!({"user_id": heir, "organization_name": "Berg & Sons"});
    owner.post("/api/v1/organization/transfer", wish).await.expect(200);
    // Whoever owns it now reads the log.
    let handed = log.has(&mut zoe, &["ownership_transferred"]).await;
    assert_eq!(handed[0]["after"], json!({"owner": heir}));
    clean(&server, log.position).await;
}

#[tokio::test]
async fn every_act_of_settings_and_caps_is_in_the_log() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut log = Log { position: 0 };
    let background = json!({
        "titles": true, "summaries": false, "follow_ups": false, "when_used_up": "wait",
    });
    let provider = json!({
        "kind": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "m", "api_key": "secret",
    });
    type Act = (&'static str, &'static str, Value, &'static [&'static str]);
    let provider_path = "/operator/v1/model-provider";
    let table: [Act; 8] = [
        ("PATCH", "/api/v1/organization", json!({"name": "Berg"}), &["organization_changed"]),
        ("PATCH", "/api/v1/organization", json!({"name": "Berg"}), &[]),
        ("PATCH", "/api/v1/organization", json!({"zone": "Asia/Tokyo"}), &["organization_changed"]),
        ("PUT", "/api/v1/usage/background", background.clone(), &["background_changed"]),
        ("PUT", "/api/v1/usage/background", background, &[]),
        ("PATCH", "/operator/v1/settings", json!({"sign_up_open": true}), &["sign_up_changed"]),
        ("PUT", provider_path, provider, &["model_provider_set"]),
        ("DELETE", provider_path, Value::Null, &["model_provider_removed"]),
    ];
    for (method, path, body, acts) in table {
        let method = method.parse().unwrap();
        let body = (!body.is_null()).then(|| body.to_string());
        let answer = owner.send(method, path, body).await;
        assert!(answer.status.is_success(), "{path}: {} {}", answer.status, answer.text);
        let written = log.has(&mut owner, acts).await;
        assert!(!json!(written).to_string().contains("secret"), "no secret is in it");
    }
    let mut schedule = crate::objects::every_morning();
    let made = owner.post("/api/v1/schedules", schedule.clone()).await.expect(201);
    log.has(&mut owner, &[]).await;
    let path = format!("/api/v1/schedules/{}", made["id"].as_str().unwrap());
    (schedule["max_credits"], schedule["updated_at"]) = (json!("50"), made["updated_at"].clone());
    owner.patch(&path, schedule).await.expect(200);
    let cap = log.has(&mut owner, &["schedule_cap_changed"]).await;
    assert_eq!(
        (&cap[0]["before"], &cap[0]["after"]),
        (&json!({"cap": null}), &json!({"cap": "50"}))
    );
    clean(&server, log.position).await;
}

/// The chain is whole and as long as was seen.
async fn clean(server: &Server, entries: u64) {
    let report = server.app().verify().await.unwrap();
    assert!(report.clean(), "{:?}", report.differences);
    assert_eq!(report.audit_entries, entries);
}
