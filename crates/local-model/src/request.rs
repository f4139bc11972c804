//! Owns what a chat request may say: parsing, limits, and what this worker does not do.
//! Never passes on a request it would serve differently from what was asked. Read next: `chat.rs`.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::fault::Fault;
use crate::grammar::Schema;
use crate::template::{Message, Role};

const DEFAULT_TEMPERATURE: f32 = 0.3;
const DEFAULT_TOP_P: f32 = 0.9;

#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// 0: always the most likely token.
    pub temperature: f32,
    pub top_p: f32,
    pub seed: Option<u32>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ChatRequest {
    pub messages: Vec<Message>,
    /// None: until the context is full.
    pub max_tokens: Option<u32>,
    pub sampling: Sampling,
    /// What the answer must fit; None: any text.
    pub schema: Option<Schema>,
    pub stream: bool,
    pub include_usage: bool,
}

#[derive(Deserialize)]
struct Body {
    model: Option<String>,
    messages: Vec<BodyMessage>,
    #[serde(alias = "max_completion_tokens")]
    max_tokens: Option<u32>,
    temperature: Option<f32>,
    top_p: Option<f32>,
    seed: Option<i64>,
    stream: Option<bool>,
    stream_options: Option<StreamOptions>,
    n: Option<u32>,
    tools: Option<Value>,
    stop: Option<Value>,
    response_format: Option<ResponseFormat>,
}

#[derive(Deserialize)]
struct ResponseFormat {
    #[serde(rename = "type")]
    kind: String,
    json_schema: Option<NamedSchema>,
}

/// Its name and `strict` are not looked at: every answer is held to the schema.
#[derive(Deserialize)]
struct NamedSchema {
    schema: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct StreamOptions {
    include_usage: Option<bool>,
}

#[derive(Deserialize)]
struct BodyMessage {
    role: String,
    content: Content,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
}

/// Reads a request for the model of that name.
pub fn parse(bytes: &[u8], model: &str) -> Result<ChatRequest, Fault> {
    let body: Body = serde_json::from_slice(bytes)
        .map_err(|error| Fault::invalid(format!("the body is not a chat request: {error}")))?;
    if body.model.as_deref().is_some_and(|asked| asked != model) {
        return Err(Fault::no_such_model(model));
    }
    if let Some(what) = unsupported(&body) {
        return Err(Fault::unsupported(what));
    }
    if body.messages.is_empty() {
        return Err(Fault::invalid("messages must not be empty"));
    }
    if body.max_tokens == Some(0) {
        return Err(Fault::invalid("max_tokens must be at least 1"));
    }
    Ok(ChatRequest {
        sampling: sampling(&body)?,
        schema: schema(body.response_format.as_ref())?,
        max_tokens: body.max_tokens,
        stream: body.stream.unwrap_or(false),
        include_usage: body.stream_options.and_then(|it| it.include_usage).unwrap_or(false),
        messages: body.messages.into_iter().map(message).collect::<Result<_, _>>()?,
    })
}

fn unsupported(body: &Body) -> Option<&'static str> {
    let asks = |value: &Option<Value>| {
        value.as_ref().is_some_and(|value| value.as_array().is_none_or(|list| !list.is_empty()))
    };
    [
        (body.n.is_some_and(|n| n != 1), "more than one answer (n)"),
        (asks(&body.tools), "tools"),
        (asks(&body.stop), "stop"),
    ]
    .into_iter()
    .find_map(|(asked, what)| asked.then_some(what))
}

fn sampling(body: &Body) -> Result<Sampling, Fault> {
    let temperature = body.temperature.unwrap_or(DEFAULT_TEMPERATURE);
    if !(0.0..=2.0).contains(&temperature) {
        return Err(Fault::invalid("temperature must be from 0 to 2"));
    }
    let top_p = body.top_p.unwrap_or(DEFAULT_TOP_P);
    if !(top_p > 0.0 && top_p <= 1.0) {
        return Err(Fault::invalid("top_p must be above 0 and at most 1"));
    }
    // The highest 32-bit number means "draw one" to llama.cpp, so seeds stay below it.
    let seed = body.seed.map(|seed| seed.rem_euclid(i64::from(u32::MAX)));
    Ok(Sampling { temperature, top_p, seed: seed.and_then(|seed| u32::try_from(seed).ok()) })
}

fn schema(format: Option<&ResponseFormat>) -> Result<Option<Schema>, Fault> {
    let Some(format) = format else {
        return Ok(None);
    };
    match format.kind.as_str() {
        "text" => Ok(None),
        "json_object" => Ok(Some(Schema::any_object())),
        "json_schema" => {
            let named = format.json_schema.as_ref().and_then(|named| named.schema.as_ref());
            let missing = || Fault::invalid("response_format.json_schema.schema is missing");
            Schema::read(named.ok_or_else(missing)?.get()).map(Some)
        }
        _ => Err(Fault::unsupported("this type of response_format")),
    }
}

