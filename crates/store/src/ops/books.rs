//! The whole books of a pool, for `ampere verify`. Only reads.

use std::collections::BTreeMap;

use ampere_credits::ledger::{Entry, Known};
use ampere_credits::{Credits, OrgId, RunId};
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::load::{entry_row, hold_columns, hold_row, known_row};
use crate::ops::people::{organization_columns, organization_row};
use crate::ports::{BookStore, Kept};
use crate::rows::{HoldRow, OrganizationRow};
use crate::tx::statements;
use crate::values::{Row, values};

statements! {
    /// All organizations.
    ORGANIZATIONS = concat!(
        "SELECT ", organization_columns!(), " FROM organizations o ORDER BY o.id");
    /// Entries after a position.
    JOURNAL = "SELECT position, hash, bytes FROM entries WHERE org = $1 AND position > $2 \
               ORDER BY position LIMIT $3";
    /// What payments and plans did to the pool beside granting.
    MONEY_ENTRIES = "SELECT position, hash, bytes FROM entries WHERE org = $1 AND kind IN \
                     ('locked', 'unlocked', 'frozen', 'thawed', 'claimed') ORDER BY position";
    /// Every hold.
    ALL_HOLDS = concat!(
        "SELECT ", hold_columns!(), " FROM holds WHERE org = $1 ORDER BY opened_at, id");
    /// Every key with its entry.
    ALL_KEYS = "SELECT k.key, k.hash, e.position, e.hash, e.bytes FROM keys k \
            LEFT JOIN entries e ON e.org = k.org AND e.position = k.position \
            WHERE k.org = $1 ORDER BY k.position";
    /// What the usage lines of each run sum to.
    ALL_RATED = "SELECT run, CAST(sum(credits) AS BIGINT) FROM usage_lines WHERE org = $1 \
             GROUP BY run";
    /// What the holds of each run were charged.
    ALL_CHARGED = "SELECT run, CAST(sum(charged) AS BIGINT) FROM holds WHERE org = $1 GROUP BY run";
}

fn sum_row(mut row: Row) -> Kept<(RunId, Credits)> {
    Ok((row.take()?, row.take()?))
}

#[async_trait]
impl<E: Engine> BookStore for Database<E> {
    async fn organizations(&self) -> Kept<Vec<OrganizationRow>> {
        self.rows(&ORGANIZATIONS, values![], organization_row).await
    }

    async fn money_entries(&self, org: OrgId) -> Kept<Vec<Entry>> {
        self.rows(&MONEY_ENTRIES, values![org], entry_row).await
    }

    async fn journal(&self, org: OrgId, after: u64, limit: u32) -> Kept<Vec<Entry>> {
        self.rows(&JOURNAL, values![org, after, limit], entry_row).await
    }

    async fn holds(&self, org: OrgId) -> Kept<Vec<HoldRow>> {
        self.rows(&ALL_HOLDS, values![org], hold_row).await
    }

    async fn keys(&self, org: OrgId) -> Kept<Vec<(String, Known)>> {
        let read = |mut row: Row| Ok((row.take()?, known_row(&mut row)?));
        self.rows(&ALL_KEYS, values![org], read).await
    }

    async fn rated(&self, org: OrgId) -> Kept<BTreeMap<RunId, Credits>> {
        Ok(self.rows(&ALL_RATED, values![org], sum_row).await?.into_iter().collect())
    }

    async fn charged(&self, org: OrgId) -> Kept<BTreeMap<RunId, Credits>> {
        Ok(self.rows(&ALL_CHARGED, values![org], sum_row).await?.into_iter().collect())
    }
}
