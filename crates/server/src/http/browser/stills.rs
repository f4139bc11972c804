//! The stills of a browser session: what it looked like after each act, also when it is over.

use std::sync::Arc;

use ampere_app::browser::StillRow;
use ampere_credits::{RunId, Timestamp};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::Shared;
use crate::http::extract::{ApiPath, Who};
use crate::http::files::FileBytes;
use crate::http::problem::Problem;

/// A still never changes; nobody between the person and us may keep it.
const KEPT_BY_THE_PERSON: &str = "private, max-age=86400, immutable";

/// A picture that was kept of a browser session.
#[derive(Debug, Serialize, ToSchema)]
pub struct Still {
    /// 1, 2, 3 …
    pub number: u32,
    /// When it was taken.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Address of the page.
    pub url: String,
    /// Title of the page.
    pub title: String,
    /// What was done just before, in words.
    pub action: String,
}

impl From<StillRow> for Still {
    fn from(row: StillRow) -> Self {
        Still {
            number: row.number,
            at: row.taken_at,
            url: row.url,
            title: row.title,
            action: row.action,
        }
    }
}

/// The stills of a browser session, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct StillList {
    /// All that are still kept.
    pub data: Vec<Still>,
}

/// Lists the stills of a browser session
#[utoipa::path(get, path = "/api/v1/runs/{id}/browser/stills", operation_id = "listStills",
    tag = "browser", params(("id" = String, Path)),
    responses((status = 200, body = StillList, description = "Oldest first")))]
pub async fn list_stills(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<RunId>,
) -> Result<Json<StillList>, Problem> {
    let stills = shared.app.stills(&caller, id).await?;
    Ok(Json(StillList { data: stills.into_iter().map(Still::from).collect() }))
}

/// One still of a browser session
#[utoipa::path(get, path = "/api/v1/runs/{id}/browser/stills/{number}", operation_id = "getStill",
    tag = "browser", params(("id" = String, Path), ("number" = u32, Path)),
    responses((status = 200, body = inline(FileBytes), content_type = "image/jpeg",
        description = "The picture")))]
pub async fn get_still(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    Path((id, number)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let id: RunId = id.parse().map_err(|_| Problem::not_found())?;
    let number: u32 = number.parse().map_err(|_| Problem::not_found())?;
    let jpeg = shared.app.still_bytes(&caller, id, number).await?;
    let headers = [(CONTENT_TYPE, "image/jpeg"), (CACHE_CONTROL, KEPT_BY_THE_PERSON)];
    Ok((headers, jpeg).into_response())
}