fn message(given: BodyMessage) -> Result<Message, Fault> {
    let role = match given.role.as_str() {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        _ => {
            return Err(Fault::unsupported("messages of roles beside system, user, assistant"));
        }
    };
    let content = match given.content {
        Content::Text(text) => text,
        Content::Parts(parts) => parts.into_iter().map(text_of).collect::<Result<_, _>>()?,
    };
    if content.contains('\0') {
        return Err(Fault::invalid("a message contains a NUL character"));
    }
    Ok(Message { role, content })
}

fn text_of(part: Part) -> Result<String, Fault> {
    match part.text {
        Some(text) if part.kind == "text" => Ok(text),
        _ => Err(Fault::unsupported("message parts other than text")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(fields: Value) -> Result<ChatRequest, Fault> {
        let mut body = json!({ "messages": [{ "role": "user", "content": "Hi" }] });
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        parse(body.to_string().as_bytes(), "small")
    }

    #[test]
    fn defaults() {
        let request = read(json!({})).unwrap();
        assert_eq!(request.sampling, Sampling { temperature: 0.3, top_p: 0.9, seed: None });
        assert!(!request.stream && !request.include_usage);
        assert_eq!(request.max_tokens, None);
        assert_eq!(request.messages, [Message { role: Role::User, content: "Hi".to_owned() }]);
    }

    #[test]
    fn reads_what_clients_send() {
        let request = read(json!({
            "model": "small", "stream": true, "stream_options": { "include_usage": true },
            "max_completion_tokens": 7, "temperature": 0, "seed": -1, "n": 1, "tools": [],
            "stop": null, "response_format": { "type": "text" }, "user": "ignored",
            "messages": [
                { "role": "developer", "content": "Be brief." },
                { "role": "user", "content": [
                    { "type": "text", "text": "a" }, { "type": "text", "text": "b" },
                ] },
            ],
        }))
        .unwrap();
        assert!(request.stream && request.include_usage);
        assert_eq!(request.max_tokens, Some(7));
        assert_eq!(request.sampling.seed, Some(u32::MAX - 1));
        assert_eq!(request.messages[0].role, Role::System);
        assert_eq!(request.messages[1].content, "ab");
        assert_eq!(request.schema, None);
    }

    #[test]
    fn a_schema_keeps_the_order_it_came_in() {
        let schema = r#"{"type":"object","properties":{"b":{},"a":{}}}"#;
        let body = format!(
            r#"{{"messages":[{{"role":"user","content":"Hi"}}],"response_format":{{"type":
            "json_schema","json_schema":{{"name":"x","strict":true,"schema":{schema}}}}}}}"#
        );
        let request = parse(body.as_bytes(), "small").unwrap();
        assert_eq!(request.schema, Some(Schema::read(schema).unwrap()));
        let any = read(json!({ "response_format": { "type": "json_object" } })).unwrap();
        assert_eq!(any.schema, Some(Schema::any_object()));
    }

    #[test]
    fn refuses_with_a_reason() {
        for (fields, status, hint) in [
            (json!({ "model": "other" }), 404, "only the model small"),
            (json!({ "messages": [] }), 400, "must not be empty"),
            (json!({ "messages": "Hi" }), 400, "not a chat request"),
            (json!({ "messages": [{ "role": "tool", "content": "x" }] }), 400, "roles"),
            (json!({ "messages": [{ "role": "user" }] }), 400, "content"),
            (json!({ "messages": [{ "role": "user", "content": "\0" }] }), 400, "NUL"),
            (
                json!({ "messages": [{ "role": "user", "content": [{ "type": "image_url" }] }] }),
                400,
                "other than text",
            ),
            (json!({ "max_tokens": 0 }), 400, "at least 1"),
            (json!({ "max_tokens": -1 }), 400, "not a chat request"),
            (json!({ "temperature": 2.5 }), 400, "temperature"),
            (json!({ "top_p": 0 }), 400, "top_p"),
            (json!({ "n": 2 }), 400, "more than one answer"),
            (json!({ "tools": [{}] }), 400, "tools"),
            (json!({ "stop": "x" }), 400, "stop"),
            (json!({ "response_format": "json" }), 400, "not a chat request"),
            (json!({ "response_format": { "type": "xml" } }), 400, "response_format"),
            (json!({ "response_format": { "type": "json_schema" } }), 400, "schema is missing"),
            (
                json!({ "response_format":
                    { "type": "json_schema", "json_schema": { "schema": [] } } }),
                400,
                "invalid schema",
            ),
        ] {
            let fault = read(fields.clone()).unwrap_err();
            assert_eq!(fault.status, status, "{fields}");
            assert!(fault.body().to_string().contains(hint), "{fields}: {}", fault.body());
        }
    }
}
