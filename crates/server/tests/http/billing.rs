//! `/billing`: packs, purchases, activity; who may see prices; what cannot be bought.

use serde_json::{Value, json};

use crate::harness::Server;
use crate::spending::{
    GOOD_CARD, Journal, POOR_CARD, ask, balance, buy, open_checkout, pay, run_dry,
};

const CHECKOUTS: &str = "/api/v1/billing/checkouts";

#[tokio::test]
async fn everybody_sees_the_balance_and_whom_to_ask_but_prices_are_for_billing_access() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut member = server.member(&mut owner, "Ben").await;
    let mine = owner.get("/api/v1/billing").await.expect(200);
    let bens = member.get("/api/v1/billing").await.expect(200);
    assert_eq!(mine["actions"], json!(["choose_plan", "buy_credits"]));
    assert_eq!(bens["actions"], json!([]));
    for seen in [&mine, &bens] {
        assert_eq!((&seen["plan_name"], &seen["state"]), (&json!("Trial"), &json!("trial")));
        assert_eq!(seen["provider"], "sandbox");
        assert_eq!(seen["billing_admins"], json!(["Mia Berg"]));
        assert_eq!(seen["overdraft_limit"], "200");
    }
    for path in ["/api/v1/billing/packs", "/api/v1/billing/activity", "/api/v1/sandbox/cards"] {
        member.get(path).await.problem(403, "billing_access_required");
    }
    let mut keyed = member.keyed("k");
    let refused = keyed.post(CHECKOUTS, json!({"pack_id": "pack_5000"})).await;
    refused.problem(403, "billing_access_required");
    let seen = member.get("/api/v1/billing").await;
    assert!(!seen.text.contains("1500") && !seen.text.contains("amount"), "{}", seen.text);
    assert_eq!(seen.expect(200)["price"], Value::Null);
}

#[tokio::test]
async fn packs_are_those_of_the_price_list() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let packs = owner.get("/api/v1/billing/packs").await.expect(200);
    let told: Vec<_> = packs["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pack| {
            assert_eq!(
                (&pack["price"]["currency"], &pack["lifetime_months"]),
                (&json!("usd"), &json!(12))
            );
            let text = |member: &str| pack[member].as_str().unwrap().to_owned();
            (text("credits"), pack["price"]["amount"].as_i64().unwrap(), text("per_thousand"))
        })
        .collect();
    let pack = |credits: &str, cents, each: &str| (credits.to_owned(), cents, each.to_owned());
    let wanted = [
        pack("5000", 1_500, "3.00"),
        pack("10000", 2_900, "2.90"),
        pack("25000", 6_875, "2.75"),
        pack("50000", 13_000, "2.60"),
    ];
    assert_eq!(told, wanted);
}

#[tokio::test]
async fn a_purchase_goes_from_open_over_declined_to_granted_and_is_spendable_at_once() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    run_dry(&server, &mut owner, 0).await;
    let journal = Journal::of(&server, &mut owner).await;
    let before = journal.head().await;
    let id = open_checkout(&owner, "one").await;
    let path = format!("{CHECKOUTS}/{id}");
    let open = owner.get(&path).await.expect(200);
    assert_eq!(open["state"], "open");
    assert_eq!(open["url"], format!("/sandbox/checkout/{id}"));
    assert_eq!((&open["grant_id"], &open["position"]), (&Value::Null, &Value::Null));
    let declined = pay(&owner, &id, "one", POOR_CARD).await.problem(402, "payment_declined");
    assert!(declined["detail"].as_str().unwrap().contains("insufficient funds"), "{declined}");
    let seen = owner.get(&path).await.expect(200);
    assert_eq!(
        (&seen["state"], &seen["reason"]),
        (&json!("declined"), &json!("insufficient_funds"))
    );
    assert_eq!(journal.head().await, before, "nothing before the payment");
    let granted = pay(&owner, &id, "one", GOOD_CARD).await.expect(200);
    assert_eq!(granted["state"], "granted", "a 402 took no key: the same one works");
    assert_eq!(granted["pack"]["credits"], "5000");
    assert_eq!(granted["position"], before.0 + 1);
    assert_eq!(owner.get(&path).await.expect(200), granted);
    let grants = owner.get("/api/v1/credits/grants").await.expect(200);
    assert_eq!(grants["data"][0]["id"], granted["grant_id"]);
    assert_eq!(grants["data"][0]["expires_at"].as_str().unwrap()[..10], *"2027-11-22");
    ask(&mut owner, "at once").await;
}

