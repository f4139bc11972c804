//! The only way to spend: authorize → quote → HOLD → run → rate → SETTLE → tell.
//!
//! `spend()` owns both ends and never returns between them: success, failure, a stop, a panic
//! and a closed connection all settle what the meter saw. A run lives in its own task; whoever
//! asked only watches it. Where to read on: [`crate::meter`], then [`crate::chat`] for a work.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use ampere_adapters::ai::ChatMessage;
use ampere_credits::ledger::{Answer, Command, Fact, Hash, Rejected, Request};
use ampere_credits::rating::{Quote, QuoteInput, RateCard, quote};
use ampere_credits::{Credits, HoldId, RunId};
use ampere_store::rows::{
    LaneRequest, MessageRow, QuoteRow, Reason, RowWrite, RunKind, RunRow, RunState,
};
use async_trait::async_trait;
use futures_util::FutureExt;

use crate::app::App;
use crate::caller::{Act, Caller};
use crate::error::AppError;
use crate::feed::{Feed, StopCause};
use crate::lane::Answered;
use crate::meter::{DEADLINE_SECONDS, Meter, Opened, Stop, likely_input};
use crate::news::Item;
use crate::settle::Settle;

/// Output tokens that a hold begins with; it is extended before the run passes it.
const FIRST_OUTPUT_TOKENS: u64 = 128;
/// Earlier runs that a quote looks at.
const HISTORY: u32 = 50;

/// What a work is going to do, as far as it must be known before it starts.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What kind of run it is.
    pub kind: RunKind,
    /// What people see in lists.
    pub title: String,
    /// The conversation it belongs to, and the message its answer is written to.
    pub place: Option<(ampere_credits::SessionId, ampere_credits::MessageId)>,
    /// The model's id.
    pub model: String,
    /// What will be sent to it.
    pub messages: Vec<ChatMessage>,
    /// The most it may write.
    pub max_output_tokens: u32,
}

/// A piece of AI work. It reaches what costs money through the meter alone.
#[async_trait]
pub trait Work: Send + 'static {
    /// What it is going to do.
    fn plan(&self) -> &Plan;
    /// Messages written in the commit of the hold, with the run's id.
    fn messages(&self, run: RunId) -> Vec<MessageRow>;
    /// Does it. Whatever it returns, what the meter saw is settled.
    async fn run(&mut self, meter: &mut Meter) -> Result<(), Stop>;
}

/// The key under which a start is remembered for ever, and the hash of what was asked.
#[derive(Debug, Clone)]
pub struct Intent {
    /// Chosen by the caller; unique per person.
    pub key: String,
    /// Hash of the request's body.
    pub hash: Hash,
}

/// A run whose hold is durable.
#[derive(Debug, Clone)]
pub struct Started {
    /// The run.
    pub run: RunRow,
    /// An earlier request with the same key had started it.
    pub replayed: bool,
}

impl App {
    /// Starts a work. Returns once its hold is on disk; the run goes on by itself, whatever
    /// becomes of the caller (dropping this future never leaves a hold without its run).
    ///
    /// # Errors
    /// [`AppError::InsufficientCredits`] and every other reason not to start; nothing is changed
    /// then, and the same key may succeed later.
    pub async fn spend(
        self: &Arc<Self>,
        caller: &Caller,
        work: Box<dyn Work>,
        intent: Intent,
    ) -> crate::Done<Started> {
        let app = Arc::clone(self);
        let caller = caller.clone();
        let begun = tokio::spawn(async move { app.begin(&caller, work, intent).await });
        begun.await.map_err(|_| AppError::Internal)?
    }

    async fn begin(
        self: &Arc<Self>,
        caller: &Caller,
        work: Box<dyn Work>,
        intent: Intent,
    ) -> crate::Done<Started> {
        caller.may(Act::StartWork)?;
        let card = self.rates.current()?.card;
        let quote = self.quote(caller, work.plan(), &card).await?;
        let run = self.new_run(caller, work.plan(), &quote);
        let hold = HoldId::mint(run.created_at, &*self.entropy);
        let deadline = run.created_at.plus_seconds(DEADLINE_SECONDS);
        let command = Command::Hold { hold, run: run.id, amount: quote.hold, deadline, cap: None };
        let mut writes = vec![RowWrite::Run(Box::new(run.clone()))];
        writes.extend(work.messages(run.id).into_iter().map(RowWrite::Message));
        let key = format!("start:{}:{}", caller.user, intent.key);
        let request = LaneRequest { request: Request { key, hash: intent.hash, command }, writes };
        let Answered { answer, .. } = self.lanes.submit(caller.org, request).await?;
        match answer {
            Answer::Done(outcome) => {
                let held = outcome.added;
                let opened = Opened { hold, held, deadline, at: outcome.at, card };
                let run = RunRow { held, position: outcome.position, ..run };
                self.launch(caller, work, run.clone(), opened);
                Ok(Started { run, replayed: false })
            }
            Answer::Replayed(outcome) => self.replayed(caller, outcome.fact).await,
            Answer::Refused(rejected) => Err(self.refusal(caller, quote.hold, rejected).await),
        }
    }

    async fn replayed(&self, caller: &Caller, fact: Fact) -> crate::Done<Started> {
        let Fact::Held { run, .. } = fact else { return Err(AppError::IdempotencyMismatch) };
        let run = self.store.run(caller.org, run).await?.ok_or(AppError::Internal)?;
        Ok(Started { run, replayed: true })
    }

