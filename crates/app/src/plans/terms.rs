//! The terms that an organization has now, and whether there is room for one more of something.
//!
//! Owns the questions: another person, another schedule, another run at the same time. Who has a
//! plan has the terms of the version that they are on; who has none, those of the catalog. Nothing
//! that is there is taken away when terms shrink: only more is refused.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ampere_credits::{Credits, OrgId};
use ampere_store::rows::{ScheduleState, Trigger};

use crate::app::App;
use crate::error::AppError;
use crate::people::InvitationState;

/// What an organization may have at most, and what it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanTerms {
    /// The plan's name; none without a plan.
    pub plan: Option<String>,
    /// People, with pending invitations.
    pub people: u32,
    /// Schedules that start by themselves.
    pub schedules: u32,
    /// Runs at the same time.
    pub parallel_runs: u32,
    /// Allowance for background work, of the included credits, in whole percent.
    pub background_percent: u32,
    /// How far started work may go beyond the pool.
    pub overdraft: Credits,
}

impl PlanTerms {
    /// "The plan Team allows", "Without a plan there are": the beginning of a refusal.
    fn refusal(&self, allowed: &str) -> AppError {
        AppError::LimitReached(match &self.plan {
            Some(plan) => format!("the plan {plan} is for {allowed}; a larger plan allows more"),
            None => format!("without a plan it is {allowed} at most; a plan allows more"),
        })
    }
}

/// Starts on their way to their first commit, by organization: two at once are two.
#[derive(Debug, Clone, Default)]
pub(crate) struct Starting(Arc<Mutex<HashMap<OrgId, u32>>>);

/// One start on its way; dropped when its run is in the database or was refused.
pub(crate) struct Place {
    starting: Starting,
    org: OrgId,
}

impl Starting {
    /// Takes a place; how many there are then.
    fn enter(&self, org: OrgId) -> (Place, u32) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(org).or_default();
        *count = count.saturating_add(1);
        (Place { starting: self.clone(), org }, *count)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.starting.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.org) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                all.remove(&self.org);
            }
        }
    }
}

impl App {
    /// The terms of who has no plan.
    pub(crate) fn terms_without_plan(&self) -> PlanTerms {
        let limits = self.catalog.limits;
        PlanTerms {
            plan: None,
            people: limits.people,
            schedules: limits.schedules,
            parallel_runs: limits.parallel_runs,
            background_percent: self.catalog.background.allowance_percent,
            overdraft: self.catalog.overdraft.limit,
        }
    }

    /// The highest overdraft limit that was ever in force, for the audit.
    pub(crate) fn highest_overdraft(&self) -> Credits {
        let of_plans = self.plans.every().map(|version| version.plan.overdraft);
        of_plans.fold(self.catalog.overdraft.limit, Credits::max)
    }

    /// Whether one more person may be invited: members and pending invitations count.
    ///
    /// # Errors
    /// [`AppError::LimitReached`].
    pub(crate) async fn room_for_invitation(&self, org: OrgId) -> crate::Done<()> {
        let now = self.now();
        let invitations = self.store.invitations(org).await?;
        let pending = |state| state == InvitationState::Pending;
        let invited = invitations.iter().filter(|row| pending(InvitationState::of(row, now)));
        self.room_for_people(org, invited.count()).await
    }

    /// Whether one more person may join: terms may have shrunk since the invitation.
    ///
    /// # Errors
    /// [`AppError::LimitReached`].
    pub(crate) async fn room_for_member(&self, org: OrgId) -> crate::Done<()> {
        self.room_for_people(org, 0).await
    }

    async fn room_for_people(&self, org: OrgId, beside: usize) -> crate::Done<()> {
        let terms = self.terms(org).await?;
        let there = self.store.members(org).await?.len().saturating_add(beside);
        if has_room(there, terms.people) {
            return Ok(());
        }
        Err(terms.refusal(&format!("{} people, invitations included,", terms.people)))
    }

    /// Whether one more schedule may start by itself. Paused and completed ones do not count; who
    /// waits for credits does.
    ///
    /// # Errors
    /// [`AppError::LimitReached`].
    pub(crate) async fn room_for_schedule(&self, org: OrgId) -> crate::Done<()> {
        let terms = self.terms(org).await?;
        let rows = self.store.schedules(org).await?;
        let there = rows.iter().filter(|row| starts_by_itself(row.state)).count();
        if has_room(there, terms.schedules) {
            return Ok(());
        }
        Err(terms.refusal(&format!("{} active schedules", terms.schedules)))
    }

    /// A place for one more run at the same time, to be kept until the run is in the database.
    /// Runs that wait for credits do not count, and who waited is served without asking again.
    /// Background work is small and neither counted nor refused.
    ///
    /// # Errors
    /// [`AppError::ConcurrencyLimited`]; a schedule's start stays due then.
    pub(crate) async fn room_for_run(
        &self,
        org: OrgId,
        trigger: Trigger,
    ) -> crate::Done<Option<Place>> {
        if trigger == Trigger::Background {
            return Ok(None);
        }
        let limit = self.terms(org).await?.parallel_runs;
        // First the place, then the count: a run that is in both is counted twice for a moment,
        // never not at all.
        let (place, starting) = self.starting.enter(org);
        let working = self.store.at_work(org, limit.saturating_add(1)).await?;
        if working.saturating_add(starting) <= limit {
            return Ok(Some(place));
        }
        Err(AppError::ConcurrencyLimited { limit })
    }
}

/// Whether a schedule in this state counts.
pub(crate) fn starts_by_itself(state: ScheduleState) -> bool {
    matches!(state, ScheduleState::Active | ScheduleState::PausedNoCredits)
}

fn has_room(there: usize, limit: u32) -> bool {
    u32::try_from(there).is_ok_and(|there| there < limit)
}
