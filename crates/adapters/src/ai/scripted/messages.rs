//! Anthropic's Messages API from the server's side.
//!
//! Owns: the rules that a conversation must keep there, and the wire form of each step: blocks that
//! are opened and closed, and a count at the beginning and at the end. Written from the format's
//! description, not from our client. That wire has no queue: a step of one is only a sign of life.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::Step;
use super::server::{Demands, Meaning, Spoken, in_pieces};
use crate::ai::{ChatMessage, Finish, ModelRequest, ToolCall, ToolSpec};

/// The one version that is spoken here.
const VERSION: &str = "2023-06-01";

/// Writes one answer.
pub(super) struct Messages {
    /// What is said of what was read, before anything else; gone once it was said.
    opening: Option<Value>,
    /// The kind of the block that is open.
    open: Option<&'static str>,
    blocks: u32,
    /// The answer is made the input of the tool of this name.
    forced: Option<String>,
    /// The count went out with the finish reason before it.
    counted: bool,
}

impl Spoken for Messages {
    fn complaint(demands: &Demands, headers: &HeaderMap, body: &Value) -> Option<Response> {
        let bad = |text: &str| Self::problem(StatusCode::BAD_REQUEST, Meaning::BadRequest, text);
        if let Some(key) = &demands.key {
            let given = headers.get("x-api-key").and_then(|v| v.to_str().ok());
            if given != Some(key.as_str()) {
                let text = format!("invalid x-api-key: {given:?}");
                return Some(Self::problem(StatusCode::UNAUTHORIZED, Meaning::WrongKey, &text));
            }
        }
        if demands.no_temperature && body.get("temperature").is_some() {
            return Some(bad("`temperature` is deprecated for this model."));
        }
        let forced = body.get("tool_choice").is_some();
        if demands.no_schemas && forced {
            return Some(bad("SECRET TEXT"));
        }
        let tools = demands.no_tools && body.get("tools").is_some() && !forced;
        tools.then(|| bad("this model does not support tools"))
    }

    fn request(headers: &HeaderMap, body: &Value) -> Result<ModelRequest, String> {
        let version = headers.get("anthropic-version").and_then(|v| v.to_str().ok());
        if version != Some(VERSION) {
            return Err(format!("anthropic-version: {version:?}"));
        }
        let turns = body.get("messages").and_then(Value::as_array).ok_or("messages: missing")?;
        taking_turns(turns)?;
        request(headers, body, turns).ok_or_else(|| "not a request".to_owned())
    }

    fn problem(status: StatusCode, meaning: Meaning, message: &str) -> Response {
        let (status, kind, message) = match meaning {
            Meaning::WrongKey => (status, "authentication_error", message.to_owned()),
            Meaning::BadRequest => (status, "invalid_request_error", message.to_owned()),
            Meaning::TooLong => {
                let text = format!("prompt is too long: 9 tokens > 8 maximum ({message})");
                (status, "invalid_request_error", text)
            }
            // The status of its own for this.
            Meaning::Busy => {
                let status = StatusCode::from_u16(529).unwrap_or(status);
                (status, "overloaded_error", message.to_owned())
            }
            Meaning::Loading => (status, "api_error", message.to_owned()),
        };
        let error = json!({ "type": kind, "message": message });
        (status, Json(json!({ "type": "error", "error": error }))).into_response()
    }

    fn writer(body: &Value, steps: &[Step]) -> Self {
        let count = steps.iter().find_map(|step| match step {
            Step::Usage { input, .. } => Some(json!({ "input_tokens": input, "output_tokens": 1 })),
            _ => None,
        });
        let mut message = json!({ "id": "msg_1", "type": "message", "role": "assistant",
                                  "content": [], "stop_reason": null });
        if let (Some(message), Some(count)) = (message.as_object_mut(), count) {
            message.insert("usage".to_owned(), count);
        }
        let forced = body.get("tool_choice").and_then(|choice| choice.get("name"));
        Messages {
            opening: Some(json!({ "type": "message_start", "message": message })),
            open: None,
            blocks: 0,
            forced: forced.and_then(Value::as_str).map(str::to_owned),
            counted: false,
        }
    }

