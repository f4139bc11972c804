//! Letters, by a real mail server of the test: sent, tried again, given up; invitations by mail.

use ampere_adapters::mail::scripted::{PostOffice, Taken, Whim};
use serde_json::{Value, json};

use crate::harness::{Client, PASSWORD, Server};

/// A server that sends mail, and where it goes.
pub async fn by_mail() -> (PostOffice, Server) {
    let office = PostOffice::open().await.unwrap();
    let url = office.url();
    let settings =
        [("AMPERE_SMTP_URL", url.as_str()), ("AMPERE_MAIL_FROM", "Ampere <ampere@example.com>")];
    let server = Server::roomy(&settings).await;
    (office, server)
}

/// A letter's text on one line.
pub fn posted(letter: &Taken) -> String {
    letter.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What follows the # of the link in a letter.
pub fn token_in(letter: &Taken, path: &str) -> String {
    let rest = letter.text.split(&format!("/{path}#")).nth(1).unwrap();
    rest.chars().take_while(char::is_ascii_hexdigit).collect()
}

async fn invited(owner: &mut Client, index: usize) -> Value {
    owner.get("/api/v1/invitations").await.expect(200)["data"][index].clone()
}

async fn invite(owner: &mut Client, email: &str, role: &str) -> Value {
    let body = json!({"role": role, "email": email});
    owner.post("/api/v1/invitations", body).await.expect(201)
}

#[tokio::test]
async fn an_invitation_comes_by_mail_and_is_for_its_address_alone() {
    let (office, server) = by_mail().await;
    let mut owner = server.owner().await;
    let made = invite(&mut owner, "Ida@Example.com", "admin").await;
    assert_eq!((&made["url"], &made["delivery"]), (&Value::Null, &json!("pending")));
    let letter = office.letter("invites you", 0).await;
    assert_eq!(
        (letter.to.as_str(), letter.from.as_str()),
        ("ida@example.com", "ampere@example.com")
    );
    assert!(posted(&letter).contains("Mia Berg invites you to join Berg & Sons as an admin."));
    let token = token_in(&letter, "join");
    let look = json!({"token": token});
    let look = server.nobody().post("/api/v1/auth/invitations/look-up", look).await.expect(200);
    assert_eq!((&look["email"], &look["role"]), (&json!("ida@example.com"), &json!("admin")));
    let mut account = json!({"name": "Ida", "password": PASSWORD, "invitation": token});
    let mut joining = |email: &str| {
        account["email"] = json!(email);
        account.clone()
    };
    let other = server.nobody().post("/api/v1/auth/sign-up", joining("eve@example.com")).await;
    assert_eq!(other.wrong_fields(), [("/email".to_owned(), "not_invited".to_owned())]);
    let mut ida = server.nobody();
    let me = ida.post("/api/v1/auth/sign-up", joining("IDA@example.com")).await.expect(201);
    let rights = json!(["start_work", "see_all", "manage_team", "profile"]);
    assert_eq!((&me["role"], &me["rights"]), (&json!("admin"), &rights));
    let row = invited(&mut owner, 0).await;
    assert_eq!((&row["state"], &row["resend_at"]), (&json!("accepted"), &Value::Null));
    let list = owner.get("/api/v1/invitations").await.expect(200);
    assert!(!list.to_string().contains(&token), "nobody reads the link");
}

#[tokio::test]
async fn a_letter_that_was_not_taken_is_tried_again_and_a_refused_one_is_given_up() {
    let (office, server) = by_mail().await;
    let mut owner = server.owner().await;
    let app = server.app();
    office.will([Whim::ReplyToRecipient(451), Whim::HangUp]);
    invite(&mut owner, "ida@example.com", "member").await;
    let delivery = async |owner: &mut Client| invited(owner, 0).await["delivery"].clone();
    let mut tries = 0;
    // Two tries come to nothing, after one and five minutes; the third finds an open door.
    while office.taken("invites you").is_empty() {
        tries += 1;
        assert!(tries < 10_000, "never delivered");
        app.deliver_mails().await.unwrap();
        server.clock.advance_seconds(1);
    }
    assert!(tries > 300, "not all at once: {tries}");
    office.letter("invites you", 0).await;
    assert_eq!(office.connections(), 3);
    app.deliver_mails().await.unwrap();
    assert_eq!(office.taken("invites you").len(), 1, "sent once");

    office.will([Whim::ReplyToRecipient(550)]);
    invite(&mut owner, "nobody@example.com", "member").await;
    while delivery(&mut owner).await == "pending" {
        app.deliver_mails().await.unwrap();
    }
    assert_eq!(delivery(&mut owner).await, "failed");
    server.clock.advance_seconds(86_400);
    app.deliver_mails().await.unwrap();
    assert_eq!(office.taken("invites you").len(), 1, "nobody insists");
}

#[tokio::test]
async fn after_days_without_a_mail_server_a_letter_is_given_up() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("smtp://{gone}");
    let settings = [("AMPERE_SMTP_URL", url.as_str()), ("AMPERE_MAIL_FROM", "a@example.com")];
    let server = Server::with(&settings).await;
    let mut owner = server.owner().await;
    invite(&mut owner, "ida@example.com", "member").await;
    for _ in 0..9 {
        assert_eq!(invited(&mut owner, 0).await["delivery"], "pending");
        server.app().deliver_mails().await.unwrap();
        server.clock.advance_seconds(40_000);
        if invited(&mut owner, 0).await["delivery"] == "failed" {
            return;
        }
        server.clock.advance_seconds(50_000);
    }
    panic!("still tried: {}", invited(&mut owner, 0).await);
}

