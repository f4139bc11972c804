//! The OpenAI chat shape from the server's side.
//!
//! Owns: what a request must be and the wire form of each step. Written from the format's
//! description, not from our client.

use std::collections::BTreeSet;

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Step;
use super::server::{Demands, Meaning, Spoken, in_pieces};
use crate::ai::{ChatMessage, Finish, ModelRequest, ToolCall, ToolSpec};

/// Writes one answer.
pub(super) struct Chat {
    /// How many calls were begun.
    calls: u32,
}

impl Spoken for Chat {
    fn complaint(demands: &Demands, headers: &HeaderMap, body: &Value) -> Option<Response> {
        if let Some(key) = &demands.key {
            let given = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
            if given != Some(format!("Bearer {key}").as_str()) {
                let text = format!("Incorrect API key provided: {given:?}");
                return Some(Self::problem(StatusCode::UNAUTHORIZED, Meaning::WrongKey, &text));
            }
        }
        let bad = |error: Value| {
            (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response()
        };
        let asks = |name: &str| body.get(name).is_some();
        if demands.newer_limit_name && asks("max_tokens") {
            let text = "Unsupported parameter: 'max_tokens' is not supported with this model. \
                        Use 'max_completion_tokens' instead.";
            return Some(bad(json!({ "message": text, "param": "max_tokens",
                                    "code": "unsupported_parameter" })));
        }
        if demands.no_temperature && asks("temperature") {
            let text = "Unsupported value: only the default is supported.";
            return Some(bad(json!({ "message": text, "param": "temperature" })));
        }
        if demands.no_tools && asks("tools") {
            return Some(bad(json!({ "message": "registry/small:1b does not support tools" })));
        }
        let no_schema = demands.no_schemas && asks("response_format");
        no_schema.then(|| bad(json!({ "code": "invalid_request", "message": "SECRET TEXT" })))
    }

    fn request(headers: &HeaderMap, body: &Value) -> Result<ModelRequest, String> {
        let messages = body.get("messages").and_then(Value::as_array).ok_or("no messages")?;
        told(messages)?;
        request(headers, body).ok_or_else(|| "not a chat request".to_owned())
    }

    fn problem(status: StatusCode, meaning: Meaning, message: &str) -> Response {
        let code = match meaning {
            Meaning::WrongKey => "invalid_api_key",
            Meaning::BadRequest => "invalid_request",
            Meaning::TooLong => "context_length_exceeded",
            Meaning::Busy => "overloaded",
            Meaning::Loading => "loading",
        };
        (status, Json(json!({ "error": { "message": message, "code": code } }))).into_response()
    }

    fn writer(_: &Value, _: &[Step]) -> Self {
        Chat { calls: 0 }
    }

    fn frame(&mut self, step: &Step, _: &[Step]) -> String {
        match step {
            Step::Queued(ahead) => format!("event: queue\ndata: {{\"ahead\":{ahead}}}\n\n"),
            Step::Text(text) | Step::Forever(text) => chunk(json!({ "content": text }), None),
            Step::Thought(text) => chunk(json!({ "reasoning_content": text }), None),
            Step::Call(call) => self.call(call),
            Step::Finish(Finish::Stop) => chunk(json!({}), Some("stop")),
            Step::Finish(Finish::Length) => chunk(json!({}), Some("length")),
            Step::Finish(Finish::Calls) => chunk(json!({}), Some("tool_calls")),
            Step::Usage { input, output } => {
                let usage = json!({
                    "prompt_tokens": input, "completion_tokens": output,
                    "total_tokens": u64::from(*input) + u64::from(*output)
                });
                data(&json!({ "object": "chat.completion.chunk", "choices": [], "usage": usage }))
            }
            Step::Done => "data: [DONE]\n\n".to_owned(),
            Step::Report => data(&json!({ "error": { "message": "SECRET TEXT", "code": 500 } })),
            Step::Wait(_) | Step::Hang | Step::Cut | Step::Bytes(_) => ": waiting\n\n".to_owned(),
        }
    }
}

impl Chat {
    /// First the name, then the arguments in pieces that only the index tells apart.
    fn call(&mut self, call: &ToolCall) -> String {
        let index = self.calls;
        self.calls += 1;
        let function = json!({ "name": call.name, "arguments": "" });
        let mut first = json!({ "index": index, "type": "function", "function": function });
        if let Some(first) = first.as_object_mut().filter(|_| !call.id.is_empty()) {
            first.insert("id".to_owned(), call.id.as_str().into());
        }
        let more = in_pieces(&call.arguments).into_iter();
        let more = more.map(|text| json!({ "index": index, "function": { "arguments": text } }));
        let pieces = std::iter::once(first).chain(more);
        pieces.map(|piece| chunk(json!({ "tool_calls": [piece] }), None)).collect()
    }
}

/// Every call is answered once, right after the message that asks for it, and nothing else is.
fn told(messages: &[Value]) -> Result<(), String> {
    let mut open = BTreeSet::new();
    for message in messages {
        let answers = message.get("tool_call_id").and_then(Value::as_str);
        match (message.get("role").and_then(Value::as_str), answers) {
            (Some("tool"), Some(id)) if open.remove(id) => {}
            (Some("tool"), _) => return Err("a tool message answers no call".to_owned()),
            _ if !open.is_empty() => return Err("a call was not answered".to_owned()),
            _ => {}
        }
        for call in message.get("tool_calls").and_then(Value::as_array).into_iter().flatten() {
            let id = call.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
            open.insert(id.ok_or("a call without id")?);
        }
    }
    if open.is_empty() { Ok(()) } else { Err("a call was not answered".to_owned()) }
}

/// None unless it streams and asks for usage, and for JSON in the one strict way.
fn request(headers: &HeaderMap, body: &Value) -> Option<ModelRequest> {
    let usage = body.get("stream_options")?.get("include_usage")?.as_bool()?;
    if !body.get("stream")?.as_bool()? || !usage {
        return None;
    }
    let limit = body.get("max_tokens").or_else(|| body.get("max_completion_tokens"))?;
    let messages = body.get("messages")?.as_array()?.iter().map(message).collect::<Option<_>>()?;
    let tools = body.get("tools").map_or(Some(Vec::new()), |tools| {
        tools.as_array()?.iter().map(tool).collect::<Option<Vec<_>>>().filter(|it| !it.is_empty())
    })?;
    Some(ModelRequest {
        call_id: headers.get("x-call-id")?.to_str().ok()?.to_owned(),
        model: body.get("model")?.as_str()?.to_owned(),
        messages,
        max_output_tokens: u32::try_from(limit.as_u64()?).ok()?,
        schema: match body.get("response_format") {
            Some(format) => Some(strict_schema(format)?),
            None => None,
        },
        steady: body.get("temperature").is_some_and(|it| it.as_f64() == Some(0.0)),
        tools,
    })
}

fn strict_schema(format: &Value) -> Option<Value> {
    let wanted = format.get("json_schema")?;
    let named = !wanted.get("name")?.as_str()?.is_empty();
    let strict = format.get("type")? == "json_schema" && wanted.get("strict")?.as_bool()?;
    (named && strict).then(|| wanted.get("schema").cloned())?
}

fn tool(tool: &Value) -> Option<ToolSpec> {
    let function =
        tool.get("function").filter(|_| tool.get("type").is_some_and(|it| it == "function"))?;
    let text = |name: &str| Some(function.get(name)?.as_str()?.to_owned());
    let parameters = function.get("parameters").filter(|it| it.is_object())?.clone();
    Some(ToolSpec { name: text("name")?, description: text("description")?, parameters })
}

fn message(message: &Value) -> Option<ChatMessage> {
    let content = message.get("content")?;
    let calls = match message.get("tool_calls") {
        Some(calls) => calls.as_array()?.iter().map(call).collect::<Option<Vec<_>>>()?,
        None => Vec::new(),
    };
    match message.get("role")?.as_str()? {
        "system" => Some(ChatMessage::system(content.as_str()?)),
        "user" => Some(ChatMessage::user(content.as_str()?)),
        "assistant" if calls.is_empty() => Some(ChatMessage::assistant(content.as_str()?)),
        "assistant" => {
            let said = if content.is_null() { "" } else { content.as_str()? };
            Some(ChatMessage::assistant_calls(said, calls))
        }
        "tool" => {
            let id = message.get("tool_call_id")?.as_str()?;
            Some(ChatMessage::tool(id, content.as_str()?))
        }
        _ => None,
    }
}

fn call(call: &Value) -> Option<ToolCall> {
    let function = call.get("function")?;
    let text = |of: &Value, name: &str| Some(of.get(name)?.as_str()?.to_owned());
    let arguments = text(function, "arguments")?;
    // Servers whose template shows the arguments as JSON read them.
    serde_json::from_str::<serde_json::Map<String, Value>>(&arguments).ok()?;
    Some(ToolCall { id: text(call, "id")?, name: text(function, "name")?, arguments })
}

fn chunk(delta: Value, finish: Option<&str>) -> String {
    let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish });
    data(&json!({ "object": "chat.completion.chunk", "choices": [choice], "usage": null }))
}

fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}
