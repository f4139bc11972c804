//! A font of a PDF page: what its codes mean and how wide they are.
//!
//! Owns: choosing between the meanings a font offers (the map to Unicode that its maker added
//! first), and widths. Never draws.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Encoding, Object};

use super::MAX_PART_BYTES;

/// Widths are in thousandths of the font's size; this is one of a font that says none.
const USUAL_WIDTH: f64 = 500.0;
/// The same of a font with two bytes a code, by the format.
const WIDE_WIDTH: f64 = 1000.0;
/// More widths than codes are no widths.
const MAX_WIDTHS: usize = 70_000;

/// The dictionaries that encodings borrow from.
pub(super) struct FontSource {
    name: Vec<u8>,
    whole: Dictionary,
    /// Without its own encoding, so that the map to Unicode is what is left.
    mapped: Option<Dictionary>,
}

impl FontSource {
    pub(super) fn new(name: &[u8], font: &Dictionary) -> Self {
        let mapped = font.has(b"ToUnicode").then(|| {
            let mut mapped = font.clone();
            mapped.remove(b"Encoding");
            mapped
        });
        FontSource { name: name.to_vec(), whole: font.clone(), mapped }
    }

    pub(super) fn open<'a>(&'a self, document: &'a Document) -> (&'a [u8], Font<'a>) {
        let encoding =
            |font: &'a Dictionary| font.get_font_encoding_with_limit(document, MAX_PART_BYTES).ok();
        let wide = self.whole.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Type0");
        let mapped = self.mapped.as_ref().and_then(encoding);
        // A map that cannot be read is answered with a standard encoding, which is a guess.
        let mapped = mapped.filter(|one| matches!(one, Encoding::UnicodeMapEncoding(_)));
        // Two-byte codes without a map name glyphs, which only the font itself knows.
        let own = if wide && !known_wide(&self.whole) { None } else { encoding(&self.whole) };
        let widths =
            if wide { wide_widths(&self.whole, document) } else { widths(&self.whole, document) };
        (&self.name, Font { mapped, own, wide, widths: widths.unwrap_or_default() })
    }
}

/// Whether two-byte codes are Unicode by the encoding's own name.
fn known_wide(font: &Dictionary) -> bool {
    let name = font.get(b"Encoding").and_then(Object::as_name).unwrap_or_default();
    matches!(name, b"UniGB-UCS2-H" | b"UniGB-UTF16-H")
}

pub(super) struct Font<'a> {
    mapped: Option<Encoding<'a>>,
    own: Option<Encoding<'a>>,
    wide: bool,
    widths: HashMap<u32, f64>,
}

impl Font<'_> {
    /// The characters of a string that the page shows; none where nobody can tell.
    pub(super) fn text(&self, bytes: &[u8]) -> String {
        let read = |encoding: &Option<Encoding<'_>>| {
            encoding.as_ref().and_then(|encoding| encoding.bytes_to_string(bytes).ok())
        };
        let mapped = read(&self.mapped).filter(|text| !text.contains('\u{fffd}'));
        mapped.or_else(|| read(&self.own)).or_else(|| read(&self.mapped)).unwrap_or_default()
    }

    /// The widths of a string's codes, in thousandths of the size, and whether each is a space
    /// that word spacing widens.
    pub(super) fn widths<'b>(&'b self, bytes: &'b [u8]) -> impl Iterator<Item = (f64, bool)> + 'b {
        let step = if self.wide { 2 } else { 1 };
        let usual = if self.wide { WIDE_WIDTH } else { USUAL_WIDTH };
        bytes.chunks(step).map(move |code| {
            let number = code.iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
            (self.widths.get(&number).copied().unwrap_or(usual), code == b" ")
        })
    }
}

fn number(object: &Object) -> Option<f64> {
    object.as_float().ok().map(f64::from).filter(|number| number.is_finite())
}

fn widths(font: &Dictionary, document: &Document) -> Option<HashMap<u32, f64>> {
    let first = font.get_deref(b"FirstChar", document).and_then(Object::as_i64).unwrap_or(0);
    let first = u32::try_from(first).ok()?;
    let widths = font.get_deref(b"Widths", document).and_then(Object::as_array).ok()?;
    let numbers = widths.iter().take(256).enumerate();
    Some(numbers.filter_map(|(at, width)| Some((first + at as u32, number(width)?))).collect())
}

/// `first [w w w]` and `first last w`, one after the other.
fn wide_widths(font: &Dictionary, document: &Document) -> Option<HashMap<u32, f64>> {
    let below = font.get_deref(b"DescendantFonts", document).and_then(Object::as_array).ok()?;
    let (_, below) = document.dereference(below.first()?).ok()?;
    let list = below.as_dict().and_then(|font| font.get_deref(b"W", document));
    let list = list.and_then(Object::as_array).ok()?;
    let mut widths = HashMap::new();
    let mut rest = list.iter();
    while let (Some(first), Some(second)) = (rest.next(), rest.next()) {
        let first = u32::try_from(first.as_i64().ok()?).ok()?;
        let (_, second) = document.dereference(second).ok()?;
        if let Ok(each) = second.as_array() {
            for (at, width) in each.iter().take(MAX_WIDTHS).enumerate() {
                widths.insert(first.saturating_add(at as u32), number(width)?);
            }
        } else {
            let last = u32::try_from(second.as_i64().ok()?).ok()?.min(0xffff);
            let width = number(rest.next()?)?;
            widths.extend((first..=last).map(|code| (code, width)));
        }
        if widths.len() > MAX_WIDTHS {
            break;
        }
    }
    Some(widths)
}