    fn frame(&mut self, step: &Step, rest: &[Step]) -> String {
        let mut frames: String = self.opening.take().iter().map(event).collect();
        match step {
            Step::Text(text) | Step::Forever(text) => frames.push_str(&self.text(text)),
            Step::Thought(text) => {
                frames.push_str(&self.begin("thinking", json!({ "thinking": "" })));
                frames.push_str(&self.more(&json!({ "type": "thinking_delta", "thinking": text })));
            }
            Step::Call(call) => frames.push_str(&self.call(call)),
            Step::Finish(finish) => frames.push_str(&self.finish(*finish, rest.first())),
            Step::Usage { .. } if std::mem::take(&mut self.counted) => {}
            Step::Usage { .. } => frames.push_str(&ending(None, Some(step))),
            Step::Done => frames.push_str(&event(&json!({ "type": "message_stop" }))),
            Step::Report => {
                let error = json!({ "type": "overloaded_error", "message": "SECRET TEXT" });
                frames.push_str(&event(&json!({ "type": "error", "error": error })));
            }
            Step::Queued(_) | Step::Wait(_) | Step::Hang | Step::Cut | Step::Bytes(_) => {
                frames.push_str(&event(&json!({ "type": "ping" })));
            }
        }
        frames
    }
}

impl Messages {
    fn text(&mut self, text: &str) -> String {
        let Some(name) = self.forced.clone() else {
            let begun = self.begin("text", json!({ "text": "" }));
            return begun + &self.more(&json!({ "type": "text_delta", "text": text }));
        };
        let begun = self.begin("tool_use", json!({ "id": "toolu_1", "name": name, "input": {} }));
        begun + &self.more(&json!({ "type": "input_json_delta", "partial_json": text }))
    }

    fn call(&mut self, call: &ToolCall) -> String {
        let id =
            if call.id.is_empty() { format!("toolu_{}", self.blocks) } else { call.id.clone() };
        let mut frames = self.end();
        let block = json!({ "id": id, "name": call.name, "input": {} });
        frames.push_str(&self.begin("tool_use", block));
        for piece in in_pieces(&call.arguments) {
            let delta = json!({ "type": "input_json_delta", "partial_json": piece });
            frames.push_str(&self.more(&delta));
        }
        frames + &self.end()
    }

    fn finish(&mut self, finish: Finish, next: Option<&Step>) -> String {
        let reason = match finish {
            Finish::Length => "max_tokens",
            Finish::Stop if self.forced.is_none() => "end_turn",
            Finish::Stop | Finish::Calls => "tool_use",
        };
        let count = next.filter(|step| matches!(step, Step::Usage { .. }));
        self.counted = count.is_some();
        self.end() + &ending(Some(reason), count)
    }

    /// Opens a block of this kind, unless one is open.
    fn begin(&mut self, kind: &'static str, block: Value) -> String {
        if self.open == Some(kind) {
            return String::new();
        }
        let ended = self.end();
        self.open = Some(kind);
        let mut block: Map<String, Value> = block.as_object().cloned().unwrap_or_default();
        block.insert("type".to_owned(), kind.into());
        let index = self.blocks;
        let start =
            json!({ "type": "content_block_start", "index": index, "content_block": block });
        ended + &event(&start)
    }

    fn more(&self, delta: &Value) -> String {
        let index = self.blocks;
        event(&json!({ "type": "content_block_delta", "index": index, "delta": delta }))
    }

    fn end(&mut self) -> String {
        if self.open.take().is_none() {
            return String::new();
        }
        let index = self.blocks;
        self.blocks += 1;
        event(&json!({ "type": "content_block_stop", "index": index }))
    }
}

fn ending(reason: Option<&str>, count: Option<&Step>) -> String {
    let delta = json!({ "stop_reason": reason, "stop_sequence": null });
    let mut ending = json!({ "type": "message_delta", "delta": delta });
    if let (Some(ending), Some(Step::Usage { output, .. })) = (ending.as_object_mut(), count) {
        ending.insert("usage".to_owned(), json!({ "output_tokens": output }));
    }
    event(&ending)
}

fn event(data: &Value) -> String {
    let name = data.get("type").and_then(Value::as_str).unwrap_or_default();
    format!("event: {name}\ndata: {data}\n\n")
}

