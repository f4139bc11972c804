//! Steps of tools that need a browser: a picture of a page, a table over several pages.
//!
//! Each opens a browser of its own and closes it again; its seconds are a step beside the one that
//! they are for. No model decides anything here. Read next: `crate::meter` (`open_browser`).

use std::sync::Arc;

use ampere_adapters::browser::{Action, BrowserError, BrowserSession, OpenOptions, Seen, Table};
use ampere_store::rows::{Reason, StepKind};
use serde_json::{Value, json};

use super::scope::Scope;
use super::step::{failed, known};
use crate::app::App;
use crate::meter::{Fault, Meter, StepSpec, Stop};

/// Rows of a table over all pages.
const MOST_ROWS: usize = 5_000;
/// Pages of a table.
const MOST_PAGES: u64 = 20;

/// What is to be done with a page.
pub(super) enum Errand {
    /// A picture; true: of the whole page.
    Picture(bool),
    /// A table, the link to its next page, and how many pages.
    Rows(String, u64),
}

/// Does an errand at an address, in a browser of its own.
pub(super) async fn run(
    meter: &mut Meter,
    spec: &StepSpec,
    (scope, url, errand): (&Scope, &str, Errand),
) -> Result<Value, Stop> {
    if let Some(fault) = scope.page_fault(url) {
        return Err(failed(meter, spec, fault).await);
    }
    let app = Arc::clone(meter.app());
    let Some(seat) = app.browsing.seat(app.catalog.browser.parallel) else {
        let note = "All browsers are in use. Try again in a few minutes.".to_owned();
        let fault = Fault { reason: Reason::BrowserBusy, note };
        return Err(failed(meter, spec, fault).await);
    };
    let path = format!("{}.browser", spec.path);
    let name = "Browser".to_owned();
    let time = StepSpec { path, part: spec.part, kind: StepKind::Time, name };
    let session = meter.open_browser(&time, OpenOptions::default()).await?;
    let keeper = meter.run().clone();
    let work = async {
        let first = Action::Navigate { url: url.to_owned() };
        let seen = session.act(first).await.map_err(|error| fault_of(&error))?;
        match errand {
            Errand::Picture(full) => picture(&app, &*session, &keeper, full).await,
            Errand::Rows(next, pages) => rows(&*session, &next, pages, &seen).await,
        }
    };
    let done = known(meter, spec, work).await;
    let closed = meter.close_browser().await;
    drop(seat);
    let value = done?;
    closed.map(|()| value)
}

async fn picture(
    app: &App,
    session: &dyn BrowserSession,
    run: &ampere_store::rows::RunRow,
    full: bool,
) -> Result<String, Fault> {
    let seen = session.act(Action::Screenshot { full }).await.map_err(|e| fault_of(&e))?;
    let png = seen.picture.as_deref().unwrap_or_default();
    let (width, height) = size_of(png).ok_or_else(|| page_failed("It gave no picture."))?;
    let file = app.keep_picture(run, "page.png", png.to_vec()).await.map_err(|error| {
        let note = format!("The picture could not be kept: {error}.");
        Fault { reason: Reason::FileFailed, note }
    })?;
    let value = json!({
        "file": file.id.to_string(), "name": file.name, "url": seen.url, "title": seen.title,
        "width": width, "height": height,
    });
    Ok(value.to_string())
}

/// Width and height of a PNG.
fn size_of(png: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(png.get(at..at + 4)?.try_into().ok()?));
    png.starts_with(b"\x89PNG\r\n\x1a\n").then_some(())?;
    Some((number(16)?, number(20)?))
}

async fn rows(
    session: &dyn BrowserSession,
    next: &str,
    pages: u64,
    first: &Seen,
) -> Result<String, Fault> {
    let mut collected: Option<Table> = None;
    let mut last: Vec<Vec<String>> = Vec::new();
    let mut count = 0;
    while count < pages.clamp(1, MOST_PAGES) {
        let seen = session.act(Action::Tables).await.map_err(|error| fault_of(&error))?;
        let Some(table) = table_like(seen.tables, collected.as_ref()) else { break };
        if table.rows == last {
            // The link led nowhere new.
            break;
        }
        count += 1;
        last.clone_from(&table.rows);
        match &mut collected {
            Some(whole) => whole.rows.extend(table.rows),
            None => collected = Some(table),
        }
        let full = collected.as_ref().is_some_and(|whole| whole.rows.len() >= MOST_ROWS);
        if full || next.trim().is_empty() || count >= pages {
            break;
        }
        match session.act(Action::Follow { label: next.trim().to_owned() }).await {
            Ok(_) => {}
            Err(BrowserError::NotFound) => break,
            Err(error) => return Err(fault_of(&error)),
        }
    }
    let Some(Table { columns, rows }) = collected else {
        return Err(page_failed("There is no table on this page."));
    };
    let even = |mut row: Vec<String>| {
        row.resize(columns.len(), String::new());
        row
    };
    let rows: Vec<Vec<String>> = rows.into_iter().take(MOST_ROWS).map(even).collect();
    let value = json!({
        "columns": columns, "rows": rows, "pages": count, "url": first.url, "title": first.title,
    });
    Ok(value.to_string())
}

/// The table that goes on, or at first the largest one.
fn table_like(tables: Vec<Table>, before: Option<&Table>) -> Option<Table> {
    let cells = |table: &Table| table.rows.len().saturating_mul(table.columns.len());
    match before {
        None => tables.into_iter().filter(|table| cells(table) > 0).max_by_key(cells),
        Some(before) => tables.into_iter().find(|table| table.columns == before.columns),
    }
}

fn page_failed(note: &str) -> Fault {
    Fault { reason: Reason::PageFailed, note: note.to_owned() }
}

fn fault_of(error: &BrowserError) -> Fault {
    let reason = match error {
        BrowserError::Gone | BrowserError::NotStarted(_) => Reason::BrowserFailed,
        _ => Reason::PageFailed,
    };
    Fault { reason, note: super::step::capitalized(&format!("{error}.")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: &[&str], rows: usize) -> Table {
        let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        let row = vec!["x".to_owned(); columns.len()];
        Table { columns, rows: vec![row; rows] }
    }

    #[test]
    fn the_largest_table_is_taken_and_its_like_goes_on() {
        let small = table(&["A"], 2);
        let large = table(&["B", "C"], 3);
        let first = table_like(vec![small.clone(), large.clone()], None);
        assert_eq!(first.as_ref(), Some(&large));
        let grown = table(&["A"], 50);
        let on = table_like(vec![grown, table(&["B", "C"], 1)], first.as_ref());
        assert_eq!(on, Some(table(&["B", "C"], 1)));
        assert_eq!(table_like(vec![small], first.as_ref()), None, "another table is not it");
        assert_eq!(table_like(vec![table(&["A"], 0)], None), None, "nothing in it");
    }

    #[test]
    fn the_size_of_a_picture_stands_in_its_head() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend(1_024u32.to_be_bytes());
        png.extend(640u32.to_be_bytes());
        assert_eq!(size_of(&png), Some((1_024, 640)));
        assert_eq!(size_of(b"GIF89a"), None);
        assert_eq!(size_of(&png[..20]), None);
    }
}
