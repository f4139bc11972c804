//! `/runs/{id}/receipt`: what a run did cost, line by line, and who paid.

use std::sync::Arc;

use ampere_app::Caller;
use ampere_app::receipt::{self, ReceiptLine as Line};
use ampere_credits::rating::Rate;
use ampere_credits::{Credits, GrantId, HoldId, RunId, Timestamp};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::credits::rate_card::{Measure, per_minute};
use super::credits::{GrantClass, cause_word};
use super::extract::{ApiPath, Who};
use super::problem::Problem;
use super::runs::{RunQuote, RunSummary};

/// What a run did cost. held = used + given_back once it has ended; the lines and the payers add
/// up to `used`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Receipt {
    /// The run.
    pub run: RunSummary,
    /// What it could cost.
    pub quote: RunQuote,
    /// All credits that were ever held for it.
    #[schema(value_type = String)]
    pub held: Credits,
    /// Charged.
    #[schema(value_type = String)]
    pub used: Credits,
    /// Given back.
    #[schema(value_type = String)]
    pub given_back: Credits,
    /// Of what was used, what no credits covered then.
    #[schema(value_type = String)]
    pub overdraft: Credits,
    /// Some of its usage was counted by us, not reported.
    pub estimated: bool,
    /// The measured quantities; none before the run has ended.
    pub lines: Vec<ReceiptLine>,
    /// Who paid, in the order of use.
    pub paid_from: Vec<PaidFrom>,
    /// The rate card that it was quoted and rated under.
    pub rate_card_version: u32,
    /// Available credits right after the run's last entry.
    #[schema(value_type = String)]
    pub balance_after: Credits,
    /// Journal position of the run's last entry.
    pub position: u64,
    /// Its holds, oldest first.
    pub holds: Vec<ReceiptHold>,
    /// Positions of its entries in the ledger.
    pub entries: Vec<u64>,
}

/// One measured quantity.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptLine {
    /// 1, 2, 3 …
    pub n: u32,
    /// Number of the workflow's step that it belongs to; 0: none.
    pub part: u32,
    /// Name of that step.
    pub part_name: Option<String>,
    /// Name of the step.
    pub step: String,
    /// The model's id.
    pub model: String,
    /// What was counted.
    pub measure: Measure,
    /// How many.
    pub quantity: u64,
    /// The rate.
    #[schema(value_type = String)]
    pub credits_per_thousand: Credits,
    /// The rate for a minute, of seconds.
    #[schema(value_type = Option<String>)]
    pub credits_per_minute: Option<Credits>,
    /// Its part of the charge.
    #[schema(value_type = String)]
    pub credits: Credits,
    /// It was counted by us, not reported.
    pub estimated: bool,
}

/// One payer.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaidFrom {
    /// The grant; none: overdraft.
    #[schema(value_type = Option<String>)]
    pub grant_id: Option<GrantId>,
    /// Its class.
    pub class: Option<GrantClass>,
    /// What put it there.
    pub cause: Option<String>,
    /// For people.
    pub label: String,
    /// How much it paid.
    #[schema(value_type = String)]
    pub credits: Credits,
}

/// One hold of the run.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptHold {
    /// Its id.
    #[schema(value_type = String)]
    pub id: HoldId,
    /// All that was put into it.
    #[schema(value_type = String)]
    pub held: Credits,
    /// Charged at its end.
    #[schema(value_type = String)]
    pub charged: Credits,
    /// Given back at its end.
    #[schema(value_type = String)]
    pub given_back: Credits,
    /// When it was taken.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
}

impl Receipt {
    fn of(caller: &Caller, receipt: &receipt::Receipt) -> Self {
        Receipt {
            run: RunSummary::of(caller, &receipt.run),
            quote: RunQuote::from(&receipt.run),
            held: receipt.held,
            used: receipt.used,
            given_back: receipt.given_back,
            overdraft: receipt.overdraft,
            estimated: receipt.run.estimated,
            lines: receipt.lines.iter().map(ReceiptLine::from).collect(),
            paid_from: receipt.paid_from.iter().map(PaidFrom::from).collect(),
            rate_card_version: receipt.run.quote.rate_card_version,
            balance_after: receipt.balance_after,
            position: receipt.position,
            holds: receipt.holds.iter().map(ReceiptHold::from).collect(),
            entries: receipt.entries.clone(),
        }
    }
}

impl From<&Line> for ReceiptLine {
    fn from(line: &Line) -> Self {
        let usage = &line.usage;
        let rate = Rate {
            model: usage.model.clone(),
            measure: usage.measure,
            micros_per_million: usage.micros_per_million,
        };
        ReceiptLine {
            n: usage.number,
            part: line.part,
            part_name: line.part_name.clone(),
            step: line.step.clone(),
            measure: usage.measure.into(),
            quantity: usage.quantity,
            credits_per_thousand: rate.credits_per_thousand(),
            credits_per_minute: per_minute(&rate),
            model: rate.model,
            credits: usage.credits,
            estimated: usage.estimated,
        }
    }
}

impl From<&receipt::PaidFrom> for PaidFrom {
    fn from(payer: &receipt::PaidFrom) -> Self {
        PaidFrom {
            grant_id: payer.grant.map(|terms| terms.id),
            class: payer.grant.map(|terms| terms.class.into()),
            cause: payer.grant.map(|terms| cause_word(terms.cause).to_owned()),
            label: payer.label.to_owned(),
            credits: payer.credits,
        }
    }
}

impl From<&receipt::ReceiptHold> for ReceiptHold {
    fn from(hold: &receipt::ReceiptHold) -> Self {
        ReceiptHold {
            id: hold.id,
            held: hold.held,
            charged: hold.charged,
            given_back: hold.given_back,
            opened_at: hold.opened_at,
            ended_at: hold.ended_at,
        }
    }
}

/// Reads the receipt of a run; while it runs, what is there so far.
#[utoipa::path(get, path = "/api/v1/runs/{id}/receipt", operation_id = "getReceipt",
    tag = "runs", params(("id" = String, Path)),
    responses((status = 200, body = Receipt, description = "The receipt")))]
pub async fn get_receipt(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<RunId>,
) -> Result<Json<Receipt>, Problem> {
    Ok(Json(Receipt::of(&caller, &shared.app.receipt(&caller, id).await?)))
}
