//! Runs every scenario table in `tests/scenarios/*.txt`; how they are written is told in the
//! README beside them.

mod parse;
mod play;
mod words;

use std::path::{Path, PathBuf};

use parse::Table;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    #[expect(clippy::disallowed_methods, reason = "the tables are files, for people to read")]
    let listed = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = listed.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ext| ext == "txt"));
    files.sort();
    files
}

fn tables_of(path: &Path) -> Vec<Table> {
    #[expect(clippy::disallowed_methods, reason = "the tables are files, for people to read")]
    let text = std::fs::read_to_string(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    parse::tables(&name, &text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_table_comes_out_as_written() {
    let tables: Vec<Table> = files().iter().flat_map(|path| tables_of(path)).collect();
    let wrong: Vec<String> = tables.iter().filter_map(|table| play::play(table).err()).collect();
    let steps: usize = tables.iter().map(|table| table.steps.len()).sum();
    println!("{} scenario tables, {steps} steps", tables.len());
    assert!(wrong.is_empty(), "{} tables differ:\n\n{}", wrong.len(), wrong.join("\n"));
    assert!(tables.len() >= 180, "only {} tables", tables.len());
}

#[test]
fn every_refusal_stands_in_a_table() {
    let texts: Vec<String> = files()
        .iter()
        .flat_map(|path| tables_of(path))
        .flat_map(|table| table.steps)
        .flat_map(|step| step.expected)
        .collect();
    for (name, words) in words::refusals() {
        let start = words.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let told = format!("-> refused: {start}");
        assert!(texts.iter().any(|line| line.starts_with(&told)), "no table shows {name}: {told}");
    }
}

/// The runner itself: what it does not know or what differs must not pass.
#[test]
fn a_table_with_an_unknown_word_or_a_wrong_number_fails() {
    let good = "table: t\ngiven a: 10 included\nat Jan-02 hold h for r: 4\n  -> held: a > h/a 4\n  \
                = available 6, held 4, included 10, purchased 0, outstanding 0\n";
    let run = |text: &str| parse::tables("t", text).and_then(|tables| play::play(&tables[0]));
    assert_eq!(run(good), Ok(()));
    for (from, to) in [
        ("hold h", "borrow h"),
        ("included\n", "includd\n"),
        ("Jan-02", "Jon-02"),
        ("r: 4", "r: four"),
        ("  -> held: a > h/a 4\n", ""),
        ("h/a 4", "h/a 5"),
        ("available 6", "available 7"),
        ("r: 4\n", "r: 4 quickly\n"),
        ("r: 4\n", "r: 400\n"),
    ] {
        assert!(run(&good.replacen(from, to, 1)).is_err(), "{from} → {to} passed");
    }
    let without_end = good.split("  =").next().unwrap();
    assert!(run(without_end).is_err(), "a table without a balance at its end passed");
}
