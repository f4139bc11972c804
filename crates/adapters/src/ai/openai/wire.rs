//! The OpenAI chat shape as JSON.
//!
//! Owns: the body of a request and the meaning of one streamed chunk. Never passes a provider's
//! error text on.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ai::answer::Piece;
use crate::ai::calls::CallPiece;
use crate::ai::error::{BreakCause, ModelError};
use crate::ai::remote::Dialect;
use crate::ai::sse::SseEvent;
use crate::ai::{ChatMessage, Finish, ModelRequest, ToolCall, ToolSpec};

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    stream: bool,
    stream_options: StreamOptions,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Value>,
}

#[derive(Serialize)]
struct ResponseFormat<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    json_schema: NamedSchema<'a>,
}

#[derive(Serialize)]
struct NamedSchema<'a> {
    name: &'static str,
    schema: &'a Value,
    strict: bool,
}

impl<'a> ResponseFormat<'a> {
    fn json(schema: &'a Value) -> Self {
        let json_schema = NamedSchema { name: "answer", schema, strict: true };
        ResponseFormat { kind: "json_schema", json_schema }
    }
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    /// Null only beside calls.
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<&'a str>,
}

impl<'a> Message<'a> {
    fn of(message: &'a ChatMessage) -> Self {
        let content = message.content.as_str();
        Message {
            role: message.role.word(),
            content: (message.calls.is_empty() || !content.is_empty()).then_some(content),
            tool_calls: message.calls.iter().map(call).collect(),
            tool_call_id: message.answers.as_deref(),
        }
    }
}

/// A call told back to its model. Servers that read the arguments themselves fail on anything but
/// an object.
fn call(call: &ToolCall) -> Value {
    let arguments = Value::Object(call.object()).to_string();
    let function = json!({ "name": call.name, "arguments": arguments });
    json!({ "id": call.id, "type": "function", "function": function })
}

fn tool(tool: &ToolSpec) -> Value {
    let ToolSpec { name, description, parameters } = tool;
    let function = json!({ "name": name, "description": description, "parameters": parameters });
    json!({ "type": "function", "function": function })
}

/// The body of a request, worded as this server wants it.
pub(super) fn body(
    model: &str,
    request: &ModelRequest,
    dialect: Dialect,
) -> serde_json::Result<Vec<u8>> {
    let limit = Some(request.max_output_tokens);
    let schema = request.schema.as_ref().filter(|_| dialect.schemas);
    serde_json::to_vec(&Body {
        model,
        messages: request.messages.iter().map(Message::of).collect(),
        stream: true,
        stream_options: StreamOptions { include_usage: true },
        max_tokens: limit.filter(|_| !dialect.newer_limit_name),
        max_completion_tokens: limit.filter(|_| dialect.newer_limit_name),
        temperature: (request.steady && dialect.temperature).then_some(0),
        response_format: schema.map(ResponseFormat::json),
        tools: request.tools.iter().filter(|_| dialect.calls).map(tool).collect(),
    })
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Option<Vec<Choice>>,
    #[serde(default)]
    usage: Option<Value>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: u32,
    #[serde(default)]
    delta: Option<Delta>,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Delta {
    #[serde(default)]
    content: Option<String>,
    // Two names in use for what a model writes for itself.
    #[serde(default)]
    reasoning_content: Option<String>,
    #[serde(default)]
    reasoning: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<PartOfCall>>,
}

#[derive(Deserialize)]
struct PartOfCall {
    #[serde(default)]
    index: Option<u32>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    function: Option<PartOfFunction>,
}

#[derive(Default, Deserialize)]
struct PartOfFunction {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    arguments: Option<String>,
}

impl From<PartOfCall> for Piece {
    fn from(part: PartOfCall) -> Self {
        let function = part.function.unwrap_or_default();
        Piece::Call(CallPiece {
            place: part.index,
            id: part.id,
            name: function.name,
            arguments: function.arguments.unwrap_or_default(),
        })
    }
}

#[derive(Deserialize)]
struct Queue {
    ahead: u32,
}

/// What one event of the stream says.
pub(super) fn pieces(event: &SseEvent) -> Vec<Piece> {
    match event.name.as_str() {
        "queue" => match serde_json::from_str::<Queue>(&event.data) {
            Ok(queue) => vec![Piece::Queued(queue.ahead)],
            Err(_) => vec![garbled()],
        },
        "error" => vec![reported()],
        "" | "message" if event.data.trim() == "[DONE]" => vec![Piece::Done],
        "" | "message" => match serde_json::from_str::<Chunk>(&event.data) {
            Ok(chunk) => chunk_pieces(chunk),
            Err(_) => vec![garbled()],
        },
        // Names that others may add say nothing about the answer.
        _ => Vec::new(),
    }
}

fn chunk_pieces(chunk: Chunk) -> Vec<Piece> {
    if chunk.error.is_some() {
        return vec![reported()];
    }
    let mut pieces = Vec::new();
    for choice in chunk.choices.unwrap_or_default() {
        // We ask for one answer; more would be the provider's mistake.
        if choice.index != 0 {
            continue;
        }
        let delta = choice.delta.unwrap_or_default();
        pieces.extend(delta.reasoning_content.or(delta.reasoning).map(Piece::Thought));
        pieces.extend(delta.content.map(Piece::Text));
        pieces.extend(delta.tool_calls.unwrap_or_default().into_iter().map(Piece::from));
        pieces.extend(choice.finish_reason.as_deref().map(finish).map(Piece::Finished));
    }
    pieces.extend(chunk.usage.as_ref().and_then(usage));
    pieces
}

fn finish(reason: &str) -> Finish {
    match reason {
        "length" => Finish::Length,
        "tool_calls" => Finish::Calls,
        _ => Finish::Stop,
    }
}

/// A usage that is not two whole numbers is none.
fn usage(usage: &Value) -> Option<Piece> {
    let count = |name: &str| u32::try_from(usage.get(name)?.as_u64()?).ok();
    Some(Piece::Usage { input: count("prompt_tokens")?, output: count("completion_tokens")? })
}

fn garbled() -> Piece {
    Piece::Broken(ModelError::Broken(BreakCause::Garbled))
}

fn reported() -> Piece {
    Piece::Broken(ModelError::Broken(BreakCause::Reported))
}
