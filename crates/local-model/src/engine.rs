//! Owns one generation: prompt in chunks, then token by token until it ends or is cancelled.
//! Keeps what the last conversation left in memory and reuses the part that is the same.
//! Never queues, never logs, knows no HTTP. Read next: `worker.rs`.

use std::time::{Duration, Instant};

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;

use crate::choice::Chooser;
use crate::model::{LocalModel, PROMPT_CHUNK};
use crate::request::Sampling;
use crate::text::Assembler;

/// What reading one chunk of a prompt should take at most.
const CHUNK_MILLIS: usize = 300;
const FIRST_CHUNK: usize = 16;
const SMALLEST_CHUNK: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    Stop,
    Length,
    Cancelled,
    Error,
}

impl Finish {
    pub fn name(self) -> &'static str {
        match self {
            Finish::Stop => "stop",
            Finish::Length => "length",
            Finish::Cancelled => "cancelled",
            Finish::Error => "error",
        }
    }
}

pub struct Task<'a> {
    pub prompt: &'a [LlamaToken],
    pub max_tokens: Option<u32>,
    pub sampling: &'a Sampling,
    /// What the answer is held to.
    pub grammar: Option<LlamaSampler>,
}

/// What a generation did, however it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub prompt_tokens: usize,
    /// Those of the prompt that were still in memory from the call before.
    pub cached_tokens: usize,
    pub completion_tokens: usize,
    pub finish: Finish,
    /// Time of the generation alone, without the prompt.
    pub generating: Duration,
}

impl Outcome {
    pub fn untouched(prompt_tokens: usize) -> Self {
        Self {
            prompt_tokens,
            cached_tokens: 0,
            completion_tokens: 0,
            finish: Finish::Cancelled,
            generating: Duration::ZERO,
        }
    }
}

pub struct Engine<'m> {
    model: &'m LocalModel,
    context: LlamaContext<'m>,
    /// The tokens in memory, in order.
    held: Vec<LlamaToken>,
}

impl<'m> Engine<'m> {
    pub fn new(model: &'m LocalModel, context: LlamaContext<'m>) -> Self {
        Self { model, context, held: Vec::new() }
    }

    /// Tokens that prompt and answer may have together.
    pub fn size(&self) -> usize {
        usize::try_from(self.context.n_ctx()).unwrap_or(usize::MAX)
    }

    pub fn run(
        &mut self,
        task: Task<'_>,
        cancelled: &dyn Fn() -> bool,
        say: &mut dyn FnMut(String),
    ) -> Outcome {
        let mut outcome = Outcome::untouched(task.prompt.len());
        outcome.cached_tokens = self.recall(task.prompt);
        outcome.finish = match self.read_prompt(task.prompt, cancelled) {
            Ok(true) => self.generate(task, cancelled, say, &mut outcome),
            Ok(false) => Finish::Cancelled,
            Err(Broken) => Finish::Error,
        };
        if outcome.finish == Finish::Error {
            self.forget();
        }
        outcome
    }

    /// Keeps of the memory what begins the prompt too; returns how many tokens that is.
    fn recall(&mut self, prompt: &[LlamaToken]) -> usize {
        let keep = reusable(&self.held, prompt);
        let from = u32::try_from(keep).ok();
        if self.context.kv_cache_seq_rm(0, from, None).is_err() {
            self.forget();
            return 0;
        }
        self.held.truncate(keep);
        keep
    }

    fn forget(&mut self) {
        self.context.clear_kv_cache();
        self.held.clear();
    }

    /// Ok(false): cancelled on the way.
    fn read_prompt(
        &mut self,
        prompt: &[LlamaToken],
        cancelled: &dyn Fn() -> bool,
    ) -> Result<bool, Broken> {
        let mut size = FIRST_CHUNK;
        while let Some(unread) = prompt.get(self.held.len()..).filter(|rest| !rest.is_empty()) {
            if cancelled() {
                return Ok(false);
            }
            let chunk = &unread[..size.min(unread.len())];
            let began = Instant::now();
            self.decode(chunk)?;
            size = next_chunk(chunk.len(), began.elapsed());
        }
        Ok(true)
    }

    fn decode(&mut self, tokens: &[LlamaToken]) -> Result<(), Broken> {
        let mut batch = LlamaBatch::new(tokens.len(), 1);
        for (index, token) in tokens.iter().enumerate() {
            let position = i32::try_from(self.held.len() + index).map_err(|_| Broken)?;
            let last = index + 1 == tokens.len();
            batch.add(*token, position, &[0], last).map_err(|_| Broken)?;
        }
        self.context.decode(&mut batch).map_err(|_| Broken)?;
        self.held.extend_from_slice(tokens);
        Ok(())
    }

    fn generate(
        &mut self,
        task: Task<'_>,
        cancelled: &dyn Fn() -> bool,
        say: &mut dyn FnMut(String),
        outcome: &mut Outcome,
    ) -> Finish {
        let room = self.size().saturating_sub(task.prompt.len());
        let asked = task.max_tokens.and_then(|tokens| usize::try_from(tokens).ok());
        let limit = asked.map_or(room, |asked| asked.min(room));
        let mut chooser = Chooser::new(self.model.vocabulary(), task.sampling, task.grammar);
        let mut text = Assembler::default();
        let began = Instant::now();
        let finish = loop {
            if outcome.completion_tokens >= limit {
                break Finish::Length;
            }
            if cancelled() {
                break Finish::Cancelled;
            }
            let Some(token) = chooser.choose(&self.context) else {
                break Finish::Error;
            };
            if self.model.ends_answer(token) {
                break Finish::Stop;
            }
            outcome.completion_tokens += 1;
            say(text.push(&self.model.bytes(token)));
            if outcome.completion_tokens < limit && self.decode(&[token]).is_err() {
                break Finish::Error;
            }
        };
        say(text.finish());
        outcome.generating = began.elapsed();
        finish
    }
}

/// llama.cpp could not go on.
struct Broken;

/// As many tokens as can be read before somebody would notice that nothing can be cancelled:
/// far into a conversation, or beside a busy neighbour, each takes several times as long.
fn next_chunk(tokens: usize, took: Duration) -> usize {
    let millis = usize::try_from(took.as_millis()).unwrap_or(usize::MAX).max(1);
    (tokens * CHUNK_MILLIS / millis).clamp(SMALLEST_CHUNK, usize::from(PROMPT_CHUNK))
}

/// How much of the memory serves a prompt; its last token is always read anew, for its result.
fn reusable<T: PartialEq>(held: &[T], prompt: &[T]) -> usize {
    let same = held.iter().zip(prompt).take_while(|(held, asked)| held == asked).count();
    same.min(prompt.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_follow_the_pace() {
        assert_eq!(next_chunk(16, Duration::from_millis(50)), 64, "never more than the batch");
        assert_eq!(next_chunk(64, Duration::from_millis(1200)), 16);
        assert_eq!(next_chunk(16, Duration::from_secs(5)), 8);
        assert_eq!(next_chunk(16, Duration::ZERO), 64);
    }

    #[test]
    fn reuses_only_what_is_the_same_from_the_beginning() {
        assert_eq!(reusable(&[1, 2, 3], &[1, 2, 9, 4]), 2);
        assert_eq!(reusable(&[1, 2, 3, 4], &[1, 2, 3]), 2, "the last one is read anew");
        assert_eq!(reusable(&[9, 2], &[1, 2]), 0);
        assert_eq!(reusable(&[], &[1]), 0);
        assert_eq!(reusable::<i32>(&[1], &[]), 0);
    }
}
