//! Questions of running work to a person: may it do this now?
//!
//! Owns: who is asked, and that only this person answers. A text of a model, a file or a page
//! never reaches this: there is no hand that does. A question lives as long as its run waits, in
//! this process only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ampere_credits::rating::Quote;
use ampere_credits::{Credits, RunId, Timestamp};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::app::App;
use crate::audit::Deed;
use crate::caller::{Act, Caller};
use crate::error::AppError;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Path of the step that waits.
    pub call: String,
    /// What it would do, for people.
    pub name: String,
    /// What it would do it with.
    pub inputs: Value,
    /// What it may cost.
    pub quote: Quote,
    /// The site that it would open and that the person did not name, where that is why it asks.
    pub opens: Option<String>,
    /// Then it is not done.
    pub until: Timestamp,
    /// Who is asked may let the like of it go unasked in this session: it is their own.
    pub may_allow: bool,
}

/// What the person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Do it.
    Run,
    /// Leave it.
    NotNow,
    /// Do it, and in this session do what costs at most this without asking.
    AlwaysUpTo(Credits),
}

struct Open {
    question: Question,
    answer: oneshot::Sender<Decision>,
}

/// The questions that are open now, one a run.
#[derive(Default)]
pub(crate) struct Questions(Mutex<HashMap<RunId, Open>>);

/// An open question; it is taken back when this is dropped.
pub(super) struct Put {
    app: Arc<App>,
    run: RunId,
    pub(super) answer: oneshot::Receiver<Decision>,
}

impl Drop for Put {
    fn drop(&mut self) {
        self.app.questions.open().remove(&self.run);
    }
}

impl Questions {
    fn open(&self) -> MutexGuard<'_, HashMap<RunId, Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, run: RunId) -> Option<Question> {
        self.open().get(&run).map(|open| open.question.clone())
    }

    /// Answers the question that is open; false if it is not (any more).
    fn answer(&self, run: RunId, call: &str, decision: Decision) -> bool {
        let mut open = self.open();
        if open.get(&run).is_none_or(|open| open.question.call != call) {
            return false;
        }
        open.remove(&run).is_some_and(|open| open.answer.send(decision).is_ok())
    }
}

impl App {
    /// Asks the person who started a run.
    pub(super) fn put_question(self: &Arc<Self>, run: RunId, question: Question) -> Put {
        let (sender, answer) = oneshot::channel();
        self.questions.open().insert(run, Open { question, answer: sender });
        Put { app: Arc::clone(self), run, answer }
    }

    /// What a run asks its starter now.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for runs that the caller may not follow.
    pub async fn question(&self, caller: &Caller, run: RunId) -> crate::Done<Option<Question>> {
        let row = self.own_run(caller, run).await?;
        let asked = row.started_by == caller.user && self.run_access(caller, &row).await?.acts;
        Ok(self.questions.of(run).filter(|_| asked))
    }

    /// Answers what a run asks.
    ///
    /// # Errors
    /// [`AppError::ForbiddenRole`] for others than its starter, for a starter who may not write in
    /// the session any more, and for who would allow in a session that is not their own what may
    /// go unasked; [`AppError::NotFound`]; [`AppError::Conflict`] when
    /// nothing (or something else) is asked, an amount that does not cover what is asked.
    pub async fn decide(
        &self,
        caller: &Caller,
        run: RunId,
        call: &str,
        decision: Decision,
    ) -> crate::Done<()> {
        caller.may(Act::StartWork)?;
        let row = self.own_run(caller, run).await?;
        if row.started_by != caller.user || !self.run_access(caller, &row).await?.acts {
            return Err(AppError::ForbiddenRole);
        }
        let over = AppError::Conflict("this is not asked any more");
        let question = self.questions.of(run).filter(|question| question.call == call);
        let question = question.ok_or_else(|| over.clone())?;
        if let Decision::AlwaysUpTo(most) = decision {
            if most < question.quote.high {
                let detail = format!("This may cost up to {} credits.", question.quote.high);
                return Err(AppError::field("/up_to", "out_of_range", detail));
            }
            if !question.may_allow {
                return Err(AppError::ForbiddenRole);
            }
            let session = row.session.ok_or(AppError::Internal)?;
            self.store.allow_up_to(row.org, session, most).await?;
            let allowed = (Value::Null, json!({ "up_to": most.to_string() }));
            self.audit(caller, Deed::AllowanceChanged, &session.to_string(), allowed).await;
        }
        if self.questions.answer(run, call, decision) { Ok(()) } else { Err(over) }
    }
}
