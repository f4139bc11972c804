//! Changes of the plan: preview and confirm, take back, cancel, resume, the provider's own pages.

use std::sync::Arc;

use ampere_app::billing::change::Changed;
use ampere_app::billing::choices::Part;
use ampere_app::billing::preview::{self, Choice};
use ampere_credits::{CheckoutId, Credits, PreviewId, Timestamp};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Shared;
use super::super::extract::{ApiJson, Who};
use super::super::once::IdempotencyKey;
use super::super::problem::Problem;
use super::Money;
use super::page::{Billing, Cadence};
use super::plans::PlanScenario;

/// What is looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewChangeRequest {
    /// A plan's id.
    pub plan_id: String,
    /// How it would be paid.
    pub cadence: Cadence,
}

/// What a change would do, good for ten minutes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangePreview {
    /// To confirm it by.
    #[schema(value_type = String)]
    pub id: PreviewId,
    /// Until when it can be confirmed.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// What kind of change it is.
    pub scenario: PlanScenario,
    /// The plan it leads to.
    pub plan: PreviewPlan,
    /// How that is paid.
    pub cadence: Cadence,
    /// When it takes effect.
    pub when: ChangeWhen,
    /// The same as an instant.
    #[schema(value_type = String, format = DateTime)]
    pub effective_at: Timestamp,
    /// What is paid now.
    pub due_today: ChangeDue,
    /// What is paid next.
    pub next: Option<ChangeNext>,
    /// What becomes of the credits.
    pub credits: ChangeCredits,
    /// Included credits that stay beside the new ones.
    pub preserved: Option<PreservedCredits>,
    /// What a year costs less than twelve months.
    pub saving: Option<Money>,
    /// How it is paid.
    pub pays_with: PaysWith,
    /// For people.
    pub text: String,
}

/// The plan that a change leads to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PreviewPlan {
    /// Its id.
    pub id: String,
    /// For people.
    pub name: String,
}

/// When a change takes effect.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeWhen {
    /// When it is confirmed.
    Now,
    /// When the period ends.
    AtPeriodEnd,
}

/// What is paid now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeDue {
    /// All of it.
    pub total: Money,
    /// Line by line.
    pub lines: Vec<ChangeLine>,
}

/// A line of what is paid.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeLine {
    /// For people.
    pub text: String,
    /// May be negative.
    pub amount: Money,
}

/// What is paid next.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeNext {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// How much.
    pub amount: Money,
}

/// What becomes of the credits.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeCredits {
    /// Left now.
    #[schema(value_type = String)]
    pub now: Credits,
    /// What comes with the change at once.
    #[schema(value_type = String)]
    pub added: Credits,
    /// Left then, with what it unlocks, less what is outstanding.
    #[schema(value_type = String)]
    pub after: Credits,
    /// Of a restart: locked credits that can be used again, the soonest expiry first.
    pub unlocked: Vec<LockedCredits>,
    /// Of a restart: credits that have expired while they were locked, and do not come back.
    pub expired: Vec<LockedCredits>,
}

/// Credits with one expiry.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LockedCredits {
    /// How many.
    #[schema(value_type = String)]
    pub credits: Credits,
    /// When they expire, or have expired; none: never.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

impl From<Part> for LockedCredits {
    fn from(part: Part) -> Self {
        LockedCredits { credits: part.credits, expires_at: part.expires }
    }
}

/// Included credits that stay.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PreservedCredits {
    /// How many are left.
    #[schema(value_type = String)]
    pub credits: Credits,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// How a change is paid.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaysWith {
    /// The saved card.
    SavedCard,
    /// The provider's page asks for one.
    Checkout,
}

impl From<preview::Preview> for ChangePreview {
    fn from(shown: preview::Preview) -> Self {
        let money = |amount| Money { amount, currency: shown.currency.clone() };
        let line = |line: &preview::DueLine| ChangeLine {
            text: line.text.clone(),
            amount: money(line.cents),
        };
        let lines = shown.due.iter().map(line).collect();
        let unlocks = shown.unlocks.unwrap_or_default();
        let credits = ChangeCredits {
            now: shown.credits_now,
            added: shown.credits_added,
            after: shown.credits_after,
            unlocked: unlocks.unlocked.into_iter().map(LockedCredits::from).collect(),
            expired: unlocks.expired.into_iter().map(LockedCredits::from).collect(),
        };
        ChangePreview {
            id: shown.id,
            expires_at: shown.expires_at,
            scenario: shown.scenario.into(),
            cadence: shown.cadence.into(),
            when: match shown.scenario.now() {
                true => ChangeWhen::Now,
                false => ChangeWhen::AtPeriodEnd,
            },
            effective_at: shown.effective_at,
            due_today: ChangeDue { total: money(shown.due_cents), lines },
            next: Some(ChangeNext { at: shown.next.at, amount: money(shown.next.cents) }),
            credits,
            preserved: shown
                .preserved
                .map(|(credits, expires_at)| PreservedCredits { credits, expires_at }),
            saving: shown.saving_cents.map(money),
            pays_with: if shown.saved_card { PaysWith::SavedCard } else { PaysWith::Checkout },
            plan: PreviewPlan { id: shown.plan, name: shown.plan_name },
            text: shown.text,
        }
    }
}

/// Shows what a change would do. Nothing is changed by this.
#[utoipa::path(post, path = "/api/v1/billing/changes/preview", operation_id = "previewChange",
    tag = "billing", request_body = PreviewChangeRequest,
    responses((status = 200, body = ChangePreview, description = "What it would do"),
        (status = 403, description = "billing_access_required"),
        (status = 409, description = "state_conflict, change_pending")))]
