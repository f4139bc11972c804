//! The only way to spend: authorize → quote → HOLD → run → rate → SETTLE → tell.
//!
//! `spend()` owns both ends and never returns between them: success, failure, a stop, a panic
//! and a closed connection all settle what the meter saw. A run lives in its own task; whoever
//! asked only watches it. Where to read on: [`crate::meter`], then [`crate::chat`] for a work.

use std::sync::Arc;
use std::time::Duration;

use ampere_credits::ledger::{
    Answer, Command, Draw, Fact, Hash, Queueing, Rejected, Request, Turn, Waiting,
};
use ampere_credits::rating::{Quote, QuoteInput, RateCard, WorkInput, quote, quote_work};
use ampere_credits::{Credits, HoldId, RunId};
use ampere_store::rows::{Alike, LaneRequest, QuoteRow, Reason, RowWrite, RunRow, RunState};

use crate::app::App;
use crate::caller::{Act, Caller};
use crate::error::AppError;
use crate::feed::StopCause;
use crate::lane::Answered;
use crate::meter::{DEADLINE_SECONDS, Opened, likely_input};
use crate::news::Item;
pub use crate::work::{Bill, Plan, WhenShort, Work};

/// Output tokens that a hold begins with; it is extended before the run passes it.
const FIRST_OUTPUT_TOKENS: u64 = 128;
/// Earlier runs that a quote looks at.
const HISTORY: u32 = 50;

/// The key under which a start is remembered for ever, and the hash of what was asked.
#[derive(Debug, Clone)]
pub struct Intent {
    /// Chosen by the caller; unique per person.
    pub key: String,
    /// Hash of the request's body.
    pub hash: Hash,
}

/// The key of a start in the journal.
pub(crate) fn start_key(caller: &Caller, intent: &Intent) -> String {
    format!("start:{}:{}", caller.user, intent.key)
}