/// User and assistant take turns and the user begins; no text is blank; the calls of one turn are
/// answered by the first blocks of the next, all of them and no others.
fn taking_turns(turns: &[Value]) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    for (number, turn) in turns.iter().enumerate() {
        let side = if number % 2 == 0 { "user" } else { "assistant" };
        if turn.get("role").is_none_or(|role| role != side) {
            return Err(format!("messages.{number}: the {side} was to speak"));
        }
        let blocks = turn.get("content").and_then(Value::as_array).filter(|it| !it.is_empty());
        let blocks = blocks.ok_or("content: no blocks")?;
        let field = |block: &Value, name: &str| {
            block.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let answers = blocks.iter().take_while(|block| field(block, "type") == "tool_result");
        let mut answered: Vec<String> = answers.map(|it| field(it, "tool_use_id")).collect();
        let results = blocks.iter().filter(|block| field(block, "type") == "tool_result").count();
        answered.sort_unstable();
        open.sort_unstable();
        if answered != open || results != answered.len() {
            return Err("`tool_use` ids were found without `tool_result` blocks".to_owned());
        }
        let blank = |block: &&Value| {
            field(block, "type") == "text" && field(block, "text").trim().is_empty()
        };
        if blocks.iter().any(|block| blank(&block)) {
            return Err("text content blocks must be non-empty".to_owned());
        }
        let calls = blocks.iter().filter(|block| field(block, "type") == "tool_use");
        open = calls.filter_map(|call| call.get("id").and_then(Value::as_str)).collect();
    }
    if turns.is_empty() || !open.is_empty() {
        Err("messages: unfinished".to_owned())
    } else {
        Ok(())
    }
}

fn request(headers: &HeaderMap, body: &Value, turns: &[Value]) -> Option<ModelRequest> {
    if !body.get("stream")?.as_bool()? {
        return None;
    }
    let mut messages = Vec::new();
    if let Some(system) = body.get("system") {
        messages.push(ChatMessage::system(system.as_str()?));
    }
    for turn in turns {
        messages.extend(said(turn)?);
    }
    let tools = body.get("tools").map_or(Some(Vec::new()), |tools| {
        tools.as_array()?.iter().map(tool).collect::<Option<Vec<_>>>().filter(|it| !it.is_empty())
    })?;
    let forced = body.get("tool_choice").is_some();
    let schema = forced.then(|| tools.first().map(|tool| tool.parameters.clone()));
    Some(ModelRequest {
        call_id: headers.get("x-call-id")?.to_str().ok()?.to_owned(),
        model: body.get("model")?.as_str()?.to_owned(),
        messages,
        max_output_tokens: u32::try_from(body.get("max_tokens")?.as_u64()?)
            .ok()
            .filter(|n| *n > 0)?,
        schema: schema.flatten(),
        steady: body.get("temperature").is_some_and(|it| it.as_f64() == Some(0.0)),
        tools: if forced { Vec::new() } else { tools },
    })
}

fn tool(tool: &Value) -> Option<ToolSpec> {
    let text = |name: &str| Some(tool.get(name)?.as_str()?.to_owned());
    let parameters = tool
        .get("input_schema")
        .filter(|schema| schema.get("type").is_some_and(|it| it == "object"))?;
    let name = text("name").filter(|name| name.bytes().all(is_plain) && name.len() <= 64)?;
    Some(ToolSpec { name, description: text("description")?, parameters: parameters.clone() })
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// The messages of one turn: on the user's side one for each block.
fn said(turn: &Value) -> Option<Vec<ChatMessage>> {
    let (mut text, mut calls, mut messages) = (Vec::new(), Vec::new(), Vec::new());
    let user = turn.get("role")? == "user";
    for block in turn.get("content")?.as_array()? {
        let field = |name: &str| Some(block.get(name)?.as_str()?.to_owned());
        match block.get("type")?.as_str()? {
            "text" if user => messages.push(ChatMessage::user(field("text")?)),
            "text" => text.push(field("text")?),
            "tool_use" if !user && field("id")?.bytes().all(is_plain) => {
                let arguments = block.get("input").filter(|input| input.is_object())?.to_string();
                calls.push(ToolCall { id: field("id")?, name: field("name")?, arguments });
            }
            "tool_result" if user => {
                let parts = block.get("content")?.as_array()?.iter();
                let parts =
                    parts.map(|part| part.get("text")?.as_str()).collect::<Option<Vec<_>>>();
                messages.push(ChatMessage::tool(field("tool_use_id")?, parts?.concat()));
            }
            _ => return None,
        }
    }
    if !user {
        messages.push(ChatMessage::assistant_calls(text.join("\n\n"), calls));
    }
    Some(messages)
}
