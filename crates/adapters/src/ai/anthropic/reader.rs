//! The stream of the Messages API.
//!
//! Owns: what each event says, and the little that must be remembered between them: what was read
//! is counted at the beginning, what was written at the end. Never passes a provider's error text
//! on. Events and blocks that others may add say nothing to us.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::ai::Finish;
use crate::ai::answer::Piece;
use crate::ai::calls::CallPiece;
use crate::ai::error::{BreakCause, ModelError};
use crate::ai::sse::SseEvent;

/// The reader of one answer.
pub(in crate::ai) struct Messages {
    /// The answer is the input of a tool that the model was made to call.
    shaped: bool,
    /// It was made to call, and speaks instead.
    pub(super) ignored: bool,
    /// What was read, as counted at the beginning.
    read: Option<u32>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    MessageStart {
        message: Start,
    },
    ContentBlockStart {
        index: u32,
        content_block: Block,
    },
    ContentBlockDelta {
        index: u32,
        delta: Delta,
    },
    MessageDelta {
        #[serde(default)]
        delta: Ending,
        #[serde(default)]
        usage: Option<Value>,
    },
    MessageStop,
    Error,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Start {
    #[serde(default)]
    usage: Option<Value>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text {
        #[serde(default)]
        text: String,
    },
    Thinking {
        #[serde(default)]
        thinking: String,
    },
    ToolUse {
        id: String,
        name: String,
        #[serde(default)]
        input: Map<String, Value>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Delta {
    #[serde(rename = "text_delta")]
    Text { text: String },
    #[serde(rename = "thinking_delta")]
    Thinking { thinking: String },
    #[serde(rename = "input_json_delta")]
    Input { partial_json: String },
    #[serde(other)]
    Other,
}

#[derive(Default, Deserialize)]
struct Ending {
    #[serde(default)]
    stop_reason: Option<String>,
}

impl Messages {
    pub(super) fn new(shaped: bool) -> Self {
        Messages { shaped, ignored: false, read: None }
    }

    /// What one event says.
    pub(super) fn take(&mut self, event: &SseEvent) -> Vec<Piece> {
        let broken = |cause| vec![Piece::Broken(ModelError::Broken(cause))];
        match serde_json::from_str(&event.data) {
            Ok(Event::MessageStart { message }) => {
                self.read = message.usage.as_ref().and_then(read);
                Vec::new()
            }
            Ok(Event::ContentBlockStart { index, content_block }) => {
                self.begun(index, content_block).into_iter().collect()
            }
            Ok(Event::ContentBlockDelta { index, delta }) => {
                self.more(index, delta).into_iter().collect()
            }
            Ok(Event::MessageDelta { delta, usage }) => {
                let finish = delta.stop_reason.as_deref().map(finish).map(Piece::Finished);
                let usage = usage.and_then(|usage| self.usage(&usage));
                finish.into_iter().chain(usage).collect()
            }
            Ok(Event::MessageStop) => vec![Piece::Done],
            Ok(Event::Error) => broken(BreakCause::Reported),
            Ok(Event::Other) => Vec::new(),
            Err(_) => broken(BreakCause::Garbled),
        }
    }

    fn begun(&mut self, index: u32, block: Block) -> Option<Piece> {
        match block {
            Block::Text { text } => Some(self.said(text)),
            Block::Thinking { thinking } => Some(Piece::Thought(thinking)),
            Block::ToolUse { id, name, input } => {
                // Most send the input in pieces afterwards.
                let whole = (!input.is_empty()).then(|| Value::Object(input).to_string());
                let arguments = whole.unwrap_or_default();
                if self.shaped {
                    return Some(Piece::Text(arguments));
                }
                let place = Some(index);
                Some(Piece::Call(CallPiece { place, id: Some(id), name: Some(name), arguments }))
            }
            Block::Other => None,
        }
    }

    fn more(&mut self, index: u32, delta: Delta) -> Option<Piece> {
        match delta {
            Delta::Text { text } => Some(self.said(text)),
            Delta::Thinking { thinking } => Some(Piece::Thought(thinking)),
            Delta::Input { partial_json } if self.shaped => Some(Piece::Text(partial_json)),
            Delta::Input { partial_json: arguments } => Some(Piece::Call(CallPiece {
                place: Some(index),
                arguments,
                ..CallPiece::default()
            })),
            Delta::Other => None,
        }
    }

    /// Some servers take the order to call and let the model speak: then that is the answer.
    fn said(&mut self, text: String) -> Piece {
        self.ignored |= self.shaped && !text.trim().is_empty();
        Piece::Text(text)
    }

    /// The count at the end stands for the whole answer; some repeat what was read there.
    fn usage(&self, usage: &Value) -> Option<Piece> {
        let input = read(usage).or(self.read)?;
        Some(Piece::Usage { input, output: count(usage, "output_tokens")? })
    }
}

fn finish(reason: &str) -> Finish {
    match reason {
        "max_tokens" | "model_context_window_exceeded" => Finish::Length,
        "tool_use" => Finish::Calls,
        _ => Finish::Stop,
    }
}

/// What was read, from caches too.
fn read(usage: &Value) -> Option<u32> {
    let cached = ["cache_creation_input_tokens", "cache_read_input_tokens"];
    let cached = cached.map(|name| count(usage, name).unwrap_or(0));
    let fresh = count(usage, "input_tokens")?;
    Some(cached.into_iter().fold(fresh, u32::saturating_add))
}

fn count(usage: &Value, name: &str) -> Option<u32> {
    u32::try_from(usage.get(name)?.as_u64()?).ok()
}
