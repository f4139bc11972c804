//! What a run will ask of a model, told before it starts.

use ampere_app::tools::plan::{PlannedCall, calls};
use ampere_app::tools::{ToolBook, inputs};
use serde_json::{Value, json};

use crate::rehearsal::tool;

fn planned(id: &str, given: Value, context: Value) -> Vec<PlannedCall> {
    let tool = tool(id);
    let inputs = inputs::check(&tool.inputs, given).unwrap();
    calls(&tool, &inputs, &context)
}

fn small() -> Value {
    json!({ "model": { "context_tokens": 2_048 } })
}

fn count(calls: &[PlannedCall], step: &str, likely: bool) -> usize {
    calls.iter().filter(|call| call.step == step && (call.likely || !likely)).count()
}

#[test]
fn known_inputs_are_counted_as_they_are() {
    let text = "Ä".repeat(1_000);
    let given = |text: &str| json!({ "text": text, "channel": "team chat", "tone": "formal" });
    let short = planned("rewrite-for-channel", given(&"x".repeat(20)), small());
    let long = planned("rewrite-for-channel", given(&text), small());
    assert_eq!((short.len(), long.len()), (1, 1));
    assert!(long[0].likely);
    assert_eq!(long[0].likely_input_chars - short[0].likely_input_chars, 980);
    assert_eq!(long[0].bound_input_bytes - short[0].bound_input_bytes, 1_980);
    assert_eq!(long[0].max_output_tokens, 500);
}

#[test]
fn unknown_texts_are_assumed_likely_and_longest() {
    let calls = planned("summarize-document", json!({ "document": "file_1" }), small());
    // 6,000 characters in pieces of 2,596 at most; 60,000 are 24 of them at least.
    assert_eq!(count(&calls, "points", true), 3);
    assert_eq!(count(&calls, "points", false), 24);
    assert_eq!(count(&calls, "summary", true), 1);
    for call in &calls {
        assert!(call.bound_input_bytes >= call.likely_input_chars, "{call:?}");
        assert!(call.likely == (call.likely_input_chars > 0), "{call:?}");
    }
    let large = json!({ "model": { "context_tokens": 128_000 } });
    let calls = planned("summarize-document", json!({ "document": "file_1" }), large);
    assert_eq!((count(&calls, "points", true), count(&calls, "points", false)), (1, 3));
}

#[test]
fn a_step_that_is_only_done_after_an_earlier_run_is_unlikely_and_bounded() {
    let page = json!({ "page": "https://example.com" });
    let first = planned("watch-page", page.clone(), small());
    assert_eq!((count(&first, "tell", true), count(&first, "tell", false)), (0, 1));
    assert!(first.iter().all(|call| call.bound_input_bytes > 0), "never nothing: {first:?}");
    let mut known = small();
    known["previous"] = json!({ "text": "Other.", "day": "1 November 2026" });
    assert_eq!(count(&planned("watch-page", page, known), "tell", true), 1);
}

#[test]
fn every_tool_has_a_plan_within_its_limits() {
    for tool in ToolBook::built_in().list() {
        let mut given = json!({});
        for (name, property) in tool.inputs["properties"].as_object().unwrap() {
            let text = match property["format"].as_str() {
                Some("file") => json!("file_1"),
                Some("url") => json!("https://example.com/a"),
                Some("pages") => json!(["https://example.com/a", "https://example.com/b"]),
                _ if property["type"] == "array" => json!(["Price", "Service"]),
                _ if property["type"] == "string" && property.get("enum").is_none() => {
                    json!("Some words of some length.")
                }
                _ => continue,
            };
            given[name] = text;
        }
        let inputs =
            inputs::check(&tool.inputs, given).unwrap_or_else(|e| panic!("{}: {e:?}", tool.id));
        let calls = calls(&tool, &inputs, &small());
        let prompts = calls.len();
        let (fewest, most) = ampere_app::tools::plan::pages(&tool, &inputs, &small());
        assert!(fewest <= most, "{}", tool.id);
        let quiet = tool.id == "watch-page" || most > 0;
        assert!(quiet || calls.iter().any(|call| call.likely), "{}", tool.id);
        assert!(prompts <= tool.steps.len() * tool.limits.each as usize, "{}", tool.id);
    }
}
