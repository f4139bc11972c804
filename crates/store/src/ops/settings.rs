//! Settings of the installation, rate cards, and replies remembered by idempotency key.

use std::collections::BTreeMap;

use ampere_credits::Timestamp;
use async_trait::async_trait;

use crate::engine::{Database, Engine};
use crate::ops::audit;
use crate::ports::{Kept, SettingStore};
use crate::rows::{AuditWrite, ReplyLookup, ReplyRow};
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

statements! {
    /// All settings.
    SETTINGS = "SELECT name, value FROM settings ORDER BY name";
    /// Sets one.
    SET = "INSERT INTO settings (name, value) VALUES ($1, $2) \
           ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    /// Removes one.
    UNSET = "DELETE FROM settings WHERE name = $1";
    /// All rate cards.
    RATE_CARDS = "SELECT version, published_at, json FROM rate_cards ORDER BY version";
    /// A new version; published ones never change.
    ADD_RATE_CARD = "INSERT INTO rate_cards (version, published_at, json) VALUES ($1, $2, $3) \
                     ON CONFLICT DO NOTHING";
    /// Takes a key; nothing if it is taken.
    TAKE_KEY = "INSERT INTO replies (scope, key, hash, taken_at) VALUES ($1, $2, $3, $4) \
                ON CONFLICT DO NOTHING";
    /// What a taken key stands for.
    REPLY = "SELECT hash, status, body FROM replies WHERE scope = $1 AND key = $2";
    /// Remembers the reply of a taken key.
    SET_REPLY = "UPDATE replies SET status = $1, body = $2 \
                 WHERE scope = $3 AND key = $4 AND status IS NULL";
    /// Gives a taken key back.
    GIVE_KEY_BACK = "DELETE FROM replies WHERE scope = $1 AND key = $2 AND status IS NULL";
    /// Old replies, and keys of a server process that is no more.
    FORGET = "DELETE FROM replies WHERE taken_at < $1 OR (status IS NULL AND taken_at < $2)";
}

async fn set(tx: &mut dyn Tx, changes: Vec<(String, Option<String>)>) -> Kept<()> {
    for (name, value) in changes {
        match value {
            Some(value) => tx.execute(&SET, values![name, value]).await?,
            None => tx.execute(&UNSET, values![name]).await?,
        };
    }
    Ok(())
}

async fn begin(
    tx: &mut dyn Tx,
    (scope, key): (String, String),
    hash: [u8; 32],
    now: Timestamp,
) -> Kept<ReplyLookup> {
    if tx.execute(&TAKE_KEY, values![scope, key, hash, now]).await? > 0 {
        return Ok(ReplyLookup::Fresh);
    }
    let found = tx.query(&REPLY, values![scope, key]).await?;
    // It was there a moment ago, in this very transaction.
    let Some(mut row) = found.into_iter().next() else { return Ok(ReplyLookup::InProgress) };
    if row.take::<[u8; 32]>()? != hash {
        return Ok(ReplyLookup::Mismatch);
    }
    let (status, body): (Option<u16>, Option<String>) = (row.take()?, row.take()?);
    Ok(match status.zip(body) {
        Some((status, body)) => ReplyLookup::Done(ReplyRow { status, body }),
        None => ReplyLookup::InProgress,
    })
}

#[async_trait]
impl<E: Engine> SettingStore for Database<E> {
    async fn settings(&self) -> Kept<BTreeMap<String, String>> {
        let read = |mut row: Row| Ok((row.take()?, row.take()?));
        Ok(self.rows(&SETTINGS, values![], read).await?.into_iter().collect())
    }

    async fn set(
        &self,
        changes: Vec<(String, Option<String>)>,
        log: Option<AuditWrite>,
    ) -> Kept<()> {
        let both = async move |tx: &mut dyn Tx| {
            set(tx, changes).await?;
            audit::log(tx, log).await
        };
        self.engine.write(move |tx| Box::pin(both(tx))).await
    }

    async fn rate_cards(&self) -> Kept<Vec<(u32, Timestamp, String)>> {
        let read = |mut row: Row| Ok((row.take()?, row.take()?, row.take()?));
        self.rows(&RATE_CARDS, values![], read).await
    }

    async fn publish_rate_card(&self, version: u32, at: Timestamp, json: &str) -> Kept<bool> {
        let values = values![version, at, json.to_owned()];
        Ok(self.change(&ADD_RATE_CARD, values).await? > 0)
    }

    async fn begin_reply(
        &self,
        scope: &str,
        key: &str,
        hash: [u8; 32],
        now: Timestamp,
    ) -> Kept<ReplyLookup> {
        let name = (scope.to_owned(), key.to_owned());
        self.engine.write(move |tx| Box::pin(async move { begin(tx, name, hash, now).await })).await
    }

    async fn end_reply(&self, scope: &str, key: &str, reply: Option<ReplyRow>) -> Kept<()> {
        let (scope, key) = (scope.to_owned(), key.to_owned());
        match reply {
            Some(ReplyRow { status, body }) => {
                self.change(&SET_REPLY, values![status, body, scope, key]).await?
            }
            None => self.change(&GIVE_KEY_BACK, values![scope, key]).await?,
        };
        Ok(())
    }

    async fn forget_replies(&self, before: Timestamp) -> Kept<u64> {
        self.change(&FORGET, values![before, self.opened]).await
    }
}
