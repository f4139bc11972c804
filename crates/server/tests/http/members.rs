//! `/members`: the people of the organization.

use serde_json::Value;

use crate::harness::{Client, Server};

async fn id_of(client: &mut Client) -> String {
    let me = client.get("/api/v1/auth/me").await.expect(200);
    me["user"]["id"].as_str().unwrap().to_owned()
}

async fn names(client: &mut Client) -> Vec<Value> {
    let list = client.get("/api/v1/members").await.expect(200);
    list["data"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect()
}

#[tokio::test]
async fn everybody_sees_the_people_of_their_organization_and_no_others() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let mut zoe = server.stranger(&mut owner).await;
    assert_eq!(names(&mut ben).await, ["Mia Berg", "Ben"]);
    assert_eq!(names(&mut zoe).await, ["Zoe"]);
    let list = ben.get("/api/v1/members").await.expect(200);
    assert_eq!(list["data"][0]["role"], "owner");
    assert_eq!(list["data"][0]["billing_access"], true);
    assert_eq!(list["data"][1]["role"], "member");
    assert_eq!(list["data"][1]["billing_access"], false);
    assert_eq!(list["data"][1]["email"], "ben@example.com");
}

#[tokio::test]
async fn removing_somebody_ends_their_logins_at_once() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let path = format!("/api/v1/members/{}", id_of(&mut ben).await);
    ben.delete(&path).await.problem(403, "forbidden_role");
    owner.delete(&path).await.expect(204);
    ben.get("/api/v1/members").await.problem(401, "unauthenticated");
    assert_eq!(names(&mut owner).await, ["Mia Berg"]);
    owner.delete(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn the_owner_stays() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let own = format!("/api/v1/members/{}", id_of(&mut owner).await);
    let answer = owner.delete(&own).await;
    let problem = answer.problem(409, "state_conflict");
    assert_eq!(problem["retryable"], false);
    assert_eq!(answer.header("x-should-retry"), "false");
    assert_eq!(names(&mut owner).await, ["Mia Berg"]);
}

#[tokio::test]
async fn people_of_other_organizations_are_as_unknown_as_nobody() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut zoe = server.stranger(&mut owner).await;
    let hers = id_of(&mut zoe).await;
    let mut foreign = owner.delete(&format!("/api/v1/members/{hers}")).await.expect(404);
    let made_up = format!("usr_{}", "0".repeat(26));
    let mut unknown = owner.delete(&format!("/api/v1/members/{made_up}")).await.expect(404);
    for problem in [&mut foreign, &mut unknown] {
        problem["request_id"] = Value::Null;
        problem["instance"] = Value::Null;
    }
    assert_eq!(foreign, unknown);
    zoe.get("/api/v1/auth/me").await.expect(200);
}
