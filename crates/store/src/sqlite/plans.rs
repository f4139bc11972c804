//! What SQLite is told about the sizes of things, so that it finds rows by the right index.
//!
//! Left alone it takes one organization for about ten rows and reads all of its runs to find
//! one. So every index is described as that of a large installation, once, and never measured:
//! plans are the same on every machine, whatever is in the tables.

use rusqlite::Connection;

/// Rows of a large table, and of an index that leads to a few of them.
const ALL: u64 = 1_000_000;
const FEW: u64 = 1_000;

/// Every index there is: table, name, whether unique and whether partial; with its columns.
const INDEXES: &str = "SELECT t.name, i.name, i.\"unique\", i.partial, i.origin = 'pk', \
                       (SELECT group_concat(c.name) FROM pragma_index_info(i.name) c) \
                       FROM pragma_table_list t JOIN pragma_index_list(t.name) i \
                       WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite_%'";

/// Describes every index of the schema; part of the transaction that changed the schema.
pub(super) fn describe(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("ANALYZE; DELETE FROM sqlite_stat1")?;
    let mut indexes = connection.prepare(INDEXES)?;
    let mut add =
        connection.prepare("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)")?;
    let mut rows = indexes.query([])?;
    while let Some(row) = rows.next()? {
        let (table, name): (String, String) = (row.get(0)?, row.get(1)?);
        let (unique, partial): (bool, bool) = (row.get(2)?, row.get(3)?);
        let columns: String = row.get(5)?;
        // A table that is kept in the order of its key is its own index.
        let clustered: bool = connection.query_row(
            "SELECT wr FROM pragma_table_list WHERE name = ?",
            [&table],
            |row| row.get(0),
        )?;
        let index = if row.get(4)? && clustered { &table } else { &name };
        add.execute((&table, index, sizes(&columns, unique, partial)))?;
    }
    Ok(())
}

/// How many rows there are, and how many share each longer beginning of the key.
fn sizes(columns: &str, unique: bool, partial: bool) -> String {
    let mut rows = if partial { FEW } else { ALL };
    let mut sizes = rows.to_string();
    let mut rest = columns.split(',').peekable();
    while let Some(column) = rest.next() {
        rows = match column {
            _ if unique && rest.peek().is_none() => 1,
            "org" => rows / 10,
            _ => (rows / 1_000).max(2),
        };
        sizes.push_str(&format!(" {rows}"));
    }
    sizes
}
