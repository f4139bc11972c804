//! `/credits/grants`: every grant, in the order of use.

use std::sync::Arc;

use ampere_app::credits::lists::{self, GrantView};
use ampere_credits::{Credits, GrantId, Timestamp};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{GrantClass, cause_word};
use crate::http::Shared;
use crate::http::extract::Who;
use crate::http::problem::Problem;

/// Credits put into the pool by one cause. amount = left + spent + expired + taken_back, and
/// what running work still holds of an expired one.
#[derive(Debug, Serialize, ToSchema)]
pub struct Grant {
    /// Its id.
    #[schema(value_type = String)]
    pub id: GrantId,
    /// Its class.
    pub class: GrantClass,
    /// What put it there: plan, trial, top_up, auto_recharge, adjustment, background.
    pub cause: &'static str,
    /// Credits given.
    #[schema(value_type = String)]
    pub amount: Credits,
    /// Unheld and held; 0 once it has expired.
    #[schema(value_type = String)]
    pub left: Credits,
    /// Held by running work.
    #[schema(value_type = String)]
    pub held: Credits,
    /// Charged, or used to pay what was outstanding.
    #[schema(value_type = String)]
    pub spent: Credits,
    /// Ended unused.
    #[schema(value_type = String)]
    pub expired: Credits,
    /// Taken back by a correction or a refund.
    #[schema(value_type = String)]
    pub taken_back: Credits,
    /// In one word.
    pub state: GrantState,
    /// Spendable from this instant on.
    #[schema(value_type = String, format = DateTime)]
    pub effective_at: Timestamp,
    /// No longer spendable from this instant on.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// 1 is used next.
    pub order: Option<u32>,
}

/// Where a grant is in its life.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantState {
    /// Can be used, or is held.
    Active,
    /// Nothing is left.
    UsedUp,
    /// Past its expiry.
    Expired,
    /// Its time has not come.
    NotYetEffective,
    /// The plan has ended: owned, but starts nothing.
    Locked,
    /// Its payment is disputed.
    Frozen,
}

/// Every grant, at one position.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantList {
    /// In the order of use; those that cannot be used last.
    pub data: Vec<Grant>,
    /// Journal position they were read at.
    pub position: u64,
}

impl From<&GrantView> for Grant {
    fn from(view: &GrantView) -> Self {
        let terms = view.grant.terms;
        Grant {
            id: terms.id,
            class: terms.class.into(),
            cause: cause_word(terms.cause),
            amount: terms.amount,
            left: view.left,
            held: view.grant.held,
            spent: view.spent,
            expired: view.grant.expired,
            taken_back: view.grant.clawed,
            state: match view.state {
                lists::GrantState::Active => GrantState::Active,
                lists::GrantState::UsedUp => GrantState::UsedUp,
                lists::GrantState::Expired => GrantState::Expired,
                lists::GrantState::NotYetEffective => GrantState::NotYetEffective,
                lists::GrantState::Locked => GrantState::Locked,
                lists::GrantState::Frozen => GrantState::Frozen,
            },
            effective_at: terms.effective,
            expires_at: terms.expires,
            order: view.order,
        }
    }
}

/// Lists every grant in the order of use.
#[utoipa::path(get, path = "/api/v1/credits/grants", operation_id = "listGrants",
    tag = "credits", responses((status = 200, body = GrantList, description = "All grants")))]
pub async fn list_grants(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<GrantList>, Problem> {
    let list = shared.app.grants(&caller).await?;
    let data = list.grants.iter().map(Grant::from).collect();
    Ok(Json(GrantList { data, position: list.position }))
}
