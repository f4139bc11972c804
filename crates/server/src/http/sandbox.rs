//! `/sandbox`: the pages of the built-in sandbox, where no money moves.
//!
//! Stands in for a provider's own pages, its bank and its desk. Answers 404 where the sandbox is
//! not on.

use std::sync::Arc;

use ampere_app::billing::desk::{Outcome, Payment, PaymentStatus};
use ampere_app::billing::receipts::{Receipt, ReceiptLine};
use ampere_credits::{CheckoutId, Timestamp};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Shared;
use super::billing::Money;
use super::checkouts::Checkout;
use super::extract::{ApiJson, ApiPath, Who};
use super::once::IdempotencyKey;
use super::problem::Problem;

/// A card that exists in the sandbox only.
#[derive(Debug, Serialize, ToSchema)]
pub struct SandboxCard {
    /// Its number.
    pub number: String,
    /// For people.
    pub label: String,
    /// `paid`, `confirmation_needed`, or why it is declined.
    pub outcome: String,
}

/// Every test card.
#[derive(Debug, Serialize, ToSchema)]
pub struct SandboxCardList {
    /// The cards.
    pub data: Vec<SandboxCard>,
}

/// Lists the test cards.
#[utoipa::path(get, path = "/api/v1/sandbox/cards", operation_id = "listSandboxCards",
    tag = "sandbox",
    responses((status = 200, body = SandboxCardList, description = "All test cards"),
        (status = 403, description = "billing_access_required"),
        (status = 404, description = "The sandbox is not on")))]
pub async fn list_sandbox_cards(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<SandboxCardList>, Problem> {
    let cards = shared.app.sandbox_cards(&caller)?;
    let data = cards
        .into_iter()
        .map(|card| SandboxCard {
            number: card.number.to_owned(),
            label: card.label.to_owned(),
            outcome: card.outcome.to_owned(),
        })
        .collect();
    Ok(Json(SandboxCardList { data }))
}

/// A test card to be used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SandboxCardRequest {
    /// Its number.
    #[schema(example = "4242424242424242")]
    pub card: String,
}

/// Pays a purchase with a test card; its credits are spendable when this answers.
#[utoipa::path(post, path = "/api/v1/sandbox/checkouts/{id}/pay",
    operation_id = "paySandboxCheckout", tag = "sandbox",
    params(("id" = String, Path), ("Idempotency-Key" = String, Header)),
    request_body = SandboxCardRequest,
    responses((status = 200, body = Checkout, description = "The purchase, granted"),
        (status = 402, description = "payment_declined"),
        (status = 403, description = "billing_access_required")))]
pub async fn pay_sandbox_checkout(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<CheckoutId>,
    _: IdempotencyKey,
    ApiJson(body): ApiJson<SandboxCardRequest>,
) -> Result<Json<Checkout>, Problem> {
    let row = shared.app.pay_in_sandbox(&caller, id, &body.card).await?;
    Ok(Json(Checkout::from(shared.app.purchased(row).await?)))
}

/// The card that pays from now on.
#[derive(Debug, Serialize, ToSchema)]
pub struct SandboxSavedCard {
    /// Lower case.
    pub brand: String,
    /// Its last digits.
    pub last4: String,
}

/// Saves a test card, as on the provider's own page.
#[utoipa::path(post, path = "/api/v1/sandbox/card", operation_id = "saveSandboxCard",
    tag = "sandbox", request_body = SandboxCardRequest,
    responses((status = 200, body = SandboxSavedCard, description = "It pays from now on"),
        (status = 402, description = "payment_declined"),
        (status = 403, description = "billing_access_required")))]
pub async fn save_sandbox_card(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(body): ApiJson<SandboxCardRequest>,
) -> Result<Json<SandboxSavedCard>, Problem> {
    let card = shared.app.save_sandbox_card(&caller, &body.card).await?;
    Ok(Json(SandboxSavedCard { brand: card.brand, last4: card.last4 }))
}

