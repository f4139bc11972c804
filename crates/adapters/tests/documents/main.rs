//! Documents of each kind, made here byte by byte, whole and broken.
//!
//! Read next: `texts`, `tables`, `pages`, `pdf`, `docx`, `kinds`, `hostile`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod docx;
mod hostile;
mod kinds;
mod pages;
mod pdf;
mod tables;
mod texts;

use ampere_adapters::documents::{DocumentError, Text, read};

/// The text of a document that is read whole.
fn text(name: &str, media_type: &str, bytes: &[u8]) -> String {
    let text = read(name, media_type, bytes).unwrap();
    assert!(!text.truncated, "{name} is read whole");
    text.text
}

fn refused(name: &str, media_type: &str, bytes: &[u8]) -> DocumentError {
    read(name, media_type, bytes).expect_err(name)
}

/// What every answer must keep, whatever came in.
fn sound(answer: &Result<Text, DocumentError>) {
    if let Ok(read) = answer {
        assert!(read.text.len() <= ampere_adapters::documents::MAX_TEXT_BYTES);
        assert!(!read.text.is_empty() && !read.text.contains(['\r', '\0']));
        assert!(read.title.as_ref().is_none_or(|title| !title.contains('\n')));
    }
}
