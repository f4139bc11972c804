//! Pictures kept of browser sessions.

use ampere_credits::{OrgId, RunId, Timestamp};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ports::{Kept, StillStore};
use crate::rows::StillRow;
use crate::tx::statements;
use crate::values::{Row, Stored, Value, values};

statements! {
    /// One more, unless its run's conversation was deleted.
    ADD_STILL = "INSERT INTO stills (org, run, number, taken_at, url, title, action, bytes) \
                 SELECT r.org, r.id, CAST($1 AS BIGINT), CAST($2 AS BIGINT), $3, $4, $5, $6 \
                 FROM runs r LEFT JOIN sessions s ON s.org = r.org AND s.id = r.session \
                 WHERE r.org = $7 AND r.id = $8 AND s.deleted_at IS NULL \
                 ON CONFLICT DO NOTHING";
    /// A run's.
    STILLS = "SELECT org, run, number, taken_at, url, title, action FROM stills \
              WHERE org = $1 AND run = $2 ORDER BY number";
    /// The picture of one.
    STILL_BYTES = "SELECT bytes FROM stills WHERE org = $1 AND run = $2 AND number = $3";
    /// Old ones go.
    FORGET_STILLS = "DELETE FROM stills WHERE taken_at < $1";
}

fn still_row(mut row: Row) -> Kept<StillRow> {
    Ok(StillRow {
        org: row.take()?,
        run: row.take()?,
        number: row.take()?,
        taken_at: row.take()?,
        url: row.take()?,
        title: row.take()?,
        action: row.take()?,
    })
}

#[async_trait]
impl<E: Engine> StillStore for Database<E> {
    async fn keep_still(&self, row: StillRow, jpeg: Vec<u8>) -> Kept<()> {
        let StillRow { org, run, number, taken_at, url, title, action } = row;
        let mut values = values![number, taken_at, url, title, action];
        values.extend([Value::Bytes(jpeg), org.value(), run.value()]);
        self.change(&ADD_STILL, values).await.map(drop)
    }

    async fn stills(&self, org: OrgId, run: RunId) -> Kept<Vec<StillRow>> {
        self.rows(&STILLS, values![org, run], still_row).await
    }

    async fn still_bytes(&self, org: OrgId, run: RunId, number: u32) -> Kept<Option<Vec<u8>>> {
        self.row(&STILL_BYTES, values![org, run, number], |mut row| row.take()).await
    }

    async fn forget_stills(&self, before: Timestamp) -> Kept<u64> {
        self.change(&FORGET_STILLS, values![before]).await
    }
}
