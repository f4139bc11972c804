//! What is said to a model and by it: messages, the tools it may call, and its calls.
//!
//! Owns: the words of a conversation and the rule that a model without calls is told none. Never
//! runs a tool and never reads a call's arguments: both are the caller's.
//!
//! Read next: `calls` (a call put together from the pieces a provider sends).

use serde_json::{Map, Value};

use super::ModelError;

/// Who says a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    System,
    User,
    Assistant,
    /// What a call gave; it answers one [`ToolCall`] of the assistant's message before it.
    Tool,
}

impl Role {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
        }
    }
}

/// A tool that the model may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolSpec {
    /// Letters, digits, `_` and `-`, at most 64: what every provider takes.
    pub name: String,
    /// What it does and when to call it, for the model.
    pub description: String,
    /// A JSON Schema of type object.
    pub parameters: Value,
}

/// One call that the model asks for. `Debug` shows the length only: arguments stay out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// The provider's id, or one made where it sent none; unique within its answer.
    pub id: String,
    pub name: String,
    /// JSON text as the model wrote it, so it may be anything; `{}` where it wrote nothing.
    pub arguments: String,
}

impl ToolCall {
    /// The arguments as providers take them back: those that are no JSON object are none.
    pub(super) fn object(&self) -> Map<String, Value> {
        serde_json::from_str(&self.arguments).unwrap_or_default()
    }
}

impl std::fmt::Debug for ToolCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ToolCall({}, {}, {} bytes)", self.id, self.name, self.arguments.len())
    }
}

/// One message of a conversation. `Debug` shows the length only: prompts stay out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct ChatMessage {
    pub role: Role,
    pub content: String,
    /// The calls that an assistant's message asks for; empty for everybody else.
    pub calls: Vec<ToolCall>,
    /// The id of the call that a [`Role::Tool`] message answers; none for everybody else.
    pub answers: Option<String>,
}

impl ChatMessage {
    /// A message without calls. For [`Role::Tool`] there is [`ChatMessage::tool`].
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        ChatMessage { role, content: text.into(), calls: Vec::new(), answers: None }
    }

    pub fn system(text: impl Into<String>) -> Self {
        ChatMessage::new(Role::System, text)
    }

    pub fn user(text: impl Into<String>) -> Self {
        ChatMessage::new(Role::User, text)
    }

    pub fn assistant(text: impl Into<String>) -> Self {
        ChatMessage::new(Role::Assistant, text)
    }

    /// What the assistant said (often nothing) and the calls it asked for.
    pub fn assistant_calls(text: impl Into<String>, calls: Vec<ToolCall>) -> Self {
        ChatMessage { calls, ..ChatMessage::assistant(text) }
    }

    /// What the call `call_id` gave. Every call of an assistant's message is answered by one such
    /// message, and they follow it at once: providers refuse anything else.
    pub fn tool(call_id: impl Into<String>, text: impl Into<String>) -> Self {
        ChatMessage { answers: Some(call_id.into()), ..ChatMessage::new(Role::Tool, text) }
    }

    /// Whether only a model with calls can be told this.
    fn is_of_calls(&self) -> bool {
        self.role == Role::Tool || !self.calls.is_empty() || self.answers.is_some()
    }
}

impl std::fmt::Debug for ChatMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (role, bytes, calls) = (self.role.word(), self.content.len(), self.calls.len());
        write!(f, "ChatMessage({role}, {bytes} bytes, {calls} calls)")
    }
}

/// Refuses calls and their answers for a model that has none (`ModelCard::calls`): whoever asks
/// writes them as text before.
pub(super) fn without_calls(messages: &[ChatMessage]) -> Result<(), ModelError> {
    if messages.iter().any(ChatMessage::is_of_calls) {
        let detail = "this model takes no calls, and was told of some".to_owned();
        return Err(ModelError::Refused { detail });
    }
    Ok(())
}
