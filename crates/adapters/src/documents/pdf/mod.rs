//! PDF documents: the text that is shown, page by page.
//!
//! Owns: loading within bounds, the walk over pages, and the title. Files with a password and
//! scans without text are errors that say so. The library parses; where words and lines end is
//! told by `layout`, since the library glues what is placed apart.
//!
//! Read next: `page` (what a page shows), `font` (codes to characters and widths), `layout`.

mod font;
mod layout;
mod page;

use lopdf::{Document, Error, LoadOptions, Object};

use super::{DocumentError, MAX_TEXT_BYTES, Patience, Text};
use page::Walk;

/// The most that one compressed part may become, in bytes.
const MAX_PART_BYTES: usize = 16 * 1024 * 1024;
/// Pages that are read; the rest is cut.
const MAX_PAGES: usize = 2_000;

pub(super) fn read(bytes: &[u8], patience: &Patience) -> Result<Text, DocumentError> {
    let options = LoadOptions::with_max_decompressed_size(MAX_PART_BYTES);
    let document = Document::load_mem_with_options(bytes, options).map_err(why)?;
    if document.is_encrypted() {
        return Err(DocumentError::Encrypted);
    }
    let pages: Vec<_> = document.page_iter().collect();
    if pages.is_empty() {
        return Err(DocumentError::Damaged { detail: "it has no pages" });
    }
    let mut walk = Walk::new(&document, patience);
    let mut text = String::new();
    let mut complete = pages.len() <= MAX_PAGES;
    for page in pages.iter().take(MAX_PAGES) {
        if patience.is_over() || text.len() > MAX_TEXT_BYTES {
            complete = false;
            break;
        }
        text.push_str(&walk.page(*page));
        text.push_str("\n\n");
    }
    let title = title(&document);
    let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    let mut text = Text::of(title.as_deref(), &text, Some(count));
    text.truncated |= !complete || walk.left_out();
    Ok(text)
}

fn title(document: &Document) -> Option<String> {
    let info = document.trailer.get_deref(b"Info", document).and_then(Object::as_dict).ok()?;
    let title = info.get_deref(b"Title", document).ok()?;
    lopdf::decode_text_string(title).ok()
}

fn why(error: Error) -> DocumentError {
    match error {
        Error::InvalidPassword | Error::Decryption(_) => DocumentError::Encrypted,
        Error::Decompress(_) => {
            DocumentError::Damaged { detail: "a part of it is too large when unpacked" }
        }
        _ => DocumentError::Damaged { detail: "it is not a whole PDF document" },
    }
}
