//! Files that came with a question: read when the run works, given to the model as material.
//!
//! Owns how much of them it is given. A file that cannot be read is told of, and keeps nobody from
//! an answer. Texts of files are never kept with the run.

use std::sync::Arc;

use ampere_store::rows::{FileRow, StepKind};
use serde_json::json;

use crate::agent::material::{fitting, line, marked};
use crate::meter::{Meter, StepSpec, Stop};
use crate::tasks::text_of;

/// A file and its text, or why there is none.
pub(super) struct Attached {
    row: FileRow,
    text: Result<String, String>,
}

/// Reads the files of a question, each as a free step.
///
/// # Errors
/// Only a stop.
pub(super) async fn read(meter: &mut Meter, files: &[FileRow]) -> Result<Vec<Attached>, Stop> {
    let mut all = Vec::new();
    for (row, number) in files.iter().zip(1..) {
        let spec = StepSpec {
            path: format!("file.{number}"),
            part: 0,
            kind: StepKind::Read,
            name: line(&format!("Read {}", row.name)),
        };
        let app = Arc::clone(meter.app());
        let mut text = Err("it could not be read".to_owned());
        let work = async {
            match text_of(&app, row.org, row.id).await {
                Ok(file) => {
                    let kept = json!({ "characters": file.text.chars().count() });
                    text = Ok(file.text);
                    Ok(kept.to_string())
                }
                Err(fault) => {
                    text = Err(fault.note.clone());
                    Err(fault)
                }
            }
        };
        let done = meter.do_free(&spec, work).await;
        if let (Err(stop), Some(_)) = (done, meter.stop_cause()) {
            return Err(stop);
        }
        all.push(Attached { row: row.clone(), text });
    }
    Ok(all)
}

/// A question with its files as material, in about so many tokens for the files. `more`: how the
/// model gets what does not fit.
pub(super) fn with_files(question: &str, files: &[Attached], room: u64, more: &str) -> String {
    let mut whole = question.to_owned();
    let mut left = room;
    let mut rest = files.len();
    for Attached { row, text } in files {
        let title = format!("{} ({})", row.name, row.id);
        whole.push_str("\n\n");
        match text {
            Ok(text) => {
                // What short files leave is for the others.
                let share = left / u64::try_from(rest.max(1)).unwrap_or(1);
                let part = fitting(text, share);
                let used = u64::from(ampere_adapters::ai::likely_tokens(part));
                left = left.saturating_sub(used);
                whole.push_str(&marked(&title, part));
                if part.len() < text.len() {
                    whole.push_str(more);
                }
            }
            Err(why) => whole.push_str(&marked(&title, &format!("(It could not be read: {why})"))),
        }
        rest = rest.saturating_sub(1);
    }
    whole
}

/// The files of a session as the model is told of them.
pub(super) fn listed(files: &[FileRow]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let names = files.iter().map(|row| format!("{} ({}, {} bytes)", row.name, row.id, row.size));
    let names = names.collect::<Vec<_>>().join("\n");
    format!("\n\n{}", marked("Files of this session, for read_file and tools", &names))
}
