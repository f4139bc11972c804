//! Replies remembered under idempotency keys, so that a repeated request gets the same answer.
//! Only what was committed is remembered; a key whose request failed is given back.

use super::{Reply, ReplyLookup};
use crate::app::App;

/// How long replies are remembered; the keys of the journal's commands are, for ever.
const REMEMBERED_SECONDS: i64 = 48 * 3_600;

impl App {
    /// Takes a key for a request. `scope` says whose it is and what for.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin_reply(
        &self,
        scope: &str,
        key: &str,
        hash: [u8; 32],
    ) -> crate::Done<ReplyLookup> {
        Ok(self.store.begin_reply(scope, key, hash, self.now()).await?)
    }

    /// Remembers the reply of a taken key, or gives the key back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_reply(&self, scope: &str, key: &str, reply: Option<Reply>) -> crate::Done<()> {
        Ok(self.store.end_reply(scope, key, reply).await?)
    }

    /// Forgets old replies, and keys that a dead server took. To be called at start and daily.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_replies(&self) -> crate::Done<u64> {
        Ok(self.store.forget_replies(self.now().plus_seconds(-REMEMBERED_SECONDS)).await?)
    }
}
