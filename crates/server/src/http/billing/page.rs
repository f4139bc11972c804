//! `GET /billing`: plan, state, balance and what the caller may do.

use std::sync::Arc;

use ampere_app::billing::banner::Banner;
use ampere_app::billing::ending::IfCancelled as Consequences;
use ampere_app::billing::page::{BillingView, PayingView, PendingView, PlanView};
use ampere_app::billing::standing::State as Standing;
use ampere_credits::{Credits, Timestamp};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Shared;
use super::super::credits::Balance;
use super::super::extract::Who;
use super::super::problem::Problem;
use super::Money;

/// The Billing page.
#[derive(Debug, Serialize, ToSchema)]
pub struct Billing {
    /// The balance, as everywhere.
    pub credits: Balance,
    /// The plan's name, `Trial` or `No plan`.
    pub plan_name: String,
    /// What it is on, or was last.
    pub plan: Option<BillingPlan>,
    /// How it stands with its plan.
    pub state: BillingState,
    /// What there is to say about that.
    pub banner: Option<BillingBanner>,
    /// When the next period begins and is paid.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub renews_at: Option<Timestamp>,
    /// When the plan ends, or ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends_at: Option<Timestamp>,
    /// Past due: until when the plan goes on.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub grace_until: Option<Timestamp>,
    /// What a period costs. This and the following are for people with billing access.
    pub price: Option<Money>,
    /// The saved card.
    pub card: Option<BillingCard>,
    /// The change that waits for the period's end.
    pub pending: Option<PendingChange>,
    /// Where the bank wants the person.
    pub confirm_url: Option<String>,
    /// What cancelling would do.
    pub if_cancelled: Option<IfCancelled>,
    /// Who moves money.
    pub provider: BillingProvider,
    /// Names of the people with billing access.
    pub billing_admins: Vec<String>,
    /// What the caller may do: `choose_plan`, `change_plan`, `switch_to_annual`, `cancel_plan`,
    /// `resume_plan`, `restart_plan`, `undo_change`, `update_card`, `confirm_payment`,
    /// `manage_portal`, `buy_credits`, `auto_recharge`.
    pub actions: Vec<String>,
    /// How far started work may go beyond the pool.
    #[schema(value_type = String)]
    pub overdraft_limit: Credits,
}

/// How often a plan is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// Every month.
    Monthly,
    /// Every year, with twelve months' credits at once.
    Annual,
}

impl From<ampere_credits::Cadence> for Cadence {
    fn from(cadence: ampere_credits::Cadence) -> Self {
        match cadence {
            ampere_credits::Cadence::Monthly => Cadence::Monthly,
            ampere_credits::Cadence::Annual => Cadence::Annual,
        }
    }
}

impl From<Cadence> for ampere_credits::Cadence {
    fn from(cadence: Cadence) -> Self {
        match cadence {
            Cadence::Monthly => ampere_credits::Cadence::Monthly,
            Cadence::Annual => ampere_credits::Cadence::Annual,
        }
    }
}

/// The plan the organization is on, or was last.
#[derive(Debug, Serialize, ToSchema)]
pub struct BillingPlan {
    /// Its id.
    pub id: String,
    /// For people.
    pub name: String,
    /// The published version: a later one changes nothing here.
    pub version: u32,
    /// How it is paid.
    pub cadence: Cadence,
    /// Included credits of one period.
    #[schema(value_type = String)]
    pub included_credits: Credits,
}

impl From<PlanView> for BillingPlan {
    fn from(plan: PlanView) -> Self {
        let PlanView { id, name, version, cadence, included } = plan;
        BillingPlan { id, name, version, cadence: cadence.into(), included_credits: included }
    }
}

/// How an organization stands with its plan.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BillingState {
    /// No plan, and none before.
    None,
    /// The trial's credits, no plan.
    Trial,
    /// The first payment has not come.
    Incomplete,
    /// Paid.
    Active,
    /// Paid; at the period's end it becomes another plan.
    ChangeScheduled,
    /// Paid; ends with the period.
    Ending,
    /// A renewal was not paid; the plan goes on for some days.
    PastDue,
    /// A renewal was not paid in time; the credits are locked.
    Unpaid,
    /// Over; the credits are locked.
    Ended,
}

impl From<Standing> for BillingState {
    fn from(state: Standing) -> Self {
        match state {
            Standing::None => BillingState::None,
            Standing::Trial => BillingState::Trial,
            Standing::Incomplete => BillingState::Incomplete,
            Standing::Active => BillingState::Active,
            Standing::ChangeScheduled => BillingState::ChangeScheduled,
            Standing::Ending => BillingState::Ending,
            Standing::PastDue => BillingState::PastDue,
            Standing::Unpaid => BillingState::Unpaid,
            Standing::Ended => BillingState::Ended,
        }
    }
}

