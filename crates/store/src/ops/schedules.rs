//! Schedules, and what commits write of their runs' beginnings and ends.

use ampere_credits::{Credits, OrgId, RunId, ScheduleId, Timestamp, UserId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::writes::Booking;
use crate::ports::{Kept, ScheduleStore, StoreError};
use crate::rows::{ScheduleRow, ScheduleState};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

macro_rules! schedule_select {
    () => {
        "SELECT s.id, s.org, s.owner, coalesce(u.name, ''), s.name, s.kind, s.subject, \
         s.inputs, s.rule, s.zone, s.max_runs, s.cap, s.failure_limit, s.state, s.note, \
         s.next_at, s.runs, s.failures, s.last_run, s.needed, s.created_at, s.updated_at \
         FROM schedules s LEFT JOIN users u ON u.id = s.owner "
    };
}

/// Each change is later than the one before, whatever the clock says: what was read before is
/// known by it.
macro_rules! updated_at {
    ($now:literal) => {
        concat!(
            "updated_at = CASE WHEN updated_at < ",
            $now,
            " THEN ",
            $now,
            " ELSE updated_at + 1 END "
        )
    };
}

statements! {
    /// A new schedule.
    ADD_SCHEDULE = "INSERT INTO schedules (org, id, owner, name, kind, subject, inputs, rule, \
                    zone, max_runs, cap, failure_limit, state, note, next_at, runs, failures, \
                    last_run, needed, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, \
                    $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) \
                    ON CONFLICT DO NOTHING";
    /// A schedule as it was changed, unless it has changed since it was read.
    SET_SCHEDULE = concat!(
        "UPDATE schedules SET name = $1, kind = $2, subject = $3, inputs = $4, rule = $5, \
         zone = $6, max_runs = $7, cap = $8, failure_limit = $9, state = $10, note = $11, \
         next_at = $12, runs = $13, failures = $14, last_run = $15, needed = $16, ",
        updated_at!("$17"), "WHERE org = $18 AND id = $19 AND updated_at = $20");
    /// All of an organization.
    SCHEDULES = concat!(schedule_select!(), "WHERE s.org = $1 ORDER BY s.id");
    /// One.
    SCHEDULE = concat!(schedule_select!(), "WHERE s.org = $1 AND s.id = $2");
    /// Those of one person.
    SCHEDULES_OF = concat!(
        schedule_select!(), "WHERE s.org = $1 AND s.owner = $2 ORDER BY s.id");
    /// Those whose time has come.
    SCHEDULES_DUE = concat!(
        schedule_select!(), "WHERE s.state = 'active' AND s.next_at <= $1 \
         ORDER BY s.next_at, s.org, s.id LIMIT $2");
    /// Those that wait for credits.
    SCHEDULES_SHORT = concat!(
        schedule_select!(), "WHERE s.state = 'paused_no_credits' ORDER BY s.org, s.id");
    /// It goes.
    DELETE_SCHEDULE = "DELETE FROM schedules WHERE org = $1 AND id = $2";
    /// A person's pause, those that would run.
    PAUSE_OF = concat!(
        "UPDATE schedules SET state = 'paused', next_at = NULL, note = $1, ", updated_at!("$2"),
        "WHERE org = $3 AND owner = $4 AND state IN ('active', 'paused_no_credits')");
    /// All of a person's become another one's.
    GIVE_ALL = concat!(
        "UPDATE schedules SET owner = $1, ", updated_at!("$2"),
        "WHERE org = $3 AND owner = $4");
    /// A run of it has started.
    SCHEDULE_STARTED = concat!(
        "UPDATE schedules SET runs = runs + 1, last_run = $1, next_at = $2, needed = $3, \
         state = coalesce($4, state), ", updated_at!("$5"), "WHERE org = $6 AND id = $7");
    /// A run of it has failed: at the limit it pauses itself.
    SCHEDULE_FAILED = concat!(
        "UPDATE schedules SET failures = failures + 1, state = CASE \
         WHEN failures + 1 >= failure_limit AND state IN ('active', 'paused_no_credits') \
         THEN 'needs_attention' ELSE state END, ", updated_at!("$1"),
        "WHERE org = $2 AND id = $3 AND EXISTS (SELECT 1 FROM runs r \
         WHERE r.org = schedules.org AND r.id = $4 AND r.schedule = schedules.id)");
    /// A run of it has not failed: no failures in a row any more.
    SCHEDULE_WELL = concat!(
        "UPDATE schedules SET failures = 0, ", updated_at!("$1"),
        "WHERE org = $2 AND id = $3 AND failures > 0 AND EXISTS (SELECT 1 FROM runs r \
         WHERE r.org = schedules.org AND r.id = $4 AND r.schedule = schedules.id)");
}

fn schedule_row(mut row: Row) -> Kept<ScheduleRow> {
    Ok(ScheduleRow {
        id: row.take()?,
        org: row.take()?,
        owner: row.take()?,
        owner_name: row.take()?,
        name: row.take()?,
        kind: row.take()?,
        subject: row.take()?,
        inputs: row.take()?,
        rule: row.take()?,
        zone: row.take()?,
        max_runs: row.take()?,
        cap: row.take()?,
        failure_limit: row.take()?,
        state: row.take()?,
        note: row.take()?,
        next_at: row.take()?,
        runs: row.take()?,
        failures: row.take()?,
        last_run: row.take()?,
        needed: row.take()?,
        created_at: row.take()?,
        updated_at: row.take()?,
    })
}

/// A run as it starts, and what is next.
pub(super) struct Start {
    pub schedule: ScheduleId,
    pub run: RunId,
    pub next_at: Option<Timestamp>,
    pub completed: bool,
    pub needed: Credits,
}

/// A run has started, within its commit.
pub(super) async fn started(tx: &mut dyn Tx, booking: &Booking<'_>, start: Start) -> Kept<()> {
    let Start { schedule, run, next_at, completed, needed } = start;
    let state = completed.then_some(ScheduleState::Completed);
    let mut list = values![run, next_at, needed, state, booking.at];
    list.extend(values![booking.pool.org, schedule]);
    tx.execute(&SCHEDULE_STARTED, list).await.map(drop)
}

/// A person's schedules pause, with a line for people.
pub(super) async fn pause_of(
    tx: &mut dyn Tx,
    (org, user): (OrgId, UserId),
    note: String,
    at: Timestamp,
) -> Kept<()> {
    tx.execute(&PAUSE_OF, values![note, at, org, user]).await.map(drop)
}

/// A person's schedules become another one's.
pub(super) async fn give_all(
    tx: &mut dyn Tx,
    org: OrgId,
    (from, to): (UserId, UserId),
    at: Timestamp,
) -> Kept<()> {
    tx.execute(&GIVE_ALL, values![to, at, org, from]).await.map(drop)
}

/// A run has ended, within its commit.
pub(super) async fn ended(
    tx: &mut dyn Tx,
    booking: &Booking<'_>,
    (schedule, run, failed): (ScheduleId, RunId, bool),
) -> Kept<()> {
    let statement = if failed { &SCHEDULE_FAILED } else { &SCHEDULE_WELL };
    tx.execute(statement, values![booking.at, booking.pool.org, schedule, run]).await.map(drop)
}

#[async_trait]
impl<E: Engine> ScheduleStore for Database<E> {
    async fn create_schedule(&self, row: ScheduleRow) -> Kept<()> {
        let mut values = values![row.org, row.id, row.owner, row.name, row.kind, row.subject];
        values.extend(values![row.inputs, row.rule, row.zone, row.max_runs, row.cap]);
        values.extend(values![row.failure_limit, row.state, row.note, row.next_at, row.runs]);
        values.extend(values![row.failures, row.last_run, row.needed, row.created_at]);
        values.extend(values![row.updated_at]);
        match self.change(&ADD_SCHEDULE, values).await? {
            0 => Err(StoreError::Exists("a schedule with this id")),
            _ => Ok(()),
        }
    }

    async fn update_schedule(&self, row: ScheduleRow, was: Timestamp) -> Kept<bool> {
        let mut values = values![row.name, row.kind, row.subject, row.inputs, row.rule, row.zone];
        values.extend(values![row.max_runs, row.cap, row.failure_limit, row.state, row.note]);
        values.extend(values![row.next_at, row.runs, row.failures, row.last_run, row.needed]);
        values.extend(values![row.updated_at, row.org, row.id, was]);
        Ok(self.change(&SET_SCHEDULE, values).await? > 0)
    }

    async fn schedules(&self, org: OrgId) -> Kept<Vec<ScheduleRow>> {
        self.rows(&SCHEDULES, values![org], schedule_row).await
    }

    async fn schedule(&self, org: OrgId, id: ScheduleId) -> Kept<Option<ScheduleRow>> {
        self.row(&SCHEDULE, values![org, id], schedule_row).await
    }

    async fn due_schedules(&self, now: Timestamp, limit: u32) -> Kept<Vec<ScheduleRow>> {
        self.rows(&SCHEDULES_DUE, values![now, limit], schedule_row).await
    }

    async fn schedules_short(&self) -> Kept<Vec<ScheduleRow>> {
        self.rows(&SCHEDULES_SHORT, values![], schedule_row).await
    }

    async fn delete_schedule(&self, org: OrgId, id: ScheduleId) -> Kept<bool> {
        Ok(self.change(&DELETE_SCHEDULE, values![org, id]).await? > 0)
    }

    async fn schedules_of(&self, org: OrgId, user: UserId) -> Kept<Vec<ScheduleRow>> {
        self.rows(&SCHEDULES_OF, values![org, user], schedule_row).await
    }
}
