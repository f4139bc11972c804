//! Runs as people see them: lists, one run, stopping one. Reading is free by construction: there
//! is no meter here.

use ampere_credits::rating::charge;
use ampere_credits::{Credits, Day, RunId, Timestamp, Zone};
pub use ampere_store::rows::{
    Page, Reason, RunFilter, RunKind, RunOrder, RunPlace, RunRow, RunState, StepKind, StepRow,
    Trigger, UsageLineRow,
};

use crate::app::App;
use crate::caller::{Act, Caller};
use crate::chat::access::{make_private, make_steps_private};
use crate::error::AppError;
use crate::feed::StopCause;
use crate::meter::usage_of;
use crate::tasks::waiting::{Place, pausable};
use crate::tasks::{Definition, Outcome};

/// What stands in lists instead of the title of another person's conversation.
pub const PRIVATE_TITLE: &str = "Private session";

/// What a task was asked and what came out, for who may open it.
#[derive(Debug, Clone)]
pub struct Content {
    /// The form, filled in.
    pub inputs: serde_json::Value,
    /// What came out, once there is something.
    pub outcome: Option<Outcome>,
}

/// A run with its steps.
#[derive(Debug, Clone)]
pub struct RunDetail {
    /// The run.
    pub run: RunRow,
    /// Its steps, in order.
    pub steps: Vec<StepRow>,
    /// What was measured and rated; there is none before a hold of it has ended.
    pub lines: Vec<UsageLineRow>,
    /// Credits of each step, as in `steps`: as charged, or as they would be by the rate card.
    pub step_credits: Vec<Credits>,
    /// What a task does, as it was when it started; everybody may know the names in it.
    pub definition: Option<Definition>,
    /// Inputs and results of a task; none where the caller may not open them.
    pub content: Option<Content>,
    /// Its place in the queue for credits, while it waits.
    pub place: Option<Place>,
    /// The caller may stop it now.
    pub can_stop: bool,
    /// The caller may resume it now, if there are the credits.
    pub can_resume: bool,
}

/// The span of local days of the caller's organization, both with it; open where none is named.
///
/// # Errors
/// When the organization's zone is not known.
pub fn span(caller: &Caller, from: Option<Day>, to: Option<Day>) -> crate::Done<Span> {
    let zone = Zone::named(&caller.zone).map_err(|_| AppError::Internal)?;
    let from = from.and_then(|day| day.starts_in(&zone));
    let until = to.and_then(Day::following).and_then(|day| day.starts_in(&zone));
    Ok((from, until))
}

/// From the first instant on, to before the second.
pub type Span = (Option<Timestamp>, Option<Timestamp>);

