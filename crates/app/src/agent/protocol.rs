//! Calls in plain text, for models that cannot call tools.
//!
//! Owns: how tools, calls and answers are written for such a model, and how a call is read out of
//! what it writes. Never decides whether a call is allowed. Read next: [`super::turn`].

use ampere_adapters::ai::{ChatMessage, Role, ToolCall, ToolSpec};
use serde_json::{Map, Value, json};

use super::screen::Screen;

/// Calls of one answer that are read; what stands behind them is no part of it.
const MOST_CALLS: usize = 8;

/// What a whole answer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// Text for people.
    Text,
    /// Calls, from this byte of the text on. What follows them was made up by the model.
    Calls { at: usize, calls: Vec<ToolCall> },
    /// From this byte on what looks like a call and is none.
    Malformed { at: usize, fault: String },
}

/// Reads an answer; `ids` begins the ids of its calls.
pub(crate) fn read(text: &str, tools: &[ToolSpec], ids: &str) -> Said {
    let Some(at) = Screen::over(text).call_at() else { return Said::Text };
    let mut rest = text.get(at..).unwrap_or_default();
    let mut calls = Vec::new();
    loop {
        let start = rest.find('{').unwrap_or(rest.len());
        let object = rest.get(start..).unwrap_or_default();
        let mut values = serde_json::Deserializer::from_str(object).into_iter::<Value>();
        let found = values.next();
        let read = match found {
            Some(Ok(value)) => call(value, tools),
            Some(Err(error)) => Err(Some(format!("it is not valid JSON ({error})"))),
            None => Err(None),
        };
        match read {
            Ok((name, arguments)) => {
                let id = format!("{ids}#{}", calls.len() + 1);
                calls.push(ToolCall { id, name, arguments });
            }
            Err(_) if !calls.is_empty() => break,
            Err(Some(fault)) => return Said::Malformed { at, fault },
            Err(None) => return Said::Text,
        }
        rest = object.get(values.byte_offset()..).unwrap_or_default();
        let ends = |letter: char| letter.is_whitespace() || matches!(letter, '`' | ',' | ';');
        rest = rest.trim_start_matches(ends).trim_start_matches("</tool_call>").trim_start();
        if calls.len() >= MOST_CALLS || Screen::over(rest).call_at() != Some(0) {
            break;
        }
    }
    Said::Calls { at, calls }
}

/// A call as name and arguments; none: it is no call at all but JSON that people asked for.
fn call(value: Value, tools: &[ToolSpec]) -> Result<(String, String), Option<String>> {
    let Value::Object(mut fields) = value else { return Err(None) };
    let Some(Value::String(name)) = fields.remove("tool") else {
        return Err(None);
    };
    match fields.remove("arguments") {
        Some(arguments @ Value::Object(_)) => Ok((name, arguments.to_string())),
        None if fields.is_empty() => Ok((name, "{}".to_owned())),
        _ if tools.iter().all(|tool| tool.name != name) => Err(None),
        _ => Err(Some("`arguments` must be an object".to_owned())),
    }
}

/// What is said to a model whose call cannot be read.
pub(crate) fn again(fault: &str) -> String {
    format!(
        "That looks like the use of a tool, but {fault}. To use a tool, write nothing but one \
         line like {{\"tool\": \"name\", \"arguments\": {{}}}}. Otherwise answer in plain words."
    )
}

/// How the tools are told of.
fn told(tools: &[ToolSpec], forced: bool) -> String {
    let how = if forced {
        "Use one of these tools now: write nothing but one line of JSON."
    } else {
        "You can use these tools. To use one, write nothing but one line of JSON and stop; you \
         are then given its answer. When you need none, answer in plain words."
    };
    let mut text = format!("{how}\n{{\"tool\": \"name\", \"arguments\": {{}}}}\n\nTools:");
    for tool in tools {
        let ToolSpec { name, description, parameters } = tool;
        text.push_str(&format!("\n- {name}: {description} Arguments: {parameters}"));
    }
    text
}

/// The conversation without calls: as a model reads it that knows none.
pub(crate) fn plain(
    messages: &[ChatMessage],
    tools: &[ToolSpec],
    forced: bool,
) -> Vec<ChatMessage> {
    let mut plain: Vec<ChatMessage> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let (role, content) = match message.role {
            Role::Assistant => (Role::Assistant, with_calls(message)),
            Role::Tool => (Role::User, answer(messages.get(..index).unwrap_or_default(), message)),
            role => (role, message.content.clone()),
        };
        match plain.last_mut() {
            // Templates want people and model to take turns.
            Some(last) if last.role == role => {
                last.content.push_str("\n\n");
                last.content.push_str(&content);
            }
            _ => plain.push(ChatMessage { role, content, calls: Vec::new(), answers: None }),
        }
    }
    if !tools.is_empty() {
        let told = told(tools, forced);
        match plain.first_mut().filter(|first| first.role == Role::System) {
            Some(system) => system.content = format!("{}\n\n{told}", system.content),
            None => plain.insert(0, ChatMessage::system(&told)),
        }
    }
    plain
}

fn with_calls(message: &ChatMessage) -> String {
    let line = |call: &ToolCall| {
        let arguments: Value = serde_json::from_str(&call.arguments).unwrap_or_else(|_| json!({}));
        // By hand, so that the name comes first.
        format!("{{\"tool\": {}, \"arguments\": {arguments}}}", Value::from(call.name.as_str()))
    };
    let said = Some(message.content.clone()).filter(|text| !text.trim().is_empty());
    let lines = said.into_iter().chain(message.calls.iter().map(line));
    lines.collect::<Vec<_>>().join("\n")
}

