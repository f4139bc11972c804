//! Documents and pages as plain text that a model can read.
//!
//! Owns: which kinds of files are read (text, Markdown, CSV, HTML, PDF, DOCX), what each gives,
//! and the caps that keep a hostile one harmless. Never does: fetch, store, or follow anything
//! that a document names; markup, links, scripts and images are left behind.
//!
//! Reading is work for the processor: [`read`] belongs on a thread that may block, which
//! [`read_within`] sees to. A library that panics on a broken file costs that file only.
//!
//! Read next: `kind` (name, media type and content together), `decode` (bytes to characters),
//! then one module for each kind.

mod decode;
mod docx;
mod html;
mod kind;
mod pdf;
mod shallow;
mod table;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use thiserror::Error;

pub use html::readable;
pub use kind::{Content, Kind};

/// The largest document that is read, in bytes.
pub const MAX_INPUT_BYTES: usize = 10 * 1024 * 1024;
/// The longest text that a document gives, in bytes of UTF-8. What is longer is cut.
pub const MAX_TEXT_BYTES: usize = 1024 * 1024;
/// The longest title, in characters.
const MAX_TITLE_CHARS: usize = 300;

/// A document's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// As the document itself says it; never its file name.
    pub title: Option<String>,
    /// Lines end in `\n`; no control characters but that and the tab.
    pub text: String,
    /// There was more than [`MAX_TEXT_BYTES`], or more than is worth unpacking.
    pub truncated: bool,
    /// Pages of the document, where it has any.
    pub pages: Option<u32>,
}

/// A document that gives no text. The texts are for the person who brought it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DocumentError {
    /// Bring a smaller file, or a part of it.
    #[error("the file is larger than {max_bytes} bytes")]
    TooBig { max_bytes: usize },
    /// Save it as one of the kinds that are read.
    #[error("files of this kind are not read; text, Markdown, CSV, HTML, PDF and DOCX are")]
    Unsupported,
    /// The name or media type is wrong, or the wrong file was brought.
    #[error("the file says that it is {said}, but holds {found}")]
    Mismatch { said: Kind, found: Content },
    /// Save it without the password.
    #[error("the file is protected by a password")]
    Encrypted,
    /// Save it anew with the program that made it.
    #[error("the file is damaged: {detail}")]
    Damaged { detail: &'static str },
    /// A scan holds pictures of text: run text recognition first.
    #[error("the file holds no text")]
    NoText,
    /// Bring a simpler file.
    #[error("the file took too long to read")]
    TooSlow,
}

/// Whether anybody still waits for a text; long loops ask.
#[derive(Clone, Debug, Default)]
struct Patience(Arc<AtomicBool>);

