//! `/credits/ledger`: every movement of credits, nothing left out.

use std::sync::Arc;

use ampere_app::credits::lists::{LedgerLine, account_name};
use ampere_credits::ledger::Move;
use ampere_credits::{Credits, GrantId, HoldId, RunId, Timestamp};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::Shared;
use crate::http::extract::{ApiQuery, Who};
use crate::http::paging::ListQuery;
use crate::http::problem::Problem;

/// One immutable fact of the journal.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerEntry {
    /// Its position: 1, 2, 3 … without gaps.
    pub position: u64,
    /// When it was booked.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What happened: granted, held, extended, settled, released, lapsed, taken_back, expired,
    /// debt_paid.
    pub kind: &'static str,
    /// The run it belongs to.
    #[schema(value_type = Option<String>)]
    pub run_id: Option<RunId>,
    /// The grant it made or took from.
    #[schema(value_type = Option<String>)]
    pub grant_id: Option<GrantId>,
    /// The hold it took, extended or ended.
    #[schema(value_type = Option<String>)]
    pub hold_id: Option<HoldId>,
    /// Change of the unheld credits, with `-` when they became fewer.
    pub available_change: String,
    /// Which credits moved.
    pub moves: Vec<LedgerMove>,
}

/// An amount that went from one account to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerMove {
    /// The account that got less, e.g. `left:grt_…`.
    pub from: String,
    /// The account that got more, e.g. `hold:hold_…:grt_…`.
    pub to: String,
    /// How much.
    #[schema(value_type = String)]
    pub amount: Credits,
}

/// A part of the journal, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerPage {
    /// The entries.
    pub data: Vec<LedgerEntry>,
    /// Give it as `cursor` to read on.
    pub next_cursor: Option<String>,
}

impl From<LedgerLine> for LedgerEntry {
    fn from(line: LedgerLine) -> Self {
        let moved = |each: &Move| LedgerMove {
            from: account_name(each.from),
            to: account_name(each.to),
            amount: each.amount,
        };
        LedgerEntry {
            position: line.position,
            at: line.at,
            kind: line.kind,
            run_id: line.run,
            grant_id: line.grant,
            hold_id: line.hold,
            available_change: line.available_change.signed(),
            moves: line.moves.iter().map(moved).collect(),
        }
    }
}

/// Lists every movement of credits, newest first.
#[utoipa::path(get, path = "/api/v1/credits/ledger", operation_id = "listLedger",
    tag = "credits", params(ListQuery),
    responses((status = 200, body = LedgerPage, description = "A part of the journal")))]
pub async fn list_ledger(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<LedgerPage>, Problem> {
    let asked = query.asked()?;
    let mut lines = shared.app.ledger(&caller, asked.page()).await?;
    let next_cursor = asked.cut(&mut lines, |line| line.position.to_string());
    let data = lines.into_iter().map(LedgerEntry::from).collect();
    Ok(Json(LedgerPage { data, next_cursor }))
}
