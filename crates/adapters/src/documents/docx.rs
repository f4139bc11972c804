//! Word documents: the running text of the body, in the order of the file.
//!
//! Owns: which part of the archive is the document, and what its marks become: a line for each
//! paragraph, a tab between the cells of a table. Headers, footers, footnotes, comments and
//! deleted text are left out. Entities beyond those of XML itself are not known and not expanded.

use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};
use zip::ZipArchive;

use super::{DocumentError, MAX_TEXT_BYTES, Patience, Text};

/// The largest part that is unpacked, in bytes. Markup is many times its text.
const MAX_PART_BYTES: u64 = 32 * 1024 * 1024;
/// An archive of more parts is none of Word's.
const MAX_PARTS: usize = 10_000;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

pub(super) fn read(bytes: &[u8], patience: &Patience) -> Result<Text, DocumentError> {
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged("its archive cannot be opened"))?;
    if archive.len() > MAX_PARTS {
        return Err(damaged("its archive holds too many parts"));
    }
    let body = body_name(&archive).ok_or_else(|| damaged("there is no Word document inside"))?;
    let (body, whole) = part(&mut archive, &body)?;
    let title = match part(&mut archive, "docProps/core.xml") {
        Ok((properties, _)) => title(&properties),
        Err(_) => None,
    };
    let (text, complete) = running_text(&body, whole, patience)?;
    let mut text = Text::of(title.as_deref(), &text, None);
    text.truncated |= !complete;
    Ok(text)
}

/// Nearly always `word/document.xml`; some programs number it.
fn body_name(archive: &Archive<'_>) -> Option<String> {
    let mut names = archive.file_names().filter_map(Result::ok).filter(|name| {
        let number = name.strip_prefix("word/document").and_then(|rest| rest.strip_suffix(".xml"));
        number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    });
    names.next().map(|name| name.into_owned())
}

/// A part of the archive as text, and whether it is all of it.
fn part(archive: &mut Archive<'_>, name: &str) -> Result<(String, bool), DocumentError> {
    let part = archive.by_name(name).map_err(|_| damaged("a part of it is missing"))?;
    let mut bytes = Vec::new();
    part.take(MAX_PART_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| damaged("a part of it cannot be unpacked"))?;
    let whole = bytes.len() as u64 <= MAX_PART_BYTES;
    if !whole {
        // Not in the middle of a character.
        bytes.truncate(bytes.iter().rposition(|byte| *byte == b'<').unwrap_or(0));
    }
    let text = String::from_utf8(bytes).map_err(|_| damaged("it is not in UTF-8"))?;
    Ok((text, whole))
}

/// Where in the markup the reader is.
#[derive(Default)]
struct Place {
    /// Inside `w:t`: characters count.
    in_text: bool,
    /// Depth of table cells: paragraphs in them do not end lines.
    cells: u32,
    /// Depth inside of the second form of something that was read already.
    fallbacks: u32,
}

/// The text, and whether it is all of it: it ends early when it is long enough or nobody waits.
fn running_text(
    xml: &str,
    whole: bool,
    patience: &Patience,
) -> Result<(String, bool), DocumentError> {
    let mut reader = Reader::from_str(xml);
    let (mut text, mut place) = (String::new(), Place::default());
    let mut open = 0_u32;
    // A little more than the cap, so that cutting it tells that there was more.
    while text.len() <= MAX_TEXT_BYTES + 1024 && !patience.is_over() {
        match reader.read_event().map_err(|_| damaged("its markup is broken"))? {
            Event::Start(tag) => {
                open += 1;
                place.enter(tag.name().as_ref());
            }
            Event::Empty(tag) => place.mark(tag.name().as_ref(), &mut text),
            Event::End(tag) => {
                open = open.saturating_sub(1);
                place.leave(tag.name().as_ref(), &mut text);
            }
            Event::Text(part) if place.counts() => text.push_str(&part.xml10_content()),
            Event::CData(part) if place.counts() => text.push_str(&part.xml10_content()),
            Event::GeneralRef(entity) if place.counts() => text.extend(resolved(&entity)),
            Event::Eof if open > 0 && whole => return Err(damaged("it ends too early")),
            Event::Eof => return Ok((text, whole)),
            _ => {}
        }
    }
    Ok((text, false))
}

impl Place {
    fn counts(&self) -> bool {
        self.in_text && self.fallbacks == 0
    }

    fn enter(&mut self, name: &str) {
        match name {
            "w:t" => self.in_text = true,
            "w:tc" => self.cells += 1,
            "mc:Fallback" => self.fallbacks += 1,
            _ => {}
        }
    }

    fn leave(&mut self, name: &str, text: &mut String) {
        match name {
            "w:t" => self.in_text = false,
            "w:tc" => {
                self.cells = self.cells.saturating_sub(1);
                text.truncate(text.trim_end_matches(' ').len());
                text.push('\t');
            }
            "w:tr" if self.cells == 0 => {
                text.truncate(text.trim_end_matches('\t').len());
                text.push('\n');
            }
            "mc:Fallback" => self.fallbacks = self.fallbacks.saturating_sub(1),
            "w:p" if self.cells > 0 => text.push(' '),
            "w:p" => text.push('\n'),
            // Long forms of the marks that are mostly empty.
            other => self.mark(other, text),
        }
    }

    fn mark(&self, name: &str, text: &mut String) {
        match name {
            "w:tab" if self.cells > 0 => text.push(' '),
            "w:tab" => text.push('\t'),
            "w:br" | "w:cr" | "w:p" if self.cells > 0 => text.push(' '),
            "w:br" | "w:cr" | "w:p" => text.push('\n'),
            "w:noBreakHyphen" => text.push('-'),
            _ => {}
        }
    }
}

fn resolved(entity: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(char)) = entity.resolve_char_ref() {
        return Some(char);
    }
    let name = entity.xml10_content();
    let known = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];
    known.into_iter().find(|(known, _)| *known == name).map(|(_, char)| char)
}

fn title(properties: &str) -> Option<String> {
    let mut reader = Reader::from_str(properties);
    let (mut title, mut inside) = (String::new(), false);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => inside = tag.name().as_ref() == "dc:title",
            Event::End(_) if inside => return Some(title),
            Event::Text(part) if inside => title.push_str(&part.xml10_content()),
            Event::GeneralRef(entity) if inside => title.extend(resolved(&entity)),
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn damaged(detail: &'static str) -> DocumentError {
    DocumentError::Damaged { detail }
}
