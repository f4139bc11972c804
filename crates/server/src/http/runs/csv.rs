//! `/runs.csv`: the list of runs as a file for spreadsheets, for people with billing access.
//!
//! Owns: its columns, and how such a file is answered. It is streamed part by part as it is read,
//! however long it is; a fault in the middle breaks the download off instead of ending it early.
//! Conversations that the caller may not open are "Private session" in it, as in the list.

use std::sync::Arc;

use ampere_app::csv::{MARK, line};
use ampere_app::runs::{Page, RunFilter, RunRow};
use ampere_app::{AppError, Caller};
use ampere_credits::Zone;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::Response;
use futures_util::{Stream, StreamExt, stream};

use super::subject_name;
use super::wanted::Wanted;
use crate::http::code::Code;
use crate::http::extract::{ApiQuery, Who};
use crate::http::problem::Problem;
use crate::http::{Shared, StreamPass};

/// Runs that are read at once.
const PART: u32 = 200;

/// The runs of a list as a file (CSV)
///
/// One row a run: when (the organization's local time), kind, what, started by, trigger, status,
/// reason, duration in seconds, credits, run id. In the list's order, all of it.
#[utoipa::path(get, path = "/api/v1/runs.csv", operation_id = "exportRuns", tag = "runs",
    params(Wanted),
    responses(
        (status = 200, body = String, content_type = "text/csv", description = "All of them"),
        (status = 403, description = "billing_access_required")))]
pub async fn export_runs(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiQuery(wanted): ApiQuery<Wanted>,
) -> Result<Response, Problem> {
    let zone = Zone::named(&caller.zone).map_err(|_| AppError::Internal)?;
    let filter = wanted.filter(&caller)?;
    let pass = shared.streams.pass(caller.user)?;
    let today = shared.app.now().day_in(&zone);
    let head = head(&zone);
    let mut reading = Reading { shared, caller, filter, zone, next: Next::First, _pass: pass };
    // Who may not, and what cannot be read at all, is told before a file begins.
    let first = reading.part().await?.unwrap_or_default();
    let rest = stream::try_unfold(reading, |mut reading| async move {
        let part = reading.part().await?;
        Ok::<_, AppError>(part.map(|part| (part, reading)))
    });
    file(&format!("runs-{today}"), head + &first, rest)
}

/// A CSV file to be kept under a name: its beginning, and the rest as it is read.
pub(in crate::http) fn file(
    name: &str,
    begin: String,
    rest: impl Stream<Item = Result<String, AppError>> + Send + 'static,
) -> Result<Response, Problem> {
    let begun = stream::iter([Ok(format!("{MARK}{begin}"))]);
    let mut response = Response::new(Body::from_stream(begun.chain(rest)));
    let name = HeaderValue::try_from(format!("attachment; filename=\"{name}.csv\""));
    let name = name.map_err(|_| Problem::plain(Code::Internal))?;
    response.headers_mut().insert(CONTENT_DISPOSITION, name);
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    Ok(response)
}

/// A list on its way into a file.
struct Reading {
    shared: Arc<Shared>,
    caller: Caller,
    filter: RunFilter,
    zone: Zone,
    next: Next,
    _pass: StreamPass,
}

/// What is to be read next.
enum Next {
    First,
    After(String),
    Nothing,
}

impl Reading {
    /// The rows of the next part; none once there is no more.
    async fn part(&mut self) -> Result<Option<String>, AppError> {
        let before = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::First => None,
            Next::After(cursor) => Some(cursor),
            Next::Nothing => return Ok(None),
        };
        let page = Page { before, limit: PART };
        let runs = self.shared.app.export_runs(&self.caller, self.filter.clone(), page).await?;
        if let Some(last) = runs.last() {
            self.next = Next::After(self.filter.order.cursor(last));
        }
        Ok(Some(runs.iter().map(|run| row(run, &self.zone)).collect()))
    }
}

fn head(zone: &Zone) -> String {
    let when = format!("When ({})", zone.name());
    line(&[
        &when,
        "Kind",
        "What",
        "Started by",
        "Trigger",
        "Status",
        "Reason",
        "Duration (seconds)",
        "Credits",
        "Run",
    ])
}

fn row(run: &RunRow, zone: &Zone) -> String {
    let title = Some(run.title.clone()).filter(|title| !title.is_empty());
    let what = title.or_else(|| subject_name(run)).unwrap_or_else(|| "Message".to_owned());
    let seconds = run.started_at.zip(run.ended_at).map(|(from, to)| to.seconds_since(from));
    line(&[
        &run.created_at.text_in(zone),
        run.kind.word(),
        &what,
        &run.started_by_name,
        run.trigger.word(),
        run.state.word(),
        run.reason.map_or("", |reason| reason.word()),
        &seconds.map_or_else(String::new, |seconds| seconds.to_string()),
        &run.charged.to_string(),
        &run.id.to_string(),
    ])
}
