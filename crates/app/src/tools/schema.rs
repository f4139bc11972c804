//! The JSON Schema that tools use: a small part of it, the same for forms and for what a model
//! writes. What it knows is listed in docs/TOOLS.md.
//!
//! Owns: whether a value fits a schema, and values that do. Never says whether a schema itself is
//! sound (`soundness` does, when a tool is loaded): unknown keywords are no rule here.

use serde_json::{Map, Value, json};

/// Mistakes told at once; more help nobody.
const MOST_MISTAKES: usize = 8;

/// Whether `value` fits `schema`.
///
/// # Errors
/// What does not fit, a sentence for each place, e.g. ``"`items[2].who`: must be a text"``.
pub fn check(schema: &Value, value: &Value) -> Result<(), Vec<String>> {
    let mut mistakes = Vec::new();
    walk(schema, value, "", &mut mistakes);
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
}

fn walk(schema: &Value, value: &Value, at: &str, mistakes: &mut Vec<String>) {
    if mistakes.len() >= MOST_MISTAKES {
        return;
    }
    if let Some(mistake) = mistake(schema, value) {
        let place = if at.is_empty() { "the answer".to_owned() } else { format!("`{at}`") };
        mistakes.push(format!("{place}: {mistake}"));
        return;
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(&schema["items"], item, &format!("{at}[{index}]"), mistakes);
            }
        }
        Value::Object(fields) => {
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                let place = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                match fields.get(name) {
                    Some(field) => walk(property, field, &place, mistakes),
                    None if is_required(schema, name) => {
                        mistakes.push(format!("`{place}`: is missing"));
                    }
                    None => {}
                }
            }
        }
        _ => {}
    }
}

/// Whether an object's schema demands the property `name`.
pub(super) fn is_required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|names| names.iter().any(|n| n == name))
}

/// What is wrong with a value itself, its parts left out.
fn mistake(schema: &Value, value: &Value) -> Option<String> {
    if let Some(kind) = schema["type"].as_str().filter(|kind| !is_of(value, kind)) {
        return Some(format!("must be {}", spoken(kind)));
    }
    if let Some(choices) = schema["enum"].as_array().filter(|all| !all.contains(value)) {
        return Some(format!("must be one of {}", list(choices)));
    }
    let closed = schema["additionalProperties"] == false;
    if let (true, Some(fields)) = (closed, value.as_object()) {
        let known = schema["properties"].as_object();
        let odd = fields.keys().find(|name| known.is_none_or(|all| !all.contains_key(*name)));
        if let Some(name) = odd {
            return Some(format!("must not have `{name}`"));
        }
    }
    out_of_bounds(schema, value)
}

/// Whether a value is outside of the bounds that the schema sets; in the words of a sentence that
/// says what is allowed.
pub(super) fn out_of_bounds(schema: &Value, value: &Value) -> Option<String> {
    let bound = |key: &str| schema[key].as_u64();
    let sized = |size: usize, least: &str, most: &str, what: &str| {
        let size = size as u64;
        if let Some(least) = bound(least).filter(|least| size < *least) {
            return Some(format!("must have at least {least} {what}"));
        }
        let most = bound(most).filter(|most| size > *most)?;
        Some(format!("must have at most {most} {what}"))
    };
    match value {
        Value::String(text) => sized(text.chars().count(), "minLength", "maxLength", "characters"),
        Value::Array(items) => sized(items.len(), "minItems", "maxItems", "entries"),
        Value::Number(number) => {
            let number = number.as_f64()?;
            let low = schema["minimum"].as_f64().filter(|low| number < *low);
            let high = schema["maximum"].as_f64().filter(|high| number > *high);
            let low = low.map(|low| format!("must be at least {low}"));
            low.or(high.map(|high| format!("must be at most {high}")))
        }
        _ => None,
    }
}

/// Whether a value is of a type of JSON Schema.
pub(super) fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => false,
    }
}

/// A type as people say it.
pub(super) fn spoken(kind: &str) -> &'static str {
    match kind {
        "string" => "a text",
        "boolean" => "yes or no",
        "integer" => "a whole number",
        "number" => "a number",
        "array" => "a list",
        "object" => "an object",
        _ => "empty",
    }
}

