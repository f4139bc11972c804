//! Runs and what is recorded of them while they work.

use ampere_credits::{Credits, MessageId, OrgId, RunId, SessionId, Timestamp};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::run_rows::{run_columns, run_row, step_row, unended, usage_line_row};
use crate::ops::{chat, usage, writes};
use crate::ports::{Kept, RunStore};
use crate::rows::{
    Page, RunFilter, RunKind, RunOrder, RunPlace, RunRow, RunState, StepRow, UsageLineRow,
    UsageSums,
};
use crate::tx::{Statement, Tx, statements};
use crate::values::{Row, Stored, Value, values};

/// Runs that fit a filter, all of it; the last words say how they are found and sorted.
macro_rules! runs_where {
    ($found_by:expr) => {
        concat!(
            "SELECT ",
            run_columns!(),
            "WHERE r.org = $1 \
             AND r.state IN ($2, $3, $4, $5, $6, $7, $8, $9) \
             AND (r.kind = $10 OR $10 IS NULL) AND (r.triggered_by = $11 OR $11 IS NULL) \
             AND (r.subject = $12 OR $12 IS NULL) AND (r.schedule = $13 OR $13 IS NULL) \
             AND (r.session = $14 OR $14 IS NULL) AND (r.started_by = $15 OR $15 IS NULL) \
             AND r.created_at >= $16 AND r.created_at < $17 AND r.charged >= $18 ",
            $found_by
        )
    };
}

/// Those of them before an id, newest first, by the index that holds this.
macro_rules! runs_select {
    ($found_by:expr) => {
        runs_where!(concat!("AND r.id < $19 ", $found_by, "ORDER BY r.id DESC LIMIT $20"))
    };
}

statements! {
    /// One run.
    RUN = concat!("SELECT ", run_columns!(), "WHERE r.org = $1 AND r.id = $2");
    /// Runs before an id.
    RUNS = runs_select!("");
    /// Runs of a kind before an id.
    RUNS_OF_KIND = runs_select!("AND r.kind = $10 ");
    /// Runs of a tool or workflow before an id.
    RUNS_OF_SUBJECT = runs_select!("AND r.subject = $12 ");
    /// Runs of a schedule before an id.
    RUNS_OF_SCHEDULE = runs_select!("AND r.schedule = $13 ");
    /// Runs of a conversation before an id.
    RUNS_OF_SESSION = runs_select!("AND r.session = $14 ");
    /// Runs of a person before an id.
    RUNS_OF_MEMBER = runs_select!("AND r.started_by = $15 ");
    /// Runs before an id that have not ended.
    RUNS_UNENDED = runs_select!(concat!("AND r.", unended!(), " "));
    /// Runs before a place, most credits first.
    RUNS_BY_CREDITS = runs_where!(
        "AND (r.charged, r.id) < ($19, $20) ORDER BY r.charged DESC, r.id DESC LIMIT $21");
    /// Runs of other server processes that have not ended.
    ORPHANS = concat!(
        "SELECT ", run_columns!(), "WHERE r.", unended!(), " AND r.server <> $1 \
         ORDER BY r.org, r.id");
    /// A run's steps.
    STEPS = "SELECT s.run, s.number, s.path, s.part, s.kind, s.name, s.model, s.state, \
             s.attempt, \
             s.started_at, s.ended_at, s.input_tokens, s.output_tokens, s.seconds, \
             s.estimated, s.note, o.result FROM steps s LEFT JOIN step_results o \
             ON o.org = s.org AND o.run = s.run AND o.number = s.number \
             WHERE s.org = $1 AND s.run = $2 ORDER BY s.number";
    /// A run's rated lines.
    USAGE_LINES = "SELECT run, number, step, kind, user_id, model, measure, quantity, \
                   micros_per_million, credits, estimated, settled_at, day FROM usage_lines \
                   WHERE org = $1 AND run = $2 ORDER BY number";
    /// Output tokens of the latest succeeded runs.
    HISTORY = "SELECT (SELECT CAST(coalesce(sum(s.output_tokens), 0) AS BIGINT) FROM steps s \
               WHERE s.org = r.org AND s.run = r.id) FROM runs r \
               WHERE r.org = $1 AND r.kind = $2 AND r.model = $3 AND r.state = 'succeeded' \
               AND r.subject IS NULL ORDER BY r.id DESC LIMIT $4";
    /// A run's state, while it has not ended.
    RUN_STATE = concat!("SELECT state FROM runs WHERE org = $1 AND id = $2 AND ", unended!());
    /// A run follows its step, unless it waits for credits: then only the queue starts it.
    FOLLOW_STEP = "UPDATE runs SET state = $1, started_at = coalesce(started_at, $2) \
                   WHERE org = $3 AND id = $4 \
                   AND state NOT IN ('waiting_for_credits', 'paused_no_credits')";
    /// Whether a step has ended in this attempt or a later one.
    STEP_ENDED = "SELECT 1 FROM steps WHERE org = $1 AND run = $2 AND number = $3 \
                  AND ended_at IS NOT NULL AND attempt >= $4";
}

