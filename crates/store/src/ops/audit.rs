//! The audit log. Its statements add and read: none changes or takes away an entry.

use ampere_credits::OrgId;
use async_trait::async_trait;

use crate::chain;
use crate::engine::{Database, Engine};
use crate::ports::{AuditStore, Kept};
use crate::rows::{AuditHead, AuditNames, AuditRow, AuditWrite, Page};
use crate::tx::{Statement, Tx, statements};
use crate::values::{Row, Value, values};

/// The columns of an entry, as [`audit_row`] reads them.
macro_rules! audit_columns {
    () => {
        "a.position, a.org, a.at, a.actor, a.act, a.target, a.detail, a.previous, a.hash"
    };
}

statements! {
    /// Where a chain ends.
    AUDIT_HEAD = "SELECT position, hash FROM audit_heads WHERE org = $1";
    /// It ends later.
    SET_AUDIT_HEAD = "INSERT INTO audit_heads (org, position, hash) VALUES ($1, $2, $3) \
                      ON CONFLICT (org) DO UPDATE SET position = excluded.position, \
                      hash = excluded.hash";
    /// A new entry.
    APPEND_AUDIT = "INSERT INTO audit_log (org, position, at, actor, act, target, detail, \
                    previous, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// Entries before a position, with names.
    AUDIT_LOG = concat!(
        "SELECT ", audit_columns!(), ", u.name, t.name FROM audit_log a \
         LEFT JOIN users u ON u.id = a.actor LEFT JOIN users t ON t.id = a.target \
         WHERE a.org = $1 AND a.position < $2 \
         ORDER BY a.position DESC LIMIT $3");
    /// Entries after a position.
    AUDIT_CHAIN = concat!(
        "SELECT ", audit_columns!(), " FROM audit_log a WHERE a.org = $1 AND a.position > $2 \
         ORDER BY a.position LIMIT $3");
}

fn audit_row(row: &mut Row) -> Kept<AuditRow> {
    let position = row.take()?;
    let written = AuditWrite {
        org: row.take()?,
        at: row.take()?,
        actor: row.take()?,
        act: row.take()?,
        target: row.take()?,
        detail: row.take()?,
    };
    Ok(AuditRow { position, written, previous: row.take()?, hash: row.take()? })
}

fn named_row(mut row: Row) -> Kept<(AuditRow, AuditNames)> {
    Ok((audit_row(&mut row)?, AuditNames { actor: row.take()?, target: row.take()? }))
}

fn head_row(mut row: Row) -> Kept<AuditHead> {
    Ok(AuditHead { position: row.take()?, hash: row.take()? })
}

/// The entries of a change, within its transaction: both are there, or neither.
pub(super) async fn log<T>(tx: &mut dyn Tx, entries: T) -> Kept<()>
where
    T: IntoIterator<Item = AuditWrite, IntoIter: Send> + Send,
{
    for entry in entries {
        append(tx, entry).await?;
    }
    Ok(())
}

impl<E: Engine> Database<E> {
    /// One statement that writes, and what the audit log says of it, in one transaction; how many
    /// rows it changed. Where it changed none, nothing is said.
    pub(super) async fn change_on_record(
        &self,
        statement: &'static Statement,
        values: Vec<Value>,
        entry: Option<AuditWrite>,
    ) -> Kept<u64> {
        let both = async move |tx: &mut dyn Tx| {
            let changed = tx.execute(statement, values).await?;
            log(tx, entry.filter(|_| changed > 0)).await?;
            Ok(changed)
        };
        self.engine.write(move |tx| Box::pin(both(tx))).await
    }
}

/// Adds an entry within a transaction, which is alone in writing.
pub(super) async fn append(tx: &mut dyn Tx, written: AuditWrite) -> Kept<AuditRow> {
    let found = tx.query(&AUDIT_HEAD, values![written.org]).await?;
    let head = found.into_iter().next().map(head_row).transpose()?.unwrap_or_default();
    let row = chain::next(head, written);
    let AuditRow { position, written, previous, hash } = &row;
    let AuditWrite { org, at, actor, act, target, detail } = written;
    let mut list = values![*org, *position, *at, *actor, *act, *target];
    list.extend(values![*detail, *previous, *hash]);
    tx.execute(&APPEND_AUDIT, list).await?;
    tx.execute(&SET_AUDIT_HEAD, values![*org, *position, *hash]).await?;
    Ok(row)
}

#[async_trait]
impl<E: Engine> AuditStore for Database<E> {
    async fn append_audit(&self, entry: AuditWrite) -> Kept<AuditRow> {
        self.engine.write(move |tx| Box::pin(async move { append(tx, entry).await })).await
    }

    async fn audit_log(&self, org: OrgId, page: Page) -> Kept<Vec<(AuditRow, AuditNames)>> {
        let values = values![org, page.before_position(), page.rows()];
        self.rows(&AUDIT_LOG, values, named_row).await
    }

    async fn audit_chain(&self, org: OrgId, after: u64, limit: u32) -> Kept<Vec<AuditRow>> {
        self.rows(&AUDIT_CHAIN, values![org, after, limit], |mut row| audit_row(&mut row)).await
    }

    async fn audit_head(&self, org: OrgId) -> Kept<AuditHead> {
        Ok(self.row(&AUDIT_HEAD, values![org], head_row).await?.unwrap_or_default())
    }
}
