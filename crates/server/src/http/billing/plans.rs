//! `GET /billing/plans`: the pricing page, for everybody.

use std::sync::Arc;

use ampere_app::billing::offers::{Offers, PlanOffer};
use ampere_credits::plans::Scenario;
use ampere_credits::{Cadence, Credits};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::Shared;
use super::super::extract::Who;
use super::super::problem::Problem;
use super::Money;

/// What choosing a plan would be.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanScenario {
    /// The first plan; now.
    Start,
    /// A new plan after one that ended; now.
    Restart,
    /// It is the plan there is.
    Current,
    /// A dearer plan; now, the money prorated.
    Upgrade,
    /// Another plan; at the period's end.
    Downgrade,
    /// From annual to monthly; at the period's end.
    ToMonthly,
    /// From monthly to annual; now, and a new period begins.
    ToAnnual,
    /// Not to be had now.
    Unavailable,
}

impl From<Scenario> for PlanScenario {
    fn from(scenario: Scenario) -> Self {
        match scenario {
            Scenario::Start => PlanScenario::Start,
            Scenario::Restart => PlanScenario::Restart,
            Scenario::Current => PlanScenario::Current,
            Scenario::Upgrade => PlanScenario::Upgrade,
            Scenario::Downgrade => PlanScenario::Downgrade,
            Scenario::ToMonthly => PlanScenario::ToMonthly,
            Scenario::ToAnnual => PlanScenario::ToAnnual,
            Scenario::Unavailable => PlanScenario::Unavailable,
        }
    }
}

/// By cadence.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanScenarios {
    /// Paid every month.
    pub monthly: PlanScenario,
    /// Paid every year.
    pub annual: PlanScenario,
}

/// A plan that is offered.
#[derive(Debug, Serialize, ToSchema)]
pub struct Plan {
    /// Its id.
    pub id: String,
    /// For people.
    pub name: String,
    /// One line for people.
    pub text: String,
    /// The published version.
    pub version: u32,
    /// Included credits of a month.
    #[schema(value_type = String)]
    pub credits: Credits,
    /// People at most, with pending invitations.
    pub people: u32,
    /// Active schedules at most.
    pub schedules: u32,
    /// Runs at the same time at most.
    pub parallel_runs: u32,
    /// Allowance for background work, a month.
    #[schema(value_type = String)]
    pub background_credits: Credits,
    /// How far started work may go beyond the pool.
    #[schema(value_type = String)]
    pub overdraft: Credits,
    /// Price of a month.
    pub monthly: Money,
    /// Price of a year.
    pub annual: Money,
    /// Included credits of a year, at once.
    #[schema(value_type = String)]
    pub annual_credits: Credits,
    /// The organization has it.
    pub current: bool,
    /// What choosing it would be.
    pub scenarios: PlanScenarios,
}

impl From<PlanOffer> for Plan {
    fn from(offer: PlanOffer) -> Self {
        let plan = &offer.version.plan;
        let price =
            |cadence| Money { amount: plan.cents(cadence), currency: plan.currency.clone() };
        let (monthly, annual) = (offer.monthly.into(), offer.annual.into());
        Plan {
            id: plan.id.clone(),
            name: plan.name.clone(),
            text: plan.text.clone(),
            version: offer.version.number,
            credits: plan.credits,
            people: plan.people,
            schedules: plan.schedules,
            parallel_runs: plan.parallel_runs,
            background_credits: offer.background_credits,
            overdraft: plan.overdraft,
            monthly: price(Cadence::Monthly),
            annual: price(Cadence::Annual),
            annual_credits: offer.annual_credits,
            current: offer.current,
            scenarios: PlanScenarios { monthly, annual },
        }
    }
}

/// What a new organization gets once.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrialOffer {
    /// How many.
    #[schema(value_type = String)]
    pub credits: Credits,
    /// For how many days.
    pub days: u32,
}

/// What holds without a plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanLimits {
    /// People at most, with pending invitations.
    pub people: u32,
    /// Active schedules at most.
    pub schedules: u32,
    /// Runs at the same time at most.
    pub parallel_runs: u32,
}

/// Every plan that is offered.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanList {
    /// From the cheapest to the dearest.
    pub data: Vec<Plan>,
    /// What a new organization gets once.
    pub trial: TrialOffer,
    /// What holds without a plan.
    pub without_plan: PlanLimits,
}

impl From<Offers> for PlanList {
    fn from(offers: Offers) -> Self {
        let Offers { plans, trial: (credits, days), without_plan: terms } = offers;
        let (people, schedules) = (terms.people, terms.schedules);
        PlanList {
            data: plans.into_iter().map(Plan::from).collect(),
            trial: TrialOffer { credits, days },
            without_plan: PlanLimits { people, schedules, parallel_runs: terms.parallel_runs },
        }
    }
}

/// Lists the plans, with what choosing each would be.
#[utoipa::path(get, path = "/api/v1/billing/plans", operation_id = "listPlans", tag = "billing",
    responses((status = 200, body = PlanList, description = "All plans")))]
pub async fn list_plans(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<PlanList>, Problem> {
    Ok(Json(PlanList::from(shared.app.plan_offers(&caller).await?)))
}
