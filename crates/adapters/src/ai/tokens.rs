//! Counting tokens without the model's own tokenizer.
//!
//! Owns: an upper bound for holds and a likely figure for people and for answers whose provider
//! sends no usage. Never decides what is charged.
//!
//! The bound: every vocabulary in use (byte-level BPE, and SentencePiece with byte fallback) gives
//! each token at least one byte of the text, so bytes bound tokens; templates add a fixed frame
//! per message, and some add a system prompt or a date line of their own.

use serde_json::Value;

use super::{ChatMessage, ToolCall, ToolSpec};

/// Tokens that a chat template may add around one message: role markers, line ends, separators.
const FRAME: u64 = 16;
/// Tokens that a chat template may add once: start of text, its own system prompt, the cue to
/// answer.
const OPENING: u64 = 128;
/// Tokens that a provider may add once to explain calling: some have a system prompt for it of
/// more than five hundred.
pub(super) const TOOLS_OPENING: u32 = 768;

/// The most input tokens that `messages` can come to.
pub fn input_at_most(messages: &[ChatMessage]) -> u32 {
    let bytes = messages
        .iter()
        .map(|m| m.content.len() as u64 + m.role.word().len() as u64 + FRAME + of_calls(m))
        .fold(OPENING, u64::saturating_add);
    clamp(bytes)
}

/// Some templates show arguments as a JSON text within a JSON text.
fn of_calls(message: &ChatMessage) -> u64 {
    let call = |call: &ToolCall| {
        let escaped = Value::from(call.arguments.as_str()).to_string();
        (escaped.len() + call.name.len() + call.id.len()) as u64 + FRAME
    };
    let answers = message.answers.as_ref().map_or(0, |id| id.len() as u64 + FRAME);
    message.calls.iter().map(call).fold(answers, u64::saturating_add)
}

/// The most input tokens that offering `tools` can come to; beside [`input_at_most`].
pub fn tools_at_most(tools: &[ToolSpec]) -> u32 {
    if tools.is_empty() {
        return 0;
    }
    let bytes = |tool: &ToolSpec| {
        let description = Value::from(tool.description.as_str()).to_string();
        let own = tool.name.len() + description.len() + tool.parameters.to_string().len();
        own as u64 + 2 * FRAME
    };
    clamp(tools.iter().map(bytes).fold(u64::from(TOOLS_OPENING), u64::saturating_add))
}

/// The most input tokens that a schema can come to: some providers show it to the model and count
/// it, others hold the answer to it for nothing.
pub fn schema_at_most(schema: &Value) -> u32 {
    clamp((schema.to_string().len() as u64).saturating_add(OPENING))
}

/// The input tokens that `messages` and `tools` probably come to; never above [`input_at_most`]
/// and [`tools_at_most`] together.
pub(super) fn input_likely(messages: &[ChatMessage], tools: &[ToolSpec]) -> u32 {
    let said = messages.iter().fold(4, |sum: u32, m| {
        // Five tokens are the frame of the usual templates.
        let calls = m.calls.iter().fold(0, |sum: u32, call| {
            sum.saturating_add(likely_tokens(&call.name))
                .saturating_add(likely_tokens(&call.arguments))
                .saturating_add(5)
        });
        sum.saturating_add(likely_tokens(&m.content)).saturating_add(calls).saturating_add(5)
    });
    tools.iter().fold(said, |sum, tool| {
        sum.saturating_add(likely_tokens(&tool.name))
            .saturating_add(likely_tokens(&tool.description))
            .saturating_add(likely_tokens(&tool.parameters.to_string()))
            .saturating_add(5)
    })
}

/// The tokens that `text` probably comes to: four ASCII characters to a token, and one token for
/// every other character. English and code lie near it, most other writing below.
pub fn likely_tokens(text: &str) -> u32 {
    let mut tally = Tally::default();
    tally.add(text);
    tally.likely()
}

/// A running count over pieces of one text, so that the pieces' counts add up to the whole's.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pieces: u64,
    ascii: u64,
    other: u64,
    dense: u64,
}

impl Tally {
    /// Takes one piece as it came from the provider. Empty pieces do not count.
    pub(super) fn add(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        self.pieces += 1;
        for c in piece.chars() {
            if c.is_ascii() {
                self.ascii += 1
            } else {
                self.other += 1
            }
            if !c.is_whitespace() {
                self.dense += c.len_utf8() as u64;
            }
        }
    }

