//! The Billing page: plan, state, balance and what the caller may do, in one reading.
//!
//! For everybody; prices, card and what cancelling would do are for people with billing access.

use ampere_credits::{Cadence, Credits, Money, Timestamp};
use ampere_store::rows::{CardRow, PlanRef};

use super::banner::{self, Banner, Told};
use super::ending::IfCancelled;
use super::preview::expired;
use super::standing::{Standing, State};
use crate::app::App;
use crate::credits::BalanceView;
use crate::plans::Version;
use crate::{Caller, Done};
use ampere_credits::ledger::Cause;

/// The Billing page for a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingView {
    /// The balance, as everywhere.
    pub credits: BalanceView,
    /// How the organization stands.
    pub state: State,
    /// What it is on, or was last.
    pub plan: Option<PlanView>,
    /// What there is to say about it.
    pub banner: Option<Banner>,
    /// When the next period begins and is paid.
    pub renews_at: Option<Timestamp>,
    /// When the plan ends.
    pub ends_at: Option<Timestamp>,
    /// Past due: until when the plan goes on.
    pub grace_until: Option<Timestamp>,
    /// The payment provider's word; none when nothing can be bought.
    pub provider: Option<&'static str>,
    /// What the caller may do here.
    pub actions: Vec<&'static str>,
    /// How far started work may go beyond the pool.
    pub overdraft_limit: Credits,
    /// For people with billing access.
    pub paying: Option<PayingView>,
}

/// The plan of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanView {
    pub id: String,
    pub name: String,
    pub version: u32,
    pub cadence: Cadence,
    /// Of one period.
    pub included: Credits,
}

/// What only people with billing access see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayingView {
    /// Of one period.
    pub price: Option<Money>,
    pub card: Option<CardRow>,
    /// The card does not pay any more.
    pub card_expired: bool,
    /// The change that waits for the period's end.
    pub pending: Option<PendingView>,
    /// Where the bank wants the person.
    pub confirm_url: Option<String>,
    pub if_cancelled: Option<IfCancelled>,
}

/// A change that waits for the period's end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingView {
    pub plan: String,
    pub name: String,
    pub cadence: Cadence,
    pub at: Timestamp,
    pub price: Money,
}

impl Standing {
    /// The organization has a plan now: paid, or in its grace.
    pub(crate) fn holds_plan(&self) -> bool {
        use State as S;
        matches!(self.state, S::Active | S::ChangeScheduled | S::Ending | S::PastDue)
    }
}

impl App {
    /// The Billing page.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn billing(&self, caller: &Caller) -> Done<BillingView> {
        let (reading, credits) = self.credits_of(caller.org).await?;
        let standing = self.standing_beside(caller.org, reading.trial_lasts()).await?;
        let provider = self.payments.as_ref().map(|payments| payments.capabilities().name);
        let may_act = caller.billing_access() && provider.is_some();
        let actions = if may_act { standing.actions() } else { Vec::new() };
        let row = standing.subscription.as_ref();
        let on = row.map(|row| self.plan_on(&row.on)).transpose()?;
        let next = row.and_then(|row| row.next.as_ref()).map(|next| self.version_of(next));
        let next = next.transpose()?;
        let trial = reading.eligible().filter(|grant| grant.terms.cause == Cause::Trial);
        let told = Told {
            trial: Credits::sum(trial.map(|grant| grant.unheld))?,
            purchased: reading.balance.purchased,
            locked: reading.balance.locked,
            locked_next_expiry: reading.balance.locked_next_expiry.map(|(at, _)| at),
            next_name: next.map(|next| next.plan.name.clone()),
            now: reading.balance.at,
            zone: &caller.zone,
            billing_access: caller.billing_access(),
            names: &credits.can_add,
            actions: &actions,
        };
        // Without a provider there is no plan to speak of.
        let banner = provider.and_then(|_| banner::banner(&standing, &told));
        let paying = match caller.billing_access() {
            true => Some(self.paying(caller, &standing, (&reading, next)).await?),
            false => None,
        };
        let until = |states: &[State]| {
            row.filter(|_| states.contains(&standing.state)).map(|row| row.period_end)
        };
        Ok(BillingView {
            state: standing.state,
            plan: on.filter(|_| standing.state != State::Incomplete).map(|(plan, _)| plan),
            banner,
            renews_at: until(&[State::Active, State::ChangeScheduled]),
            ends_at: until(&[State::Ending])
                .or_else(|| row.filter(|_| standing.state == State::Ended)?.ended_at),
            grace_until: standing.grace_until,
            provider,
            actions,
            overdraft_limit: self.terms(caller.org).await?.overdraft,
            paying,
            credits,
        })
    }

    fn plan_on(&self, on: &PlanRef) -> Done<(PlanView, Money)> {
        let plan = &self.version_of(on)?.plan;
        let view = PlanView {
            id: plan.id.clone(),
            name: plan.name.clone(),
            version: on.version,
            cadence: on.cadence,
            included: plan.period_credits(on.cadence)?,
        };
        let price = Money { amount: plan.cents(on.cadence), currency: plan.currency.clone() };
        Ok((view, price))
    }

    async fn paying(
        &self,
        caller: &Caller,
        standing: &Standing,
        (reading, next): (&crate::credits::Reading, Option<&Version>),
    ) -> Done<PayingView> {
        let now = reading.balance.at;
        let row = standing.subscription.as_ref();
        let price = row.filter(|_| standing.holds_plan() || standing.state == State::Unpaid);
        let price = price.map(|row| self.plan_on(&row.on)).transpose()?.map(|(_, price)| price);
        let pending = row.zip(next).and_then(|(row, next)| {
            let cadence = row.next.as_ref()?.cadence;
            let plan = &next.plan;
            let price = Money { amount: plan.cents(cadence), currency: plan.currency.clone() };
            let (id, name) = (plan.id.clone(), plan.name.clone());
            Some(PendingView { plan: id, name, cadence, at: row.period_end, price })
        });
        let card = standing.card.clone();
        let dead = |card: &CardRow| expired((card.exp_year, card.exp_month), now);
        Ok(PayingView {
            price,
            card_expired: card.as_ref().is_some_and(dead),
            card,
            pending,
            confirm_url: row.and_then(|row| row.confirm_url.clone()),
            if_cancelled: self.if_cancelled(caller, standing, reading).await?,
        })
    }
}
