//! Name, media type and content must tell the same story.

use ampere_adapters::documents::{Content, DocumentError, Kind};

use super::{docx, pdf, refused, text};

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

fn mismatch(said: Kind, found: Content) -> DocumentError {
    DocumentError::Mismatch { said, found }
}

#[test]
fn a_file_that_pretends_is_told_what_it_is() {
    let (pdf, word) = (pdf::simple("Hello"), docx::simple("Hello"));
    let program = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0";
    let cases = [
        ("a.pdf", "application/pdf", &b"Hello"[..], mismatch(Kind::Pdf, Content::Text)),
        ("a.pdf", "", &word, mismatch(Kind::Pdf, Content::Zip)),
        ("a.pdf", "", program, mismatch(Kind::Pdf, Content::Other)),
        ("a.txt", "text/plain", &pdf, mismatch(Kind::Text, Content::Pdf)),
        ("a.md", "", program, mismatch(Kind::Markdown, Content::Other)),
        ("a.csv", "", &word, mismatch(Kind::Csv, Content::Zip)),
        ("a.html", "text/html", program, mismatch(Kind::Html, Content::Other)),
        ("a.docx", WORD, b"Hello", mismatch(Kind::Docx, Content::Text)),
        ("a.docx", WORD, &pdf, mismatch(Kind::Docx, Content::Pdf)),
        ("a.pdf", "text/plain", &pdf, mismatch(Kind::Text, Content::Pdf)),
        ("a.txt", "application/pdf", b"Hello", mismatch(Kind::Pdf, Content::Text)),
        ("a.docx", "application/pdf", &word, mismatch(Kind::Pdf, Content::Zip)),
    ];
    for (name, media_type, bytes, expected) in cases {
        assert_eq!(refused(name, media_type, bytes), expected, "{name} {media_type}");
    }
    let told = refused("a.pdf", "", b"Hello").to_string();
    assert_eq!(told, "the file says that it is a PDF document, but holds text");
}

#[test]
fn names_types_and_contents_that_agree_are_read() {
    let (pdf, word) = (pdf::simple("Hello"), docx::simple("Hello"));
    for (name, media_type, bytes) in [
        ("Report.PDF", "application/octet-stream", &pdf[..]),
        ("C:\\files\\report.pdf", "application/x-pdf", &pdf),
        ("report", "Application/PDF; version=1", &pdf),
        ("report", "", &pdf),
        ("letter.docx", WORD, &word),
        ("letter.docx", "application/zip", &word),
        ("letter", "", &word),
        ("index.php", "text/html; charset=utf-8", b"<p>Hello</p>"),
        ("", "application/octet-stream", b"<!DOCTYPE html><p>Hello"),
        ("README", "", b"Hello"),
        ("notes.log", "text/x-log", b"Hello"),
        ("table.csv", "application/vnd.ms-excel", b"Hello"),
        ("page.html", "text/plain", b"<b>Hello</b>"),
    ] {
        assert_eq!(text(name, media_type, bytes), "Hello", "{name} {media_type}");
    }
}

#[test]
fn other_kinds_are_not_guessed_at() {
    let old = [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0; 600]].concat();
    for (name, media_type, bytes) in [
        ("run.exe", "", &b"MZ\x90\0"[..]),
        ("script.sh", "application/x-sh", b"rm -rf"),
        ("data.json", "application/json", b"{}"),
        ("sheet.xlsx", "", b"PK\x03\x04"),
        ("photo", "image/png", b"\x89PNG\r\n\x1a\n"),
        ("photo", "", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("letter.doc", "application/msword", &old),
        ("letter", "", &old),
    ] {
        assert_eq!(refused(name, media_type, bytes), DocumentError::Unsupported, "{name}");
    }
    assert_eq!(refused("a.docx", WORD, &old), mismatch(Kind::Docx, Content::OldOffice));
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let locked = [old, name].concat();
    assert_eq!(refused("a.docx", WORD, &locked), DocumentError::Encrypted);
}
