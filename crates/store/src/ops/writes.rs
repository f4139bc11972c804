//! The rows that stand or fall with a command of a pool: runs, steps, usage and purchases here, the
//! others beside their ports.
//!
//! Called only inside a commit, for what was done and for runs that join the queue. A run's
//! numbers are the pool's.

use ampere_credits::ledger::Pool;
use ampere_credits::{CheckoutId, Credits, Day, GrantId, OrgId, RunId, Timestamp};

use crate::ops::schedules::Start;
use crate::ops::{background, billing, chat, payments, recharge, schedules, tasks};
use crate::ports::{Kept, StoreError};
use crate::rows::{
    CheckoutState, Reason, RowWrite, RunChange, RunRow, RunState, StepRow, UsageLineRow,
};
use crate::tx::{Tx, statements};
use crate::values::values;

statements! {
    /// A new run.
    ADD_RUN = "INSERT INTO runs (org, id, kind, subject, title, state, reason, session, \
               answer, started_by, triggered_by, schedule, model, quote_low, quote_typical, \
               quote_high, quote_hold, quote_from_history, rate_card_version, cap, charged, \
               held, estimated, created_at, started_at, ended_at, day, position, server) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
               $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)";
    /// How a run stands; of what is not told, as before.
    CHANGE_RUN = "UPDATE runs SET state = $1, reason = $2, estimated = coalesce($3, estimated), \
                  started_at = coalesce($4, started_at), ended_at = coalesce($5, ended_at), \
                  day = coalesce($6, day), charged = coalesce($7, charged), \
                  held = coalesce($8, held), position = coalesce($9, position) \
                  WHERE org = $10 AND id = $11";
    /// A rated line.
    ADD_USAGE_LINE = "INSERT INTO usage_lines (org, run, number, step, kind, user_id, model, \
                      measure, quantity, micros_per_million, credits, estimated, settled_at, \
                      day) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    /// A step as it is now.
    PUT_STEP = "INSERT INTO steps (org, run, number, path, part, kind, name, model, state, \
                attempt, started_at, ended_at, input_tokens, output_tokens, seconds, \
                estimated, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, \
                $13, $14, $15, $16, $17) \
                ON CONFLICT (org, run, number) DO UPDATE SET path = excluded.path, \
                part = excluded.part, kind = excluded.kind, name = excluded.name, \
                model = excluded.model, \
                state = excluded.state, attempt = excluded.attempt, \
                started_at = excluded.started_at, ended_at = excluded.ended_at, \
                input_tokens = excluded.input_tokens, \
                output_tokens = excluded.output_tokens, seconds = excluded.seconds, \
                estimated = excluded.estimated, \
                note = excluded.note";
    /// What came out of a step of a run, unless the run's conversation was deleted.
    PUT_STEP_RESULT = "INSERT INTO step_results (org, run, number, result) \
                       SELECT r.org, r.id, CAST($1 AS BIGINT), $2 FROM runs r \
                       LEFT JOIN sessions s ON s.org = r.org AND s.id = r.session \
                       WHERE r.org = $3 AND r.id = $4 AND s.deleted_at IS NULL \
                       ON CONFLICT (org, run, number) DO UPDATE SET result = excluded.result";
    /// A purchase whose credits are in the pool now.
    GRANT_CHECKOUT = "UPDATE checkouts SET state = $1, reason = NULL, grant_id = $2, \
                      payment = $3, position = $4, updated_at = $5 \
                      WHERE org = $6 AND id = $7";
}

/// What was booked for the rows of one request.
pub(super) struct Booking<'a> {
    /// The pool at the end of the commit.
    pub pool: &'a Pool,
    /// The request's entry; none where nothing was booked for it.
    pub position: Option<u64>,
    /// When it was booked.
    pub at: Timestamp,
}

/// A run's numbers in the pool.
pub(super) struct Numbers {
    /// Charged by its ended holds.
    charged: Credits,
    /// Held in its open one, without overdraft.
    held: Credits,
    /// Position of its last entry, if this commit booked one.
    position: Option<u64>,
}

impl Booking<'_> {
    /// A run's numbers at the end of the commit.
    pub fn numbers_of(&self, run: RunId) -> Kept<Numbers> {
        let charged = self.pool.charged.get(&run).copied().unwrap_or_default();
        let open = self.pool.open_hold_of(run);
        let slices = open.into_iter().flat_map(|hold| &hold.slices).map(|slice| slice.amount);
        let held = Credits::sum(slices).map_err(|error| StoreError::Damaged(error.to_string()))?;
        Ok(Numbers { charged, held, position: self.position })
    }
}

/// How a run's row changes; what is none stays as it is, but for the reason.
pub(super) struct RunUpdate {
    pub run: RunId,
    pub state: RunState,
    pub reason: Option<Reason>,
    pub estimated: Option<bool>,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub day: Option<Day>,
}

impl RunUpdate {
    /// A run that waits for its turn at the model, nothing else told.
    pub fn queued(run: RunId) -> Self {
        let (reason, estimated, started_at) = (None, None, None);
        let (state, ended_at, day) = (RunState::Queued, None, None);
        RunUpdate { run, state, reason, estimated, started_at, ended_at, day }
    }
}

impl From<RunChange> for RunUpdate {
    fn from(change: RunChange) -> Self {
        let RunChange { run, state, reason, estimated, started_at, ended_at, day } = change;
        let estimated = Some(estimated);
        RunUpdate { run, state, reason, estimated, started_at, ended_at, day }
    }
}

/// The run whose numbers a row says.
pub(super) fn run_of(row: &RowWrite) -> Option<RunId> {
    match row {
        RowWrite::Run(run) => Some(run.id),
        RowWrite::RunChange(change) => Some(change.run),
        _ => None,
    }
}

