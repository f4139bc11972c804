//! The plan book: what is offered, and every version that was ever published.
//!
//! Read once at start, when a changed catalog publishes; nothing published ever changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use ampere_adapters::payments::port::{PlanKey, PlanPrice};
use ampere_credits::{Cadence, Timestamp};
use ampere_store::ports::Store;
use ampere_store::rows::{PlanRef, PlanVersionRow};

use super::Plan;
use crate::error::AppError;

/// A published version of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// 1, 2, 3 …
    pub number: u32,
    /// Since when it is offered.
    pub published_at: Timestamp,
    /// What it says, for ever.
    pub plan: Plan,
}

impl Version {
    /// It in a cadence, as a payment provider names it.
    pub fn key(&self, cadence: Cadence) -> PlanKey {
        PlanKey { plan: self.plan.id.clone(), version: self.number, cadence }
    }

    /// What it costs, as a payment provider is told.
    pub fn price(&self, cadence: Cadence) -> PlanPrice {
        PlanPrice {
            key: self.key(cadence),
            name: self.plan.name.clone(),
            amount_cents: self.plan.cents(cadence),
            currency: self.plan.currency.clone(),
        }
    }
}

/// All plans.
#[derive(Debug, Default)]
pub struct PlanBook {
    offered: Vec<Arc<Version>>,
    published: BTreeMap<(String, u32), Arc<Version>>,
}

impl PlanBook {
    /// Reads what was published, and publishes what the catalog changed since.
    pub(crate) async fn load(
        store: &dyn Store,
        plans: &[Plan],
        now: Timestamp,
    ) -> crate::Done<PlanBook> {
        let mut book = PlanBook::default();
        for row in store.plan_versions().await? {
            book.keep(&row)?;
        }
        for plan in plans {
            let version = match book.latest(&plan.id) {
                Some(latest) if latest.plan == *plan => latest,
                latest => {
                    let last = latest.map_or(0, |latest| latest.number);
                    book.publish(store, plan, (last.saturating_add(1), now)).await?
                }
            };
            book.offered.push(version);
        }
        Ok(book)
    }

    async fn publish(
        &mut self,
        store: &dyn Store,
        plan: &Plan,
        (version, published_at): (u32, Timestamp),
    ) -> crate::Done<Arc<Version>> {
        let body = serde_json::to_string(plan).map_err(|_| AppError::Internal)?;
        let row = PlanVersionRow { plan: plan.id.clone(), version, published_at, body };
        if !store.publish_plan(row.clone()).await? {
            tracing::error!(plan = plan.id, version, "another server publishes plans");
            return Err(AppError::Unavailable);
        }
        tracing::info!(plan = plan.id, version, "a plan was published");
        self.keep(&row)?;
        self.latest(&plan.id).ok_or(AppError::Internal)
    }

    fn keep(&mut self, row: &PlanVersionRow) -> crate::Done<()> {
        let plan: Plan = serde_json::from_str(&row.body).map_err(|error| {
            tracing::error!(plan = row.plan, version = row.version, %error, "a damaged plan");
            AppError::Internal
        })?;
        let version = Version { number: row.version, published_at: row.published_at, plan };
        self.published.insert((row.plan.clone(), row.version), Arc::new(version));
        Ok(())
    }

    /// A book of first versions, published at the beginning of time.
    #[cfg(test)]
    pub(crate) fn offering(plans: Vec<Plan>) -> PlanBook {
        let mut book = PlanBook::default();
        for plan in plans {
            let id = (plan.id.clone(), 1);
            let version = Version { number: 1, published_at: Timestamp::default(), plan };
            let version = Arc::new(version);
            book.published.insert(id, Arc::clone(&version));
            book.offered.push(version);
        }
        book
    }

    /// What can be chosen, from the cheapest to the dearest.
    pub fn offered(&self) -> &[Arc<Version>] {
        &self.offered
    }

    /// What can be chosen, by its id.
    pub fn offer(&self, plan: &str) -> Option<&Arc<Version>> {
        self.offered.iter().find(|version| version.plan.id == plan)
    }

    /// Every version that was ever published.
    pub fn every(&self) -> impl Iterator<Item = &Arc<Version>> {
        self.published.values()
    }

    /// A published version.
    pub fn version(&self, plan: &str, version: u32) -> Option<&Arc<Version>> {
        self.published.get(&(plan.to_owned(), version))
    }

    /// The version that a price at the provider stands for.
    pub fn of_key(&self, key: &PlanKey) -> Option<&Arc<Version>> {
        self.version(&key.plan, key.version)
    }

    /// The version that a row names.
    pub fn of_ref(&self, on: &PlanRef) -> Option<&Arc<Version>> {
        self.version(&on.plan, on.version)
    }

    /// The version that a row names, which must be there.
    ///
    /// # Errors
    /// [`AppError::Internal`] for a version that was never published here.
    pub(crate) fn named(&self, on: &PlanRef) -> crate::Done<&Version> {
        let version = self.of_ref(on).map(AsRef::as_ref);
        version.ok_or_else(|| {
            tracing::error!(plan = on.plan, version = on.version, "an unknown version of a plan");
            AppError::Internal
        })
    }

    fn latest(&self, plan: &str) -> Option<Arc<Version>> {
        let of = self.published.range((plan.to_owned(), 0)..=(plan.to_owned(), u32::MAX));
        of.last().map(|(_, version)| Arc::clone(version))
    }
}
