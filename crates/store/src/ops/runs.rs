//! Runs and what is recorded of them while they work.

use ampere_credits::{MessageId, OrgId, RunId, SessionId, Timestamp};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::run_rows::{run_columns, run_row, step_row, unended, usage_line_row};
use crate::ops::{usage, writes};
use crate::ports::{Kept, RunStore};
use crate::rows::{Page, RunFilter, RunKind, RunRow, RunState, StepRow, UsageLineRow, UsageSums};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

statements! {
    /// One run.
    RUN = concat!("SELECT ", run_columns!(), "WHERE r.org = $1 AND r.id = $2");
    /// Runs before an id.
    RUNS = concat!(
        "SELECT ", run_columns!(),
        "WHERE r.org = $1 AND r.id < $2 AND (r.state = $3 OR $3 IS NULL) \
         AND (r.kind = $4 OR $4 IS NULL) ORDER BY r.id DESC LIMIT $5");
    /// Runs of a conversation before an id.
    RUNS_OF_SESSION = concat!(
        "SELECT ", run_columns!(),
        "WHERE r.org = $1 AND r.session = $2 AND r.id < $3 AND (r.state = $4 OR $4 IS NULL) \
         AND (r.kind = $5 OR $5 IS NULL) ORDER BY r.id DESC LIMIT $6");
    /// Runs before an id that have not ended.
    RUNS_UNENDED = concat!(
        "SELECT ", run_columns!(),
        "WHERE r.org = $1 AND r.", unended!(), " AND r.id < $2 \
         AND (r.state = $3 OR $3 IS NULL) AND (r.kind = $4 OR $4 IS NULL) \
         AND (r.session = $5 OR $5 IS NULL) ORDER BY r.id DESC LIMIT $6");
    /// Runs of other server processes that have not ended.
    ORPHANS = concat!(
        "SELECT ", run_columns!(), "WHERE r.", unended!(), " AND r.server <> $1 \
         ORDER BY r.org, r.id");
    /// A run's steps.
    STEPS = "SELECT run, number, name, model, state, started_at, ended_at, input_tokens, \
             output_tokens, estimated FROM steps WHERE org = $1 AND run = $2 ORDER BY number";
    /// A run's rated lines.
    USAGE_LINES = "SELECT run, number, step, kind, user_id, model, measure, quantity, \
                   micros_per_million, credits, estimated, settled_at, day FROM usage_lines \
                   WHERE org = $1 AND run = $2 ORDER BY number";
    /// Output tokens of the latest succeeded runs.
    HISTORY = "SELECT (SELECT CAST(coalesce(sum(s.output_tokens), 0) AS BIGINT) FROM steps s \
               WHERE s.org = r.org AND s.run = r.id) FROM runs r \
               WHERE r.org = $1 AND r.kind = $2 AND r.model = $3 AND r.state = 'succeeded' \
               ORDER BY r.id DESC LIMIT $4";
    /// A run's state, while it has not ended.
    RUN_STATE = concat!("SELECT state FROM runs WHERE org = $1 AND id = $2 AND ", unended!());
    /// A run follows its step.
    FOLLOW_STEP = "UPDATE runs SET state = $1, started_at = coalesce(started_at, $2) \
                   WHERE org = $3 AND id = $4";
    /// Whether a step has ended.
    STEP_ENDED = "SELECT 1 FROM steps WHERE org = $1 AND run = $2 AND number = $3 \
                  AND ended_at IS NOT NULL";
}

/// What is written with a step: where the answer is kept, and its text so far.
type AnswerSoFar = Option<(SessionId, MessageId, String)>;

async fn record(tx: &mut dyn Tx, org: OrgId, step: StepRow, answer: AnswerSoFar) -> Kept<()> {
    let running = tx.query(&RUN_STATE, values![org, step.run]).await?;
    let ended = tx.query(&STEP_ENDED, values![org, step.run, step.number]).await?;
    if running.is_empty() || !ended.is_empty() {
        return Ok(());
    }
    if !step.state.ended() {
        let started = (step.state == RunState::Running).then_some(step.started_at);
        tx.execute(&FOLLOW_STEP, values![step.state, started, org, step.run]).await?;
    }
    writes::put_step(tx, org, step).await?;
    match answer {
        Some(answer) => writes::set_text(tx, org, answer).await,
        None => Ok(()),
    }
}

#[async_trait]
impl<E: Engine> RunStore for Database<E> {
    async fn run(&self, org: OrgId, run: RunId) -> Kept<Option<RunRow>> {
        self.row(&RUN, values![org, run], run_row).await
    }

    async fn runs(&self, org: OrgId, filter: RunFilter, page: Page) -> Kept<Vec<RunRow>> {
        let RunFilter { state, kind, session, unended_only } = filter;
        let (before, rows) = (page.before_id(), page.rows());
        if unended_only {
            let values = values![org, before, state, kind, session, rows];
            return self.rows(&RUNS_UNENDED, values, run_row).await;
        }
        if session.is_some() {
            let values = values![org, session, before, state, kind, rows];
            return self.rows(&RUNS_OF_SESSION, values, run_row).await;
        }
        self.rows(&RUNS, values![org, before, state, kind, rows], run_row).await
    }

    async fn steps(&self, org: OrgId, run: RunId) -> Kept<Vec<StepRow>> {
        self.rows(&STEPS, values![org, run], step_row).await
    }

    async fn record(&self, org: OrgId, step: StepRow, answer: AnswerSoFar) -> Kept<()> {
        self.engine
            .write(move |tx| Box::pin(async move { record(tx, org, step, answer).await }))
            .await
    }

    async fn usage_lines(&self, org: OrgId, run: RunId) -> Kept<Vec<UsageLineRow>> {
        self.rows(&USAGE_LINES, values![org, run], usage_line_row).await
    }

    async fn orphans(&self, server: &str) -> Kept<Vec<RunRow>> {
        self.rows(&ORPHANS, values![server.to_owned()], run_row).await
    }

    async fn history(&self, org: OrgId, kind: RunKind, model: &str, limit: u32) -> Kept<Vec<u64>> {
        let read = |mut row: Row| row.take();
        self.rows(&HISTORY, values![org, kind, model.to_owned(), limit], read).await
    }

    async fn usage(&self, org: OrgId, from: Timestamp, to: Timestamp) -> Kept<UsageSums> {
        self.engine
            .read(move |tx| Box::pin(async move { usage::sums(tx, org, from, to).await }))
            .await
    }
}
