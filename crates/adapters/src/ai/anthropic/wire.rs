//! The body of a request to the Messages API.
//!
//! Owns: how a conversation is told there. The system's words stand apart; people and model take
//! turns, so neighbours of one side are one message; what a call gave is said by the user's side,
//! before anything else; no text is empty. Never sends more than the request holds, but for the
//! sentence that opens a conversation whose beginning was left out.

use serde_json::{Map, Value, json};

use crate::ai::remote::Dialect;
use crate::ai::{ChatMessage, ModelRequest, Role, ToolSpec};

/// The tool whose input is the answer where one is to fit a schema.
const ANSWER: &str = "answer";
/// A conversation begins with its user.
const LEFT_OUT: &str = "(Earlier messages are left out.)";

/// The schema that the answer is held to; none if there is none or it cannot be sent. Tools that
/// are offered go first: a model that must answer cannot call. Inputs of tools are objects.
pub(super) fn shape(request: &ModelRequest, dialect: Dialect) -> Option<&Value> {
    let schema = request.schema.as_ref().filter(|_| dialect.schemas)?;
    let free = request.tools.is_empty() || !dialect.calls;
    (free && schema.get("type").is_some_and(|kind| kind == "object")).then_some(schema)
}

/// The body, worded as this server wants it.
pub(super) fn body(model: &str, request: &ModelRequest, dialect: Dialect) -> Value {
    let mut body = Map::new();
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
    set("model", model.into());
    set("max_tokens", request.max_output_tokens.max(1).into());
    set("stream", true.into());
    set("messages", turns(&request.messages));
    let system: Vec<&str> = (request.messages.iter())
        .filter(|message| message.role == Role::System && !blank(&message.content))
        .map(|message| message.content.as_str())
        .collect();
    if !system.is_empty() {
        set("system", system.join("\n\n").into());
    }
    if request.steady && dialect.temperature {
        set("temperature", 0.into());
    }
    if let Some(schema) = shape(request, dialect) {
        let description = "Gives the answer.";
        let tool = json!({ "name": ANSWER, "description": description, "input_schema": schema });
        set("tools", json!([tool]));
        set("tool_choice", json!({ "type": "tool", "name": ANSWER }));
    } else if !request.tools.is_empty() && dialect.calls {
        set("tools", request.tools.iter().map(tool).collect());
    }
    Value::Object(body)
}

fn tool(tool: &ToolSpec) -> Value {
    let ToolSpec { name, description, parameters } = tool;
    json!({ "name": name, "description": description, "input_schema": parameters })
}

fn turns(messages: &[ChatMessage]) -> Value {
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for message in messages {
        let side = match message.role {
            Role::System => continue,
            Role::User | Role::Tool => "user",
            Role::Assistant => "assistant",
        };
        let blocks = blocks(message);
        if blocks.is_empty() {
            continue;
        }
        if turns.is_empty() && side == "assistant" {
            turns.push(("user", vec![text(LEFT_OUT)]));
        }
        match turns.last_mut().filter(|(last, _)| *last == side) {
            Some((_, content)) => content.extend(blocks),
            None => turns.push((side, blocks)),
        }
    }
    let turn = |(role, content)| json!({ "role": role, "content": Value::Array(content) });
    turns.into_iter().map(turn).collect()
}

fn blocks(message: &ChatMessage) -> Vec<Value> {
    let said = (!blank(&message.content)).then(|| text(&message.content));
    if message.role == Role::Tool {
        let content: Vec<Value> = said.into_iter().collect();
        let id = message.answers.as_deref().unwrap_or_default();
        return vec![json!({ "type": "tool_result", "tool_use_id": id, "content": content })];
    }
    let calls = message.calls.iter().map(|call| {
        let input = Value::Object(call.object());
        json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": input })
    });
    said.into_iter().chain(calls).collect()
}

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

fn blank(text: &str) -> bool {
    text.trim().is_empty()
}
