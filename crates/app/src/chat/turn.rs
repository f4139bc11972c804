//! One turn of a conversation: a question, the run that answers it, what it may cost.

use std::sync::Arc;

use ampere_adapters::ai::ModelCard;
use ampere_credits::rating::Quote;
use ampere_credits::{MessageId, RunId, SessionId, Timestamp};
use ampere_store::rows::{Author, MessageRow, RunKind, RunRow};
use async_trait::async_trait;

use super::prompt::{max_output, prompt};
use super::sessions::{NEW_TITLE, title_from};
use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;
use crate::meter::{Call, Meter, Stop};
use crate::spend::{Intent, Plan, Started, Work};

/// Bytes of a question at most.
const LONGEST_QUESTION: usize = 200_000;

/// What a person sends.
#[derive(Debug, Clone)]
pub struct Ask {
    /// A new question, or
    pub text: Option<String>,
    /// an answer that is to be tried again.
    pub retry_of: Option<MessageId>,
    /// The model; the default one without.
    pub model: Option<String>,
}

/// What was started.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The question.
    pub question: MessageRow,
    /// The answer, empty yet.
    pub answer: MessageRow,
    /// The run that writes it.
    pub run: RunRow,
    /// An earlier request with the same key had started it.
    pub replayed: bool,
}

/// What is to be said, checked.
struct Said {
    text: String,
    /// The question's own message, when an answer is tried again.
    again: Option<MessageRow>,
}

/// A message to Joule as a work.
struct ChatTurn {
    plan: Plan,
    question: Option<MessageRow>,
    answer: MessageRow,
}

#[async_trait]
impl Work for ChatTurn {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn messages(&self, run: RunId) -> Vec<MessageRow> {
        let asked = self.question.clone();
        let answer = MessageRow { run: Some(run), ..self.answer.clone() };
        asked.into_iter().chain([answer]).collect()
    }

    async fn run(&mut self, meter: &mut Meter) -> Result<(), Stop> {
        let call = Call {
            name: "Answer".to_owned(),
            model: self.plan.model.clone(),
            messages: self.plan.messages.clone(),
            max_output_tokens: self.plan.max_output_tokens,
        };
        meter.ask(call).await.map(|_| ())
    }
}

impl App {
    /// Sends a message: returns once its hold is durable, with the run that answers it.
    ///
    /// # Errors
    /// [`AppError::InsufficientCredits`] and every other reason not to start; the draft is the
    /// caller's to keep, nothing was written.
    pub async fn send_message(
        self: &Arc<Self>,
        caller: &Caller,
        session: SessionId,
        ask: Ask,
        intent: Intent,
    ) -> crate::Done<Sent> {
        let row = self.get_session(caller, session).await?;
        let earlier = self.store.messages(caller.org, session).await?;
        let said = what(&ask, &earlier)?;
        let card = self.model_card(ask.model.as_deref())?;
        let plan = self.plan(&card, &history(&earlier, &said), &said.text)?;
        let turn = self.turn(caller, session, &said, plan);
        let fresh = turn.question.clone().or_else(|| said.again.clone());
        if row.running.is_some() {
            return Err(AppError::Conflict("an answer is being written in this session"));
        }
        let started = self.spend(caller, Box::new(turn), intent).await?;
        if row.title == NEW_TITLE && !started.replayed {
            let title = title_from(&said.text);
            self.store.rename_session(caller.org, session, &title, self.now()).await?;
        }
        let messages = self.store.messages(caller.org, session).await?;
        let at = messages.iter().position(|m| Some(m.id) == started.run.answer);
        let answer = at
            .and_then(|at| messages.get(at))
            .cloned()
            .ok_or(AppError::Gone("the session of this request was deleted meanwhile"))?;
        let before = at.and_then(|at| messages[..at].iter().rfind(|m| m.author == Author::User));
        let question = before.cloned().or(fresh).ok_or(AppError::Internal)?;
        let Started { run, replayed } = started;
        Ok(Sent { question, answer, run, replayed })
    }

