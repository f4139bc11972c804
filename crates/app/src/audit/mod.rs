//! Who did what: an entry for each change of billing, roles, caps and settings, and reading them.
//!
//! One shape of entries, [`App::entry`]. A change that is a write of ours takes its entry along,
//! into its own transaction; what somebody else has done, the payment provider above all, is
//! written after it ([`App::audit`]). Entries hold ids, words and numbers only: no secret, and no
//! text that a person wrote in their work. The reason of a cancellation is the one text in it, and
//! whoever gives it is told so. The chain behind it is the store's (`ampere_store::chain`), and
//! [`crate::verify`] walks it. Read next: [`Deed`].

mod deed;
mod reading;
mod values;

use ampere_credits::{OrgId, UserId};
use ampere_store::rows::AuditWrite;
use serde_json::{Value, json};

pub use deed::Deed;
pub use reading::Entry;
pub(crate) use values::{background, plan, price, recharge};

use crate::app::App;
use crate::caller::Caller;

/// A person in an organization, as the log names them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Author {
    pub org: OrgId,
    pub user: UserId,
}

impl From<&Caller> for Author {
    fn from(caller: &Caller) -> Self {
        Author { org: caller.org, user: caller.user }
    }
}

impl App {
    /// The entry of what somebody does, with what it was and what it becomes; none where nothing
    /// changes. For the transaction of the change itself.
    pub(crate) fn entry(
        &self,
        author: impl Into<Author>,
        deed: Deed,
        target: &str,
        (before, after): (Value, Value),
    ) -> Option<AuditWrite> {
        if before == after && !before.is_null() {
            return None;
        }
        let Author { org, user: actor } = author.into();
        let detail = json!({ "before": before, "after": after }).to_string();
        let (act, target, at) = (deed.word().to_owned(), target.to_owned(), self.now());
        Some(AuditWrite { org, at, actor, act, target, detail })
    }

    /// Puts into the log what has just happened outside of our database. It has happened: an entry
    /// that cannot be kept does not undo it, and is told in the server's log instead.
    pub(crate) async fn audit(
        &self,
        author: impl Into<Author>,
        deed: Deed,
        target: &str,
        change: (Value, Value),
    ) {
        let Some(entry) = self.entry(author, deed, target, change) else { return };
        if let Err(error) = self.store.append_audit(entry.clone()).await {
            tracing::error!(
                target: "security", %error, org = %entry.org, by = %entry.actor, act = entry.act,
                on = entry.target, detail = entry.detail, "an audit entry could not be kept"
            );
        }
    }
}
