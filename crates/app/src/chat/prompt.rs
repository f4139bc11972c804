//! What the model is sent: who Joule is, then as much of the conversation as fits.

use ampere_adapters::ai::{ChatMessage, ModelCard, Role};
use ampere_store::rows::{Author, MessageRow};

/// Output that an answer is planned with at most.
const ANSWER_TOKENS: u32 = 1_024;

/// The system prompt.
fn who(agent: &str) -> String {
    format!(
        "You are {agent}, the helpful AI assistant of this workspace. Answer in the language of \
         the question, briefly and plainly. Say so when you do not know something."
    )
}

fn message(role: Role, content: &str) -> ChatMessage {
    ChatMessage { role, content: content.to_owned() }
}

/// The shortest prompt there can be: a pool that cannot hold it can start nothing.
pub(crate) fn shortest(agent: &str) -> [ChatMessage; 2] {
    [message(Role::System, &who(agent)), message(Role::User, "?")]
}

/// The most that a model may write in one answer.
pub(super) fn max_output(card: &ModelCard) -> u32 {
    ANSWER_TOKENS.min(card.max_output_tokens).min(card.context_tokens / 4).max(1)
}

/// The prompt for a new question: the newest earlier messages that fit beside it. `bound` counts
/// the tokens of a prompt from above.
pub(super) fn prompt(
    agent: &str,
    card: &ModelCard,
    earlier: &[MessageRow],
    question: &str,
    bound: impl Fn(&[ChatMessage]) -> u32,
) -> Vec<ChatMessage> {
    let room = card.context_tokens.saturating_sub(max_output(card));
    let system = message(Role::System, &who(agent));
    let last = message(Role::User, question);
    let mut kept: Vec<ChatMessage> = Vec::new();
    for row in earlier.iter().rev().filter(|row| !row.text.trim().is_empty()) {
        let role = match row.author {
            Author::User => Role::User,
            Author::Assistant => Role::Assistant,
        };
        kept.push(message(role, &row.text));
        if bound(&assemble(&system, &kept, &last)) > room {
            kept.pop();
            break;
        }
    }
    assemble(&system, &kept, &last)
}

fn assemble(
    system: &ChatMessage,
    newest_first: &[ChatMessage],
    last: &ChatMessage,
) -> Vec<ChatMessage> {
    let mut all = vec![system.clone()];
    all.extend(newest_first.iter().rev().cloned());
    all.push(last.clone());
    all
}