fn answer(before: &[ChatMessage], message: &ChatMessage) -> String {
    let id = message.answers.as_deref().unwrap_or_default();
    // Ids are unique within one turn only: the newest is meant.
    let mut calls = before.iter().rev().flat_map(|earlier| &earlier.calls);
    let name = calls.find(|call| call.id == id).map_or("tool", |call| call.name.as_str());
    format!("The answer of `{name}`:\n{}", message.content)
}

/// The shape of an answer that is one call of one of the tools.
pub(crate) fn schema(tools: &[ToolSpec]) -> Value {
    let one = |tool: &ToolSpec| {
        let mut properties = Map::new();
        properties.insert("tool".to_owned(), json!({ "const": tool.name }));
        properties.insert("arguments".to_owned(), tool.parameters.clone());
        json!({
            "type": "object", "properties": properties,
            "required": ["tool", "arguments"], "additionalProperties": false,
        })
    };
    json!({ "anyOf": tools.iter().map(one).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools() -> Vec<ToolSpec> {
        let parameters = json!({ "type": "object" });
        let description = "Runs a tool.".to_owned();
        vec![ToolSpec { name: "run".to_owned(), description, parameters }]
    }

    fn calls(text: &str) -> Vec<(String, String)> {
        match read(text, &tools(), "c") {
            Said::Calls { calls, .. } => {
                calls.into_iter().map(|call| (call.name, call.arguments)).collect()
            }
            other => vec![("none".to_owned(), format!("{other:?}"))],
        }
    }

    #[test]
    fn a_call_is_read_fenced_or_not_and_over_several_lines() {
        let expected = [("run".to_owned(), "{\"a\":1}".to_owned())];
        for text in [
            "{\"tool\": \"run\", \"arguments\": {\"a\": 1}}",
            "Let me look.\n{\"tool\":\"run\",\"arguments\":{\"a\":1}} and then I stop",
            "```json\n{\n  \"arguments\": {\"a\": 1},\n  \"tool\": \"run\"\n}\n```",
            "<tool_call>{\"tool\": \"run\", \"arguments\": {\"a\": 1}}</tool_call>",
        ] {
            assert_eq!(calls(text), expected, "{text}");
        }
        assert_eq!(calls("{\"tool\": \"run\"}"), [("run".to_owned(), "{}".to_owned())]);
        assert_eq!(calls("{\"tool\": \"nosuch\", \"arguments\": {}}")[0].0, "nosuch");
    }

    #[test]
    fn several_calls_are_read_and_made_up_answers_are_not() {
        let one = "{\"tool\": \"run\", \"arguments\": {}}";
        assert_eq!(calls(&format!("{one}\n{one}")).len(), 2);
        assert_eq!(calls(&format!("```\n{one}\n```\n\n```\n{one}\n```")).len(), 2);
        assert_eq!(calls(&format!("{one}\nThe answer of `run`: yes\n{one}")).len(), 1);
        assert_eq!(calls(&vec![one; 50].join("\n")).len(), MOST_CALLS);
    }

    #[test]
    fn what_cannot_be_read_is_told_and_json_for_people_is_text() {
        for text in [
            "{\"tool\": \"run\", \"arguments\": {\"a\": ",
            "{\"tool\": \"run\", \"arguments\": [1]}",
            "{\"tool\": \"run\", \"with\": 1}",
        ] {
            let said = read(text, &tools(), "c");
            assert!(matches!(said, Said::Malformed { at: 0, .. }), "{text}: {said:?}");
        }
        let hammer = "{\"tool\": \"hammer\", \"size\": 3}";
        assert_eq!(read(hammer, &tools(), "c"), Said::Text);
        assert_eq!(read("{\"tool\": 7}", &tools(), "c"), Said::Text);
        assert_eq!(read("Plain.", &tools(), "c"), Said::Text);
    }

    #[test]
    fn a_conversation_with_calls_reads_as_text() {
        let call = ToolCall {
            id: "c#1".to_owned(),
            name: "run".to_owned(),
            arguments: "{\"a\":1}".to_owned(),
        };
        let messages = [
            ChatMessage::system("You are Joule."),
            ChatMessage::user("Go."),
            ChatMessage::assistant_calls("Let me look.", vec![call]),
            ChatMessage::tool("c#1", "It worked."),
            ChatMessage::user("And?"),
        ];
        let plain = plain(&messages, &tools(), false);
        let said: Vec<_> = plain.iter().map(|it| (it.role, it.content.as_str())).collect();
        assert_eq!(said.len(), 4);
        assert!(said[0].1.starts_with("You are Joule.\n\nYou can use these tools."));
        assert!(said[0].1.ends_with("- run: Runs a tool. Arguments: {\"type\":\"object\"}"));
        let spoken = "Let me look.\n{\"tool\": \"run\", \"arguments\": {\"a\":1}}";
        assert_eq!(said[2], (Role::Assistant, spoken));
        assert_eq!(said[3], (Role::User, "The answer of `run`:\nIt worked.\n\nAnd?"));
        assert!(matches!(read(said[2].1, &tools(), "c"), Said::Calls { .. }));
    }
}
