//! One turn of a conversation: a question, the run that answers it, what it may cost.

use std::sync::Arc;

use ampere_adapters::ai::ModelCard;
use ampere_credits::rating::Quote;
use ampere_credits::{JobId, MessageId, SessionId, Timestamp};
use ampere_store::rows::{
    Access, Author, BackgroundKind, JobRow, MessageRow, Reason, RowWrite, RunRow, RunState,
    SessionRow, StepKind,
};
use async_trait::async_trait;

use super::answering::Matter;
use super::asking::{Ask, Draft, Said, what};
use super::plan::{Wish, history, so_far};
use super::sessions::{NEW_TITLE, title_from};
use crate::app::App;
use crate::background::due::{Talk, due, uncovered};
use crate::caller::{Act, Caller};
use crate::error::AppError;
use crate::meter::{Call, Meter, StepSpec, Stop};
use crate::spend::{Intent, Started};
use crate::work::{Bill, Plan, Work};

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

/// A message to Joule as a work.
struct ChatTurn {
    plan: Plan,
    /// What it answers, where that takes more than its prompt: files, hands.
    matter: Option<Matter>,
    question: Option<MessageRow>,
    answer: MessageRow,
    /// The first words of the question, where the conversation has no title yet.
    title: Option<String>,
    /// Background work that becomes due when it succeeds.
    jobs: Vec<JobRow>,
}

#[async_trait]
impl Work for ChatTurn {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn rows(&self, run: &RunRow) -> Vec<RowWrite> {
        let asked = self.question.clone();
        let answer = MessageRow { run: Some(run.id), ..self.answer.clone() };
        let messages = asked.into_iter().chain([answer]).map(RowWrite::Message);
        let session = self.answer.session;
        let title = self.title.clone().map(|title| RowWrite::SessionTitle { session, title });
        messages.chain(title).collect()
    }

    async fn run(&mut self, meter: &mut Meter) -> Result<Reason, Stop> {
        if let Some(matter) = self.matter.take() {
            return matter.answer(meter).await;
        }
        let Bill::Answer { messages, max_output_tokens } = self.plan.bill.clone() else {
            return Err(Stop(Reason::InternalError));
        };
        let step = StepSpec {
            path: "answer".to_owned(),
            part: 0,
            kind: StepKind::Answer,
            name: "Answer".to_owned(),
        };
        let model = self.plan.model.clone();
        let (tools, schema, shown) = (Vec::new(), None, true);
        let call = Call { step, model, messages, max_output_tokens, schema, tools, shown };
        meter.ask(call, &|_| Ok(None)).await.map(|_| Reason::Completed)
    }

    fn last_rows(&self, _run: &RunRow, state: RunState) -> Vec<RowWrite> {
        let due = self.jobs.iter().filter(|_| state == RunState::Succeeded);
        due.cloned().map(RowWrite::Job).collect()
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
        caller.may(Act::StartWork)?;
        self.session_for(caller, session, Access::Edit).await?;
        let busy = || AppError::Conflict("an answer is being written in this session");
        let _turn = self.sending.begin(session).ok_or_else(busy)?;
        let row = self.session_for(caller, session, Access::Edit).await?.row;
        let earlier = self.store.messages(caller.org, session).await?;
        let mut said = what(&ask, &earlier)?;
        said.files = match &said.again {
            None => self.attachable(caller, &ask.attachments).await?,
            Some(question) => self.attached(caller, std::slice::from_ref(question)).await?,
        };
        let card = self.card_for(ask.model.as_deref())?;
        let before = history(&earlier, &said);
        let wish = Wish {
            card: &card,
            text: &said.text,
            files: &said.files,
            effort: ask.effort,
            max_credits: ask.max_credits,
        };
        let plan = self.plan(&wish, &so_far(Some(&row), &before))?;
        let matter = self.matter(caller, &row, (&wish, before)).await?;
        let jobs = self.due_after(&row, &card, &earlier, &said).await?;
        let turn = ChatTurn { matter, ..self.turn(&row, &said, plan, jobs) };
        let fresh = turn.question.clone().or_else(|| said.again.clone());
        if row.running.is_some() {
            return Err(busy());
        }
        let started = self.spend(caller, Box::new(turn), intent).await?;
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
    /// [`AppError::NotFound`] for a session that the caller may not open,
    /// [`AppError::ForbiddenRole`] for one that they may only read, an unready model.
    pub async fn estimate_message(&self, caller: &Caller, draft: &Draft) -> crate::Done<Quote> {
        let (row, earlier) = match draft.session {
            Some(id) => {
                let row = self.session_for(caller, id, Access::Edit).await?.row;
                (Some(row), self.store.messages(caller.org, id).await?)
            }
            None => (None, Vec::new()),
        };
        let card = self.card_for(draft.model.as_deref())?;
        let files = self.attachable(caller, &draft.attachments).await?;
        let wish = Wish {
            card: &card,
            text: &draft.text,
            files: &files,
            effort: draft.effort,
            max_credits: draft.max_credits,
        };
        let plan = self.plan(&wish, &so_far(row.as_ref(), &earlier))?;
        self.quote(caller, &plan, &self.rates.current()?.card).await
    }

    /// Background work that is due once this is answered.
    async fn due_after(
        &self,
        session: &SessionRow,
        card: &ModelCard,
        earlier: &[MessageRow],
        said: &Said,
    ) -> crate::Done<Vec<BackgroundKind>> {
        let organization = self.store.organization(session.org).await?;
        let settings = organization.ok_or(AppError::NotFound)?.background;
        let fresh: usize =
            uncovered(session, earlier).iter().map(|row| row.text.len()).sum::<usize>();
        // Bytes bound tokens from above.
        let fills = fresh.saturating_add(said.text.len()) > card.context_tokens as usize / 2;
        let added = if said.again.is_none() { 2 } else { 1 };
        Ok(due(settings, &Talk { session, earlier, added, fills }))
    }

    fn turn(&self, of: &SessionRow, said: &Said, plan: Plan, due: Vec<BackgroundKind>) -> ChatTurn {
        let (org, session, user) = (of.org, of.id, of.owner);
        let now = self.now();
        // One microsecond apart, so that question and answer sort as they were said.
        let after = Timestamp::from_micros(now.micros().saturating_add(1));
        let row = |at: Timestamp, author, text: &str| MessageRow {
            id: MessageId::mint(at, &*self.entropy),
            org,
            session,
            author,
            text: text.to_owned(),
            run: None,
            follow_ups: None,
            attachments: Vec::new(),
            created_at: at,
        };
        let attachments = said.files.iter().map(|file| file.id).collect();
        let question = said
            .again
            .is_none()
            .then(|| MessageRow { attachments, ..row(now, Author::User, &said.text) });
        let answer = row(after, Author::Assistant, "");
        let place = Some((session, Some(answer.id)));
        let title = (of.title == NEW_TITLE && !of.titled_by_person).then(|| title_from(&said.text));
        let message = answer.id;
        // One microsecond apart too: done in this order.
        let job = |(kind, number): (BackgroundKind, i64)| {
            let created_at = Timestamp::from_micros(after.micros().saturating_add(number));
            let id = JobId::mint(created_at, &*self.entropy);
            JobRow { id, org, user, kind, session, message, created_at }
        };
        let jobs = due.into_iter().zip(0..).map(job).collect();
        let plan = Plan { place, ..plan };
        ChatTurn { plan, matter: None, question, answer, title, jobs }
    }
}
