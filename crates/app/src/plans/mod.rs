//! Plans: what is offered, what was ever published, and the terms that an organization has now.
//!
//! The catalog says what is offered. At start a changed entry is published as the plan's next
//! version, and a version never changes: a subscription names one and keeps it. Never sells
//! anything: [`crate::billing`] does. Read next: [`terms`], where the limits are asked about.

mod book;
mod terms;

use ampere_credits::{Cadence, Credits, Overflow};
use serde::{Deserialize, Serialize};

pub use book::{PlanBook, Version};
pub use terms::PlanTerms;
pub(crate) use terms::{Starting, starts_by_itself};

/// All that a plan says. Stored with each version as JSON: members may be added with a default,
/// never renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Its stable id.
    pub id: String,
    /// For people.
    pub name: String,
    /// One line for people.
    pub text: String,
    /// Price of a month in minor units.
    pub monthly_cents: i64,
    /// Price of a year in minor units.
    pub annual_cents: i64,
    /// ISO 4217, lower case.
    pub currency: String,
    /// Included credits of a month.
    pub credits: Credits,
    /// People at most, with pending invitations.
    pub people: u32,
    /// Schedules at most that start by themselves.
    pub schedules: u32,
    /// Runs at the same time at most.
    pub parallel_runs: u32,
    /// Allowance for background work, of the included credits, in whole percent.
    pub background_percent: u32,
    /// How far started work may go beyond the pool.
    pub overdraft: Credits,
}

impl Plan {
    /// The price of a whole period, in minor units.
    pub fn cents(&self, cadence: Cadence) -> i64 {
        match cadence {
            Cadence::Monthly => self.monthly_cents,
            Cadence::Annual => self.annual_cents,
        }
    }

    /// The included credits of a whole period: a year's come at once.
    ///
    /// # Errors
    /// Beyond what can be counted.
    pub fn period_credits(&self, cadence: Cadence) -> Result<Credits, Overflow> {
        cadence.credits(self.credits)
    }

    /// What it allows.
    pub fn terms(&self) -> PlanTerms {
        PlanTerms {
            plan: Some(self.name.clone()),
            people: self.people,
            schedules: self.schedules,
            parallel_runs: self.parallel_runs,
            background_percent: self.background_percent,
            overdraft: self.overdraft,
        }
    }
}

/// What is wrong with the plans of a catalog, in a sentence.
///
/// # Errors
/// The first mistake found.
pub fn check(plans: &[Plan]) -> Result<(), String> {
    for plan in plans {
        check_one(plan)?;
    }
    for pair in plans.windows(2) {
        let [less, more] = pair else { continue };
        let dearer = less.monthly_cents < more.monthly_cents
            && less.annual_cents < more.annual_cents
            && less.credits <= more.credits;
        if !dearer || less.currency != more.currency {
            return Err(format!(
                "plan {} must cost more than {}, in the same currency, and give no fewer credits: \
                 plans stand from the cheapest to the dearest",
                more.id, less.id
            ));
        }
    }
    let twice = |plan: &Plan| plans.iter().filter(|other| other.id == plan.id).count() > 1;
    match plans.iter().find(|plan| twice(plan)) {
        Some(plan) => Err(format!("there are two plans {}", plan.id)),
        None => Ok(()),
    }
}

fn check_one(plan: &Plan) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("plan {}: {what}", plan.id));
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if plan.id.is_empty() || plan.id.len() > 32 || !plan.id.chars().all(letter) {
        return wrong("an id is 1 to 32 lower-case letters, digits or _");
    }
    if plan.name.trim().is_empty() {
        return wrong("it needs a name");
    }
    if plan.monthly_cents <= 0 || plan.annual_cents <= 0 || !plan.credits.is_positive() {
        return wrong("it must cost and give something");
    }
    if plan.annual_cents > plan.monthly_cents.saturating_mul(12) {
        return wrong("a year must not cost more than twelve months");
    }
    if plan.currency.len() != 3 || !plan.currency.chars().all(|c| c.is_ascii_lowercase()) {
        return wrong("a currency is three lower-case letters, like usd");
    }
    if plan.people == 0 || plan.parallel_runs == 0 {
        return wrong("people and parallel_runs are at least 1");
    }
    if plan.background_percent > 100 || plan.overdraft < Credits::ZERO {
        return wrong("background_percent is at most 100, overdraft not negative");
    }
    match plan.period_credits(Cadence::Annual) {
        Ok(_) => Ok(()),
        Err(_) => wrong("a year's credits cannot be counted"),
    }
}

#[cfg(test)]
mod tests;
