//! Prints the sizes of this repository: lines of each part, the longest files and functions.
//! `cargo run -p ampere-tidy --example figures`

use std::collections::BTreeMap;
use std::path::Path;

use ampere_tidy::{Repo, Source, size};

fn main() -> std::io::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let repo = Repo::open(here.ancestors().nth(2).unwrap_or(here))?;
    let code: Vec<&Source> = repo.files.iter().filter(|file| file.is_code()).collect();

    let mut parts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for file in &code {
        let lines = parts.entry(part_of(&file.path)).or_default();
        let tests = if file.is_test() { &mut lines.1 } else { &mut lines.0 };
        *tests += file.text.lines().count();
    }
    println!("{:<24}{:>8}{:>8}", "part", "lines", "tests");
    for (part, (lines, tests)) in parts {
        println!("{part:<24}{lines:>8}{tests:>8}");
    }

    let mut files: Vec<_> =
        code.iter().map(|file| (file.text.lines().count(), file.path.as_str())).collect();
    longest("files", &mut files);

    let mut functions = Vec::new();
    for file in &code {
        let found = size::functions_of(file).unwrap_or_default();
        functions.extend(found.into_iter().map(|one| {
            let place = format!("{}:{} {}", file.path, one.first, one.name);
            (one.lines(), place)
        }));
    }
    longest("functions", &mut functions);
    Ok(())
}

fn part_of(path: &str) -> String {
    let count = if path.starts_with("crates/") { 2 } else { 1 };
    path.split('/').take(count).collect::<Vec<_>>().join("/")
}

fn longest<T: Ord + std::fmt::Display>(what: &str, sizes: &mut [(usize, T)]) {
    sizes.sort_by(|a, b| b.cmp(a));
    let median = sizes.get(sizes.len() / 2).map_or(0, |(lines, _)| *lines);
    println!("\nlongest {what} of {} (median {median})", sizes.len());
    for (lines, place) in sizes.iter().take(10) {
        println!("{lines:>6} {place}");
    }
}
