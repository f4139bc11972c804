//! The trial: what a new organization gets, once.
//!
//! Keyed by the organization, so that setting up, a restart in between and two servers at once
//! give one trial. Never renews it. How much and for how long is catalog data.

use ampere_credits::ledger::{Cause, Class, GrantTerms};
use ampere_credits::{GrantId, OrgId};

use crate::Done;
use crate::app::App;
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
        self.grant(org, GrantOrder { terms, key, hash, writes: Vec::new() }).await?;
        Ok(())
    }

    /// At start: grants what a crash between founding and trial left out. Organizations that have
    /// their trial are only read.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ensure_trials(&self) -> Done<()> {
        for organization in self.store.organizations().await? {
            let grants = self.store.grants(organization.id).await?;
            if !grants.iter().any(|row| row.grant.terms.cause == Cause::Trial) {
                self.ensure_trial(organization.id).await?;
            }
        }
        Ok(())
    }
}
