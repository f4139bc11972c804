//! Background jobs that wait, and what an organization wants of them.

use ampere_credits::{JobId, OrgId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ports::{JobStore, Kept};
use crate::rows::{AuditWrite, BackgroundSettings, JobRow};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

statements! {
    /// A job to be done.
    ADD_JOB = "INSERT INTO jobs (org, id, user_id, kind, session, message, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// It is done or given up.
    DROP_JOB = "DELETE FROM jobs WHERE org = $1 AND id = $2";
    /// The oldest of all organizations.
    JOBS = "SELECT id, org, user_id, kind, session, message, created_at FROM jobs \
            ORDER BY created_at, id, org LIMIT $1";
    /// How many wait.
    JOBS_WAITING = "SELECT count(*) FROM jobs WHERE org = $1";
    /// What is wanted.
    SET_BACKGROUND = "UPDATE organizations SET background_titles = $1, \
                      background_summaries = $2, background_follow_ups = $3, \
                      background_draw = $4 WHERE id = $5";
}

fn job_row(mut row: Row) -> Kept<JobRow> {
    Ok(JobRow {
        id: row.take()?,
        org: row.take()?,
        user: row.take()?,
        kind: row.take()?,
        session: row.take()?,
        message: row.take()?,
        created_at: row.take()?,
    })
}

/// A job to be done, within a commit.
pub(super) async fn add_job(tx: &mut dyn Tx, org: OrgId, job: JobRow) -> Kept<()> {
    let JobRow { id, user, kind, session, message, created_at, .. } = job;
    let list = values![org, id, user, kind, session, message, created_at];
    tx.execute(&ADD_JOB, list).await.map(drop)
}

/// A job that is done, within a commit.
pub(super) async fn drop_job(tx: &mut dyn Tx, org: OrgId, job: JobId) -> Kept<()> {
    tx.execute(&DROP_JOB, values![org, job]).await.map(drop)
}

#[async_trait]
impl<E: Engine> JobStore for Database<E> {
    async fn jobs(&self, limit: u32) -> Kept<Vec<JobRow>> {
        self.rows(&JOBS, values![limit], job_row).await
    }

    async fn drop_job(&self, org: OrgId, id: JobId) -> Kept<()> {
        self.change(&DROP_JOB, values![org, id]).await.map(drop)
    }

    async fn jobs_of(&self, org: OrgId) -> Kept<u64> {
        let count = self.row(&JOBS_WAITING, values![org], |mut row| row.take()).await?;
        Ok(count.unwrap_or_default())
    }

    async fn set_background(
        &self,
        org: OrgId,
        settings: BackgroundSettings,
        log: Option<AuditWrite>,
    ) -> Kept<()> {
        let BackgroundSettings { titles, summaries, follow_ups, draw } = settings;
        let values = values![titles, summaries, follow_ups, draw, org];
        self.change_on_record(&SET_BACKGROUND, values, log).await.map(drop)
    }
}
