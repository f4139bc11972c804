//! `/billing/activity` and `/billing/invoices`: what came of money, newest first.
//!
//! For people with billing access.

use std::sync::Arc;

use ampere_app::billing::invoices;
use ampere_app::billing::{self, ActivityKind};
use ampere_credits::{Credits, Timestamp};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::billing::Money;
use super::extract::{ApiQuery, Who};
use super::paging::Asked;
use super::problem::Problem;

/// One line of recent activity.
#[derive(Debug, Serialize, ToSchema)]
pub struct Activity {
    /// Unique in the list.
    pub id: String,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What kind of thing.
    #[serde(rename = "type")]
    pub kind: ActivityType,
    /// Credits that came, ended or went back.
    #[schema(value_type = Option<String>)]
    pub credits: Option<Credits>,
    /// Money that was paid, or would have been.
    pub amount: Option<Money>,
    /// One word: granted, declined, expired, taken_back, frozen, thawed, locked, unlocked.
    pub status: String,
    /// A sentence for people.
    pub text: String,
    /// Where the receipt is.
    pub receipt_url: Option<String>,
}

/// The kinds of activity, in both directions.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// What kind of thing happened.
        #[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum ActivityType { $($(#[$doc])* $name,)+ }

        impl From<ActivityKind> for ActivityType {
            fn from(kind: ActivityKind) -> Self {
                match kind { $(ActivityKind::$name => ActivityType::$name,)+ }
            }
        }

        impl From<ActivityType> for ActivityKind {
            fn from(kind: ActivityType) -> Self {
                match kind { $(ActivityType::$name => ActivityKind::$name,)+ }
            }
        }
    };
}

kinds! {
    /// The trial was granted.
    Trial,
    /// A paid period of a plan was granted.
    Plan,
    /// An upgrade added credits.
    Upgrade,
    /// A purchase was granted.
    Purchase,
    /// Auto-recharge bought.
    Recharge,
    /// A payment was declined.
    Declined,
    /// Money went back, and credits with it.
    Refund,
    /// A payment was disputed, or that was decided.
    Dispute,
    /// The operator granted credits.
    Adjustment,
    /// Credits ended unused.
    Expiry,
    /// The pool was locked.
    Locked,
    /// The pool was unlocked.
    Unlocked,
}

impl From<billing::Activity> for Activity {
    fn from(item: billing::Activity) -> Self {
        Activity {
            id: item.id,
            at: item.at,
            kind: item.kind.into(),
            credits: item.credits,
            amount: item.amount.map(Money::from),
            status: item.status.to_owned(),
            text: item.text,
            receipt_url: item.receipt_url,
        }
    }
}

/// A part of the activity, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActivityPage {
    /// The lines.
    pub data: Vec<Activity>,
    /// Give it as `cursor` to read on.
    pub next_cursor: Option<String>,
}

/// Which part of the activity.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActivityQuery {
    /// One kind only.
    #[param(inline = false)]
    kind: Option<ActivityType>,
    /// At most so many, 1 to 200; 50 when not given.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists what happened to the credits besides being used, newest first.
#[utoipa::path(get, path = "/api/v1/billing/activity", operation_id = "listBillingActivity",
    tag = "billing", params(ActivityQuery),
    responses((status = 200, body = ActivityPage, description = "A part of the activity"),
        (status = 403, description = "billing_access_required")))]
pub async fn list_billing_activity(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiQuery(query): ApiQuery<ActivityQuery>,
) -> Result<Json<ActivityPage>, Problem> {
    let asked = Asked::new(query.limit, query.cursor)?;
    let kind = query.kind.map(ActivityKind::from);
    let mut items = shared.app.billing_activity(&caller, (asked.page(), kind)).await?;
    let next_cursor = asked.cut(&mut items, billing::Activity::cursor);
    Ok(Json(ActivityPage { data: items.into_iter().map(Activity::from).collect(), next_cursor }))
}

/// An invoice or a receipt.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invoice {
    /// The provider's id of the payment.
    pub id: String,
    /// When it was paid, or asked for.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// How much.
    pub amount: Money,
    /// One word: open, needs_confirmation, failed, paid, refunded, partly_refunded, disputed, void.
    pub status: String,
    /// What it was for.
    pub text: String,
    /// Where it can be read.
    pub url: Option<String>,
}

impl From<invoices::Invoice> for Invoice {
    fn from(invoice: invoices::Invoice) -> Self {
        Invoice {
            id: invoice.id,
            at: invoice.at,
            amount: Money::from(invoice.amount),
            status: invoice.status.to_owned(),
            text: invoice.text,
            url: invoice.url,
        }
    }
}

/// Invoices, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvoiceList {
    /// All of them.
    pub data: Vec<Invoice>,
}

/// Lists the invoices and receipts.
#[utoipa::path(get, path = "/api/v1/billing/invoices", operation_id = "listInvoices",
    tag = "billing",
    responses((status = 200, body = InvoiceList, description = "All of them"),
        (status = 403, description = "billing_access_required")))]
pub async fn list_invoices(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<InvoiceList>, Problem> {
    let data = shared.app.invoices(&caller).await?.into_iter().map(Invoice::from).collect();
    Ok(Json(InvoiceList { data }))
}
