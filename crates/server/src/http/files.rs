//! `/files`: what people bring as inputs of tools. Free; no file is ever shown as a page.

use std::sync::Arc;

use ampere_app::files::FileRow;
use ampere_credits::{FileId, Timestamp, UserId};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::code::Code;
use super::extract::{ApiPath, ApiQuery, Who};
use super::paging::ListQuery;
use super::problem::Problem;

/// The path that takes the largest bodies.
pub const PATH: &str = "/api/v1/files";

/// A file without what is in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct File {
    /// Its id, to be put into a form.
    #[schema(value_type = String)]
    pub id: FileId,
    /// As it was called.
    pub name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// Name of who brought it.
    pub owner: String,
    /// Who brought it.
    #[schema(value_type = String)]
    pub owner_id: UserId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl From<FileRow> for File {
    fn from(row: FileRow) -> Self {
        File {
            id: row.id,
            name: row.name,
            media_type: row.media_type,
            size: row.size,
            owner: row.owner_name,
            owner_id: row.owner,
            created_at: row.created_at,
        }
    }
}

/// A part of the files that the caller sees.
#[derive(Debug, Serialize, ToSchema)]
pub struct FilePage {
    /// Newest first.
    pub data: Vec<File>,
    /// Give it as `cursor` to read on.
    pub next_cursor: Option<String>,
    /// Bytes of all files of the organization.
    pub used_bytes: u64,
    /// Bytes that they may have.
    pub quota_bytes: u64,
}

/// What is in a file, byte by byte.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct FileBytes(Vec<u8>);

/// What a file is called.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// With its ending.
    name: String,
}

/// Keeps a file: its bytes are the body, whatever their Content-Type is said to be
#[utoipa::path(post, path = "/api/v1/files", operation_id = "uploadFile", tag = "files",
    params(UploadQuery),
    request_body(content = inline(FileBytes), content_type = "application/octet-stream"),
    responses(
        (status = 201, body = File, description = "It is kept"),
        (status = 409, description = "There is no room for more files"),
        (status = 413, description = "The file is too large"),
        (status = 415, description = "The file is of no kind that is read"),
    ))]
pub async fn upload_file(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiQuery(query): ApiQuery<UploadQuery>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<(StatusCode, Json<File>), Problem> {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default();
    let row = shared.app.upload_file(&caller, &query.name, media_type, bytes.to_vec()).await?;
    Ok((StatusCode::CREATED, Json(row.into())))
}

/// Lists my files; owners see everybody's
#[utoipa::path(get, path = "/api/v1/files", operation_id = "listFiles", tag = "files",
    params(ListQuery),
    responses((status = 200, body = FilePage, description = "A part of the files")))]
pub async fn list_files(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<FilePage>, Problem> {
    let asked = query.asked()?;
    let mut found = shared.app.list_files(&caller, asked.page()).await?;
    let next_cursor = asked.cut(&mut found.files, |row| row.id.to_string());
    let (used_bytes, quota_bytes) = (found.used_bytes, found.quota_bytes);
    let data = found.files.into_iter().map(File::from).collect();
    Ok(Json(FilePage { data, next_cursor, used_bytes, quota_bytes }))
}

/// Reads about a file
#[utoipa::path(get, path = "/api/v1/files/{id}", operation_id = "getFile", tag = "files",
    params(("id" = String, Path)),
    responses((status = 200, body = File, description = "The file")))]
pub async fn get_file(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<FileId>,
) -> Result<Json<File>, Problem> {
    Ok(Json(shared.app.get_file(&caller, id).await?.into()))
}

/// Deletes a file
#[utoipa::path(delete, path = "/api/v1/files/{id}", operation_id = "deleteFile", tag = "files",
    params(("id" = String, Path)),
    responses((status = 204, description = "It is gone")))]
pub async fn delete_file(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<FileId>,
) -> Result<StatusCode, Problem> {
    shared.app.delete_file(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Downloads a file as it was brought
#[utoipa::path(get, path = "/api/v1/files/{id}/content", operation_id = "getFileContent",
    tag = "files", params(("id" = String, Path)),
    responses((status = 200, body = inline(FileBytes), content_type = "application/octet-stream",
        description = "Its bytes, to be saved")))]
pub async fn get_file_content(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<FileId>,
) -> Result<Response, Problem> {
    let (row, bytes) = shared.app.file_content(&caller, id).await?;
    let mut response = FileBytes(bytes).0.into_response();
    let headers = response.headers_mut();
    // Never its own type: a browser must not open somebody's file as a page of ours. Pictures are
    // ours: nobody can bring one.
    let picture = row.media_type == "image/png";
    let media_type = if picture { "image/png" } else { "application/octet-stream" };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_DISPOSITION, attachment(&row.name)?);
    Ok(response)
}

/// To be saved under its name, whatever letters it has (RFC 6266, RFC 8187).
fn attachment(name: &str) -> Result<HeaderValue, Problem> {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let mut encoded = String::new();
    let mut plain = String::new();
    for byte in name.bytes() {
        match kept(byte) {
            true => encoded.push(char::from(byte)),
            false => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    for letter in name.chars() {
        let simple =
            letter == ' ' || (letter.is_ascii() && kept(u8::try_from(letter).unwrap_or(0)));
        plain.push(if simple { letter } else { '_' });
    }
    let text = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    HeaderValue::from_str(&text).map_err(|_| Problem::plain(Code::Internal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_is_a_sound_header() {
        let of = |name: &str| attachment(name).map(|value| value.to_str().map(str::to_owned));
        let said = of("Käse \"2\".pdf").ok().and_then(Result::ok).unwrap_or_default();
        assert_eq!(
            said,
            "attachment; filename=\"K_se _2_.pdf\"; filename*=UTF-8''K%C3%A4se%20%222%22.pdf"
        );
    }
}
