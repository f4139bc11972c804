//! Every rule of `validation`, each by a workflow that breaks it alone.

use serde_json::json;

use super::*;

fn found(definition: Value) -> Vec<(String, &'static str)> {
    let tools = ToolBook::built_in();
    let errors = match read(definition) {
        Ok(definition) => mistakes(&definition, &tools),
        Err(errors) => errors,
    };
    errors.into_iter().map(|error| (error.pointer, error.code)).collect()
}

fn good() -> Value {
    json!({
        "inputs": [
            { "name": "paper", "label": "Paper", "kind": "file" },
            { "name": "topic", "label": "Topic", "kind": "text", "required": false },
        ],
        "steps": [
            { "id": "s1", "name": "Summarize", "kind": "tool", "tool": "summarize-document",
              "inputs": { "document": { "from": "inputs.paper" },
                          "length": { "value": "one page" } } },
            { "id": "s2", "name": "Look", "kind": "condition",
              "left": { "from": "s1.result" }, "test": "contains",
              "right": { "value": "tea" } },
            { "id": "s3", "name": "Ask", "kind": "prompt", "prompt": "Why?",
              "inputs": { "text": { "from": "s1.result" } } },
        ],
    })
}

#[test]
fn a_sound_workflow_has_no_mistakes_and_keeps_its_meaning() {
    assert_eq!(found(good()), []);
    let read = read(good()).unwrap_or_else(|errors| unreachable!("{errors:?}"));
    let again = serde_json::to_value(&read).unwrap_or_default();
    assert_eq!(super::read(again), Ok(read));
}

#[test]
fn every_mistake_is_told_at_its_place() {
    let step = "/definition/steps";
    let cases = [
        ("/steps/0/tool", json!("no-such"), format!("{step}/0/tool"), "unknown"),
        (
            "/steps/0/inputs/length",
            json!({"value": "a line"}),
            format!("{step}/0/inputs/length"),
            "invalid_value",
        ),
        (
            "/steps/0/inputs/document",
            json!({"from": "inputs.topic"}),
            format!("{step}/0/inputs/document"),
            "invalid_value",
        ),
        (
            "/steps/0/inputs/document",
            json!({"from": "inputs.nosuch"}),
            format!("{step}/0/inputs/document"),
            "unknown",
        ),
        (
            "/steps/0/inputs/document",
            json!({"value": ""}),
            format!("{step}/0/inputs/document"),
            "required",
        ),
        ("/steps/0/inputs/more", json!({"value": 1}), format!("{step}/0/inputs/more"), "unknown"),
        (
            "/steps/0/inputs/more",
            json!({"from": "inputs.topic"}),
            format!("{step}/0/inputs/more"),
            "unknown",
        ),
        ("/steps/0/id", json!("S 1"), format!("{step}/0/id"), "invalid_value"),
        ("/steps/1/id", json!("s1"), format!("{step}/1/id"), "taken"),
        ("/steps/0/name", json!(" "), format!("{step}/0/name"), "required"),
        ("/steps/1/left", json!({"from": "s3.result"}), format!("{step}/1/left"), "unknown"),
        ("/steps/1/right", Value::Null, format!("{step}/1/right"), "required"),
        ("/steps/2/prompt", json!(""), format!("{step}/2/prompt"), "required"),
        (
            "/steps/2/inputs/text",
            json!({"from": "s2.result"}),
            format!("{step}/2/inputs/text"),
            "unknown",
        ),
        ("/steps/2/inputs/text", json!({"from": "s1"}), format!("{step}/2/inputs/text"), "unknown"),
        ("/steps/2/kind", json!("dance"), format!("{step}/2"), "invalid_value"),
        ("/inputs/1/name", json!("paper"), "/definition/inputs/1/name".to_owned(), "taken"),
        ("/inputs/0/label", json!(""), "/definition/inputs/0/label".to_owned(), "required"),
        ("/steps", json!([]), step.to_owned(), "required"),
        ("/steps", json!("x"), step.to_owned(), "wrong_type"),
    ];
    for (place, value, pointer, code) in cases {
        let mut definition = good();
        set(&mut definition, place, value);
        let found = found(definition);
        assert!(found.contains(&(pointer.clone(), code)), "{place}: {found:?}");
    }
}

#[test]
fn a_workflow_has_at_most_twenty_steps() {
    let mut definition = good();
    let step =
        |n: usize| json!({"id": format!("p{n}"), "name": "P", "kind": "prompt", "prompt": "?"});
    definition["steps"] = (0..20).map(step).collect();
    assert_eq!(found(definition.clone()), []);
    definition["steps"] = (0..21).map(step).collect();
    assert_eq!(found(definition), [("/definition/steps".to_owned(), "too_long")]);
}

fn set(definition: &mut Value, place: &str, value: Value) {
    let (parent, last) = place.rsplit_once('/').unwrap_or_default();
    let parent = definition.pointer_mut(parent).unwrap_or_else(|| unreachable!("{place}"));
    parent[last] = value;
}
