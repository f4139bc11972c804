//! The worker of money in: follows webhooks that wait, polls what may have been lost, and lets
//! the sandbox's time pass.
//!
//! Many webhooks of one customer ask the provider once. What could not be followed is tried again,
//! later each time; what was never told is found by the poll. Decides nothing about money.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use ampere_adapters::payments::port::PaymentError;
use ampere_credits::{OrgId, Timestamp};
use ampere_store::rows::{HookDue, HookMark, HookState, SubscriptionStatus};
use tokio::sync::Notify;

use super::change::refused;
use super::hooks::read;
use super::turns::Turns;
use crate::app::App;
use crate::{AppError, Done};

/// Webhooks that wait are looked at again after this.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Customers with something that goes on are asked about this often.
const POLL_EVERY_SECONDS: i64 = 3_600;
/// Everybody who ever paid is asked about after so many polls: refunds and disputes come late.
const EVERYBODY_EVERY: u32 = 24;
/// Payments are followed for so long.
const REMEMBERED_DAYS: i64 = 400;
/// Purchases are followed for so long.
const UNPAID_DAYS: i64 = 8;
/// Webhooks that are followed at once.
const AT_ONCE: u32 = 500;
/// The first wait after a webhook could not be followed; twice as long each time, up to the last.
const FIRST_WAIT_SECONDS: i64 = 5;
const LONGEST_WAIT_SECONDS: i64 = 3_600;
/// A webhook that could not be followed for so long is left to the poll.
const LONGEST_DAYS: i64 = 7;

/// What the intake of money keeps in memory.
#[derive(Default)]
pub(crate) struct Intake {
    /// Told when a webhook waits.
    pub(crate) told: Notify,
    /// One at a time follows an organization's truth.
    pub(crate) turns: Turns,
}

/// Who is polled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Poll {
    /// Who has something that goes on.
    Live,
    /// Everybody who ever paid.
    Everybody,
}

impl App {
    /// Follows webhooks and polls for as long as the server runs.
    pub async fn keep_billing(self: Arc<Self>) {
        if self.payments.is_none() {
            return;
        }
        let (mut polls, mut polled_at) = (0_u32, None::<Timestamp>);
        loop {
            let now = self.now();
            if polled_at.is_none_or(|at| at.plus_seconds(POLL_EVERY_SECONDS) <= now) {
                let everybody = polls.is_multiple_of(EVERYBODY_EVERY);
                polls = polls.wrapping_add(1);
                polled_at = Some(now);
                let poll = if everybody { Poll::Everybody } else { Poll::Live };
                if let Err(error) = self.poll_billing(poll).await {
                    tracing::error!(%error, "the payment provider could not be polled");
                }
            }
            if let Err(error) = self.follow_hooks().await {
                tracing::error!(%error, "webhooks could not be followed");
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.intake.told.notified() => {}
                () = self.sandbox_tells() => {}
            }
        }
    }

    /// Waits until the sandbox has something to tell. Without it, for ever.
    async fn sandbox_tells(&self) {
        match &self.sandbox {
            Some(sandbox) => sandbox.webhooks_queued().await,
            None => std::future::pending().await,
        }
    }

    /// Lets what is due in the sandbox happen, and takes its webhooks in as any provider's.
    pub(crate) async fn hear_sandbox(&self) {
        let Some(sandbox) = &self.sandbox else { return };
        let told = sandbox.tick().and_then(|()| sandbox.take_webhooks());
        let webhooks = told.unwrap_or_else(|error| {
            tracing::error!(%error, "the sandbox could not tell anything");
            Vec::new()
        });
        for webhook in webhooks {
            let headers = webhook.headers.iter();
            let headers: Vec<(&str, &str)> =
                headers.map(|(name, value)| (name.as_str(), value.as_str())).collect();
            if let Err(error) =
                self.receive_hook(self.provider_name(), &headers, &webhook.body).await
            {
                tracing::error!(%error, "a webhook of the sandbox was lost");
            }
        }
    }

