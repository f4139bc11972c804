//! What the model is asked for each kind of background work. Pure.

use ampere_adapters::ai::{ChatMessage, ModelCard, Role};
use ampere_store::rows::{Author, BackgroundKind, JobRow, MessageRow, SessionRow};
use serde_json::{Value, json};

use super::cleaning::{LONGEST_FOLLOW_UP, LONGEST_TITLE};
use super::due::uncovered;

/// Bytes of one message that are read for a title or follow-ups, at most.
const EXCERPT: usize = 1_200;

/// A question to the model.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) messages: Vec<ChatMessage>,
    pub(super) max_output_tokens: u32,
    /// The answer is to be JSON of this schema.
    pub(super) schema: Option<Value>,
    /// What was asked in the turn that it is about.
    pub(super) question: String,
    /// Of a summary: messages that it covers, from the first.
    pub(super) covers: u32,
}

/// What is known of the conversation and of the model.
pub(super) struct Material<'a> {
    pub(super) agent: &'a str,
    pub(super) card: &'a ModelCard,
    pub(super) session: &'a SessionRow,
    /// Everything that was said.
    pub(super) messages: &'a [MessageRow],
    /// Counts the tokens of a prompt from above.
    pub(super) bound: &'a (dyn Fn(&[ChatMessage]) -> u32 + Sync),
}

/// What a kind of work is called in lists, until a title is given.
pub(super) fn name_of(kind: BackgroundKind) -> &'static str {
    match kind {
        BackgroundKind::Title => "Session title",
        BackgroundKind::Summary => "Session summary",
        BackgroundKind::FollowUps => "Suggested follow-ups",
    }
}

/// The most that the model may write.
fn max_output(kind: BackgroundKind) -> u32 {
    match kind {
        BackgroundKind::Title => 32,
        BackgroundKind::FollowUps => 120,
        BackgroundKind::Summary => 220,
    }
}

impl Material<'_> {
    /// The question of a job; none when there is nothing to do any more.
    pub(super) fn asked(&self, job: &JobRow) -> Option<Asked> {
        let kind = job.kind;
        let max_output_tokens =
            max_output(kind).min(self.card.max_output_tokens).min(self.card.context_tokens / 4);
        let room = self.card.context_tokens.saturating_sub(max_output_tokens);
        let (prompt, question, covers) = match kind {
            BackgroundKind::Title if self.session.titled_by_person => return None,
            BackgroundKind::Title => self.topic(job, room)?,
            BackgroundKind::FollowUps => {
                let newest = self.messages.last().is_some_and(|last| last.id == job.message);
                self.about(job, room, FOLLOW_UPS).filter(|_| newest)?
            }
            BackgroundKind::Summary => self.whole(room)?,
        };
        let (schema, system) = match kind {
            BackgroundKind::Title => (Some(topic()), Some(TITLE)),
            BackgroundKind::FollowUps => (Some(questions()), None),
            BackgroundKind::Summary => (None, None),
        };
        let system = system.map(|text| said(Role::System, text.to_owned()));
        let messages = system.into_iter().chain([said(Role::User, prompt)]).collect();
        Some(Asked { messages, max_output_tokens, schema, question, covers })
    }

    /// What the conversation began with: small models name a question's topic far better than
    /// they give a whole conversation a title.
    fn topic(&self, job: &JobRow, room: u32) -> Option<(String, String, u32)> {
        let at = self.messages.iter().position(|row| row.id == job.message)?;
        let question = self.messages[..at].iter().rfind(|row| row.author == Author::User)?;
        let text = head(question.text.trim(), excerpt(room));
        Some((format!("Question: {text}\n\nWhat is the topic?"), question.text.clone(), 0))
    }

    /// The turn that the job's message ended, and what is wanted of it.
    fn about(&self, job: &JobRow, room: u32, wanted: &str) -> Option<(String, String, u32)> {
        let at = self.messages.iter().position(|row| row.id == job.message)?;
        let answer = self.messages.get(at).filter(|row| !row.text.trim().is_empty())?;
        let question = self.messages[..at].iter().rfind(|row| row.author == Author::User)?;
        let lines = [question, answer].map(|row| self.line(row, excerpt(room))).join("\n\n");
        Some((format!("{lines}\n\n{wanted}"), question.text.clone(), 0))
    }

    /// The summary there is and what it does not cover, oldest first, as far as it fits.
    fn whole(&self, room: u32) -> Option<(String, String, u32)> {
        let mut so_far = match &self.session.summary {
            Some(summary) => format!("Summary so far: {summary}\n\n"),
            None => String::new(),
        };
        let most = usize::try_from(room / 4).unwrap_or(EXCERPT);
        let mut covers = self.session.summarized;
        for row in uncovered(self.session, self.messages) {
            let more = match row.text.trim().is_empty() {
                true => String::new(),
                false => format!("{}\n\n", self.line(row, most)),
            };
            let prompt = said(Role::User, format!("{so_far}{more}{SUMMARY}"));
            if (self.bound)(&[prompt]) > room {
                break;
            }
            so_far.push_str(&more);
            covers = covers.saturating_add(1);
        }
        (covers > self.session.summarized).then(|| (so_far + SUMMARY, String::new(), covers))
    }

    fn line(&self, row: &MessageRow, most: usize) -> String {
        let who = match row.author {
            Author::User => "Person",
            Author::Assistant => self.agent,
        };
        format!("{who}: {}", head(row.text.trim(), most))
    }
}

const TITLE: &str = "You name the topic of a question in at most six words, in the language of \
                     the question.";
const FOLLOW_UPS: &str = "Write three short questions that the person might ask next, in the \
                          language of the conversation. Answer with JSON only: an object with \
                          a list \"questions\" of three texts.";
const SUMMARY: &str = "Sum up this conversation in at most eight short sentences, in its \
                       language. Keep names, numbers and decisions. Answer with the summary only.";

fn said(role: Role, content: String) -> ChatMessage {
    ChatMessage::new(role, content)
}

/// Bytes of one message that are read where the model has so much room.
fn excerpt(room: u32) -> usize {
    EXCERPT.min(usize::try_from(room / 4).unwrap_or(EXCERPT))
}

fn topic() -> Value {
    let topic = json!({ "type": "string", "maxLength": LONGEST_TITLE });
    json!({
        "type": "object", "required": ["topic"], "additionalProperties": false,
        "properties": { "topic": topic },
    })
}

fn questions() -> Value {
    let question = json!({ "type": "string", "maxLength": LONGEST_FOLLOW_UP });
    let list = json!({ "type": "array", "items": question, "minItems": 3, "maxItems": 3 });
    json!({
        "type": "object", "required": ["questions"], "additionalProperties": false,
        "properties": { "questions": list },
    })
}

/// The first bytes of a text, whole characters only.
fn head(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(head("añb", 2), "a");
        assert_eq!(head("añb", 3), "añ");
        assert_eq!(head("añb", 9), "añb");
    }
}
