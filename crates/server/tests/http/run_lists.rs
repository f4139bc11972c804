//! `/runs` and `/runs.csv`: by person, day and credits, the dearest first, and as a file. A
//! message of the scripted model with 1,000 tokens in costs 0.5 credits, and 2 for 1,000 out.

use ampere_adapters::ai::scripted::Script;
use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::spending::{ask, finish, session};

const MARK: char = '\u{feff}';

/// A message that costs so many credits and a half; the run's id.
async fn costing(server: &Server, client: &mut Client, key: &str, whole: u32) -> String {
    server.provider.push(Script::answer(&["Far."], 1_000, whole * 500));
    ask(client, key).await
}

fn text(row: &Value, member: &str) -> String {
    row[member].as_str().unwrap().to_owned()
}

async fn ids(client: &mut Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/api/v1/runs?{query}")).await.expect(200);
    page["data"].as_array().unwrap().iter().map(|row| text(row, "id")).collect()
}

/// The ids of a list read in parts of so many.
async fn in_parts(client: &mut Client, query: &str, limit: usize) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/runs?{query}&limit={limit}{cursor}");
        let page = client.get(&path).await.expect(200);
        seen.extend(page["data"].as_array().unwrap().iter().map(|row| text(row, "id")));
        let Some(next) = page["next_cursor"].as_str() else { return seen };
        cursor = format!("&cursor={next}");
    }
}

/// The rows of a file, each by its cells; no cell of these tests has a line or a comma in it.
fn rows(file: &str) -> Vec<Vec<String>> {
    let lines = file.strip_prefix(MARK).unwrap().lines();
    lines.map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[tokio::test]
async fn runs_are_found_by_who_when_and_how_much() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let cheap = costing(&server, &mut owner, "cheap", 1).await;
    // 22:59 in UTC is 23:59 in Berlin, where the organization is.
    server.clock.advance_seconds(13 * 3_600 + 59 * 60);
    let dear = costing(&server, &mut ben, "dear", 9).await;
    server.clock.advance_seconds(60);
    let next_day = costing(&server, &mut owner, "next day", 3).await;
    let me = ben.get("/api/v1/auth/me").await.expect(200);
    let bens = format!("member_id={}", text(&me["user"], "id"));
    assert_eq!(ids(&mut owner, &bens).await, [dear.as_str()]);
    assert_eq!(ids(&mut ben, &bens).await, [dear.as_str()]);
    let of = |query: &'static str| {
        let mut owner = owner.clone();
        async move { ids(&mut owner, query).await }
    };
    let nobody = [""; 0];
    assert_eq!(of("from=2026-11-23").await, [next_day.as_str()]);
    assert_eq!(of("to=2026-11-22").await, [dear.as_str(), cheap.as_str()]);
    assert_eq!(of("from=2026-11-23&to=2026-11-23").await, [next_day.as_str()]);
    assert_eq!(of("from=2026-11-24").await, nobody);
    assert_eq!(of("from=2026-11-23&to=2026-11-22").await, nobody);
    assert_eq!(of("min_credits=3.5").await, [next_day.as_str(), dear.as_str()]);
    assert_eq!(of("min_credits=3.500001").await, [dear.as_str()]);
    assert_eq!(of("sort=credits").await, [dear.as_str(), next_day.as_str(), cheap.as_str()]);
    assert_eq!(of("sort=newest").await, [next_day.as_str(), dear.as_str(), cheap.as_str()]);
    assert_eq!(of("sort=credits&to=2026-11-22&min_credits=2").await, [dear.as_str()]);
}

#[tokio::test]
async fn the_dearest_first_holds_every_run_once_in_parts_of_any_size() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut made = Vec::new();
    for (number, whole) in [2, 5, 2, 0, 5, 2].into_iter().enumerate() {
        made.push((whole, costing(&server, &mut owner, &number.to_string(), whole).await));
        server.clock.advance_seconds(1);
    }
    // The newest first among equals; each id is later than the one before.
    made.sort_by(|a, b| b.cmp(a));
    let expected: Vec<_> = made.into_iter().map(|(_, id)| id).collect();
    for limit in 1..=7 {
        assert_eq!(in_parts(&mut owner, "sort=credits", limit).await, expected, "{limit}");
    }
}

#[tokio::test]
async fn what_cannot_be_is_said() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let run = ask(&mut owner, "one").await;
    for (query, pointer) in [
        ("from=yesterday", "?from"),
        ("to=2026-02-30", "?to"),
        ("min_credits=some", "?min_credits"),
        ("sort=oldest", "?sort"),
        ("member_id=Ben", "?member_id"),
        (&format!("sort=credits&cursor={run}"), "?cursor"),
    ] {
        let answer = owner.get(&format!("/api/v1/runs?{query}")).await;
        assert_eq!(answer.wrong_fields(), [(pointer.to_owned(), "invalid_value".to_owned())]);
    }
    owner.get("/api/v1/runs.csv?limit=3").await.problem(422, "validation_failed");
}

#[tokio::test]
async fn the_file_holds_what_the_list_shows_and_no_formula() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "=Ben").await;
    server.clock.advance_seconds(1);
    let run = costing(&server, &mut ben, "bens", 2).await;
    let conversation = session(&mut owner).await;
    let path = format!("/api/v1/sessions/{conversation}/messages");
    let sent = owner.keyed("odd").post(&path, json!({"text": "@SUM(1+1) is?"})).await.expect(202);
    let own = text(&sent["run"], "id");
    finish(&owner, &own).await;
    let answer = owner.get("/api/v1/runs.csv?kind=message&sort=credits").await;
    answer.expect_status(200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let name = "attachment; filename=\"runs-2026-11-22.csv\"";
    assert_eq!(answer.header("content-disposition"), name);
    assert!(!answer.text.contains("moon"), "{}", answer.text);
    let rows = rows(&answer.text);
    let head = "When (Europe/Berlin),Kind,What,Started by,Trigger,Status,Reason,\
                Duration (seconds),Credits,Run";
    assert_eq!(rows[0].join(","), head);
    let of_ben = "2026-11-22 10:00:01,message,Private session,'=Ben,person,succeeded,completed,\
                  0,2.5,";
    assert_eq!(rows[1].join(","), format!("{of_ben}{run}"));
    assert_eq!((rows[2][2].as_str(), rows[2][9].as_str()), ("'@SUM(1+1) is?", own.as_str()));
    assert_eq!(rows.len(), 3);
    let none = owner.get("/api/v1/runs.csv?kind=workflow").await;
    assert_eq!(none.text, format!("{MARK}{head}\r\n"), "a head, even where there is nothing");
    ben.get("/api/v1/runs.csv").await.problem(403, "billing_access_required");
}

#[tokio::test]
async fn a_long_list_is_whole_in_the_file() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    for number in 0..401 {
        server.provider.push(Script::answer(&["Far."], 10, number % 7));
        ask(&mut owner, &number.to_string()).await;
    }
    for sort in ["newest", "credits"] {
        let file = owner.get(&format!("/api/v1/runs.csv?kind=message&sort={sort}")).await.text;
        let rows = rows(&file);
        let in_file: Vec<_> = rows[1..].iter().map(|cells| cells[9].clone()).collect();
        assert_eq!(in_file.len(), 401, "{sort}");
        let listed = in_parts(&mut owner, &format!("kind=message&sort={sort}"), 200).await;
        assert_eq!(in_file, listed, "{sort}");
    }
}
