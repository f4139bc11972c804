//! Tasks: what runs do, the queue of those that wait, what earlier ones cost and gave.

use ampere_credits::{Credits, OrgId, RunId, Timestamp};
use async_trait::async_trait;
use sha2::{Digest, Sha256};

use crate::engine::{Database, Engine};
use crate::ops::queue::{self, read_waiting, waiting_columns};
use crate::ops::run_rows::unended;
use crate::ops::writes::set_run;
use crate::ports::{Kept, TaskStore};
use crate::rows::{Alike, RunChange, SameWork, TaskRow, WaitingRow};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

statements! {
    /// What a new run does.
    ADD_TASK = "INSERT INTO tasks (org, run, definition, inputs, inputs_hash, result, \
                start_key) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// What came out of it; nothing if it was deleted.
    SET_RESULT = "UPDATE tasks SET result = $1 WHERE org = $2 AND run = $3";
    /// What a run does.
    TASK = "SELECT run, org, definition, inputs, result, start_key FROM tasks \
            WHERE org = $1 AND run = $2";
    /// Who waits, in order.
    QUEUE = concat!(
        "SELECT ", waiting_columns!(), ", r.title, r.started_by \
         FROM queue q JOIN runs r ON r.org = q.org AND r.id = q.run WHERE q.org = $1 \
         ORDER BY q.turn, q.since, q.run");
    /// Who joined before an instant.
    OVERDUE_WAITING = "SELECT org, run FROM queue WHERE since < $1 ORDER BY since, org, run";
    /// Where anybody waits.
    WAITING_ORGS = "SELECT DISTINCT org FROM queue ORDER BY org";
    /// Another process works on it.
    ADOPT = concat!("UPDATE runs SET server = $1 WHERE org = $2 AND id = $3 AND ", unended!());
    /// What the last ones like it were charged.
    CHARGES = "SELECT charged FROM runs WHERE org = $1 AND kind = $2 AND subject = $3 \
               AND model = $4 AND state = 'succeeded' ORDER BY id DESC LIMIT $5";
    /// What the newest one of the same gave. The cross join says in which order to look: same
    /// inputs first, for they are few.
    LAST_RESULT = "SELECT t.result FROM tasks t CROSS JOIN runs r \
                   WHERE t.org = $1 AND t.inputs_hash = $2 AND t.run < $3 AND t.inputs = $4 \
                   AND r.org = t.org AND r.id = t.run AND r.kind = $5 \
                   AND r.subject = $6 AND r.state = 'succeeded' AND t.result IS NOT NULL \
                   ORDER BY t.run DESC LIMIT 1";
}

fn hash(inputs: &str) -> [u8; 32] {
    Sha256::digest(inputs.as_bytes()).into()
}

fn task_row(mut row: Row) -> Kept<TaskRow> {
    Ok(TaskRow {
        run: row.take()?,
        org: row.take()?,
        definition: row.take()?,
        inputs: row.take()?,
        result: row.take()?,
        start_key: row.take()?,
    })
}

fn waiting_row(mut row: Row) -> Kept<WaitingRow> {
    let waiting = read_waiting(&mut row)?;
    Ok(WaitingRow { waiting, title: row.take()?, started_by: row.take()? })
}

/// What a new run does, within a commit.
pub(super) async fn add(tx: &mut dyn Tx, org: OrgId, task: TaskRow) -> Kept<()> {
    let TaskRow { run, definition, inputs, result, start_key, .. } = task;
    let inputs_hash = hash(&inputs);
    let list = values![org, run, definition, inputs, inputs_hash, result, start_key];
    tx.execute(&ADD_TASK, list).await.map(drop)
}

/// What came out of a run, within a commit.
pub(super) async fn set_result(
    tx: &mut dyn Tx,
    org: OrgId,
    run: RunId,
    result: String,
) -> Kept<()> {
    tx.execute(&SET_RESULT, values![result, org, run]).await.map(drop)
}

/// Whoever takes the row out of the queue decides what becomes of the run, a commit or this.
async fn leave(tx: &mut dyn Tx, org: OrgId, run: RunId, change: RunChange) -> Kept<bool> {
    if !queue::leave(tx, org, run).await? {
        return Ok(false);
    }
    set_run(tx, org, change.into(), None).await?;
    Ok(true)
}

#[async_trait]
impl<E: Engine> TaskStore for Database<E> {
    async fn task(&self, org: OrgId, run: RunId) -> Kept<Option<TaskRow>> {
        self.row(&TASK, values![org, run], task_row).await
    }

    async fn queue(&self, org: OrgId) -> Kept<Vec<WaitingRow>> {
        self.rows(&QUEUE, values![org], waiting_row).await
    }

    async fn leave_queue(&self, org: OrgId, run: RunId, change: RunChange) -> Kept<bool> {
        self.engine
            .write(move |tx| Box::pin(async move { leave(tx, org, run, change).await }))
            .await
    }

    async fn overdue_waiting(&self, before: Timestamp) -> Kept<Vec<(OrgId, RunId)>> {
        let read = |mut row: Row| Ok((row.take()?, row.take()?));
        self.rows(&OVERDUE_WAITING, values![before], read).await
    }

    async fn adopt(&self, org: OrgId, run: RunId, server: &str) -> Kept<()> {
        self.change(&ADOPT, values![server.to_owned(), org, run]).await.map(drop)
    }

    async fn charges(&self, org: OrgId, of: Alike, limit: u32) -> Kept<Vec<Credits>> {
        let values = values![org, of.kind, of.subject, of.model, limit];
        self.rows(&CHARGES, values, |mut row| row.take()).await
    }

    async fn last_result(&self, org: OrgId, work: SameWork) -> Kept<Option<String>> {
        let SameWork { kind, subject, inputs, before } = work;
        let values = values![org, hash(&inputs), before, inputs, kind, subject];
        self.row(&LAST_RESULT, values, |mut row| row.take()).await
    }

    async fn waiting_orgs(&self) -> Kept<Vec<OrgId>> {
        self.rows(&WAITING_ORGS, values![], |mut row| row.take()).await
    }
}
