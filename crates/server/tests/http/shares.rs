//! `/sessions/{id}/shares`: who may do what in a conversation that is shared, and that nothing of
//! it moves a credit. Read next: `shares/working`, what people do in it together.

mod working;

use serde_json::{Value, json};

use crate::harness::{Answer, Client, Server};
use crate::messages::{finished, send};
use crate::sessions::new_session;
use crate::spending::Journal;

/// The id of this person.
pub async fn id_of(client: &mut Client) -> String {
    let me = client.get("/api/v1/auth/me").await.expect(200);
    me["user"]["id"].as_str().unwrap().to_owned()
}

fn path(session: &str) -> String {
    format!("/api/v1/sessions/{session}/shares")
}

/// Shares a conversation with exactly these people.
async fn put(client: &mut Client, session: &str, with: &[(&str, &str)]) -> Answer {
    let share = |(user, access): &(&str, &str)| json!({ "user_id": user, "access": access });
    let data: Vec<Value> = with.iter().map(share).collect();
    client.put(&path(session), json!({ "data": data })).await
}

/// With whom it is shared, as somebody reads it.
async fn shared_with(client: &mut Client, session: &str) -> Vec<(String, String)> {
    let list = client.get(&path(session)).await.expect(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = list["data"].as_array().unwrap().iter();
    all.map(|row| (text(&row["user"]["name"]), text(&row["access"]))).collect()
}

/// What a person's list says of each: title, access, owner, whether it is shared.
async fn listed(client: &mut Client) -> Vec<(Value, Value, Value, Value)> {
    let list = client.get("/api/v1/sessions").await.expect(200);
    let row = |row: &Value| {
        let owner = row["owner"]["name"].clone();
        (row["title"].clone(), row["access"].clone(), owner, row["shared"].clone())
    };
    list["data"].as_array().unwrap().iter().map(row).collect()
}

async fn titled(client: &mut Client, title: &str) -> String {
    let made = client.post("/api/v1/sessions", json!({ "title": title })).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_session_is_shared_changed_and_taken_away_without_a_credit() {
    let server = Server::start().await;
    let mut mia = server.owner().await;
    let mut ben = server.member(&mut mia, "Ben").await;
    let mut ada = server.member_as(&mut mia, "Ada", "admin").await;
    let journal = Journal::of(&server, &mut mia).await;
    let head = journal.head().await;
    let session = titled(&mut ben, "Plans").await;
    titled(&mut mia, "Own").await;
    let (mia_id, ada_id) = (id_of(&mut mia).await, id_of(&mut ada).await);
    let made = put(&mut ben, &session, &[(&mia_id, "view"), (&ada_id, "owner")]).await.expect(200);
    let first = &made["data"][1];
    assert_eq!((&first["user"]["id"], &first["access"]), (&json!(mia_id), &json!("view")));
    assert_eq!(first["user"]["email"], "mia@example.com");
    assert!(first["shared_at"].as_str().unwrap() > "2026-11-22T09:00");
    let text = |text: &str| text.to_owned();
    let everybody = [(text("Ada"), text("owner")), (text("Mia Berg"), text("view"))];
    for client in [&mut ben, &mut mia, &mut ada] {
        assert_eq!(shared_with(client, &session).await, everybody, "who has access may read it");
    }
    let plans = |access: &str| (json!("Plans"), json!(access), json!("Ben"), json!(true));
    let own = (json!("Own"), json!("owner"), json!("Mia Berg"), json!(false));
    assert_eq!(listed(&mut mia).await, [own.clone(), plans("view")]);
    assert_eq!(listed(&mut ada).await, [plans("owner")]);
    // A share with everything shares on, and the author cannot be taken away.
    put(&mut ada, &session, &[(&mia_id, "edit")]).await.expect(200);
    assert_eq!(listed(&mut ben).await, [plans("owner")]);
    ada.get(&format!("/api/v1/sessions/{session}")).await.problem(404, "not_found");
    assert_eq!(listed(&mut ada).await, []);
    put(&mut ben, &session, &[]).await.expect(200);
    assert_eq!(shared_with(&mut ben, &session).await, []);
    assert_eq!(listed(&mut mia).await, [own]);
    assert_eq!(listed(&mut ben).await[0].3, json!(false));
    assert_eq!(journal.head().await, head, "sharing books nothing");
}

#[tokio::test]
async fn each_access_does_what_those_before_it_do_and_no_more() {
    let server = Server::start().await;
    let mut mia = server.owner().await;
    let mut ben = server.member(&mut mia, "Ben").await;
    let session = new_session(&mut mia).await;
    let ben_id = id_of(&mut ben).await;
    let at = format!("/api/v1/sessions/{session}");
    let messages = format!("{at}/messages");
    // Nobody's business: as if it were not there.
    for path in [&at, &messages, &path(&session)] {
        ben.get(path).await.problem(404, "not_found");
    }
    put(&mut ben, &session, &[]).await.problem(404, "not_found");
    for (access, writes, shares) in [("view", false, false), ("edit", true, false)] {
        put(&mut mia, &session, &[(&ben_id, access)]).await.expect(200);
        let seen = ben.get(&at).await.expect(200);
        assert_eq!((&seen["access"], &seen["owner"]["name"]), (&json!(access), &json!("Mia Berg")));
        ben.get(&messages).await.expect(200);
        let renamed = ben.patch(&at, json!({ "title": access })).await;
        let draft = json!({ "kind": "message", "text": "Hi", "session_id": session });
        let estimate = ben.post("/api/v1/estimates", draft).await;
        let key = ben.keyed(access);
        let sent = key.clone().post(&messages, json!({ "text": "Hi", "effort": "low" })).await;
        for answer in [&renamed, &estimate] {
            answer.expect_status(if writes { 200 } else { 403 });
        }
        if writes {
            finished(&ben, &sent.expect(202)["run"]).await;
        } else {
            sent.problem(403, "forbidden_role");
        }
        assert!(!shares);
        put(&mut ben, &session, &[]).await.problem(403, "forbidden_role");
        ben.delete(&at).await.problem(403, "forbidden_role");
    }
    put(&mut mia, &session, &[(&ben_id, "owner")]).await.expect(200);
    put(&mut ben, &session, &[(&ben_id, "owner")]).await.expect(200);
    ben.delete(&at).await.expect(204);
    for client in [&mut mia, &mut ben] {
        client.get(&at).await.problem(404, "not_found");
        client.get(&path(&session)).await.problem(404, "not_found");
        assert_eq!(listed(client).await, []);
    }
}

#[tokio::test]
async fn who_cannot_have_it_is_refused_and_nothing_is_changed() {
    let server = Server::roomy(&[]).await;
    let mut mia = server.owner().await;
    let mut ben = server.member(&mut mia, "Ben").await;
    let mut ida = server.member(&mut mia, "Ida").await;
    let mut zoe = server.stranger(&mut mia).await;
    let session = new_session(&mut mia).await;
    let (mia_id, ben_id) = (id_of(&mut mia).await, id_of(&mut ben).await);
    let (ida_id, zoe_id) = (id_of(&mut ida).await, id_of(&mut zoe).await);
    put(&mut mia, &session, &[(&ben_id, "view")]).await.expect(200);
    let nobody = format!("usr_{}", "0".repeat(26));
    for (other, code) in
        [(&zoe_id, "unknown"), (&nobody, "unknown"), (&mia_id, "invalid_value"), (&ida_id, "twice")]
    {
        let code = if code == "twice" { "invalid_value" } else { code };
        let answer = put(&mut mia, &session, &[(&ida_id, "edit"), (other, "view")]).await;
        assert_eq!(answer.wrong_fields(), [("/data/1/user_id".to_owned(), code.to_owned())]);
    }
    let many = vec![(ben_id.as_str(), "view"); 101];
    let answer = put(&mut mia, &session, &many).await;
    assert_eq!(answer.wrong_fields(), [("/data".to_owned(), "too_long".to_owned())]);
    for body in [
        json!({ "data": [{ "user_id": ida_id, "access": "admin" }] }),
        json!({ "data": [{ "user_id": "Ida", "access": "view" }] }),
        json!({ "data": [{ "user_id": ida_id, "access": "view", "note": "" }] }),
        json!({}),
    ] {
        mia.put(&path(&session), body).await.problem(422, "validation_failed");
    }
    let ben_alone = [("Ben".to_owned(), "view".to_owned())];
    assert_eq!(shared_with(&mut mia, &session).await, ben_alone);
    // For other organizations' people it is as unknown as nothing at all.
    let none = format!("ses_{}", "0".repeat(26));
    for client in [&mut zoe, &mut ida] {
        let mut answers = Vec::new();
        for id in [&session, &none] {
            for mut body in [
                client.get(&path(id)).await.problem(404, "not_found"),
                put(client, id, &[]).await.problem(404, "not_found"),
            ] {
                (body["request_id"], body["instance"]) = (Value::Null, Value::Null);
                answers.push(body);
            }
        }
        assert!(answers.iter().all(|body| *body == answers[0]), "{answers:?}");
    }
}

#[tokio::test]
async fn who_is_new_in_it_is_told_once_and_can_switch_that_off() {
    let server = Server::start().await;
    let mut mia = server.owner().await;
    let mut ben = server.member(&mut mia, "Ben").await;
    let session = titled(&mut mia, "A secret plan").await;
    let ben_id = id_of(&mut ben).await;
    let told = async |client: &mut Client| {
        let list = client.get("/api/v1/notifications").await.expect(200);
        let all = list["data"].as_array().unwrap().iter();
        all.filter(|row| row["kind"] == "session_shared").cloned().collect::<Vec<_>>()
    };
    put(&mut mia, &session, &[(&ben_id, "view")]).await.expect(200);
    let notices = told(&mut ben).await;
    assert_eq!(notices.len(), 1);
    let text = "Mia Berg shared a session with you. You can read it.";
    assert_eq!((&notices[0]["text"], &notices[0]["read"]), (&json!(text), &json!(false)));
    assert_eq!(notices[0]["url"], format!("/sessions/{session}"));
    put(&mut mia, &session, &[(&ben_id, "edit")]).await.expect(200);
    assert_eq!(told(&mut ben).await.len(), 1, "it is not new to them");
    assert!(told(&mut mia).await.is_empty(), "who shares is told nothing");
    put(&mut mia, &session, &[]).await.expect(200);
    let silent = json!({ "data": [{ "kind": "session_shared", "in_app": false, "email": false }] });
    let wishes = ben.put("/api/v1/notification-preferences", silent).await.expect(200);
    let kinds = wishes["data"].as_array().unwrap();
    let wish = kinds.iter().find(|row| row["kind"] == "session_shared").unwrap();
    assert_eq!((&wish["in_app"], &wish["email"]), (&json!(false), &json!(false)));
    put(&mut mia, &session, &[(&ben_id, "view")]).await.expect(200);
    assert_eq!(told(&mut ben).await.len(), 1, "not any more");
}

#[tokio::test]
async fn a_removed_member_loses_every_share_at_once_and_does_not_get_it_back() {
    let server = Server::start().await;
    let mut mia = server.owner().await;
    let mut ben = server.member(&mut mia, "Ben").await;
    let session = new_session(&mut mia).await;
    let sent = send(&mut mia, &session, "one", "Hello?").await;
    finished(&mia, &sent["run"]).await;
    let ben_id = id_of(&mut ben).await;
    put(&mut mia, &session, &[(&ben_id, "owner")]).await.expect(200);
    let journal = Journal::of(&server, &mut mia).await;
    let head = journal.head().await;
    mia.delete(&format!("/api/v1/members/{ben_id}")).await.expect(204);
    ben.get(&format!("/api/v1/sessions/{session}")).await.problem(401, "unauthenticated");
    assert_eq!(shared_with(&mut mia, &session).await, []);
    assert_eq!(listed(&mut mia).await[0].3, json!(false));
    let answer = put(&mut mia, &session, &[(&ben_id, "view")]).await;
    assert_eq!(answer.wrong_fields(), [("/data/0/user_id".to_owned(), "unknown".to_owned())]);
    assert_eq!(journal.head().await, head);
}