/// What there is to say about the plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct BillingBanner {
    /// The state that it is about.
    pub kind: BillingState,
    /// For this caller.
    pub text: String,
    /// One of `actions`.
    pub action: Option<String>,
}

impl From<Banner> for BillingBanner {
    fn from(banner: Banner) -> Self {
        let action = banner.action.map(str::to_owned);
        BillingBanner { kind: banner.kind.into(), text: banner.text, action }
    }
}

/// The saved card.
#[derive(Debug, Serialize, ToSchema)]
pub struct BillingCard {
    /// Lower case.
    pub brand: String,
    /// The last four digits of its number.
    pub last4: String,
    /// 1 to 12.
    pub exp_month: u32,
    /// Four digits.
    pub exp_year: u32,
    /// It does not pay any more.
    pub expired: bool,
}

/// A change that waits for the end of the period.
#[derive(Debug, Serialize, ToSchema)]
pub struct PendingChange {
    /// The plan's id.
    pub plan: String,
    /// For people.
    pub name: String,
    /// How it will be paid.
    pub cadence: Cadence,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What a period will cost.
    pub price: Money,
}

impl From<PendingView> for PendingChange {
    fn from(pending: PendingView) -> Self {
        let PendingView { plan, name, cadence, at, price } = pending;
        PendingChange { plan, name, cadence: cadence.into(), at, price: price.into() }
    }
}

/// What cancelling would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct IfCancelled {
    /// When the plan would end.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Until then everything stays as it is.
    #[schema(value_type = String, format = DateTime)]
    pub kept_until: Timestamp,
    /// Credits that would be locked then.
    #[schema(value_type = String)]
    pub locked_credits: Credits,
    /// The same by expiry, the soonest first.
    pub locked: Vec<LockedCredits>,
    /// Schedules that would pause.
    pub schedules: u32,
    /// For people.
    pub text: String,
}

/// Credits that would be locked.
#[derive(Debug, Serialize, ToSchema)]
pub struct LockedCredits {
    /// How many.
    #[schema(value_type = String)]
    pub credits: Credits,
    /// When they expire, locked or not.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

impl From<Consequences> for IfCancelled {
    fn from(told: Consequences) -> Self {
        let Consequences { at, locked_credits, locked, schedules, text } = told;
        let each = |(credits, expires_at)| LockedCredits { credits, expires_at };
        let locked = locked.into_iter().map(each).collect();
        IfCancelled { at, kept_until: at, locked_credits, locked, schedules, text }
    }
}

/// Who moves money.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BillingProvider {
    /// The built-in sandbox: no money moves.
    Sandbox,
    /// Stripe.
    Stripe,
    /// Nothing can be bought here.
    None,
}

impl From<BillingView> for Billing {
    fn from(view: BillingView) -> Self {
        let plan_name = match (&view.plan, view.state) {
            (Some(plan), _) => plan.name.clone(),
            (None, Standing::Trial) => "Trial".to_owned(),
            (None, Standing::Incomplete) => "No plan yet".to_owned(),
            (None, _) => "No plan".to_owned(),
        };
        let none = PayingView {
            price: None,
            card: None,
            card_expired: false,
            pending: None,
            confirm_url: None,
            if_cancelled: None,
        };
        let paying = view.paying.unwrap_or(none);
        let expired = paying.card_expired;
        let card = paying.card.map(|card| BillingCard {
            brand: card.brand,
            last4: card.last4,
            exp_month: card.exp_month,
            exp_year: card.exp_year,
            expired,
        });
        Billing {
            billing_admins: view.credits.can_add.clone(),
            credits: Balance::from(view.credits),
            plan_name,
            plan: view.plan.map(BillingPlan::from),
            state: view.state.into(),
            banner: view.banner.map(BillingBanner::from),
            renews_at: view.renews_at,
            ends_at: view.ends_at,
            grace_until: view.grace_until,
            price: paying.price.map(Money::from),
            card,
            pending: paying.pending.map(PendingChange::from),
            confirm_url: paying.confirm_url,
            if_cancelled: paying.if_cancelled.map(IfCancelled::from),
            provider: match view.provider {
                Some("stripe") => BillingProvider::Stripe,
                Some(_) => BillingProvider::Sandbox,
                None => BillingProvider::None,
            },
            actions: view.actions.into_iter().map(str::to_owned).collect(),
            overdraft_limit: view.overdraft_limit,
        }
    }
}

/// Reads the Billing page.
#[utoipa::path(get, path = "/api/v1/billing", operation_id = "getBilling", tag = "billing",
    responses((status = 200, body = Billing, description = "The Billing page")))]
pub async fn get_billing(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<Billing>, Problem> {
    Ok(Json(Billing::from(shared.app.billing(&caller).await?)))
}
