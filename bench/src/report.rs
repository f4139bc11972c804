//! docs/BENCHMARKS.md: machine, commands, versions, figures.

use std::fs;
use std::path::Path;

use crate::figures::{Series, grouped};
use crate::{CONNECTIONS, Outcome, Plan};

const PATH: &str = "docs/BENCHMARKS.md";

/// The whole page, with facts of the machine, one a line.
pub fn text(all: &[Series; 4], plan: Plan, entries: u64, facts: &[String]) -> String {
    let [one, many, noop, operations] = all;
    let lines = [
        row("in process, 1 task", one),
        row(&format!("in process, {CONNECTIONS} tasks"), many),
        row(&format!("over HTTP, no-op handler, {CONNECTIONS} connections"), noop),
        row(&format!("over HTTP, hold or settle, {CONNECTIONS} connections"), operations),
    ];
    let ratio = operations.ratio_to(noop);
    format!(
        "# Benchmarks\n\n\
         One operation is one hold **or** one settle on one hot pool: answered after its commit \
         is on disk\n(SQLite, WAL, synchronous=FULL), with entries, holds, idempotency keys and \
         the hash chain. Figures\nmove from machine to machine and hour to hour; what counts is \
         the ratio between two programs\nmeasured in turn in one run. Nothing was tuned for \
         them.\n\n\
         Command: `make bench` (`cargo run --release --locked -p ampere-bench`): {} rounds of \
         {} s for each\nline, in turn; medians, and the least and most of the rounds. The load \
         generator runs in the same\nprocess and on the same cores as the server. Version {}.\n\n\
         {}\n\n\
         | what | ops/s | least – most | p50 µs | p99 µs |\n\
         | --- | ---: | ---: | ---: | ---: |\n{}\n\n\
         Hold or settle over HTTP reaches **{}.{:03}** of the no-op handler (median of the \
         rounds' ratios).\nAfterwards the journal had {} entries, one for every answered \
         operation.\n",
        plan.rounds,
        plan.span.as_secs(),
        env!("CARGO_PKG_VERSION"),
        facts.iter().map(|fact| format!("- {fact}")).collect::<Vec<_>>().join("\n"),
        lines.join("\n"),
        ratio / 1_000,
        ratio % 1_000,
        grouped(entries),
    )
}

fn row(what: &str, series: &Series) -> String {
    let (median, least, most) = series.rate();
    let (half, most_of_them) = series.latency();
    format!(
        "| {what} | {} | {} – {} | {} | {} |",
        grouped(median),
        grouped(least),
        grouped(most),
        grouped(half),
        grouped(most_of_them)
    )
}

/// Writes the page; the folder is the repository's, so the bench runs at its root.
pub fn write(text: &str) -> Outcome<()> {
    if !Path::new("docs").is_dir() {
        return Err("run this at the root of the repository: docs/ is not here".into());
    }
    fs::write(PATH, text)?;
    println!("written to {PATH}");
    Ok(())
}
