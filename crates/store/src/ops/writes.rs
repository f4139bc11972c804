//! The rows that stand or fall with a command of a pool: runs, messages, usage, purchases.
//!
//! Called only inside a commit, only for what was done. A run's numbers are the pool's.

use ampere_credits::ledger::Pool;
use ampere_credits::{CheckoutId, Credits, GrantId, MessageId, OrgId, RunId, SessionId, Timestamp};

use crate::ports::{Kept, StoreError};
use crate::rows::{CheckoutState, MessageRow, RowWrite, RunChange, RunRow, StepRow, UsageLineRow};
use crate::tx::{Tx, statements};
use crate::values::values;

statements! {
    /// A new run.
    ADD_RUN = "INSERT INTO runs (org, id, kind, title, state, reason, session, answer, \
               started_by, model, quote_low, quote_typical, quote_high, quote_hold, \
               quote_from_history, rate_card_version, charged, held, estimated, created_at, \
               started_at, ended_at, day, position, server) VALUES ($1, $2, $3, $4, $5, $6, \
               $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
               $23, $24, $25)";
    /// How a run stands.
    CHANGE_RUN = "UPDATE runs SET state = $1, reason = $2, estimated = $3, \
                  started_at = coalesce($4, started_at), ended_at = coalesce($5, ended_at), \
                  day = coalesce($6, day), charged = $7, held = $8, position = $9 \
                  WHERE org = $10 AND id = $11";
    /// A message of a conversation that is not deleted, numbered after the last one.
    ADD_MESSAGE = "INSERT INTO messages (org, session, number, id, author, body, run, \
                   created_at) SELECT s.org, s.id, (SELECT coalesce(max(m.number), 0) + 1 \
                   FROM messages m WHERE m.org = s.org AND m.session = s.id), $1, $2, $3, $4, \
                   CAST($5 AS BIGINT) FROM sessions s \
                   WHERE s.org = $6 AND s.id = $7 AND s.deleted_at IS NULL";
    /// The conversation's latest activity.
    TOUCH_SESSION = "UPDATE sessions SET updated_at = $1 \
                     WHERE org = $2 AND id = $3 AND updated_at < $1";
    /// The text of an answer; nothing if it was deleted.
    SET_TEXT = "UPDATE messages SET body = $1 WHERE org = $2 AND session = $3 AND id = $4";
    /// A rated line.
    ADD_USAGE_LINE = "INSERT INTO usage_lines (org, run, number, step, kind, user_id, model, \
                      measure, quantity, micros_per_million, credits, estimated, settled_at, \
                      day) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    /// A step as it is now.
    PUT_STEP = "INSERT INTO steps (org, run, number, name, model, state, started_at, ended_at, \
                input_tokens, output_tokens, estimated) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
                ON CONFLICT (org, run, number) DO UPDATE SET name = excluded.name, \
                model = excluded.model, state = excluded.state, \
                started_at = excluded.started_at, ended_at = excluded.ended_at, \
                input_tokens = excluded.input_tokens, \
                output_tokens = excluded.output_tokens, estimated = excluded.estimated";
    /// A purchase whose credits are in the pool now.
    GRANT_CHECKOUT = "UPDATE checkouts SET state = $1, reason = NULL, grant_id = $2, \
                      payment = $3, position = $4, updated_at = $5 \
                      WHERE org = $6 AND id = $7";
}

/// What was booked for the rows of one request.
pub(super) struct Booking<'a> {
    /// The pool at the end of the commit.
    pub pool: &'a Pool,
    /// The request's entry.
    pub position: u64,
    /// When it was booked.
    pub at: Timestamp,
}

impl Booking<'_> {
    /// Charged by ended holds of a run, and held in its open one without overdraft.
    fn of_run(&self, run: RunId) -> Kept<(Credits, Credits)> {
        let charged = self.pool.charged.get(&run).copied().unwrap_or_default();
        let open = self.pool.open_hold_of(run);
        let slices = open.into_iter().flat_map(|hold| &hold.slices).map(|slice| slice.amount);
        let held = Credits::sum(slices).map_err(|error| StoreError::Damaged(error.to_string()))?;
        Ok((charged, held))
    }
}

