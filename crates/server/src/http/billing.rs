//! `/billing`: the page, plans and changes of the plan; how money is written.
//!
//! Prices are for people with billing access; everybody sees the balance and whom to ask. Never
//! takes an amount or a price from a request. Read next: `checkouts`, buying credits; `activity`.

pub mod changes;
pub mod page;
pub mod plans;

use serde::Serialize;
use utoipa::ToSchema;

/// Money in minor units.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Money {
    /// Minor units, e.g. cents.
    pub amount: i64,
    /// ISO 4217, lower case.
    pub currency: String,
}

impl From<ampere_credits::Money> for Money {
    fn from(money: ampere_credits::Money) -> Self {
        Money { amount: money.amount, currency: money.currency }
    }
}