/// The choices of an enum as people read them.
pub(super) fn list(choices: &[Value]) -> String {
    let said = |choice: &Value| match choice {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    choices.iter().map(said).collect::<Vec<_>>().join(", ")
}

/// A value that fits the schema, with `many` entries in lists and texts of `length` characters
/// where the schema allows it: what a model could answer.
pub(super) fn sample(schema: &Value, many: usize, length: usize) -> Value {
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    let within = |wanted: usize, least: &str, most: &str| {
        let bound = |key: &str| schema[key].as_u64().map(|n| n as usize);
        wanted.max(bound(least).unwrap_or(0)).min(bound(most).unwrap_or(usize::MAX))
    };
    match schema["type"].as_str().unwrap_or_default() {
        "string" => filler(within(length, "minLength", "maxLength")).into(),
        "boolean" => true.into(),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        "array" => {
            let item = sample(&schema["items"], many, length);
            vec![item; within(many, "minItems", "maxItems")].into()
        }
        "object" => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            let fields = fields.map(|(name, of)| (name.clone(), sample(of, many, length)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        _ => Value::Null,
    }
}

/// Text of so many characters: short sentences, in paragraphs, each line a little different.
pub(super) fn filler(length: usize) -> String {
    let mut text = String::with_capacity(length + 48);
    let mut number = 0_u32;
    while text.len() < length {
        number += 1;
        text.push_str(&format!("Line {number} says one more thing of some use."));
        text.push_str(if number.is_multiple_of(4) { "\n\n" } else { "\n" });
    }
    text.truncate(length);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> Value {
        json!({
            "type": "object", "required": ["people"], "additionalProperties": false,
            "properties": { "people": {
                "type": "array", "minItems": 1, "maxItems": 3,
                "items": {
                    "type": "object", "required": ["name"],
                    "properties": {
                        "name": { "type": "string", "minLength": 2, "maxLength": 10 },
                        "age": { "type": "integer", "minimum": 0, "maximum": 150 },
                        "mood": { "type": "string", "enum": ["good", "bad"] },
                    },
                },
            } },
        })
    }

    fn mistakes(value: Value) -> Vec<String> {
        check(&people(), &value).err().unwrap_or_default()
    }

    #[test]
    fn what_fits_passes() {
        let value = json!({ "people": [{ "name": "Ödön", "age": 0, "mood": "bad" }] });
        assert_eq!(mistakes(value), Vec::<String>::new());
    }

    #[test]
    fn every_rule_says_what_is_wrong_and_where() {
        let cases = [
            (json!("Mia"), "the answer: must be an object"),
            (json!({}), "`people`: is missing"),
            (json!({ "people": [], "more": 1 }), "the answer: must not have `more`"),
            (json!({ "people": [] }), "`people`: must have at least 1 entries"),
            (json!({ "people": [1] }), "`people[0]`: must be an object"),
            (json!({ "people": [{}] }), "`people[0].name`: is missing"),
            (json!({ "people": [{ "name": 5 }] }), "`people[0].name`: must be a text"),
            (
                json!({ "people": [{ "name": "M" }] }),
                "`people[0].name`: must have at least 2 characters",
            ),
            (
                json!({ "people": [{ "name": "Mia", "age": 151 }] }),
                "`people[0].age`: must be at most 150",
            ),
            (
                json!({ "people": [{ "name": "Mia", "age": 1.5 }] }),
                "`people[0].age`: must be a whole number",
            ),
            (
                json!({ "people": [{ "name": "Mia", "mood": "so-so" }] }),
                "`people[0].mood`: must be one of good, bad",
            ),
        ];
        for (value, expected) in cases {
            assert_eq!(mistakes(value.clone()), [expected], "{value}");
        }
    }

    #[test]
    fn a_flood_of_mistakes_is_cut() {
        let schema = json!({ "type": "array", "items": { "type": "string" } });
        let found = check(&schema, &json!(vec![1; 100])).err().unwrap_or_default();
        assert_eq!(found.len(), MOST_MISTAKES);
    }

    #[test]
    fn samples_fit_their_schema() {
        for (many, length) in [(0, 0), (2, 5), (50, 5_000)] {
            assert_eq!(check(&people(), &sample(&people(), many, length)), Ok(()));
        }
        assert_eq!(filler(6_000).chars().count(), 6_000);
    }
}
