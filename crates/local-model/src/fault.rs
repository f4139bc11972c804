//! Owns what a caller is told when a call cannot be served: a status and an OpenAI-shaped error.
//! Never carries text of a prompt or an answer. Read next: `server.rs`.

use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub status: u16,
    code: &'static str,
    message: String,
}

impl Fault {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request", message)
    }

    pub fn unsupported(what: &str) -> Self {
        Self::new(400, "unsupported", format!("this local model does not support {what}"))
    }

    /// Said before anything is generated: the caller may ask again without the schema.
    pub fn bad_schema(why: impl Into<String>) -> Self {
        Self::new(400, "invalid_json_schema", format!("invalid schema: {}", why.into()))
    }

    pub fn too_long(prompt_tokens: usize, context: usize) -> Self {
        Self::new(
            400,
            "context_length_exceeded",
            format!(
                "the conversation has {prompt_tokens} tokens, but this local model holds \
                 {context} with its answer; shorten it or connect a provider"
            ),
        )
    }

    pub fn unauthorized() -> Self {
        Self::new(401, "invalid_api_key", "the bearer token is missing or wrong")
    }

    pub fn no_such_model(name: &str) -> Self {
        Self::new(404, "model_not_found", format!("this worker runs only the model {name}"))
    }

    pub fn no_such_path() -> Self {
        Self::new(404, "not_found", "there is nothing at this path")
    }

    pub fn wrong_method() -> Self {
        Self::new(405, "method_not_allowed", "this path does not take this method")
    }

    pub fn request_timeout() -> Self {
        Self::new(408, "request_timeout", "the request did not arrive in time")
    }

    pub fn length_required() -> Self {
        Self::new(411, "length_required", "send the body with a Content-Length")
    }

    pub fn too_large() -> Self {
        Self::new(413, "body_too_large", "the body is larger than 1 MB")
    }

    pub fn queue_full(limit: usize) -> Self {
        Self::new(429, "queue_full", format!("{limit} calls are waiting already; try later"))
    }

    pub fn engine() -> Self {
        Self::new(500, "engine_error", "the local model could not finish this answer")
    }

    pub fn stopping() -> Self {
        Self::new(503, "stopping", "the local model is stopping")
    }

    pub fn crowded() -> Self {
        Self::new(503, "too_many_connections", "too many connections are open")
    }

    pub fn body(&self) -> Value {
        let kind = match self.status {
            401 => "authentication_error",
            429 => "rate_limit_error",
            500.. => "server_error",
            _ => "invalid_request_error",
        };
        json!({ "error": {
            "message": self.message, "type": kind, "param": null, "code": self.code,
        }})
    }
}
