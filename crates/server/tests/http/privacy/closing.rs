//! `DELETE /organization`: its plan ends, its runs are settled, everything that anybody wrote goes,
//! and the books stay.

use ampere_adapters::ai::scripted::Gate;
use serde_json::json;

use super::*;
use crate::spending::{GOOD_CARD, hold, pay};

/// Starts a plan on the sandbox's page.
async fn start_plan(client: &mut Client) {
    let wish = json!({"plan_id": "team", "cadence": "monthly"});
    let shown = client.post("/api/v1/billing/changes/preview", wish).await.expect(200);
    let body = json!({"preview_id": shown["id"]});
    let changed = client.keyed("start").post("/api/v1/billing/changes", body).await.expect(200);
    let id = changed["checkout"]["id"].as_str().unwrap().to_owned();
    pay(client, &id, "start", GOOD_CARD).await.expect(200);
}

#[tokio::test]
async fn an_organization_goes_with_its_plan_and_runs_and_the_books_stay() {
    let server = Server::start().await;
    let mut mia = server.owner().await;
    let mut ben = server.member(&mut mia, "Ben").await;
    let mut zoe = server.stranger(&mut mia).await;
    let link = zoe.post("/api/v1/invitations", json!({"role": "member"})).await.expect(201);
    let link = link["url"].as_str().unwrap().split('#').nth(1).unwrap().to_owned();
    start_plan(&mut mia).await;
    let settings = json!({
        "enabled": true, "threshold": "5000", "amount": "5000", "monthly_limit": "10000",
        "confirm_purchase": true, "reconfirm_card": false,
    });
    mia.put("/api/v1/billing/auto-recharge", settings).await.expect(200);
    lives(&server, &mut ben).await;
    let gate = Gate::new();
    let run = hold(&server, &mut ben, &gate).await;
    let (mut elsewhere, answer) = log_in(&server, "ben@example.com").await;
    answer.expect(200);
    elsewhere.post("/api/v1/auth/invitations/accept", json!({"token": link})).await.expect(200);
    let mut stream = ben.stream("/api/v1/events").await;
    stream.next().await.unwrap();

    let wrong = close(&mut mia, "Berg and Sons").await.wrong_fields();
    assert_eq!(wrong, [("/organization_name".to_owned(), "mismatch".to_owned())]);
    close(&mut ben, "Berg & Sons").await.problem(403, "forbidden_role");
    let wrong = json!({"organization_name": "Berg & Sons", "password": "a wrong guess"});
    let wrong = delete(&mut mia, ORGANIZATION, wrong).await.wrong_fields();
    assert_eq!(wrong, [("/password".to_owned(), "wrong".to_owned())]);

    let journal = Books::of(&server, &mut mia).await;
    let before = journal.head().await.0;
    let gone = close(&mut mia, " Berg & Sons ").await;
    gone.expect(204);
    assert!(gone.header("set-cookie").contains("Max-Age=0"));
    while stream.next().await.is_some() {}
    for client in [&mut ben, &mut mia] {
        client.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
    }
    log_in(&server, "mia@example.com").await.1.problem(410, "gone");
    assert_eq!(me(&mut elsewhere).await["organization"]["name"], "Elsewhere");
    let kinds = journal.kinds_after(before).await;
    assert_eq!(kinds, ["locked", "settled"], "the plan's end, and the stopped run's");
    let stopped = journal.run(&run).await;
    assert_eq!(
        (stopped.state.word(), stopped.title.as_str()),
        ("cancelled", "Deleted"),
        "{stopped:?}"
    );
    assert!(journal.plans_ended().await, "at the provider");
    assert!(!journal.recharges().await);
    verified(&server).await;
    drop(journal);
    assert_nowhere(&server, &[SECRET, "berg & sons", "welcome to the shop"]);
    assert!(file(&server).contains("ben@example.com"), "people keep their accounts");
}

#[tokio::test]
async fn without_plan_and_runs_the_journal_stays_as_it_is() {
    let server = Server::start().await;
    let mut mia = server.owner().await;
    let journal = Books::of(&server, &mut mia).await;
    let head = journal.head().await;
    close(&mut mia, "Berg & Sons").await.expect(204);
    assert_eq!(journal.head().await, head);
    // The trial still expires, and the books say so.
    server.clock.advance_seconds(40 * 86_400);
    server.app().sweep().await.unwrap();
    server.app().tick_schedules().await.unwrap();
    server.app().recharge_everybody().await;
    assert_eq!(journal.kinds_after(head.0).await, ["expired"]);
    verified(&server).await;
}
