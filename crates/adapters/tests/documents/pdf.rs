//! PDF documents, written by hand.

use ampere_adapters::documents::{DocumentError, read};
use lopdf::{Document, EncryptionState, EncryptionVersion, Object, Permissions, StringFormat};

use super::{refused, text};

/// A file of these objects, numbered from 1; the first is the catalog.
pub(super) fn file(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut bytes = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n", number + 1).bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let start = bytes.len();
    let size = objects.len() + 1;
    bytes.extend(format!("xref\n0 {size}\n0000000000 65535 f \n").bytes());
    for place in places {
        bytes.extend(format!("{place:010} 00000 n \n").bytes());
    }
    let trailer = format!("trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\n");
    bytes.extend(format!("{trailer}startxref\n{start}\n%%EOF\n").bytes());
    bytes
}

fn stream(dictionary: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("<< {dictionary} /Length {} >>\nstream\n", content.len());
    [head.as_bytes(), content, b"\nendstream"].concat()
}

const FONT: &str =
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

/// Pages with these contents and these resources, and further objects from number 10 on.
fn document(contents: &[&str], resources: &str, more: &[Vec<u8>]) -> Vec<u8> {
    assert!(contents.len() <= 3);
    let kids: Vec<String> = (0..contents.len()).map(|page| format!("{} 0 R", 3 + page)).collect();
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), kids.len()).into_bytes(),
    ];
    for page in 0..3 {
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R \
             /Resources << /Font << /F1 9 0 R >> {resources} >> >>",
            6 + page
        );
        objects.push(page.into_bytes());
    }
    for page in 0..3 {
        objects.push(stream("", contents.get(page).unwrap_or(&"").as_bytes()));
    }
    objects.push(FONT.as_bytes().to_vec());
    objects.extend(more.iter().cloned());
    file(&objects, "")
}

pub(super) fn simple(words: &str) -> Vec<u8> {
    document(&[&format!("BT /F1 12 Tf 72 720 Td ({words}) Tj ET")], "", &[])
}

fn shown(content: &str) -> String {
    text("a.pdf", "application/pdf", &document(&[content], "", &[]))
}

#[test]
fn pages_are_counted_and_follow_each_other() {
    let bytes = document(
        &["BT /F1 12 Tf 72 720 Td (First page) Tj ET", "BT /F1 12 Tf 72 720 Td (Second) Tj ET"],
        "",
        &[],
    );
    let read = read("a.pdf", "application/pdf", &bytes).unwrap();
    assert_eq!((read.text.as_str(), read.pages), ("First page\n\nSecond", Some(2)));
    assert_eq!((read.title, read.truncated), (None, false));
}

#[test]
fn words_and_lines_end_where_they_are_placed_apart() {
    let cases = [
        ("BT /F1 10 Tf 72 700 Td (one) Tj 0 -12 Td (two) Tj T* (same) Tj ET", "one\ntwo same"),
        ("BT /F1 10 Tf 14 TL 72 700 Td (one) Tj T* (two) Tj (three) ' ET", "one\ntwo\nthree"),
        ("BT /F1 10 Tf 72 700 TD (one) Tj 0 -12 TD (two) Tj T* (three) Tj ET", "one\ntwo\nthree"),
        ("BT /F1 10 Tf 1 0 0 1 72 700 Tm (left) Tj 1 0 0 1 300 700 Tm (right) Tj ET", "left right"),
        ("BT /F1 10 Tf 72 700 Td [(W) 80 (ord) -400 (next)] TJ ET", "Word next"),
        ("BT /F1 10 Tf 72 700 Td (a) Tj ET BT /F1 10 Tf 72 660 Td (b) Tj ET", "a\n\nb"),
        ("q 0.1 0 0 0.1 0 0 cm BT /F1 100 Tf 720 7000 Td (a) Tj 0 -120 Td (b) Tj ET Q", "a\nb"),
        ("BT /F1 1 Tf 0 12 -12 0 72 100 Tm (up) Tj 0 -1.2 Td (wards) Tj ET", "up\nwards"),
        ("BT /F1 10 Tf 72 700 Td (caf\\351 \\(x\\) \\200) Tj <20414243> Tj ET", "café (x) € ABC"),
        ("BT /F1 10 Tf 0 0 Td 3 1 (word) \" ET", "word"),
    ];
    for (content, expected) in cases {
        assert_eq!(shown(content), expected, "{content}");
    }
}

