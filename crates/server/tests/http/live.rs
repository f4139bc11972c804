//! The live view of a browser session and its stills: who may see them, once and until when.

use std::time::Duration;

use serde_json::json;

use crate::browsing::{PRICES, drive, input, live, put, site, stop, watch};
use crate::harness::Server;

#[tokio::test]
async fn pictures_come_as_the_page_changes_and_end_with_the_session() {
    let server = Server::start().await;
    site(&server);
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let run = drive(&mut owner, "one").await;
    let mut mine = watch(&mut owner, &run).await;
    let headers = mine.headers();
    assert_eq!(headers["content-type"], "multipart/x-mixed-replace; boundary=frame");
    assert_eq!(
        (&headers["cache-control"], &headers["x-content-type-options"]),
        (&"no-store".parse().unwrap(), &"nosniff".parse().unwrap())
    );
    mine.until_shown("Welcome to the shop.").await;
    let mut bens = watch(&mut ben, &run).await;
    bens.until_shown("Welcome to the shop.").await;
    let go = json!([{ "kind": "navigate", "url": PRICES }]);
    input(&mut owner, &run, go).await.expect(200);
    mine.until_shown("It costs 40.").await;
    bens.until_shown("It costs 40.").await;
    stop(&mut owner, &run).await;
    mine.ended().await;
    bens.ended().await;
    let path = format!("/api/v1/runs/{run}/browser/viewer-token");
    owner.post(&path, json!({})).await.problem(409, "state_conflict");
}

#[tokio::test]
async fn a_token_opens_one_view_once_for_who_asked_within_a_minute() {
    let server = Server::start().await;
    site(&server);
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let mut zoe = server.stranger(&mut owner).await;
    let run = drive(&mut owner, "one").await;
    let refused = |answer: crate::harness::Answer| {
        assert_eq!(answer.wrong_fields(), [("?token".to_owned(), "unknown".to_owned())]);
    };
    let address = live(&mut owner, &run).await;
    refused(ben.get(&address).await);
    server.nobody().get(&address).await.problem(401, "unauthenticated");
    zoe.get(&address).await.problem(404, "not_found");
    let mut opened = owner.pictures(&address).await;
    opened.until_shown("Welcome").await;
    refused(owner.get(&address).await);
    let late = live(&mut owner, &run).await;
    server.clock.advance_seconds(60);
    refused(owner.get(&late).await);
    refused(owner.get(&format!("{address}0")).await);
    let without = owner.get(&format!("/api/v1/runs/{run}/browser/live")).await;
    assert!(without.wrong_fields()[0].0.starts_with('?'));
    stop(&mut owner, &run).await;
}

#[tokio::test]
async fn a_live_view_is_one_of_a_persons_streams_and_ends_with_the_server() {
    let server = Server::with(&[("AMPERE_MAX_STREAMS", "1")]).await;
    site(&server);
    let mut owner = server.owner().await;
    let run = drive(&mut owner, "one").await;
    let first = watch(&mut owner, &run).await;
    let address = live(&mut owner, &run).await;
    owner.get(&address).await.problem(429, "concurrency_limited");
    drop(first);
    // The token was not used up by the refusal.
    let free = async {
        loop {
            let (status, _) = owner.clone().status_of_stream(&address).await;
            if status != 429 {
                return status;
            }
        }
    };
    let status = tokio::time::timeout(Duration::from_secs(30), free).await;
    assert_eq!(status.expect("the pass came back"), 200);
    let again = async {
        loop {
            let address = live(&mut owner.clone(), &run).await;
            if owner.clone().status_of_stream(&address).await.0 == 200 {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), again).await.expect("and came back again");
    drop(owner);
    let browser = server.browser.clone();
    server.end().await;
    assert_eq!(browser.open_now(), 0, "nothing of it is left running");
}

#[tokio::test]
async fn a_view_that_is_open_ends_with_its_login() {
    let server = Server::start().await;
    site(&server);
    let mut owner = server.owner().await;
    let run = drive(&mut owner, "one").await;
    let mut pictures = watch(&mut owner, &run).await;
    pictures.until_shown("Welcome").await;
    owner.post("/api/v1/auth/logout", json!({})).await.expect(204);
    let ends = tokio::time::timeout(Duration::from_secs(60), pictures.ended());
    ends.await.expect("nobody looks on without a login");
}

#[tokio::test]
async fn stills_are_kept_and_shown_to_the_organization_also_afterwards() {
    let server = Server::start().await;
    site(&server);
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let mut zoe = server.stranger(&mut owner).await;
    let run = drive(&mut owner, "one").await;
    let go = json!([{ "kind": "navigate", "url": PRICES }]);
    input(&mut owner, &run, go).await.expect(200);
    put(&mut owner, &run, "release").await.expect(200);
    stop(&mut owner, &run).await;
    let path = format!("/api/v1/runs/{run}/browser/stills");
    let stills = ben.get(&path).await.expect(200);
    let all = stills["data"].as_array().unwrap();
    let told: Vec<_> = all.iter().map(|still| (&still["number"], &still["title"])).collect();
    assert_eq!(told, [(&json!(1), &json!("Home")), (&json!(2), &json!("Prices"))]);
    assert_eq!((&all[0]["action"], &all[1]["url"]), (&json!("Opened site.test"), &json!(PRICES)));
    let still = ben.get(&format!("{path}/2")).await;
    still.expect_status(200);
    assert_eq!(still.header("content-type"), "image/jpeg");
    assert_eq!(still.header("cache-control"), "private, max-age=86400, immutable");
    assert_eq!(still.header("x-content-type-options"), "nosniff");
    assert!(still.text.contains("It costs 40."), "{}", still.text);
    for wrong in ["0", "3", "x", "-1", "99999999999"] {
        ben.get(&format!("{path}/{wrong}")).await.problem(404, "not_found");
    }
    zoe.get(&path).await.problem(404, "not_found");
    zoe.get(&format!("{path}/1")).await.problem(404, "not_found");
}