/// Writes one row.
pub(super) async fn write(tx: &mut dyn Tx, booking: &Booking<'_>, row: RowWrite) -> Kept<()> {
    let org = booking.pool.org;
    match row {
        RowWrite::Run(run) => add_run(tx, booking, *run).await,
        RowWrite::RunChange(change) => {
            let numbers = booking.numbers_of(change.run)?;
            set_run(tx, org, change.into(), Some(numbers)).await
        }
        RowWrite::UsageLine(line) => add_usage_line(tx, org, line).await,
        RowWrite::Step(step) => put_step(tx, org, step).await,
        RowWrite::CheckoutGranted { checkout, grant, payment } => {
            grant_checkout(tx, booking, (checkout, grant, payment)).await
        }
        RowWrite::PlanPeriod(row) => billing::add_period(tx, *row).await,
        RowWrite::RechargeGranted { attempt, grant, payment } => {
            recharge::granted(tx, booking, (attempt, grant, payment)).await
        }
        RowWrite::PaymentGrant(row) => payments::add_grant(tx, org, row).await,
        RowWrite::Task(task) => tasks::add(tx, org, *task).await,
        RowWrite::TaskResult { run, result } => tasks::set_result(tx, org, run, result).await,
        RowWrite::ScheduleStarted { schedule, run, next_at, completed, needed } => {
            let start = Start { schedule, run, next_at, completed, needed };
            schedules::started(tx, booking, start).await
        }
        RowWrite::ScheduleEnded { schedule, run, failed } => {
            schedules::ended(tx, booking, (schedule, run, failed)).await
        }
        RowWrite::Job(job) => background::add_job(tx, org, job).await,
        RowWrite::JobDone(job) => background::drop_job(tx, org, job).await,
        RowWrite::Message(message) => chat::add_message(tx, org, message).await,
        RowWrite::MessageText { session, message, text } => {
            chat::end_text(tx, booking, (session, message, text)).await
        }
        RowWrite::SessionTitle { session, title } => {
            chat::set_title(tx, org, (session, title)).await
        }
        RowWrite::SessionSummary { session, summary, summarized } => {
            chat::set_summary(tx, org, (session, summary, summarized)).await
        }
        RowWrite::FollowUps { session, message, json } => {
            chat::set_follow_ups(tx, org, (session, message, json)).await
        }
    }
}

async fn add_run(tx: &mut dyn Tx, booking: &Booking<'_>, run: RunRow) -> Kept<()> {
    let Numbers { charged, held, position } = booking.numbers_of(run.id)?;
    let quote = run.quote;
    let mut list = values![booking.pool.org, run.id, run.kind, run.subject, run.title, run.state];
    list.extend(values![run.reason, run.session, run.answer, run.started_by, run.trigger]);
    list.extend(values![run.schedule, run.model, quote.low, quote.typical, quote.high]);
    list.extend(values![quote.hold, quote.from_history, quote.rate_card_version, run.cap]);
    list.extend(values![charged, held, run.estimated, run.created_at, run.started_at]);
    // Position 0: it waits, and the journal does not know it yet.
    list.extend(values![run.ended_at, run.day, position.unwrap_or_default(), run.server]);
    tx.execute(&ADD_RUN, list).await?;
    Ok(())
}

/// How a run stands now; without numbers they stay as they are.
pub(super) async fn set_run(
    tx: &mut dyn Tx,
    org: OrgId,
    update: RunUpdate,
    numbers: Option<Numbers>,
) -> Kept<()> {
    let charged = numbers.as_ref().map(|each| each.charged);
    let held = numbers.as_ref().map(|each| each.held);
    let position = numbers.and_then(|each| each.position);
    let mut list = values![update.state, update.reason, update.estimated, update.started_at];
    list.extend(values![update.ended_at, update.day, charged, held, position]);
    list.extend(values![org, update.run]);
    tx.execute(&CHANGE_RUN, list).await?;
    Ok(())
}

async fn add_usage_line(tx: &mut dyn Tx, org: OrgId, line: UsageLineRow) -> Kept<()> {
    let mut list = values![org, line.run, line.number, line.step, line.kind];
    list.extend(values![line.user, line.model, line.measure, line.quantity]);
    list.extend(values![line.micros_per_million, line.credits, line.estimated, line.at, line.day]);
    tx.execute(&ADD_USAGE_LINE, list).await?;
    Ok(())
}

/// A step as it is now, whatever it was; a result that is there stays.
pub(super) async fn put_step(tx: &mut dyn Tx, org: OrgId, step: StepRow) -> Kept<()> {
    let mut list = values![org, step.run, step.number, step.path, step.part, step.kind];
    list.extend(values![step.name, step.model, step.state, step.attempt, step.started_at]);
    list.extend(values![step.ended_at, step.input_tokens, step.output_tokens]);
    list.extend(values![step.seconds, step.estimated, step.note]);
    tx.execute(&PUT_STEP, list).await?;
    if let Some(result) = step.result {
        let list = values![step.number, result, org, step.run];
        tx.execute(&PUT_STEP_RESULT, list).await?;
    }
    Ok(())
}

async fn grant_checkout(
    tx: &mut dyn Tx,
    booking: &Booking<'_>,
    (checkout, grant, payment): (CheckoutId, GrantId, String),
) -> Kept<()> {
    let mut list = values![CheckoutState::Granted, grant, payment, booking.position, booking.at];
    list.extend(values![booking.pool.org, checkout]);
    tx.execute(&GRANT_CHECKOUT, list).await?;
    Ok(())
}