#[test]
fn widths_tell_gaps_from_kerning() {
    let font = "<< /Type /Font /Subtype /TrueType /BaseFont /X /Encoding /WinAnsiEncoding \
                /FirstChar 97 /LastChar 98 /Widths [1000 200] >>";
    let content = "BT /F2 10 Tf 10 700 Td (aaa) Tj 30 0 Td (b) Tj 2 0 Td (b) Tj 6 0 Td (b) Tj ET";
    let bytes = document(&[content], "/Font << /F2 10 0 R >>", &[font.as_bytes().to_vec()]);
    // The later of two lists of the same name counts, so F2 is known.
    assert_eq!(text("a.pdf", "", &bytes), "aaabb b");
}

#[test]
fn two_byte_fonts_speak_by_their_map_and_are_silent_without() {
    let map = "/CIDInit /ProcSet findresource begin 12 dict begin\nbegincmap\n\
        /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
        1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n\
        2 beginbfchar\n<0003> <0048>\n<0004> <00690021>\nendbfchar\n\
        endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend";
    let font = "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H \
                /DescendantFonts [12 0 R] /ToUnicode 11 0 R >>";
    let below =
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 500 /W [3 [700] 4 5 250] >>";
    let silent = font.replace("/ToUnicode 11 0 R", "");
    let more = |font: &str| {
        [font.as_bytes().to_vec(), stream("", map.as_bytes()), below.as_bytes().to_vec()]
    };
    let content = "BT /F2 10 Tf 10 700 Td <00030004> Tj ET";
    let bytes = document(&[content], "/Font << /F2 10 0 R >>", &more(font));
    assert_eq!(text("a.pdf", "", &bytes), "Hi!");
    let bytes = document(&[content], "/Font << /F2 10 0 R >>", &more(&silent));
    assert_eq!(refused("a.pdf", "", &bytes), DocumentError::NoText);
}

#[test]
fn forms_are_walked_into_and_circles_of_them_end() {
    let form = |content: &str| {
        stream(
            "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Matrix [1 0 0 1 0 100] \
             /Resources << /Font << /F1 9 0 R >> /XObject << /Me 10 0 R >> >>",
            content.as_bytes(),
        )
    };
    let content = "BT /F1 10 Tf 10 700 Td (before) Tj ET /Me Do";
    let resources = "/XObject << /Me 10 0 R >>";
    let once = document(&[content], resources, &[form("BT /F1 10 Tf 10 588 Td (inside) Tj ET")]);
    assert_eq!(text("a.pdf", "", &once), "before\ninside");
    let circle = form("BT /F1 10 Tf 0 0 Td (again) Tj ET /Me Do /Me Do");
    let read = read("a.pdf", "", &document(&[content], resources, &[circle])).unwrap();
    assert!(read.truncated && read.text.matches("again").count() < 40, "{}", read.text);
}

fn locked(user_password: &str) -> Vec<u8> {
    let mut document = Document::load_mem(&simple("Secret words")).unwrap();
    let id = Object::String(b"0123456789abcdef".to_vec(), StringFormat::Hexadecimal);
    document.trailer.set("ID", vec![id.clone(), id]);
    let version = EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password,
        key_length: 128,
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).unwrap();
    document.encrypt(&state).unwrap();
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_password_is_asked_for_only_where_one_is_needed() {
    assert_eq!(refused("a.pdf", "", &locked("user")), DocumentError::Encrypted);
    assert_eq!(text("a.pdf", "", &locked("")), "Secret words");
}

#[test]
fn titles_come_from_the_document_in_either_encoding() {
    for (title, expected) in [("(A plan)", "A plan"), ("<FEFF00C4006800E1>", "Ähá")] {
        let bytes = simple("Hello");
        let mut document = Document::load_mem(&bytes).unwrap();
        let title = file(&[format!("<< /Title {title} >>").into_bytes()], "");
        let info = Document::load_mem(&title).unwrap().objects.remove(&(1, 0)).unwrap();
        let info = document.add_object(info);
        document.trailer.set("Info", info);
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        assert_eq!(read("a.pdf", "", &bytes).unwrap().title.as_deref(), Some(expected));
    }
}

#[test]
fn broken_and_empty_ones_say_so() {
    let whole = simple("Hello");
    let damaged = |bytes: &[u8]| {
        let error = refused("a.pdf", "", bytes);
        assert!(matches!(error, DocumentError::Damaged { .. }), "{error:?}");
    };
    damaged(&whole[..20]);
    damaged(b"%PDF-1.7\nand nothing else");
    damaged(&file(&[b"<< /Type /Catalog >>".to_vec()], ""));
    let scan = document(&["q 100 0 0 100 0 0 cm /Im1 Do Q"], "", &[]);
    assert_eq!(refused("a.pdf", "", &scan), DocumentError::NoText);
    // A file whose end is lost is mended where that can be done.
    let cut = &whole[..whole.len() - 40];
    let mended = read("a.pdf", "", cut).map(|read| read.text);
    assert!(matches!(mended, Ok(ref text) if text == "Hello"), "{mended:?}");
}
