//! The pools' port: commits of the lane, and the pool as people see it.

use std::collections::BTreeSet;
use std::sync::Arc;

use ampere_credits::ledger::{Entry, Pool};
use ampere_credits::{OrgId, RunId, Timestamp};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::load::{grant_columns, grant_row, hold_columns, hold_row};
use crate::ops::{commit, load};
use crate::ports::{Kept, PoolStore};
use crate::rows::{Committed, Due, GrantRow, HoldRow, LaneRequest, Page};
use crate::tx::statements;
use crate::values::{Row, values};

statements! {
    /// Every grant.
    GRANTS = concat!(
        "SELECT ", grant_columns!(), " FROM grants WHERE org = $1 ORDER BY position DESC");
    /// Entries before a position.
    ENTRIES = "SELECT position, hash, bytes FROM entries WHERE org = $1 AND position < $2 \
               ORDER BY position DESC LIMIT $3";
    /// A run's holds.
    HOLDS_OF_RUN = concat!(
        "SELECT ", hold_columns!(), " FROM holds WHERE org = $1 AND run = $2 \
         ORDER BY opened_at, id");
    /// A run's entries.
    ENTRIES_OF_RUN =
        "SELECT position, hash, bytes FROM entries WHERE org = $1 AND run = $2 ORDER BY position";
    /// A task by the key it was started under.
    STARTED_UNDER = "SELECT run FROM tasks WHERE org = $1 AND start_key = $2 \
                     ORDER BY run LIMIT 1";
    /// Pools with unheld credits past their expiry; the clock of a frozen grant stands still, and
    /// what was due when it was frozen was booked then.
    EXPIRIES_DUE = "SELECT org FROM grants WHERE unheld > 0 AND frozen_at IS NULL \
                    AND expires_at <= $1";
    /// Open holds past their deadline.
    HOLDS_DUE = "SELECT org, id, run FROM holds WHERE ended_as IS NULL AND deadline <= $1 \
                 ORDER BY deadline, org, id";
}

#[async_trait]
impl<E: Engine> PoolStore for Database<E> {
    async fn commit(&self, org: OrgId, requests: Vec<LaneRequest>) -> Kept<Committed> {
        let (pools, clock) = (Arc::clone(&self.pools), Arc::clone(&self.clock));
        self.engine
            .write(move |tx| {
                Box::pin(async move { commit::commit(tx, org, requests, &pools, &*clock).await })
            })
            .await
    }

    async fn pool(&self, org: OrgId) -> Kept<Pool> {
        self.engine
            .read(move |tx| {
                Box::pin(async move {
                    let row = load::pool_row(tx, org).await?;
                    load::open_state(tx, row).await
                })
            })
            .await
    }

    async fn grants(&self, org: OrgId) -> Kept<Vec<GrantRow>> {
        self.rows(&GRANTS, values![org], grant_row).await
    }

    async fn entries(&self, org: OrgId, page: Page) -> Kept<Vec<Entry>> {
        let values = values![org, page.before_position(), page.rows()];
        self.rows(&ENTRIES, values, load::entry_row).await
    }

    async fn holds_of(&self, org: OrgId, run: RunId) -> Kept<Vec<HoldRow>> {
        self.rows(&HOLDS_OF_RUN, values![org, run], hold_row).await
    }

    async fn entries_of(&self, org: OrgId, run: RunId) -> Kept<Vec<Entry>> {
        self.rows(&ENTRIES_OF_RUN, values![org, run], load::entry_row).await
    }

    async fn started_under(&self, org: OrgId, key: &str) -> Kept<Option<RunId>> {
        let key = key.to_owned();
        self.row(&STARTED_UNDER, values![org, key], |mut row| row.take()).await
    }

    async fn due(&self, now: Timestamp) -> Kept<Due> {
        let one = |mut row: Row| row.take();
        let hold = |mut row: Row| Ok((row.take()?, row.take()?, row.take()?));
        self.engine
            .read(move |tx| {
                Box::pin(async move {
                    let expiries = tx.query(&EXPIRIES_DUE, values![now]).await?;
                    let expiries =
                        expiries.into_iter().map(one).collect::<Kept<BTreeSet<OrgId>>>()?;
                    let holds = tx.query(&HOLDS_DUE, values![now]).await?;
                    Ok(Due {
                        expiries: expiries.into_iter().collect(),
                        holds: holds.into_iter().map(hold).collect::<Kept<_>>()?,
                    })
                })
            })
            .await
    }
}
