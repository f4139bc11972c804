//! What people see of background work, and what owners choose.

use ampere_credits::ledger::Class;
use ampere_credits::{Credits, Timestamp};
use ampere_store::rows::{BackgroundSettings, RunKind};

use crate::app::App;
use crate::audit::{self, Deed};
use crate::caller::{Act, Caller};
use crate::error::AppError;

/// Background work of the current period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackgroundUsage {
    /// Given for it alone; `allowance` = `used` + `left`.
    pub allowance: Credits,
    /// Of the allowance.
    pub used: Credits,
    /// Of the allowance, what running work holds included.
    pub left: Credits,
    /// When the allowance ends; none when there is none.
    pub period_ends_at: Option<Timestamp>,
    /// What is wanted.
    pub settings: BackgroundSettings,
    /// Jobs that wait.
    pub waiting: u64,
    /// Runs of the period that used credits.
    pub runs: u64,
    /// What they used beyond the allowance.
    pub credits_from_pool: Credits,
    /// The caller may change the settings.
    pub can_edit: bool,
}

impl App {
    /// Background work of the caller's organization.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn background_usage(&self, caller: &Caller) -> crate::Done<BackgroundUsage> {
        let organization = self.store.organization(caller.org).await?.ok_or(AppError::NotFound)?;
        let summed = self.summed(caller.org).await?;
        let own = |kind: &&(String, Credits, u64)| kind.0 == RunKind::Background.word();
        let (all, runs) =
            summed.sums.kinds.iter().find(own).map_or((Credits::ZERO, 0), |kind| (kind.1, kind.2));
        let mut usage = BackgroundUsage {
            allowance: Credits::ZERO,
            used: Credits::ZERO,
            left: Credits::ZERO,
            period_ends_at: None,
            settings: organization.background,
            waiting: self.store.jobs_of(caller.org).await?,
            runs,
            credits_from_pool: Credits::ZERO,
            can_edit: caller.may(Act::Profile).is_ok(),
        };
        let grants = summed.reading.eligible();
        for grant in grants.filter(|grant| grant.terms.class == Class::Background) {
            usage.used = usage.used.plus(grant.spent)?;
            usage.left = usage.left.plus(grant.unheld)?.plus(grant.held)?;
            usage.period_ends_at = usage.period_ends_at.max(grant.terms.expires);
        }
        usage.allowance = usage.used.plus(usage.left)?;
        usage.credits_from_pool = all.less(usage.used);
        Ok(usage)
    }

    /// Chooses which background work is done, and who pays when the allowance is used up. What
    /// waits follows the new choice.
    ///
    /// # Errors
    /// [`AppError::ForbiddenRole`]: owners only.
    pub async fn set_background(
        &self,
        caller: &Caller,
        settings: BackgroundSettings,
    ) -> crate::Done<BackgroundUsage> {
        caller.may(Act::Profile)?;
        let was = self.organization(caller).await?.background;
        let change = (audit::background(was), audit::background(settings));
        let log = self.entry(caller, Deed::BackgroundChanged, "organization", change);
        self.store.set_background(caller.org, settings, log).await?;
        tracing::info!(target: "security", by = %caller.user, org = %caller.org, "background work");
        self.background.changed(caller.org);
        self.background_usage(caller).await
    }
}
