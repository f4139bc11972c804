//! At zero: everything that only reads works and books nothing; sending is refused with the one
//! problem; after a purchase the same request goes through.
//!
//! The GET routes are enumerated from the OpenAPI document: a new one without a fixture fails.

use std::collections::BTreeMap;

use ampere_credits::Credits;
use serde_json::{Value, json};

use crate::browsing;
use crate::harness::{Client, Server};
use crate::objects::Object;
use crate::spending::{Journal, balance, buy, finish, open_checkout, run_dry, send, session};

/// Things that paths speak of, made while there were credits.
struct Fixtures(BTreeMap<&'static str, String>);

impl Fixtures {
    /// The path to ask for, by the route's template; none for a route nobody thought of.
    fn path(&self, route: &str) -> Option<String> {
        let id = |of: &str| self.0.get(of).cloned().unwrap();
        let thing = match route {
            "/api/v1/sessions/{id}"
            | "/api/v1/sessions/{id}/messages"
            | "/api/v1/sessions/{id}/shares" => Some("session"),
            "/api/v1/runs/{id}" | "/api/v1/runs/{id}/receipt" | "/api/v1/runs/{id}/events" => {
                Some("run")
            }
            "/api/v1/runs/{id}/browser/live"
            | "/api/v1/runs/{id}/browser/stills"
            | "/api/v1/runs/{id}/browser/stills/{number}" => Some("browser"),
            "/api/v1/billing/checkouts/{id}" => Some("checkout"),
            "/api/v1/sandbox/payments/{id}" => Some("payment"),
            "/api/v1/tools/{id}" | "/api/v1/tools/{id}/inputs" => Some("tool"),
            "/api/v1/files/{id}" | "/api/v1/files/{id}/content" => Some("file"),
            "/api/v1/workflows/{id}"
            | "/api/v1/workflows/{id}/versions"
            | "/api/v1/workflows/{id}/versions/{version}" => Some("workflow"),
            "/api/v1/schedules/{id}" => Some("schedule"),
            "/api/v1/instance"
            | "/api/v1/browser"
            | "/api/v1/auth/me"
            | "/api/v1/auth/logins"
            | "/api/v1/organization"
            | "/api/v1/members"
            | "/api/v1/invitations"
            | "/api/v1/credits"
            | "/api/v1/credits/grants"
            | "/api/v1/credits/ledger"
            | "/api/v1/rate-card"
            | "/api/v1/models"
            | "/api/v1/sessions"
            | "/api/v1/runs"
            | "/api/v1/runs.csv"
            | "/api/v1/audit-log"
            | "/api/v1/audit-log.csv"
            | "/api/v1/account/export"
            | "/api/v1/organization/export"
            | "/api/v1/tools"
            | "/api/v1/files"
            | "/api/v1/workflows"
            | "/api/v1/schedules"
            | "/api/v1/events"
            | "/api/v1/usage/summary"
            | "/api/v1/usage/background"
            | "/api/v1/billing"
            | "/api/v1/billing/plans"
            | "/api/v1/billing/packs"
            | "/api/v1/notification-preferences"
            | "/api/v1/notifications"
            | "/api/v1/billing/auto-recharge"
            | "/api/v1/billing/admins"
            | "/api/v1/billing/activity"
            | "/api/v1/billing/invoices"
            | "/api/v1/sandbox/cards"
            | "/operator/v1/settings"
            | "/operator/v1/model-provider" => None,
            _ => return None,
        };
        let route = route.replace("{version}", "1").replace("{number}", "1");
        Some(thing.map_or(route.clone(), |thing| route.replace("{id}", &id(thing))))
    }
}

/// Every GET operation: its path and its document.
fn get_routes() -> Vec<(String, Value)> {
    let document: Value = serde_json::from_str(&ampere_server::http::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let get = |(path, item): (&String, &Value)| Some((path.clone(), item.get("get")?.clone()));
    paths.iter().filter_map(get).collect()
}

/// Asks for a route. A stream is opened, its first event or picture read, and closed.
async fn ask(client: &mut Client, path: &str) -> u16 {
    if let Some(session) = path.strip_suffix("/live") {
        let given = client.post(&format!("{session}/viewer-token"), json!({})).await;
        if !given.status.is_success() {
            return given.status.as_u16();
        }
        let token = given.expect(200)["token"].as_str().unwrap().to_owned();
        let picture = client.pictures(&format!("{path}?token={token}")).await.next().await;
        assert!(picture.is_some(), "{path} shows nothing");
        return given.status.as_u16();
    }
    if path.ends_with("/events") {
        let (status, problem) = client.status_of_stream(path).await;
        if status != 200 {
            assert_eq!(problem["status"], status);
            return status;
        }
        let first = client.stream(path).await.next().await;
        assert!(first.is_some(), "{path} says nothing");
        return status;
    }
    client.get(path).await.status.as_u16()
}

/// Everything can be looked at by both, and the journal does not move by it.
async fn reading_is_free(server: &Server, people: &mut [(&str, Client)], fixtures: &Fixtures) {
    let journal = Journal::of(server, &mut people[0].1).await;
    let before = journal.head().await;
    let seen = balance(&mut people[0].1).await;
    assert_eq!(seen["position"], before.0, "the journal that is watched is theirs");
    let routes = get_routes();
    assert!(routes.len() >= 20, "the document lists {} routes", routes.len());
    for (who, client) in people {
        for (route, operation) in &routes {
            let path = fixtures.path(route);
            let path = path.unwrap_or_else(|| panic!("{route} has no fixture in at_zero.rs"));
            let status = ask(client, &path).await;
            let documented = operation["responses"].get(status.to_string()).is_some();
            let allowed = status == 200 || ((400..500).contains(&status) && documented);
            assert!(allowed, "{who}: GET {path} answered {status}");
            // Only of a session that is over there is no live view.
            let over = status == 409 && path.ends_with("/live");
            let seen = *who != "owner" || status == 200 || over;
            assert!(seen, "{who}: GET {path} answered {status}");
            assert_eq!(journal.head().await, before, "{who}: GET {path} moved the journal");
        }
    }
}

/// An owner and a member, with something of everything.
async fn people(server: &Server) -> (Client, Client, Fixtures) {
    let mut owner = server.owner().await;
    let member = server.member(&mut owner, "Ben").await;
    let session = session(&mut owner).await;
    let checkout = open_checkout(&owner, "fixture").await;
    let mut things = BTreeMap::from([("session", session), ("checkout", checkout)]);
    let kinds = [
        ("tool", Object::Tool),
        ("file", Object::File),
        ("workflow", Object::Workflow),
        ("schedule", Object::Schedule),
    ];
    for (number, (name, object)) in kinds.into_iter().enumerate() {
        things.insert(name, object.make(server, &mut owner, number).await);
    }
    // Bought and given back: the pool is as it was.
    let payment = Object::Payment.make(server, &mut owner, 9).await;
    owner.post(&format!("/api/v1/sandbox/payments/{payment}/refund"), json!({})).await.expect(200);
    things.insert("payment", payment);
    // Its time may come while a test moves the clock; that is not reading.
    let path = format!("/api/v1/schedules/{}/pause", things["schedule"]);
    owner.post(&path, json!({})).await.expect(200);
    // It goes on while everything is looked at.
    browsing::site(server);
    let run = browsing::drive(&mut owner, "fixture").await;
    // Its hold is ahead of what it uses by then, and stays as it is.
    let ahead = |seen: &Value| {
        let held: Credits = seen["held"].as_str().unwrap().parse().unwrap();
        held > Credits::whole(3)
    };
    while !ahead(&balance(&mut owner).await) {}
    things.insert("browser", run);
    (owner, member, Fixtures(things))
}

#[tokio::test]
async fn at_zero_every_get_route_answers_and_the_journal_does_not_move() {
    let server = Server::start().await;
    let (mut owner, member, mut fixtures) = people(&server).await;
    fixtures.0.insert("run", run_dry(&server, &mut owner, 0).await);
    assert_eq!(balance(&mut owner).await["outstanding"], "0");
    reading_is_free(&server, &mut [("owner", owner), ("member", member)], &fixtures).await;
}

#[tokio::test]
async fn in_debt_every_get_route_answers_and_the_journal_does_not_move() {
    let server = Server::start().await;
    let (mut owner, member, mut fixtures) = people(&server).await;
    fixtures.0.insert("run", run_dry(&server, &mut owner, 10_000).await);
    assert_eq!(balance(&mut owner).await["outstanding"], "20");
    reading_is_free(&server, &mut [("owner", owner), ("member", member)], &fixtures).await;
}

#[tokio::test]
async fn reading_after_an_expiry_does_not_book_it() {
    let server = Server::start().await;
    let (mut owner, member, mut fixtures) = people(&server).await;
    fixtures.0.insert("run", crate::spending::ask(&mut owner, "one").await);
    // Its end would book the expiry: it is over before.
    browsing::stop(&mut owner, &fixtures.0["browser"]).await;
    // Logins end too in that time, so both come in again.
    server.clock.advance_seconds(31 * 86_400);
    let mut people = [("owner", owner), ("member", member)];
    let mails = ["mia@example.com", "ben@example.com"];
    for ((_, client), mail) in people.iter_mut().zip(mails) {
        let body = json!({"email": mail, "password": crate::harness::PASSWORD});
        client.post("/api/v1/auth/login", body).await.expect(200);
    }
    let seen = balance(&mut people[0].1).await;
    assert_eq!((&seen["total"], &seen["period"]), (&json!("0"), &Value::Null));
    assert_eq!(seen["state"], "paused");
    reading_is_free(&server, &mut people, &fixtures).await;
    let journal = Journal::of(&server, &mut people[0].1).await;
    let before = journal.head().await;
    server.app().sweep().await.unwrap();
    assert_eq!(journal.head().await.0, before.0 + 1, "there was an expiry to book all along");
}

#[tokio::test]
async fn sending_at_zero_is_refused_with_the_one_problem() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut member = server.member(&mut owner, "Ben").await;
    run_dry(&server, &mut owner, 0).await;
    let (mine, bens) = (session(&mut owner).await, session(&mut member).await);
    let journal = Journal::of(&server, &mut owner).await;
    let before = journal.head().await;
    let calls = server.provider.calls().len();
    let buy = json!({
        "action": "buy_credits", "requires": "billing_access",
        "url": format!("{}/billing?buy=1", server.base),
    });
    let ask = json!({"action": "ask", "people": ["Mia Berg"]});
    for (client, session, resolution) in [(&owner, &mine, buy), (&member, &bens, ask)] {
        let problem = send(client, session, "at zero").await.problem(402, "insufficient_credits");
        let text = |member: &str| problem[member].as_str().unwrap().to_owned();
        let required = text("required");
        assert!(required.parse::<ampere_credits::Credits>().unwrap().is_positive());
        assert_eq!(
            text("detail"),
            format!("This needs a hold of {required} credits; 0 are available.")
        );
        assert_eq!(text("title"), "Not enough credits");
        assert_eq!(text("instance"), format!("/api/v1/sessions/{session}/messages"));
        assert_eq!(problem["retryable"], false);
        assert_eq!([text("available"), text("held"), text("locked")], ["0", "0", "0"]);
        assert_eq!((text("shortfall"), text("state")), (required, "paused".to_owned()));
        assert_eq!(problem["position"], before.0);
        assert_eq!(problem["resolutions"], json!([resolution]));
    }
    assert_eq!(journal.head().await, before, "a refusal books nothing");
    assert_eq!(server.provider.calls().len(), calls, "nothing refused reached the model");
    let messages = owner.get(&format!("/api/v1/sessions/{mine}/messages")).await.expect(200);
    assert_eq!(messages["data"], json!([]), "the text stays the person's draft");
}

#[tokio::test]
async fn after_a_purchase_the_same_request_with_the_same_key_goes_through() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut member = server.member(&mut owner, "Ben").await;
    run_dry(&server, &mut owner, 10_000).await;
    let session = session(&mut member).await;
    for _ in 0..2 {
        let refused = send(&member, &session, "the key").await;
        let problem = refused.problem(402, "insufficient_credits");
        assert_eq!(refused.header("idempotency-replayed"), "", "a 402 never replays");
        let shortfall: ampere_credits::Credits =
            problem["shortfall"].as_str().unwrap().parse().unwrap();
        assert!(shortfall > ampere_credits::Credits::whole(20), "debt is part of it: {problem}");
    }
    buy(&owner, "now").await;
    let sent = send(&member, &session, "the key").await;
    let run = sent.expect(202)["run"]["id"].as_str().unwrap().to_owned();
    finish(&member, &run).await;
    let again = send(&member, &session, "the key").await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.expect(202), sent.expect(202), "and now it does");
    let left = balance(&mut owner).await;
    assert_eq!(left["outstanding"], "0", "debt was paid first");
    let report = server.app().verify().await.unwrap();
    assert!(report.clean(), "{report:?}");
}
