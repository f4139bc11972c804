//! Letters about the life of a plan, by a real mail server of the test: cancelled, resumed, over.

use ampere_adapters::mail::scripted::PostOffice;
use serde_json::json;

use crate::harness::{Client, Server};
use crate::mail::{by_mail, posted};
use crate::spending::{GOOD_CARD, open_checkout, pay};

const CANCEL: &str = "/api/v1/billing/cancel";
const RESUME: &str = "/api/v1/billing/resume";
const PREFERENCES: &str = "/api/v1/notification-preferences";

/// Starts Team on the provider's page.
async fn start(owner: &mut Client) {
    let wish = json!({"plan_id": "team", "cadence": "monthly"});
    let shown = owner.post("/api/v1/billing/changes/preview", wish).await.expect(200);
    let body = json!({"preview_id": shown["id"]});
    let changed = owner.keyed("start").post("/api/v1/billing/changes", body).await.expect(200);
    let id = changed["checkout"]["id"].as_str().unwrap().to_owned();
    pay(owner, &id, "start", GOOD_CARD).await.expect(200);
}

/// What somebody was told of the plan in the app, newest first.
async fn told(client: &mut Client) -> Vec<String> {
    let list = client.get("/api/v1/notifications").await.expect(200);
    let of_plan = list["data"].as_array().unwrap().iter().filter(|one| one["kind"] == "plan");
    of_plan.map(|one| one["text"].as_str().unwrap().to_owned()).collect()
}

/// Everybody whose letters of this subject came, with each text on one line.
async fn letters(office: &PostOffice, about: &str, count: usize) -> Vec<(String, String)> {
    for number in 0..count {
        office.letter(about, number).await;
    }
    let mut all: Vec<_> =
        office.taken(about).iter().map(|letter| (letter.to.clone(), posted(letter))).collect();
    all.sort();
    all
}

fn to(letters: &[(String, String)]) -> Vec<&str> {
    letters.iter().map(|(to, _)| to.as_str()).collect()
}

#[tokio::test]
async fn billing_people_get_the_receipt_of_a_cancellation_its_end_and_its_resumption() {
    let (office, server) = by_mail().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    server.mark_billing(&mut owner, &mut ben).await;
    let mut ida = server.member_as(&mut owner, "Ida", "admin").await;
    // The credits of the trial end a day before the plan's period.
    server.clock.advance_seconds(86_400);
    start(&mut owner).await;
    let pack = open_checkout(&owner, "pack").await;
    pay(&owner, &pack, "pack", GOOD_CARD).await.expect(200);
    let people = ["ben@example.com", "mia@example.com"];

    ben.post(CANCEL, json!({"reason": "  too dear  "})).await.expect(200);
    let first = letters(&office, "Team, monthly is cancelled and runs until 23 Dec", 2).await;
    assert_eq!(to(&first), people, "and nobody else");
    let parts = [
        "Hello Ben, Ben cancelled Team, monthly on 23 Nov, 10:",
        "(Europe/Berlin).",
        "It runs until 23 Dec, 10:",
        "Nothing more is paid for it.",
        "5,000 credits are locked then: - 5,000 that expire on 23 Nov 2027",
        "Resume it before 23 Dec, 10:",
        "Resume the plan: http",
        "/billing",
    ];
    for part in parts {
        assert!(first[0].1.contains(part), "{part} in {}", first[0].1);
    }
    assert!(!first[0].1.contains("too dear"), "the reason is for the log, not for the mail");
    let said = "Ben cancelled Team, monthly. It runs until 23 Dec. 5,000 credits are locked then. \
                Until then you can resume it.";
    assert_eq!(told(&mut owner).await, [said]);
    assert_eq!(told(&mut ben).await, [said]);
    assert!(told(&mut ida).await.is_empty());
    // Cancelling twice, and looking again, tells nobody twice.
    ben.post(CANCEL, json!({})).await.expect(200);
    let org = org_of(&server, &mut owner).await;
    server.app().look_for_notices(org).await.unwrap();
    assert_eq!(told(&mut owner).await.len(), 1);

    owner.post(RESUME, json!({})).await.expect(200);
    let back = letters(&office, "Team, monthly goes on", 2).await;
    assert_eq!(to(&back), people);
    assert!(back[0].1.contains("Mia Berg resumed Team, monthly"), "{}", back[0].1);
    owner.post(CANCEL, json!({})).await.expect(200);
    letters(&office, "is cancelled", 4).await;

    owner.post("/api/v1/sandbox/clock", json!({"days": 31})).await.expect(200);
    server.app().look_for_notices(org).await.unwrap();
    let over = letters(&office, "Team, monthly has ended", 2).await;
    assert_eq!(to(&over), people);
    assert!(over[0].1.contains("5,000 credits are locked now:"), "{}", over[0].1);
    assert!(over[0].1.contains("Restart a plan: http"), "{}", over[0].1);
    server.app().look_for_notices(org).await.unwrap();
    let count = |about: &str| office.taken(about).len();
    assert_eq!((count("is cancelled"), count("goes on"), count("has ended")), (4, 2, 2));
}

async fn org_of(server: &Server, owner: &mut Client) -> ampere_credits::OrgId {
    let me = owner.get("/api/v1/auth/me").await.expect(200);
    let id = me["organization"]["id"].as_str().unwrap().parse().unwrap();
    assert!(server.app().standing(id).await.is_ok());
    id
}

#[tokio::test]
async fn the_receipt_cannot_be_switched_off() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let all = owner.get(PREFERENCES).await.expect(200);
    let plan = all["data"].as_array().unwrap().iter().find(|kind| kind["kind"] == "plan").unwrap();
    let fixed = [&plan["in_app_fixed"], &plan["email_fixed"], &plan["in_app"], &plan["email"]];
    assert!(fixed.into_iter().all(|flag| *flag == json!(true)), "{plan}");
    for (in_app, email) in [(false, true), (true, false)] {
        let wish = json!({"data": [{"kind": "plan", "in_app": in_app, "email": email}]});
        owner.put(PREFERENCES, wish).await.problem(422, "validation_failed");
    }
}