#[tokio::test]
async fn akash_console_3449_a_doubled_click_pays_once_and_a_click_without_key_is_refused() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let id = open_checkout(&owner, "one").await;
    let path = format!("/api/v1/sandbox/checkouts/{id}/pay");
    let bare = owner.post(&path, json!({"card": GOOD_CARD})).await;
    bare.problem(400, "idempotency_key_required");
    let bare = owner.post(CHECKOUTS, json!({"pack_id": "pack_5000"})).await;
    bare.problem(400, "idempotency_key_required");
    let first = pay(&owner, &id, "same", GOOD_CARD).await;
    let second = pay(&owner, &id, "same", GOOD_CARD).await;
    assert_eq!(second.expect(200), first.expect(200));
    assert_eq!(second.header("idempotency-replayed"), "true");
    let third = pay(&owner, &id, "another", GOOD_CARD).await;
    assert_eq!(third.expect(200)["grant_id"], first.expect(200)["grant_id"]);
    assert_eq!(balance(&mut owner).await["purchased"], "5000");
    let other = pay(&owner, &id, "same", POOR_CARD).await;
    other.problem(422, "idempotency_mismatch");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lago_5870_many_payments_of_one_checkout_at_once_credit_once() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let id = open_checkout(&owner, "one").await;
    let pays = (0..12).map(|number| {
        let (owner, id) = (owner.clone(), id.clone());
        tokio::spawn(async move { pay(&owner, &id, &number.to_string(), GOOD_CARD).await })
    });
    for answer in futures_util::future::join_all(pays).await {
        assert_eq!(answer.unwrap().expect(200)["state"], "granted");
    }
    assert_eq!(balance(&mut owner).await["purchased"], "5000");
    let activity = owner.get("/api/v1/billing/activity").await.expect(200);
    assert_eq!(activity["data"].as_array().unwrap().len(), 2, "{activity}");
}

#[tokio::test]
async fn codex_33125_a_purchase_switches_nothing_on() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let before = owner.get("/api/v1/billing").await.expect(200);
    let settings = owner.get("/operator/v1/settings").await.expect(200);
    let recharge = owner.get("/api/v1/billing/auto-recharge").await.expect(200)["enabled"].clone();
    assert_eq!(recharge, false);
    // The provider's instants are whole seconds.
    server.clock.advance_seconds(5);
    buy(&owner, "once").await;
    let mut after = owner.get("/api/v1/billing").await.expect(200);
    assert_eq!(after["credits"]["purchased"], "5000");
    assert_eq!(after["card"]["last4"], "4242", "the card is kept, to pay with when asked");
    for told in ["credits", "card", "actions"] {
        after[told] = before[told].clone();
    }
    assert_eq!(after, before);
    let after = owner.get("/api/v1/billing/auto-recharge").await.expect(200)["enabled"].clone();
    assert_eq!(after, recharge);
    assert_eq!(owner.get("/operator/v1/settings").await.expect(200), settings);
    let steps = ampere_adapters::ai::scripted::Script::answer(&["All."], 2_000_000, 2_500_000);
    server.provider.push(steps);
    ask(&mut owner, "all of it").await;
    assert_eq!(balance(&mut owner).await["available"], "0");
    server.clock.advance_seconds(3_600);
    server.app().sweep().await.unwrap();
    let activity = owner.get("/api/v1/billing/activity").await.expect(200);
    let types: Vec<_> =
        activity["data"].as_array().unwrap().iter().map(|item| item["type"].clone()).collect();
    assert_eq!(types, ["purchase", "trial"], "running low bought nothing");
}

