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
use ampere_credits::rating::{Line, Quote, QuoteInput, RateCard, lines, quote};
use ampere_credits::{Credits, HoldId, RunId, Zone};
use ampere_store::ports::StoreError;
use ampere_store::rows::{
    LaneRequest, MessageRow, QuoteRow, Reason, RowWrite, RunChange, RunKind, RunRow, RunState,
    StepRow, UsageLineRow,
};
use async_trait::async_trait;
use futures_util::FutureExt;

use crate::app::App;
use crate::caller::{Act, Caller};
use crate::error::AppError;
use crate::feed::{Feed, StopCause};
use crate::lane::Answered;
use crate::meter::{DEADLINE_SECONDS, Meter, Opened, Stop, usage_of};
use crate::news::Item;

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
        let command =
            Command::Hold { hold, run: run.id, amount: quote.hold, deadline, cap: None };
        let mut writes = vec![RowWrite::Run(Box::new(run.clone()))];
        writes.extend(work.messages(run.id).into_iter().map(RowWrite::Message));
        let key = format!("start:{}:{}", caller.user, intent.key);
        let request = LaneRequest { request: Request { key, hash: intent.hash, command }, writes };
        let Answered { answer, .. } = self.lanes.submit(caller.org, request).await?;
        match answer {
            Answer::Done(outcome) => {
                let opened = Opened { hold, held: outcome.added, deadline, at: outcome.at };
                let run = RunRow { held: outcome.added, position: outcome.position, ..run };
                self.launch(caller, work, run.clone(), card, opened);
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
        let history =
            self.store.history(caller.org, plan.kind, &plan.model, HISTORY).await?;
        let input = QuoteInput {
            model: plan.model.clone(),
            input_tokens,
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
            let input_tokens = u64::from(self.models.input_bound(&model, &[])?);
            let input = QuoteInput {
                model,
                input_tokens,
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
        card: Arc<RateCard>,
        opened: Opened,
    ) {
        let feed = self.feeds.open(run.id, opened.held);
        self.tell(&run);
        let app = Arc::clone(self);
        let zone = caller.zone.clone();
        tokio::spawn(async move {
            let (id, hold) = (run.id, opened.hold);
            let mut meter =
                Meter::new(Arc::clone(&app), run.clone(), Arc::clone(&card), &opened, feed);
            let result = AssertUnwindSafe(work.run(&mut meter)).catch_unwind().await;
            let result = result.unwrap_or_else(|_| {
                tracing::error!(run = %id, "a run panicked");
                Err(Stop(Reason::InternalError))
            });
            let charge = meter.cover_reported().await.unwrap_or(meter.held());
            let (state, reason) = end_of(result, meter.stop_cause());
            let text = app.feeds.of(id).map(|feed: Arc<Feed>| feed.text());
            let settle = Settle {
                run,
                hold,
                zone,
                card,
                steps: meter.steps().to_vec(),
                charge,
                state,
                reason,
                text,
            };
            app.settle(settle).await;
        });
    }

    /// Ends a run's hold by what was used. Tries until the database takes it: a hold that is not
    /// ended would be credits lost.
    pub(crate) async fn settle(self: &Arc<Self>, settle: Settle) {
        let mut wait = Duration::from_millis(50);
        loop {
            let request = match settle.request(self) {
                Ok(request) => request,
                Err(error) => {
                    tracing::error!(run = %settle.run.id, %error, "a settle cannot be made");
                    return;
                }
            };
            match self.lanes.submit(settle.run.org, request).await {
                Ok(answered) => {
                    if let Answer::Refused(rejected) = answered.answer {
                        tracing::error!(run = %settle.run.id, %rejected, "a settle was refused");
                    }
                    break;
                }
                Err(error @ (StoreError::Damaged(_) | StoreError::Version(_))) => {
                    tracing::error!(run = %settle.run.id, %error, "a settle is impossible");
                    return;
                }
                Err(_) => {
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(Duration::from_secs(5));
                }
            }
        }
        self.feeds.close(settle.run.id, settle.state, settle.reason);
        self.tell(&settle.run);
    }

    /// Tells open screens that a run changed.
    pub(crate) fn tell(&self, run: &RunRow) {
        self.news.tell(run.org, Item::Run(run.id));
        if let Some(session) = run.session {
            self.news.tell(run.org, Item::Session(run.started_by, session));
        }
    }

    /// Stops every run and waits until all are settled; for the end of the server.
    pub async fn shut_down(&self, patience: Duration) {
        self.feeds.stop_all(StopCause::ShutDown);
        let settled = async {
            while self.feeds.working() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(patience, settled).await.is_err() {
            tracing::warn!("runs are still open; the next start settles them");
        }
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

/// Everything that ends a run's hold.
pub(crate) struct Settle {
    pub(crate) run: RunRow,
    pub(crate) hold: HoldId,
    pub(crate) zone: String,
    pub(crate) card: Arc<RateCard>,
    pub(crate) steps: Vec<StepRow>,
    pub(crate) charge: Credits,
    pub(crate) state: RunState,
    pub(crate) reason: Reason,
    pub(crate) text: Option<String>,
}

impl Settle {
    fn request(&self, app: &App) -> crate::Done<LaneRequest> {
        let now = app.now();
        let zone = Zone::named(&self.zone).unwrap_or_else(|_| Zone::utc());
        let day = now.day_in(&zone);
        let estimated = self.charge.is_positive() && self.steps.iter().any(used_estimate);
        let command = if self.charge.is_positive() {
            Command::Settle { hold: self.hold, charge: self.charge, estimated }
        } else {
            Command::Release { hold: self.hold }
        };
        let mut writes = vec![RowWrite::RunChange(RunChange {
            run: self.run.id,
            state: self.state,
            reason: Some(self.reason),
            estimated,
            started_at: self.steps.first().map(|step| step.started_at),
            ended_at: Some(now),
            day: Some(day),
        })];
        writes.extend(self.steps.iter().cloned().map(RowWrite::Step));
        writes.extend(self.usage_lines(now, day)?.into_iter().map(RowWrite::UsageLine));
        if let (Some(session), Some(message), Some(text)) =
            (self.run.session, self.run.answer, self.text.clone())
        {
            writes.push(RowWrite::MessageText { session, message, text });
        }
        let key = format!("end:{}", self.hold);
        Ok(LaneRequest { request: Request { key, hash: Hash::default(), command }, writes })
    }

    /// The rated lines; they add up to the charge. Where less is charged than was used (our
    /// cost), the last lines carry less.
    fn usage_lines(
        &self,
        at: ampere_credits::Timestamp,
        day: ampere_credits::Day,
    ) -> crate::Done<Vec<UsageLineRow>> {
        let usage: Vec<_> = self.steps.iter().flat_map(usage_of).collect();
        let rated: Vec<Line> = lines(&self.card, &usage).map_err(|_| AppError::Internal)?;
        let mut rest = self.charge;
        let mut rows = Vec::new();
        for (index, line) in rated.into_iter().enumerate() {
            let Some(step) = self.steps.get(index / 2) else { break };
            let credits = line.credits.min(rest);
            rest = rest.minus(credits)?;
            if line.usage.quantity == 0 || self.charge.is_zero() {
                continue;
            }
            rows.push(UsageLineRow {
                run: self.run.id,
                number: u32::try_from(rows.len()).unwrap_or(u32::MAX).saturating_add(1),
                step: step.number,
                kind: self.run.kind,
                user: self.run.started_by,
                model: line.usage.model,
                measure: line.usage.measure,
                quantity: line.usage.quantity,
                micros_per_million: line.micros_per_million,
                credits,
                estimated: step.estimated,
                at,
                day,
            });
        }
        Ok(rows)
    }
}

fn used_estimate(step: &StepRow) -> bool {
    step.estimated && (step.input_tokens > 0 || step.output_tokens > 0)
}
