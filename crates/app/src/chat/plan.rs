//! What a message is going to ask of the model, before it is sent: its prompt and its bounds.

use ampere_adapters::ai::{ChatMessage, ModelCard, tools_at_most};
use ampere_adapters::browser::BrowserState;
use ampere_credits::Credits;
use ampere_credits::ledger::Draw;
use ampere_credits::rating::CallBound;
use ampere_store::rows::{FileRow, MessageRow, RunKind, SessionRow, Trigger};

use super::asking::Said;
use super::prompt::{Earlier, max_output, prompt, rules};
use super::sessions::title_from;
use crate::agent::material::tokens;
use crate::agent::{Effort, specs};
use crate::app::App;
use crate::catalog::AgentBounds;
use crate::error::AppError;
use crate::work::{Bill, Plan, WhenShort};

/// Bytes of a document for each character of its text, where it is no plain text.
const BYTES_OF_A_CHARACTER: u64 = 8;
/// Characters for a token of usual writing.
const CHARACTERS_PER_TOKEN: u64 = 4;
/// Tokens that a turn with hands adds to the next one's prompt: a call and its answer.
const TOKENS_OF_A_TURN: u64 = 700;

/// What a message is made of, as far as its cost depends on it.
pub(super) struct Wish<'a> {
    pub(super) card: &'a ModelCard,
    pub(super) text: &'a str,
    pub(super) files: &'a [FileRow],
    pub(super) effort: Effort,
    pub(super) max_credits: Option<Credits>,
}

impl Wish<'_> {
    /// What it may do with hands; none: it has none.
    pub(super) fn bounds(&self, app: &App) -> Option<AgentBounds> {
        self.effort.bounds(&app.catalog.agent, self.card)
    }
}

/// Tokens of a prompt for a model, its answer not counted, with some room for what is only
/// estimated of it.
pub(super) fn room(card: &ModelCard) -> u64 {
    u64::from(card.context_tokens.saturating_sub(max_output(card))) * 9 / 10
}

/// Tokens that the files of a question may take of it.
pub(super) fn room_for_files(card: &ModelCard, prompt: &[ChatMessage], hands: bool) -> u64 {
    let left = room(card).saturating_sub(tokens(prompt));
    if hands { left / 3 } else { left * 3 / 4 }
}

impl App {
    /// The plan of a message; `earlier` is what was said before it.
    pub(super) fn plan(&self, wish: &Wish<'_>, earlier: &Earlier<'_>) -> crate::Done<Plan> {
        let Wish { card, text, files, effort, max_credits } = wish;
        let bound =
            |messages: &[_]| self.models.input_bound(&card.id, messages).unwrap_or(u32::MAX);
        let bounds = wish.bounds(self);
        let hands = bounds.is_some();
        let earlier = Earlier { rules: &self.rules_for(hands, files), ..*earlier };
        let messages = prompt(&self.agent_name, card, &earlier, text, bound);
        let max_output_tokens = max_output(card);
        let read = u64::from(bound(&messages));
        let limit = u64::from(card.context_tokens.saturating_sub(max_output_tokens));
        if read > limit {
            return Err(AppError::InputTooLong { tokens: read, limit });
        }
        let bill = if hands || !files.is_empty() {
            let turns = bounds.map_or(1, |bounds| u64::from(bounds.turns));
            self.calls(wish, &messages, (read, turns))
        } else {
            Bill::Answer { messages, max_output_tokens }
        };
        let cap = [bounds.map(|bounds| bounds.cap), *max_credits].into_iter().flatten().min();
        Ok(Plan {
            kind: RunKind::Message,
            title: title_from(text),
            // Runs of the same effort are alike; without hands an answer is like any other.
            subject: hands.then(|| effort.word().to_owned()),
            trigger: Trigger::Person,
            schedule: None,
            place: None,
            model: card.id.clone(),
            bill,
            cap,
            draw: Draw::Pool,
            when_short: WhenShort::Overtake,
        })
    }

    /// What stands in the system prompt beside who Joule is.
    pub(super) fn rules_for(&self, hands: bool, files: &[FileRow]) -> String {
        if hands || !files.is_empty() { rules(hands) } else { String::new() }
    }

    /// The calls of an answer with files or hands: each turn reads what the ones before brought.
    fn calls(&self, wish: &Wish<'_>, messages: &[ChatMessage], (read, turns): (u64, u64)) -> Bill {
        let card = wish.card;
        let hands = wish.bounds(self).is_some();
        let tools = match hands {
            true => specs(self.browsers.state() == BrowserState::Ready),
            false => Vec::new(),
        };
        let told: usize = tools.iter().map(|tool| tool.parameters.to_string().len()).sum();
        let told = u64::try_from(told).unwrap_or(u64::MAX) / CHARACTERS_PER_TOKEN;
        let files = room_for_files(card, messages, hands);
        let in_files: u64 = wish.files.iter().map(likely_characters).sum();
        let likely = tokens(messages) + told + (in_files / CHARACTERS_PER_TOKEN).min(files);
        let most = read + u64::from(tools_at_most(&tools)) + in_files.min(files);
        let context = u64::from(card.context_tokens.saturating_sub(max_output(card)));
        let call = |number: u64| CallBound {
            model: card.id.clone(),
            input_tokens: if number == 0 { most.min(context) } else { context },
            likely_input_tokens: (likely + number * TOKENS_OF_A_TURN).min(context),
            max_output_tokens: u64::from(max_output(card)),
        };
        Bill::Calls { calls: (0..turns).map(call).collect(), least: vec![call(0)] }
    }
}

/// Characters of a file's text, as far as they can be guessed from its size.
fn likely_characters(row: &FileRow) -> u64 {
    if row.media_type.starts_with("text/") { row.size } else { row.size / BYTES_OF_A_CHARACTER }
}

/// What was said before a question, and its summary if it covers nothing that came later.
pub(super) fn so_far<'a>(
    session: Option<&'a SessionRow>,
    messages: &'a [MessageRow],
) -> Earlier<'a> {
    let covers = |row: &&SessionRow| {
        usize::try_from(row.summarized).is_ok_and(|covered| covered <= messages.len())
    };
    let summary = session.filter(covers).and_then(|row| row.summary.as_deref());
    Earlier { messages, summary, rules: "" }
}

/// The conversation before the question.
pub(super) fn history(earlier: &[MessageRow], said: &Said) -> Vec<MessageRow> {
    match &said.again {
        None => earlier.to_vec(),
        Some(question) => {
            earlier.iter().take_while(|message| message.id != question.id).cloned().collect()
        }
    }
}
