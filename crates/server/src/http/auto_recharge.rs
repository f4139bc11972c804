//! `/billing/auto-recharge`: buying by itself, as people with billing access set it.

use std::sync::Arc;

use ampere_app::billing::recharge::{RechargeState as Kept, RechargeView, RechargeWish};
use ampere_credits::{Credits, Timestamp};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::billing::Money;
use super::extract::{ApiJson, Who};
use super::problem::Problem;

/// Auto-recharge: settings and state.
#[derive(Debug, Serialize, ToSchema)]
pub struct AutoRecharge {
    /// Switched on.
    pub enabled: bool,
    /// It buys when less is left than this.
    #[schema(value_type = String)]
    pub threshold: Credits,
    /// Bought at a time.
    #[schema(value_type = String)]
    pub amount: Credits,
    /// At most this in a UTC calendar month; null: to be chosen.
    #[schema(value_type = Option<String>)]
    pub monthly_limit: Option<Credits>,
    /// How it stands.
    pub state: RechargeState,
    /// The state in a sentence.
    pub state_text: String,
    /// Bought in this UTC month, unknown outcomes counted.
    #[schema(value_type = String)]
    pub this_month: Credits,
    /// The most that a month can cost.
    pub at_most: Option<Money>,
    /// After a decline: when it tries again.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_attempt_at: Option<Timestamp>,
    /// Where the bank wants the person.
    pub confirm_url: Option<String>,
    /// The saved card was declined too often: use another, or confirm that it works again.
    pub card_broken: bool,
    /// What can be chosen.
    pub options: RechargeOptions,
}

/// How auto-recharge stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RechargeState {
    /// Switched off, or never switched on.
    Off,
    /// Switched on.
    On,
    /// Buys now.
    Running,
    /// The last attempt was declined; another will follow.
    LastFailed,
    /// Off after three declines.
    OffAfterDeclines,
    /// Another purchase would pass the month's limit.
    LimitReached,
    /// The bank wants the person.
    NeedsConfirmation,
    /// On, and no plan runs or there is no card.
    OffNoPlan,
}

impl From<Kept> for RechargeState {
    fn from(state: Kept) -> Self {
        match state {
            Kept::Off => RechargeState::Off,
            Kept::On => RechargeState::On,
            Kept::Running => RechargeState::Running,
            Kept::LastFailed => RechargeState::LastFailed,
            Kept::OffAfterDeclines => RechargeState::OffAfterDeclines,
            Kept::LimitReached => RechargeState::LimitReached,
            Kept::NeedsConfirmation => RechargeState::NeedsConfirmation,
            Kept::OffNoPlan => RechargeState::OffNoPlan,
        }
    }
}

/// What can be chosen.
#[derive(Debug, Serialize, ToSchema)]
pub struct RechargeOptions {
    /// Thresholds.
    #[schema(value_type = Vec<String>)]
    pub thresholds: Vec<Credits>,
    /// Amounts with their prices.
    pub amounts: Vec<RechargeAmount>,
}

/// An amount that can be bought at a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct RechargeAmount {
    /// How many.
    #[schema(value_type = String)]
    pub credits: Credits,
    /// What they cost.
    pub price: Money,
}

impl From<RechargeView> for AutoRecharge {
    fn from(view: RechargeView) -> Self {
        let priced = |(credits, price)| RechargeAmount { credits, price: Money::from(price) };
        let amounts = view.amounts.into_iter().map(priced).collect();
        AutoRecharge {
            enabled: view.enabled,
            threshold: view.threshold,
            amount: view.amount,
            monthly_limit: view.monthly_limit,
            state: RechargeState::from(view.state),
            state_text: view.state_text,
            this_month: view.this_month,
            at_most: view.at_most.map(Money::from),
            next_attempt_at: view.next_attempt_at,
            confirm_url: view.confirm_url,
            card_broken: view.card_broken,
            options: RechargeOptions { thresholds: view.thresholds, amounts },
        }
    }
}

/// All settings; set whole or not at all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetAutoRechargeRequest {
    /// On or off.
    pub enabled: bool,
    /// 5,000 to 50,000 in steps of 5,000.
    #[schema(value_type = String)]
    pub threshold: Credits,
    /// One of the amounts.
    #[schema(value_type = String)]
    pub amount: Credits,
    /// At least one amount; required to switch it on.
    #[schema(value_type = Option<String>)]
    pub monthly_limit: Option<Credits>,
    /// It may buy at once, where that is what follows.
    #[serde(default)]
    pub confirm_purchase: bool,
    /// The card that was declined works again.
    #[serde(default)]
    pub reconfirm_card: bool,
}

/// Reads settings and state.
#[utoipa::path(get, path = "/api/v1/billing/auto-recharge", operation_id = "getAutoRecharge",
    tag = "billing",
    responses((status = 200, body = AutoRecharge, description = "Settings and state"),
        (status = 403, description = "No billing access")))]
pub async fn get_auto_recharge(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<AutoRecharge>, Problem> {
    Ok(Json(AutoRecharge::from(shared.app.auto_recharge(&caller).await?)))
}

/// Sets all settings.
#[utoipa::path(put, path = "/api/v1/billing/auto-recharge", operation_id = "setAutoRecharge",
    tag = "billing", request_body = SetAutoRechargeRequest,
    responses((status = 200, body = AutoRecharge, description = "As it is now"),
        (status = 403, description = "No billing access"),
        (status = 409, description = "It would buy at once, or there is no plan or card"),
        (status = 422, description = "Wrong fields")))]
pub async fn set_auto_recharge(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(wish): ApiJson<SetAutoRechargeRequest>,
) -> Result<Json<AutoRecharge>, Problem> {
    let wish = RechargeWish {
        enabled: wish.enabled,
        threshold: wish.threshold,
        amount: wish.amount,
        monthly_limit: wish.monthly_limit,
        confirm_purchase: wish.confirm_purchase,
        reconfirm_card: wish.reconfirm_card,
    };
    Ok(Json(AutoRecharge::from(shared.app.set_auto_recharge(&caller, wish).await?)))
}