#[tokio::test]
async fn what_is_paid_is_never_the_clients_to_say() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let journal = Journal::of(&server, &mut owner).await;
    let before = journal.head().await;
    let mut number = 0;
    let mut keyed = || {
        number += 1;
        owner.keyed(&format!("odd-{number}"))
    };
    for (field, value) in [
        ("amount", json!(1)),
        ("price", json!({"amount": 0, "currency": "usd"})),
        ("organization_id", json!("org_1")),
    ] {
        let mut body = json!({"pack_id": "pack_5000"});
        body[field] = value;
        let wrong = keyed().post(CHECKOUTS, body).await.wrong_fields();
        assert_eq!(wrong, [(format!("/{field}"), "unknown_field".to_owned())]);
    }
    let both = json!({"pack_id": "pack_5000", "credits": "1000000"});
    let wrong = keyed().post(CHECKOUTS, both).await.wrong_fields();
    assert_eq!(wrong, [("/credits".to_owned(), "invalid_value".to_owned())]);
    for pack in ["pack_1", "", "PACK_5000", "pack_5000 ", "-5000", "1e3", "NaN", "0.0000001"] {
        let answer = keyed().post(CHECKOUTS, json!({"pack_id": pack})).await;
        assert_eq!(answer.wrong_fields(), [("/pack_id".to_owned(), "unknown".to_owned())]);
    }
    let id = open_checkout(&keyed(), "fine").await;
    let path = format!("/api/v1/sandbox/checkouts/{id}/pay");
    for card in ["", "4242 4242 4242 4242", "4242424242424243", "-1", "0x42", &"4".repeat(5_000)] {
        let wrong = keyed().post(&path, json!({"card": card})).await.wrong_fields();
        assert_eq!(wrong, [("/card".to_owned(), "unknown".to_owned())]);
    }
    let mut body = json!({"card": GOOD_CARD, "amount_cents": 1});
    let wrong = keyed().post(&path, body.take()).await.wrong_fields();
    assert_eq!(wrong[0].0, "/amount_cents");
    assert_eq!(journal.head().await, before, "none of it changed the pool");
}

#[tokio::test]
async fn another_body_under_the_same_key_opens_nothing() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut keyed = owner.keyed("one");
    let first = keyed.post(CHECKOUTS, json!({"pack_id": "pack_5000"})).await.expect(201);
    let again = keyed.post(CHECKOUTS, json!({"pack_id": "pack_5000"})).await;
    assert_eq!(again.expect(201), first);
    let other = keyed.post(CHECKOUTS, json!({"pack_id": "pack_50000"})).await;
    other.problem(422, "idempotency_mismatch");
    assert_eq!(balance(&mut owner).await["purchased"], "0");
}

#[tokio::test]
async fn activity_tells_trial_purchase_decline_and_expiry_and_pages() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    server.clock.advance_seconds(60);
    buy(&owner, "one").await;
    server.clock.advance_seconds(60);
    let id = open_checkout(&owner, "two").await;
    pay(&owner, &id, "two", POOR_CARD).await.problem(402, "payment_declined");
    server.clock.advance_seconds(31 * 86_400);
    let body = json!({"email": "mia@example.com", "password": crate::harness::PASSWORD});
    owner.post("/api/v1/auth/login", body).await.expect(200);
    let mut items = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/billing/activity?limit=1{cursor}");
        let page = owner.get(&path).await.expect(200);
        items.extend(page["data"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let told: Vec<_> = items
        .iter()
        .map(|item| {
            (item["type"].clone(), item["credits"].clone(), item["amount"]["amount"].clone())
        })
        .collect();
    let wanted = [
        (json!("expiry"), json!("1000"), Value::Null),
        (json!("declined"), Value::Null, json!(1_500)),
        (json!("purchase"), json!("5000"), json!(1_500)),
        (json!("trial"), json!("1000"), Value::Null),
    ];
    assert_eq!(told, wanted);
    let odd = owner.get("/api/v1/billing/activity?cursor=abc").await;
    assert_eq!(odd.wrong_fields()[0].0, "?cursor");
}

#[tokio::test]
async fn without_the_sandbox_nothing_can_be_bought() {
    let server = Server::tuned(|config| config.sandbox_payments = false).await;
    let mut owner = server.owner().await;
    let billing = owner.get("/api/v1/billing").await.expect(200);
    assert_eq!((&billing["provider"], &billing["actions"]), (&json!("none"), &json!([])));
    owner.get("/api/v1/sandbox/cards").await.problem(404, "not_found");
    let mut keyed = owner.keyed("k");
    let refused = keyed.post(CHECKOUTS, json!({"pack_id": "pack_5000"})).await;
    refused.problem(409, "state_conflict");
    assert_eq!(refused.header("x-should-retry"), "false");
    let path = format!("/api/v1/sandbox/checkouts/pay_{}/pay", "0".repeat(26));
    keyed.post(&path, json!({"card": GOOD_CARD})).await.problem(404, "not_found");
}
