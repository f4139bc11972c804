//! `/billing`: what can be bought, buying it, what came of it.
//!
//! Prices and activity are for people with billing access; everybody sees the balance and whom
//! to ask. Never takes an amount or a price from a request.

use std::sync::Arc;

use ampere_app::billing::checkout::{CheckoutRow, CheckoutState as Kept};
use ampere_app::billing::{self, PackOffer};
use ampere_credits::{CheckoutId, Credits, GrantId, Timestamp};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::credits::Balance;
use super::extract::{ApiJson, ApiPath, ApiQuery, Who};
use super::once::IdempotencyKey;
use super::paging::ListQuery;
use super::problem::Problem;

/// The Billing page.
#[derive(Debug, Serialize, ToSchema)]
pub struct Billing {
    /// The balance, as everywhere.
    pub credits: Balance,
    /// For people.
    pub plan_name: String,
    /// Whether a trial is running.
    pub state: BillingState,
    /// Who moves money: the built-in sandbox, or nobody.
    pub provider: BillingProvider,
    /// Names of the people with billing access.
    pub billing_admins: Vec<String>,
    /// What the caller may do: `buy_credits`.
    pub actions: Vec<String>,
    /// How far started work may go beyond the pool.
    #[schema(value_type = String)]
    pub overdraft_limit: Credits,
}

/// What the organization is on.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BillingState {
    /// The trial's credits.
    Trial,
    /// No plan: what was purchased.
    None,
}

/// Who moves money.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BillingProvider {
    /// The built-in sandbox: no money moves.
    Sandbox,
    /// Nothing can be bought here.
    None,
}

impl From<billing::BillingView> for Billing {
    fn from(view: billing::BillingView) -> Self {
        let (plan_name, state) = match view.trial {
            true => ("Trial", BillingState::Trial),
            false => ("No plan", BillingState::None),
        };
        Billing {
            billing_admins: view.credits.can_add.clone(),
            credits: Balance::from(view.credits),
            plan_name: plan_name.to_owned(),
            state,
            provider: match view.provider {
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

/// Money in minor units.
#[derive(Debug, Serialize, ToSchema)]
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

/// Credits that can be bought at once.
#[derive(Debug, Serialize, ToSchema)]
pub struct Pack {
    /// Its id.
    pub id: String,
    /// How many.
    #[schema(value_type = String)]
    pub credits: Credits,
    /// What it costs.
    pub price: Money,
    /// What a thousand of them cost, in units of the currency.
    #[schema(example = "3.00")]
    pub per_thousand: String,
    /// Months until they expire.
    pub lifetime_months: u32,
}

impl From<&PackOffer> for Pack {
    fn from(offer: &PackOffer) -> Self {
        let cents = offer.cents_per_thousand();
        Pack {
            id: offer.pack.id.clone(),
            credits: offer.pack.credits,
            price: Money { amount: offer.pack.amount_cents, currency: offer.pack.currency.clone() },
            per_thousand: format!("{}.{:02}", cents / 100, cents % 100),
            lifetime_months: offer.lifetime_months,
        }
    }
}

/// What can be bought.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackList {
    /// The packs.
    pub data: Vec<Pack>,
}

/// Lists what can be bought.
#[utoipa::path(get, path = "/api/v1/billing/packs", operation_id = "listPacks",
    tag = "billing",
    responses((status = 200, body = PackList, description = "All packs"),
        (status = 403, description = "billing_access_required")))]
pub async fn list_packs(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<PackList>, Problem> {
    let data = shared.app.packs(&caller)?.iter().map(Pack::from).collect();
    Ok(Json(PackList { data }))
}

/// What is to be bought.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCheckoutRequest {
    /// A pack's id.
    pub pack_id: String,
}

/// One purchase.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checkout {
    /// Its id.
    #[schema(value_type = String)]
    pub id: CheckoutId,
    /// Where it is in its life.
    pub state: CheckoutState,
    /// What is bought, as it was agreed.
    pub pack: Pack,
    /// Where the person pays.
    pub url: String,
    /// Why the last attempt was declined.
    pub reason: Option<String>,
    /// The grant, once the credits are in the pool.
    #[schema(value_type = Option<String>)]
    pub grant_id: Option<GrantId>,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Journal position of the grant.
    pub position: Option<u64>,
}

