//! Functions that put things in rows: tables, CSV, counts, lists of lists.
//!
//! Never computes with numbers beyond counting. Read next: `super::super::result` (what a table
//! is, and its text as CSV).

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, State, Value, context};

use super::json_of;
use crate::tools::result::csv_text;

pub(super) fn add_to(environment: &mut Environment<'_>) {
    environment.add_function("table", table);
    environment.add_function("csv", csv);
    environment.add_function("tally", tally);
    environment.add_function("flat", flat);
}

fn items(value: &Value, what: &str) -> Result<Vec<Value>, Error> {
    if matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) {
        return Ok(value.try_iter()?.collect());
    }
    let detail = format!("{what} must be a list, not {}", value.kind());
    Err(Error::new(ErrorKind::InvalidOperation, detail))
}

fn or_empty(cell: Value) -> Value {
    if cell.is_undefined() { Value::from("") } else { cell }
}

/// `table(columns, rows, keys)`: a table. A row is a list of cells, or an object whose fields
/// named by `keys` (without: by the columns) are the cells. What is missing stays empty.
fn table(state: &State, columns: Value, rows: Value, keys: Option<Value>) -> Result<Value, Error> {
    let columns = items(&columns, "the columns")?;
    let keys = keys.map(|keys| items(&keys, "the keys")).transpose()?;
    let keys = keys.unwrap_or_else(|| columns.clone());
    let mut cells = Vec::new();
    for row in items(&rows, "the rows")? {
        state.consume_fuel(keys.len() as u64 + 1)?;
        cells.push(match row.kind() {
            ValueKind::Map => {
                let cell = |key| row.get_item(key).map(or_empty);
                keys.iter().map(cell).collect::<Result<Vec<_>, Error>>()?
            }
            _ => {
                let given = items(&row, "a row")?;
                let empty = std::iter::repeat(Value::from(""));
                given.into_iter().chain(empty).take(columns.len()).collect()
            }
        });
    }
    Ok(context! { columns, rows => cells })
}

/// `csv(table)`: a table as the text of a CSV file.
fn csv(state: &State, table: Value) -> Result<String, Error> {
    let table = json_of(&table)?;
    let text = csv_text(&table);
    state.consume_fuel(text.len() as u64 / 16)?;
    Ok(text)
}

/// `tally(values)`: how often each value occurs, the most frequent first: a list of `value` and
/// `count`. Capital letters and white space at the ends make no difference; the first spelling
/// stays.
fn tally(state: &State, values: Value) -> Result<Value, Error> {
    let mut counted: Vec<(String, String, usize)> = Vec::new();
    for value in items(&values, "the values")? {
        state.consume_fuel(counted.len() as u64 / 16 + 1)?;
        let spelled = value.to_string().trim().to_owned();
        let key = spelled.to_lowercase();
        match counted.iter_mut().find(|(known, ..)| *known == key) {
            Some((_, _, count)) => *count += 1,
            None => counted.push((key, spelled, 1)),
        }
    }
    counted.sort_by(|(a, _, m), (b, _, n)| n.cmp(m).then_with(|| a.cmp(b)));
    let counted = counted.into_iter().map(|(_, value, count)| context! { value, count });
    Ok(counted.collect())
}

/// `flat(lists)`: the entries of all lists in one; what is empty is left out.
fn flat(state: &State, lists: Value) -> Result<Value, Error> {
    let mut all = Vec::new();
    for list in items(&lists, "the lists")? {
        if list.is_none() || list.is_undefined() {
            continue;
        }
        let entries = items(&list, "each of the lists")?;
        state.consume_fuel(entries.len() as u64 + 1)?;
        all.extend(entries);
    }
    Ok(all.into())
}
