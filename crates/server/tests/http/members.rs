//! `/members`: the people of the organization.

use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::objects::{every_morning, finished_run};

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
    let mut ida = server.member(&mut owner, "Ida").await;
    let refused = ida.delete(&path).await.problem(403, "forbidden_role");
    assert_eq!(refused["resolutions"][0]["people"], json!(["Mia Berg"]));
    let gone = format!("/api/v1/members/{}", id_of(&mut ida).await);
    ida.delete(&gone).await.expect(204);
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

async fn change(client: &mut Client, member: &str, body: Value) -> crate::harness::Answer {
    client.patch(&format!("/api/v1/members/{member}"), body).await
}

#[tokio::test]
async fn a_role_changes_at_once_and_every_refusal_says_who_can_change_it() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let mut ada = server.member_as(&mut owner, "Ada", "admin").await;
    let id = id_of(&mut ben).await;
    let kept = ben.post("/api/v1/sessions", json!({})).await.expect(201);
    let viewer = change(&mut ada, &id, json!({"role": "viewer"})).await.expect(200);
    assert_eq!((&viewer["role"], &viewer["name"]), (&json!("viewer"), &json!("Ben")));
    let refused = ben.post("/api/v1/sessions", json!({})).await.problem(403, "forbidden_role");
    assert_eq!(refused["resolutions"][0]["action"], "ask");
    assert_eq!(refused["resolutions"][0]["people"], json!(["Mia Berg", "Ada"]));
    let path = format!("/api/v1/sessions/{}/messages", kept["id"].as_str().unwrap());
    let sent = ben.keyed("1").post(&path, json!({"text": "Hello?"})).await;
    sent.problem(403, "forbidden_role");
    ben.get(&path).await.expect(200);
    let me = ben.get("/api/v1/auth/me").await.expect(200);
    assert_eq!((&me["role"], &me["rights"]), (&json!("viewer"), &json!([])));
    change(&mut owner, &id, json!({"role": "member"})).await.expect(200);
    ben.post("/api/v1/sessions", json!({})).await.expect(201);
}

#[tokio::test]
async fn nobody_raises_themselves_and_the_owners_place_is_safe() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ada = server.member_as(&mut owner, "Ada", "admin").await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let (mia, ada_id, ben_id) =
        (id_of(&mut owner).await, id_of(&mut ada).await, id_of(&mut ben).await);
    change(&mut ben, &ben_id, json!({"role": "admin"})).await.problem(403, "forbidden_role");
    change(&mut ben, &ben_id, json!({})).await.problem(403, "forbidden_role");
    change(&mut ada, &ada_id, json!({"role": "viewer"})).await.problem(409, "state_conflict");
    for id in [&ada_id, &ben_id] {
        let mark = json!({"billing_admin": true});
        change(&mut ada, id, mark).await.problem(403, "forbidden_role");
        let own = change(&mut ada, id, json!({"role": "owner"})).await;
        assert_eq!(own.wrong_fields(), [("/role".to_owned(), "invalid_value".to_owned())]);
    }
    let both = json!({"role": "viewer", "billing_admin": true});
    change(&mut ada, &ben_id, both).await.problem(403, "forbidden_role");
    for client in [&mut ada, &mut owner] {
        change(client, &mia, json!({"role": "member"})).await.problem(409, "state_conflict");
        let path = format!("/api/v1/members/{mia}");
        client.delete(&path).await.problem(409, "state_conflict");
    }
    let list = owner.get("/api/v1/members").await.expect(200);
    let roles: Vec<&Value> =
        list["data"].as_array().unwrap().iter().map(|row| &row["role"]).collect();
    assert_eq!(roles, ["owner", "admin", "member"]);
    let of_ada = ada.get("/api/v1/members").await.expect(200);
    let can = |index: usize| of_ada["data"][index]["can"].clone();
    let acts = |change_role, remove| {
        let (mark_billing, transfer) = (false, false);
        json!({
            "change_role": change_role, "remove": remove,
            "mark_billing": mark_billing, "transfer": transfer,
        })
    };
    assert_eq!([can(0), can(1), can(2)], [acts(false, false), acts(false, true), acts(true, true)]);
}

#[tokio::test]
async fn schedules_of_a_viewer_pause_and_those_of_who_goes_pause_or_go_over() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ids = Vec::new();
    for name in ["Ben", "Ida", "Jon"] {
        let mut member = server.member(&mut owner, name).await;
        member.post("/api/v1/schedules", every_morning()).await.expect(201);
        ids.push(id_of(&mut member).await);
    }
    let before = owner.get("/api/v1/credits").await.expect(200);
    let list = owner.get("/api/v1/members").await.expect(200);
    assert_eq!(
        (&list["data"][0]["schedules"], &list["data"][1]["schedules"]),
        (&json!(0), &json!(1))
    );
    change(&mut owner, &ids[0], json!({"role": "viewer"})).await.expect(200);
    owner.delete(&format!("/api/v1/members/{}?schedules=pause", ids[1])).await.expect(204);
    let odd = owner.delete(&format!("/api/v1/members/{}?schedules=burn", ids[2])).await;
    assert_eq!(odd.status.as_u16(), 422, "{}", odd.text);
    owner.delete(&format!("/api/v1/members/{}?schedules=reassign", ids[2])).await.expect(204);
    let list = owner.get("/api/v1/schedules").await.expect(200);
    let seen: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["owner"].as_str().unwrap(), row["state"].as_str().unwrap()))
        .collect();
    assert_eq!(seen, [("Ben", "paused"), ("Ida", "paused"), ("Mia Berg", "active")]);
    assert_eq!(list["data"][0]["note"], "Paused: Ben may not start AI work any more.");
    assert_eq!(list["data"][1]["note"], "Paused: Ida is not in the organization any more.");
    let after = owner.get("/api/v1/credits").await.expect(200);
    assert_eq!(before["position"], after["position"], "people come and go without a credit");
}

#[tokio::test]
async fn who_buys_sees_what_each_person_used_and_others_do_not() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    finished_run(&mut ben, 1).await;
    let list = owner.get("/api/v1/members").await.expect(200);
    assert_eq!(list["data"][0]["credits_this_period"], "0");
    let used: f64 = list["data"][1]["credits_this_period"].as_str().unwrap().parse().unwrap();
    assert!(used > 0.0, "{list}");
    assert!(list["data"][1]["last_active_at"].as_str().unwrap().starts_with("2026-11-22T09:00"));
    let list = ben.get("/api/v1/members").await.expect(200);
    assert_eq!(list["data"][1]["credits_this_period"], Value::Null);
    let mut bo = server.member_as(&mut owner, "Bo", "viewer").await;
    server.mark_billing(&mut owner, &mut bo).await;
    let list = bo.get("/api/v1/members").await.expect(200);
    assert!(list["data"][1]["credits_this_period"].is_string(), "the mark shows it to a viewer");
}