/// Where a purchase is in its life.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutState {
    /// Waits to be paid.
    Open,
    /// The last attempt was declined; may be paid again.
    Declined,
    /// Paid, and the credits are in the pool.
    Granted,
}

impl From<CheckoutRow> for Checkout {
    fn from(row: CheckoutRow) -> Self {
        let offer = PackOffer::agreed(&row);
        Checkout {
            id: row.id,
            state: match row.state {
                Kept::Open => CheckoutState::Open,
                Kept::Declined => CheckoutState::Declined,
                Kept::Granted => CheckoutState::Granted,
            },
            pack: Pack::from(&offer),
            url: row.url,
            reason: row.reason,
            grant_id: row.grant,
            created_at: row.created_at,
            position: row.position,
        }
    }
}

/// Opens a purchase. Nothing is paid or granted by this.
#[utoipa::path(post, path = "/api/v1/billing/checkouts", operation_id = "createCheckout",
    tag = "billing", params(("Idempotency-Key" = String, Header)),
    request_body = CreateCheckoutRequest,
    responses((status = 201, body = Checkout, description = "The open purchase"),
        (status = 403, description = "billing_access_required")))]
pub async fn create_checkout(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    _: IdempotencyKey,
    ApiJson(body): ApiJson<CreateCheckoutRequest>,
) -> Result<(StatusCode, Json<Checkout>), Problem> {
    let row = shared.app.create_checkout(&caller, &body.pack_id).await?;
    Ok((StatusCode::CREATED, Json(Checkout::from(row))))
}

/// Reads a purchase: are its credits in the pool yet?
#[utoipa::path(get, path = "/api/v1/billing/checkouts/{id}", operation_id = "getCheckout",
    tag = "billing", params(("id" = String, Path)),
    responses((status = 200, body = Checkout, description = "The purchase"),
        (status = 403, description = "billing_access_required")))]
pub async fn get_checkout(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<CheckoutId>,
) -> Result<Json<Checkout>, Problem> {
    Ok(Json(Checkout::from(shared.app.checkout(&caller, id).await?)))
}

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
    /// Credits that came or ended.
    #[schema(value_type = Option<String>)]
    pub credits: Option<Credits>,
    /// Money that was paid, or would have been.
    pub amount: Option<Money>,
    /// granted, declined or expired.
    pub status: String,
    /// A sentence for people.
    pub text: String,
}

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActivityType {
    /// The trial was granted.
    Trial,
    /// A purchase was granted.
    Purchase,
    /// A payment was declined.
    Declined,
    /// The operator granted credits.
    Adjustment,
    /// Credits ended unused.
    Expiry,
}

impl From<billing::Activity> for Activity {
    fn from(item: billing::Activity) -> Self {
        Activity {
            id: item.id,
            at: item.at,
            kind: match item.kind {
                billing::ActivityKind::Trial => ActivityType::Trial,
                billing::ActivityKind::Purchase => ActivityType::Purchase,
                billing::ActivityKind::Declined => ActivityType::Declined,
                billing::ActivityKind::Adjustment => ActivityType::Adjustment,
                billing::ActivityKind::Expiry => ActivityType::Expiry,
            },
            credits: item.credits,
            amount: item.amount.map(Money::from),
            status: item.status.to_owned(),
            text: item.text,
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

/// Lists what happened to the credits besides being used, newest first.
#[utoipa::path(get, path = "/api/v1/billing/activity", operation_id = "listBillingActivity",
    tag = "billing", params(ListQuery),
    responses((status = 200, body = ActivityPage, description = "A part of the activity"),
        (status = 403, description = "billing_access_required")))]
pub async fn list_billing_activity(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<ActivityPage>, Problem> {
    let asked = query.asked()?;
    let mut items = shared.app.billing_activity(&caller, asked.page()).await?;
    let next_cursor = asked.cut(&mut items, billing::Activity::cursor);
    Ok(Json(ActivityPage { data: items.into_iter().map(Activity::from).collect(), next_cursor }))
}
