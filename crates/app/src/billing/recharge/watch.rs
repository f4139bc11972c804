//! Marks of organizations that auto-recharge has to look at.
//!
//! A commit only leaves a mark, and only where the balance may matter; [`super::worker`] follows
//! the marks. What is in memory is a shortcut, never the truth: the hourly look reads all.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ampere_credits::ledger::Balance;
use ampere_credits::{Credits, OrgId};
use tokio::sync::Notify;

use crate::billing::turns::Turns;

/// What auto-recharge waits for.
#[derive(Debug, Default)]
pub(crate) struct Recharging {
    /// Who is switched on, with the threshold.
    armed: Mutex<HashMap<OrgId, Credits>>,
    /// Who is to be looked at; true: a hold was refused.
    marked: Mutex<BTreeMap<OrgId, bool>>,
    told: Notify,
    /// One purchase at a time for each organization on this server.
    pub(super) turns: Turns,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recharging {
    /// After a commit: marks the organization if its balance is below the threshold.
    pub(crate) fn booked(&self, org: OrgId, balance: &Balance) {
        let Some(threshold) = lock(&self.armed).get(&org).copied() else { return };
        let line = threshold.plus(balance.outstanding);
        let there = balance.available.plus(balance.held);
        if there.is_ok_and(|there| line.is_ok_and(|line| there < line)) {
            self.mark(org);
        }
    }

    /// Has an organization looked at.
    pub(super) fn mark(&self, org: OrgId) {
        lock(&self.marked).entry(org).or_insert(false);
        self.told.notify_one();
    }

    /// A hold was refused, and its run waits for credits.
    pub(crate) fn refused(&self, org: OrgId) {
        lock(&self.marked).insert(org, true);
        self.told.notify_one();
    }

    /// Switched on with this threshold, or off.
    pub(super) fn arm(&self, org: OrgId, threshold: Option<Credits>) {
        match threshold {
            Some(threshold) => drop(lock(&self.armed).insert(org, threshold)),
            None => drop(lock(&self.armed).remove(&org)),
        }
    }

    /// Whether a purchase could follow at all.
    pub(crate) fn armed(&self, org: OrgId) -> bool {
        lock(&self.armed).contains_key(&org)
    }

    /// Waits for a mark.
    pub(super) async fn marked(&self) {
        self.told.notified().await;
    }

    /// The marks so far.
    pub(super) fn take(&self) -> BTreeMap<OrgId, bool> {
        std::mem::take(&mut *lock(&self.marked))
    }
}