/// The run whose numbers a row says.
pub(super) fn run_of(row: &RowWrite) -> Option<RunId> {
    match row {
        RowWrite::Run(run) => Some(run.id),
        RowWrite::RunChange(change) => Some(change.run),
        RowWrite::Message(_)
        | RowWrite::MessageText { .. }
        | RowWrite::UsageLine(_)
        | RowWrite::Step(_)
        | RowWrite::CheckoutGranted { .. } => None,
    }
}

/// Writes one row.
pub(super) async fn write(tx: &mut dyn Tx, booking: &Booking<'_>, row: RowWrite) -> Kept<()> {
    let org = booking.pool.org;
    match row {
        RowWrite::Run(run) => add_run(tx, booking, *run).await,
        RowWrite::RunChange(change) => change_run(tx, booking, change).await,
        RowWrite::Message(message) => add_message(tx, booking, message).await,
        RowWrite::MessageText { session, message, text } => {
            set_text(tx, org, (session, message, text)).await?;
            touch_session(tx, org, session, booking.at).await
        }
        RowWrite::UsageLine(line) => add_usage_line(tx, booking, line).await,
        RowWrite::Step(step) => put_step(tx, org, step).await,
        RowWrite::CheckoutGranted { checkout, grant, payment } => {
            grant_checkout(tx, booking, (checkout, grant, payment)).await
        }
    }
}

async fn add_run(tx: &mut dyn Tx, booking: &Booking<'_>, run: RunRow) -> Kept<()> {
    let (charged, held) = booking.of_run(run.id)?;
    let quote = run.quote;
    let mut list = values![booking.pool.org, run.id, run.kind, run.title, run.state, run.reason];
    list.extend(values![run.session, run.answer, run.started_by, run.model]);
    list.extend(values![quote.low, quote.typical, quote.high, quote.hold, quote.from_history]);
    list.extend(values![quote.rate_card_version, charged, held, run.estimated, run.created_at]);
    list.extend(values![run.started_at, run.ended_at, run.day, booking.position, run.server]);
    tx.execute(&ADD_RUN, list).await?;
    Ok(())
}

async fn change_run(tx: &mut dyn Tx, booking: &Booking<'_>, change: RunChange) -> Kept<()> {
    let (charged, held) = booking.of_run(change.run)?;
    let mut list = values![change.state, change.reason, change.estimated, change.started_at];
    list.extend(values![change.ended_at, change.day, charged, held, booking.position]);
    list.extend(values![booking.pool.org, change.run]);
    tx.execute(&CHANGE_RUN, list).await?;
    Ok(())
}

async fn add_message(tx: &mut dyn Tx, booking: &Booking<'_>, message: MessageRow) -> Kept<()> {
    let (org, session, at) = (booking.pool.org, message.session, message.created_at);
    let MessageRow { id, author, text, run, .. } = message;
    tx.execute(&ADD_MESSAGE, values![id, author, text, run, at, org, session]).await?;
    touch_session(tx, org, session, at).await
}

async fn touch_session(tx: &mut dyn Tx, org: OrgId, session: SessionId, at: Timestamp) -> Kept<()> {
    tx.execute(&TOUCH_SESSION, values![at, org, session]).await?;
    Ok(())
}

/// The text of an answer as it is now.
pub(super) async fn set_text(
    tx: &mut dyn Tx,
    org: OrgId,
    (session, message, text): (SessionId, MessageId, String),
) -> Kept<()> {
    tx.execute(&SET_TEXT, values![text, org, session, message]).await?;
    Ok(())
}

async fn add_usage_line(tx: &mut dyn Tx, booking: &Booking<'_>, line: UsageLineRow) -> Kept<()> {
    let mut list = values![booking.pool.org, line.run, line.number, line.step, line.kind];
    list.extend(values![line.user, line.model, line.measure, line.quantity]);
    list.extend(values![line.micros_per_million, line.credits, line.estimated, line.at, line.day]);
    tx.execute(&ADD_USAGE_LINE, list).await?;
    Ok(())
}

/// A step as it is now, whatever it was.
pub(super) async fn put_step(tx: &mut dyn Tx, org: OrgId, step: StepRow) -> Kept<()> {
    let mut list = values![org, step.run, step.number, step.name, step.model, step.state];
    list.extend(values![step.started_at, step.ended_at, step.input_tokens, step.output_tokens]);
    list.extend(values![step.estimated]);
    tx.execute(&PUT_STEP, list).await?;
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
