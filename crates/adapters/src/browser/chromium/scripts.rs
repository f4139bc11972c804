//! The few scripts of ours that run on pages, in a world apart from the page's own.
//!
//! Owns: their text, and reading what they bring. They see the page's elements, the page sees none
//! of their values; a page may still lie about what it shows. Never: changes a page beyond the one
//! field it is asked to.

use serde_json::Value;

use super::look::{cut, folded};
use crate::browser::{COLUMNS_AT_MOST, ROWS_AT_MOST, TABLES_AT_MOST, Table};

/// The longest text of a cell, in characters.
const CELL: usize = 500;

/// Clicks the element.
pub(super) const CLICK: &str = "function () { this.click(); return true; }";

/// Gives a field that is not written into its value, and says whether it took it.
pub(super) const SET: &str = "function (value) {
    const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
    if (!(this instanceof HTMLInputElement) || !setter) return false;
    setter.set.call(this, value);
    this.dispatchEvent(new Event('input', { bubbles: true }));
    this.dispatchEvent(new Event('change', { bubbles: true }));
    return this.value !== '';
}";

/// Chooses the option with a label: 'chosen', 'none' for no such label, 'other' for no choice.
pub(super) const SELECT: &str = "function (label) {
    if (!(this instanceof HTMLSelectElement)) return 'other';
    const fold = (text) => text.replace(/\\s+/g, ' ').trim();
    const options = [...this.options].filter((one) => !one.disabled);
    const wanted = fold(label);
    const found = options.find((one) => fold(one.label) === wanted)
        ?? options.find((one) => fold(one.label).toLowerCase() === wanted.toLowerCase());
    if (!found) return 'none';
    found.selected = true;
    this.dispatchEvent(new Event('input', { bubbles: true }));
    this.dispatchEvent(new Event('change', { bubbles: true }));
    return 'chosen';
}";

/// Gives the page's visible tables as lists of rows, each a list of texts; the first row of each
/// are its columns, or null where it names none. Cells that span are repeated.
pub(super) const TABLES: &str = "(() => {
    const MOST = { tables: 5, rows: 500, columns: 30, cell: 500 };
    const roles = 'table, [role=table], [role=grid]';
    const shown = (one) => one.checkVisibility?.({ visibilityProperty: true }) !== false;
    const fold = (one) =>
        (one.innerText ?? '').replace(/\\s+/g, ' ').trim().slice(0, MOST.cell);
    const rowsOf = (table) => table.rows
        ? [...table.rows].filter(shown)
        : [...table.querySelectorAll('[role=row]')].filter(shown);
    const cellsOf = (row) => row.cells
        ? [...row.cells]
        : [...row.querySelectorAll(
            '[role=cell], [role=gridcell], [role=columnheader], [role=rowheader]')];
    const heads = (cells) => cells.length > 0 && cells.every((cell) =>
        cell.tagName === 'TH' || cell.getAttribute('role') === 'columnheader');
    const grid = (rows) => {
        const open = [];
        return rows.map((row) => {
            const texts = [];
            const fill = () => {
                while (open[texts.length]?.left > 0) {
                    open[texts.length].left -= 1;
                    texts.push(open[texts.length].text);
                }
            };
            for (const cell of cellsOf(row)) {
                fill();
                const text = fold(cell);
                const wide = Math.min(cell.colSpan || 1, MOST.columns);
                for (let i = 0; i < wide && texts.length < MOST.columns; i += 1) {
                    open[texts.length] = { left: (cell.rowSpan || 1) - 1, text };
                    texts.push(text);
                }
            }
            fill();
            return texts.slice(0, MOST.columns);
        });
    };
    const found = [];
    for (const table of document.querySelectorAll(roles)) {
        if (found.length >= MOST.tables) break;
        if (!shown(table) || table.querySelector(roles)) continue;
        const rows = rowsOf(table).slice(0, MOST.rows + 1);
        const texts = grid(rows);
        if (!texts.some((row) => row.length > 1)) continue;
        const first = rows.length > 0 && heads(cellsOf(rows[0])) ? texts.shift() : null;
        found.push([first, ...texts.slice(0, MOST.rows)]);
    }
    return found;
})()";

/// Reads what [`TABLES`] brought; bounded once more, because it comes from a page.
pub(super) fn tables(found: &Value) -> Vec<Table> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    list(found).iter().take(TABLES_AT_MOST).filter_map(|table| table_of(&list(table))).collect()
}

fn table_of(lines: &[Value]) -> Option<Table> {
    let texts = |line: &Value| -> Vec<String> {
        let cells = line.as_array().map(Vec::as_slice).unwrap_or_default();
        let text = |cell: &Value| cut(&folded(cell.as_str().unwrap_or_default()), CELL);
        cells.iter().take(COLUMNS_AT_MOST).map(text).collect()
    };
    let (first, rest) = lines.split_first()?;
    let mut columns = texts(first);
    let mut rows: Vec<Vec<String>> = rest.iter().take(ROWS_AT_MOST).map(texts).collect();
    rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
    let wide = rows.iter().map(Vec::len).max().unwrap_or(0).max(columns.len());
    for number in columns.len()..wide {
        columns.push(format!("Column {}", number + 1));
    }
    for row in &mut rows {
        row.resize(wide, String::new());
    }
    Some(Table { columns, rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_row_is_as_wide_as_the_table() {
        let read = tables(&json!([[["A"], ["1", " 2  3 "], [""], ["4"]], [null, ["x", "y"]]]));
        assert_eq!(read[0].columns, ["A", "Column 2"]);
        assert_eq!(read[0].rows, [["1", "2 3"], ["4", ""]]);
        assert_eq!(read[1].columns, ["Column 1", "Column 2"]);
    }

    #[test]
    fn what_a_page_brings_is_bounded_whatever_it_is() {
        let row: Vec<String> = vec!["x".repeat(2_000); 100];
        let wide = json!(vec![vec![row; 700]; 9]);
        let read = tables(&wide);
        assert_eq!(read.len(), TABLES_AT_MOST);
        assert_eq!((read[0].columns.len(), read[0].rows.len()), (COLUMNS_AT_MOST, ROWS_AT_MOST));
        assert_eq!(read[0].rows[0][0].len(), CELL);
        assert!(tables(&json!("no list")).is_empty() && tables(&json!([7, []])).is_empty());
    }
}
