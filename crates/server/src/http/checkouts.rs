//! `/billing/packs` and `/billing/checkouts`: what can be bought, and buying it.
//!
//! For people with billing access. Never takes a price from a request: it names a pack or an
//! amount of credits.

use std::sync::Arc;

use ampere_app::billing::PackOffer;
use ampere_app::billing::checkout::{
    Amount, CheckoutKind as KindKept, CheckoutState as StateKept, PayWith, Purchased, Wish,
};
use ampere_app::prices::Price;
use ampere_credits::{CheckoutId, Credits, GrantId, Timestamp};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::billing::Money;
use super::extract::{ApiJson, ApiPath, Who};
use super::once::IdempotencyKey;
use super::problem::Problem;

/// Credits that can be bought at once.
#[derive(Debug, Serialize, ToSchema)]
pub struct Pack {
    /// Its id; of any other amount `custom`.
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
        Pack {
            id: offer.pack.id.clone(),
            credits: offer.pack.credits,
            price: Money { amount: offer.pack.amount_cents, currency: offer.pack.currency.clone() },
            per_thousand: in_units(offer.cents_per_thousand()),
            lifetime_months: offer.lifetime_months,
        }
    }
}

fn in_units(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Amounts of one's own.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomCredits {
    /// Amounts are multiples of it.
    #[schema(value_type = String)]
    pub step: Credits,
    /// The least.
    #[schema(value_type = String)]
    pub min: Credits,
    /// The most.
    #[schema(value_type = String)]
    pub max: Credits,
    /// From the smallest amount to the largest.
    pub tiers: Vec<PriceTier>,
}

/// A price for amounts from some size on.
#[derive(Debug, Serialize, ToSchema)]
pub struct PriceTier {
    /// The smallest amount that it is for.
    #[schema(value_type = String)]
    pub from: Credits,
    /// What a thousand credits cost.
    pub per_thousand: Money,
}

/// What can be bought.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackList {
    /// The packs.
    pub data: Vec<Pack>,
    /// Other amounts.
    pub custom: CustomCredits,
    /// When credits expire that are bought now; none: never.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub credits_expire_at: Option<Timestamp>,
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
    let custom = &shared.app.catalog().custom;
    let tier = |tier: &ampere_app::prices::Tier| PriceTier {
        from: tier.from,
        per_thousand: Money { amount: tier.per_thousand_cents, currency: custom.currency.clone() },
    };
    let tiers = custom.tiers.iter().map(tier).collect();
    let (step, min, max) = (custom.step, custom.min, custom.max);
    let custom = CustomCredits { step, min, max, tiers };
    Ok(Json(PackList { data, custom, credits_expire_at: shared.app.bought_now_expire() }))
}

/// What is to be bought: a pack, or an amount of credits.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCheckoutRequest {
    /// A pack's id.
    pub pack_id: Option<String>,
    /// An amount of credits in the steps of the price list.
    #[schema(value_type = Option<String>)]
    pub credits: Option<Credits>,
    /// On the provider's page unless it says otherwise.
    pub pay_with: Option<PaysWith>,
    /// The price that was shown. The saved card needs it, and pays that or nothing.
    pub expected_price: Option<ExpectedPrice>,
}

/// A price that a person was shown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedPrice {
    /// Minor units.
    pub amount: i64,
    /// ISO 4217, lower case.
    pub currency: String,
}

/// With what a purchase is paid.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaysWith {
    /// The card that is saved.
    SavedCard,
    /// The provider's page.
    Checkout,
}

impl CreateCheckoutRequest {
    fn wish(self) -> Result<Wish, Problem> {
        let what = match (self.pack_id, self.credits) {
            (Some(id), None) => Amount::Pack(id),
            (None, Some(credits)) => Amount::Credits(credits),
            (None, None) => {
                return Err(Problem::field("/pack_id", "required", "Name a pack or an amount."));
            }
            (Some(_), Some(_)) => {
                let detail = "A pack or an amount, not both.";
                return Err(Problem::field("/credits", "invalid_value", detail));
            }
        };
        let pay_with = match self.pay_with {
            Some(PaysWith::SavedCard) => PayWith::SavedCard,
            Some(PaysWith::Checkout) | None => PayWith::Checkout,
        };
        let expected = self
            .expected_price
            .map(|price| Price { amount_cents: price.amount, currency: price.currency });
        Ok(Wish { what, pay_with, expected })
    }
}

