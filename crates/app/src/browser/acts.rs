//! The tools of a page: what the agent can do with a browser, and how its calls are read.
//!
//! Owns their names and arguments. A call that makes no sense is answered, never done. Does
//! nothing on a page. Read next: `agent`.

use ampere_adapters::ai::{ToolCall, ToolSpec};
use ampere_adapters::browser::{Action, WAIT_AT_MOST};
use serde_json::{Map, Value, json};

/// CSS pixels of one scroll.
const SCREENFUL: i32 = 560;
/// Characters of a reason as it stands in the log.
const REASON: usize = 200;
/// Characters of a note, and of an address or a text to type.
const LONGEST: usize = 4_000;

/// What the agent wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// Something on the page, and its short reason.
    Act(Action, Option<String>),
    /// Something to collect.
    Note(String),
    /// The task is done, and this is the answer.
    Done(String),
    /// It cannot be read: what to say to the model.
    Wrong(String),
}

fn spec(name: &str, description: &str, fields: &[(&str, Value)], optional: &[&str]) -> ToolSpec {
    let properties: Map<String, Value> =
        fields.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    let required: Vec<&str> =
        fields.iter().map(|(name, _)| *name).filter(|name| !optional.contains(name)).collect();
    let parameters = json!({
        "type": "object", "properties": properties, "required": required,
        "additionalProperties": false,
    });
    ToolSpec { name: name.to_owned(), description: description.to_owned(), parameters }
}

/// The tool that ends the task.
pub(super) fn done() -> ToolSpec {
    let answer = json!({ "type": "string", "description": "The answer, in Markdown." });
    spec("done", "The task is done or cannot be done: give the answer.", &[("answer", answer)], &[])
}

