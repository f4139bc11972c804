//! The plainest value that fits a JSON Schema.
//!
//! Owns: what a scripted provider answers when a test wants any valid answer. Never checks
//! anything: it knows the keywords that Ampere's own schemas use and no others.

use serde_json::{Map, Value, json};

/// A value of `schema`: every property, the fewest items (at least one), the first choice.
pub(super) fn value(schema: &Value) -> Value {
    let first_of = |name: &str| schema.get(name).and_then(|choices| choices.get(0));
    if let Some(fixed) = schema.get("const").or_else(|| first_of("enum")) {
        return fixed.clone();
    }
    if let Some(choice) = first_of("anyOf").or_else(|| first_of("oneOf")) {
        return value(choice);
    }
    let kinds = schema.get("type");
    let kind = kinds.and_then(|kinds| kinds.get(0).or(Some(kinds))).and_then(Value::as_str);
    match kind {
        Some("string") => Value::String(text(schema)),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(true),
        Some("array") => array(schema),
        Some("null") => Value::Null,
        _ => object(schema),
    }
}

fn object(schema: &Value) -> Value {
    let properties = schema.get("properties").and_then(Value::as_object);
    let fields = properties.into_iter().flatten().map(|(name, it)| (name.clone(), value(it)));
    Value::Object(fields.collect::<Map<_, _>>())
}

fn array(schema: &Value) -> Value {
    let least = number(schema, "minItems").unwrap_or(1).max(1);
    let count = least.min(number(schema, "maxItems").unwrap_or(least));
    let item = schema.get("items").map_or(json!("text"), value);
    Value::Array(vec![item; count])
}

fn text(schema: &Value) -> String {
    let least = number(schema, "minLength").unwrap_or(0);
    let most = number(schema, "maxLength").unwrap_or(usize::MAX);
    "text ".repeat(least.div_ceil(5).max(1)).chars().take(least.max(4).min(most)).collect()
}

fn number(schema: &Value, name: &str) -> Option<usize> {
    schema.get(name)?.as_u64().and_then(|number| usize::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_what_is_asked_for() {
        let schema = json!({ "type": "object", "properties": {
            "tone": { "enum": ["kind", "curt"] },
            "note": { "type": ["string", "null"], "minLength": 7 },
            "mark": { "type": "string", "maxLength": 2 },
            "rows": { "type": "array", "minItems": 2, "items": { "type": "integer" } },
            "share": { "type": "number", "minimum": 0.5 },
            "other": { "anyOf": [{ "type": "null" }, { "type": "string" }] },
            "yes": { "type": "boolean" }, "kind": { "const": "x" },
        }});
        let expected = json!({
            "tone": "kind", "note": "text te", "mark": "te", "rows": [1, 1], "share": 0.5,
            "other": null, "yes": true, "kind": "x",
        });
        assert_eq!(value(&schema), expected);
        assert_eq!(value(&json!({ "type": "array", "maxItems": 0 })), json!([]));
    }
}
