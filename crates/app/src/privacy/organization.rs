//! An owner deletes the organization: its plan ends, its runs are settled, and it is closed.
//!
//! Every step before the last may be done twice, so that whoever was cut off asks again. Its books
//! stay, and so does the truth of its payments: what is still paid at a page of the provider is
//! booked, and a plan that begins by it is ended again.

use ampere_adapters::payments::port::{Change, ChangeRequest, PaymentError};
use ampere_credits::{OrgId, PreviewId};
use ampere_store::rows::{
    Closed, OrganizationClosing, RunFilter, SubscriptionRow, SubscriptionStatus,
};

use super::doors::Whose;
use crate::app::App;
use crate::audit::Deed;
use crate::billing::change::refused;
use crate::caller::{Act, Caller};
use crate::error::AppError;
use crate::news::Item;
use crate::people::Visitor;

const OTHER_NAME: &str = "Type the organization's name exactly as it is.";
const PLAN_GOES_ON: &str = "the plan could not be ended at the payment provider; nothing was \
                            deleted, cancel the plan first";

/// Looks at the provider's truth before a plan that does not end is left to a person.
const TRIES: u32 = 3;

impl App {
    /// Deletes the caller's organization. Its name is typed so that it does not happen by a slip.
    ///
    /// # Errors
    /// [`AppError::ForbiddenRole`]: for the owner; [`AppError::Invalid`] for another name or
    /// password, [`AppError::RateLimited`]; the provider's while the plan could not be ended, and
    /// [`AppError::Conflict`] while a run does not stop: nothing was deleted then, and the same
    /// may be asked again.
    pub async fn delete_organization(
        &self,
        caller: &Caller,
        (name, password): (&str, &str),
        visitor: &Visitor,
    ) -> crate::Done<()> {
        caller.may(Act::Own)?;
        if name.trim() != self.organization(caller).await?.name {
            return Err(AppError::field("/organization_name", "mismatch", OTHER_NAME));
        }
        self.password_again(caller, password, visitor).await?;
        let Caller { org, user: by, .. } = *caller;
        let shut = self.doors.shut(Whose::Organization(org)).await?;
        self.recharge_off(caller).await?;
        self.settle_with_provider(org).await?;
        self.stop_runs(org, RunFilter::default()).await?;
        let (at, act) = (self.now(), Deed::OrganizationDeleted.word().to_owned());
        let closing = OrganizationClosing { org, by, at, act };
        let closed = self.store.close_organization(closing).await;
        // Also where the outcome is not known.
        self.scrub().await;
        let people = match closed? {
            Closed::Gone(people) => people,
            Closed::NotThere => return Err(AppError::NotFound),
            Closed::RunOpen => return Err(AppError::Conflict(super::STILL_WORKING)),
        };
        shut.for_good();
        tracing::info!(target: "security", %org, %by, "an organization was deleted");
        self.schedules_changed.notify_one();
        for user in people {
            self.news.tell(org, Item::Lost(user, None));
        }
        Ok(())
    }

    /// Looks at the provider's truth, where it knows the organization: what was paid and not heard
    /// of yet is booked first. Then ends its plans.
    async fn settle_with_provider(&self, org: OrgId) -> crate::Done<()> {
        if self.store.customer(org, self.provider_name()).await?.is_none() {
            return Ok(());
        }
        self.reconcile_now(org).await?;
        self.end_plans(org).await
    }

    /// Ends every plan that has not ended, at the provider, now. Nothing is paid back.
    async fn end_plans(&self, org: OrgId) -> crate::Done<()> {
        for _ in 0..TRIES {
            let live = self.live_plans(org).await?;
            if live.is_empty() {
                return Ok(());
            }
            for row in live {
                self.end_plan(org, row).await?;
            }
        }
        match self.live_plans(org).await?.is_empty() {
            true => Ok(()),
            false => Err(AppError::Conflict(PLAN_GOES_ON)),
        }
    }

    async fn live_plans(&self, org: OrgId) -> crate::Done<Vec<SubscriptionRow>> {
        let mut rows = self.own_subscriptions(org).await?;
        rows.retain(|row| row.status != SubscriptionStatus::Ended);
        Ok(rows)
    }

    /// Asks for the end of one and follows what the provider says then. One that has ended
    /// meanwhile is no mistake: the truth tells.
    async fn end_plan(&self, org: OrgId, row: SubscriptionRow) -> crate::Done<()> {
        let customer = self.store.customer(org, &row.provider).await?;
        let customer = customer.ok_or(AppError::Internal)?.customer;
        let reference = PreviewId::mint(self.now(), &*self.entropy).to_string();
        let change = Change::EndNow { subscription: row.reference };
        let asked = ChangeRequest { reference, customer, change };
        match self.payments()?.change(asked).await {
            Ok(truth) => self.reconcile(org, truth).await,
            Err(PaymentError::Unknown | PaymentError::Conflict(_) | PaymentError::NotFound) => {
                self.reconcile_now(org).await
            }
            Err(error) => Err(refused(&error)),
        }
    }

    /// A plan that began after its organization was deleted, by a page that was still open, is
    /// ended too. Does nothing for organizations that are there.
    ///
    /// # Errors
    /// The provider's; the next look at its truth tries again.
    pub(crate) async fn end_plans_of_closed(&self, org: OrgId) -> crate::Done<()> {
        if self.store.closed_at(org).await?.is_none() {
            return Ok(());
        }
        self.end_plans(org).await
    }
}
