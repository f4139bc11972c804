//! `/account/export` and `/organization/export`: everything of a person, or of an organization, as
//! a ZIP file.
//!
//! Owns how the file goes out: as it is made, and broken off instead of ended early when something
//! cannot be read, when the login ends, or with the server. What is in it says `ampere_app`'s
//! `takeout`.

use std::pin::Pin;
use std::sync::Arc;

use ampere_app::AppError;
use ampere_app::takeout::Takeout;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use futures_util::stream;

use super::Shared;
use super::code::Code;
use super::extract::Who;
use super::files::FileBytes;
use super::problem::Problem;
use super::streams::Reader;

/// Everything of mine as a file (ZIP)
///
/// Profile, sessions, runs with their credits, tasks, files, workflows, schedules, notices, and
/// what I did that stands in the audit log, of all organizations that I am in. One download at a
/// time. Costs nothing.
#[utoipa::path(get, path = "/api/v1/account/export", operation_id = "exportAccount",
    tag = "people",
    responses(
        (status = 200, body = inline(FileBytes), content_type = "application/zip",
            description = "Made while it is read"),
        (status = 429, description = "concurrency_limited: another download of mine is made")))]
pub async fn export_account(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let reader = Reader::of(&shared, &caller, &headers)?;
    answer(shared.app.export_account(&caller).await?, reader)
}

/// Everything of the organization as a file (ZIP)
///
/// Profile, people, the whole journal with its hashes, grants, holds, usage, payments, the audit
/// log, workflows, schedules, tasks, files. Of sessions the credits only: what people said there
/// is theirs. One download at a time. Costs nothing.
#[utoipa::path(get, path = "/api/v1/organization/export", operation_id = "exportOrganization",
    tag = "people",
    responses(
        (status = 200, body = inline(FileBytes), content_type = "application/zip",
            description = "Made while it is read"),
        (status = 403, description = "forbidden_role: for the owner"),
        (status = 429, description = "concurrency_limited: another download of mine is made")))]
pub async fn export_organization(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let reader = Reader::of(&shared, &caller, &headers)?;
    answer(shared.app.export_organization(&caller).await?, reader)
}

/// A file on its way.
struct Going {
    takeout: Takeout,
    lost: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Going {
    async fn next(&mut self) -> Option<Result<Bytes, AppError>> {
        tokio::select! {
            biased;
            // Nobody to send it to any more: no whole file.
            () = &mut self.lost => Some(Err(AppError::Unauthenticated)),
            bytes = self.takeout.next() => bytes,
        }
    }
}

fn answer(takeout: Takeout, reader: Reader) -> Result<Response, Problem> {
    let name = format!("attachment; filename=\"{}\"", takeout.file_name);
    let name = HeaderValue::try_from(name).map_err(|_| Problem::plain(Code::Internal))?;
    let lost = Box::pin(async move { reader.lost().await });
    let body = stream::try_unfold(Going { takeout, lost }, |mut going| async move {
        let bytes = going.next().await.transpose()?;
        Ok::<_, AppError>(bytes.map(|bytes| (bytes, going)))
    });
    let mut response = Response::new(Body::from_stream(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_DISPOSITION, name);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    Ok(response)
}