    /// Follows the webhooks that wait; answers how many were done. What the sandbox has to tell
    /// is let in first.
    ///
    /// # Errors
    /// When the database does not answer; what waits stays.
    pub async fn follow_hooks(&self) -> Done<usize> {
        self.hear_sandbox().await;
        let mut done = 0;
        loop {
            let due = self.store.hooks_due(self.now(), AT_ONCE).await?;
            let count = due.len();
            let mut by_about: BTreeMap<String, Vec<HookDue>> = BTreeMap::new();
            for hook in due {
                by_about.entry(hook.about.clone().unwrap_or_default()).or_default().push(hook);
            }
            for (about, hooks) in by_about {
                let followed = self.follow_about(&about).await;
                done += if followed.is_ok() { hooks.len() } else { 0 };
                for hook in hooks {
                    self.store.mark_hook(self.mark_of(hook, &followed)).await?;
                }
            }
            if count < AT_ONCE as usize {
                return Ok(done);
            }
        }
    }

    async fn follow_about(&self, about: &str) -> Done<()> {
        let Some(provider) = &self.payments else { return Err(AppError::PaymentUnavailable) };
        let about = read(about).ok_or(AppError::NotFound)?;
        let asked_at = self.now();
        let truth = provider.fetch(about).await.map_err(|error| match error {
            PaymentError::NotFound => AppError::NotFound,
            error => refused(&error),
        })?;
        let org = self.follow(&truth, asked_at).await?;
        self.end_plans_of_closed(org).await
    }

    fn mark_of(&self, hook: HookDue, followed: &Done<()>) -> HookMark {
        let now = self.now();
        let HookDue { provider, event, tries, received_at, .. } = hook;
        let (state, error) = match followed {
            Ok(()) => (HookState::Done, None),
            // Nobody here, and nobody will be.
            Err(error @ AppError::NotFound) => (HookState::Failed, Some(error.to_string())),
            Err(error) if received_at.plus_days(LONGEST_DAYS) <= now => {
                tracing::error!(event, %error, "a webhook is left to the poll");
                (HookState::Failed, Some(error.to_string()))
            }
            Err(error) => (HookState::Waiting, Some(error.to_string())),
        };
        let waits = FIRST_WAIT_SECONDS.saturating_mul(1_i64.checked_shl(tries).unwrap_or(i64::MAX));
        let next_at = now.plus_seconds(waits.clamp(FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS));
        let done_at = (state != HookState::Waiting).then_some(now);
        let tries = tries.saturating_add(u32::from(followed.is_err()));
        HookMark { provider, event, state, tries, error, next_at, done_at }
    }

    /// Asks about customers without having been told anything: repairs what was lost. Answers how
    /// many organizations were followed.
    ///
    /// # Errors
    /// When the database does not answer; the next poll goes on.
    pub async fn poll_billing(&self, poll: Poll) -> Done<usize> {
        let mut followed = 0;
        for org in self.polled(poll).await? {
            match self.reconcile_and_end(org).await {
                Ok(()) => followed += 1,
                Err(error) => tracing::warn!(%org, %error, "could not be polled"),
            }
        }
        Ok(followed)
    }

    /// Follows an organization's truth; of one that was deleted, plans that began since are ended.
    async fn reconcile_and_end(&self, org: OrgId) -> Done<()> {
        self.reconcile_now(org).await?;
        self.end_plans_of_closed(org).await
    }

    async fn polled(&self, poll: Poll) -> Done<BTreeSet<OrgId>> {
        let now = self.now();
        let since = now.plus_days(-UNPAID_DAYS);
        let mut all: BTreeSet<OrgId> =
            self.store.unpaid_checkouts(since).await?.into_iter().collect();
        all.extend(self.store.recharging().await?);
        if poll == Poll::Everybody {
            all.extend(self.store.payers(now.plus_days(-REMEMBERED_DAYS)).await?);
        }
        for customer in self.store.customers(self.provider_name()).await? {
            if poll == Poll::Everybody || self.has_live_plan(customer.org).await? {
                all.insert(customer.org);
            }
        }
        Ok(all)
    }

    async fn has_live_plan(&self, org: OrgId) -> Done<bool> {
        let rows = self.store.subscriptions(org).await?;
        Ok(rows.iter().any(|row| row.status != SubscriptionStatus::Ended))
    }
}
