//! `/organization`: name and zone.

use serde_json::json;

use crate::harness::Server;

#[tokio::test]
async fn the_owner_changes_what_is_given_and_everybody_sees_it() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let path = "/api/v1/organization";
    let renamed = owner.patch(path, json!({"name": " Berg "})).await.expect(200);
    assert_eq!(renamed["name"], "Berg");
    assert_eq!(renamed["zone"], "Europe/Berlin");
    let moved = owner.patch(path, json!({"zone": "asia/tokyo"})).await.expect(200);
    assert_eq!(moved["zone"], "Asia/Tokyo");
    assert_eq!(ben.get(path).await.expect(200), moved);
    assert_eq!(owner.patch(path, json!({})).await.expect(200), moved);
    ben.patch(path, json!({"name": "Ben's"})).await.problem(403, "forbidden_role");
    assert_eq!(owner.get(path).await.expect(200), moved);
}

#[tokio::test]
async fn mistakes_change_nothing() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let path = "/api/v1/organization";
    let before = owner.get(path).await.expect(200);
    let answer = owner.patch(path, json!({"name": "", "zone": "Moon"})).await;
    let fields: Vec<String> = answer.wrong_fields().into_iter().map(|(at, _)| at).collect();
    assert_eq!(fields, ["/name", "/zone"]);
    let read_only = owner.patch(path, json!({"id": "org_1"})).await;
    assert_eq!(read_only.wrong_fields(), [("/id".to_owned(), "unknown_field".to_owned())]);
    assert_eq!(owner.get(path).await.expect(200), before);
}
