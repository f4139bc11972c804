//! Lists: newest first, in pages.
//!
//! Owns: `limit`, `starting_after`, `ending_before`, `created`, `has_more`. Which objects are in a
//! list is told by who asks. Read next: `expand`.

use serde_json::{Value, json};

use crate::expand::told;
use crate::form::Params;
use crate::json::Reading;
use crate::refusal::Refusal;
use crate::state::State;

/// A page of `rows`, which come oldest first.
pub(crate) fn page(
    state: &State,
    params: &Params,
    path: &str,
    rows: Vec<Value>,
) -> Result<Value, Refusal> {
    let limit = params.int("limit")?.unwrap_or(10);
    if !(1..=100).contains(&limit) {
        return Err(Refusal::bad("limit", "must be between 1 and 100"));
    }
    let limit = usize::try_from(limit).unwrap_or(10);
    let mut rows: Vec<_> = filtered(params, rows)?.into_iter().rev().collect();
    let place = |rows: &[Value], id: &str, param: &str| {
        let found = rows.iter().position(|row| row.text("id") == id);
        found.ok_or_else(|| Refusal::bad(param, id))
    };
    let has_more;
    if let Some(id) = params.text("ending_before") {
        rows.truncate(place(&rows, id, "ending_before")?);
        has_more = rows.len() > limit;
        rows.drain(..rows.len().saturating_sub(limit));
    } else {
        if let Some(id) = params.text("starting_after") {
            rows.drain(..=place(&rows, id, "starting_after")?);
        }
        has_more = rows.len() > limit;
        rows.truncate(limit);
    }
    let list = json!({"object": "list", "data": rows, "has_more": has_more, "url": path});
    told(state, list, &params.expand())
}

/// `created=…` or `created[gte]=…`.
fn filtered(params: &Params, mut rows: Vec<Value>) -> Result<Vec<Value>, Refusal> {
    if !params.has("created") {
        return Ok(rows);
    }
    if let Some(at) = params.int("created")? {
        rows.retain(|row| row.int("created") == at);
    }
    for (name, holds) in COMPARISONS {
        if let Some(bound) = params.int(&format!("created.{name}"))? {
            rows.retain(|row| holds(&row.int("created"), &bound));
        }
    }
    Ok(rows)
}

type Comparison = (&'static str, fn(&i64, &i64) -> bool);
const COMPARISONS: [Comparison; 4] =
    [("gt", i64::gt), ("gte", i64::ge), ("lt", i64::lt), ("lte", i64::le)];

/// Of a kind, those whose members are what the request asks for: (parameter, member).
pub(crate) fn matching(
    state: &State,
    params: &Params,
    kind: &str,
    asked: &[(&str, &str)],
) -> Vec<Value> {
    let mut rows = state.all(kind);
    for (param, member) in asked {
        if let Some(text) = params.text(param) {
            rows.retain(|row| match row.at(member) {
                Value::Bool(flag) => flag.to_string() == text,
                _ => row.text(member) == text,
            });
        }
    }
    rows.into_iter().cloned().collect()
}
