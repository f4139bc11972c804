//! One at a time, none for who has gone, and long histories whole.

use ampere_credits::ledger::{Cause, Class, Command, GrantTerms, Queueing, Request, canon};
use ampere_credits::{Credits, GrantId, MessageId, OrgId, SessionId};
use ampere_server::data;
use ampere_store::rows::{Author, LaneRequest, MessageRow, RowWrite};

use super::opened::begin;
use super::{MINE, OURS, Opened};
use crate::harness::{Client, Server};
use crate::objects::upload;
use crate::spending::{Journal, session};

/// Text that packing makes hardly shorter.
fn noise(bytes: usize) -> String {
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut text = String::with_capacity(bytes + 8);
    while text.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        // Eight letters and marks of each.
        text.extend(state.to_le_bytes().map(|byte| char::from(b'!' + byte % 94)));
    }
    text
}

/// More than connections keep for a reader who does not read.
async fn with_large_files(server: &Server) -> Client {
    let mut owner = server.owner().await;
    let text = noise(9_000_000);
    for number in 0..2 {
        upload(&mut owner, &format!("{number}.txt"), &text).await.expect(201);
    }
    owner
}

#[tokio::test]
async fn a_person_makes_one_at_a_time_and_who_has_gone_makes_none() {
    let server = Server::start().await;
    let mut owner = with_large_files(&server).await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let journal = Journal::of(&server, &mut owner).await;
    let head = journal.head().await;
    let unread = begin(&owner, MINE).await;
    assert_eq!(unread.status(), 200);
    for path in [MINE, OURS] {
        let refused = owner.get(path).await;
        let problem = refused.problem(429, "concurrency_limited");
        assert!(problem["detail"].as_str().unwrap().contains("still being made"), "{problem}");
        assert_eq!(problem["retryable"], true);
        assert_eq!(refused.header("retry-after"), "10");
    }
    ben.get(MINE).await.expect_status(200);
    // Gone without having read it: the work ends, and the next one may begin.
    drop(unread);
    while begin(&owner, OURS).await.status() != 200 {}
    assert_eq!(journal.head().await, head);
}

#[tokio::test]
async fn a_server_that_ends_breaks_it_off() {
    let server = Server::start().await;
    let owner = with_large_files(&server).await;
    let unread = begin(&owner, MINE).await;
    assert_eq!(unread.status(), 200);
    server.end().await;
    assert!(unread.bytes().await.is_err(), "a part is no whole file");
}

/// Ten thousand messages in one conversation, written with one grant.
async fn ten_thousand(server: &Server, owner: &mut Client) -> SessionId {
    let me = owner.get("/api/v1/auth/me").await.expect(200);
    let org: OrgId = me["organization"]["id"].as_str().unwrap().parse().unwrap();
    let session: SessionId = session(owner).await.parse().unwrap();
    let path = data::database(server.folder());
    let store = ampere_store::open_sqlite_shared(&path, server.clock.clone()).unwrap();
    let at = server.app().now();
    let message = |number: u128| {
        RowWrite::Message(MessageRow {
            id: MessageId::from_bits(number),
            org,
            session,
            author: if number % 2 == 1 { Author::User } else { Author::Assistant },
            text: format!("Message {number} of many, with some words in it."),
            run: None,
            created_at: at,
            follow_ups: None,
            attachments: Vec::new(),
        })
    };
    let command = Command::Grant(GrantTerms {
        id: GrantId::from_bits(1),
        class: Class::Purchased,
        cause: Cause::Adjustment,
        amount: Credits::whole(1),
        effective: at,
        expires: None,
    });
    let (key, hash) = ("many".to_owned(), canon::hash(b"many"));
    let request = Request { key, hash, command, queueing: Queueing::Overtakes };
    let writes = (1..=10_000).map(message).collect();
    store.commit(org, vec![LaneRequest { request, writes, waiting: Vec::new() }]).await.unwrap();
    session
}

#[tokio::test]
async fn ten_thousand_messages_are_all_there_in_their_order() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let session = ten_thousand(&server, &mut owner).await;
    let zip = Opened::of(&owner, MINE).await;
    let kept = zip.json(&format!("sessions/{session}.json"));
    let messages = kept["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 10_000);
    for (number, message) in (1..).zip(messages) {
        assert_eq!(message["text"], format!("Message {number} of many, with some words in it."));
    }
}