impl App {
    /// Runs of the organization in the filter's order; other people's conversations by their
    /// cost only.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list_runs(
        &self,
        caller: &Caller,
        filter: RunFilter,
        page: Page,
    ) -> crate::Done<Vec<RunRow>> {
        let mut runs = self.store.runs(caller.org, filter, page).await?;
        self.hide(caller, &mut runs).await?;
        Ok(runs)
    }

    /// A part of the same list, to be taken out of the product.
    ///
    /// # Errors
    /// [`AppError::BillingAccessRequired`].
    pub async fn export_runs(
        &self,
        caller: &Caller,
        filter: RunFilter,
        page: Page,
    ) -> crate::Done<Vec<RunRow>> {
        caller.may(Act::Billing)?;
        self.list_runs(caller, filter, page).await
    }

    /// One run of the organization.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn get_run(&self, caller: &Caller, run: RunId) -> crate::Done<RunDetail> {
        let mut found = self.store.run(caller.org, run).await?.ok_or(AppError::NotFound)?;
        if let Some(feed) = self.feeds.of(run).filter(|_| !found.state.ended()) {
            // Its hold may have grown since the row was written.
            found.held = feed.standing().held;
        }
        let mut steps = self.store.steps(caller.org, run).await?;
        let lines = self.store.usage_lines(caller.org, run).await?;
        let (definition, content) = self.task_of(caller, &found).await?;
        let access = self.run_access(caller, &found).await?;
        if content.is_none() {
            let own = access.reads;
            // What Joule was given by its hands is for those who may open the conversation.
            let by_hand = |step: &StepRow| matches!(step.kind, StepKind::Call | StepKind::Browse);
            for step in &mut steps {
                step.result = step.result.take().filter(|_| own && by_hand(step));
                step.note = step.note.take().filter(|_| own);
            }
        }
        let step_credits = self.step_credits(&found, &steps, &lines)?;
        let waits = matches!(found.state, RunState::WaitingForCredits | RunState::PausedNoCredits);
        let place = if waits { self.place_of(caller.org, run).await? } else { None };
        let can_stop = access.stops && !found.state.ended();
        let can_resume = caller.directs(found.started_by) && place.is_some();
        if !access.reads && found.session.is_some() {
            make_private(&mut found);
            make_steps_private(&mut steps);
        }
        let run = found;
        Ok(RunDetail {
            run,
            steps,
            lines,
            step_credits,
            definition,
            content,
            place,
            can_stop,
            can_resume,
        })
    }

    /// What a task does, and what it was asked and gave where the caller may open that.
    pub(crate) async fn task_of(
        &self,
        caller: &Caller,
        run: &RunRow,
    ) -> crate::Done<(Option<Definition>, Option<Content>)> {
        if !pausable(run.kind) && run.kind != RunKind::Browser {
            return Ok((None, None));
        }
        let Some(task) = self.store.task(caller.org, run.id).await? else {
            return Ok((None, None));
        };
        let unread = |error: serde_json::Error| {
            tracing::error!(run = %run.id, %error, "a kept task cannot be read");
            AppError::Internal
        };
        let definition = serde_json::from_str(&task.definition).map_err(unread)?;
        if !opens(caller, run) {
            return Ok((Some(definition), None));
        }
        let outcome = task.result.as_deref().map(serde_json::from_str).transpose();
        let inputs = serde_json::from_str(&task.inputs).map_err(unread)?;
        let content = Content { inputs, outcome: outcome.map_err(unread)? };
        Ok((Some(definition), Some(content)))
    }

    /// What each step used: its lines once they are charged, else its price.
    fn step_credits(
        &self,
        run: &RunRow,
        steps: &[StepRow],
        lines: &[UsageLineRow],
    ) -> crate::Done<Vec<Credits>> {
        let version = run.quote.rate_card_version;
        let card = self.rates.version(version).ok_or(AppError::Internal)?.card;
        let paid = lines.iter().map(|line| line.step).max().unwrap_or(0);
        let of = |step: &StepRow| {
            if step.number <= paid || run.state.ended() {
                let own = lines.iter().filter(|line| line.step == step.number);
                return Ok(Credits::sum(own.map(|line| line.credits))?);
            }
            let usage: Vec<_> = usage_of(step).collect();
            Ok(charge(&card, &usage).unwrap_or_default())
        };
        steps.iter().map(of).collect()
    }

    /// A run that the caller may follow: in a conversation that they may open, their own, and of
    /// tasks those that they may open.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn own_run(&self, caller: &Caller, run: RunId) -> crate::Done<RunRow> {
        let found = self.store.run(caller.org, run).await?.ok_or(AppError::NotFound)?;
        let reads = self.run_access(caller, &found).await?.reads;
        if reads { Ok(found) } else { Err(AppError::NotFound) }
    }

    /// Stops a run: its own starter may, an owner, and who owns the conversation. What was
    /// delivered is charged. A run that has ended stays as it is.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::ForbiddenRole`].
    pub async fn cancel_run(&self, caller: &Caller, run: RunId) -> crate::Done<RunRow> {
        let mut found = self.store.run(caller.org, run).await?.ok_or(AppError::NotFound)?;
        if !self.run_access(caller, &found).await?.stops {
            return Err(AppError::ForbiddenRole);
        }
        if !self.end_waiting(&found, RunState::Cancelled, Reason::Stopped).await?
            && let Some(feed) = self.feeds.of(run)
        {
            feed.stop(StopCause::Person);
        }
        self.hide(caller, std::slice::from_mut(&mut found)).await?;
        Ok(found)
    }
}

/// Whether a caller may open what a task was asked and what came out.
pub fn opens(caller: &Caller, run: &RunRow) -> bool {
    let own = run.started_by == caller.user || caller.sees_all();
    run.kind == RunKind::Browser || (pausable(run.kind) && own)
}