impl Patience {
    fn is_over(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Ends the patience when nobody waits any more, also by being dropped in the middle.
struct Waiting(Patience);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// What kind of document this is, by its name, its media type and its content together; for who
/// takes it in before anybody reads it.
///
/// # Errors
/// [`DocumentError`], as [`read`] would say it: too big, of no kind that is read, or pretending.
pub fn recognize(name: &str, media_type: &str, bytes: &[u8]) -> Result<Kind, DocumentError> {
    if bytes.len() > MAX_INPUT_BYTES {
        return Err(DocumentError::TooBig { max_bytes: MAX_INPUT_BYTES });
    }
    kind::decide(name, media_type, bytes)
}

/// The text of a document. `media_type` may be empty or carry a charset. Blocks: see the module.
///
/// # Errors
/// [`DocumentError`].
pub fn read(name: &str, media_type: &str, bytes: &[u8]) -> Result<Text, DocumentError> {
    read_patiently(name, media_type, bytes, &Patience::default())
}

/// [`read`] on a thread of its own, for at most `longest`. A reader that is given up stops at its
/// next step; what it holds meanwhile is bounded.
///
/// # Errors
/// [`DocumentError`], [`DocumentError::TooSlow`] among them.
pub async fn read_within(
    longest: Duration,
    (name, media_type): (String, String),
    bytes: Bytes,
) -> Result<Text, DocumentError> {
    let patience = Patience::default();
    let _waiting = Waiting(patience.clone());
    let reader =
        tokio::task::spawn_blocking(move || read_patiently(&name, &media_type, &bytes, &patience));
    match tokio::time::timeout(longest, reader).await {
        Ok(read) => read.unwrap_or(Err(unreadable())),
        Err(_) => Err(DocumentError::TooSlow),
    }
}

fn read_patiently(
    name: &str,
    media_type: &str,
    bytes: &[u8],
    patience: &Patience,
) -> Result<Text, DocumentError> {
    if bytes.len() > MAX_INPUT_BYTES {
        return Err(DocumentError::TooBig { max_bytes: MAX_INPUT_BYTES });
    }
    let kind = kind::decide(name, media_type, bytes)?;
    let charset = kind::charset(media_type);
    let read = || match kind {
        Kind::Text | Kind::Markdown => Ok(Text::of(None, &decode::text(bytes, charset), None)),
        Kind::Csv => table::read(&decode::text(bytes, charset), patience),
        Kind::Html => Ok(readable(&decode::html(bytes, charset), "")),
        Kind::Docx => docx::read(bytes, patience),
        Kind::Pdf => pdf::read(bytes, patience),
    };
    let text = catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(unreadable()))?;
    if patience.is_over() {
        return Err(DocumentError::TooSlow);
    }
    if text.text.is_empty() {
        return Err(DocumentError::NoText);
    }
    Ok(text)
}

fn unreadable() -> DocumentError {
    DocumentError::Damaged { detail: "it cannot be read" }
}

impl Text {
    /// Cleans and cuts: the one place where a reader's text becomes ours.
    fn of(title: Option<&str>, raw: &str, pages: Option<u32>) -> Self {
        let title = title.map(|title| title.split_whitespace().collect::<Vec<_>>().join(" "));
        let title = title.map(|title| {
            title.chars().filter(|char| !char.is_control()).take(MAX_TITLE_CHARS).collect()
        });
        let (text, truncated) = cleaned(raw);
        Text { title: title.filter(|title: &String| !title.is_empty()), text, truncated, pages }
    }
}

/// Without control characters, spaces at the ends of lines, more than one empty line in a row,
/// and what is beyond the cap; whether anything was.
fn cleaned(raw: &str) -> (String, bool) {
    let mut text = String::with_capacity(raw.len().min(MAX_TEXT_BYTES));
    let mut empty = 0;
    // A line may end in \r\n, \n, a lone \r, or a form feed between pages.
    let whole = raw.replace("\r\n", "\n");
    for line in whole.split(['\n', '\r', '\u{c}', '\u{b}', '\u{2028}', '\u{2029}']) {
        let line = line.trim_end();
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty > 1 || (empty == 1 && text.is_empty()) {
            continue;
        }
        for char in line.chars().filter(|char| *char == '\t' || !char.is_control()) {
            if text.len() + char.len_utf8() > MAX_TEXT_BYTES {
                return (text, true);
            }
            text.push(char);
        }
        if text.len() == MAX_TEXT_BYTES {
            text.truncate(text.trim_end().len());
            return (text, true);
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    (text, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_made_alike_and_the_cut_is_between_characters() {
        let (text, truncated) = cleaned("\n\na \r\nb\rc\u{0}\u{7}\n\n\n\n\td\u{feff}  \n\n");
        assert_eq!((text.as_str(), truncated), ("a\nb\nc\n\n\td\u{feff}", false));
        let long = "é".repeat(MAX_TEXT_BYTES);
        let (text, truncated) = cleaned(&format!("a{long}"));
        assert!(truncated && text.len() == MAX_TEXT_BYTES - 1 && text.ends_with('é'));
        let (text, truncated) = cleaned(&"é".repeat(MAX_TEXT_BYTES / 2 - 1));
        assert_eq!((text.len(), truncated), (MAX_TEXT_BYTES - 2, false));
    }

    #[test]
    fn titles_are_one_short_line() {
        let title = |title: &str| Text::of(Some(title), "", None).title;
        assert_eq!(title(" A \n title\u{0} "), Some("A title".to_owned()));
        assert_eq!(title(" \n "), None);
        assert_eq!(title(&"x".repeat(1_000)).map(|title| title.len()), Some(MAX_TITLE_CHARS));
    }
}