    async fn refusal(&self, caller: &Caller, hold: Credits, rejected: Rejected) -> AppError {
        match rejected {
            Rejected::InsufficientCredits { .. } => self.shortage(caller, hold).await,
            Rejected::KeyReused => AppError::IdempotencyMismatch,
            Rejected::ClockBehind { .. } => AppError::Unavailable,
            other => {
                tracing::error!(org = %caller.org, rejected = %other, "a hold was refused");
                AppError::Internal
            }
        }
    }

    /// What a work may cost now.
    pub(crate) async fn quote(
        &self,
        caller: &Caller,
        plan: &Plan,
        card: &RateCard,
    ) -> crate::Done<Quote> {
        let model = self.models.card(Some(&plan.model)).ok_or(AppError::NotFound)?;
        if !model.ready {
            return Err(AppError::ProviderUnavailable(format!(
                "{} is not ready ({}). Nothing was charged.",
                model.name, model.state
            )));
        }
        let bound = self.models.input_bound(&plan.model, &plan.messages);
        let input_tokens = u64::from(bound.ok_or(AppError::NotFound)?);
        let history = self.store.history(caller.org, plan.kind, &plan.model, HISTORY).await?;
        let input = QuoteInput {
            model: plan.model.clone(),
            input_tokens,
            likely_input_tokens: likely_input(&plan.messages),
            max_output_tokens: u64::from(plan.max_output_tokens),
            first_output_tokens: FIRST_OUTPUT_TOKENS,
            history,
        };
        quote(card, &input).map_err(|error| {
            tracing::error!(%error, "a quote failed");
            AppError::Internal
        })
    }

    /// What the shortest message to the default model needs to start; below it the pool is shown
    /// as paused. One micro-credit while no model is there.
    pub(crate) fn least_hold(&self) -> Credits {
        let least = || {
            let model = self.models.card(None)?.id;
            let prompt = crate::chat::shortest(&self.agent_name);
            let input_tokens = u64::from(self.models.input_bound(&model, &prompt)?);
            let input = QuoteInput {
                model,
                input_tokens,
                likely_input_tokens: input_tokens,
                max_output_tokens: FIRST_OUTPUT_TOKENS,
                first_output_tokens: FIRST_OUTPUT_TOKENS,
                history: Vec::new(),
            };
            let card = self.rates.current().ok()?.card;
            quote(&card, &input).ok().map(|quote| quote.hold)
        };
        least().unwrap_or(Credits::from_micros(1))
    }

    fn new_run(&self, caller: &Caller, plan: &Plan, quote: &Quote) -> RunRow {
        let now = self.now();
        RunRow {
            id: RunId::mint(now, &*self.entropy),
            org: caller.org,
            kind: plan.kind,
            title: plan.title.clone(),
            state: RunState::Queued,
            reason: None,
            session: plan.place.map(|place| place.0),
            answer: plan.place.map(|place| place.1),
            started_by: caller.user,
            started_by_name: caller.name.clone(),
            model: plan.model.clone(),
            quote: QuoteRow::from(*quote),
            charged: Credits::ZERO,
            held: Credits::ZERO,
            estimated: false,
            created_at: now,
            started_at: None,
            ended_at: None,
            day: None,
            position: 0,
            server: self.server.clone(),
        }
    }

    /// Runs a work whose hold is durable, in a task of its own.
    fn launch(
        self: &Arc<Self>,
        caller: &Caller,
        mut work: Box<dyn Work>,
        run: RunRow,
        opened: Opened,
    ) {
        let feed = self.feeds.open(run.id, opened.held);
        self.tell(&run);
        let app = Arc::clone(self);
        let zone = caller.zone.clone();
        tokio::spawn(async move {
            let (id, hold) = (run.id, opened.hold);
            let mut meter = Meter::new(Arc::clone(&app), run.clone(), &opened, feed);
            let result = AssertUnwindSafe(work.run(&mut meter)).catch_unwind().await;
            let result = result.unwrap_or_else(|_| {
                tracing::error!(run = %id, "a run panicked");
                Err(Stop(Reason::InternalError))
            });
            // What cannot be rated is our fault: nothing is charged, and the log says so.
            let charge = meter.cover_reported().await.unwrap_or_default();
            let (state, reason) = end_of(result, meter.stop_cause());
            let text = app.feeds.of(id).map(|feed: Arc<Feed>| feed.text());
            let settle = Settle {
                run,
                hold,
                zone,
                card: Arc::clone(&opened.card),
                steps: meter.steps().to_vec(),
                charge,
                state,
                reason,
                text,
            };
            app.settle(settle).await;
        });
    }

    /// Tells open screens that a run changed.
    pub(crate) fn tell(&self, run: &RunRow) {
        self.news.tell(run.org, Item::Run(run.id));
        if let Some(session) = run.session {
            self.news.tell(run.org, Item::Session(run.started_by, session));
        }
    }

    /// Stops every run, waits until all are settled, then takes nothing more; for the end of the
    /// server.
    pub async fn shut_down(&self, patience: Duration) {
        let settled = self.feeds.stop_all(StopCause::ShutDown);
        if tokio::time::timeout(patience, settled).await.is_err() {
            tracing::warn!("runs are still open; the next start settles them");
        }
        self.lanes.close().await;
    }
}

fn end_of(result: Result<(), Stop>, cause: Option<StopCause>) -> (RunState, Reason) {
    match (result, cause) {
        (Ok(()), _) => (RunState::Succeeded, Reason::Completed),
        (Err(Stop(Reason::Stopped)), Some(StopCause::ShutDown)) => {
            (RunState::Failed, Reason::ServerRestarted)
        }
        (Err(Stop(Reason::Stopped)), _) => (RunState::Cancelled, Reason::Stopped),
        (Err(Stop(reason)), _) => (RunState::Failed, reason),
    }
}