/// All of them.
pub(super) fn all() -> Vec<ToolSpec> {
    let text = || json!({ "type": "string" });
    let mark = || json!({ "type": "integer", "description": "A mark of the page, as in [3]." });
    let reason = || ("reason", json!({ "type": "string", "description": "Why, in a few words." }));
    let way = json!({ "type": "string", "enum": ["down", "up"] });
    let seconds = json!({ "type": "integer", "minimum": 1, "maximum": WAIT_AT_MOST });
    let because: &[&str] = &["reason"];
    vec![
        spec("navigate", "Open an address.", &[("url", text()), reason()], because),
        spec("click", "Click something.", &[("mark", mark()), reason()], because),
        spec(
            "type",
            "Write a text into a field, in place of what is there; submit presses Enter after it.",
            &[
                ("mark", mark()),
                ("text", text()),
                ("submit", json!({ "type": "boolean" })),
                reason(),
            ],
            &["submit", "reason"],
        ),
        spec(
            "select",
            "Choose an option by its label.",
            &[("mark", mark()), ("option", text()), reason()],
            because,
        ),
        spec("scroll", "Scroll by about a screen.", &[("direction", way), reason()], because),
        spec("back", "Go back to the page before.", &[reason()], because),
        spec("wait", "Wait for the page.", &[("seconds", seconds), reason()], because),
        spec("look", "Look at the page again.", &[], &[]),
        spec("note", "Keep something found, for the answer.", &[("text", text())], &[]),
        done(),
    ]
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// A mark as models write it: 3, "3" or "[3]".
fn mark(fields: &Map<String, Value>) -> Result<u32, String> {
    let read = match fields.get("mark") {
        Some(Value::Number(number)) => number.as_u64().and_then(|mark| u32::try_from(mark).ok()),
        Some(Value::String(text)) => text.trim_matches(|c: char| !c.is_ascii_digit()).parse().ok(),
        _ => None,
    };
    read.ok_or_else(|| "`mark` must be the number of a mark of the page.".to_owned())
}

fn text(fields: &Map<String, Value>, name: &str) -> Result<String, String> {
    match fields.get(name) {
        Some(Value::String(text)) => Ok(cut(text, LONGEST)),
        Some(Value::Number(number)) => Ok(number.to_string()),
        _ => Err(format!("`{name}` must be a text.")),
    }
}

/// An address as models write it, mostly without its scheme.
fn address(text: &str) -> String {
    let text = text.trim();
    if text.contains("://") || text.is_empty() {
        text.to_owned()
    } else {
        format!("https://{text}")
    }
}

fn action(name: &str, fields: &Map<String, Value>) -> Result<Option<Action>, String> {
    Ok(Some(match name {
        "navigate" => Action::Navigate { url: address(&text(fields, "url")?) },
        "click" => Action::Click { mark: mark(fields)? },
        "type" => {
            let submit = matches!(fields.get("submit"), Some(Value::Bool(true)));
            Action::Type { mark: mark(fields)?, text: text(fields, "text")?, submit }
        }
        "select" => Action::Select { mark: mark(fields)?, option: text(fields, "option")? },
        "scroll" => {
            let up = fields.get("direction").and_then(Value::as_str) == Some("up");
            Action::Scroll { down: if up { -SCREENFUL } else { SCREENFUL } }
        }
        "back" => Action::Back,
        "wait" => {
            let seconds = fields.get("seconds").and_then(Value::as_u64).unwrap_or(1);
            let most = u64::from(WAIT_AT_MOST);
            Action::Wait { seconds: u8::try_from(seconds.clamp(1, most)).unwrap_or(WAIT_AT_MOST) }
        }
        "look" => Action::Look,
        _ => return Ok(None),
    }))
}

/// What a call wants.
pub(super) fn read(call: &ToolCall) -> Wish {
    let fields = match serde_json::from_str(&call.arguments) {
        Ok(Value::Object(fields)) => fields,
        _ => return Wish::Wrong("The arguments must be a JSON object.".to_owned()),
    };
    let wrong = |fault: String| Wish::Wrong(format!("{fault} Nothing was done."));
    match call.name.as_str() {
        "note" => text(&fields, "text").map_or_else(wrong, Wish::Note),
        "done" => match text(&fields, "answer") {
            Ok(_) => {
                // An answer is what the task was for: it is not cut like other texts.
                let answer = fields.get("answer").and_then(Value::as_str).unwrap_or_default();
                Wish::Done(answer.trim().to_owned())
            }
            Err(fault) => wrong(fault),
        },
        name => match action(name, &fields) {
            Ok(Some(action)) => {
                let reason = fields.get("reason").and_then(Value::as_str).map(str::trim);
                let reason = reason.filter(|reason| !reason.is_empty());
                Wish::Act(action, reason.map(|reason| cut(reason, REASON)))
            }
            Ok(None) => wrong(format!("There is no tool `{}`.", cut(name, 60))),
            Err(fault) => wrong(fault),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(name: &str, arguments: &str) -> Wish {
        let (id, name) = ("1".to_owned(), name.to_owned());
        read(&ToolCall { id, name, arguments: arguments.to_owned() })
    }

    #[test]
    fn calls_are_read_as_models_write_them() {
        let click = |mark| Wish::Act(Action::Click { mark }, None);
        for arguments in [r#"{"mark":3}"#, r#"{"mark":"3"}"#, r#"{"mark":"[3]"}"#] {
            assert_eq!(wish("click", arguments), click(3), "{arguments}");
        }
        let url = "https://example.com/a".to_owned();
        let opened = Wish::Act(Action::Navigate { url }, Some("To start".to_owned()));
        let asked = r#"{"url":"example.com/a","reason":" To start "}"#;
        assert_eq!(wish("navigate", asked), opened);
        let up = Wish::Act(Action::Scroll { down: -SCREENFUL }, None);
        assert_eq!(wish("scroll", r#"{"direction":"up"}"#), up);
        let wait = Wish::Act(Action::Wait { seconds: WAIT_AT_MOST }, None);
        assert_eq!(wish("wait", r#"{"seconds":86400}"#), wait);
        assert_eq!(wish("note", r#"{"text":"40"}"#), Wish::Note("40".to_owned()));
        assert_eq!(wish("done", r#"{"answer":" It is 40. "}"#), Wish::Done("It is 40.".to_owned()));
    }

    #[test]
    fn what_makes_no_sense_is_answered_and_not_done() {
        for (name, arguments) in [
            ("click", "{}"),
            ("click", r#"{"mark":-1}"#),
            ("click", r#"{"mark":"the button"}"#),
            ("type", r#"{"mark":1}"#),
            ("navigate", "no JSON"),
            ("buy_credits", "{}"),
            ("done", "{}"),
        ] {
            assert!(matches!(wish(name, arguments), Wish::Wrong(_)), "{name} {arguments}");
        }
    }

    #[test]
    fn every_tool_that_is_offered_is_known() {
        for tool in all() {
            let mut given = Map::new();
            for name in tool.parameters["required"].as_array().unwrap_or(&Vec::new()) {
                let name = name.as_str().unwrap_or_default();
                let schema = &tool.parameters["properties"][name];
                let value = if schema["type"] == "integer" { json!(2) } else { json!("x") };
                given.insert(name.to_owned(), value);
            }
            let read = wish(&tool.name, &Value::Object(given).to_string());
            assert!(!matches!(read, Wish::Wrong(_)), "{}: {read:?}", tool.name);
        }
    }
}