/// A payment in the sandbox.
#[derive(Debug, Serialize, ToSchema)]
pub struct SandboxPayment {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub text: String,
    /// How much.
    pub amount: Money,
    /// open, needs_confirmation, failed, paid or void.
    pub status: String,
    /// The purchase that it came of.
    pub checkout_id: Option<String>,
    /// Minor units that went back.
    pub refunded: i64,
    /// How its dispute stands, if there is one: inquiry, open, won or lost.
    pub dispute: Option<SandboxDispute>,
}

impl From<Payment> for SandboxPayment {
    fn from(payment: Payment) -> Self {
        let status = match payment.status {
            PaymentStatus::Open => "open",
            PaymentStatus::NeedsConfirmation { .. } => "needs_confirmation",
            PaymentStatus::Failed { .. } => "failed",
            PaymentStatus::Paid { .. } => "paid",
            PaymentStatus::Void => "void",
        };
        let checkout = |text: &String| text.parse::<CheckoutId>().is_ok();
        SandboxPayment {
            id: payment.id,
            text: if payment.subscription.is_some() { "Plan" } else { "Credits" }.to_owned(),
            amount: Money { amount: payment.amount_cents, currency: payment.currency },
            status: status.to_owned(),
            checkout_id: payment.reference.filter(checkout),
            refunded: payment.refunds.iter().map(|refund| refund.amount_cents).sum(),
            dispute: payment.disputes.last().map(|dispute| dispute.status.into()),
        }
    }
}

/// A payment in the sandbox with all that its receipt says.
#[derive(Debug, Serialize, ToSchema)]
pub struct SandboxReceipt {
    /// The payment.
    #[serde(flatten)]
    pub payment: SandboxPayment,
    /// Who paid: the organization.
    pub payer: String,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was paid.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub paid_at: Option<Timestamp>,
    /// What it is for, line by line.
    pub lines: Vec<SandboxReceiptLine>,
}

/// A line of a receipt.
#[derive(Debug, Serialize, ToSchema)]
pub struct SandboxReceiptLine {
    /// For people.
    pub text: String,
    /// May be negative.
    pub amount: Money,
    /// The beginning of what it pays for; none of credits.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Its end.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

impl From<Receipt> for SandboxReceipt {
    fn from(receipt: Receipt) -> Self {
        let Receipt { payment, payer, paid_at, lines } = receipt;
        let line = |line: ReceiptLine| SandboxReceiptLine {
            text: line.text,
            amount: Money { amount: line.cents, currency: payment.currency.clone() },
            from: line.period.map(|period| period.0),
            until: line.period.map(|period| period.1),
        };
        let lines = lines.into_iter().map(line).collect();
        let created_at = payment.created;
        SandboxReceipt { payment: payment.into(), payer, created_at, paid_at, lines }
    }
}

/// Reads a payment of the sandbox, as its receipt says it.
#[utoipa::path(get, path = "/api/v1/sandbox/payments/{id}", operation_id = "getSandboxPayment",
    tag = "sandbox", params(("id" = String, Path)),
    responses((status = 200, body = SandboxReceipt, description = "The payment"),
        (status = 403, description = "billing_access_required")))]
pub async fn get_sandbox_payment(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<String>,
) -> Result<Json<SandboxReceipt>, Problem> {
    Ok(Json(shared.app.sandbox_receipt(&caller, &id).await?.into()))
}

/// What the person says to the bank.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmSandboxPaymentRequest {
    /// It is mine, or it is not.
    pub confirm: bool,
}

/// Confirms or refuses a payment, as on the bank's page.
#[utoipa::path(post, path = "/api/v1/sandbox/payments/{id}/confirm",
    operation_id = "confirmSandboxPayment", tag = "sandbox", params(("id" = String, Path)),
    request_body = ConfirmSandboxPaymentRequest,
    responses((status = 200, body = SandboxPayment, description = "The payment"),
        (status = 403, description = "billing_access_required"),
        (status = 409, description = "Nothing is to be confirmed")))]
pub async fn confirm_sandbox_payment(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<String>,
    ApiJson(body): ApiJson<ConfirmSandboxPaymentRequest>,
) -> Result<Json<SandboxPayment>, Problem> {
    Ok(Json(shared.app.confirm_in_sandbox(&caller, &id, body.confirm).await?.into()))
}

