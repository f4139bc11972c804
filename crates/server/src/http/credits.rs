//! `/credits`: the balance.
//!
//! Owns: how a balance looks in JSON, here and in streams, Usage and Billing. Reading is free:
//! nothing here can spend, and nothing is booked. Read next: `grants`, `ledger`, `rate_card`.

pub mod grants;
pub mod ledger;
pub mod rate_card;

use std::sync::Arc;

use ampere_app::credits::{BalanceView, PoolState};
use ampere_credits::ledger::{Cause, Class};
use ampere_credits::{Credits, Timestamp, period};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::extract::Who;
use super::problem::Problem;

/// The organization's credits at one journal position and instant. available + held =
/// included + purchased = total, exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Balance {
    /// Journal position it was read at.
    pub position: u64,
    /// Instant it was read at.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Included and purchased together.
    #[schema(value_type = String, example = "1000")]
    pub total: Credits,
    /// Can be taken now.
    #[schema(value_type = String)]
    pub available: Credits,
    /// Left of included credits.
    #[schema(value_type = String)]
    pub included: Credits,
    /// Left of purchased credits.
    #[schema(value_type = String)]
    pub purchased: Credits,
    /// Held by running work.
    #[schema(value_type = String)]
    pub held: Credits,
    /// Owned but not spendable now.
    #[schema(value_type = String)]
    pub locked: Credits,
    /// Used, and not covered by any credits yet.
    #[schema(value_type = String)]
    pub outstanding: Credits,
    /// The same in whole credits, for screens; adding up.
    pub display: BalanceDisplay,
    /// Included credits of the current period.
    #[schema(value_type = String)]
    pub included_granted: Credits,
    /// Of them, used.
    #[schema(value_type = String)]
    pub included_used: Credits,
    /// The period of the included credits.
    pub period: Option<Period>,
    /// The soonest expiry of credits that are left.
    pub next_expiry: Option<NextExpiry>,
    /// In one word.
    pub state: BalanceState,
    /// When included credits refresh by themselves.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_refresh_at: Option<Timestamp>,
    /// Names of the people who can add credits.
    pub can_add: Vec<String>,
    /// Set aside while a payment is disputed.
    #[schema(value_type = String)]
    pub frozen: Credits,
    /// The soonest expiry of locked credits.
    pub locked_next_expiry: Option<LockedExpiry>,
}

/// Whole credits for screens, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BalanceDisplay {
    /// All credits that are left.
    pub total: String,
    /// Of them, included.
    pub included: String,
    /// Of them, purchased.
    pub purchased: String,
    /// Of them, available now.
    pub available: String,
    /// Of them, held.
    pub held: String,
}

/// A span of time: `starts_at` belongs to it, `ends_at` does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Period {
    /// First instant inside.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
    /// First instant outside.
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
    /// Days left, rounded up.
    pub days_left: i64,
}

impl Period {
    /// As seen at an instant.
    pub fn at(period: period::Period, now: Timestamp) -> Self {
        Period { starts_at: period.start, ends_at: period.end, days_left: period.days_left(now) }
    }
}

/// Credits that end next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NextExpiry {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// How many, as it stands.
    #[schema(value_type = String)]
    pub credits: Credits,
    /// Of which class.
    pub class: GrantClass,
}

/// Locked credits that end next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LockedExpiry {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// How many, as it stands.
    #[schema(value_type = String)]
    pub credits: Credits,
}

/// The pool's state in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BalanceState {
    /// There is enough.
    Normal,
    /// Soon used up.
    Low,
    /// Included credits are used up.
    PurchasedOnly,
    /// Nothing can start.
    Paused,
    /// Credits are being bought by auto-recharge.
    Recharging,
    /// The plan has ended: what is left is owned, but starts nothing.
    Locked,
}

/// Whose credits come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantClass {
    /// Used first.
    Included,
    /// Used next.
    Purchased,
    /// For background work alone; never mixed with the others.
    Background,
}

impl From<Class> for GrantClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Included => GrantClass::Included,
            Class::Purchased => GrantClass::Purchased,
            Class::Background => GrantClass::Background,
        }
    }
}

/// The stable word of what put credits into the pool.
pub fn cause_word(cause: Cause) -> &'static str {
    match cause {
        Cause::Plan => "plan",
        Cause::Trial => "trial",
        Cause::TopUp => "top_up",
        Cause::AutoRecharge => "auto_recharge",
        Cause::Adjustment => "adjustment",
        Cause::Background => "background",
    }
}

impl From<BalanceView> for Balance {
    fn from(view: BalanceView) -> Self {
        let (exact, shown) = (view.balance, view.shown);
        Balance {
            position: exact.position,
            at: exact.at,
            total: view.total,
            available: exact.available,
            included: exact.included,
            purchased: exact.purchased,
            held: exact.held,
            locked: exact.locked,
            outstanding: exact.outstanding,
            display: BalanceDisplay {
                total: shown.total.to_string(),
                included: shown.included.to_string(),
                purchased: shown.purchased.to_string(),
                available: shown.available.to_string(),
                held: shown.held.to_string(),
            },
            included_granted: view.included_granted,
            included_used: view.included_used,
            period: view.period.map(|period| Period::at(period, exact.at)),
            next_expiry: exact.next_expiry.map(|(at, credits, class)| NextExpiry {
                at,
                credits,
                class: class.into(),
            }),
            state: match view.state {
                PoolState::Normal => BalanceState::Normal,
                PoolState::Low => BalanceState::Low,
                PoolState::PurchasedOnly => BalanceState::PurchasedOnly,
                PoolState::Paused => BalanceState::Paused,
                PoolState::Recharging => BalanceState::Recharging,
                PoolState::Locked => BalanceState::Locked,
            },
            next_refresh_at: None,
            can_add: view.can_add,
            frozen: exact.frozen,
            locked_next_expiry: exact
                .locked_next_expiry
                .map(|(at, credits)| LockedExpiry { at, credits }),
        }
    }
}

/// Reads the balance.
#[utoipa::path(get, path = "/api/v1/credits", operation_id = "getCredits", tag = "credits",
    responses((status = 200, body = Balance, description = "The balance")))]
pub async fn get_credits(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<Balance>, Problem> {
    Ok(Json(Balance::from(shared.app.credits(&caller).await?)))
}
