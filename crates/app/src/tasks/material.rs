//! What tools work on: pages through the egress guard, files of the organization.
//!
//! Owns how much of a text is kept with a run. Costs nothing.

use std::time::Duration;

use ampere_adapters::documents;
use ampere_credits::{FileId, OrgId};
use ampere_store::rows::Reason;
use bytes::Bytes;
use serde_json::json;

use super::step::capitalized;
use crate::app::App;
use crate::meter::Fault;

/// Characters of a page or file that a run works on; more is left out, and it says so.
const LONGEST_TEXT: usize = 120_000;

/// The longest that a document may take to read.
const LONGEST_READING: Duration = Duration::from_secs(30);

/// Fetches a page and keeps what is to be read on it, as JSON text.
pub(super) async fn fetch(app: &App, url: &str) -> Result<String, Fault> {
    let fault = |note: String| Fault { reason: Reason::PageFailed, note };
    let page = app.egress.fetch(url).await.map_err(|error| fault(sentence(&error)))?;
    let final_url = page.final_url.clone();
    let media_type = page.media_type.clone();
    let name = final_url.clone();
    let text = read_text(name, media_type, page.bytes).await.map_err(fault)?;
    let (body, cut) = shortened(text.text);
    let truncated = cut || text.truncated;
    let value = json!({
        "url": url, "final_url": final_url, "title": text.title.unwrap_or_default(),
        "text": body, "truncated": truncated,
    });
    Ok(value.to_string())
}

/// A file's text.
pub(crate) struct FileText {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) text: String,
    /// There is more in the file.
    pub(crate) truncated: bool,
}

/// Reads a file of the organization and keeps its text, as JSON text.
pub(super) async fn read(app: &App, org: OrgId, file: &str) -> Result<String, Fault> {
    let note = || "There is no such file.".to_owned();
    let fault = |_| Fault { reason: Reason::FileFailed, note: note() };
    let FileText { name, title, text, truncated } =
        text_of(app, org, file.parse().map_err(fault)?).await?;
    let value = json!({ "name": name, "title": title, "text": text, "truncated": truncated });
    Ok(value.to_string())
}

/// Reads a file of the organization; who may see it is the caller's to know.
pub(crate) async fn text_of(app: &App, org: OrgId, id: FileId) -> Result<FileText, Fault> {
    let fault = |note: &str| Fault { reason: Reason::FileFailed, note: note.to_owned() };
    let unread = |_| fault("The file could not be read. Try again.");
    let row = app.store.file(org, id).await.map_err(unread)?;
    let bytes = app.store.file_bytes(org, id).await.map_err(unread)?;
    let (Some(row), Some(bytes)) = (row, bytes) else {
        return Err(fault("The file is not there any more."));
    };
    let name = row.name.clone();
    let text = read_text(name, row.media_type, bytes.into()).await.map_err(|note| fault(&note))?;
    let (body, cut) = shortened(text.text);
    let (title, truncated) = (text.title.unwrap_or_default(), cut || text.truncated);
    Ok(FileText { name: row.name, title, text: body, truncated })
}

async fn read_text(
    name: String,
    media_type: String,
    bytes: Bytes,
) -> Result<documents::Text, String> {
    match documents::read_within(LONGEST_READING, (name, media_type), bytes).await {
        Ok(text) if text.text.trim().is_empty() => Err("There is no text in it.".to_owned()),
        Ok(text) => Ok(text),
        Err(error) => Err(sentence(&error)),
    }
}

fn shortened(text: String) -> (String, bool) {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => (text.get(..end).unwrap_or_default().to_owned(), true),
        None => (text, false),
    }
}

/// An error as a sentence of its own.
fn sentence(error: &dyn std::fmt::Display) -> String {
    format!("{}.", capitalized(error.to_string().trim_end_matches('.')))
}
