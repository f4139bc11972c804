//! Plain text and Markdown, in the encodings that files come in.

use ampere_adapters::documents::{DocumentError, MAX_INPUT_BYTES, MAX_TEXT_BYTES, read};

use super::{refused, text};

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let units = text.encode_utf16();
    if big {
        [0xfe, 0xff].into_iter().chain(units.flat_map(u16::to_be_bytes)).collect()
    } else {
        [0xff, 0xfe].into_iter().chain(units.flat_map(u16::to_le_bytes)).collect()
    }
}

#[test]
fn each_encoding_gives_the_same_words() {
    let words = "Prix: 5 € – “déjà vu”, naïve ☕";
    assert_eq!(text("a.txt", "text/plain", words.as_bytes()), words);
    let marked = [&[0xef, 0xbb, 0xbf], words.as_bytes()].concat();
    assert_eq!(text("a.txt", "", &marked), words);
    assert_eq!(text("a.txt", "", &utf16(words, false)), words);
    assert_eq!(text("a.md", "text/markdown", &utf16(words, true)), words);
    let western = b"Prix: 5 \x80 \x96 \x93d\xe9j\xe0 vu\x94";
    assert_eq!(text("a.txt", "", western), "Prix: 5 € – “déjà vu”");
    // Said beside the file; the mark in the file is stronger.
    let cyrillic = b"\xcf\xf0\xe8\xe2\xe5\xf2";
    assert_eq!(text("a.txt", "text/plain; charset=windows-1251", cyrillic), "Привет");
    assert_eq!(text("a.txt", "text/plain; charset=\"latin1\"", &utf16(words, true)), words);
    assert_eq!(text("a.txt", "text/plain; charset=nonsense", words.as_bytes()), words);
}

#[test]
fn markdown_keeps_its_marks_and_lines_end_alike() {
    let source = b"# Title\r\n\r\n\r\n\r\n- one  \r\n- *two*\r\n\r\n```\r\n\tcode\r\n```\r\n";
    assert_eq!(text("a.md", "", source), "# Title\n\n- one\n- *two*\n\n```\n\tcode\n```");
    let read = read("a.md", "", source).unwrap();
    assert_eq!((read.title, read.pages), (None, None));
}

#[test]
fn long_texts_are_cut_and_larger_files_refused() {
    let long = "é".repeat(MAX_TEXT_BYTES / 2);
    assert_eq!(read("a.txt", "", long.as_bytes()).unwrap().text.len(), MAX_TEXT_BYTES);
    let longer = read("a.txt", "", format!("{long}é").as_bytes()).unwrap();
    assert!(longer.truncated && longer.text == long);
    let largest = vec![b'a'; MAX_INPUT_BYTES];
    assert!(read("a.txt", "", &largest).unwrap().truncated);
    let too_big = DocumentError::TooBig { max_bytes: MAX_INPUT_BYTES };
    assert_eq!(refused("a.txt", "", &vec![b'a'; MAX_INPUT_BYTES + 1]), too_big);
}

#[test]
fn files_without_a_word_say_so() {
    for empty in [&b""[..], b"  \n\t\r\n", &[0xef, 0xbb, 0xbf], &[0xff, 0xfe]] {
        assert_eq!(refused("a.txt", "", empty), DocumentError::NoText);
    }
}
