//! The pricing page: what is offered, and what choosing it would be for this organization.
//!
//! For everybody who is logged in, prices too.

use std::sync::Arc;

use ampere_credits::plans::Scenario;
use ampere_credits::{Cadence, Credits};

use super::follow::percent_of;
use crate::app::App;
use crate::plans::{PlanTerms, Version};
use crate::{Caller, Done};

/// A plan that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanOffer {
    /// What it says.
    pub version: Arc<Version>,
    /// Credits of a year, at once.
    pub annual_credits: Credits,
    /// Allowance for background work, a month.
    pub background_credits: Credits,
    /// The organization has it.
    pub current: bool,
    /// What choosing it would be, paid monthly and annually.
    pub monthly: Scenario,
    pub annual: Scenario,
}

/// Everything that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offers {
    /// From the cheapest to the dearest.
    pub plans: Vec<PlanOffer>,
    /// What a new organization gets once, and for how many days.
    pub trial: (Credits, u32),
    /// Terms of who has no plan.
    pub without_plan: PlanTerms,
}

impl App {
    /// What is offered.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn plan_offers(&self, caller: &Caller) -> Done<Offers> {
        let standing = self.standing(caller.org).await?;
        let live = standing.subscription.as_ref().filter(|_| standing.holds_plan());
        let plans = self.plans.offered().iter().map(|version| {
            let plan = &version.plan;
            Ok(PlanOffer {
                annual_credits: plan.period_credits(Cadence::Annual)?,
                background_credits: percent_of(plan.credits, plan.background_percent)?,
                current: live.is_some_and(|row| row.on.plan == plan.id),
                monthly: self.scenario_of(&standing, version, Cadence::Monthly)?,
                annual: self.scenario_of(&standing, version, Cadence::Annual)?,
                version: Arc::clone(version),
            })
        });
        Ok(Offers {
            plans: plans.collect::<Done<_>>()?,
            trial: (self.catalog.trial.credits, self.catalog.trial.days),
            without_plan: self.terms_without_plan(),
        })
    }
}
