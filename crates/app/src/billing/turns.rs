//! Turns: what may be done for an organization by one at a time in this process.
//!
//! A shortcut that saves double work, never what makes it right: two servers may do the same at
//! once, and keys and statements of the store hold there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ampere_credits::OrgId;
use tokio::sync::OwnedMutexGuard;

/// Whose turn it is, for each organization that has something going on.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashMap<OrgId, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    /// Waits for the organization's turn; dropping the guard ends it.
    pub(crate) async fn take(&self, org: OrgId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            Arc::clone(turns.entry(org).or_default())
        };
        turn.lock_owned().await
    }
}
