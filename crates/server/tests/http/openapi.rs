//! The OpenAPI document: true to the code, checked in, whole.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::Server;

fn document() -> Value {
    serde_json::from_str(&ampere_server::http::document()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap();
        methods.iter().map(move |(method, op)| (format!("{method} {path}"), op))
    });
    each.collect()
}

#[test]
fn what_is_checked_in_is_what_the_code_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(kept == ampere_server::http::document(), "write it anew: make openapi");
}

#[tokio::test]
async fn the_server_gives_it_to_anybody() {
    let server = Server::start().await;
    let answer = server.nobody().get("/openapi.json").await;
    assert_eq!(answer.expect(200), document());
    assert_eq!(answer.header("content-type"), "application/json");
}

#[test]
fn every_operation_has_a_name_of_its_own_a_summary_and_its_errors() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut names = BTreeSet::new();
    for (route, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap();
        assert!(names.insert(name.to_owned()), "{name} is there twice");
        assert!(operation["summary"].is_string(), "{route}");
        let responses = operation["responses"].as_object().unwrap();
        let errors = responses.iter().filter(|(status, _)| status.starts_with(['4', '5']));
        let mut count = 0;
        for (status, response) in errors {
            let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{route} {status}");
            count += 1;
        }
        assert!(count >= 3, "{route}");
        assert!(responses.keys().any(|status| status.starts_with('2')), "{route}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut wanted = BTreeSet::new();
    collect(&document, &mut wanted);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let there: BTreeSet<String> = schemas.keys().cloned().collect();
    let missing: Vec<_> = wanted.difference(&there).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(name) = members.get("$ref").and_then(Value::as_str) {
                found.insert(name.strip_prefix("#/components/schemas/").unwrap().to_owned());
            }
            members.values().for_each(|member| collect(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

#[test]
fn requests_deny_unknown_fields_and_answers_have_all_of_theirs() {
    let document = document();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let Some(properties) = schema["properties"].as_object() else { continue };
        if name.ends_with("Request") {
            assert_eq!(schema["additionalProperties"], false, "{name}");
        } else if !matches!(name.as_str(), "Problem" | "Resolution" | "Quote") {
            let required = schema["required"].as_array().unwrap().len();
            assert_eq!(required, properties.len(), "{name}");
        }
    }
}
