//! Sizes: lines of a file, lines of a function, columns, bytes. They cap the tail, because what
//! feels bad in a large code base is always its longest files and functions.
//!
//! Owns: the limits. Never: forgives (`ratchet`). Read next: `rust_source`, `ts_functions`.

use crate::rust_source::{self, Function};
use crate::{Finding, Source, script_functions, ts_functions};

pub const FILE_LINES: usize = 400;
pub const FUNCTION_LINES: usize = 70;
pub const COLUMNS: usize = 100;
pub const FILE_BYTES: usize = 256 * 1024;

pub fn file_lines(files: &[Source]) -> Vec<Finding> {
    let long = |file: &Source| {
        let lines = file.text.lines().count();
        (lines > FILE_LINES).then(|| {
            let what = format!("{lines} lines, the limit is {FILE_LINES}");
            Finding::new("file-lines", &file.path, lines, what, "Split it by what it owns.")
                .measured("", lines)
        })
    };
    files.iter().filter(|file| file.is_code()).filter_map(long).collect()
}

/// For the languages that a formatter or habit of ours holds; the web app's long lines are texts.
pub fn columns(files: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| matches!(file.kind(), "rs" | "py" | "sh")) {
        for (number, line) in file.lines() {
            let columns = line.chars().count();
            if columns > COLUMNS {
                let what = format!("{columns} columns, the limit is {COLUMNS}");
                let remedy = "Break the line (long strings too: a backslash goes on below).";
                found.push(Finding::new("columns", &file.path, number, what, remedy));
            }
        }
    }
    found
}

pub fn file_bytes(files: &[Source]) -> Vec<Finding> {
    let large = |file: &Source| {
        (file.bytes > FILE_BYTES && !file.is_generated()).then(|| {
            let what = format!("{} bytes, the limit is {FILE_BYTES}", file.bytes);
            let remedy = "Make it at build time, or fetch it with its hash checked.";
            Finding::new("file-bytes", &file.path, 0, what, remedy)
        })
    };
    files.iter().filter_map(large).collect()
}

pub fn function_lines(files: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files {
        match functions_of(file) {
            Ok(functions) => found.extend(functions.iter().filter_map(|one| too_long(file, one))),
            Err(why) => {
                let what = format!("cannot be measured: {why}");
                let remedy = "Fix the file, or the measure if the file is right.";
                found.push(Finding::new("function-lines", &file.path, 0, what, remedy));
            }
        }
    }
    found
}

/// Every function of a file of a kind we know; none for other files.
///
/// # Errors
/// Why the file's functions cannot be told apart.
pub fn functions_of(file: &Source) -> Result<Vec<Function>, String> {
    match file.kind() {
        "rs" => rust_source::functions(file).map_err(|error| error.to_string()),
        "ts" | "tsx" | "mjs" => ts_functions::functions(&file.text),
        "py" => Ok(script_functions::python(&file.text)),
        "sh" => Ok(script_functions::shell(&file.text)),
        _ => Ok(Vec::new()),
    }
}

fn too_long(file: &Source, function: &Function) -> Option<Finding> {
    let lines = function.lines();
    (lines > FUNCTION_LINES).then(|| {
        let name = &function.name;
        let what = format!("{name} has {lines} lines, the limit is {FUNCTION_LINES}");
        let remedy = "Take out a step that has a name of its own.";
        Finding::new("function-lines", &file.path, function.first, what, remedy)
            .measured(name, lines)
    })
}
