//! What a document is: its name, its media type and its content must tell the same story.
//!
//! Owns: that decision. A file that pretends is an error that says so: guessing would read a
//! program as text, or hide that the wrong file was brought.

use std::fmt;

use encoding_rs::Encoding;

use super::DocumentError;

/// The kinds of documents that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Markdown,
    Csv,
    Html,
    Pdf,
    Docx,
}

/// What the first bytes look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    Text,
    Pdf,
    /// What DOCX files are, and many others.
    Zip,
    /// Word files of before 2007, and newer ones with a password.
    OldOffice,
    Other,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Text => "plain text",
            Kind::Markdown => "Markdown",
            Kind::Csv => "a CSV table",
            Kind::Html => "a web page",
            Kind::Pdf => "a PDF document",
            Kind::Docx => "a Word document (DOCX)",
        })
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Content::Text => "text",
            Content::Pdf => "a PDF document",
            Content::Zip => "a ZIP archive",
            Content::OldOffice => "an old or protected Office document",
            Content::Other => "something else",
        })
    }
}

impl Kind {
    fn by_extension(extension: &str) -> Option<Self> {
        Some(match extension {
            "txt" | "text" | "log" => Kind::Text,
            "md" | "markdown" => Kind::Markdown,
            "csv" | "tsv" => Kind::Csv,
            "html" | "htm" | "xhtml" => Kind::Html,
            "pdf" => Kind::Pdf,
            "docx" => Kind::Docx,
            _ => return None,
        })
    }

    fn by_media_type(media_type: &str) -> Option<Self> {
        Some(match media_type {
            "text/markdown" => Kind::Markdown,
            "text/csv" | "text/tab-separated-values" => Kind::Csv,
            "text/html" | "application/xhtml+xml" => Kind::Html,
            "application/pdf" | "application/x-pdf" => Kind::Pdf,
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => Kind::Docx,
            other if other.starts_with("text/") => Kind::Text,
            _ => return None,
        })
    }

    fn content(self) -> Content {
        match self {
            Kind::Text | Kind::Markdown | Kind::Csv | Kind::Html => Content::Text,
            Kind::Pdf => Content::Pdf,
            Kind::Docx => Content::Zip,
        }
    }
}

/// The kind of a document.
///
/// # Errors
/// [`DocumentError::Unsupported`], [`DocumentError::Mismatch`], [`DocumentError::Encrypted`].
pub(super) fn decide(name: &str, media_type: &str, bytes: &[u8]) -> Result<Kind, DocumentError> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or("");
    let extension = file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let by_name = extension.as_deref().and_then(Kind::by_extension);
    let essence = media_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let by_type = Kind::by_media_type(&essence);
    let found = look(bytes);
    let unsaid = extension.is_none() && (essence.is_empty() || vague(&essence));
    let kind = match (by_name, by_type) {
        // Of two kinds of text the name knows better: servers say text/plain of all of them.
        (Some(by_name), Some(by_type)) if by_name.content() != by_type.content() => {
            let said = if by_name.content() == found { by_type } else { by_name };
            return Err(DocumentError::Mismatch { said, found });
        }
        (Some(kind), _) | (None, Some(kind)) => kind,
        (None, None) if unsaid => by_content(found, bytes).ok_or(DocumentError::Unsupported)?,
        (None, None) => return Err(DocumentError::Unsupported),
    };
    match found {
        // The password's container replaces the document's own.
        Content::OldOffice if kind == Kind::Docx && protected(bytes) => {
            Err(DocumentError::Encrypted)
        }
        _ if kind.content() != found => Err(DocumentError::Mismatch { said: kind, found }),
        _ => Ok(kind),
    }
}

/// Media types that say nothing.
fn vague(essence: &str) -> bool {
    matches!(essence, "application/octet-stream" | "binary/octet-stream" | "application/unknown")
}

fn by_content(found: Content, bytes: &[u8]) -> Option<Kind> {
    match found {
        Content::Text => {
            let start = bytes.trim_ascii_start();
            let start = start[..start.len().min(64)].to_ascii_lowercase();
            let page = start.starts_with(b"<!doctype html") || start.starts_with(b"<html");
            Some(if page { Kind::Html } else { Kind::Text })
        }
        Content::Pdf => Some(Kind::Pdf),
        Content::Zip => Some(Kind::Docx),
        Content::OldOffice | Content::Other => None,
    }
}

/// Of the content no more is looked at than this.
const LOOK_BYTES: usize = 8 * 1024;

fn look(bytes: &[u8]) -> Content {
    let start = &bytes[..bytes.len().min(LOOK_BYTES)];
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        return Content::Zip;
    }
    if start.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        return Content::OldOffice;
    }
    // Readers take a little of anything before the mark.
    let mark = start[..start.len().min(1024)].windows(5).position(|five| five == b"%PDF-");
    if mark.is_some_and(|at| at == 0 || !plain(&start[..at]) || start[..at].trim_ascii().is_empty())
    {
        return Content::Pdf;
    }
    if Encoding::for_bom(start).is_some() || plain(start) { Content::Text } else { Content::Other }
}

/// No zero bytes, and hardly any other bytes that no text has.
fn plain(bytes: &[u8]) -> bool {
    let strange = |byte: &&u8| matches!(byte, 1..=8 | 14..=26 | 28..=31 | 127);
    !bytes.contains(&0) && bytes.iter().filter(strange).count() * 50 <= bytes.len()
}

/// Whether an Office container names the stream that a password makes.
fn protected(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|part| part == name)
}

/// The charset that a media type names, if it is known.
pub(super) fn charset(media_type: &str) -> Option<&'static Encoding> {
    media_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let named = name.trim().eq_ignore_ascii_case("charset");
        named.then(|| Encoding::for_label(value.trim().trim_matches('"').as_bytes()))?
    })
}
