//! What cannot be meant: unknown fields, wrong types, no JSON, huge bodies. A named 4xx every
//! time, on every operation that takes a body, and nothing changes.

use serde_json::{Value, json};

use crate::harness::{Client, Server};
use crate::operations::{Operation, all_operations};

struct Asked {
    client: Client,
    operation: Operation,
    path: String,
}

impl Asked {
    async fn send(&mut self, body: String) -> crate::harness::Answer {
        let method = self.operation.method.parse().unwrap();
        self.client.send(method, &self.path, Some(body)).await
    }

    fn body(&self) -> Value {
        self.operation.body.clone().unwrap()
    }
}

/// Every operation that takes a body, asked by somebody who may.
async fn all_with_a_body(server: &Server) -> Vec<Asked> {
    let mut owner = server.owner().await;
    let mut asked = Vec::new();
    for (number, operation) in all_operations().into_iter().enumerate() {
        // Webhooks are taken as they come: their bytes are signed.
        if operation.body.is_none() || operation.path.starts_with("/hooks/") {
            continue;
        }
        let id = operation.object.make(server, &mut owner, number).await;
        let path = operation.path_of(&id);
        let client = owner.keyed(&format!("bad-{number}"));
        asked.push(Asked { client, operation, path });
    }
    asked
}

#[tokio::test]
async fn unknown_fields_are_named() {
    let server = Server::start().await;
    for mut asked in all_with_a_body(&server).await {
        let mut body = asked.body();
        // The one operation that is about another organization.
        if !body["organization_id"].is_null() {
            continue;
        }
        body["organization_id"] = "org_1".into();
        let wrong = asked.send(body.to_string()).await.wrong_fields();
        let expected = ("/organization_id".to_owned(), "unknown_field".to_owned());
        assert_eq!(wrong, [expected], "{}", asked.path);
    }
}

#[tokio::test]
async fn wrong_types_are_named_by_field() {
    let server = Server::start().await;
    for mut asked in all_with_a_body(&server).await {
        let whole = asked.body();
        for field in whole.as_object().unwrap().keys() {
            for value in [json!({"a": 1}), json!([1]), json!(1.5)] {
                let mut body = whole.clone();
                body[field] = value;
                let both = |is: fn(&Value) -> bool| is(&whole[field]) && is(&body[field]);
                let open = both(Value::is_object) || both(Value::is_array);
                let wrong = asked.send(body.to_string()).await.wrong_fields();
                let (pointer, code) = (wrong[0].0.as_str(), wrong[0].1.as_str());
                if open {
                    // Any object or list is of the right type; what is in it is wrong.
                    assert!(pointer.starts_with(&format!("/{field}/")), "{pointer} {}", asked.path);
                    continue;
                }
                assert_eq!(pointer, format!("/{field}"), "{}", asked.path);
                assert!(matches!(code, "wrong_type" | "invalid_value" | "unknown_value"), "{code}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let server = Server::start().await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    for mut asked in all_with_a_body(&server).await {
        for body in ["", "{", "nonsense", "{\"a\":}", "{} {}", "\u{0}"] {
            asked.send(body.to_owned()).await.problem(400, "invalid_request");
        }
        for body in ["[]", "[1,2,3]", "null", "1", "\"text\"", deep.as_str()] {
            let wrong = asked.send(body.to_owned()).await.wrong_fields();
            assert_eq!(wrong[0].1, "wrong_type", "{} {body:.20}", asked.path);
        }
        asked.send(nested.clone()).await.problem(422, "validation_failed");
    }
}

#[tokio::test]
async fn other_media_types_are_refused() {
    let server = Server::start().await;
    for mut asked in all_with_a_body(&server).await {
        let body = asked.body().to_string();
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
            let mut client = asked.client.with("content-type", kind);
            std::mem::swap(&mut client, &mut asked.client);
            let answer = asked.send(body.clone()).await;
            answer.problem(415, "unsupported_media_type");
            std::mem::swap(&mut client, &mut asked.client);
        }
    }
}

#[tokio::test]
async fn huge_bodies_are_refused() {
    let server = Server::start().await;
    let huge = format!("{{\"text\":\"{}\"}}", "x".repeat(1 << 20));
    for mut asked in all_with_a_body(&server).await {
        asked.send(huge.clone()).await.problem(413, "payload_too_large");
    }
}

#[tokio::test]
async fn prices_that_cannot_be_are_refused() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let field = "input_credits_per_thousand";
    let odd = [
        "-1",
        "\"-1\"",
        "\"0.0000001\"",
        "\"1e3\"",
        "1e3",
        "\"NaN\"",
        "\"\"",
        "\" 1\"",
        "0.5",
        "\"99999999999999999999\"",
        "\"1000001\"",
        "true",
    ];
    for price in odd {
        let body = format!(
            "{{\"base_url\":\"http://127.0.0.1:9/v1\",\"model\":\"moon-1\",\"{field}\":{price}}}"
        );
        let method = "PUT".parse().unwrap();
        let answer = owner.send(method, "/operator/v1/model-provider", Some(body)).await;
        let wrong = answer.wrong_fields();
        assert_eq!(wrong[0].0, format!("/{field}"), "{price}");
    }
    let shown = owner.get("/operator/v1/model-provider").await.expect(200);
    assert_eq!(shown["configured"], false, "nothing was changed");
    let card = owner.get("/api/v1/rate-card").await.expect(200);
    assert_eq!(card["version"], 1, "nothing was published");
}

#[tokio::test]
async fn addresses_and_methods_that_are_none_are_problems_too() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    for path in ["/api", "/api/v1", "/api/v1/nothing", "/api/v2/credits", "/operator/v1"] {
        owner.get(path).await.problem(404, "not_found");
        owner.post(path, json!({})).await.problem(404, "not_found");
    }
    let answer = owner.delete("/api/v1/credits").await;
    answer.problem(405, "method_not_allowed");
    assert!(answer.header("allow").contains("GET"), "{:?}", answer.headers);
    let deleted = owner.delete("/api/v1/instance").await;
    deleted.problem(405, "method_not_allowed");
}

#[tokio::test]
async fn problems_say_nothing_of_what_was_sent_or_of_the_inside() {
    let server = Server::start().await;
    let body = json!({"email": ["my s3cret"], "password": "my s3cret"});
    let answer = server.nobody().post("/api/v1/auth/login", body).await;
    answer.problem(422, "validation_failed");
    for word in ["s3cret", "serde", "line 1", ".rs", "SQL"] {
        assert!(!answer.text.contains(word), "{word}: {}", answer.text);
    }
}

#[tokio::test]
async fn the_page_that_a_problem_points_at_explains_it() {
    let server = Server::start().await;
    let problem = server.nobody().get("/api/v1/credits").await.problem(401, "unauthenticated");
    let url = problem["docs_url"].as_str().unwrap();
    assert_eq!(problem["type"], problem["docs_url"]);
    let path = url.strip_prefix(&server.base).expect("on this server");
    let page = server.nobody().get(path).await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(page.text.contains("Log in first"), "{}", page.text);
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
    let unknown = server.nobody().get("/help/problems/nonsense").await;
    assert_eq!(unknown.status.as_u16(), 404);
}