#[tokio::test]
async fn an_invitation_is_sent_again_after_five_minutes_and_its_first_link_ends() {
    let (office, server) = by_mail().await;
    let mut owner = server.owner().await;
    let made = invite(&mut owner, "ida@example.com", "viewer").await;
    let path = format!("/api/v1/invitations/{}/resend", made["id"].as_str().unwrap());
    let first = token_in(&office.letter("invites you", 0).await, "join");
    let early = owner.post(&path, json!({})).await;
    early.problem(429, "rate_limited");
    let wait: u32 = early.header("retry-after").parse().unwrap();
    assert!((290..=300).contains(&wait), "{wait}");
    server.clock.advance_seconds(300);
    let again = owner.post(&path, json!({})).await.expect(200);
    assert_eq!((&again["id"], &again["delivery"]), (&made["id"], &json!("pending")));
    assert_ne!(again["expires_at"], made["expires_at"], "seven days anew");
    let second = token_in(&office.letter("invites you", 1).await, "join");
    let look = |token: String| {
        let (mut client, body) = (server.nobody(), json!({"token": token}));
        async move { client.post("/api/v1/auth/invitations/look-up", body).await }
    };
    look(first).await.problem(404, "not_found");
    look(second.clone()).await.expect(200);
    owner.post(&path, json!({})).await.problem(429, "rate_limited");
    owner.delete(path.strip_suffix("/resend").unwrap()).await.expect(204);
    look(second).await.problem(410, "gone");
    server.clock.advance_seconds(300);
    owner.post(&path, json!({})).await.problem(409, "state_conflict");
    assert_eq!(office.taken("invites you").len(), 2);
}

#[tokio::test]
async fn nobody_is_invited_twice_or_to_where_they_are_and_letters_are_counted() {
    let (office, server) = by_mail().await;
    let mut owner = server.owner().await;
    invite(&mut owner, "ida@example.com", "member").await;
    for taken in ["ida@example.com", "Mia@Example.com"] {
        let body = json!({"role": "member", "email": taken});
        owner.post("/api/v1/invitations", body).await.problem(409, "state_conflict");
    }
    let wrong = json!({"role": "owner", "email": "ida at example"});
    let wrong = owner.post("/api/v1/invitations", wrong).await.wrong_fields();
    assert_eq!(wrong.iter().map(|(at, _)| at.as_str()).collect::<Vec<_>>(), ["/role", "/email"]);
    for number in 1..30 {
        invite(&mut owner, &format!("person{number}@example.com"), "member").await;
    }
    let more = json!({"role": "member", "email": "more@example.com"});
    owner.post("/api/v1/invitations", more).await.problem(429, "rate_limited");
    owner.post("/api/v1/invitations", json!({"role": "member"})).await.expect(201);
    office.letter("invites you", 29).await;
    assert_eq!(office.taken("invites you").len(), 30);
}

#[tokio::test]
async fn without_a_mail_server_the_link_is_shown() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let made = invite(&mut owner, "ida@example.com", "member").await;
    assert!(made["url"].as_str().unwrap().contains("/join#"), "{made}");
    assert_eq!((&made["delivery"], &made["email"]), (&json!("none"), &json!("ida@example.com")));
    assert_eq!(owner.get("/api/v1/invitations").await.expect(200)["mail"], false);
    assert_eq!(server.nobody().get("/api/v1/instance").await.expect(200)["mail"], false);
    assert_eq!(server.app().mail("a@example.com", "Hello", "You.").await, Ok(false));
}
