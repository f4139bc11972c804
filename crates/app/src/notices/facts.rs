//! What is true now of an organization, as far as people are told about it.

use ampere_credits::{Credits, GrantId, RechargeId, ScheduleId, UserId};

use super::plan::PlanFacts;

/// All of it, at one instant.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// Left of included and purchased credits, less debt.
    pub(super) left: Credits,
    pub(super) available: Credits,
    /// Of the current period.
    pub(super) included_granted: Credits,
    pub(super) included_left: Credits,
    /// The day on which the period ends, in words.
    pub(super) period_ends: Option<String>,
    /// Whole days that it lasts at the present pace; none when nothing is used.
    pub(super) days_left: Option<i64>,
    /// No run can start for lack of credits.
    pub(super) paused: bool,
    /// Who started runs in the last days.
    pub(super) recent_starters: Vec<UserId>,
    pub(super) standing: Standing,
    /// The newest attempts of auto-recharge.
    pub(super) recharged: Vec<Recharged>,
    /// Grants of purchased credits that have some left and end.
    pub(super) purchased: Vec<Purchased>,
    pub(super) schedules: Vec<Scheduled>,
}

/// The plan.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    /// The stable word of its state.
    pub(super) state: &'static str,
    /// What billing people read about it.
    pub(super) text: String,
    /// Its payment failed.
    pub(super) trouble: bool,
    /// What its life is told with; none without a plan.
    pub(super) plan: Option<PlanFacts>,
    /// The payment that the bank wants to be confirmed, by its address.
    pub(super) confirm: Option<String>,
}

/// An attempt of auto-recharge.
#[derive(Debug, Clone)]
pub(super) struct Recharged {
    pub(super) id: RechargeId,
    pub(super) state: &'static str,
    pub(super) credits: Credits,
    /// Why it was declined, as a sentence.
    pub(super) why: String,
    /// Auto-recharge was switched off by it.
    pub(super) off: bool,
}

/// A grant of purchased credits.
#[derive(Debug, Clone)]
pub(super) struct Purchased {
    pub(super) id: GrantId,
    pub(super) left: Credits,
    /// Whole days until it ends.
    pub(super) days: i64,
    /// The day, in words.
    pub(super) day: String,
}

/// A schedule.
#[derive(Debug, Clone)]
pub(super) struct Scheduled {
    pub(super) id: ScheduleId,
    pub(super) owner: UserId,
    pub(super) state: &'static str,
    /// It waits for credits or for somebody.
    pub(super) trouble: bool,
    pub(super) text: String,
}
