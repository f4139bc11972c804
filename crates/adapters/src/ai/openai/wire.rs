//! The OpenAI chat shape as JSON.
//!
//! Owns: the body of a request, the meaning of one streamed chunk and of an error body. Never
//! passes a provider's text on: of an error only its meaning leaves this module.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::dialect::Dialect;
use crate::ai::answer::Piece;
use crate::ai::error::{BreakCause, ModelError};
use crate::ai::sse::SseEvent;
use crate::ai::{Finish, ModelRequest};

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
    content: &'a str,
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
        messages: request
            .messages
            .iter()
            .map(|m| Message { role: m.role.word(), content: &m.content })
            .collect(),
        stream: true,
        stream_options: StreamOptions { include_usage: true },
        max_tokens: limit.filter(|_| !dialect.newer_limit_name),
        max_completion_tokens: limit.filter(|_| dialect.newer_limit_name),
        temperature: (request.steady && dialect.temperature).then_some(0),
        response_format: schema.map(ResponseFormat::json),
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
        pieces.extend(choice.finish_reason.as_deref().map(finish).map(Piece::Finished));
    }
    pieces.extend(chunk.usage.as_ref().and_then(usage));
    pieces
}

fn finish(reason: &str) -> Finish {
    if reason == "length" { Finish::Length } else { Finish::Stop }
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

/// What an error body means, as far as it matters to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Complaint {
    /// The messages are longer than the model's context.
    InputTooLong,
    /// `max_tokens` must be called `max_completion_tokens`.
    LimitName,
    /// The temperature cannot be chosen.
    Temperature,
    /// The server can hold answers to a schema, but not to this one.
    ThisSchema,
    /// The account at the provider is out of money or quota.
    QuotaUsedUp,
    Other,
}

/// Reads the body of a refused request.
pub(super) fn complaint(body: &[u8]) -> Complaint {
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let error = body.get("error").unwrap_or(&body);
    let word = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    let message = error.as_str().unwrap_or_else(|| word("message")).to_ascii_lowercase();
    let code_or_type = [word("code"), word("type")];
    let any = |codes: &[&str]| code_or_type.iter().any(|c| codes.contains(c));
    let says = |phrases: &[&str]| phrases.iter().any(|p| message.contains(p));

    if any(&["context_length_exceeded", "exceed_context_size_error"])
        || says(&["context length", "context size", "context window", "prompt is too long"])
    {
        Complaint::InputTooLong
    } else if word("param") == "max_tokens" && says(&["max_completion_tokens"])
        || says(&["use 'max_completion_tokens'", "use max_completion_tokens"])
    {
        Complaint::LimitName
    } else if word("param") == "temperature" {
        Complaint::Temperature
    } else if any(&["invalid_json_schema"]) || says(&["invalid schema"]) {
        Complaint::ThisSchema
    } else if any(&["insufficient_quota", "billing_hard_limit_reached"]) {
        Complaint::QuotaUsedUp
    } else {
        Complaint::Other
    }
}