    /// The likely tokens so far: the larger of two counts, pieces and text, because a provider may
    /// send several tokens a piece; but pieces count at most twice the text, because some send
    /// letter by letter. Never falls when more is added.
    pub(super) fn likely(&self) -> u32 {
        let text = self.by_text();
        clamp(text.max(self.pieces.min(text.saturating_mul(2))))
    }

    /// Tokens that were hardly less. Made for stopping at a limit, where an honest answer of long
    /// words or of single letters must not be cut: the smaller of the two counts, and never below
    /// one token in 32 bytes (white space left out), which no writing passes on average.
    pub(super) fn certain(&self) -> u32 {
        clamp(self.pieces.min(self.by_text()).max(self.dense / 32))
    }

    fn by_text(&self) -> u64 {
        self.ascii.div_ceil(4) + self.other
    }
}

fn clamp(tokens: u64) -> u32 {
    u32::try_from(tokens).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_above_the_likely_figure_for_every_writing() {
        for text in ["", "a", "Hello, world.", "日本語のテキスト", "🙂🙂🙂", "ß", "\u{0}\u{1}"]
        {
            let messages = vec![ChatMessage::user(text.repeat(50))];
            assert!(input_at_most(&messages) >= input_likely(&messages, &[]), "{text:?}");
            assert!(input_at_most(&messages) as usize >= text.len() * 50, "{text:?}");
        }
        assert!(input_at_most(&[]) >= input_likely(&[], &[]));
    }

    #[test]
    fn calls_and_tools_are_within_the_bound() {
        for text in ["", "a", "grüße \"日本\"\n\\", "{\"a\": [1, 2, 3]}"] {
            let call = ToolCall { id: text.into(), name: text.into(), arguments: text.repeat(9) };
            let said = ChatMessage::assistant_calls(text, vec![call.clone(), call]);
            let messages = [said, ChatMessage::tool(text, text.repeat(9))];
            let tool = ToolSpec {
                name: text.to_owned(),
                description: text.repeat(9),
                parameters: serde_json::json!({ "type": "object", "title": text }),
            };
            let tools = [tool.clone(), tool];
            let most = input_at_most(&messages) + tools_at_most(&tools);
            let bytes = serde_json::json!({
                "calls": [text.repeat(9), text.repeat(9)], "said": [text, text.repeat(9)],
                "tools": [text.repeat(9), text.repeat(9), text, text],
            });
            assert!(most as usize >= bytes.to_string().len(), "{text:?}");
            assert!(most >= input_likely(&messages, &tools), "{text:?}");
            assert!(input_at_most(&messages) >= input_likely(&messages, &[]), "{text:?}");
        }
        assert_eq!(tools_at_most(&[]), 0);
    }

    #[test]
    fn a_schema_counts_by_its_bytes() {
        let schema = serde_json::json!({ "enum": ["größer", "日本"] });
        let expected = u32::try_from(schema.to_string().len()).unwrap() + 128;
        assert_eq!(schema_at_most(&schema), expected);
    }

    #[test]
    fn the_counts_of_pieces_add_up_to_the_count_of_the_text() {
        let text = "The quick brown fox says: größer, 日本. ".repeat(20);
        let mut tally = Tally::default();
        let mut sum = 0;
        let letters: Vec<char> = text.chars().collect();
        for piece in letters.chunks(7) {
            let before = tally.likely();
            tally.add(&piece.iter().collect::<String>());
            sum += tally.likely() - before;
        }
        assert_eq!(sum, likely_tokens(&text));
    }

    #[test]
    fn an_honest_answer_is_not_taken_for_more_than_it_is() {
        let mut long_words = Tally::default();
        let mut letters = Tally::default();
        for _ in 0..100 {
            long_words.add(" internationalization");
            for letter in " word".chars() {
                letters.add(&letter.to_string());
            }
        }
        assert_eq!(long_words.certain(), 100);
        assert!(long_words.likely() > 500);
        assert_eq!(letters.certain(), 125, "500 pieces, but 125 tokens of text");
        assert_eq!(letters.likely(), 250);
    }
}