/// A run whose hold is durable, or that waits for one.
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
        let _inside = self.doors.enter(caller.org, caller.user)?;
        let _place = match self.room_for_run(caller.org, work.plan().trigger).await {
            Err(full @ AppError::ConcurrencyLimited { .. }) => {
                return self.made_before(caller, (work.plan().draw, &intent), full).await;
            }
            place => place?,
        };
        let card = self.rates.current()?.card;
        let quote = self.quote(caller, work.plan(), &card).await?;
        let run = self.new_run(caller, work.plan(), &quote);
        let (request, waiting) = self.hold_request(caller, &*work, &run, intent);
        let Command::Hold { hold, deadline, draw, .. } = request.request.command else {
            return Err(AppError::Internal);
        };
        let answer = self.hold(caller, request).await?;
        match answer {
            Answer::Done(outcome) => {
                let (held, at) = (outcome.added, outcome.at);
                let (pausable, settled) = (work.pausable(), Vec::new());
                let opened = Opened { hold, held, deadline, at, card, draw, pausable, settled };
                let run = RunRow { held, position: outcome.position, ..run };
                self.launch(caller.zone.clone(), work, run.clone(), opened)?;
                Ok(Started { run, replayed: false })
            }
            Answer::Waits => {
                self.tell(&waiting);
                Ok(Started { run: waiting, replayed: false })
            }
            Answer::Replayed(outcome) => self.replayed(caller, outcome.fact).await,
            Answer::Refused(rejected) => Err(self.refusal(caller, quote.hold, rejected).await),
        }
    }

    /// At the limit nothing starts, and a start that was made before is answered as it was then: a
    /// hold that may take nothing is refused under a new key, and replayed under a known one.
    async fn made_before(
        &self,
        caller: &Caller,
        (draw, intent): (Draw, &Intent),
        full: AppError,
    ) -> crate::Done<Started> {
        let now = self.now();
        let command = Command::Hold {
            hold: HoldId::mint(now, &*self.entropy),
            run: RunId::mint(now, &*self.entropy),
            amount: Credits::from_micros(1),
            deadline: now.plus_seconds(DEADLINE_SECONDS),
            cap: Some(Credits::ZERO),
            draw,
        };
        let (key, hash, queueing) = (start_key(caller, intent), intent.hash, Queueing::Overtakes);
        let request = Request { key, hash, command, queueing };
        let request = LaneRequest { request, writes: Vec::new(), waiting: Vec::new() };
        match self.lanes.submit(caller.org, request).await?.answer {
            Answer::Replayed(outcome) => self.replayed(caller, outcome.fact).await,
            Answer::Refused(Rejected::KeyReused) => Err(AppError::IdempotencyMismatch),
            _ => Err(full),
        }
    }

    /// Has the hold decided. Where credits are short, auto-recharge is tried first, and the same
    /// request asked once more if it brought any; what waits is served when they come.
    async fn hold(self: &Arc<Self>, caller: &Caller, request: LaneRequest) -> crate::Done<Answer> {
        let org = caller.org;
        let again = self.recharging.armed(org).then(|| request.clone());
        let Answered { answer, .. } = self.lanes.submit(org, request).await?;
        match (&answer, again) {
            (Answer::Refused(Rejected::InsufficientCredits { .. }), Some(request))
                if self.recharged_first(org).await =>
            {
                Ok(self.lanes.submit(org, request).await?.answer)
            }
            (Answer::Waits, Some(_)) => {
                self.recharging.refused(org);
                Ok(answer)
            }
            _ => Ok(answer),
        }
    }

    /// The request that takes a work's hold, and its run as it is if it has to wait.
    fn hold_request(
        &self,
        caller: &Caller,
        work: &dyn Work,
        run: &RunRow,
        intent: Intent,
    ) -> (LaneRequest, RunRow) {
        let plan = work.plan();
        let hold = HoldId::mint(run.created_at, &*self.entropy);
        let (amount, cap, draw) = (run.quote.hold, plan.cap, plan.draw);
        let deadline = run.created_at.plus_seconds(DEADLINE_SECONDS);
        let command = Command::Hold { hold, run: run.id, amount, deadline, cap, draw };
        let (state, reason) = (RunState::WaitingForCredits, Some(Reason::NoCredits));
        let waiting = RunRow { state, reason, ..run.clone() };
        let (since, hold_seconds, turn) = (run.created_at, DEADLINE_SECONDS, Turn::Waiting);
        let queueing = match plan.when_short {
            WhenShort::Overtake => Queueing::Overtakes,
            WhenShort::Refuse => Queueing::InTurn,
            WhenShort::Wait => {
                let run = run.id;
                Queueing::IfShort(Waiting { turn, since, run, hold, amount, hold_seconds, cap })
            }
        };
        let rows = |row: &RunRow| {
            let mut rows = vec![RowWrite::Run(Box::new(row.clone()))];
            rows.extend(work.rows(row));
            rows
        };
        let key = start_key(caller, &intent);
        let request = Request { key, hash: intent.hash, command, queueing };
        // Most work cannot wait: its rows are made once.
        let may_wait = matches!(request.queueing, Queueing::IfShort(_));
        let if_waiting = if may_wait { rows(&waiting) } else { Vec::new() };
        let writes = rows(run);
        (LaneRequest { request, writes, waiting: if_waiting }, waiting)
    }

    async fn replayed(&self, caller: &Caller, fact: Fact) -> crate::Done<Started> {
        let Fact::Held { run, .. } = fact else { return Err(AppError::IdempotencyMismatch) };
        let run = self.store.run(caller.org, run).await?.ok_or(AppError::Internal)?;
        Ok(Started { run, replayed: true })
    }

    async fn refusal(&self, caller: &Caller, hold: Credits, rejected: Rejected) -> AppError {
        match rejected {
            Rejected::InsufficientCredits { .. } | Rejected::PoolLocked => {
                self.shortage(caller, hold, 0).await
            }
            Rejected::WaitsBehind { waiting } => self.shortage(caller, hold, waiting).await,
            Rejected::CapReached { cap, .. } => AppError::field(
                "/max_credits",
                "too_low",
                format!("this needs a hold of {hold} credits to start; the cap is {cap}"),
            ),
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
        if plan.bill.asks() {
            self.ready(&plan.model)?;
        }
        let quoted = match &plan.bill {
            Bill::Answer { messages, max_output_tokens } => {
                let bound = self.models.input_bound(&plan.model, messages);
                let input_tokens = u64::from(bound.ok_or(AppError::NotFound)?);
                let (org, kind, model) = (caller.org, plan.kind, &plan.model);
                let input = QuoteInput {
                    model: model.clone(),
                    input_tokens,
                    likely_input_tokens: likely_input(messages),
                    max_output_tokens: u64::from(*max_output_tokens),
                    first_output_tokens: FIRST_OUTPUT_TOKENS,
                    history: self.store.history(org, kind, model, HISTORY).await?,
                };
                quote(card, &input)
            }
            Bill::Calls { calls, least } | Bill::Timed { calls, least, .. } => {
                let subject = plan.subject.as_deref().unwrap_or_default();
                let (kind, model) = (plan.kind, plan.model.clone());
                let alike = Alike { kind, subject: subject.to_owned(), model };
                let history = self.store.charges(caller.org, alike, HISTORY).await?;
                // Background work never goes beyond what it may draw on: all of it is held at once.
                let first_output_tokens =
                    if plan.draw == Draw::Pool { FIRST_OUTPUT_TOKENS } else { u64::MAX };
                let (calls, least) = (calls.clone(), least.clone());
                let time = match &plan.bill {
                    Bill::Timed { time, .. } => Some(time.clone()),
                    _ => None,
                };
                let input = WorkInput { calls, least, first_output_tokens, history, time };
                quote_work(card, &input)
            }
        };
        let quoted = quoted.map_err(|error| {
            tracing::error!(%error, "a quote failed");
            AppError::Internal
        })?;
        // It is never charged more than its cap; what it must hold to start stays as it is.
        let most = |credits: Credits| plan.cap.map_or(credits, |cap| credits.min(cap));
        let (low, typical, high) = (most(quoted.low), most(quoted.typical), most(quoted.high));
        Ok(Quote { low, typical, high, ..quoted })
    }

    /// A model that cannot answer now is refused before anything is held.
    fn ready(&self, model: &str) -> crate::Done<()> {
        let model = self.models.card(Some(model)).ok_or(AppError::NotFound)?;
        if model.ready {
            return Ok(());
        }
        Err(AppError::ProviderUnavailable(format!(
            "{} is not ready ({}). Nothing was charged.",
            model.name, model.state
        )))
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
            subject: plan.subject.clone(),
            trigger: plan.trigger,
            schedule: plan.schedule,
            state: RunState::Queued,
            reason: None,
            session: plan.place.map(|place| place.0),
            answer: plan.place.and_then(|place| place.1),
            started_by: caller.user,
            started_by_name: caller.name.clone(),
            model: plan.model.clone(),
            quote: QuoteRow::from(*quote),
            cap: plan.cap,
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

    /// Tells open screens that a run changed.
    pub(crate) fn tell(&self, run: &RunRow) {
        self.news.tell(run.org, Item::Run(run.id));
        if let Some(session) = run.session {
            self.news.tell(run.org, Item::Session(session));
        }
    }

    /// Stops every run, waits until all are settled, then takes nothing more; for the end of the
    /// server.
    pub async fn shut_down(&self, patience: Duration) {
        self.ending.store(true, std::sync::atomic::Ordering::SeqCst);
        let settled = self.feeds.stop_all(StopCause::ShutDown);
        if tokio::time::timeout(patience, settled).await.is_err() {
            tracing::warn!("runs are still open; the next start settles them");
        }
        self.lanes.close().await;
    }
}
