//! Bytes to characters.
//!
//! Owns: which encoding a text is in. A mark at its start wins, then what was said of it, then
//! what it says itself (HTML), then UTF-8 if it is that, and Windows-1252 otherwise, in which no
//! byte is wrong. Never fails: what is no character becomes the replacement character.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// HTML says its encoding within this many bytes, or not at all.
const HTML_LOOK_BYTES: usize = 1024;

pub(super) fn text(bytes: &[u8], said: Option<&'static Encoding>) -> String {
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let guessed = if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { WINDOWS_1252 };
    let (text, _, _) = marked.or(said).unwrap_or(guessed).decode(bytes);
    text.into_owned()
}

pub(super) fn html(bytes: &[u8], said: Option<&'static Encoding>) -> String {
    text(bytes, said.or_else(|| own_word(bytes)))
}

/// What `<meta charset=…>` or `<meta … content="…; charset=…">` names.
fn own_word(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes[..bytes.len().min(HTML_LOOK_BYTES)].to_ascii_lowercase();
    let start = String::from_utf8_lossy(&start);
    start.split("<meta").skip(1).find_map(|meta| {
        let (_, after) = meta.split('>').next()?.split_once("charset")?;
        let value =
            after.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
        let label = value.split(['"', '\'', ' ', ';', '/']).next()?;
        let encoding = Encoding::for_label(label.as_bytes())?;
        // A page that can say so in single bytes is not in UTF-16.
        Some(if encoding.is_ascii_compatible() { encoding } else { UTF_8 })
    })
}
