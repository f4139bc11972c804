//! Reading the log, for the owner.

use ampere_credits::{Timestamp, UserId};
use ampere_store::rows::{AuditNames, AuditRow, Page};
use serde_json::Value;

use super::Deed;
use crate::app::App;
use crate::caller::{Act, Caller};

/// An entry, as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// 1, 2, 3 … in the organization.
    pub position: u64,
    pub at: Timestamp,
    pub actor: UserId,
    /// None: the person is gone.
    pub actor_name: Option<String>,
    /// A word of [`Deed`].
    pub act: String,
    /// What people read for it.
    pub text: String,
    /// What it was done to: an id, or a word.
    pub target: String,
    /// The name of a person it was done to.
    pub target_name: Option<String>,
    /// What it was; null where nothing was.
    pub before: Value,
    /// What it became.
    pub after: Value,
    /// SHA-256 of it and of all before it.
    pub hash: [u8; 32],
}

fn entry((row, names): (AuditRow, AuditNames)) -> Entry {
    let AuditRow { position, written, hash, .. } = row;
    let AuditNames { actor: actor_name, target: target_name } = names;
    let mut detail: Value = serde_json::from_str(&written.detail).unwrap_or_default();
    let mut part = |name| detail.get_mut(name).map(Value::take).unwrap_or_default();
    Entry {
        position,
        at: written.at,
        actor: written.actor,
        actor_name,
        text: Deed::text_of(&written.act).to_owned(),
        act: written.act,
        target: written.target,
        target_name,
        before: part("before"),
        after: part("after"),
        hash,
    }
}

impl App {
    /// The log of the caller's organization, newest first; the cursor is a position.
    ///
    /// # Errors
    /// [`crate::AppError::ForbiddenRole`]: for the owner.
    pub async fn audit_log(&self, caller: &Caller, page: Page) -> crate::Done<Vec<Entry>> {
        caller.may(Act::Own)?;
        let rows = self.store.audit_log(caller.org, page).await?;
        Ok(rows.into_iter().map(entry).collect())
    }
}
