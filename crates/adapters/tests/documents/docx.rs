//! Word documents, packed here.

use std::io::{Cursor, Write};

use ampere_adapters::documents::{DocumentError, MAX_TEXT_BYTES, read};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{refused, text};

pub(super) fn packed(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in parts {
        archive.start_file(*name, options).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn body(markup: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"urn:w\" \
         xmlns:mc=\"urn:mc\"><w:body>{markup}<w:sectPr/></w:body></w:document>"
    )
}

pub(super) fn simple(words: &str) -> Vec<u8> {
    let markup = body(&format!("<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"));
    packed(&[("word/document.xml", &markup)])
}

fn document(markup: &str) -> Vec<u8> {
    packed(&[("[Content_Types].xml", "<Types/>"), ("word/document.xml", &body(markup))])
}

#[test]
fn paragraphs_breaks_and_tables_become_lines() {
    let markup = "<w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr>\
        <w:r><w:t>Report</w:t></w:r></w:p>\
        <w:p><w:r><w:t xml:space=\"preserve\">Tom &amp; </w:t></w:r>\
        <w:r><w:t>J&#233;r&#xf4;me</w:t><w:tab/><w:t>1</w:t><w:br/>\
        <w:t>next &lt;line&gt;</w:t></w:r></w:p><w:p/>\
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>Tea</w:t></w:r></w:p>\
        <w:p><w:r><w:t>green</w:t></w:r></w:p></w:tc>\
        <w:tc><w:p><w:r><w:t>2</w:t></w:r></w:p></w:tc></w:tr>\
        <w:tr><w:tc><w:p><w:r><w:t>Coffee</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr>\
        </w:tbl><w:p><w:r><w:t>End</w:t></w:r></w:p>";
    let expected = "Report\nTom & Jérôme\t1\nnext <line>\n\nTea green\t2\nCoffee\nEnd";
    assert_eq!(text("a.docx", "", &document(markup)), expected);
}

#[test]
fn what_is_deleted_calculated_or_said_twice_is_left_out() {
    let markup = "<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del>\
        <w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:r><w:instrText> PAGE </w:instrText></w:r>\
        <mc:AlternateContent><mc:Choice><w:t> box</w:t></mc:Choice>\
        <mc:Fallback><w:t> box</w:t></mc:Fallback></mc:AlternateContent><!-- <w:t>no</w:t> -->\
        </w:p>";
    assert_eq!(text("a.docx", "", &document(markup)), "new box");
}

#[test]
fn the_title_is_the_documents_own_and_the_body_may_be_numbered() {
    let core = "<cp:coreProperties><dc:title>A &amp; B</dc:title></cp:coreProperties>";
    let words = body("<w:p><w:r><w:t>Hello</w:t></w:r></w:p>");
    let bytes = packed(&[("docProps/core.xml", core), ("word/document2.xml", &words)]);
    let read = read("a.docx", "", &bytes).unwrap();
    assert_eq!((read.title.as_deref(), read.text.as_str()), (Some("A & B"), "Hello"));
    assert_eq!(read.pages, None);
}

#[test]
fn entities_of_its_own_are_not_expanded() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE w [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">\
        <!ENTITY c SYSTEM \"file:///etc/passwd\">]><w:document><w:body><w:p><w:t>x&b;&c;y</w:t>\
        </w:p></w:body></w:document>";
    assert_eq!(text("a.docx", "", &packed(&[("word/document.xml", bomb)])), "xy");
}

#[test]
fn broken_ones_say_what_is_broken() {
    let whole = document("<w:p><w:r><w:t>Hello</w:t></w:r></w:p>");
    let damaged = |bytes: &[u8]| match refused("a.docx", "", bytes) {
        DocumentError::Damaged { detail } => detail,
        other => panic!("{other:?}"),
    };
    assert_eq!(damaged(&whole[..whole.len() / 2]), "its archive cannot be opened");
    assert_eq!(damaged(b"PK\x03\x04 and no more"), "its archive cannot be opened");
    let other = packed(&[("xl/workbook.xml", "<workbook/>")]);
    assert_eq!(damaged(&other), "there is no Word document inside");
    let early = packed(&[("word/document.xml", "<w:document><w:p><w:t>Hel")]);
    assert_eq!(damaged(&early), "it ends too early");
    let crossed = packed(&[("word/document.xml", "<w:document><w:p></w:document></w:p>")]);
    assert_eq!(damaged(&crossed), "its markup is broken");
    assert_eq!(refused("a.docx", "", &document("<w:p/>")), DocumentError::NoText);
}

#[test]
fn a_bomb_is_unpacked_no_further_than_the_cap() {
    let paragraph = format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", "boom ".repeat(2_000));
    let bomb = document(&paragraph.repeat(4_000));
    assert!(bomb.len() < 1_000_000, "40 megabytes in {} bytes", bomb.len());
    let blown = read("a.docx", "", &bomb).unwrap();
    assert!(blown.truncated && blown.text.len() <= MAX_TEXT_BYTES);
    // Markup without any text is no way around the cap on what is unpacked.
    let empty =
        document(&format!("<w:p><w:pPr w:x=\"{}\"/></w:p>", " ".repeat(5_000)).repeat(8_000));
    assert_eq!(refused("a.docx", "", &empty), DocumentError::NoText);
}
