//! Requests that a browser sends from another site's page (security check S6).

use serde_json::Value;

use crate::harness::Server;
use crate::operations::all_operations;

#[tokio::test]
async fn nothing_can_be_changed_from_another_sites_page() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let evil = [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ];
    for operation in all_operations().iter().filter(|operation| operation.method != "GET") {
        let path = operation.path.replace("{id}", &operation.object.unknown_id());
        for (name, value) in evil {
            let mut client = owner.with(name, value).keyed("from-elsewhere");
            let method = operation.method.parse().unwrap();
            let body = operation.body.as_ref().map(Value::to_string);
            client.send(method, &path, body).await.problem(403, "cross_site");
        }
    }
    assert!(owner.clone().get("/api/v1/auth/me").await.status.is_success());
}

#[tokio::test]
async fn our_own_pages_and_programs_are_let_through() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let path = "/api/v1/organization";
    let body = serde_json::json!({"name": "Berg"});
    owner.clone().patch(path, body.clone()).await.expect(200);
    let mut page = owner.with("origin", &server.base).with("sec-fetch-site", "same-origin");
    page.patch(path, body).await.expect(200);
}

#[tokio::test]
async fn other_origins_are_told_nothing() {
    let server = Server::start().await;
    let mut page = server.owner().await.with("origin", "https://evil.example");
    let answer = page.get("/api/v1/credits").await;
    answer.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "");
    let method = "OPTIONS".parse().unwrap();
    let preflight = page.send(method, "/api/v1/sessions", None).await;
    preflight.problem(405, "method_not_allowed");
    assert_eq!(preflight.header("access-control-allow-origin"), "");
}