/// How a dispute stands.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SandboxDispute {
    /// The bank only asks.
    Inquiry,
    /// Not decided.
    Open,
    /// For the seller.
    Won,
    /// Against the seller.
    Lost,
}

impl From<Outcome> for SandboxDispute {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Inquiry => SandboxDispute::Inquiry,
            Outcome::Open => SandboxDispute::Open,
            Outcome::Won => SandboxDispute::Won,
            Outcome::Lost => SandboxDispute::Lost,
        }
    }
}

impl From<SandboxDispute> for Outcome {
    fn from(dispute: SandboxDispute) -> Self {
        match dispute {
            SandboxDispute::Inquiry => Outcome::Inquiry,
            SandboxDispute::Open => Outcome::Open,
            SandboxDispute::Won => Outcome::Won,
            SandboxDispute::Lost => Outcome::Lost,
        }
    }
}

/// A dispute, or its end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeSandboxPaymentRequest {
    /// How it stands from now on.
    pub outcome: SandboxDispute,
}

/// Disputes a payment, or decides a dispute, as the card's owner and the bank would.
#[utoipa::path(post, path = "/api/v1/sandbox/payments/{id}/dispute",
    operation_id = "disputeSandboxPayment", tag = "sandbox", params(("id" = String, Path)),
    request_body = DisputeSandboxPaymentRequest,
    responses((status = 200, body = SandboxPayment, description = "The payment"),
        (status = 403, description = "billing_access_required"),
        (status = 409, description = "That cannot follow")))]
pub async fn dispute_sandbox_payment(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<String>,
    ApiJson(body): ApiJson<DisputeSandboxPaymentRequest>,
) -> Result<Json<SandboxPayment>, Problem> {
    let outcome = Outcome::from(body.outcome);
    Ok(Json(shared.app.dispute_in_sandbox(&caller, &id, outcome).await?.into()))
}

/// How much goes back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundSandboxPaymentRequest {
    /// Minor units; all that is left when not given.
    pub amount: Option<i64>,
}

/// Refunds a payment, as the seller would at the provider.
#[utoipa::path(post, path = "/api/v1/sandbox/payments/{id}/refund",
    operation_id = "refundSandboxPayment", tag = "sandbox", params(("id" = String, Path)),
    request_body = RefundSandboxPaymentRequest,
    responses((status = 200, body = SandboxPayment, description = "The payment"),
        (status = 403, description = "billing_access_required"),
        (status = 409, description = "There is not so much left of it")))]
pub async fn refund_sandbox_payment(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<String>,
    ApiJson(body): ApiJson<RefundSandboxPaymentRequest>,
) -> Result<Json<SandboxPayment>, Problem> {
    Ok(Json(shared.app.refund_in_sandbox(&caller, &id, body.amount).await?.into()))
}

/// How far the clock goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveSandboxClockRequest {
    /// To this instant.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// Or by so many days of 24 hours.
    pub days: Option<u32>,
}

/// The clock of the installation.
#[derive(Debug, Serialize, ToSchema)]
pub struct SandboxClock {
    /// What it shows.
    #[schema(value_type = String, format = DateTime)]
    pub now: Timestamp,
}

/// Moves the clock of the whole installation forward; what becomes due happens at once.
#[utoipa::path(post, path = "/api/v1/sandbox/clock", operation_id = "moveSandboxClock",
    tag = "sandbox", request_body = MoveSandboxClockRequest,
    responses((status = 200, body = SandboxClock, description = "What it shows now"),
        (status = 403, description = "operator_only"),
        (status = 422, description = "Not backwards, and not so far at once")))]
pub async fn move_sandbox_clock(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(body): ApiJson<MoveSandboxClockRequest>,
) -> Result<Json<SandboxClock>, Problem> {
    let to = match (body.to, body.days) {
        (Some(to), None) => to,
        (None, Some(days)) => shared.app.now().plus_days(i64::from(days)),
        _ => return Err(Problem::field("/to", "required", "Say an instant or days.")),
    };
    let now = shared.app.move_sandbox_clock(&caller, to).await?;
    Ok(Json(SandboxClock { now }))
}