pub async fn preview_change(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(body): ApiJson<PreviewChangeRequest>,
) -> Result<Json<ChangePreview>, Problem> {
    let choice = Choice { plan: body.plan_id, cadence: body.cadence.into() };
    Ok(Json(ChangePreview::from(shared.app.preview_change(&caller, choice).await?)))
}

/// Which preview is confirmed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmChangeRequest {
    /// Its id.
    #[schema(value_type = String)]
    pub preview_id: PreviewId,
}

/// A confirmed change.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeResult {
    /// What became of it.
    pub state: ChangeState,
    /// Where the bank wants the person.
    pub confirm_url: Option<String>,
    /// The page to pay on.
    pub checkout: Option<ChangeCheckout>,
    /// The Billing page as it is now.
    pub billing: Billing,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeState {
    /// It is so, and its credits are in the pool.
    Done,
    /// It will be so at the period's end.
    Scheduled,
    /// The bank wants the person; nothing has changed until then.
    ConfirmationNeeded,
    /// The person pays on a page.
    Checkout,
}

/// The page to pay on.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeCheckout {
    /// The checkout to ask about.
    #[schema(value_type = String)]
    pub id: CheckoutId,
    /// Its address.
    pub url: String,
}

/// Makes the change that a preview shows: that, or nothing.
#[utoipa::path(post, path = "/api/v1/billing/changes", operation_id = "confirmChange",
    tag = "billing", params(("Idempotency-Key" = String, Header)),
    request_body = ConfirmChangeRequest,
    responses((status = 200, body = ChangeResult, description = "What became of it"),
        (status = 402, description = "payment_declined"),
        (status = 403, description = "billing_access_required"),
        (status = 409, description = "preview_expired, with what would be shown now")))]
pub async fn confirm_change(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    _: IdempotencyKey,
    ApiJson(body): ApiJson<ConfirmChangeRequest>,
) -> Result<Json<ChangeResult>, Problem> {
    let changed = shared.app.confirm_change(&caller, body.preview_id).await?;
    let billing = Billing::from(shared.app.billing(&caller).await?);
    let (state, confirm_url, checkout) = match changed {
        Changed::Done => (ChangeState::Done, None, None),
        Changed::Scheduled => (ChangeState::Scheduled, None, None),
        Changed::ConfirmationNeeded { url } => (ChangeState::ConfirmationNeeded, Some(url), None),
        Changed::Checkout { id, url } => {
            (ChangeState::Checkout, None, Some(ChangeCheckout { id, url }))
        }
    };
    Ok(Json(ChangeResult { state, confirm_url, checkout, billing }))
}

/// Takes back the change that waits for the period's end.
#[utoipa::path(delete, path = "/api/v1/billing/changes/pending", operation_id = "undoChange",
    tag = "billing",
    responses((status = 200, body = Billing, description = "The Billing page"),
        (status = 403, description = "billing_access_required"),
        (status = 409, description = "state_conflict")))]
pub async fn undo_change(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<Billing>, Problem> {
    shared.app.undo_change(&caller).await?;
    Ok(Json(Billing::from(shared.app.billing(&caller).await?)))
}

/// Why a plan is cancelled, if the person wants to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelPlanRequest {
    /// In the person's words, at most 500 characters; kept in the audit log.
    pub reason: Option<String>,
}

/// Ends the plan with its period; one whose period is not paid ends at once.
#[utoipa::path(post, path = "/api/v1/billing/cancel", operation_id = "cancelPlan",
    tag = "billing", request_body = CancelPlanRequest,
    responses((status = 200, body = Billing, description = "The Billing page"),
        (status = 403, description = "billing_access_required"),
        (status = 409, description = "state_conflict")))]
pub async fn cancel_plan(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(body): ApiJson<CancelPlanRequest>,
) -> Result<Json<Billing>, Problem> {
    shared.app.cancel_plan(&caller, body.reason.as_deref()).await?;
    Ok(Json(Billing::from(shared.app.billing(&caller).await?)))
}

/// Takes a cancellation back while the plan lasts.
#[utoipa::path(post, path = "/api/v1/billing/resume", operation_id = "resumePlan",
    tag = "billing",
    responses((status = 200, body = Billing, description = "The Billing page"),
        (status = 403, description = "billing_access_required"),
        (status = 409, description = "state_conflict")))]
pub async fn resume_plan(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
) -> Result<Json<Billing>, Problem> {
    shared.app.resume_plan(&caller).await?;
    Ok(Json(Billing::from(shared.app.billing(&caller).await?)))
}

/// What the provider's pages are opened for.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PortalFlow {
    /// Everything that they show.
    Overview,
    /// Another card.
    Card,
}

/// What the provider's pages are opened for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenPortalRequest {
    /// Which of them.
    pub flow: PortalFlow,
}

/// The provider's own page.
#[derive(Debug, Serialize, ToSchema)]
pub struct PortalPage {
    /// Its address, good for a few minutes.
    pub url: String,
}

/// Opens the payment provider's own pages.
#[utoipa::path(post, path = "/api/v1/billing/portal", operation_id = "openPortal",
    tag = "billing", request_body = OpenPortalRequest,
    responses((status = 200, body = PortalPage, description = "Where they are"),
        (status = 403, description = "billing_access_required"),
        (status = 409, description = "state_conflict: nothing was paid yet")))]
pub async fn open_portal(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiJson(body): ApiJson<OpenPortalRequest>,
) -> Result<Json<PortalPage>, Problem> {
    let url = match body.flow {
        PortalFlow::Overview => shared.app.billing_overview_page(&caller).await?,
        PortalFlow::Card => shared.app.billing_card_page(&caller).await?,
    };
    Ok(Json(PortalPage { url }))
}