    /// What a message may cost, before it is sent. Free.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a session that is not the caller's, an unready model.
    pub async fn estimate_message(
        &self,
        caller: &Caller,
        session: Option<SessionId>,
        text: &str,
        model: Option<&str>,
    ) -> crate::Done<Quote> {
        let earlier = match session {
            Some(id) => {
                self.get_session(caller, id).await?;
                self.store.messages(caller.org, id).await?
            }
            None => Vec::new(),
        };
        let card = self.model_card(model)?;
        let plan = self.plan(&card, &earlier, text)?;
        self.quote(caller, &plan, &self.rates.current()?.card).await
    }

    fn model_card(&self, model: Option<&str>) -> crate::Done<ModelCard> {
        match (self.models.card(model), model) {
            (Some(card), _) => Ok(card),
            (None, Some(_)) => Err(AppError::field("/model", "unknown", "there is no such model")),
            (None, None) => Err(AppError::ProviderUnavailable(
                "No model is set up yet. Nothing was charged.".to_owned(),
            )),
        }
    }

    fn plan(&self, card: &ModelCard, earlier: &[MessageRow], text: &str) -> crate::Done<Plan> {
        let bound =
            |messages: &[_]| self.models.input_bound(&card.id, messages).unwrap_or(u32::MAX);
        let messages = prompt(&self.agent_name, card, earlier, text, bound);
        let max_output_tokens = max_output(card);
        let tokens = u64::from(bound(&messages));
        let limit = u64::from(card.context_tokens.saturating_sub(max_output_tokens));
        if tokens > limit {
            return Err(AppError::InputTooLong { tokens, limit });
        }
        let title = title_from(text);
        let model = card.id.clone();
        Ok(Plan { kind: RunKind::Message, title, place: None, model, messages, max_output_tokens })
    }

    fn turn(&self, caller: &Caller, session: SessionId, said: &Said, plan: Plan) -> ChatTurn {
        let now = self.now();
        // One microsecond apart, so that question and answer sort as they were said.
        let after = Timestamp::from_micros(now.micros().saturating_add(1));
        let row = |at: Timestamp, author, text: &str| MessageRow {
            id: MessageId::mint(at, &*self.entropy),
            org: caller.org,
            session,
            author,
            text: text.to_owned(),
            run: None,
            created_at: at,
        };
        let question = said.again.is_none().then(|| row(now, Author::User, &said.text));
        let answer = row(after, Author::Assistant, "");
        let place = Some((session, answer.id));
        ChatTurn { plan: Plan { place, ..plan }, question, answer }
    }
}

/// What the ask says, checked against the conversation.
fn what(ask: &Ask, earlier: &[MessageRow]) -> crate::Done<Said> {
    match (&ask.text, ask.retry_of) {
        (Some(text), None) => {
            if text.trim().is_empty() {
                return Err(AppError::field("/text", "required", "write something first"));
            }
            if text.len() > LONGEST_QUESTION {
                return Err(AppError::field("/text", "too_long", "at most 200,000 bytes"));
            }
            Ok(Said { text: text.clone(), again: None })
        }
        (None, Some(id)) => {
            let at = earlier.iter().position(|m| m.id == id && m.author == Author::Assistant);
            let question =
                at.and_then(|at| earlier[..at].iter().rfind(|m| m.author == Author::User).cloned());
            let question = question.ok_or_else(|| {
                AppError::field("/retry_of", "unknown", "there is no such answer to try again")
            })?;
            Ok(Said { text: question.text.clone(), again: Some(question) })
        }
        _ => Err(AppError::field("/text", "required", "send either text or retry_of")),
    }
}

/// The conversation before the question.
fn history(earlier: &[MessageRow], said: &Said) -> Vec<MessageRow> {
    match &said.again {
        None => earlier.to_vec(),
        Some(question) => {
            earlier.iter().take_while(|message| message.id != question.id).cloned().collect()
        }
    }
}
