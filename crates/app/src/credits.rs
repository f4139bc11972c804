//! The balance as everybody sees it: the same numbers at the same position on every screen.
//!
//! Owns the reading of a pool with all its grants at one position and instant, the pool's state
//! in one word, and the one shortage of credits. Reading computes what time has made due, never
//! books it. Read next: [`lists`] (grants, ledger, rate card), [`crate::usage`].

pub mod lists;
mod state;

use ampere_credits::ledger::{Balance, Cause, Class, Grant, Pool, Shown};
use ampere_credits::period::Period;
use ampere_credits::{Credits, OrgId, Overflow, Timestamp};
use ampere_store::rows::{GrantRow, MemberRow, UsageSums};

use crate::app::App;
use crate::caller::{Act, member_may};
use crate::error::Shortage;
use crate::{AppError, Caller, Done};

pub use state::PoolState;
pub(crate) use state::{PACE_DAYS, Pace};

/// The balance of a pool and what a person needs to understand it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceView {
    /// The exact numbers, with their position and instant.
    pub balance: Balance,
    /// Included and purchased together.
    pub total: Credits,
    /// The same in whole credits, adding up.
    pub shown: Shown,
    /// Included credits of the current period, without what was taken back.
    pub included_granted: Credits,
    /// Of them, used. `included_granted` = this + what is left of them.
    pub included_used: Credits,
    /// The period of the included credits; none when there are none.
    pub period: Option<Period>,
    /// The grant that the period comes from.
    pub period_cause: Option<Cause>,
    /// In one word.
    pub state: PoolState,
    /// Names of the people who may add credits.
    pub can_add: Vec<String>,
}

/// A pool and every grant it ever had, as they stand at one position and instant: expiry and debt
/// that are due are counted, not booked.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) balance: Balance,
    /// What is left starts no run.
    pub(crate) locked: bool,
    /// In the order of use.
    pub(crate) grants: Vec<Grant>,
}

impl Reading {
    /// Joins a pool with the rows of its grants, which may have been read a little later: what
    /// the pool still has is taken from it, and what it no longer has can never move again.
    pub(crate) fn of(pool: &Pool, rows: &[GrantRow], clock: Timestamp) -> Result<Self, Overflow> {
        let balance = Balance::of(pool, clock)?;
        let known = rows.iter().filter(|row| row.position <= pool.position);
        let mut grants: Vec<Grant> =
            known.map(|row| pool.grant(row.grant.terms.id).copied().unwrap_or(row.grant)).collect();
        grants.sort_by(|a, b| a.terms.order(&b.terms));
        let mut debt = pool.debt;
        for grant in &mut grants {
            count_due(grant, &mut debt, balance.at)?;
        }
        Ok(Reading { balance, locked: pool.locked, grants })
    }

    /// Grants that count at the instant of the reading: effective, not expired, not frozen.
    pub(crate) fn eligible(&self) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(|grant| grant.eligible(self.balance.at))
    }

    /// Whether the trial's credits are what there is: it lasts, and there is something of it.
    pub(crate) fn trial_lasts(&self) -> bool {
        self.eligible().any(|grant| grant.terms.cause == Cause::Trial)
    }

    /// The grant whose span is the current period: the included one that is used first.
    fn period_grant(&self) -> Option<(&Grant, Period)> {
        let included = |grant: &&Grant| {
            grant.terms.class == Class::Included
                && matches!(grant.terms.cause, Cause::Trial | Cause::Plan)
        };
        let grant = self.eligible().find(included)?;
        let end = grant.terms.expires?;
        Some((grant, Period { start: grant.terms.effective, end }))
    }
}

/// What the next commit would book of a grant by itself.
fn count_due(grant: &mut Grant, debt: &mut Credits, at: Timestamp) -> Result<(), Overflow> {
    if grant.expired(at) {
        grant.expired = grant.expired.plus(grant.unheld)?;
        grant.unheld = Credits::ZERO;
    } else if grant.terms.of_pool() && grant.eligible(at) {
        let pays = grant.unheld.min(*debt);
        grant.unheld = grant.unheld.minus(pays)?;
        grant.to_debt = grant.to_debt.plus(pays)?;
        *debt = debt.minus(pays)?;
    }
    Ok(())
}

