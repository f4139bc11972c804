//! CSV as CSV of one form: commas, quotes only where needed, `\n` after each row.
//!
//! Owns: which separator a table has. Spreadsheets write commas, semicolons or tabs by country;
//! models and templates get commas.

use csv::{ReaderBuilder, StringRecord, WriterBuilder};

use super::{DocumentError, MAX_TEXT_BYTES, Patience, Text};

/// The separators that are tried; the first of equals wins.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Of the table no more is looked at to find its separator.
const LOOK_ROWS: usize = 10;

pub(super) fn read(table: &str, patience: &Patience) -> Result<Text, DocumentError> {
    let damaged = |_| DocumentError::Damaged { detail: "it is not a table" };
    let mut reader = reader(table, separator(table));
    let mut writer = WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let (mut record, mut size) = (StringRecord::new(), 0);
    // One byte more than the cap is enough to know that there was more.
    while size <= MAX_TEXT_BYTES && !patience.is_over() {
        if !reader.read_record(&mut record).map_err(damaged)? {
            break;
        }
        size += record.as_slice().len() + record.len();
        writer.write_record(&record).map_err(damaged)?;
    }
    let text = writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or(DocumentError::Damaged { detail: "it is not a table" })?;
    Ok(Text::of(None, &text, None))
}

fn reader(table: &str, separator: u8) -> csv::Reader<&[u8]> {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(separator).from_reader(table.as_bytes())
}

/// The separator that splits the first rows into the most columns, alike in each.
fn separator(table: &str) -> u8 {
    let columns = |separator: u8| {
        let mut rows =
            reader(table, separator).into_records().take(LOOK_ROWS).map_while(Result::ok);
        let first = rows.next().map_or(0, |row| row.len());
        if rows.all(|row| row.len() == first) { (1, first) } else { (0, first) }
    };
    let splits = SEPARATORS.into_iter().filter(|separator| columns(*separator).1 > 1);
    // `max_by_key` keeps the last of equals.
    splits.rev().max_by_key(|separator| columns(*separator)).unwrap_or(SEPARATORS[0])
}
