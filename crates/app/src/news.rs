//! News: what happened in an organization, for the open screens of its people.
//!
//! In memory only and never the truth: a screen that missed some reads the present state anew.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ampere_credits::ledger::Balance;
use ampere_credits::{OrgId, RunId, SessionId, UserId};
use tokio::sync::broadcast;

/// News that a screen may be behind by before it has to read anew.
const BACKLOG: usize = 256;

/// One piece of news.
#[derive(Debug, Clone)]
pub enum Item {
    /// The pool's balance after a commit.
    Balance(Balance),
    /// A run changed; read it.
    Run(RunId),
    /// A person was told something; read it.
    Notice(UserId),
    /// A conversation changed; who may open it reads it.
    Session(SessionId),
    /// A person may open less than before: look again. The conversation, where it is one.
    Lost(UserId, Option<SessionId>),
}

/// The open screens of all organizations.
#[derive(Default)]
pub struct News {
    channels: Mutex<HashMap<OrgId, broadcast::Sender<Item>>>,
}

impl News {
    /// What happens from now on in an organization.
    pub fn subscribe(&self, org: OrgId) -> broadcast::Receiver<Item> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.retain(|_, sender| sender.receiver_count() > 0);
        channels.entry(org).or_insert_with(|| broadcast::channel(BACKLOG).0).subscribe()
    }

    /// Tells everybody who looks.
    pub fn tell(&self, org: OrgId, item: Item) {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = channels.get(&org) {
            // Nobody may be looking any more; that is fine.
            let _ = sender.send(item);
        }
    }

    /// A new balance.
    pub fn balance(&self, org: OrgId, balance: Balance) {
        self.tell(org, Item::Balance(balance));
    }
}
