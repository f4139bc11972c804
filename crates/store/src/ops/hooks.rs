//! What the payment provider told, kept as it came. Never read into: the app does.

use ampere_credits::Timestamp;
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ports::{HookStore, Kept};
use crate::rows::{HookDue, HookMark, HookRow};
use crate::tx::statements;
use crate::values::{Row, Stored, Value, values};

statements! {
    /// One more, once for each event.
    KEEP_HOOK = "INSERT INTO hooks (provider, event, kind, about, headers, body, state, tries, \
                 error, received_at, next_at, done_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, \
                 $9, $10, $11, $12) ON CONFLICT DO NOTHING";
    /// One, whole.
    HOOK = "SELECT provider, event, kind, about, headers, body, state, tries, error, \
            received_at, next_at, done_at FROM hooks WHERE provider = $1 AND event = $2";
    /// Those that wait.
    HOOKS_DUE = "SELECT provider, event, about, tries, received_at FROM hooks \
                 WHERE state = 'waiting' AND next_at <= $1 ORDER BY next_at LIMIT $2";
    /// What became of one.
    MARK_HOOK = "UPDATE hooks SET state = $1, tries = $2, error = $3, next_at = $4, \
                 done_at = $5 WHERE provider = $6 AND event = $7 AND state = 'waiting'";
}

fn hook_row(mut row: Row) -> Kept<HookRow> {
    Ok(HookRow {
        provider: row.take()?,
        event: row.take()?,
        kind: row.take()?,
        about: row.take()?,
        headers: row.take()?,
        body: row.take()?,
        state: row.take()?,
        tries: row.take()?,
        error: row.take()?,
        received_at: row.take()?,
        next_at: row.take()?,
        done_at: row.take()?,
    })
}

fn hook_due(mut row: Row) -> Kept<HookDue> {
    Ok(HookDue {
        provider: row.take()?,
        event: row.take()?,
        about: row.take()?,
        tries: row.take()?,
        received_at: row.take()?,
    })
}

#[async_trait]
impl<E: Engine> HookStore for Database<E> {
    async fn keep_hook(&self, row: HookRow) -> Kept<bool> {
        let mut values = values![row.provider, row.event, row.kind, row.about, row.headers];
        values.extend([Value::Bytes(row.body), row.state.value()]);
        values.extend(values![row.tries, row.error, row.received_at, row.next_at, row.done_at]);
        Ok(self.change(&KEEP_HOOK, values).await? > 0)
    }

    async fn hook(&self, provider: &str, event: &str) -> Kept<Option<HookRow>> {
        self.row(&HOOK, values![provider.to_owned(), event.to_owned()], hook_row).await
    }

    async fn hooks_due(&self, now: Timestamp, limit: u32) -> Kept<Vec<HookDue>> {
        self.rows(&HOOKS_DUE, values![now, limit], hook_due).await
    }

    async fn mark_hook(&self, mark: HookMark) -> Kept<()> {
        let mut values = values![mark.state, mark.tries, mark.error, mark.next_at, mark.done_at];
        values.extend(values![mark.provider, mark.event]);
        self.change(&MARK_HOOK, values).await.map(drop)
    }
}
