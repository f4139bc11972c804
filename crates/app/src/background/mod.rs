//! Background AI work: titles, summaries and follow-ups of conversations, made by the product.
//!
//! Owns: which pieces an answer makes due ([`due`]), what the model is asked for each ([`asking`])
//! and what of its answer is used ([`cleaning`]), the worker that does one after the other
//! ([`worker`]), and what people see and choose ([`view`]). Never spends by itself: every piece is
//! a run like any other, by [`App::spend`](crate::App::spend), with a receipt, on an allowance of
//! its own.
//!
//! A job becomes due in the commit that settles the answer, and is done in the commit that settles
//! its run: a crash in between loses nothing and makes nothing twice.

mod asking;
mod cleaning;
pub(crate) mod due;
mod piece;
mod view;
mod worker;

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ampere_credits::OrgId;
use tokio::sync::Notify;

pub use ampere_store::rows::{BackgroundKind, BackgroundSettings};
pub use view::BackgroundUsage;

/// What the worker waits for.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    /// Organizations whose jobs cannot go on for now: credits are short, or no model is ready.
    stuck: Mutex<BTreeSet<OrgId>>,
    told: Notify,
}

impl Waits {
    fn stuck(&self) -> MutexGuard<'_, BTreeSet<OrgId>> {
        self.stuck.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something changed in an organization: jobs may be due, or payable again.
    pub(crate) fn changed(&self, org: OrgId) {
        self.stuck().remove(&org);
        self.told.notify_one();
    }
}
