//! Several organizations of one person: joining one more, going over, handing one over.

use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::mail::{by_mail, token_in};
use crate::objects::finished_run;

async fn me(client: &mut Client) -> Value {
    client.get("/api/v1/auth/me").await.expect(200)
}

async fn link(owner: &mut Client, role: &str) -> String {
    let made = owner.post("/api/v1/invitations", json!({"role": role})).await.expect(201);
    made["url"].as_str().unwrap().split('#').nth(1).unwrap().to_owned()
}

async fn accept(client: &mut Client, token: &str) -> crate::harness::Answer {
    client.post("/api/v1/auth/invitations/accept", json!({"token": token})).await
}

async fn switch(client: &mut Client, org: &Value) -> crate::harness::Answer {
    client.post("/api/v1/auth/switch", json!({"organization_id": org})).await
}

#[tokio::test]
async fn somebody_with_an_account_joins_one_more_organization_and_goes_to_and_fro() {
    let server = Server::start().await;
    let mut mia = server.owner().await;
    let mut zoe = server.stranger(&mut mia).await;
    let home = me(&mut zoe).await;
    let token = link(&mut mia, "viewer").await;
    let there = accept(&mut zoe, &token).await.expect(200);
    assert_eq!(
        (&there["organization"]["name"], &there["role"]),
        (&json!("Berg & Sons"), &json!("viewer"))
    );
    assert_eq!((&there["rights"], &there["user"]["operator"]), (&json!([]), &json!(false)));
    let names: Vec<_> =
        there["organizations"].as_array().unwrap().iter().map(|each| &each["name"]).collect();
    assert_eq!(names, ["Elsewhere", "Berg & Sons"]);
    assert_eq!(me(&mut zoe).await, there, "the same login");
    assert_eq!(zoe.get("/api/v1/members").await.expect(200)["data"].as_array().unwrap().len(), 2);
    zoe.post("/api/v1/sessions", json!({})).await.problem(403, "forbidden_role");
    accept(&mut zoe, &token).await.problem(410, "gone");
    let again = link(&mut mia, "member").await;
    accept(&mut zoe, &again).await.problem(409, "state_conflict");
    let back = switch(&mut zoe, &home["organization"]["id"]).await.expect(200);
    assert_eq!((&back["role"], &back["login_id"]), (&json!("owner"), &home["login_id"]));
    zoe.post("/api/v1/sessions", json!({})).await.expect(201);
    let foreign = me(&mut server.member(&mut mia, "Ben").await).await;
    let mut third = server.nobody();
    third.cookie = None;
    switch(&mut mia, &home["organization"]["id"]).await.problem(404, "not_found");
    assert_eq!(foreign["organizations"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn streams_of_the_organization_that_was_left_end() {
    let server = Server::start().await;
    let mut mia = server.owner().await;
    let mut zoe = server.stranger(&mut mia).await;
    let token = link(&mut mia, "member").await;
    let mut stream = zoe.stream("/api/v1/events").await;
    stream.next().await.unwrap();
    accept(&mut zoe, &token).await.expect(200);
    while stream.next().await.is_some() {}
}

#[tokio::test]
async fn an_invitation_for_another_address_is_not_accepted() {
    let (office, server) = by_mail().await;
    let mut mia = server.owner().await;
    let mut zoe = server.stranger(&mut mia).await;
    let invite = async |owner: &mut Client, email: &str| {
        let body = json!({"role": "member", "email": email});
        owner.post("/api/v1/invitations", body).await.expect(201);
    };
    invite(&mut mia, "ida@example.com").await;
    let token = token_in(&office.letter("invites you", 0).await, "join");
    accept(&mut zoe, &token).await.problem(409, "state_conflict");
    assert_eq!(me(&mut zoe).await["organizations"].as_array().unwrap().len(), 1);
    invite(&mut mia, "zoe@elsewhere.example").await;
    let token = token_in(&office.letter("invites you", 1).await, "join");
    accept(&mut zoe, &token).await.expect(200);
}

#[tokio::test]
async fn an_organization_is_handed_over_and_its_credits_stay() {
    let server = Server::start().await;
    let mut mia = server.owner().await;
    let mut ben = server.member(&mut mia, "Ben").await;
    finished_run(&mut mia, 1).await;
    let before = mia.get("/api/v1/credits").await.expect(200);
    let path = "/api/v1/organization/transfer";
    let to = me(&mut ben).await["user"]["id"].clone();
    let typed = |user: &Value, name: &str| json!({"user_id": user, "organization_name": name});
    ben.post(path, typed(&to, "Berg & Sons")).await.problem(403, "forbidden_role");
    let wrong = mia.post(path, typed(&to, "Berg and Sons")).await.wrong_fields();
    assert_eq!(wrong, [("/organization_name".to_owned(), "mismatch".to_owned())]);
    let nobody = json!(format!("usr_{}", "0".repeat(26)));
    mia.post(path, typed(&nobody, "Berg & Sons")).await.problem(404, "not_found");
    mia.post(path, typed(&to, " Berg & Sons ")).await.expect(200);
    assert_eq!(me(&mut ben).await["role"], "owner");
    let was = me(&mut mia).await;
    assert_eq!((&was["role"], &was["billing_access"]), (&json!("admin"), &json!(false)));
    assert_eq!(was["user"]["operator"], true, "who runs the installation stays who they are");
    mia.post(path, typed(&to, "Berg & Sons")).await.problem(403, "forbidden_role");
    let after = ben.get("/api/v1/credits").await.expect(200);
    assert_eq!((&before["position"], &before["total"]), (&after["position"], &after["total"]));
}
