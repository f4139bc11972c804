//! What comes out of a tool: whether a result is of the kind that its tool promises, and a table
//! as CSV for templates.
//!
//! Never shows or downloads anything: the viewers are the web app's.

use serde_json::Value;

use super::declaration::ResultKind;

/// Rows of a table, entries of a list.
const MOST_ROWS: usize = 5_000;

/// Whether `value` is of the kind `kind`.
///
/// # Errors
/// What is wrong with it, for the run's log.
pub fn check(kind: ResultKind, value: &Value) -> Result<(), &'static str> {
    match kind {
        ResultKind::Markdown | ResultKind::Text => match value.as_str() {
            Some(text) if !text.trim().is_empty() => Ok(()),
            Some(_) => Err("the result is empty"),
            None => Err("the result must be a text"),
        },
        ResultKind::List => {
            let entries = value.as_array().ok_or("the result must be a list")?;
            if entries.len() > MOST_ROWS {
                return Err("the result is too long a list");
            }
            if entries.iter().all(Value::is_string) {
                Ok(())
            } else {
                Err("the list must be of texts")
            }
        }
        ResultKind::Table => check_table(value),
        ResultKind::Image if value["file"].as_str().is_none_or(str::is_empty) => {
            Err("a picture needs `file`, as a step gives it that takes one")
        }
        ResultKind::Image => Ok(()),
        ResultKind::Json if value.is_null() => Err("the result is empty"),
        ResultKind::Json => Ok(()),
    }
}

fn check_table(value: &Value) -> Result<(), &'static str> {
    let columns = value["columns"].as_array().ok_or("a table needs `columns`")?;
    let rows = value["rows"].as_array().ok_or("a table needs `rows`")?;
    if columns.is_empty() || !columns.iter().all(Value::is_string) {
        return Err("the columns of a table must be texts");
    }
    if rows.len() > MOST_ROWS {
        return Err("the table has too many rows");
    }
    let plain = |cell: &Value| !cell.is_array() && !cell.is_object();
    let whole = |row: &Value| {
        row.as_array().is_some_and(|cells| cells.len() == columns.len() && cells.iter().all(plain))
    };
    if rows.iter().all(whole) {
        return Ok(());
    }
    Err("each row of a table must have one text or number for each column")
}

/// A table as CSV (RFC 4180): lines end with CR LF. A cell that a spreadsheet would take for a
/// formula gets an apostrophe in front: what stands in it may come from anybody's page.
pub fn csv_text(table: &Value) -> String {
    let columns = std::iter::once(&table["columns"]);
    let rows = table["rows"].as_array().into_iter().flatten();
    let mut text = String::new();
    for row in columns.chain(rows) {
        let cells = row.as_array().into_iter().flatten().map(csv_cell);
        text.push_str(&cells.collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    text
}

fn csv_cell(value: &Value) -> String {
    let mut text = cell(value);
    if value.is_string() && text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        text.insert(0, '\'');
    }
    if text.contains(['"', ',', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_result_is_of_its_kind_or_is_told_why_not() {
        let table = json!({ "columns": ["a", "b"], "rows": [["x", 1], [null, true]] });
        let good = [
            (ResultKind::Markdown, json!("# T")),
            (ResultKind::List, json!(["a"])),
            (ResultKind::List, json!([])),
            (ResultKind::Table, table),
            (ResultKind::Json, json!({ "a": [1] })),
            (ResultKind::Image, json!({ "file": "file_1", "width": 1024 })),
        ];
        for (kind, value) in good {
            assert_eq!(check(kind, &value), Ok(()), "{value}");
        }
        let bad = [
            (ResultKind::Text, json!(" \n")),
            (ResultKind::Text, json!(1)),
            (ResultKind::List, json!([1])),
            (ResultKind::List, json!("a")),
            (ResultKind::Table, json!({ "columns": [], "rows": [] })),
            (ResultKind::Table, json!({ "columns": ["a"], "rows": [["x", "y"]] })),
            (ResultKind::Table, json!({ "columns": ["a"], "rows": [[["x"]]] })),
            (ResultKind::Table, json!({ "columns": ["a"] })),
            (ResultKind::Json, json!(null)),
            (ResultKind::Image, json!({ "file": "" })),
            (ResultKind::Image, json!("file_1")),
        ];
        for (kind, value) in bad {
            assert!(check(kind, &value).is_err(), "{value}");
        }
    }

    #[test]
    fn csv_keeps_cells_apart_and_formulas_asleep() {
        let table = json!({
            "columns": ["Name", "Note"],
            "rows": [["Mia, Ødegård", "said \"yes\"\nand left"], ["=1+1", -3], [null, "-5 %"]],
        });
        let expected = "Name,Note\r\n\"Mia, Ødegård\",\"said \"\"yes\"\"\nand left\"\r\n\
                        '=1+1,-3\r\n,'-5 %\r\n";
        assert_eq!(csv_text(&table), expected);
    }
}
