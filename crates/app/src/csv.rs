//! Lines of CSV files (RFC 4180) that every spreadsheet takes for the text they are.
//!
//! Owns how a cell is written; what stands in one is its file's. Read next: `takeout`.

/// Spreadsheets take a file for UTF-8 only with this mark at its head.
pub const MARK: char = '\u{feff}';

/// One line.
pub fn line(cells: &[&str]) -> String {
    let cells: Vec<_> = cells.iter().map(|text| cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}

/// What would begin a formula gets a mark before it, as spreadsheets themselves write it.
fn cell(text: &str) -> String {
    let formula = text.trim_start().starts_with(['=', '+', '-', '@']);
    let guard = if formula || text.starts_with(['\t', '\r', '\n']) { "'" } else { "" };
    let text = format!("{guard}{text}");
    match text.contains(['"', ',', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_and_never_two() {
        for (text, written) in [
            ("Rewrite", "Rewrite"),
            ("", ""),
            ("1.5", "1.5"),
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1+1", "' =1+1"),
            ("\t=1", "'\t=1"),
            ("a, b", "\"a, b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\""),
            ("two\nlines", "\"two\nlines\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
