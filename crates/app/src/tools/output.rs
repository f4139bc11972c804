//! What a model is told about the form of its answer, and what its answer is then.
//!
//! Owns the words of it, for every tool alike, so that tools only say what they want to know.
//! Never asks a model. Read next: `schema`.

use serde_json::{Map, Value};

use super::schema::{check, list};

/// What is added to a prompt whose answer must be JSON of this schema: an example of the form,
/// which small models follow more easily than a schema.
pub fn asked(schema: &Value) -> String {
    format!("Answer with JSON only, in this form:\n{}", form(schema))
}

/// What is said to a model after an answer that could not be used, for its one more try.
pub fn again(schema: &Value, mistakes: &[String]) -> String {
    format!("That cannot be used: {}.\n{}", mistakes.join("; "), asked(schema))
}

/// The value that a model wrote: the first JSON in its answer, with or without words and fences
/// around it.
///
/// # Errors
/// What is wrong with it, as [`check`] says it.
pub fn read(schema: &Value, answer: &str) -> Result<Value, Vec<String>> {
    let Some(value) = first_json(answer) else {
        return Err(vec!["the answer: has no JSON that is whole".to_owned()]);
    };
    check(schema, &value)?;
    Ok(value)
}

/// The first object in a text that is whole. An answer that was cut has none: the objects within
/// the one that was cut are not the answer.
fn first_json(text: &str) -> Option<Value> {
    // An opening that leads nowhere is rare; a text full of them must not cost its square.
    const TRIES: usize = 20;
    for (at, _) in text.match_indices('{').take(TRIES) {
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => return Some(value),
            Some(Err(error)) if error.is_eof() => return None,
            _ => {}
        }
    }
    None
}

fn form(schema: &Value) -> Value {
    if let Some(choices) = schema["enum"].as_array() {
        return list(choices).replace(", ", " | ").into();
    }
    match schema["type"].as_str().unwrap_or_default() {
        "object" => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            Value::Object(fields.map(|(name, of)| (name.clone(), form(of))).collect::<Map<_, _>>())
        }
        "array" => Value::Array(vec![form(&schema["items"])]),
        "integer" | "number" => 1.into(),
        "boolean" => true.into(),
        _ => schema["description"].as_str().unwrap_or("text").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Value {
        json!({
            "type": "object", "required": ["rows"],
            "properties": { "rows": { "type": "array", "items": {
                "type": "object", "required": ["who"],
                "properties": {
                    "who": { "type": "string", "description": "a name" },
                    "sure": { "type": "string", "enum": ["yes", "no"] },
                    "count": { "type": "integer" },
                },
            } } },
        })
    }

    #[test]
    fn the_form_is_shown_by_an_example() {
        let told = asked(&schema());
        let (_, example) = told.split_once('\n').unwrap_or_default();
        let example: Value = serde_json::from_str(example).unwrap_or_default();
        let row = json!({ "who": "a name", "sure": "yes | no", "count": 1 });
        assert_eq!(example, json!({ "rows": [row] }));
        let told = again(&schema(), &["`rows`: is missing".to_owned()]);
        assert!(told.starts_with("That cannot be used: `rows`: is missing.\nAnswer with JSON"));
    }

    #[test]
    fn an_answer_is_found_among_words() {
        let value = json!({ "rows": [{ "who": "Mia {x}" }] });
        for text in [
            r#"{"rows":[{"who":"Mia {x}"}]}"#,
            "Sure! Here it is:\n```json\n{\"rows\": [{\"who\": \"Mia {x}\"}]}\n```\nBye {you}",
            "{oops {\"rows\": [{\"who\": \"Mia {x}\"}]}",
        ] {
            assert_eq!(read(&schema(), text), Ok(value.clone()), "{text}");
        }
    }

    #[test]
    fn what_is_no_answer_is_told() {
        let told = |text: &str| read(&schema(), text).err().unwrap_or_default();
        assert_eq!(told("I cannot."), ["the answer: has no JSON that is whole"]);
        let cut = "{\"rows\": [{\"who\": \"Mia\"}, {\"who\": \"J";
        assert_eq!(told(cut), ["the answer: has no JSON that is whole"]);
        assert_eq!(told("{}"), ["`rows`: is missing"]);
        assert_eq!(told(&"{".repeat(1_000_000)), ["the answer: has no JSON that is whole"]);
    }
}
