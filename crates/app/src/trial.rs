//! The trial: what a new organization gets, once, with its allowance for background work.
//!
//! Keyed by the organization, so that setting up, a restart in between and two servers at once
//! give one trial. Never renews it. How much and for how long is catalog data.

use ampere_credits::ledger::{Cause, Class, GrantTerms};
use ampere_credits::{GrantId, OrgId};
use ampere_store::rows::GrantRow;

use crate::Done;
use crate::app::App;
use crate::billing::follow::percent_of;
use crate::grants::{GrantOrder, hash_of};

impl App {
    /// Grants the trial of an organization unless it has it already.
    ///
    /// # Errors
    /// When the database does not answer; asking again is safe.
    pub async fn ensure_trial(&self, org: OrgId) -> Done<()> {
        let now = self.now();
        let trial = &self.catalog.trial;
        let terms = GrantTerms {
            id: GrantId::mint(now, &*self.entropy),
            class: Class::Included,
            cause: Cause::Trial,
            amount: trial.credits,
            effective: now,
            expires: Some(now.plus_days(i64::from(trial.days))),
        };
        let key = format!("trial:{org}");
        // Not a hash of the amount: a changed catalog must not look like another request.
        let hash = hash_of(&[&key]);
        let granted = self.grant(org, GrantOrder { terms, key, hash, writes: Vec::new() }).await?;
        self.ensure_allowance(org, granted.terms).await
    }

    /// The law's "Background allowance": beside the trial, with its period, unless it is over.
    async fn ensure_allowance(&self, org: OrgId, trial: GrantTerms) -> Done<()> {
        let now = self.now();
        let percent = self.terms_without_plan().background_percent;
        let amount = percent_of(trial.amount, percent)?;
        if !amount.is_positive() || trial.expired(now) {
            return Ok(());
        }
        let terms = GrantTerms {
            id: GrantId::mint(now, &*self.entropy),
            class: Class::Background,
            cause: Cause::Background,
            amount,
            ..trial
        };
        let key = format!("background:trial:{org}");
        let hash = hash_of(&[&key]);
        self.grant(org, GrantOrder { terms, key, hash, writes: Vec::new() }).await?;
        Ok(())
    }

    /// At start: grants what a crash between founding and trial left out, and the allowance where
    /// an unexpired trial has none. Organizations that have both are only read.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ensure_trials(&self) -> Done<()> {
        for organization in self.store.organizations().await? {
            let grants = self.store.grants(organization.id).await?;
            let of = |cause| {
                let terms = |row: &GrantRow| row.grant.terms;
                grants.iter().map(terms).find(|terms| terms.cause == cause)
            };
            match (of(Cause::Trial), of(Cause::Background)) {
                (None, _) => self.ensure_trial(organization.id).await?,
                (Some(trial), None) => self.ensure_allowance(organization.id, trial).await?,
                (Some(_), Some(_)) => {}
            }
        }
        Ok(())
    }
}
