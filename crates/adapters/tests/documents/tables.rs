//! CSV: separators of every country, quotes, and tables that are not quite.

use ampere_adapters::documents::{DocumentError, MAX_TEXT_BYTES, read};

use super::{refused, text};

#[test]
fn tables_come_out_with_commas_and_quotes_where_they_are_needed() {
    let table = "Name,Says\n\"Miller, Ann\",\"\"\"Hi\"\"\nthere\"\nBob,\"plain\"\n";
    let same = "Name,Says\n\"Miller, Ann\",\"\"\"Hi\"\"\nthere\"\nBob,plain";
    assert_eq!(text("a.csv", "text/csv", table.as_bytes()), same);
    let cases = [
        ("Name;Price\nAnn;1,50\nBob;2,75\n", "Name,Price\nAnn,\"1,50\"\nBob,\"2,75\""),
        ("Name\tPrice\r\nAnn\t1\r\n", "Name,Price\nAnn,1"),
        ("Name|Price\nAnn|1", "Name,Price\nAnn,1"),
        ("One column\nof, text\n", "One column\nof, text"),
        ("a,b,c\n1,2\n1,2,3,4\n", "a,b,c\n1,2\n1,2,3,4"),
        ("a,\"never closed\n1,2\n", "a,\"never closed\n1,2\n\""),
    ];
    for (table, expected) in cases {
        let name = if table.contains('\t') { "a.tsv" } else { "a.csv" };
        assert_eq!(text(name, "", table.as_bytes()), expected, "{table}");
    }
    assert_eq!(refused("a.csv", "", b" \n"), DocumentError::NoText);
}

#[test]
fn tables_of_spreadsheets_in_utf16_and_windows_encodings_are_read() {
    let utf16: Vec<u8> = "\u{feff}é\tb\n1\t2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(text("a.csv", "", &utf16), "é,b\n1,2");
    assert_eq!(text("a.csv", "", b"caf\xe9;b\n1;2"), "café,b\n1,2");
}

#[test]
fn long_tables_are_cut() {
    let row = "0123456789,0123456789\n";
    let long = row.repeat(2 * MAX_TEXT_BYTES / row.len());
    let read = read("a.csv", "", long.as_bytes()).unwrap();
    assert!(read.truncated && read.text.len() <= MAX_TEXT_BYTES);
    assert!(read.text.len() > MAX_TEXT_BYTES - 100 && long.starts_with(&read.text));
}