impl App {
    /// The balance of the caller's organization.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn credits(&self, caller: &Caller) -> Done<BalanceView> {
        Ok(self.credits_of(caller.org).await?.1)
    }

    /// The balance with the reading that it was made from.
    pub(crate) async fn credits_of(&self, org: OrgId) -> Done<(Reading, BalanceView)> {
        let reading = self.reading(org).await?;
        let pace = self.pace(org).await?;
        let members = self.store.members(org).await?;
        let mut view = view(&reading, pace, self.least_hold(), names_who_can_add(&members))?;
        if view.state != PoolState::Locked && self.recharges_now(org).await? {
            view.state = PoolState::Recharging;
        }
        Ok((reading, view))
    }

    /// The pool with every grant, at one position and instant.
    pub(crate) async fn reading(&self, org: OrgId) -> Done<Reading> {
        let pool = self.store.pool(org).await?;
        let rows = self.store.grants(org).await?;
        Ok(Reading::of(&pool, &rows, self.now())?)
    }

    /// What the organization used in the last days.
    pub(crate) async fn pace(&self, org: OrgId) -> Done<Pace> {
        let now = self.now();
        let sums = self.store.usage(org, now.plus_days(-PACE_DAYS), now).await?;
        Ok(Pace { used: used(&sums)? })
    }

    /// The one shortage: what was needed and what there is, with live numbers. Given to whoever
    /// asked for work that cannot be held. Of a locked pool it says that it is locked.
    pub async fn shortage(&self, caller: &Caller, required: Credits, waiting: u32) -> AppError {
        match self.shortage_now(caller, required, waiting).await {
            Ok((shortage, true)) => AppError::CreditsLocked(Box::new(shortage)),
            Ok((shortage, false)) => AppError::InsufficientCredits(Box::new(shortage)),
            Err(error) => error,
        }
    }

    async fn shortage_now(
        &self,
        caller: &Caller,
        required: Credits,
        waiting: u32,
    ) -> Done<(Shortage, bool)> {
        let pool = self.store.pool(caller.org).await?;
        let members = self.store.members(caller.org).await?;
        let balance = Balance::of(&pool, self.now())?;
        let shortage = Shortage {
            required,
            available: balance.available,
            held: balance.held,
            locked: balance.locked,
            outstanding: balance.outstanding,
            shortfall: required.plus(balance.outstanding)?.less(balance.available),
            position: balance.position,
            billing_access: caller.billing_access(),
            can_add: names_who_can_add(&members),
            waiting,
        };
        Ok((shortage, pool.locked))
    }
}

fn view(
    reading: &Reading,
    pace: Pace,
    least: Credits,
    can_add: Vec<String>,
) -> Result<BalanceView, Overflow> {
    let balance = reading.balance;
    let mut included_granted = Credits::ZERO;
    let mut included_used = Credits::ZERO;
    for grant in reading.eligible().filter(|grant| grant.terms.class == Class::Included) {
        let given = grant.terms.amount.minus(grant.clawed)?;
        included_granted = included_granted.plus(given)?;
        included_used = included_used.plus(grant.spent)?.plus(grant.to_debt)?;
    }
    let period = reading.period_grant();
    Ok(BalanceView {
        total: balance.total()?,
        shown: balance.shown()?,
        state: PoolState::of(reading, included_granted, pace, least)?,
        balance,
        included_granted,
        included_used,
        period: period.map(|(_, period)| period),
        period_cause: period.map(|(grant, _)| grant.terms.cause),
        can_add,
    })
}

/// All credits of the sums.
pub(crate) fn used(sums: &UsageSums) -> Result<Credits, Overflow> {
    Credits::sum(sums.kinds.iter().map(|(_, credits, _)| *credits))
}

/// Owners and billing admins, oldest member first.
pub(crate) fn names_who_can_add(members: &[MemberRow]) -> Vec<String> {
    let may = |member: &&MemberRow| member_may(member.role, member.billing_admin, Act::Billing);
    members.iter().filter(may).map(|member| member.name.clone()).collect()
}

#[cfg(test)]
mod tests;
