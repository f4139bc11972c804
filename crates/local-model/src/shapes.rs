//! Owns the JSON that goes out: the OpenAI shapes of answers, chunks, usage and models.
//! Never decides anything. Read next: `chat.rs`, which sends them.

use serde_json::{Value, json};

use crate::engine::Outcome;

/// What all chunks of one answer have in common.
pub struct Stamp {
    pub id: String,
    pub created: u64,
    pub model: String,
}

impl Stamp {
    fn chunk_of(&self, choices: Value) -> Value {
        json!({
            "id": self.id, "object": "chat.completion.chunk", "created": self.created,
            "model": self.model, "choices": choices,
        })
    }

    fn delta(&self, delta: Value, finish: Option<&str>) -> Value {
        self.chunk_of(json!([{ "index": 0, "delta": delta, "finish_reason": finish }]))
    }

    pub fn opening(&self) -> Value {
        self.delta(json!({ "role": "assistant", "content": "" }), None)
    }

    pub fn text(&self, text: &str) -> Value {
        self.delta(json!({ "content": text }), None)
    }

    pub fn closing(&self, outcome: &Outcome) -> Value {
        self.delta(json!({}), Some(outcome.finish.name()))
    }

    pub fn usage(&self, outcome: &Outcome) -> Value {
        let mut chunk = self.chunk_of(json!([]));
        chunk["usage"] = usage(outcome);
        chunk
    }

    pub fn whole(&self, text: &str, outcome: &Outcome) -> Value {
        json!({
            "id": self.id, "object": "chat.completion", "created": self.created,
            "model": self.model, "usage": usage(outcome),
            "choices": [{
                "index": 0, "finish_reason": outcome.finish.name(),
                "message": { "role": "assistant", "content": text },
            }],
        })
    }
}

fn usage(outcome: &Outcome) -> Value {
    json!({
        "prompt_tokens": outcome.prompt_tokens,
        "completion_tokens": outcome.completion_tokens,
        "total_tokens": outcome.prompt_tokens + outcome.completion_tokens,
    })
}

pub fn models(name: &str, created: u64) -> Value {
    json!({ "object": "list", "data": [
        { "id": name, "object": "model", "created": created, "owned_by": "local" },
    ] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Finish;

    #[test]
    fn the_last_chunk_has_usage_and_no_choices() {
        let stamp = Stamp { id: "c1".to_owned(), created: 5, model: "small".to_owned() };
        let mut outcome = Outcome::untouched(7);
        outcome.completion_tokens = 3;
        outcome.finish = Finish::Length;
        let chunk = stamp.usage(&outcome);
        assert_eq!(chunk["choices"], json!([]));
        assert_eq!(
            chunk["usage"],
            json!({ "prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10 })
        );
        assert_eq!(stamp.closing(&outcome)["choices"][0]["finish_reason"], "length");
        assert_eq!(stamp.opening()["choices"][0]["finish_reason"], Value::Null);
    }
}
