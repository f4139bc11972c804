//! Whatever comes in, an answer comes out: no panic, no endless work, nothing over the caps.

use std::time::Duration;

use ampere_adapters::documents::{DocumentError, read, read_within, readable};
use bytes::Bytes;
use proptest::prelude::*;
use proptest::sample::Index;

use super::{docx, pdf, sound};

const NAMES: [&str; 6] = ["a.txt", "a.md", "a.csv", "a.html", "a.pdf", "a.docx"];

/// A small whole document of each kind.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a.txt", b"\xef\xbb\xbfSome words\r\nand more".to_vec()),
        ("a.csv", b"a;b\n\"1;\"\"2\";3\n".to_vec()),
        ("a.html", b"<html><head><title>T</title></head><body><p>Hi <b>you</b></p>".to_vec()),
        ("a.pdf", pdf::simple("Hello (again) \\216")),
        ("a.docx", docx::simple("Hello &amp; again")),
    ]
}

/// Noise in the letters of a page's operators, or operators in any order.
const OPERATORS: &str = "[ ()<>\\[\\]/0-9a-zA-Z'\"*.%\\-\n]{0,120}|\
    ((BT|ET|q|Q|cm|Tj|TJ|'|T\\*|Tf|Td|Tm|/F1|/Me|Do|-?[0-9]{1,9}\\.?[0-9]{0,3}|\
    \\(a b\\)|\\[\\(x\\) -500 \\(y\\)\\]) ){0,40}";
/// Tags, words, entities and comments in any order.
const MARKUP: &str = "(<(/?(p|div|table|tr|td|a|article|title|meta|script|svg|b))\
    ( [a-z]+=\"?[a-z]{0,5}\"?)?>|[a-z ]{1,9}|&[a-z#0-9]{1,5};?|<!--|-->|<!\\[CDATA\\[){0,60}";

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn any_bytes_under_any_name(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        magic in 0..4_usize,
    ) {
        let magic: &[u8] = [&b""[..], b"%PDF-1.4\n", b"PK\x03\x04", b"<html>"][magic];
        let bytes = [magic, &bytes].concat();
        for name in NAMES {
            sound(&read(name, "", &bytes));
        }
    }

    #[test]
    fn samples_with_bytes_changed_removed_and_doubled(
        which in 0..5_usize,
        changes in proptest::collection::vec((any::<Index>(), any::<u8>(), 0..4_u8), 1..12),
    ) {
        let (name, mut bytes) = samples().swap_remove(which);
        for (at, byte, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => { bytes.remove(at); }
                2 => bytes.insert(at, byte),
                _ => { let part = bytes[at / 2..at].to_vec(); bytes.extend(part); }
            }
            if bytes.is_empty() {
                break;
            }
        }
        sound(&read(name, "", &bytes));
    }

    #[test]
    fn pages_of_any_operators(content in OPERATORS) {
        // The sample's own string is closed first.
        let content = format!(") Tj {content}");
        sound(&read("a.pdf", "", &pdf::simple(&content)));
    }

    #[test]
    fn any_markup_is_a_page(html in MARKUP) {
        sound(&Ok(readable(&format!("x{html}"), "https://example.org/")));
    }
}

#[test]
fn every_sample_cut_at_every_place() {
    for (name, bytes) in samples() {
        for end in 0..bytes.len() {
            sound(&read(name, "", &bytes[..end]));
        }
    }
}

#[test]
fn nested_brackets_of_a_pdf_do_not_use_up_the_stack() {
    for open in ["[", "<<", "<</A ", "(", "[<</B["] {
        let nested = pdf::file(&[open.repeat(100_000).into_bytes()], "");
        sound(&read("a.pdf", "", &nested));
        let content = format!(") Tj {}", open.repeat(100_000));
        sound(&read("a.pdf", "", &pdf::simple(&content)));
    }
}

#[tokio::test]
async fn reading_is_done_apart_and_given_up_when_its_time_is_over() {
    let names = || ("a.txt".to_owned(), String::new());
    let read = read_within(Duration::from_secs(30), names(), Bytes::from("words")).await;
    assert_eq!(read.unwrap().text, "words");
    let markup = "<w:p><w:r></w:r></w:p>".repeat(400_000);
    let slow = docx::packed(&[("word/document.xml", &markup)]);
    let names = ("a.docx".to_owned(), String::new());
    let read = read_within(Duration::from_millis(1), names, Bytes::from(slow)).await;
    assert_eq!(read, Err(DocumentError::TooSlow));
}