/// What is written with a step: where the answer is kept, and its text so far.
type AnswerSoFar = Option<(SessionId, MessageId, String)>;

async fn record(tx: &mut dyn Tx, org: OrgId, step: StepRow, answer: AnswerSoFar) -> Kept<()> {
    let running = tx.query(&RUN_STATE, values![org, step.run]).await?;
    let this = values![org, step.run, step.number, step.attempt];
    let ended = tx.query(&STEP_ENDED, this).await?;
    if running.is_empty() || !ended.is_empty() {
        return Ok(());
    }
    if !step.state.ended() {
        let started = (step.state == RunState::Running).then_some(step.started_at);
        tx.execute(&FOLLOW_STEP, values![step.state, started, org, step.run]).await?;
    }
    writes::put_step(tx, org, step).await?;
    match answer {
        Some(answer) => chat::set_text(tx, org, answer).await,
        None => Ok(()),
    }
}

/// The statement by whose index the fewest runs are looked at.
fn found_by(filter: &RunFilter) -> &'static Statement {
    match filter {
        RunFilter { order: RunOrder::Dearest, .. } => &RUNS_BY_CREDITS,
        RunFilter { unended_only: true, .. } => &RUNS_UNENDED,
        RunFilter { session: Some(_), .. } => &RUNS_OF_SESSION,
        RunFilter { schedule: Some(_), .. } => &RUNS_OF_SCHEDULE,
        RunFilter { subject: Some(_), .. } => &RUNS_OF_SUBJECT,
        RunFilter { member: Some(_), .. } => &RUNS_OF_MEMBER,
        RunFilter { kind: Some(_), .. } => &RUNS_OF_KIND,
        _ => &RUNS,
    }
}

/// The states to be in, as many as there are: some perhaps twice. None: no state fits.
fn states_of(filter: &RunFilter) -> Option<Vec<RunState>> {
    let asked = |state: &RunState| filter.states.is_empty() || filter.states.contains(state);
    let wanted = |state: &&RunState| asked(state) && !(filter.unended_only && state.ended());
    let mut states: Vec<_> = RunState::ALL.iter().filter(wanted).copied().collect();
    let last = states.last().copied()?;
    states.resize(RunState::ALL.len(), last);
    Some(states)
}

/// Where a page begins, in the order of its list; a cursor of another list has nothing after it.
fn place(order: RunOrder, page: &Page) -> Vec<Value> {
    match (order, &page.before) {
        (RunOrder::Newest, _) => values![page.before_id()],
        (RunOrder::Dearest, None) => values![i64::MAX, page.before_id()],
        (RunOrder::Dearest, Some(cursor)) => match cursor.parse() {
            Ok(RunPlace { charged, run }) => values![charged, run],
            Err(_) => values![i64::MIN, String::new()],
        },
    }
}

#[async_trait]
impl<E: Engine> RunStore for Database<E> {
    async fn run(&self, org: OrgId, run: RunId) -> Kept<Option<RunRow>> {
        self.row(&RUN, values![org, run], run_row).await
    }

    async fn runs(&self, org: OrgId, filter: RunFilter, page: Page) -> Kept<Vec<RunRow>> {
        let Some(states) = states_of(&filter) else { return Ok(Vec::new()) };
        let statement = found_by(&filter);
        let RunFilter { kind, subject, trigger, schedule, session, member, order, .. } = filter;
        let from = filter.from.map_or(i64::MIN, Timestamp::micros);
        let until = filter.until.map_or(i64::MAX, Timestamp::micros);
        let at_least = filter.at_least.map_or(i64::MIN, Credits::micros);
        let mut values = values![org];
        values.extend(states.iter().map(Stored::value));
        values.extend(values![kind, trigger, subject, schedule, session, member]);
        values.extend(values![from, until, at_least]);
        values.extend(place(order, &page));
        values.extend(values![page.rows()]);
        self.rows(statement, values, run_row).await
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
