//! `/files`: types, sizes, the quota, and whose they are.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{Client, Server};
use crate::objects::upload;
use crate::tasks::id;

#[tokio::test]
async fn a_file_is_kept_listed_downloaded_and_deleted() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let kept = upload(&mut ben, "K%C3%A4se%20notes.md", "# Cheese").await.expect(201);
    assert_eq!((&kept["name"], &kept["size"]), (&json!("Käse notes.md"), &json!(8)));
    assert_eq!((&kept["media_type"], &kept["owner"]), (&json!("text/markdown"), &json!("Ben")));
    let path = format!("/api/v1/files/{}", id(&kept));
    assert_eq!(ben.get(&path).await.expect(200), kept);
    assert_eq!(owner.get(&path).await.expect(200), kept, "owners see everybody's");
    let content = ben.get(&format!("{path}/content")).await;
    content.expect_status(200);
    assert_eq!(content.text, "# Cheese");
    assert_eq!(content.header("content-type"), "application/octet-stream");
    assert_eq!(content.header("x-content-type-options"), "nosniff");
    assert_eq!(content.header("cache-control"), "no-store");
    let saved = "attachment; filename=\"K_se notes.md\"; filename*=UTF-8''K%C3%A4se%20notes.md";
    assert_eq!(content.header("content-disposition"), saved);
    let list = ben.get("/api/v1/files").await.expect(200);
    assert_eq!((&list["data"], &list["used_bytes"]), (&json!([kept]), &json!(8)));
    assert_eq!(list["quota_bytes"], 209_715_200);
    ben.delete(&path).await.expect(204);
    ben.get(&path).await.problem(404, "not_found");
    assert_eq!(ben.get("/api/v1/files").await.expect(200)["used_bytes"], 0);
}

#[tokio::test]
async fn a_members_list_has_their_own_files_and_pages_hold_each_once() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let mut made = Vec::new();
    for number in 0..3 {
        made.push(id(&upload(&mut ben, &format!("{number}.txt"), "text").await.expect(201)));
    }
    let mine = id(&upload(&mut owner, "mine.txt", "text").await.expect(201));
    let ids =
        |page: &Value| -> Vec<String> { page["data"].as_array().unwrap().iter().map(id).collect() };
    let first = ben.get("/api/v1/files?limit=2").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = ben.get(&format!("/api/v1/files?limit=2&cursor={cursor}")).await.expect(200);
    let seen = [ids(&first), ids(&second)].concat();
    made.reverse();
    assert_eq!(seen, made);
    assert_eq!(second["next_cursor"], Value::Null);
    let all = ids(&owner.get("/api/v1/files").await.expect(200));
    assert_eq!(all, [vec![mine], made].concat());
}

async fn refused(client: &mut Client, query: &str, kind: &str, body: &str) -> (u16, String) {
    let mut client = client.with("content-type", kind);
    let path = format!("/api/v1/files{query}");
    let answer = client.send("POST".parse().unwrap(), &path, Some(body.to_owned())).await;
    let problem: Value = serde_json::from_str(&answer.text).unwrap();
    (answer.status.as_u16(), problem["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn what_is_no_readable_file_is_refused_by_its_content() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let any = "application/octet-stream";
    let unsupported = (415, "unsupported_media_type".to_owned());
    for (query, kind, body) in [
        ("?name=a.exe", any, "text"),
        ("?name=a.pdf", "application/pdf", "not a PDF"),
        ("?name=a.txt", "text/plain", "%PDF-1.7 a PDF"),
        ("?name=a.txt", "text/plain", "\u{0}\u{1}\u{2}"),
        ("?name=a.png", "image/png", "text"),
    ] {
        assert_eq!(refused(&mut owner, query, kind, body).await, unsupported, "{query} {kind}");
    }
    let invalid = (422, "validation_failed".to_owned());
    for (query, body) in [
        ("", "text"),
        ("?name=", "text"),
        ("?name=a%00.txt", "text"),
        ("?name=..%2F", "text"),
        ("?name=a.txt", ""),
        ("?name=a.txt&more=1", "text"),
    ] {
        assert_eq!(refused(&mut owner, query, any, body).await, invalid, "{query}");
    }
    let path = upload(&mut owner, "..%2F..%2Fetc%2Fpasswd.txt", "text").await.expect(201);
    assert_eq!(path["name"], "passwd.txt", "a path is no name");
    let list = owner.get("/api/v1/files").await.expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn ten_megabytes_are_taken_and_a_byte_more_is_not() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let whole = "x".repeat(10 * 1024 * 1024);
    let kept = upload(&mut owner, "big.txt", &whole).await.expect(201);
    assert_eq!(kept["size"], 10 * 1024 * 1024);
    let answer = upload(&mut owner, "big.txt", &format!("{whole}x")).await;
    answer.problem(413, "file_too_large");
}

#[tokio::test]
async fn all_files_of_an_organization_share_its_quota() {
    let server = Server::under(|catalog| catalog.files.quota_bytes = 20).await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let first = upload(&mut owner, "a.txt", "twelve bytes").await.expect(201);
    upload(&mut ben, "b.txt", "nine more").await.problem(409, "storage_full");
    let list = ben.get("/api/v1/files").await.expect(200);
    assert_eq!((&list["used_bytes"], &list["quota_bytes"]), (&json!(12), &json!(20)));
    upload(&mut ben, "b.txt", "eight mo").await.expect(201);
    upload(&mut ben, "c.txt", "x").await.problem(409, "storage_full");
    owner.delete(&format!("/api/v1/files/{}", id(&first))).await.expect(204);
    upload(&mut ben, "c.txt", "x").await.expect(201);
}

#[tokio::test]
async fn whoever_is_unknown_is_refused_before_a_byte_of_a_file_is_taken() {
    let server = Server::start().await;
    let address = server.base.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/v1/files?name=a.txt HTTP/1.1\r\nHost: {address}\r\n\
         Content-Type: text/plain\r\nContent-Length: 9000000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // Not a byte of the body is sent: an answer can only come from who does not wait for it.
    let mut begin = [0; 12];
    stream.read_exact(&mut begin).await.unwrap();
    assert_eq!(std::str::from_utf8(&begin), Ok("HTTP/1.1 401"));
}
