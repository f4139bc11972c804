//! How runs, steps, usage lines and messages are read from rows.

use crate::ports::Kept;
use crate::rows::{MessageRow, QuoteRow, RunRow, StepRow, UsageLineRow};
use crate::values::Row;

macro_rules! run_columns {
    () => {
        "r.id, r.org, r.kind, r.subject, r.title, r.state, r.reason, r.session, r.answer, \
         r.started_by, coalesce(u.name, ''), r.triggered_by, r.schedule, r.model, r.quote_low, \
         r.quote_typical, r.quote_high, r.quote_hold, r.quote_from_history, \
         r.rate_card_version, r.cap, r.charged, r.held, r.estimated, r.created_at, \
         r.started_at, r.ended_at, r.day, r.position, r.server \
         FROM runs r LEFT JOIN users u ON u.id = r.started_by "
    };
}
pub(super) use run_columns;

/// The states in which a run can still change are all but these, as the indexes say it.
macro_rules! unended {
    () => {
        "state NOT IN ('succeeded', 'failed', 'cancelled')"
    };
}
pub(super) use unended;

/// A run.
pub(super) fn run_row(mut row: Row) -> Kept<RunRow> {
    Ok(RunRow {
        id: row.take()?,
        org: row.take()?,
        kind: row.take()?,
        subject: row.take()?,
        title: row.take()?,
        state: row.take()?,
        reason: row.take()?,
        session: row.take()?,
        answer: row.take()?,
        started_by: row.take()?,
        started_by_name: row.take()?,
        trigger: row.take()?,
        schedule: row.take()?,
        model: row.take()?,
        quote: QuoteRow {
            low: row.take()?,
            typical: row.take()?,
            high: row.take()?,
            hold: row.take()?,
            from_history: row.take()?,
            rate_card_version: row.take()?,
        },
        cap: row.take()?,
        charged: row.take()?,
        held: row.take()?,
        estimated: row.take()?,
        created_at: row.take()?,
        started_at: row.take()?,
        ended_at: row.take()?,
        day: row.take()?,
        position: row.take()?,
        server: row.take()?,
    })
}

/// A step.
pub(super) fn step_row(mut row: Row) -> Kept<StepRow> {
    Ok(StepRow {
        run: row.take()?,
        number: row.take()?,
        path: row.take()?,
        part: row.take()?,
        kind: row.take()?,
        name: row.take()?,
        model: row.take()?,
        state: row.take()?,
        attempt: row.take()?,
        started_at: row.take()?,
        ended_at: row.take()?,
        input_tokens: row.take()?,
        output_tokens: row.take()?,
        seconds: row.take()?,
        estimated: row.take()?,
        note: row.take()?,
        result: row.take()?,
    })
}

/// A usage line.
pub(super) fn usage_line_row(mut row: Row) -> Kept<UsageLineRow> {
    Ok(UsageLineRow {
        run: row.take()?,
        number: row.take()?,
        step: row.take()?,
        kind: row.take()?,
        user: row.take()?,
        model: row.take()?,
        measure: row.take()?,
        quantity: row.take()?,
        micros_per_million: row.take()?,
        credits: row.take()?,
        estimated: row.take()?,
        at: row.take()?,
        day: row.take()?,
    })
}

/// A message.
pub(super) fn message_row(mut row: Row) -> Kept<MessageRow> {
    Ok(MessageRow {
        id: row.take()?,
        org: row.take()?,
        session: row.take()?,
        author: row.take()?,
        text: row.take()?,
        run: row.take()?,
        created_at: row.take()?,
        follow_ups: row.take()?,
        attachments: row.take()?,
    })
}
