//! The worker of auto-recharge: after commits, hourly, and for attempts whose outcome is not known.
//!
//! And the one door for whoever was refused a hold. Never decides: [`super::decide`] does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ampere_credits::OrgId;
use ampere_store::ports::in_flight;
use ampere_store::rows::AttemptState;

use crate::Done;
use crate::app::App;

/// Everybody is looked at this often.
const EVERY: Duration = Duration::from_secs(3_600);
/// An attempt whose outcome is not known is looked up this often.
const LOOK_UP: Duration = Duration::from_secs(30);
/// Whoever was refused a hold waits for the purchase at most so long.
const PATIENCE: Duration = Duration::from_secs(20);

impl App {
    /// Buys where it is due, until the server ends.
    pub async fn keep_recharging(self: Arc<Self>) {
        let mut hourly = tokio::time::interval(EVERY);
        let mut look_up = tokio::time::interval(LOOK_UP);
        loop {
            let marked = tokio::select! {
                _ = hourly.tick() => self.everybody_who_recharges().await,
                _ = look_up.tick() => self.in_flight().await,
                () = self.recharging.marked() => self.recharging.take(),
            };
            self.recharge_these(marked).await;
        }
    }

    /// Looks at everybody once, as it is done every hour.
    pub async fn recharge_everybody(&self) {
        let all = self.everybody_who_recharges().await;
        self.recharge_these(all).await;
    }

    async fn recharge_these(&self, marked: BTreeMap<OrgId, bool>) {
        for (org, refused) in marked {
            if let Err(error) = self.recharge(org, refused).await {
                tracing::error!(%org, %error, "auto-recharge could not be looked at");
            }
            self.watching.changed(org);
        }
    }

    /// All that are switched on or have an attempt in flight; notes who is switched on.
    async fn everybody_who_recharges(&self) -> BTreeMap<OrgId, bool> {
        self.arm_all().await.unwrap_or_else(|error| {
            tracing::error!(%error, "who recharges could not be read");
            BTreeMap::new()
        })
    }

    async fn arm_all(&self) -> Done<BTreeMap<OrgId, bool>> {
        let mut all = BTreeMap::new();
        for org in self.store.recharging().await? {
            let row = self.store.recharge(org).await?;
            let threshold = row.filter(|row| row.enabled).map(|row| row.threshold);
            self.recharging.arm(org, threshold);
            all.insert(org, false);
        }
        Ok(all)
    }

    /// Those with an attempt whose outcome is not known.
    async fn in_flight(&self) -> BTreeMap<OrgId, bool> {
        let mut open = BTreeMap::new();
        for org in self.store.recharging().await.unwrap_or_default() {
            let newest = self.store.attempts(org, 1).await.unwrap_or_default();
            if newest.iter().any(|row| in_flight(row.state)) {
                open.insert(org, false);
            }
        }
        open
    }

    /// Whether credits are being bought now.
    pub(crate) async fn recharges_now(&self, org: OrgId) -> Done<bool> {
        if !self.recharging.armed(org) {
            return Ok(false);
        }
        let newest = self.store.attempts(org, 1).await?;
        Ok(newest.iter().any(|row| row.state == AttemptState::Sent))
    }

    /// A hold was refused for lack of credits: buys first where that is wanted. True if credits
    /// may have come, so that the hold is worth another try.
    pub(crate) async fn recharged_first(self: &Arc<Self>, org: OrgId) -> bool {
        if !self.recharging.armed(org) {
            return false;
        }
        let app = Arc::clone(self);
        // A task of its own: who asked may leave, the purchase goes on.
        let bought = tokio::spawn(async move { app.recharge(org, true).await });
        match tokio::time::timeout(PATIENCE, bought).await {
            Ok(Ok(Ok(came))) => came,
            Ok(Ok(Err(error))) => {
                tracing::error!(%org, %error, "auto-recharge failed");
                false
            }
            Ok(Err(_)) | Err(_) => false,
        }
    }
}