/// One purchase.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checkout {
    /// Its id.
    #[schema(value_type = String)]
    pub id: CheckoutId,
    /// What is paid for.
    pub kind: CheckoutKind,
    /// Where it is in its life.
    pub state: CheckoutState,
    /// What is bought, for people.
    pub text: String,
    /// How many credits; none of a plan.
    #[schema(value_type = Option<String>)]
    pub credits: Option<Credits>,
    /// What it costs, as it was agreed.
    pub price: Money,
    /// The credits as a pack; none of a plan.
    pub pack: Option<Pack>,
    /// Where the person goes next, if anywhere: the provider's page, or the bank's.
    pub url: Option<String>,
    /// Why the last attempt was declined.
    pub reason: Option<String>,
    /// The grant, once the credits are in the pool.
    #[schema(value_type = Option<String>)]
    pub grant_id: Option<GrantId>,
    /// When the credits expire, once they are in the pool; none: never.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub credits_expire_at: Option<Timestamp>,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Journal position of the grant.
    pub position: Option<u64>,
}

/// What is paid for.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutKind {
    /// Credits.
    Credits,
    /// A plan's first period.
    Plan,
}

/// Where a purchase is in its life.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutState {
    /// Waits to be paid, or to be heard of.
    Open,
    /// The bank wants the person.
    ConfirmationNeeded,
    /// The last attempt was declined; on a page it may be paid again.
    Declined,
    /// Paid, and the credits are in the pool.
    Granted,
    /// Nobody paid it in time.
    Expired,
}

impl From<Purchased> for Checkout {
    fn from(purchased: Purchased) -> Self {
        let Purchased { row, text, expires } = purchased;
        let pack = (row.kind == KindKept::Credits).then(|| Pack::from(&PackOffer::agreed(&row)));
        let price = Money { amount: row.amount_cents, currency: row.currency };
        Checkout {
            id: row.id,
            kind: match row.kind {
                KindKept::Credits => CheckoutKind::Credits,
                KindKept::Plan => CheckoutKind::Plan,
            },
            state: match row.state {
                StateKept::Open => CheckoutState::Open,
                StateKept::ConfirmationNeeded => CheckoutState::ConfirmationNeeded,
                StateKept::Declined => CheckoutState::Declined,
                StateKept::Granted => CheckoutState::Granted,
                StateKept::Expired => CheckoutState::Expired,
            },
            text,
            credits: pack.as_ref().map(|pack| pack.credits),
            price,
            pack,
            url: Some(row.url).filter(|url| !url.is_empty()),
            reason: row.reason,
            grant_id: row.grant,
            credits_expire_at: expires,
            created_at: row.created_at,
            position: row.position,
        }
    }
}

/// Begins a purchase: on the provider's page nothing is paid by this; the saved card is asked now.
#[utoipa::path(post, path = "/api/v1/billing/checkouts", operation_id = "createCheckout",
    tag = "billing", params(("Idempotency-Key" = String, Header)),
    request_body = CreateCheckoutRequest,
    responses((status = 201, body = Checkout, description = "The purchase"),
        (status = 403, description = "billing_access_required"),
        (status = 409, description = "There is no saved card, nothing can be bought now, or it \
            costs something else than was shown")))]
pub async fn create_checkout(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    _: IdempotencyKey,
    ApiJson(body): ApiJson<CreateCheckoutRequest>,
) -> Result<(StatusCode, Json<Checkout>), Problem> {
    let row = shared.app.create_checkout(&caller, body.wish()?).await?;
    let purchased = shared.app.purchased(row).await?;
    Ok((StatusCode::CREATED, Json(Checkout::from(purchased))))
}

/// Reads a purchase: are its credits in the pool yet? The provider is asked while they are not.
#[utoipa::path(get, path = "/api/v1/billing/checkouts/{id}", operation_id = "getCheckout",
    tag = "billing", params(("id" = String, Path)),
    responses((status = 200, body = Checkout, description = "The purchase"),
        (status = 403, description = "billing_access_required")))]
pub async fn get_checkout(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<CheckoutId>,
) -> Result<Json<Checkout>, Problem> {
    let row = shared.app.checkout(&caller, id).await?;
    Ok(Json(Checkout::from(shared.app.purchased(row).await?)))
}
